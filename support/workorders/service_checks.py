"""Identity checks of the people behind orders: begun from the order, and their news brought back to it."""

from __future__ import annotations

from datetime import datetime

from support.accounts import queries as people
from support.accounts.addresses import normalise_address
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, transaction
from support.core.errors import Invalid
from support.core.words import N_
from support.verification import service as verification
from support.verification.models import Check
from support.verification.policy import Way
from support.workorders import moves
from support.workorders.models import WorkOrder

NO_MEMBER = N_("No member has this name, or signs in with this address.")


def open_identity_check(
    actor: Actor, order: WorkOrder, who: str, way: Way, *, now: datetime | None = None
) -> Check:
    """Ask the requester to show that the account of member `who` (name or whole address) is theirs.

    Raises `Invalid("who")`, and what `verification.service.open_check` raises.
    """
    now = now or utcnow()
    moves.require_work(actor, order)
    subject_id = _member(who)
    party = moves.requester_party(order)
    try:
        with transaction():
            check = verification.open_check(
                actor,
                about=order.stream,
                reference=order.reference,
                asker_id=party.person_id,
                asker_contact=party.contact_id,
                subject_id=subject_id,
                way=way,
                now=now,
            )
            compare_and_set(order, version=order.version, identity_check=check.uid, updated_at=now)
    except Invalid as error:
        raise Invalid("who", error.words, **error.facts) from error
    return check


def note_news(order: WorkOrder, *, now: datetime) -> None:
    """Let the desk see that something happened to the order's check. Safe to run twice."""
    with transaction():
        compare_and_set(order, version=order.version, fresh=True, updated_at=now)


def _member(who: str) -> int:
    found = people.person_id_by_name(who)
    if found is None:
        try:
            bound = people.bound_contact(*normalise_address("auto", who))
        except Invalid as error:
            raise Invalid("who", NO_MEMBER) from error
        found = bound[0] if bound else None
    if found is None:
        raise Invalid("who", NO_MEMBER)
    return found
