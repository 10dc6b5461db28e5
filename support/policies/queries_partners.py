"""Which partners there are, and whether data may go to one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import hooks, settings
from support.core.db import db
from support.core.errors import NotFound
from support.core.partners import OutsideDoor
from support.policies.models_partners import WARNED, Partner, PartnerState
from support.policies.policy_sharing import check_may_read_partners
from support.policies.queries_gates import gate_by_id, lets_out
from support.policies.today import today


def is_open(code: str) -> bool:
    """True while the contract of a partner is in force, and for a door that is not in the register (yet)."""
    found = partner_with(code)
    return found is None or is_in_force(found, utcnow())


def is_in_force(partner: Partner, now: datetime) -> bool:
    """True while a contract runs and, of a partner abroad, a gate lets the data out (PP-7.6)."""
    if partner.state_on(today(now)) in (PartnerState.ENDED, PartnerState.LATER):
        return False
    return not partner.abroad or has_gate(partner, now)


def has_gate(partner: Partner, now: datetime) -> bool:
    """True where the gate of a partner abroad lets out what goes there."""
    gate = gate_by_id(partner.gate_id) if partner.gate_id is not None else None
    return lets_out(gate, partner.region, partner.data, now)


def partner_with(code: str) -> Partner | None:
    """Return the partner behind a door, as the database has it now."""
    found = select(Partner).where(Partner.code == code).execution_options(populate_existing=True)
    return db.session.execute(found).scalar_one_or_none()


def partners_with(codes: Sequence[str]) -> dict[str, Partner]:
    """Return several partners by their codes."""
    found = select(Partner).where(Partner.code.in_(set(codes)))
    return {each.code: each for each in db.session.execute(found).scalars()}


def partners_for(actor: Actor) -> Sequence[Partner]:
    """Return the whole register to those who may read it, in the order of their making."""
    check_may_read_partners(actor)
    return all_partners()


def partner_for(actor: Actor, uid: str) -> Partner:
    """Return one partner; raise `NotFound` or `NotAllowed`."""
    check_may_read_partners(actor)
    found = db.session.execute(select(Partner).where(Partner.uid == uid)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def all_partners() -> Sequence[Partner]:
    """Return the whole register, for what every member may know of it."""
    return db.session.execute(select(Partner).order_by(Partner.id)).scalars().all()


def calling(now: datetime) -> int:
    """Return how many contracts call for somebody: near their end, or ended while something should go there."""
    day, shut = today(now), {each.id for each in shut_doors(now)}
    near = {each.id for each in all_partners() if each.state_on(day) is PartnerState.ENDING}
    return len(near | shut)


def shut_doors(now: datetime) -> list[Partner]:
    """Return the partners whose door is set and whose contract lets nothing through."""
    wanted = {each.code for each in hooks(OutsideDoor) if each.is_set(settings())}
    found = partners_with(sorted(wanted)).values()
    return [each for each in found if not is_in_force(each, now)]


def near_end(now: datetime) -> Sequence[Partner]:
    """Return the partners whose contract ends within 30 days, or has ended, of whose end nobody was told."""
    soon = Partner.ends <= today(now) + WARNED
    untold = or_(Partner.told_end.is_(None), Partner.told_end != Partner.ends)
    found = select(Partner).where(soon, untold, Partner.ended_at.is_(None)).order_by(Partner.id)
    return db.session.execute(found).scalars().all()


def door_of(code: str) -> OutsideDoor | None:
    """Return the door with this code."""
    return next((each for each in hooks(OutsideDoor) if each.code == code), None)
