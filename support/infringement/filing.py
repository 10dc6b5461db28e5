"""The parts of a notice that is being filled in: which there are, which are done, what the whole still lacks. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from support.core.words import N_
from support.infringement.elements import SEALED_FACTS, Meter, NoticeFacts, notice_meter
from support.infringement.listings import Line, load
from support.infringement.regimes import (
    PATENTS,
    ContentKind,
    RegimeCode,
    RightType,
    proposed_regime,
)

Fields = Mapping[str, Any]
Papers = Mapping[str, int]

AUTHORITY, RIGHT, EVIDENCE = "authority", "right", "evidence"
COMPARISON, EVALUATION = "comparison", "evaluation"


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the task list."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One page: its code, the question on it, how the task list calls it, and when it is done or not asked at all.

    `paper` is what its files are for, "" for a page without files; `needed` says that nothing is sent without it.
    """

    code: str
    title: str
    question: str
    done: Callable[[Fields, Papers], bool]
    asked: Callable[[Fields], bool] = lambda fields: True
    paper: str = ""
    needed: bool = True


def part_of(kept: Fields, name: str) -> Mapping[str, Any]:
    """Return what was filled in on one page; empty before that."""
    found: Mapping[str, Any] = kept.get(name) or {}
    return found


def _has(part: str, *names: str) -> Callable[[Fields, Papers], bool]:
    return lambda kept, papers: all(part_of(kept, part).get(name) for name in names)


def _files(paper: str) -> Callable[[Fields, Papers], bool]:
    return lambda kept, papers: bool(papers.get(paper))


def is_agent(kept: Fields) -> bool:
    """True when somebody files for the holder."""
    return part_of(kept, "filer").get("filer_type") == "agent"


def right_of(kept: Fields) -> RightType | None:
    """Return the kind of right, once it is named."""
    said = part_of(kept, "right").get("right_type")
    return RightType(said) if said in set(RightType) else None


def lines_of(kept: Fields) -> list[Line]:
    """Return the links as they stand."""
    return load(part_of(kept, "listings").get("lines") or ())


def good_lines(kept: Fields) -> list[Line]:
    """Return the links that go into the notice."""
    return [line for line in lines_of(kept) if line.good]


def _links_done(kept: Fields, papers: Papers) -> bool:
    lines = lines_of(kept)
    return bool(lines) and all(line.good for line in lines)


def _is_patent(kept: Fields) -> bool:
    return right_of(kept) in PATENTS


def _needs_report(kept: Fields) -> bool:
    return right_of(kept) in PATENTS - {RightType.INVENTION}


GROUPS = (
    Group(
        N_("You and your rights"),
        (
            Part(
                "filer",
                N_("Who you are"),
                N_("Are you the rights holder?"),
                _has("filer", "filer_type", "signer"),
            ),
            Part(
                AUTHORITY,
                N_("Letter of authority"),
                N_("What shows that you may act for the rights holder?"),
                _files(AUTHORITY),
                is_agent,
                AUTHORITY,
                needed=False,
            ),
            Part(
                "holder",
                N_("The rights holder"),
                N_("Who is the rights holder?"),
                _has("holder", "holder_name", "country"),
            ),
            Part(
                "right",
                N_("The right"),
                N_("Which right is infringed?"),
                _has("right", "right_type", "right_name"),
            ),
            Part(
                RIGHT,
                N_("Proof of the right"),
                N_("What proves the right?"),
                _files(RIGHT),
                paper=RIGHT,
                needed=False,
            ),
        ),
    ),
    Group(
        N_("What infringes it"),
        (
            Part("listings", N_("Listings"), N_("Which links infringe the right?"), _links_done),
            Part(
                "reason",
                N_("Why it infringes"),
                N_("Why do they infringe the right?"),
                _has("reason", "explanation", "measure"),
            ),
            Part(
                EVIDENCE,
                N_("Evidence of the infringement"),
                N_("What shows the infringement?"),
                _files(EVIDENCE),
                paper=EVIDENCE,
                needed=False,
            ),
            Part(
                COMPARISON,
                N_("Comparison of technical features"),
                N_("How do the technical features compare?"),
                _files(COMPARISON),
                _is_patent,
                COMPARISON,
                needed=False,
            ),
            Part(
                EVALUATION,
                N_("Patent evaluation report"),
                N_("Do you have an evaluation report?"),
                _files(EVALUATION),
                _needs_report,
                EVALUATION,
                needed=False,
            ),
        ),
    ),
    Group(
        N_("Send"),
        (
            Part(
                "shown",
                N_("Contact the other side sees"),
                N_("How can the other side reach you?"),
                _has("shown", "shown_name", "shown_contact"),
            ),
        ),
    ),
)
PARTS = {
    part.code if not part.paper else f"files/{part.code}": part
    for group in GROUPS
    for part in group.parts
}


def asked_parts(kept: Fields) -> Iterator[Part]:
    """Yield the pages that this notice has, in their order."""
    return (part for group in GROUPS for part in group.parts if part.asked(kept))


def next_part(kept: Fields, papers: Papers, after: str = "", paper: str = "") -> Part | None:
    """Return the page to go on with: the next one behind this that is not done, else the first such; None for none."""
    parts = list(asked_parts(kept))
    here = next(
        (n for n, part in enumerate(parts) if (part.code, part.paper) == (after, paper)), -1
    )
    order = parts[here + 1 :] + parts[: here + 1]
    return next((part for part in order if not part.done(kept, papers)), None)


def counted(kept: Fields, papers: Papers) -> tuple[int, int]:
    """Return how many pages are done, of how many."""
    done = [part.done(kept, papers) for part in asked_parts(kept)]
    return sum(done), len(done)


def blockers(kept: Fields, papers: Papers) -> list[Part]:
    """Return the pages without which nothing can be sent; wrong links block nothing while one is right."""
    return [
        part
        for part in asked_parts(kept)
        if part.needed
        and not part.done(kept, papers)
        and not (part.code == "listings" and good_lines(kept))
    ]


def facts_of(kept: Fields, papers: Collection[str], today: date) -> NoticeFacts:
    """Return the notice as its elements are looked at, and as it will be kept."""
    said = {
        name: value
        for part in ("filer", "holder", "right", "reason", "shown", "domain")
        for name, value in part_of(kept, part).items()
    }
    known = {each.name for each in fields(NoticeFacts)} & set(SEALED_FACTS)
    until = str(said.get("valid_until") or "")
    texts: dict[str, Any] = {name: str(said[name] or "") for name in known if name in said}
    facts = NoticeFacts(**texts)
    agent = is_agent(kept)
    return replace(
        facts,
        filer_type="agent" if agent else "holder",
        agent_name=(facts.agent_name or str(said.get("signer") or "")) if agent else "",
        right_type=str(said.get("right_type") or ""),
        territory=str(said.get("territory") or ""),
        valid_until=date.fromisoformat(until) if until else None,
        papers=frozenset(papers),
        items=len(good_lines(kept)),
        today=today,
    )


def reached(facts: NoticeFacts, address: str) -> NoticeFacts:
    """Return the notice with the address of its filer, where none of the holder's was given."""
    if facts.email or facts.phone:
        return facts
    return replace(facts, email=address) if "@" in address else replace(facts, phone=address)


def regime_for(kept: Fields, *, us_agent: bool) -> RegimeCode:
    """Return the law that seems to fit; a clerk confirms it. `us_agent`: the operator has a designated agent."""
    reason = part_of(kept, "reason")
    content = reason.get("content_kind") or ContentKind.LISTING
    right = right_of(kept) or RightType.OTHER
    return proposed_regime(
        ContentKind(content), right, us_law=bool(reason.get("us_law")), us_agent=us_agent
    )


def statements_for(kept: Fields) -> tuple[str, ...]:
    """Return the codes of the statements that are asked for, each with a box of its own."""
    us_law = bool(part_of(kept, "reason").get("us_law"))
    return ("truth", "good_faith", "perjury") if us_law else ("truth", "good_faith")


def gaps(facts: NoticeFacts, kept: Fields, *, us_agent: bool) -> Meter:
    """Return how complete the notice would be once it is signed, under the law that seems to fit."""
    signed = replace(facts, signature="x", statements=frozenset(statements_for(kept)))
    return notice_meter(
        signed, regime_for(kept, us_agent=us_agent), eu=bool(part_of(kept, "reason").get("eu"))
    )
