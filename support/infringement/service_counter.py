"""Counter-notices: a respondent accepts or contests each of their items; a clerk checks what they wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, new_uid, transaction
from support.core.errors import IllegalMove, NotFound, Stale
from support.infringement import moves, policy, queries, queries_counters, service
from support.infringement.elements import (
    NEWEST_STATEMENTS,
    SEALED_COUNTER,
    STATEMENTS,
    CounterFacts,
    Meter,
)
from support.infringement.lifecycle import LIFECYCLE, ItemState
from support.infringement.models import (
    Answer,
    CounterNotice,
    Item,
    Notice,
    Respondent,
    answer_place,
    counter_place,
)
from support.infringement.service_forwarding import record_arrival


@dataclass(frozen=True, slots=True)
class Choice:
    """What a respondent says of one item, with words of their own where they contest it."""

    choice: Literal["accept", "contest"]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """What a respondent sends: a choice for each item (row ids), and the counter-notice for those that are contested.

    `papers` are uploads of `files_owner`. `facts.papers` and `items` are counted here.
    """

    choices: Mapping[int, Choice]
    facts: CounterFacts
    papers: Mapping[str, str]
    files_owner: str
    language: str = "en"


def answer_items(
    actor: Actor, respondent: Respondent, response: Response, *, now: datetime | None = None
) -> CounterNotice | None:
    """Accept or contest items, as their respondent; also after the time, while the measure stands (`law.md` 5.7).

    Sent again before it is forwarded, it takes the place of what was there. Raises `NotFound` for an item that is
    another's, `IllegalMove` where it is too late.
    """
    now = now or utcnow()
    if actor.id is None or actor.id != respondent.person_id or respondent.forwarded_at is None:
        raise NotFound()
    with transaction():
        notice = queries.notice_by_id(respondent.notice_id)
        own = {item.id: item for item in queries.items_of_respondent(respondent)}
        if not set(response.choices) <= set(own):
            raise NotFound()
        contested = [own[each] for each, one in response.choices.items() if one.choice == "contest"]
        with moves.as_one_act(notice, now):
            for item_id, choice in response.choices.items():
                _answer(actor, notice, respondent, own[item_id], choice, now)
            counter = _write(actor, notice, respondent, response, now) if contested else None
            for item in contested:
                if item.status is not ItemState.COUNTER_CHECK:
                    state, version = ItemState.COUNTER_CHECK, item.version
                    moves.move_item(actor, item, state, version=version, now=now, reason="")
    return counter


def _answer(
    actor: Actor, notice: Notice, respondent: Respondent, item: Item, choice: Choice, now: datetime
) -> None:
    accepts = choice.choice == "accept"
    new = ItemState.FINAL if accepts else ItemState.COUNTER_CHECK
    if item.status is not ItemState.COUNTER_CHECK or accepts:
        LIFECYCLE.check_move(item.status, new)
    if item.status is ItemState.FINAL and item.reason == "accepted":
        raise IllegalMove(item.status, new)
    record_arrival(actor, item, "notice", channel="answered", at=now, now=now)
    known = select(Answer).where(Answer.item_id == item.id)
    row = db.session.execute(known).scalar_one_or_none()
    if row is None:
        row = Answer(item_id=item.id, respondent_id=respondent.id)
        db.session.add(row)
    row.choice, row.at = choice.choice, now
    row.sealed = moves.sealed_json(notice, answer_place(item.uid), words=choice.words)
    db.session.flush()
    if accepts:
        moves.move_item(
            actor, item, ItemState.FINAL, version=item.version, now=now, reason="accepted"
        )


def _write(
    actor: Actor, notice: Notice, respondent: Respondent, response: Response, now: datetime
) -> CounterNotice:
    facts = response.facts
    row = queries_counters.counter_of(respondent)
    uid = row.uid if row else new_uid()
    said = {name: value for name, value in asdict(facts).items() if name in SEALED_COUNTER}
    written: dict[str, Any] = {
        "language": response.language,
        "sealed": moves.sealed_json(notice, counter_place(uid), **said),
        "statements": sorted(facts.statements & set(STATEMENTS[NEWEST_STATEMENTS])),
        "statements_version": NEWEST_STATEMENTS,
        "signed_at": now if facts.signature else None,
        "at": now,
        "checked_by": None,
        "checked_at": None,
    }
    if row is None:
        row = CounterNotice(uid=uid, notice_id=notice.id, respondent_id=respondent.id, **written)
        db.session.add(row)
        db.session.flush()
    else:
        row = compare_and_set(row, version=row.version, **written)
    service.attach_papers(
        notice, response.papers, response.files_owner, respondent.person_id or 0, row.id
    )
    audit.record(notice.stream, "counter.written", actor=actor, at=now, counter=row.id)
    return row


def check_counter(
    actor: Actor, counter: CounterNotice, *, version: int, now: datetime | None = None
) -> Meter | None:
    """Check a counter-notice, as a clerk, by the elements of each item's regime; return what lacks, None for nothing.

    Complete ones may be forwarded then; the others go back to their respondent with a term.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    if counter.version != version:
        raise Stale()
    with transaction() as session:
        notice = queries.notice_by_id(counter.notice_id)
        respondent = session.get_one(Respondent, counter.respondent_id)
        waiting = [
            item
            for item in queries.items_of_respondent(respondent)
            if item.status is ItemState.COUNTER_CHECK
        ]
        if not waiting:
            raise IllegalMove(ItemState.COUNTER_FORWARDED, ItemState.COUNTER_CHECK)
        lacking = None
        for item in waiting:
            meter = queries_counters.counter_meter_of(notice, counter, item)
            if not meter.complete:
                lacking = meter
                moves.move_item(
                    actor, item, ItemState.COUNTER_TO_COMPLETE, version=item.version, now=now
                )
        if lacking is None:
            compare_and_set(counter, version=version, checked_by=actor.id, checked_at=now)
        else:
            compare_and_set(counter, version=version)
        complete = lacking is None
        audit.record(
            notice.stream, "counter.checked", actor=actor, at=now, counter=counter.id, ok=complete
        )
    return lacking
