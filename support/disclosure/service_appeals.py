"""The member is told and may appeal; somebody who had no part in it hears the appeal; legal sets aside."""

from __future__ import annotations

from datetime import datetime

from support.core import audit, vault
from support.core.actors import SYSTEM, Actor
from support.core.calendars import cn_working_days
from support.core.clock import utcnow
from support.core.db import transaction
from support.core.errors import Expired, IllegalMove, NotAllowed, NotFound, Stale
from support.core.words import N_
from support.disclosure import policy, queries
from support.disclosure.lifecycle import OPEN_TO_SETTING_ASIDE, PenaltyState
from support.disclosure.models import Penalty, PenaltyAppeal
from support.disclosure.service import move, said_words, tell
from support.disclosure.service_publishing import drop_correction
from support.policies.models_publications import Withdrawal
from support.policies.service_publications import withdraw

TOO_LATE = N_("The time to appeal was over on %(until)s. You can still complain.")
S = PenaltyState


def note_told(row: Penalty, at: datetime, *, now: datetime | None = None) -> Penalty:
    """Start the time to appeal, from when the letter reached the member; twice is harmless."""
    if row.status is not S.APPROVED:
        return row
    due = cn_working_days(at, policy.APPEAL_DAYS)
    dates = {"told_at": at, "appeal_until": due.at, "appeal_estimated": due.estimated}
    return move(SYSTEM, row, S.TOLD, row.version, now, **dates)


def appeal_penalty(
    actor: Actor, row: Penalty, words: str, *, now: datetime | None = None
) -> PenaltyAppeal:
    """Appeal against a penalty of one's own, in time; nothing is published until it is decided.

    A second appeal returns the first. Raises `Expired` afterwards.
    """
    now = now or utcnow()
    if not policy.is_own(actor, row):
        raise NotFound()
    before = queries.appeal_of(row)
    if before is not None:
        return before
    term = queries.appeal_term(row)
    if row.status is not S.TOLD or term is None:
        raise IllegalMove(row.status, S.APPEALED)
    if now >= term.at:
        raise Expired(TOO_LATE, until=term.last_day.isoformat())
    said = said_words(words)
    try:
        return _appeal(actor, row, said, now)
    except (Stale, IllegalMove):
        if (first := queries.appeal_of(row)) is None:
            raise
        return first


def _appeal(actor: Actor, row: Penalty, said: str, now: datetime) -> PenaltyAppeal:
    due = cn_working_days(now, policy.APPEAL_DAYS)
    with transaction() as session:
        move(actor, row, S.APPEALED, row.version, now)
        appeal = PenaltyAppeal(
            penalty_id=row.id,
            sealed=vault.seal(row.stream, queries.place(row, "appeal"), said),
            at=now,
            due_at=due.at,
            due_estimated=due.estimated,
        )
        session.add(appeal)
        tell(row, "appealed")
    return appeal


def decide_appeal(
    actor: Actor,
    row: Penalty,
    *,
    stands: bool,
    words: str,
    version: int,
    now: datetime | None = None,
) -> Penalty:
    """Decide an appeal, saying why: the penalty stands, or is set aside. Twice by the same person is harmless.

    Raises `NotAllowed` for who proposed or approved the penalty.
    """
    now = now or utcnow()
    policy.require_legal(actor)
    if not policy.may_hear(actor, row):
        raise NotAllowed(N_("Who proposed or approved a penalty does not hear the appeal."))
    appeal = queries.appeal_of(row)
    if appeal is None:
        raise IllegalMove(row.status, S.UPHELD)
    if appeal.decided_by == actor.id and appeal.stands is stands:
        return row
    said = said_words(words)
    with transaction():
        move(actor, row, S.UPHELD if stands else S.OVERTURNED, version, now)
        appeal.answer = vault.seal(row.stream, queries.place(row, "answer"), said)
        appeal.stands, appeal.decided_by, appeal.decided_at = stands, actor.id, now
        tell(row, "upheld" if stands else "overturned")
    return row


def overturn_penalty(
    actor: Actor, row: Penalty, words: str, *, version: int, now: datetime | None = None
) -> Penalty:
    """Set a penalty aside without an appeal, saying why; what was published leaves behind that it was overturned.

    A correction that waits is settled with it. An appeal that runs is decided instead (`IllegalMove`). Twice is
    harmless.
    """
    now = now or utcnow()
    policy.require_legal(actor)
    if row.status is S.OVERTURNED:
        return row
    if row.status not in OPEN_TO_SETTING_ASIDE:
        raise IllegalMove(row.status, S.OVERTURNED)
    said = said_words(words)
    with transaction():
        remark = vault.seal(row.stream, queries.place(row, "remark"), said)
        drop_correction(actor, row, now)
        move(actor, row, S.OVERTURNED, version, now, remark=remark)
        entry = queries.publication_of(row)
        if entry is not None:
            withdraw(actor, entry, why=Withdrawal.OVERTURNED, now=now)
            audit.record(row.stream, "penalty.withdrawn", actor=actor, at=now, publication=entry.id)
        tell(row, "overturned")
    return row
