"""What the desk's page of one order shows, and the page for somebody who came too late."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from markupsafe import Markup
from sqlalchemy import select

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import DomainError, NotFound
from support.core.masking import mask_secrets
from support.core.text import written_in
from support.core.web_parts import html_lang, part
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.notifications.queries import deliveries_about
from support.policies.policy import HOLDERS
from support.workorders import desk_lines, desk_presence, desk_thread, moves, policy, queries
from support.workorders.describe import subject_words, team_title
from support.workorders.desk_filters import STAFF_STATUS, View
from support.workorders.desk_forms import Stamp
from support.workorders.desk_identity import identity_of
from support.workorders.desk_lines import Around
from support.workorders.desk_nav import page_counts
from support.workorders.desk_rows import addresses_of, due_of, pieces, shown
from support.workorders.desk_staff import colleagues, working
from support.workorders.kind import Kind, kind_named
from support.workorders.lifecycle import LIFECYCLE, Priority, Status
from support.workorders.models import Message, Note, WorkOrder
from support.workorders.reference import format_reference
from support.workorders.say import moment_words, say

TYPING, VIEWING = N_("%(names)s is writing a reply"), N_("%(names)s is viewing")
_THEN = (Status.OPEN, Status.WAITING, Status.RESOLVED)


def order_page(actor: Actor, order: WorkOrder, view: View) -> dict[str, Any]:
    """Return everything on the page but what is typed in its reply box."""
    now = utcnow()
    kind, around = kind_named(order.kind), desk_lines.around(view, actor, now, order)
    contacts = people.contacts_of(order.requester_id)
    requester = _requester(order, around, contacts, now)
    thread = desk_lines.read(order)
    names = desk_lines.names_in(thread.lines, order.requester_id, requester["name"])
    subject = mask_secrets(order.subject)
    deliveries = deliveries_about(order.stream, contacts)
    possible = _possible(order)
    return {
        "order": order,
        "kind": kind,
        "view": view,
        "view_args": view.address(),
        "to": addresses_of(order.reference, view),
        "pieces": pieces(),
        "sentence": say(kind.sentence(order, "staff", now)),
        "subject": subject_words(subject.text),
        "subject_masked": [gettext(secret.title) for secret in subject.found],
        "subject_lang": html_lang(written_in(subject_words(order.subject))),
        "priority": (
            Priority(order.priority).name.lower(),
            gettext(Priority(order.priority).title),
        ),
        "due": due_of(order.status, around.here.due_at, now, pieces()),
        "unstaffed": around.here.due_at != order.due_at,
        "entries": desk_thread.drawn(thread.lines, deliveries, order.requester_id, names),
        "stamp": Stamp(order.version, thread.seq),
        "then": _then(possible),
        "strip": {
            "rows": shown([*around.earlier, around.here, *around.later], view, now),
            "here": len(around.earlier),
            "total": sum(page_counts().get(name, 0) for name in view.counted),
        },
        "properties": _properties(order, kind, thread.tags, possible),
        "may_work": policy.may_work(actor, kind),
        "may_hold": actor.has(*HOLDERS),
        "requester": requester,
        "identity": identity_of(actor, order),
        "presence": presence_words(desk_presence.others(order.id, actor.id or 0, now)),
        "related": _related(order),
        "follow_ups": _follow_ups(order),
        "facts": _facts(order),
        "kind_facts": kind.facts(order),
    }


def then_choices(order: WorkOrder) -> list[tuple[str, str]]:
    """Return the statuses that may follow a reply now."""
    return _then(_possible(order))


def _then(possible: Collection[Status]) -> list[tuple[str, str]]:
    return [(each.value, gettext(STAFF_STATUS[each])) for each in _THEN if each in possible]


def file_streams(order: WorkOrder) -> set[str]:
    """Return the streams of every message and note of the order: whose files the desk may open."""
    found = set()
    for table, name in ((Message, "message"), (Note, "note")):
        ids = select(table.id).where(table.order_id == order.id)
        found |= {f"{name}:{each}" for each in db.session.execute(ids).scalars()}
    return found


def presence_words(present: desk_presence.Present) -> dict[str, str]:
    """Return who else is typing and who else is viewing, in words; "" for nobody."""
    return {
        "typing": _named(present.typing, TYPING),
        "viewing": _named(present.viewing, VIEWING),
    }


def meanwhile(
    actor: Actor, order: WorkOrder, stamp: Stamp, error: DomainError, view: View
) -> dict[str, Any]:
    """Return what a too-late page shows: what came in since the writer looked, and a fresh stamp."""
    entries = desk_lines.read_whole(order)
    new = desk_thread.since(entries, stamp.seq)
    names = desk_lines.names_in(new, order.requester_id)
    return {
        "title": gettext("This has changed in the meantime"),
        "words": _who_was_faster(new, names) or gettext(error.words, **error.facts),
        "order": order,
        "news": desk_thread.drawn(new, [], order.requester_id, names, by=True),
        "status_words": gettext(STAFF_STATUS[order.status]),
        "stamp": Stamp(order.version, desk_thread.last_seq(entries)),
        "view_args": view.address(),
    }


def _who_was_faster(new: Sequence[desk_lines.Line], names: Mapping[int, str]) -> str:
    """Return who did the newest of what came in meanwhile and when; "" when nothing did."""
    if not new:
        return ""
    last = max(new, key=lambda line: line.at)
    name = names.get(last.author_id or 0) or gettext("the system")
    when = moment_words(last.at)
    return gettext("%(name)s was here in the meantime, last on %(when)s.", name=name, when=when)


def property_words(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return (name, words) of the properties that somebody wanted to set."""
    found = []
    for name, value in fields:
        if name == "status":
            found.append((gettext("Status"), gettext(STAFF_STATUS.get(value, value))))
        elif name == "assignee":
            owner = colleagues().get(int(value)) if value else None
            found.append((gettext("Owner"), owner.name if owner else gettext("Unassigned")))
        elif name == "priority":
            found.append((gettext("Priority"), gettext(Priority[value.upper()].title)))
        else:
            found.append((gettext("Tags"), value or "–"))
    return found


def _named(ids: Sequence[int], words: str) -> str:
    names = [one.name for person_id in ids if (one := colleagues().get(person_id))]
    return gettext(words, names=", ".join(names)) if names else ""


def _properties(
    order: WorkOrder, kind: Kind, tags: Sequence[str], possible: Collection[Status]
) -> dict[str, Any]:
    owner, priority = str(order.assignee_id or ""), Priority(order.priority).name.lower()
    recused = queries.recused(order)
    staff = tuple(
        (str(one.id), one.name) for one in working() if policy.may_be_given(one, kind, recused)
    )
    values = {"status": order.status, "assignee": owner, "priority": priority}
    words = property_words([*values.items(), ("tags", ", ".join(tags))])
    return {
        "words": [{"label": label, "value": value} for label, value in words],
        "statuses": _options(
            "status", order.status, lambda: _statuses(possible), tuple(sorted(possible))
        ),
        "owner": owner,
        "owners": _options("owner", owner, lambda: [("", gettext("Unassigned")), *staff], staff),
        "priorities": _options("priority", priority, _priorities),
        "tags": ", ".join(tags),
        "may_solve": order.state is not Status.RESOLVED and Status.RESOLVED in possible,
    }


def _possible(order: WorkOrder) -> frozenset[Status]:
    """Return the present status and those that the desk may set now."""
    shut = () if moves.is_proved(order) else moves.FINISHED
    legal = {each for each in Status if LIFECYCLE.can(order.state, each) and each not in shut}
    return frozenset({order.state, *(each for each in legal if _is_let(order, each))})


def _is_let(order: WorkOrder, status: Status) -> bool:
    """True unless the kind's own state forbids it: what would be refused is not offered."""
    try:
        kind_named(order.kind).guard(order, status)
    except DomainError:
        return False
    return True


def _statuses(possible: Collection[Status]) -> list[tuple[str, str]]:
    return [(each.value, gettext(STAFF_STATUS[each])) for each in Status if each in possible]


def _priorities() -> list[tuple[str, str]]:
    return [(each.name.lower(), gettext(each.title)) for each in Priority]


def _options(
    name: str, chosen: str, choices: Callable[[], list[tuple[str, str]]], hangs_on: Hashable = None
) -> Markup:
    """Return a drawn choice list, kept by what is chosen and what the choices hang on."""
    rows: Any = current_app.jinja_env.get_template("workorders/desk/_row.html").module
    key = (chosen, hangs_on)
    return part(f"options {name}", lambda: rows.options(choices(), chosen), key=key)


def _facts(order: WorkOrder) -> list[dict[str, Any]]:
    met = order.first_replied_at is not None and order.first_replied_at <= order.first_reply_due
    late = order.first_replied_at is not None and not met
    first = moment_words(order.first_reply_due)
    return [
        {"label": gettext("Kind"), "value": pieces().kinds.get(order.kind, order.kind)},
        {"label": gettext("Team"), "value": team_title(order.team)},
        {
            "label": gettext("First reply"),
            "value": gettext("Met")
            if met
            else gettext("Late, was due %(when)s", when=first)
            if late
            else first,
        },
        {"label": gettext("Resolve by"), "value": moment_words(order.resolve_due)},
    ]


def _requester(
    order: WorkOrder, around: Around, contacts: Sequence[people.ContactView], now: datetime
) -> dict[str, Any]:
    guest = around.here.requester_kind == "guest"
    return {
        "name": around.here.requester or (contacts[-1].masked if contacts else ""),
        "role": gettext("Guest") if guest else gettext("Member"),
        "addresses": [(one.masked, one.verified) for one in contacts if one.bound or guest],
        "others": None if _unproved_call(order) else shown(around.others, View(), now),
    }


def _unproved_call(order: WorkOrder) -> bool:
    """True for a call in which nobody read a code back: what else belongs to the address is not told (M27)."""
    return order.channel == "phone" and moves.requester_party(order).proved_at is None


def _follow_ups(order: WorkOrder) -> list[dict[str, str]]:
    """Return what followed an order that is closed for good; never what is kept from who worked on it."""
    if order.state is not Status.CLOSED:
        return []
    names = [
        format_reference(row.created_at.year, row.id)
        for row in queries.follow_ups(order)
        if not kind_named(row.kind).recuses
    ]
    return [{"reference": name, "url": url_for("desk.show", reference=name)} for name in names]


def _related(order: WorkOrder) -> dict[str, str] | None:
    if order.related_id is None:
        return None
    try:
        related = queries.order_by_id(order.related_id)
    except NotFound:
        return None
    return {
        "reference": related.reference,
        "url": url_for("desk.show", reference=related.reference),
        "subject": subject_words(mask_secrets(related.subject).text),
    }
