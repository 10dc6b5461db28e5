"""Bridges from the news of checks and holds to the people who are told. Each is safe to run twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.assurance import queries as assurance
from support.assurance import service_holds
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import NotFound
from support.core.outbox import Outcome, Subscription
from support.core.partners import wait_for_partner
from support.core.vault import KeyDestroyed
from support.notifications.service import tell
from support.policies.models import Purpose
from support.policies.service import WITHDRAWN
from support.verification import bank, queries, service, service_consents, service_payments
from support.verification.goal import goal_of
from support.verification.lifecycle import CheckState, PaymentState
from support.verification.models import Check

NOTHING = "nothing"
_TOLD = {"opened", *(each.value for each in CheckState)} - {"review", "approval"}
"""What the person who asks is told; that two people look at it is on the page."""
_OF_CHECKS = frozenset(
    {Purpose.IDENTITY_EVIDENCE, Purpose.FACE, Purpose.DOCUMENT_NUMBER, Purpose.BANK_ACCOUNT}
)


def tell_asker(payload: dict[str, Any]) -> None:
    """Tell the person what became of their check, or what they are asked for."""
    check = queries.check_by_stream(f"check:{payload['check']}")
    paid = payload["what"].startswith("payment_")
    if check is None or not (paid or payload["what"] in _TOLD):
        return
    try:
        tell(
            check.asker_id,
            goal_of(check).letter,
            about=check.about,
            key=str(payload["key"]),
            contact_id=check.asker_contact,
            ids={"check": check.uid, "what": payload["what"]},
        )
    except (NotFound, KeyDestroyed):
        return


def tell_older_addresses(payload: dict[str, Any]) -> None:
    """Send the link that stops the act to every address that the account had before."""
    for contact_id in payload["told"]:
        try:
            tell(
                payload["person"],
                "verification.hold",
                about=f"person:{payload['person']}",
                key=f"{payload['hold']}:{contact_id}",
                contact_id=contact_id,
                ids={"hold": payload["hold"], "contact": contact_id},
            )
        except (NotFound, KeyDestroyed):
            continue


def hold_over(payload: dict[str, Any]) -> None:
    """The waiting period ended: do what the check was for."""
    if (check := _held(payload)) is not None:
        service.hold_ended(check, now=utcnow())


def hold_cancelled(payload: dict[str, Any]) -> None:
    """The account's owner stopped it: a person looks."""
    if (check := _held(payload)) is not None:
        service.hold_stopped(check, now=utcnow())


def hold_objected(payload: dict[str, Any]) -> None:
    """An address that can't stop it alone said no."""
    if (check := _held(payload)) is not None:
        service.note_objection(check, payload["contact"], now=utcnow())


def send_payment(payload: dict[str, Any]) -> str:
    """Ask the bank for a payment that is due. Safe to run twice: one that left is left alone, and bears one number."""
    transfer = service_payments.transfer_of(payload["payment"])
    if transfer is None:
        return NOTHING
    wait_for_partner(bank.DOOR.code)
    db.session.remove()  # the connection goes back before the network call
    bank.send(transfer)
    return PaymentState.SENT


def settle_payment(payload: dict[str, Any], outcome: Outcome) -> None:
    """Note what came of it, in the transaction that finishes the outbox row."""
    if outcome.note != NOTHING:
        service_payments.note_payment(payload["payment"], outcome.state, now=outcome.at)


def consent_withdrawn(payload: dict[str, Any]) -> None:
    """Somebody took a consent back: what their checks do under it ends. Safe to run twice."""
    at = datetime.fromisoformat(payload["at"])
    purpose = Purpose(payload["purpose"])
    if purpose in _OF_CHECKS:
        service_consents.consent_withdrawn(payload["person"], purpose, at, utcnow())


def _held(payload: dict[str, Any]) -> Check | None:
    """Return the check that still waits in the very hold that the news is about."""
    check, hold = queries.check_by_stream(payload["about"]), assurance.hold_of(payload["about"])
    this_one = hold is not None and hold.uid == payload["hold"]
    return check if check is not None and this_one and check.state == CheckState.HELD else None


HOOKS: tuple[object, ...] = (
    bank.DOOR,
    Subscription(service_payments.DUE, send_payment, settle_payment),
    Subscription(service.CHANGED, tell_asker),
    Subscription(service_holds.PLACED, tell_older_addresses),
    Subscription(service_holds.OVER, hold_over),
    Subscription(service_holds.CANCELLED, hold_cancelled),
    Subscription(service_holds.OBJECTED, hold_objected),
    Subscription(WITHDRAWN, consent_withdrawn),
)
