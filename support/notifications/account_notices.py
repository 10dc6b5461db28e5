"""What accounts' news means for their owners: the security messages, which can't be switched off.

Accounts stands below and can't call us; it puts topics, and these bridges tell. Each is safe to run twice.
"""

from __future__ import annotations

from typing import Any

from support.accounts import (
    providers,
    queries_names,
    queries_sessions,
    queries_training,
    service_devices,
    service_identities,
    service_names,
    service_training,
)
from support.accounts import queries as people
from support.accounts.policy import LapseStep, Method
from support.core import outbox
from support.core.actors import Actor
from support.core.errors import NotFound
from support.core.outbox import Subscription
from support.core.vault import KeyDestroyed
from support.core.words import N_
from support.notifications.models import Purpose
from support.notifications.service import tell
from support.notifications.templates import Template


def _contact_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    try:
        contact = people.contact(ids["contact"])
    except (NotFound, KeyDestroyed):
        return None
    if contact.person_id != reader.id:
        return None
    return {"masked": contact.masked, "change": ids["change"]}


def _own_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    return {"how": ids["how"]} if ids["person"] == reader.id else None


def _identity_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    if ids["person"] != reader.id:
        return None
    service = providers.title(Method(ids["provider"]), reader.language)
    return {"service": service, "change": ids["change"]}


def _name_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Never the name itself: whoever reads an older address may be somebody else by now."""
    found = queries_names.verified_name_of(ids["person"])
    if found is None or ids["person"] != reader.id:
        return None
    return {"company": found.kind == "company"}


def _reset_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """The owner is told of their own factor; administrators of whose, as long as they are administrators."""
    own = ids["person"] == reader.id
    if not own and not reader.is_staff:
        return None
    return {"own": own, "name": people.names([ids["person"]]).get(ids["person"], "")}


def _device_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    seen = queries_sessions.seen_from(ids["person"], ids["sign_in"])
    if seen is None or ids["person"] != reader.id:
        return None
    return {"at": seen.at, "device": seen.device, "address": seen.address}


def _training_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Nothing once a later training was recorded, or the person left."""
    latest = queries_training.latest_training(ids["person"], ids["training"])
    if latest is None or ids["person"] != reader.id:
        return None
    return {"until": latest.expires_at, "lapsed": latest.told == LapseStep.LAPSED}


def _welcome_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    return {"name": reader.name} if ids["person"] == reader.id else None


TEMPLATES = (
    Template(
        "notifications.contact_changed",
        Purpose.SECURITY,
        N_("An address of your account was changed"),
        _contact_facts,
        path="/account",
    ),
    Template(
        "notifications.password_changed",
        Purpose.SECURITY,
        N_("Your password was changed"),
        _own_facts,
        path="/account",
    ),
    Template(
        "notifications.factor_changed",
        Purpose.SECURITY,
        N_("Your second step was changed"),
        _own_facts,
        path="/account",
    ),
    Template(
        "notifications.identity_changed",
        Purpose.SECURITY,
        N_("An account that signs in to yours was changed"),
        _identity_facts,
        path="/account/other-accounts",
    ),
    Template(
        "notifications.name_verified",
        Purpose.SECURITY,
        N_("The name on your account is verified"),
        _name_facts,
        path="/account/basic",
    ),
    Template(
        "notifications.factor_reset",
        Purpose.SECURITY,
        N_("A second step was reset"),
        _reset_facts,
        path="/account",
    ),
    Template(
        "notifications.new_device",
        Purpose.SECURITY,
        N_("Signed in from a new device"),
        _device_facts,
        path="/account/sessions",
    ),
    Template(
        "notifications.training_lapsing",
        Purpose.SECURITY,
        N_("Your training lapses"),
        _training_facts,
        path="/account",
    ),
    Template(
        "notifications.member_registered",
        Purpose.SECURITY,
        N_("Welcome"),
        _welcome_facts,
        path="/account",
    ),
)


def tell_contact_changed(payload: dict[str, Any]) -> None:
    """Tell the account's older addresses, so that a stranger's change is seen by the owner."""
    ids = {"contact": payload["contact"], "change": payload["change"]}
    for contact_id in payload["tell"]:
        _tell(payload["person"], "contact_changed", payload, ids, contact_id=contact_id)


def tell_password_changed(payload: dict[str, Any]) -> None:
    """Tell the owner by every address."""
    _tell(
        payload["person"],
        "password_changed",
        payload,
        {"person": payload["person"], "how": payload["how"]},
    )


def tell_factor_changed(payload: dict[str, Any]) -> None:
    """Tell the owner by every address."""
    _tell(
        payload["person"],
        "factor_changed",
        payload,
        {"person": payload["person"], "how": payload["how"]},
    )


def tell_identity_changed(payload: dict[str, Any]) -> None:
    """Tell the owner by every address."""
    ids = {name: payload[name] for name in ("person", "provider", "change")}
    _tell(payload["person"], "identity_changed", payload, ids)


def tell_name_verified(payload: dict[str, Any]) -> None:
    """Tell every address that was ever proved, also those that sign in no more."""
    ids = {"person": payload["person"]}
    for contact_id in payload["tell"]:
        _tell(payload["person"], "name_verified", payload, ids, contact_id=contact_id)


def tell_factor_reset(payload: dict[str, Any]) -> None:
    """Tell the owner and every administrator."""
    for person_id in {payload["person"], *payload["tell"]}:
        _tell(person_id, "factor_reset", payload, {"person": payload["person"]})


def tell_new_device(payload: dict[str, Any]) -> None:
    """Tell the owner by every address: whoever signed in may not be them."""
    ids = {"person": payload["person"], "sign_in": payload["sign_in"]}
    _tell(payload["person"], "new_device", payload, ids)


def tell_training_lapsing(payload: dict[str, Any]) -> None:
    """Tell whose training it is, by every address: their doors close. A later training leaves nothing to tell."""
    ids = {"person": payload["person"], "training": payload["training"]}
    if queries_training.latest_training(ids["person"], ids["training"]) is not None:
        _tell(payload["person"], "training_lapsing", payload, ids)


def tell_member_registered(payload: dict[str, Any]) -> None:
    """Welcome a new member at the address that they proved."""
    ids = {"person": payload["person"]}
    _tell(payload["person"], "member_registered", payload, ids, contact_id=payload["contact"])


def _tell(
    person_id: int,
    name: str,
    payload: dict[str, Any],
    ids: dict[str, Any],
    contact_id: int | None = None,
) -> None:
    """Tell what one outbox row says; its key keeps two changes of the same kind apart."""
    tell(
        person_id,
        f"notifications.{name}",
        about=f"person:{payload['person']}",
        key=str(payload["key"]),
        contact_id=contact_id,
        ids=ids,
        priority=outbox.URGENT,
    )


SUBSCRIPTIONS = (
    Subscription("contact.changed", tell_contact_changed),
    Subscription("password.changed", tell_password_changed),
    Subscription("factor.changed", tell_factor_changed),
    Subscription(service_identities.CHANGED, tell_identity_changed),
    Subscription(service_names.VERIFIED, tell_name_verified),
    Subscription("factor.reset", tell_factor_reset),
    Subscription(service_devices.NEW_DEVICE, tell_new_device),
    Subscription(service_training.LAPSING, tell_training_lapsing),
    Subscription("member.registered", tell_member_registered),
)
