"""What the room's messages say, and who may still read it at the moment of sending.

Each `build` runs after the claim: it loads the order, asks whether the reader is (still) its party or works at
the desk, and returns facts; None cancels the message. Internal notes are never among the facts, and what a
requester or an agent wrote is masked as on the page. An address that nobody has proved yet is told reference
and state only (design section 11): whoever typed it in can't use us to write to a stranger.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import db
from support.core.errors import NotFound
from support.core.masking import mask_secrets
from support.core.words import N_
from support.notifications.models import Channel, Purpose
from support.notifications.templates import Template
from support.workorders import queries
from support.workorders.kind import Viewer, kind_named, kinds
from support.workorders.models import Message, Party, WorkOrder
from support.workorders.say import say

QUOTED_CHARACTERS = 4000
"""How much of a reply stands in a message; the page has the rest."""

Facts = dict[str, Any] | None


def requester_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for a party of the order: reference, state, the one sentence, and the words of ours it may read."""
    order = _order(ids)
    party = queries.party_of(reader, order) if order is not None else None
    if order is None or party is None:
        return None
    open_address = party.contact_id is None or party.proved_at is not None
    facts = _facts(order, reader, "requester", utcnow())
    facts |= {
        "subject": facts["subject"] if open_address else "",
        "quote": _quote(ids, party) if open_address else [],
        "proved": open_address,
        "guest": reader.kind == "guest",
        "reason": ids.get("reason", ""),
        "day": ids.get("day", 0),
    }
    if reader.kind == "guest":
        facts["link"] = f"{settings().public_url}/follow?reference={order.reference}"
    return facts


def staff_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for somebody who works at the desk now; None for anybody else, for who left, and for whom a complaint
    is about."""
    order = _order(ids)
    if order is None or not _works_here(reader) or reader.id in queries.recused(order):
        return None
    facts = _facts(order, reader, "staff", utcnow())
    return facts | {"mine": order.assignee_id == reader.id}


def assignee_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for the assignee; None once the order went to somebody else or back to the team."""
    facts = staff_facts(ids, reader)
    return facts if facts is not None and facts["mine"] else None


def unstaffed_facts(ids: dict[str, Any], reader: Actor) -> Facts:
    """Facts for an administrator: which kind of work order nobody can take up."""
    if not _works_here(reader):
        return None
    kind = kind_named(ids["kind"])
    return {
        "kind_title": kind.title,
        "role_titles": [role.title for role in sorted(kind.first_roles)],
    }


def misuse_path() -> str:
    """Return the form for an account that somebody else used: its own kind's once declared, till then a question's."""
    declared = {kind.code for kind in kinds()}
    return "/orders/new/leak" if "leak" in declared else "/orders/new/question?topic=access"


def _order(ids: dict[str, Any]) -> WorkOrder | None:
    try:
        return queries.order_by_id(ids["order"])
    except NotFound:
        return None


def _works_here(reader: Actor) -> bool:
    if not reader.is_staff or reader.untrained or reader.id is None:
        return False
    return not people.person(reader.id).disabled


def _facts(order: WorkOrder, reader: Actor, viewer: Viewer, now: datetime) -> dict[str, Any]:
    return {
        "reference": order.reference,
        "subject": mask_secrets(order.subject).text,
        "state": order.status,
        "sentence": say(kind_named(order.kind).sentence(order, viewer, now), reader=reader),
        "zone": reader.timezone,
    }


def _quote(ids: dict[str, Any], party: Party) -> list[str]:
    """Return the lines of the desk's message that the news is about; none when it was redacted."""
    message = db.session.execute(
        select(Message).where(
            Message.id == ids.get("message"),
            Message.party_id == party.id,
            Message.from_staff,
            Message.redacted_at.is_(None),
        )
    ).scalar_one_or_none()
    if message is None:
        return []
    words = mask_secrets(message.body).text
    if len(words) > QUOTED_CHARACTERS:
        words = words[:QUOTED_CHARACTERS].rstrip() + " …"
    return [line.rstrip() for line in words.splitlines()]


_PAGE, _DESK = "/orders/{reference}", "/desk/orders/{reference}"
_INBOX = frozenset({Channel.INBOX})
_MAIL = frozenset({Channel.MAIL, Channel.INBOX})


def _for_requester(name: str, title: str) -> Template:
    return Template(f"workorders.{name}", Purpose.ORDERS, title, requester_facts, path=_PAGE)


TEMPLATES = (
    _for_requester("filed", N_("We have your work order")),
    _for_requester("replied", N_("There is an answer for you")),
    _for_requester("asked", N_("We need your answer")),
    _for_requester("reminder", N_("We still need your answer")),
    _for_requester("resolved", N_("Solved? Please confirm")),
    _for_requester("closed", N_("Your work order is closed")),
    # What one person must act on goes out by mail too; what a whole team sees stays in the inbox: no mail storms.
    Template(
        "workorders.assigned",
        Purpose.ORDERS,
        N_("Assigned to you"),
        assignee_facts,
        _MAIL,
        _DESK,
    ),
    Template("workorders.due_soon", Purpose.ORDERS, N_("Due soon"), assignee_facts, _MAIL, _DESK),
    Template("workorders.overdue", Purpose.ORDERS, N_("Overdue"), assignee_facts, _MAIL, _DESK),
    Template("workorders.overdue_team", Purpose.ORDERS, N_("Overdue"), staff_facts, _INBOX, _DESK),
    Template(
        "workorders.half_way",
        Purpose.ORDERS,
        N_("Nobody has taken it up: half of the time is gone"),
        staff_facts,
        _INBOX,
        _DESK,
    ),
    Template(
        "workorders.answered",
        Purpose.ORDERS,
        N_("The requester answered"),
        staff_facts,
        _INBOX,
        _DESK,
    ),
    Template(
        "workorders.reopened",
        Purpose.ORDERS,
        N_("Opened again by the requester"),
        staff_facts,
        _INBOX,
        _DESK,
    ),
    Template(
        "workorders.check",
        Purpose.ORDERS,
        N_("News of an identity check"),
        staff_facts,
        _INBOX,
        _DESK,
    ),
    Template(
        "workorders.unstaffed",
        Purpose.ORDERS,
        N_("Work orders that nobody can take up"),
        unstaffed_facts,
        _MAIL,
        "/admin/people",
    ),
)
