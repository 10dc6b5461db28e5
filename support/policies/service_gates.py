"""The verbs of the gate: propose, approve or refuse as a second person, take back, end."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from support.core import audit
from support.core.actors import SYSTEM, Actor
from support.core.backup_parts import BackupError
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import compare_and_set, new_uid, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.words import N_
from support.policies.lifecycle_gates import LIFECYCLE, GateState
from support.policies.models_gates import SharingGate
from support.policies.policy_sharing import check_may_approve_gate, check_may_keep_partners
from support.policies.prose import clean
from support.policies.queries_gates import export_gate_to
from support.policies.sharing_words import EXCEPTIONS, HOME, Aim, Basis, Data, Kind
from support.policies.today import today

S = GateState
NEEDED = N_("Please fill this in.")
CHOOSE = N_("Please choose one.")
KINDS = (Kind.ENTRUSTED, Kind.SHARED, Kind.TRANSFERRED, Kind.EXPORTED)
ABROAD = N_("Data that leaves the Chinese mainland is an export; choose that.")
AT_HOME = N_("An export leaves the Chinese mainland; choose where to.")
FUTURE = N_("Choose a day from today on.")
CONSENT = N_("With consent as its basis each person has to agree.")
SECOND = N_("Another person than who proposed it has to decide.")
NO_BACKUP = N_(
    "A backup in %(region)s is an export and needs an approved gate (/desk/gates) for that region."
)
WRITE_WHY = N_("Please write why.")
_LONGEST = {"receiver": 120, "necessity": 2000, "assessment": 80}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a gate weighs: who receives what, what for, why it may be and has to be; until when it holds."""

    receiver: str
    kind: str
    region: str
    data: tuple[str, ...]
    aim: str
    basis: str
    necessity: str
    assessment: str
    consent: bool
    ends: date | None


def propose_gate(actor: Actor, weighed: Weighed, *, now: datetime | None = None) -> SharingGate:
    """Propose a new kind of sharing, a transfer or an export and return its record; raises `Invalid` at a field."""
    now = now or utcnow()
    check_may_keep_partners(actor)
    if actor.id is None:
        raise NotAllowed()
    values = _checked(weighed, now)
    with transaction() as session:
        gate = SharingGate(uid=new_uid(), **values, proposed_by=actor.id, proposed_at=now)
        session.add(gate)
        session.flush()  # its id stands in the event
        audit.record("system", "gate.proposed", actor=actor, at=now, gate=gate.id)
    return gate


def approve_gate(
    actor: Actor, gate: SharingGate, *, version: int, now: datetime | None = None
) -> SharingGate:
    """Let it be, as the second person; an exception needs somebody of legal. By the same person twice is harmless."""
    if gate.status is S.APPROVED and gate.decided_by == actor.id:
        return gate
    return _decide(actor, gate, S.APPROVED, "", version, now or utcnow())


def refuse_gate(
    actor: Actor, gate: SharingGate, *, words: str, version: int, now: datetime | None = None
) -> SharingGate:
    """Refuse it, as the second person, with a reason; by the same person twice is harmless."""
    if gate.status is S.REFUSED and gate.decided_by == actor.id:
        return gate
    words = " ".join(clean(words).split())
    if not 0 < len(words) <= 500:
        raise Invalid("words", WRITE_WHY)
    return _decide(actor, gate, S.REFUSED, words, version, now or utcnow())


def withdraw_gate(
    actor: Actor, gate: SharingGate, *, version: int, now: datetime | None = None
) -> SharingGate:
    """Take back what one proposed oneself, before it is decided; twice is harmless."""
    now = now or utcnow()
    check_may_keep_partners(actor)
    if gate.proposed_by != actor.id:
        raise NotAllowed()
    return _move(actor, gate, S.WITHDRAWN, version, now, ended_at=now)


def end_gate(
    actor: Actor, gate: SharingGate, *, version: int, now: datetime | None = None
) -> SharingGate:
    """End what was approved: nothing goes through it from now on; twice is harmless."""
    now = now or utcnow()
    check_may_keep_partners(actor)
    return _move(actor, gate, S.ENDED, version, now, ended_at=now)


def export_backup(region: str, *, now: datetime | None = None) -> None:
    """Let a backup be kept in a region; raise `BackupError` where that is an export and no gate is in force for it.

    One that goes out is an event with its gate. Where the database stands abroad itself, its region is no other one.
    """
    now, config = now or utcnow(), settings()
    if region in (HOME, config.database_region):
        return
    gate = export_gate_to(region, now)
    if gate is None:
        raise BackupError(NO_BACKUP, region=region)
    audit.record_system("backup.exported", at=now, actor=SYSTEM, region=region, gate=gate.id)


def _decide(
    actor: Actor, gate: SharingGate, new: GateState, words: str, version: int, now: datetime
) -> SharingGate:
    check_may_approve_gate(actor, exception=gate.basis in EXCEPTIONS)
    if gate.proposed_by == actor.id:
        raise NotAllowed(SECOND)
    decided = {"decided_by": actor.id, "decided_at": now, "words": words}
    return _move(actor, gate, new, version, now, **decided)


def _move(
    actor: Actor, gate: SharingGate, new: GateState, version: int, now: datetime, **values: Any
) -> SharingGate:
    with transaction():
        if gate.status is new:
            return gate
        LIFECYCLE.check_move(gate.status, new)
        gate = compare_and_set(gate, version=version, state=new, **values)
        audit.record("system", f"gate.{new}", actor=actor, at=now, gate=gate.id)
    return gate


def _checked(weighed: Weighed, now: datetime) -> dict[str, Any]:
    values = asdict(weighed)
    for name, longest in _LONGEST.items():
        values[name] = clean(values[name])
        if not values[name]:
            raise Invalid(name, NEEDED)
        if len(values[name]) > longest:
            raise Invalid(name, N_("At most %(most)s characters."), most=longest)
    for name, words in (("kind", KINDS), ("aim", Aim), ("basis", Basis)):
        if values[name] not in {each.value for each in words}:
            raise Invalid(name, CHOOSE)
    _check_region(weighed)
    known = [each.value for each in Data if each.value in weighed.data]
    if not known or len(known) != len(set(weighed.data)):
        raise Invalid("data", N_("Please choose at least one."))
    if weighed.basis == Basis.CONSENT and not weighed.consent:
        raise Invalid("consent", CONSENT)
    if weighed.ends is None or weighed.ends < today(now):
        raise Invalid("ends", FUTURE)
    return {**values, "data": known}


def _check_region(weighed: Weighed) -> None:
    region = weighed.region
    if len(region) != 2 or not region.isalpha() or not region.isupper():
        raise Invalid("region", CHOOSE)
    if weighed.kind == Kind.EXPORTED and region == HOME:
        raise Invalid("region", AT_HOME)
    if weighed.kind != Kind.EXPORTED and region != HOME:
        raise Invalid("kind", ABROAD)
