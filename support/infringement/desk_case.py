"""What the desk sees of a notice: its links, what it says, what is missing, the counter-notices to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from support.core import files
from support.core.files import StoredFile
from support.core.masking import mask_secrets
from support.core.text import written_in
from support.core.vault import KeyDestroyed
from support.core.web_countries import country_name
from support.core.web_parts import html_lang
from support.core.words import N_
from support.infringement import queries, queries_counters, service_checks
from support.infringement.elements import (
    PAPERS,
    CounterFacts,
    Meter,
    NoticeFacts,
    counter_meter,
    notice_meter,
)
from support.infringement.lifecycle import Content, ItemState
from support.infringement.models import Answer, CounterNotice, Item, Notice
from support.infringement.policy import REASONS
from support.infringement.queries_case import Case, Filed, counters_in, papers_in
from support.infringement.regimes import CURRENT, RULES, RegimeCode

S = ItemState
_MINUTE = timedelta(minutes=1)
_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One link of the table; `until` is the last minute of its clock. Titles and reasons are message ids.

    `own` is the filer's reason for this link alone, `words` what was written with the reason why it stands there.
    `answered` is when the platform last answered about it; None where it has not.
    """

    id: int
    version: int
    position: int
    url: str
    title: str
    own: str
    status: ItemState
    content: Content
    answered: datetime | None
    law: RegimeCode | None
    until: datetime | None
    estimated: bool
    reason: str
    words: str
    complaint: str
    dispute: str
    respondent: str


def lines_of(notice: Notice) -> list[Line]:
    """Return the table of a notice, opened; the number of queries does not grow with the links."""
    respondents = queries.numbers_of(queries.respondents_of(notice))
    return [
        line_of(notice, item, respondents.get(item.respondent_id or 0, 0))
        for item in queries.items_of(notice)
    ]


def line_of(notice: Notice, item: Item, number: int, said: datetime | None = None) -> Line:
    """Return a link of the table, opened; `number` is its respondent's, `said` when the platform answered."""
    listing = queries.listing_of(notice, item)
    due = queries.due_of(item)
    return Line(
        id=item.id,
        version=item.version,
        position=item.position,
        url=listing.url,
        title=listing.title,
        own=_masked(listing.words),
        status=item.status,
        content=item.standing,
        answered=said,
        law=item.law,
        until=due.at - _MINUTE if due else None,
        estimated=due is not None and due.estimated,
        reason=REASONS.get(item.reason, ""),
        words=_masked(queries.reason_words(notice, item)),
        complaint=_masked(queries.complaint_words(notice, item)),
        dispute=" · ".join(filter(None, queries.dispute_of(notice, item))),
        respondent=str(number or ""),
    )


def meter_at_check(notice: Notice) -> tuple[RegimeCode, Meter]:
    """Return the regime that fits, and how complete the notice is under it."""
    regime = service_checks.proposal(notice)
    return regime, queries.meter_of(notice, regime, CURRENT.number)


def facts_in(case: Case, filed: Sequence[Filed]) -> NoticeFacts:
    """Return what the notice of a case says, opened."""
    kinds = frozenset(each.kind for each in filed if each.counter_id is None)
    return queries.facts_with(case.notice, kinds, len(case.rows))


def meter_in(case: Case, facts: NoticeFacts) -> tuple[RegimeCode, Meter]:
    """Return the regime that fits a case, and how complete its notice is under it."""
    regime = service_checks.proposal(case.notice)
    return regime, notice_meter(facts, regime, eu=case.notice.eu)


def summary(notice: Notice) -> Mapping[str, Any]:
    """Return what stands beside the thread: how complete, how many links stand where, the first date."""
    where = queries.standing(notice)
    regime, meter = meter_at_check(notice)
    return {"regime": regime, "meter": meter, "where": sorted(where.items())}


@dataclass(frozen=True, slots=True)
class Said:
    """What a respondent said of one link: contested or accepted, with their words for it alone."""

    position: int
    title: str
    contests: bool
    words: str


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter-notice as the clerk checks it: what it says and lacks, its files, and each link it speaks of."""

    row: CounterNotice
    respondent: int
    told: list[tuple[str, str]]
    lacks: tuple[str, ...]
    papers: list[dict[str, str]]
    said: list[Said]
    waits: bool
    gone: bool


def counters_of(case: Case) -> list[Counter]:
    """Return the counter-notices of a case, each with what waits for a check."""
    filed = papers_in(case)
    return [_counter(case, row, filed) for row in counters_in(case)]


def _counter(case: Case, row: CounterNotice, filed: Sequence[Filed]) -> Counter:
    own = [each for each in case.rows if each.item.respondent_id == row.respondent_id]
    answers = [each for each in own if each.answer is not None]
    contested = [each.item for each in answers if each.answer and each.answer.choice == "contest"]
    mine = [each for each in filed if each.counter_id == row.id]
    kinds = frozenset(each.kind for each in mine)
    facts = queries_counters.counter_with(case.notice, row, kinds, len(contested))
    return Counter(
        row=row,
        respondent=case.number_of(row.respondent_id),
        told=answered(facts),
        lacks=_lacks(facts, contested),
        papers=[_paper(each.file, each.kind) for each in mine],
        said=[_said(case.notice, each.item, each.answer) for each in answers if each.answer],
        waits=row.checked_at is None and any(one.status is S.COUNTER_CHECK for one in contested),
        gone=case.respondents[row.respondent_id].erasure != "",
    )


def _lacks(facts: CounterFacts, contested: Sequence[Item]) -> tuple[str, ...]:
    """Return what a counter-notice lacks under the regimes of its links, as words by which it is asked for."""
    laws = {(item.law, item.rules) for item in contested if item.law is not None}
    missing = [
        element.words
        for law, rules in sorted(laws)
        for element in counter_meter(facts, law, rules=RULES[rules]).missing
    ]
    return tuple(dict.fromkeys(missing))


def _said(notice: Notice, item: Item, answer: Answer) -> Said:
    title = queries.listing_of(notice, item).title
    words = queries_counters.answer_words(notice, item, answer)
    return Said(item.position, title, answer.choice == "contest", _masked(words))


def answered(facts: CounterFacts) -> list[tuple[str, str]]:
    """Return what a counter-notice says, for the clerk: labels are message ids; of a number of an ID only its end."""
    shown = " · ".join(filter(None, (facts.shown_name, facts.shown_contact)))
    rows = (
        (N_("Respondent"), facts.name),
        (N_("Number of the ID or licence"), _end_of(facts.id_no)),
        (N_("Address"), facts.address),
        (N_("E-mail"), facts.email),
        (N_("Phone"), facts.phone),
        (N_("What the other side sees"), shown),
        (N_("Explanation"), _masked(facts.explanation)),
        (N_("Signed"), facts.signature),
    )
    return [(label, value) for label, value in rows if value]


def papers_of(notice: Notice, counter: CounterNotice | None = None) -> list[dict[str, str]]:
    """Return the files that can be opened: what each is for (a message id), and its name."""
    named = {file.uid: file for file in files.files_of([notice.stream])}
    return [
        _paper(named[paper.file_uid], paper.kind)
        for paper in queries.papers_of(notice, counter)
        if paper.file_uid in named
    ]


def notice_papers(filed: Sequence[Filed]) -> list[dict[str, str]]:
    """Return the files of the notice itself among those of a case."""
    return [_paper(each.file, each.kind) for each in filed if each.counter_id is None]


def _paper(file: StoredFile, kind: str) -> dict[str, str]:
    name = _name(file)
    said = {"name": name, "lang": html_lang(written_in(name))}
    return {"uid": file.uid, "kind": PAPERS[kind], **said}


def _name(file: StoredFile) -> str:
    try:
        return file.name
    except KeyDestroyed:
        return "…"


def told(facts: NoticeFacts) -> list[tuple[str, str]]:
    """Return what a notice says, for the clerk: labels are message ids; of a number of an ID only its end."""
    rows = (
        (N_("Rights holder"), facts.holder_name),
        (N_("Number of the ID or licence"), _end_of(facts.holder_id_no)),
        (N_("Agent of the rights holder"), facts.agent_name),
        (N_("Country"), country_name(facts.country)),
        (N_("Address"), facts.address),
        (N_("E-mail"), facts.email),
        (N_("Phone"), facts.phone),
        (N_("What the other side sees"), " · ".join(filter(None, (facts.shown_name, facts.shown_contact)))),
        (N_("Name of the right"), facts.right_name),
        (N_("Number of the right"), facts.right_no),
        (N_("Class"), facts.right_class),
        (N_("Since when it exists"), facts.right_day),
        (N_("Holds in"), country_name(facts.territory)),
        (N_("The work in question"), _masked(facts.work)),
        (N_("Confirmed domain"), " · ".join(filter(None, (facts.domain, facts.domain_day)))),
        (N_("Explanation"), _masked(facts.explanation)),
        (N_("Signed"), facts.signature),
    )  # fmt: skip
    return [(label, value) for label, value in rows if value]


def _masked(text: str) -> str:
    """Free text as it is read at the desk: kept as written, its passwords and numbers of IDs and cards hidden."""
    return mask_secrets(text).text


def _end_of(number: str) -> str:
    return "…" + number[-_SHOWN_DIGITS:] if number else ""
