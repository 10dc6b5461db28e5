"""Who reported is withheld from the other side; legal alone decides otherwise, with a reason, and tells them before."""

from __future__ import annotations

from datetime import datetime

from support.core import audit, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, transaction
from support.core.errors import AlreadyDone, IllegalMove, Invalid, NotAllowed
from support.core.words import N_
from support.infringement import lifecycle_reports as rules
from support.infringement import moves_reports as moves
from support.infringement import policy
from support.infringement.models_reports import ContentReport, reveal_place
from support.workorders import moves as order_moves
from support.workorders import queries as orders

UNPROVED = N_(
    "Nobody has shown yet that this address is the reporter's own, so there is no name to show."
)
ANNOUNCED = N_("That was decided before; the reporter knows of it.")
SHOWN = "shown"


def reveal_reporter(
    actor: Actor, report: ContentReport, *, reason: str, now: datetime | None = None
) -> ContentReport:
    """Decide, as legal and with a written reason, that the other side may know who reported.

    The reporter is told at once and reads the reason; the name shows three working days later, unless legal stops it.
    """
    now = now or utcnow()
    policy.require_legal(actor)
    if not reason.strip():
        raise Invalid("reason", moves.WRITE_WHY)
    if report.reveal_at is not None:
        raise AlreadyDone(ANNOUNCED)
    if why := why_not(report):
        raise NotAllowed(why)
    with transaction():
        report = compare_and_set(
            report,
            version=report.version,
            reveal_at=rules.term("reveal", rules.CURRENT, now),
            reveal_by=actor.id,
            reveal_sealed=vault.seal(report.stream, reveal_place(report), reason.strip()),
        )
        audit.record(report.stream, "report.name_to_be_shown", actor=actor, at=now)
        moves.tell(report, moves.REVEAL, now)
    return report


def why_not(report: ContentReport) -> str:
    """Return why there is no name to show, a message id; "" where there is one."""
    party = order_moves.requester_party(orders.order_by_id(report.order_id))
    return UNPROVED if party.proved_at is None else ""


def stop_reveal(
    actor: Actor, report: ContentReport, *, now: datetime | None = None
) -> ContentReport:
    """Keep a name back after all, as legal, while it was not shown; the reporter is told. Twice is harmless."""
    now = now or utcnow()
    policy.require_legal(actor)
    if report.reveal_at is None:
        return report
    if report.reveal_at <= now:
        raise IllegalMove(SHOWN, SHOWN)
    with transaction():
        report = compare_and_set(
            report, version=report.version, reveal_at=None, reveal_by=None, reveal_sealed=None
        )
        audit.record(report.stream, "report.name_withheld", actor=actor, at=now)
        moves.tell(report, moves.REVEAL, now)
    return report
