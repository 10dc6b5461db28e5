"""What the letters about deletion requests say, and who may still read them at the moment of sending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from support.core.actors import Actor, Role
from support.core.context import settings
from support.core.errors import NotFound
from support.core.holders import Measure
from support.core.platform_calls import CallState, call_named
from support.core.words import N_
from support.erasure import asking, queries, queries_asking, queries_copies, rules
from support.erasure.lifecycle import PROVED
from support.erasure.models import Erasure, ErasureLine
from support.erasure.models_copies import CopyState
from support.notifications.models import Channel, Purpose
from support.notifications.templates import Template
from support.policies.data_classes import rule_named
from support.verification.letters import check_facts
from support.workorders import queries as orders

ERASURE = "erasure.news"
COPY = "erasure.copy"
UNANSWERED = "erasure.unanswered"
_MINUTE = timedelta(minutes=1)

TITLES = {
    "review": N_("Your request to delete data is being decided"),
    "extended": N_("We need longer for your request to delete data"),
    "approved": N_("Your request to delete data was agreed to"),
    "refused": N_("Your request to delete data is refused"),
    "ceased": N_("Your data is deleted, as this service has ended"),
}
YES = ("approved", "ceased")
"""The letters after which the deletion begins."""


def erasure_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Facts for the person who asked; None for anybody else, and of a yes that was taken back meanwhile."""
    try:
        row = queries.erasure_by_id(ids["erasure"])
    except NotFound:
        return None
    what, order = ids["what"], orders.order_by_id(row.order_id)
    if reader.id != row.told_id or (what in YES and row.status not in PROVED):
        return None
    decided = queries.lines_of(row) if what in (*YES, "refused") else []
    dated = what in ("review", "extended") and row.due_at is not None
    known = queries_asking.asking_of(row)
    return {
        "what": what,
        "title": TITLES[what],
        "for_other": row.asker_id is not None,
        "refusal": asking.REFUSALS.get(known.refusal, "") if known is not None else "",
        "reference": order.reference,
        "extension": rules.EXTENSIONS.get(row.extension, ""),
        "until": row.due_at - _MINUTE if dated and row.due_at else None,
        "lines": [_said(line) for line in decided],
        "kept": any(line.measure == Measure.KEEP for line in decided),
        "words": queries.remark_of(row) if decided else "",
        "proof": proof_address(row),
    }


def asker_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Facts for who asks without signing in, of the check: what the order's own letters say already is left out."""
    return check_facts(ids, reader) if ids["what"] in ("open", "refused", "withdrawn") else None


def copy_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Facts for the person whose copy is ready or could not be made; None for anybody else, or when it is gone."""
    row = queries_copies.copy_by_id(ids["copy"])
    if row is None or reader.id != row.person_id:
        return None
    if row.status not in (CopyState.READY, CopyState.FAILED):
        return None
    return {"ready": row.status is CopyState.READY, "until": row.ends_at}


def unanswered_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Facts for a privacy officer of a deletion without an answer; None for others, and once it is done there."""
    call = call_named(ids["call"])
    if Role.PRIVACY_OFFICER not in reader.roles or call.status is CallState.DONE:
        return None
    return {"reference": call.reference, "asked": call.asked_at}


def proof_address(row: Erasure) -> str:
    """Return the address of the steps and the proof, which needs no account."""
    return f"{settings().public_url}/deletions/{row.uid}"


def _said(line: ErasureLine) -> dict[str, Any]:
    """One class as its line in the letter shows it; texts are message ids."""
    rule = rule_named(line.data_class)
    locked = line.what is Measure.RESTRICT
    return {
        "title": rule.title,
        "what": line.what.title,
        "until": line.until,
        "law": rule.reason if locked else "",
        "basis": rule.basis if locked else "",
        "refusal": rules.REFUSALS.get(line.reason, ""),
        "held": line.held,
    }


TEMPLATES = (
    Template(
        ERASURE,
        Purpose.ORDERS,
        N_("Requests to delete data"),
        erasure_facts,
        path="/orders/{reference}",
    ),
    Template(
        "erasure.check", Purpose.ORDERS, N_("Showing that you may ask for deletion"), asker_facts
    ),
    Template(
        COPY,
        Purpose.SECURITY,
        N_("Copies of your data"),
        copy_facts,
        path="/account/data/copies",
    ),
    Template(
        UNANSWERED,
        Purpose.ORDERS,
        N_("Deletions without an answer"),
        unanswered_facts,
        frozenset({Channel.INBOX}),
        "/desk/deletions?show=over",
    ),
)
