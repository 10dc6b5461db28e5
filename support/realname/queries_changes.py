"""What is known of the change of a verified name."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from support.accounts import queries_names
from support.core import vault
from support.core.db import db
from support.realname.lifecycle import ENDED
from support.realname.models import NameChange
from support.realname.policy import CURRENT_FOR
from support.verification.models import Check
from support.workorders.disputes import open_dispute
from support.workorders.models import WorkOrder


def change_of(order: WorkOrder) -> NameChange | None:
    """Return the change that a work order is about."""
    return _one(NameChange.order_id == order.id)


def change_of_check(check: Check) -> NameChange | None:
    """Return the change that a check is for; none before it is begun in full."""
    return _one(NameChange.check_uid == check.uid)


def running_change(person_id: int) -> NameChange | None:
    """Return the change of a person's name that has not ended."""
    return _one(NameChange.person_id == person_id, NameChange.state.not_in(list(ENDED)))


def wanted_name(check: Check) -> str:
    """Return the name that was asked for; "" once its key is destroyed."""
    row = change_of_check(check)
    if row is None or row.sealed is None:
        return ""
    try:
        return vault.unseal(check.stream, place_of(row.order_id), row.sealed)
    except vault.KeyDestroyed:
        return ""


def risks_of(check: Check) -> dict[str, datetime]:
    """Return which ways into the account changed since 72 hours before the check was asked for, and when.

    Counted from there, so that whoever lets it lie for three days hides nothing. An open dispute about what the person
    sells or posts is a risk as well (`dispute`, since when).
    """
    found = queries_names.changes_since(check.subject_id, check.opened_at - CURRENT_FOR)
    dispute = open_dispute(check.subject_id)
    return found | ({"dispute": dispute} if dispute is not None else {})


def place_of(order_id: int) -> str:
    """Return the vault place of the wanted name."""
    return f"name_change.sealed:{order_id}"


def _one(*which: object) -> NameChange | None:
    newest = select(NameChange).where(*which).order_by(NameChange.id.desc()).limit(1)  # type: ignore[arg-type]
    return db.session.execute(newest).scalar_one_or_none()
