"""What the pages about somebody's conduct show: at the desk, on the case page, and to the person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from support.accounts import queries as people
from support.core.actors import Actor
from support.infringement import conduct, policy, queries
from support.infringement import queries_conduct as known
from support.infringement.conduct import AppealState, Side, StepKind, StepState
from support.infringement.filing_pages import lang_of
from support.infringement.models import Notice
from support.infringement.models_conduct import ConductAppeal, ConductStep
from support.infringement.service_appeals import took_part
from support.infringement.service_conduct import is_approver
from support.workorders.queries import order_by_id


@dataclass(frozen=True, slots=True)
class SignalLine:
    """One signal in the words of its newest figures, the notice that gave them, and how many notices gave it."""

    title: str
    words: str
    reference: str
    at: datetime
    times: int


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as a page shows it; `words`, `gravity` and `intent` are empty where the reader may not see them."""

    row: ConductStep
    grounds: Sequence[str]
    said: Mapping[str, str]
    imposed_by: str
    decided_by: str
    appeal: ConductAppeal | None
    answer: str
    may_appeal: bool
    may_decide: bool


def person_page(actor: Actor, person: people.PersonView, now: datetime) -> dict[str, Any]:
    """Return all that is known of somebody's conduct; the number of queries does not grow with it."""
    steps, appeals = known.steps_of(person.id), known.appeals_of(person.id)
    by_step = {one.step_id: one for one in appeals if one.step_id is not None}
    staff = people.names(
        {one for step in steps for one in (step.imposed_by, step.decided_by) if one is not None}
    )
    record = known.record_row(person.id)
    return {
        "lang_of": lang_of,
        "person": person,
        "name": name_of(person),
        "signals": signal_lines(known.signals_of(person.id, now)),
        "record": record,
        "figures": _figures(record),
        "against": known.against_person(person.id, now),
        "steps": [_line(actor, step, by_step.get(step.id), staff, now) for step in steps],
        "appeals": [one for one in appeals if one.status is AppealState.OPEN],
        "warned": {
            step.side for step in steps if step.kind == StepKind.WARNING and step.stands(now)
        },
        "suspending": {
            step.side
            for step in steps
            if step.kind == StepKind.SUSPENSION
            and (step.status is StepState.PROPOSED or step.stands(now))
        },
        "legal": policy.is_legal(actor),
        "clerk": policy.is_clerk(actor),
        "sides": list(Side),
    }


def name_of(person: people.PersonView) -> str:
    """Return what a person is called at the desk: the member name, or a guest's masked address."""
    return people.names([person.id]).get(person.id, "")


def signal_lines(signals: Sequence[Any]) -> list[SignalLine]:
    """Return each signal once, in the reader's words; `signals` come newest first."""
    times = Counter(one.code for one in signals)
    newest = {one.code: one for one in reversed(signals) if one.code in conduct.SIGNALS}
    references = known.references_of(one.notice_id for one in newest.values())
    return [
        SignalLine(
            title=conduct.SIGNALS[one.code].title,
            words=_(conduct.SIGNALS[one.code].words, **one.figures),
            reference=references[one.notice_id],
            at=one.at,
            times=times[one.code],
        )
        for one in newest.values()
    ]


def _line(
    actor: Actor,
    step: ConductStep,
    appeal: ConductAppeal | None,
    staff: Mapping[int, str],
    now: datetime,
) -> StepLine:
    grounds = conduct.GROUNDS[step.about]
    begun = step.starts_at or step.at
    waits = step.status is StepState.PROPOSED and actor.id not in (step.imposed_by, step.person_id)
    return StepLine(
        row=step,
        grounds=[grounds[code] for code in step.grounds if code in grounds],
        said=known.said_in(step),
        imposed_by=staff.get(step.imposed_by or 0, ""),
        decided_by=staff.get(step.decided_by or 0, ""),
        appeal=appeal,
        answer=known.answer_to(appeal) if appeal is not None else "",
        may_appeal=appeal is None and conduct.may_appeal(step.kind, step.state, begun, now),
        may_decide=waits and is_approver(actor),
    )


def _figures(record: Any) -> dict[str, int]:
    found = conduct.Record(record.decided, record.taken, record.restored) if record else None
    if found is None:
        return {}
    return {"taken": found.percent_taken, "restored": found.percent_restored}


def own_page(actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what somebody may know of their own conduct: steps they were told of, their record, their appeals."""
    person_id = actor.id or 0
    appeals = known.appeals_of(person_id)
    by_step = {one.step_id: one for one in appeals if one.step_id is not None}
    told = [
        step
        for step in known.steps_of(person_id)
        if step.kind != StepKind.NOTE and step.starts_at is not None
    ]
    record = known.record_row(person_id)
    references = known.references_of(one.notice_id for one in appeals if one.notice_id)
    return {
        "lang_of": lang_of,
        "steps": [_line(actor, step, by_step.get(step.id), {}, now) for step in told],
        "stands": [step.kind for step in told if step.stands(now)],
        "record": record,
        "figures": _figures(record),
        "lane": conduct.LANE,
        "objections": [
            {
                "row": one,
                "reference": references[one.notice_id],
                "words": known.words_of(one),
                "answer": known.answer_to(one),
            }
            for one in appeals
            if one.notice_id is not None
        ],
    }


def appeal_page(actor: Actor, appeal: ConductAppeal) -> dict[str, Any]:
    """Return an appeal as legal decides it; `mine` says whether the reader may."""
    step = known.step_of(appeal)
    part = took_part(appeal)
    notice = queries.notice_by_id(appeal.notice_id) if appeal.notice_id is not None else None
    grounds = conduct.GROUNDS[step.about] if step is not None else {}
    person = people.person(appeal.person_id)
    return {
        "lang_of": lang_of,
        "appeal": appeal,
        "person": person,
        "name": name_of(person),
        "step": step,
        "grounds": [grounds[code] for code in step.grounds if code in grounds] if step else [],
        "said": known.said_in(step) if step is not None else {},
        "reference": order_by_id(notice.order_id).reference if notice is not None else "",
        "words": known.words_of(appeal),
        "answer": known.answer_to(appeal),
        "mine": policy.is_legal(actor) and actor.id not in part,
        "decided": appeal.status is not AppealState.OPEN,
    }


def case_part(notice: Notice, now: datetime) -> dict[str, Any]:
    """Return what the case page says of the conduct of both sides, in two queries."""
    respondents = queries.respondents_of(notice)
    against, numbers = known.against(respondents, now), queries.numbers_of(respondents)
    return known.summary(notice, now) | {
        "against": [
            {"number": numbers[one.id], "links": against.get(one.id, 0), "person": one.person_id}
            for one in respondents
        ]
    }
