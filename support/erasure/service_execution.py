"""Carrying a decided deletion out, step by step: each is done in full before the next, and harmless when done again.

The steps are rows (`execution.steps_for`), so that a killed process leaves off where it was and the next one goes on
there. What a legal hold keeps is left standing with all that needs its key, until the hold is released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from support.accounts import service_closing
from support.assurance import service as assurance
from support.core import audit, ledger, outbox, platform, vault
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import changed, clean_leftovers, db, transaction
from support.core.holders import Holder, Measure, Removal
from support.core.outbox import Retry
from support.core.platform_calls import Name
from support.core.vault import KeyDestroyed
from support.erasure import (
    execution,
    letters,
    queries,
    queries_plan,
    receipts,
    service_ledger,
    service_mentions,
    service_taking_out,
)
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure, ErasureLine, ErasureStep
from support.erasure.rules import CEASED
from support.erasure.service import BEGINS_AFTER, DUE, act_of, move
from support.notifications import evidence
from support.verification import queries as checks
from support.workorders import queries as orders

WAITS_FOR_LETTER = timedelta(hours=24)
HELD = "held"
S = ErasureState


def begin(row: Erasure, now: datetime) -> None:
    """Begin with an approved request: its account is closed, and its steps stand there. Safe to run twice."""
    with transaction():
        if row.status is not S.APPROVED:
            return
        if checks.is_claimed(row.person_id):
            raise Retry("account_claimed")
        assurance.require(SYSTEM, act_of(row), now=now)
        move(SYSTEM, row, S.EXECUTING, row.version, now)
        _add_late(row, now)
        service_ledger.lay_steps(row)
        if execution.is_whole(queries.measures_of(row)):
            service_closing.close_account(SYSTEM, row.person_id, now=now)


def _add_late(row: Erasure, now: datetime) -> None:
    """Decide by the table on classes in which nothing stood when it was proposed, where the account goes: what came
    since would be left without anybody who could read it."""
    lines = queries.lines_of(row)
    if row.scope or not execution.is_whole(queries.measures_of(row)):
        return
    decided = {line.data_class for line in lines}
    for each in queries_plan.plan_of(row.person_id, now):
        if each.found and each.data_class not in decided and each.measure is not Measure.KEEP:
            late = {"data_class": each.data_class.value, "measure": each.measure.value}
            until = each.until if each.measure is Measure.RESTRICT else None
            db.session.add(
                ErasureLine(
                    erasure_id=row.id, found=each.found, until=until, held=each.held, **late
                )
            )
    db.session.flush()


def carry_on(erasure_id: int) -> None:
    """Do the steps that are left, as far as nothing holds them back; safe to run twice, and beside itself.

    Raises `Retry` while the letter that says where the proof stands is still on its way.
    """
    row = queries.erasure_by_id(erasure_id)
    if row.status is S.APPROVED:
        begin(row, utcnow())
    if row.status is not S.EXECUTING:
        return
    since = utcnow()
    for step in queries.steps_of(row):
        if step.code == execution.KEY and step.done_at is None:
            _look_again(row, since)
        if step.done_at is None and not _do(row, step):
            return


def _look_again(row: Erasure, since: datetime) -> None:
    """Look once more, before the key goes, for what others wrote while a part waited: under a hold, or after a kill."""
    mentions = next(step for step in queries.steps_of(row) if step.code == execution.MENTIONS)
    if mentions.done_at is None or mentions.done_at >= since:
        return
    service_mentions.look_for(row)
    if service_taking_out.is_held_back(row):
        with transaction():
            mine = update(ErasureStep).where(ErasureStep.id == mentions.id)
            changed(mine.values(done_at=None))
        _do(row, mentions)


def _do(row: Erasure, step: ErasureStep) -> bool:
    """Do one step; return whether the next one may follow."""
    now = utcnow()
    holder = next((each for each in hooks(Holder) if each.code == step.code), None)
    if holder is not None:
        if not _carry(row, step, holder):
            _note(step, HELD)
            return True
    elif step.code in _AFTER_ALL and _is_open(row, step):
        return False
    else:
        if step.code == execution.MENTIONS and step.note == HELD:
            service_mentions.look_for(row)  # people write on under a hold
        _OWN[step.code](row, now)
        if step.code == execution.MENTIONS and service_taking_out.is_held_back(row):
            _note(step, HELD)
            return True
    with transaction():
        mine = update(ErasureStep).where(ErasureStep.id == step.id, ErasureStep.done_at.is_(None))
        changed(mine.values(done_at=utcnow(), note=""))
        if step.code == execution.PROOF:
            finish(row, utcnow())
    return True


def _carry(row: Erasure, step: ErasureStep, holder: Holder) -> bool:
    """Call a place's verb, each time in a transaction of its own, until nothing is left there; return False where a
    legal hold keeps the rest: each time it is asked for anew.

    What can't be opened any more, its key being destroyed before a backup came back, is deleted instead of locked away.
    """
    measure = step.what
    while True:
        try:
            with transaction():
                if queries_plan.is_held(holder, row.person_id):
                    return False
                taken = holder.measures[measure](_removal(row, measure, holder.data_class))
                mine = update(ErasureStep).where(ErasureStep.id == step.id)
                changed(mine.values(taken=ErasureStep.taken + taken))
        except KeyDestroyed:
            if measure is not Measure.RESTRICT:
                raise
            measure = Measure.ERASE
            continue
        if not taken:
            return True


def _removal(row: Erasure, measure: Measure, data_class: str) -> Removal:
    """Return what a place is asked to do, with the key under which a class is locked away until its date.

    Where that date is past already, a legal hold having lasted longer, nothing is locked away any more: it goes.
    """
    now = utcnow()
    until = next(line.until for line in queries.lines_of(row) if line.data_class == data_class)
    if measure is not Measure.RESTRICT or until is None or until <= now:
        return Removal(row.person_id, now)
    key = vault.restriction_key(f"{row.uid}:{data_class}", until)
    return Removal(row.person_id, now, key, until)


def _note(step: ErasureStep, words: str) -> None:
    with transaction():
        changed(update(ErasureStep).where(ErasureStep.id == step.id).values(note=words))


def _is_open(row: Erasure, step: ErasureStep) -> bool:
    """True while an earlier step is held back: what comes after all waits for it."""
    before = (ErasureStep.erasure_id == row.id, ErasureStep.position < step.position)
    waits = select(ErasureStep.id).where(*before, ErasureStep.done_at.is_(None)).limit(1)
    return db.session.execute(waits).first() is not None


def _wait_for_letter(row: Erasure, now: datetime) -> None:
    """Let the letter leave first, since afterwards there is no address left to send it to; for a day at most."""
    order = orders.order_by_id(row.order_id)
    late = row.approved_at is not None and now - row.approved_at > WAITS_FOR_LETTER
    if row.ground == CEASED:  # written together with the request, to whoever has an address
        left = not evidence.is_on_its_way(order.stream, letters.ERASURE)
    else:
        left = evidence.is_through(order.stream, letters.ERASURE, "approved")
    if not late and not left:
        raise Retry("letter_on_its_way")


def _write_ledger(row: Erasure, now: datetime) -> None:
    """Write down, outside of the database, what must stay erased; before anything is destroyed."""
    if execution.is_whole(queries.measures_of(row)):
        service_mentions.look_for(row)
        service_mentions.note_identity(row)
    number = ledger.append(service_ledger.entry_of(row, service_mentions.written(row)))
    with transaction():
        changed(update(Erasure).where(Erasure.id == row.id).values(ledger=number))
        ledger.mark_applied(number)
        order = orders.order_by_id(row.order_id)
        audit.record(
            order.stream, "erasure.ledger", actor=SYSTEM, at=now, erasure=row.id, number=number
        )
    db.session.refresh(row)


def _tell_platform(row: Erasure, now: datetime) -> None:
    order = orders.order_by_id(row.order_id)
    platform.call(
        Name.ERASE_PERSON,
        f"erasure:{row.uid}",
        about=order.stream,
        reference=order.reference,
        person=row.person_id,
        now=now,
    )


def _destroy_key(row: Erasure, now: datetime) -> None:
    with transaction():
        vault.destroy(f"person:{row.person_id}")
        changed(update(Erasure).where(Erasure.id == row.id).values(identity=None))


def _clean(row: Erasure, now: datetime) -> None:
    clean_leftovers()


def _prove(row: Erasure, now: datetime) -> None:
    if row.receipt is None:
        signed = receipts.sign(receipts.facts_of(row, now))
        with transaction():
            mine = update(Erasure).where(Erasure.id == row.id, Erasure.receipt.is_(None))
            changed(mine.values(receipt=signed))


def finish(row: Erasure, now: datetime) -> None:
    """Call a request done whose steps all are; what is locked away ends by the tick. Inside a transaction."""
    db.session.refresh(row)
    if row.status is not S.EXECUTING:
        return
    locked = any(line.what is Measure.RESTRICT and line.until for line in queries.lines_of(row))
    new = S.RESTRICTED if locked else S.COMPLETED
    move(SYSTEM, row, new, row.version, now, ended_at=now, reason="carried_out")


def go_on(now: datetime) -> None:
    """Go on with what a legal hold held back, and begin or go on with what lost its job; periodic, twice is harmless.

    A job is given up after a day, and a claim to the account, for instance, may take longer to be decided.
    """
    late = (Erasure.state == S.APPROVED) & (Erasure.approved_at <= now - BEGINS_AFTER)
    running = select(Erasure.id, Erasure.uid).where((Erasure.state == S.EXECUTING) | late)
    for erasure_id, uid in db.session.execute(running.limit(200)).all():
        with transaction():
            outbox.put(DUE, f"{uid}:{now:%Y-%m-%dT%H}", erasure=erasure_id)


def end_terms(now: datetime) -> None:
    """Call those done whose last locked class has ended: their restriction keys are destroyed. Periodic."""
    runs = (ErasureLine.erasure_id == Erasure.id, ErasureLine.until > now)
    over = select(Erasure).where(Erasure.state == S.RESTRICTED, ~exists().where(*runs))
    for row in db.session.execute(over.order_by(Erasure.id).limit(200)).scalars().all():
        with transaction():
            move(SYSTEM, row, S.COMPLETED, row.version, now)


_AFTER_ALL = frozenset({execution.KEY, execution.CLEAN, execution.PROOF})
_OWN: Mapping[str, Callable[[Erasure, datetime], object]] = {
    execution.TOLD: _wait_for_letter,
    execution.LEDGER: _write_ledger,
    execution.MENTIONS: service_taking_out.take_out,
    execution.PLATFORM: _tell_platform,
    execution.KEY: _destroy_key,
    execution.CLEAN: _clean,
    execution.PROOF: _prove,
}
