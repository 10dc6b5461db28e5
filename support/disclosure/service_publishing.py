"""Publishing when the time to appeal is over, correcting in the same place by two people, and the end of the term."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from support.core import audit, vault
from support.core.actors import SYSTEM, Actor
from support.core.calendars import months
from support.core.clock import utcnow
from support.core.db import compare_and_set, each_of, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, IllegalMove, NotAllowed
from support.core.words import N_
from support.disclosure import policy, queries
from support.disclosure.kind import PENALTY, WHOLE
from support.disclosure.lifecycle import PenaltyState
from support.disclosure.models import Penalty, PenaltyCorrection
from support.disclosure.service import check_names, move, tell
from support.disclosure.wording import Wording, checked
from support.policies.models_publications import Withdrawal
from support.policies.service_publications import publish, withdraw
from support.policies.service_sharing import record_sharing
from support.policies.sharing_words import Aim, Basis, Data, Kind, Recipient

S = PenaltyState
UNDER_WAY = N_("A correction waits for a second person already.")


def publish_due(now: datetime) -> None:
    """Publish what nobody appealed against in time, and what stands after an appeal; periodic, twice is harmless.

    Whose member is named otherwise by now waits as it is, for people to decide.
    """
    each_of(Penalty, queries.ready(now), work=partial(_publish, now=now))


def end_due(now: datetime) -> None:
    """End what has stood for its time; periodic, twice is harmless."""
    ended = (Penalty.state == S.PUBLISHED, Penalty.ends_at <= now)
    each_of(Penalty, *ended, work=partial(_end, now=now))


def _publish(row: Penalty, now: datetime) -> None:
    if row.status is S.TOLD and _recount(row, now) > now:
        return
    wording = queries.wording_of(row)
    if wording is None or queries.is_held_back(row):
        return
    ends_at = months(now, row.months).at
    entry = publish(
        SYSTEM,
        kind=PENALTY.code,
        series=row.series,
        facts=wording.facts(personal=row.personal),
        event_at=row.told_at or now,
        personal=row.personal,
        ends_at=ends_at,
        counts=dict.fromkeys((WHOLE, *wording.measures), 1),
        now=now,
    )
    dates = {"publication_id": entry.id, "published_at": now, "ends_at": ends_at}
    move(SYSTEM, row, S.PUBLISHED, row.version, now, **dates)
    _note_given(row, entry.uid, row.approved_by, now)
    tell(row, "published")


def _note_given(row: Penalty, entry: str, approved_by: int | None, now: datetime) -> None:
    """Write into the ledger of sharing what everybody reads of the member now."""
    record_sharing(
        SYSTEM,
        row.person_id,
        key=f"penalty:{entry}",
        to=Recipient.PUBLIC,
        data=(Data.NAME, Data.DECISION),
        aim=Aim.PENALTY,
        basis=Basis.PENALTY,
        kind=Kind.PUBLISHED,
        approved_by=approved_by,
        now=now,
    )


def _recount(row: Penalty, now: datetime) -> datetime:
    """Return the end of the time to appeal, counted anew where it was an estimate; nobody loses a day."""
    term = queries.appeal_term(row)
    if term is None:
        raise IllegalMove(row.status, S.PUBLISHED)
    if row.appeal_estimated and (term.at, term.estimated) != (row.appeal_until, True):
        values = {"appeal_until": term.at, "appeal_estimated": term.estimated}
        compare_and_set(row, version=row.version, **values)
        audit.record(
            row.stream, "penalty.recounted", actor=SYSTEM, at=now, until=term.at.isoformat()
        )
    return term.at


def _end(row: Penalty, now: datetime) -> None:
    drop_correction(SYSTEM, row, now)
    move(SYSTEM, row, S.ENDED, row.version, now)
    entry = queries.publication_of(row)
    if entry is not None:
        withdraw(SYSTEM, entry, why=Withdrawal.TERM, now=now)


def propose_correction(
    actor: Actor, row: Penalty, wording: Wording, *, now: datetime | None = None
) -> PenaltyCorrection:
    """Propose another wording of what is published; raises `AlreadyDone` while one waits, `Invalid` as a draft does."""
    now = now or utcnow()
    policy.require_legal(actor)
    shown = queries.shown_of(row.person_id)
    named = replace(wording, name=wording.name if row.personal else shown.name)
    fit, uid = checked(named, personal=row.personal, own=shown.own), new_uid()
    with transaction():
        made = insert_new(
            PenaltyCorrection,
            uid=uid,
            penalty_id=row.id,
            sealed=vault.seal(row.stream, queries.place(row, f"correction:{uid}"), fit.dump()),
            proposed_by=actor.id,
            at=now,
            made=False,
            version=1,
        )
        if not made:
            raise AlreadyDone(UNDER_WAY)
        compare_and_set(row, version=row.version, changed_at=now)  # nobody sets it aside meanwhile
        if row.status is not S.PUBLISHED:
            raise IllegalMove(row.status, S.PUBLISHED)
        audit.record(row.stream, "penalty.correction_proposed", actor=actor, at=now)
    found = queries.correction_of(row)
    assert found is not None
    return found


def settle_correction(
    actor: Actor,
    row: Penalty,
    correction: PenaltyCorrection,
    *,
    made: bool,
    version: int,
    now: datetime | None = None,
) -> Penalty:
    """Agree to a correction as the second person, which replaces the entry in its place, or refuse it.

    Who proposed it may take it back, not agree to it. Twice is harmless.
    """  # fmt: skip
    now = now or utcnow()
    policy.require_desk(actor)
    if correction.settled_at is not None and correction.settled_by == actor.id:
        return row
    if made and not policy.may_approve(actor, correction.proposed_by):
        raise NotAllowed(N_("Another person than who proposed it has to agree."))
    with transaction():
        settled = {"settled_by": actor.id, "settled_at": now, "made": made}
        compare_and_set(correction, version=version, **settled)
        if made:
            _replace(actor, row, queries.correction_wording(row, correction), now)
        what = "made" if made else "refused"
        audit.record(row.stream, f"penalty.correction_{what}", actor=actor, at=now)
    return row


def drop_correction(actor: Actor, row: Penalty, now: datetime) -> None:
    """Settle the correction that waits, as what it was to replace goes; inside the transaction of that act."""
    waiting = queries.correction_of(row)
    if waiting is None:
        return
    settled = {"settled_by": actor.id, "settled_at": now, "made": False}
    compare_and_set(waiting, version=waiting.version, **settled)
    audit.record(row.stream, "penalty.correction_refused", actor=actor, at=now)


def _replace(actor: Actor, row: Penalty, wording: Wording | None, now: datetime) -> None:
    before = queries.publication_of(row)
    if row.status is not S.PUBLISHED or before is None or wording is None:
        raise IllegalMove(row.status, S.PUBLISHED)
    check_names(row, wording)
    entry = publish(
        actor,
        kind=PENALTY.code,
        series=row.series,
        facts=wording.facts(personal=row.personal),
        event_at=before.event_at,
        personal=row.personal,
        ends_at=row.ends_at,
        replaces=before,
        now=now,
    )
    text = vault.seal(row.stream, queries.place(row, "sealed"), wording.dump())
    compare_and_set(row, version=row.version, sealed=text, publication_id=entry.id, changed_at=now)
    _note_given(row, entry.uid, actor.id, now)
    tell(row, "corrected")
