"""Which gates there are, and whether one lets something through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select

from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound
from support.policies.lifecycle_gates import GateState
from support.policies.models_gates import SharingGate
from support.policies.policy_sharing import check_may_read_partners
from support.policies.sharing_words import Kind
from support.policies.today import today

MOST = 200


def gates_for(actor: Actor) -> Sequence[SharingGate]:
    """Return the newest gates, those that wait first, to those who may read them."""
    check_may_read_partners(actor)
    waits = (SharingGate.state == GateState.PROPOSED).desc()
    found = select(SharingGate).order_by(waits, SharingGate.id.desc()).limit(MOST)
    return db.session.execute(found).scalars().all()


def gate_for(actor: Actor, uid: str) -> SharingGate:
    """Return one gate; raise `NotFound` or `NotAllowed`."""
    check_may_read_partners(actor)
    found = select(SharingGate).where(SharingGate.uid == uid)
    gate = db.session.execute(found).scalar_one_or_none()
    if gate is None:
        raise NotFound()
    return gate


def gate_by_id(gate_id: int) -> SharingGate | None:
    """Return a gate by its row id, as the database has it now."""
    return db.session.get(SharingGate, gate_id, populate_existing=True)


def export_gates(now: datetime) -> list[SharingGate]:
    """Return the gates for exports that are in force."""
    found = select(SharingGate).where(
        SharingGate.state == GateState.APPROVED, SharingGate.kind == Kind.EXPORTED
    )
    rows = db.session.execute(found.order_by(SharingGate.id.desc()).limit(MOST)).scalars()
    return [row for row in rows if row.stands_on(today(now))]


def lets_out(gate: SharingGate | None, region: str, data: Collection[str], now: datetime) -> bool:
    """True where a gate is in force that lets these data go to this region."""
    return (
        gate is not None
        and gate.stands_on(today(now))
        and gate.how is Kind.EXPORTED
        and gate.region == region
        and set(data) <= set(gate.data)
    )


def export_gate_to(region: str, now: datetime) -> SharingGate | None:
    """Return a gate in force for exports to a region, whatever the data; the newest of several."""
    return next((each for each in export_gates(now) if each.region == region), None)


def waiting_for(actor: Actor) -> int:
    """Return how many gates wait for the actor as the second person."""
    waits = (SharingGate.state == GateState.PROPOSED, SharingGate.proposed_by != actor.id)
    found = db.session.execute(select(func.count()).select_from(SharingGate).where(*waits))
    return found.scalar_one()
