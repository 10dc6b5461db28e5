"""The verbs of the register of partners: write one down, change it, end its contract, watch the ends."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import update

from support.core import audit, outbox
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import hooks, settings
from support.core.db import changed, compare_and_set, insert_new, new_uid, transaction
from support.core.errors import Invalid
from support.core.partners import OutsideDoor
from support.core.words import N_
from support.policies import queries_partners as queries
from support.policies.models_partners import Partner
from support.policies.policy_sharing import check_may_keep_partners
from support.policies.prose import clean
from support.policies.queries_gates import export_gates, lets_out
from support.policies.sharing_words import EXCEPTIONS, HOME, Aim, Basis, Data, PartnerRole

ENDS = "partner.ends"
"""Payload: `partner` (uid); once for each end of a contract that comes near."""
_LONGEST = {"name_en": 120, "name_zh": 120, "contact": 200, "assessment": 80}
NEEDED = N_("Please fill this in.")
CHOOSE = N_("Please choose one.")
DATA_NEEDED = N_("Please choose at least one.")
BACKWARDS = N_("The contract can't end before it begins.")
NO_GATE = N_("Abroad it needs an approved gate for exports to this region, for all of these data.")
EXCEPTION = N_("An exception is for a single case and bears no contract; choose another basis.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the register holds of a partner; dates are days of the operator's, None is open."""

    name_en: str
    name_zh: str
    contact: str
    region: str
    role: str
    data: tuple[str, ...]
    aim: str
    basis: str
    assessment: str
    gate: str = ""
    """The uid of the gate; a partner abroad needs one."""
    starts: date | None = None
    ends: date | None = None


def add_partner(actor: Actor, facts: Facts, *, now: datetime | None = None) -> Partner:
    """Write a new partner down and return it; raises `Invalid` at the field that is wrong."""
    now = now or utcnow()
    check_may_keep_partners(actor)
    values, uid = _checked(facts, now), new_uid()
    with transaction() as session:
        partner = Partner(uid=uid, code=uid, **values, created_at=now, changed_at=now)
        session.add(partner)
        session.flush()  # its id stands in the event
        audit.record("system", "partner.added", actor=actor, at=now, partner=partner.id)
    return partner


def change_partner(
    actor: Actor, partner: Partner, facts: Facts, *, version: int, now: datetime | None = None
) -> Partner:
    """Change what is written of a partner that still has `version`; a contract that was ended runs again by its dates.

    Raises `Invalid`, `Stale`. The same again is harmless.
    """
    now = now or utcnow()
    check_may_keep_partners(actor)
    values = _checked(facts, now)
    with transaction():
        parts = sorted(name for name, value in values.items() if getattr(partner, name) != value)
        if partner.ended_at is not None:
            parts.append("ended_at")
        if not parts:
            return partner
        partner = compare_and_set(partner, version=version, **values, ended_at=None, changed_at=now)
        ids = {"partner": partner.id, "fields": parts}
        audit.record("system", "partner.changed", actor=actor, at=now, **ids)
    return partner


def end_contract(
    actor: Actor, partner: Partner, *, version: int, now: datetime | None = None
) -> Partner:
    """End a contract at once: nothing is sent there from now on; twice is harmless."""
    now = now or utcnow()
    check_may_keep_partners(actor)
    with transaction():
        if partner.ended_at is not None:
            return partner
        partner = compare_and_set(partner, version=version, ended_at=now, changed_at=now)
        audit.record("system", "partner.ended", actor=actor, at=now, partner=partner.id)
    return partner


def register_doors(now: datetime, *, codes: Collection[str] = ()) -> None:
    """Write down each door that is set, or is among `codes`, and is in no register yet: open, and without details.

    Twice is harmless.
    """
    for door in hooks(OutsideDoor):
        if (door.code in codes or door.is_set(settings())) and queries.partner_with(
            door.code
        ) is None:
            with transaction():
                _register(door, now)


def watch_contracts(now: datetime) -> None:
    """Register new doors, and tell of contracts that end within 30 days, each end once. Periodic, safe to run twice."""
    register_doors(now)
    for partner in queries.near_end(now):
        with transaction():
            mine = update(Partner).where(Partner.id == partner.id, Partner.ends == partner.ends)
            if changed(mine.values(told_end=partner.ends)):
                ids = {"partner": partner.id, "ends": str(partner.ends)}
                audit.record("system", "partner.ends_soon", actor=SYSTEM, at=now, **ids)
                key = f"{partner.uid}:{partner.ends}"
                outbox.put(ENDS, key, partner=partner.uid, ends=str(partner.ends))


def _register(door: OutsideDoor, now: datetime) -> None:
    new = insert_new(
        Partner,
        uid=new_uid(),
        code=door.code,
        name_en="",
        name_zh="",
        contact="",
        region="",
        role=PartnerRole(door.role),
        data=[Data(each).value for each in door.data],
        aim=Aim(door.aim),
        basis=Basis(door.basis),
        assessment="",
        created_at=now,
        changed_at=now,
        version=1,
    )
    if new:
        audit.record("system", "partner.registered", actor=SYSTEM, at=now, door=door.code)


def _checked(facts: Facts, now: datetime) -> dict[str, Any]:
    values = asdict(facts)
    del values["gate"]
    for name, longest in _LONGEST.items():
        values[name] = " ".join(clean(values[name]).split())
        if not values[name]:
            raise Invalid(name, NEEDED)
        if len(values[name]) > longest:
            raise Invalid(name, N_("At most %(most)s characters."), most=longest)
    if len(facts.region) != 2 or not facts.region.isalpha() or not facts.region.isupper():
        raise Invalid("region", CHOOSE)
    for name, words in (("role", PartnerRole), ("aim", Aim), ("basis", Basis)):
        if values[name] not in {each.value for each in words}:
            raise Invalid(name, CHOOSE)
    if facts.basis in EXCEPTIONS:
        raise Invalid("basis", EXCEPTION)
    known = [each.value for each in Data if each.value in facts.data]
    if not known or len(known) != len(set(facts.data)):
        raise Invalid("data", DATA_NEEDED)
    if facts.starts and facts.ends and facts.ends < facts.starts:
        raise Invalid("ends", BACKWARDS)
    gate = _gate_of(facts, now) if facts.region != HOME else None
    return {**values, "data": known, "gate_id": gate}


def _gate_of(facts: Facts, now: datetime) -> int:
    found = next((each for each in export_gates(now) if each.uid == facts.gate), None)
    if found is None or not lets_out(found, facts.region, facts.data, now):
        raise Invalid("gate", NO_GATE)
    return found.id
