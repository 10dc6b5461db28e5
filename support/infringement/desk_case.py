"""What the desk sees of a notice: its links in a table, what may be done with the chosen ones, what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from support.core import files
from support.core.vault import KeyDestroyed
from support.core.words import N_
from support.infringement import queries, service_checks
from support.infringement.elements import PAPERS, Meter, NoticeFacts
from support.infringement.lifecycle import Content, ItemState
from support.infringement.models import CounterNotice, Item, Notice, Respondent
from support.infringement.policy import REASONS
from support.infringement.regimes import CURRENT, RegimeCode

S = ItemState
_MINUTE = timedelta(minutes=1)
_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One link of the table; `until` is the last minute of its clock. Titles and reasons are message ids."""

    id: int
    version: int
    position: int
    url: str
    title: str
    status: ItemState
    content: Content
    law: RegimeCode | None
    until: datetime | None
    estimated: bool
    reason: str
    words: str
    dispute: str
    respondent: str


@dataclass(frozen=True, slots=True)
class Act:
    """One decision about chosen links: from which states it is offered, and which fields it has."""

    code: str
    title: str
    icon: str
    states: Collection[ItemState]
    fields: tuple[str, ...] = ()


ACTS: tuple[Act, ...] = (
    Act("measure", N_("Take a measure"), "gavel", (S.QUALIFIED,), ("measure",)),
    Act(
        "refuse",
        N_("Take no measure"),
        "circle-x",
        (S.QUALIFIED, S.MEASURE_ASKED),
        ("refusal", "words"),
    ),
    Act("forward", N_("Send the notice on"), "send", (S.MEASURE_TAKEN, S.NO_MEASURE)),
    Act(
        "arrived",
        N_("Note that it arrived"),
        "mail-check",
        (S.FORWARDED, S.COUNTER_FORWARDED),
        ("channel", "at"),
    ),
    Act(
        "counter",
        N_("Send the counter-notice on"),
        "reply",
        (S.COUNTER_CHECK,),
        ("at_once", "words"),
    ),
    Act(
        "pending",
        N_("Keep it: a dispute is pending"),
        "scale",
        (S.COUNTER_FORWARDED, S.WAITING, S.EXTENDED),
        ("authority", "number"),
    ),
    Act("extend", N_("Extend the waiting period"), "hourglass", (S.WAITING,), ("days", "words")),
    Act("restore", N_("Restore it"), "rotate-ccw", (S.WAITING, S.EXTENDED, S.PENDING)),
    Act(
        "decided",
        N_("Carry out a decision of a court or an authority"),
        "landmark",
        (
            S.MEASURE_TAKEN,
            S.NO_MEASURE,
            S.FORWARDED,
            S.NO_MEASURE_FORWARDED,
            S.AWAITING,
            S.FINAL,
            S.COUNTER_CHECK,
            S.COUNTER_TO_COMPLETE,
            S.COUNTER_FORWARDED,
            S.WAITING,
            S.EXTENDED,
            S.PENDING,
            S.RESTORE_ASKED,
            S.RESTORED,
        ),
        ("keep", "authority", "number"),
    ),
    Act("settle", N_("Decide the complaint"), "megaphone", (S.COMPLAINT,), ("upheld",)),
    Act(
        "gone",
        N_("Its owner removed it"),
        "trash-2",
        (S.RECEIVED, S.CHECKING, S.TO_COMPLETE, S.QUALIFIED, S.FORWARDED, S.AWAITING),
    ),
)
AGAIN = Act("again", N_("Ask the platform again"), "plug", ())


def lines_of(notice: Notice) -> list[Line]:
    """Return the table of a notice, opened; the number of queries does not grow with the links."""
    respondents = {one.id: number for number, one in enumerate(queries.respondents_of(notice), 1)}
    return [_line(notice, item, respondents) for item in queries.items_of(notice)]


def _line(notice: Notice, item: Item, respondents: Mapping[int, int]) -> Line:
    listing = queries.listing_of(notice, item)
    due = queries.due_of(item)
    return Line(
        id=item.id,
        version=item.version,
        position=item.position,
        url=listing.url,
        title=listing.title,
        status=item.status,
        content=item.standing,
        law=item.law,
        until=due.at - _MINUTE if due else None,
        estimated=due is not None and due.estimated,
        reason=REASONS.get(item.reason, ""),
        words=queries.reason_words(notice, item),
        dispute=" · ".join(filter(None, queries.dispute_of(notice, item))),
        respondent=str(respondents.get(item.respondent_id or 0, "")),
    )


def offered(lines: Sequence[Line]) -> list[Act]:
    """Return what may be done with at least one of the links."""
    states = {line.status for line in lines}
    refused = any(line.content in (Content.DOWN_REFUSED, Content.UP_REFUSED) for line in lines)
    return [act for act in ACTS if states.intersection(act.states)] + ([AGAIN] if refused else [])


def meter_at_check(notice: Notice) -> tuple[RegimeCode, Meter]:
    """Return the regime that fits, and how complete the notice is under it."""
    regime = service_checks.proposal(notice)
    return regime, queries.meter_of(notice, regime, CURRENT.number)


def summary(notice: Notice) -> Mapping[str, Any]:
    """Return what stands beside the thread: how complete, how many links stand where, the first date."""
    where = queries.standing(notice)
    regime, meter = meter_at_check(notice)
    return {"regime": regime, "meter": meter, "where": sorted(where.items())}


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter-notice as the clerk checks it."""

    row: CounterNotice
    respondent: str
    facts: Any
    papers: list[dict[str, str]]
    waits: bool


def counters_of(notice: Notice) -> list[Counter]:
    """Return the counter-notices to a notice, each with what waits for a check."""
    found = []
    for number, respondent in enumerate(queries.respondents_of(notice), 1):
        row = queries.counter_of(respondent)
        if row is not None:
            found.append(_counter(notice, respondent, row, number))
    return found


def _counter(notice: Notice, respondent: Respondent, row: CounterNotice, number: int) -> Counter:
    items = queries.items_of_respondent(respondent)
    waits = any(item.status is S.COUNTER_CHECK for item in items) and row.checked_at is None
    facts = queries.counter_facts(notice, row)
    return Counter(row, str(number), facts, papers_of(notice, row), waits)


def papers_of(notice: Notice, counter: CounterNotice | None = None) -> list[dict[str, str]]:
    """Return the files that can be opened: what each is for (a message id), and its name."""
    named = {file.uid: file for file in files.files_of([notice.stream])}
    return [
        {"uid": paper.file_uid, "kind": PAPERS[paper.kind], "name": _name(named[paper.file_uid])}
        for paper in queries.papers_of(notice, counter)
        if paper.file_uid in named
    ]


def _name(file: files.StoredFile) -> str:
    try:
        return file.name
    except KeyDestroyed:
        return "…"


def told(facts: NoticeFacts) -> list[tuple[str, str]]:
    """Return what a notice says, for the clerk: labels are message ids; of a number of an ID only its end."""
    hidden = "…" + facts.holder_id_no[-_SHOWN_DIGITS:] if facts.holder_id_no else ""
    rows = (
        (N_("Rights holder"), facts.holder_name),
        (N_("Number of the ID or licence"), hidden),
        (N_("Agent of the rights holder"), facts.agent_name),
        (N_("Country"), facts.country),
        (N_("Address"), facts.address),
        (N_("E-mail"), facts.email),
        (N_("Phone"), facts.phone),
        (N_("What the other side sees"), " · ".join(filter(None, (facts.shown_name, facts.shown_contact)))),
        (N_("Name of the right"), facts.right_name),
        (N_("Number of the right"), facts.right_no),
        (N_("Class"), facts.right_class),
        (N_("Since when it exists"), facts.right_day),
        (N_("Holds in"), facts.territory),
        (N_("The work in question"), facts.work),
        (N_("Confirmed domain"), " · ".join(filter(None, (facts.domain, facts.domain_day)))),
        (N_("Explanation"), facts.explanation),
        (N_("Signed"), facts.signature),
    )  # fmt: skip
    return [(label, value) for label, value in rows if value]
