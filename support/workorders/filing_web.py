"""Filing from a page, with an account or without one: whose order it is, the code, the receipt."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import service as accounts
from support.accounts import service_codes, service_contacts
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope
from support.core.db import transaction
from support.core.errors import DomainError, TooMany
from support.core.web import client_address, current_actor
from support.core.web_pages import language
from support.policies import queries as policies
from support.policies import service as policies_service
from support.workorders import queries

MOST_UNPROVED = 10
"""Orders a day for an address that nobody proved: each writes to it, and it may be a stranger's."""


def requester(said: str, now: datetime) -> tuple[int, int | None]:
    """Return who files, and the address they gave: the signed-in person, or a guest of the address `said`.

    Call it inside the transaction that files. Raises `Invalid("address")`, `TooMany`.
    """
    actor = current_actor()
    if actor.id is not None:
        return actor.id, queries.proved_contact(actor)
    kind, address = accounts.normalise_address("auto", said)
    guest = service_contacts.guest_for(kind, address, language(), now)
    if queries.unproved_since(guest.person_id, now - timedelta(days=1)) >= MOST_UNPROVED:
        raise TooMany(3600)
    if version := policies.current_version(now):
        policies_service.record_notice(
            actor, person_id=guest.person_id, version_id=version.id, how="order_form", now=now
        )
    return guest.person_id, guest.contact_id


def send_code(said: str) -> bool:
    """Send the code with which a guest opens the order, or say that it was not: they ask for it at /follow later.

    After the order is committed: a refusal here must not take the order back.
    """
    kind, address = accounts.normalise_address("auto", said)
    try:
        with transaction():
            guest = service_contacts.guest_for(kind, address, language())
            service_codes.request_code(
                current_actor(),
                CodePurpose.FOLLOW,
                kind=kind,
                value=address,
                visitor=code_scope(),
                address=client_address(),
                language=language(),
                person_id=guest.person_id,
            )
    except DomainError:
        flash(
            _("The code could not be sent just now. You can ask for one in a few minutes."),
            "warning",
        )
        return False
    return True


def filed(reference: str, *, coded: bool = False) -> Response:
    """Remember in this browser that it filed the order, and whether a code was sent, and show the receipt."""
    before = [each for each in session.get("filed", []) if each != reference]
    session["filed"] = [*before[-9:], reference]
    session["following"] = reference
    if coded:
        session["coded"] = reference
    return redirect(url_for("workorders.receipt", reference=reference), 303)
