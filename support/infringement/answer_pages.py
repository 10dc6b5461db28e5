"""What the pages of a respondent show: the notice as it was forwarded, each link with what comes next, the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from support.core.clock import utcnow
from support.infringement import (
    complaints,
    desk_case,
    letter_pages,
    queries,
    queries_acts,
    queries_counters,
    sides,
    statement,
)
from support.infringement.elements import CounterFacts, Meter, counter_meter
from support.infringement.filing_pages import lang_of
from support.infringement.filing_preview import veil
from support.infringement.forms_answers import DECLARED
from support.infringement.lifecycle import LIFECYCLE, ItemState
from support.infringement.models import CounterNotice, Item, Notice, Respondent
from support.infringement.policy import MEASURES, REASONS
from support.infringement.regimes import RULES, RegimeCode
from support.infringement.removals import TAKEN_OUT
from support.workorders.say import say
from support.workorders.why import line_of

S = ItemState
SHOWN_PAPERS = frozenset({"evidence", "comparison", "evaluation"})
"""The kinds of files that go to the other side; proof of who somebody is does not."""
_MINUTE = timedelta(minutes=1)
_ACCEPTABLE = frozenset({S.FORWARDED, S.AWAITING, S.COUNTER_TO_COMPLETE})

_YOURS = (S.AWAITING, S.COUNTER_TO_COMPLETE)


@dataclass(frozen=True, slots=True)
class Line:
    """One link of a respondent: where it stands, what comes next and why then, and which answers are open."""

    id: int
    position: int
    url: str
    title: str
    words: str
    status: ItemState
    content: Any
    reason: str
    measure: str
    next: str
    why: list[str]
    complaint: str
    may_accept: bool
    may_contest: bool


def answers_page(respondent: Respondent) -> dict[str, Any]:
    """Return what the page of a respondent needs."""
    now, notice = utcnow(), queries.notice_by_id(respondent.notice_id)
    items = queries_acts.told_items(respondent)
    lines = [_line(notice, item) for item in items]
    counter = queries_counters.counter_of(respondent)
    return {
        "respondent": respondent,
        "rows": rows_of(sides.forwarded_rows(notice)),
        "papers": papers_of(notice),
        "statement": rows_of(_statement(notice, items)),
        "lines": lines,
        "open": any(line.may_accept or line.may_contest for line in lines),
        "until": until(items),
        "complain": any(complaints.may_complain(item, "respondent", now) for item in items),
        "reasons": reasons_of(items),
        "missing": missing(notice, items, counter),
        "told": preview(
            queries_counters.counter_facts(notice, counter),
            contested_of(notice, respondent, items),
        )
        if counter
        else [],
        "own_papers": desk_case.papers_of(notice, counter) if counter else [],
        "lang_of": lang_of,
        "letters": letter_pages.own_letters(
            respondent.person_id or 0,
            notice.stream,
            lambda letter: url_for("notices.answers_letter", uid=respondent.uid, letter=letter),
        ),
    }


def _statement(notice: Notice, items: Sequence[Item]) -> list[tuple[str, str]]:
    """Return the statement of reasons for the first link that is restricted."""
    found = (statement.rows_of(notice, item, named=True) for item in items if notice.eu)
    return next((rows for rows in found if rows), [])


def until(items: Sequence[Item]) -> datetime | None:
    """Return the last minute in which an answer comes in time, the first where links differ."""
    found = [item.due_at for item in items if item.status in _YOURS and item.due_at is not None]
    return min(found) - _MINUTE if found else None


def lines_of(notice: Notice, respondent: Respondent) -> list[Line]:
    """Return the links that a respondent answers for and was told of: what is still looked at stays unknown."""
    return [_line(notice, item) for item in queries_acts.told_items(respondent)]


def _line(notice: Notice, item: Item) -> Line:
    listing, due = queries.listing_of(notice, item), queries.due_of(item)
    accepted = item.status is S.FINAL and item.reason == "accepted"
    contested = item.status is S.COUNTER_CHECK
    return Line(
        id=item.id,
        position=item.position,
        url=listing.url,
        title=listing.title,
        words=veil(listing.words),
        status=item.status,
        content=item.standing,
        reason="" if item.reason in MEASURES else REASONS.get(item.reason, ""),
        measure=MEASURES.get(item.reason, ""),
        next=say(sides.next_of(item)),
        complaint=""
        if item.status is S.COMPLAINT
        else complaints.said_of(item, "respondent", utcnow()),
        why=[say(line_of(step)) for step in due.steps] if due else [],
        may_accept=item.status in _ACCEPTABLE,
        may_contest=contested or (LIFECYCLE.can(item.status, S.COUNTER_CHECK) and not accepted),
    )


def reasons_of(items: Sequence[Item]) -> list[dict[str, str]]:
    """Return the statement of reasons (DSA 17) beside what each link says: facts, law, who decided, what to do."""
    laws = dict.fromkeys(item.law for item in items if item.law is not None)
    return rows_of(
        [
            (
                _("On these facts"),
                _("The notice below, which is a claim, and the evidence that came with it."),
            ),
            (_("Under this law"), " · ".join(_(law.title) for law in laws)),
            (_("Decided by"), _("People; no machine found the content and none decided.")),
            (
                _("What you can do"),
                _(
                    "Accept it or contest it, link by link; complain within six months of how it ends; go to court at "
                    "any time."
                ),
            ),
        ]
    )


def papers_of(notice: Notice) -> list[dict[str, str]]:
    """Return the files of the notice that the other side may open."""
    kinds = {paper.file_uid: paper.kind for paper in queries.papers_of(notice)}
    return [one for one in desk_case.papers_of(notice) if kinds[one["uid"]] in SHOWN_PAPERS]


def missing(notice: Notice, items: Sequence[Item], counter: CounterNotice | None) -> Sequence[str]:
    """Return what a counter-notice lacks where it was sent back."""
    for item in items:
        if counter is not None and item.status is S.COUNTER_TO_COMPLETE:
            meter: Meter = queries_counters.counter_meter_of(notice, counter, item)
            return [element.words for element in meter.missing]
    return ()


def statements_of(items: Sequence[Item]) -> list[str]:
    """Return the statements that the regimes of these items ask of a counter-notice."""
    asked: set[str] = set()
    for item in items:
        if item.law is not None:
            asked.update(RULES[item.rules].regimes[RegimeCode(item.law)].counter)
    return [code for code in DECLARED if code in asked]


def preview(
    facts: CounterFacts, contested: Sequence[tuple[int, str, str]] = ()
) -> list[dict[str, str]]:
    """Return exactly what the rights holder sees of a counter-notice: no number of an ID, no address of one's own.

    `contested` are the links: position, title, and what is said of each alone.
    """
    contact = ", ".join(filter(None, (facts.shown_name, facts.shown_contact)))
    shown = [
        (_("Respondent"), facts.name),
        (_("Contact"), contact),
        (_("Reasons"), veil(facts.explanation)),
        *(
            (_("Link %(number)s", number=position), ": ".join(filter(None, (title, veil(words)))))
            for position, title, words in contested
        ),
        (_("Signed"), facts.signature),
    ]
    return rows_of([(label, value) for label, value in shown if value])


def contested_of(
    notice: Notice, respondent: Respondent, items: Sequence[Item]
) -> list[tuple[int, str, str]]:
    """Return the links that a respondent has contested of these of theirs, as `preview` takes them."""
    answers = queries_counters.answers_of(respondent)
    found = []
    for item in items:
        answer = answers.get(item.id)
        if answer is not None and answer.choice == "contest":
            listing = queries.listing_of(notice, item)
            words = queries_counters.answer_words(notice, item, answer)
            found.append((item.position, listing.title or listing.url, words))
    return found


def rows_of(pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """Return pairs as the macro of a list takes them."""
    return [{"label": label, "value": value, "lang": lang_of(value)} for label, value in pairs]


def counters_sent(notice: Notice) -> list[dict[str, Any]]:
    """Return the counter-notices that were sent on to the holder, each as they see it, with its files.

    Of its links only those that were sent on: the others may still be changed, or not be contested in the end.
    """
    found, sent = [], queries_acts.counter_sent_on(notice)
    for respondent in queries.respondents_of(notice):
        counter = queries_counters.counter_of(respondent)
        items = [item for item in queries.items_of_respondent(respondent) if item.id in sent]
        if counter is not None and counter.checked_at is not None and items:
            facts = queries_counters.counter_facts(notice, counter)
            gone = [(_("Respondent"), _(TAKEN_OUT))] if respondent.erasure else []
            rows = rows_of(gone) + preview(facts, contested_of(notice, respondent, items))
            found.append({"rows": rows, "papers": desk_case.papers_of(notice, counter)})
    return found


def chosen(lines: Sequence[Line], posted: Mapping[str, str]) -> dict[int, tuple[str, str]]:
    """Return the answer to each link, with its words; what is not offered counts as no answer."""
    found = {}
    for line in lines:
        said = posted.get(f"choice-{line.id}", "")
        if (said == "accept" and line.may_accept) or (said == "contest" and line.may_contest):
            found[line.id] = (said, posted.get(f"words-{line.id}", "").strip()[:2000])
    return found


def to_contest(
    lines: Sequence[Line], choices: Mapping[int, tuple[str, str]]
) -> list[tuple[int, str, str]]:
    """Return the links that are about to be contested, as `preview` takes them."""
    return [
        (line.position, line.title or line.url, choices[line.id][1])
        for line in lines
        if line.id in choices and choices[line.id][0] == "contest"
    ]


def lacking(
    items: Sequence[Item], facts: CounterFacts, choices: Mapping[int, tuple[str, str]], files: int
) -> list[str]:
    """Return what a clerk would still ask for if the answer were sent as it is: message ids, each once."""
    contested = [item for item in items if choices.get(item.id, ("",))[0] == "contest"]
    papers = facts.papers | ({"evidence"} if files else set())
    whole = replace(facts, items=len(contested), papers=papers)
    found: dict[str, None] = {}
    for law, rules in {(item.law, item.rules) for item in contested if item.law is not None}:
        meter = counter_meter(whole, law, rules=RULES[rules])
        found.update(dict.fromkeys(element.words for element in meter.missing))
    return list(found)
