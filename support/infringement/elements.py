"""What a notice and a counter-notice must have (`law.md` 2.1), computed for the regime: what lacks, and the meter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Generic, Literal, TypeVar

from support.core.words import N_
from support.infringement.regimes import CURRENT, PATENTS, REGISTERED, RegimeCode, Rules

FilerType = Literal["holder", "agent"]

STATEMENTS: Mapping[int, Mapping[str, str]] = {
    1: {
        "truth": N_("What I write and show here is true, and I answer for it."),
        "good_faith": N_(
            "I believe in good faith that neither the rights holder, nor its agent, nor the law allows this use, and "
            "that what I state is accurate and complete."
        ),
        "perjury": N_(
            "This notice is accurate and, under penalty of perjury, I am authorised to act for the owner of the right."
        ),
        "no_infringement": N_(
            "What was removed does not infringe the right that the notice names."
        ),
        "mistake": N_(
            "Under penalty of perjury, I believe in good faith that it was removed by mistake, or mistaken for "
            "something else."
        ),
        "jurisdiction": N_(
            "I accept the jurisdiction of the federal district court at my address (outside the United States: of any "
            "in which the service provider may be found), and service of process from whoever sent the notice."
        ),
    }
}
"""The wording of each statement by version; what somebody ticked is kept with the number."""

NEWEST_STATEMENTS = max(STATEMENTS)

PAPERS: Mapping[str, str] = {
    "right": N_("Proof of the right"),
    "authority": N_("Letter of authority"),
    "evidence": N_("Evidence of the infringement"),
    "comparison": N_("Comparison of technical features"),
    "evaluation": N_("Patent evaluation report"),
}
"""What a file can be for."""


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """A notice as somebody wrote it, opened. `papers` are the kinds of files that are there.

    `domain` is one of the holder's, shown by a code to an address on it on `domain_day`; "" where nobody showed one.
    """

    filer_type: FilerType = "holder"
    holder_name: str = ""
    holder_id_type: str = ""
    holder_id_no: str = ""
    country: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    agent_name: str = ""
    shown_name: str = ""
    shown_contact: str = ""
    right_type: str = ""
    right_name: str = ""
    right_no: str = ""
    right_class: str = ""
    territory: str = ""
    valid_until: date | None = None
    right_day: str = ""
    work: str = ""
    explanation: str = ""
    measure: str = ""
    signature: str = ""
    domain: str = ""
    domain_day: str = ""
    statements: frozenset[str] = frozenset()
    papers: frozenset[str] = frozenset()
    items: int = 0
    today: date = date.min


SEALED_FACTS = (
    "holder_name", "holder_id_type", "holder_id_no", "country", "address", "email", "phone", "agent_name",
    "shown_name", "shown_contact", "right_name", "right_no", "right_class", "work", "explanation", "measure",
    "signature", "domain", "domain_day", "right_day",
)  # fmt: skip
"""Which of them are sealed as one JSON text under the key of the notice."""


@dataclass(frozen=True, slots=True)
class CounterFacts:
    """A counter-notice as the respondent wrote it, opened. `items` counts those that are contested."""

    name: str = ""
    id_type: str = ""
    id_no: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    shown_name: str = ""
    shown_contact: str = ""
    explanation: str = ""
    signature: str = ""
    statements: frozenset[str] = frozenset()
    papers: frozenset[str] = frozenset()
    items: int = 0


SEALED_COUNTER = tuple(
    each.name for each in fields(CounterFacts) if each.name not in ("statements", "papers", "items")
)

F = TypeVar("F")


@dataclass(frozen=True)
class Element(Generic[F]):
    """One thing that is needed: the words by which it is asked for, when it is needed, and whether it is there."""

    code: str
    words: str
    present: Callable[[F], bool]
    applies: Callable[[F], bool] = lambda facts: True


@dataclass(frozen=True, slots=True)
class Meter:
    """How many of the needed elements are there."""

    have: int
    need: int
    missing: tuple[Element[Any], ...]

    @property
    def complete(self) -> bool:
        """True when nothing lacks."""
        return not self.missing


def _reachable(facts: NoticeFacts | CounterFacts) -> bool:
    return bool(facts.email or facts.phone)


def _in_force(facts: NoticeFacts) -> bool:
    runs = facts.valid_until is None or facts.valid_until >= facts.today
    return runs and "CN" in facts.territory.upper().replace(",", " ").split()


NOTICE: Mapping[str, Element[NoticeFacts]] = {
    element.code: element
    for element in (
        Element[NoticeFacts](
            "identity",
            N_("The rights holder's true name, and the number of an ID or a licence."),
            lambda f: bool(f.holder_name and f.holder_id_no and _reachable(f)),
        ),
        Element[NoticeFacts](
            "contact",
            N_("The rights holder's name, an address, and an e-mail address or a phone number."),
            lambda f: bool(f.holder_name and f.address and _reachable(f)),
        ),
        Element[NoticeFacts](
            "authority",
            N_("A letter of authority, since you act for the rights holder."),
            lambda f: bool(f.agent_name) and "authority" in f.papers,
            lambda f: f.filer_type == "agent",
        ),
        Element[NoticeFacts](
            "right_proof",
            N_("Proof of the right, with its number where it is registered."),
            lambda f: "right" in f.papers and (f.right_type not in REGISTERED or bool(f.right_no)),
        ),
        Element[NoticeFacts](
            "in_force",
            N_("A right that is in force in mainland China; yours has expired or holds elsewhere."),
            _in_force,
            lambda f: f.right_type in REGISTERED,
        ),
        Element[NoticeFacts](
            "work",
            N_("Which work it is about, so that we can tell it from others."),
            lambda f: bool(f.work),
        ),
        Element[NoticeFacts](
            "location",
            N_("The exact link of each thing that infringes the right."),
            lambda f: f.items > 0,
        ),
        Element[NoticeFacts](
            "evidence",
            N_("Prima facie evidence: what shows the infringement, as a file, and in your words."),
            lambda f: bool(f.explanation) and "evidence" in f.papers,
        ),
        Element[NoticeFacts](
            "reasons",
            N_("Why you say that it is unlawful."),
            lambda f: bool(f.explanation),
        ),
        Element[NoticeFacts](
            "patent",
            N_(
                "A comparison of the technical features; for utility models and designs an evaluation report too."
            ),
            lambda f: (
                "comparison" in f.papers
                and (f.right_type == "patent_invention" or "evaluation" in f.papers)
            ),
            lambda f: f.right_type in PATENTS,
        ),
        Element[NoticeFacts](
            "measure",
            N_("What we should do: delete it, block it, disconnect the link or end the trade."),
            lambda f: bool(f.measure),
        ),
        Element[NoticeFacts](
            "truth",
            N_("Your written guarantee that the notice is true."),
            lambda f: "truth" in f.statements,
        ),
        Element[NoticeFacts](
            "good_faith",
            N_("Your statement that you believe this in good faith."),
            lambda f: "good_faith" in f.statements,
        ),
        Element[NoticeFacts](
            "perjury",
            N_("Your statement, under penalty of perjury, that you are authorised to act."),
            lambda f: "perjury" in f.statements,
        ),
        Element[NoticeFacts](
            "signature",
            N_("Your signature: your name, typed."),
            lambda f: bool(f.signature),
        ),
    )
}

COUNTER: Mapping[str, Element[CounterFacts]] = {
    element.code: element
    for element in (
        Element[CounterFacts](
            "identity",
            N_("Your true name, and the number of an ID or a licence."),
            lambda f: bool(f.name and f.id_no and _reachable(f)),
        ),
        Element[CounterFacts](
            "contact",
            N_("Your name, an address, and an e-mail address or a phone number."),
            lambda f: bool(f.name and f.address and _reachable(f)),
        ),
        Element[CounterFacts](
            "phone",
            N_("Your phone number."),
            lambda f: bool(f.phone),
        ),
        Element[CounterFacts](
            "item",
            N_("Which of the removed things should come back."),
            lambda f: f.items > 0,
        ),
        Element[CounterFacts](
            "evidence",
            N_("Prima facie evidence that there is no infringement, and in your words why."),
            lambda f: bool(f.explanation) and "evidence" in f.papers,
        ),
        Element[CounterFacts](
            "no_infringement",
            N_("Your statement that there is no infringement."),
            lambda f: "no_infringement" in f.statements,
        ),
        Element[CounterFacts](
            "truth",
            N_("Your written guarantee that the counter-notice is true."),
            lambda f: "truth" in f.statements,
        ),
        Element[CounterFacts](
            "mistake",
            N_("Your statement, under penalty of perjury, that it was a mistake."),
            lambda f: "mistake" in f.statements,
        ),
        Element[CounterFacts](
            "jurisdiction",
            N_("Your consent to the jurisdiction of a US federal court."),
            lambda f: "jurisdiction" in f.statements,
        ),
        Element[CounterFacts](
            "signature",
            N_("Your signature: your name, typed."),
            lambda f: bool(f.signature),
        ),
    )
}


def notice_meter(
    facts: NoticeFacts, regime: RegimeCode, *, eu: bool = False, rules: Rules = CURRENT
) -> Meter:
    """Return how complete a notice is under `regime`, with what the DSA adds where `eu` is affected."""
    codes = (*rules.regimes[regime].notice, *(rules.dsa.notice if eu else ()))
    return _meter([NOTICE[code] for code in dict.fromkeys(codes)], facts)


def counter_meter(facts: CounterFacts, regime: RegimeCode, *, rules: Rules = CURRENT) -> Meter:
    """Return how complete a counter-notice is under `regime`."""
    return _meter([COUNTER[code] for code in rules.regimes[regime].counter], facts)


def _meter(elements: list[Element[F]], facts: F) -> Meter:
    needed = [element for element in elements if element.applies(facts)]
    missing = tuple(element for element in needed if not element.present(facts))
    return Meter(len(needed) - len(missing), len(needed), missing)
