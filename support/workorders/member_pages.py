"""What the member's pages show, put into the shapes that the macros take."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from babel.lists import format_list
from flask import url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.audit import Event
from support.core.context import hooks
from support.core.files import StoredFile
from support.core.icons import icon
from support.core.masking import mask_secrets
from support.core.text import written_in
from support.core.web import row_number
from support.core.web_parts import html_lang
from support.core.web_times import local_time, relative_time, time_tag
from support.notifications.queries import DeliveryLine, deliveries_to
from support.verification import queries as checks
from support.verification import queries_payments
from support.verification.goal import goal_of
from support.verification.lifecycle import CheckState
from support.workorders import queries
from support.workorders.describe import (
    delivery_words,
    describe,
    people_in,
    redacted_words,
    subject_words,
)
from support.workorders.kind import ERASED, Kind, Stage
from support.workorders.lifecycle import Status
from support.workorders.models import NEVER, Message, WorkOrder
from support.workorders.queries import Entry
from support.workorders.reference import format_reference
from support.workorders.say import say
from support.workorders.thread import Fold, Mark, Text, folded
from support.workorders.uploads import described

PAGE = 50


@dataclass(frozen=True, slots=True)
class OwnList:
    """A hook: what another room puts among somebody's orders; `of(actor)` gives a title and items as they are drawn."""

    of: Callable[[Actor], tuple[str, Sequence[Mapping[str, Any]]]]


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_of(row: Any) -> str:
    """Return how an address names the place of a row in the list of own orders."""
    return f"{(row.updated_at - _EPOCH) // timedelta(microseconds=1)}_{row.id}"


def read_place(said: str) -> tuple[datetime, int] | None:
    """Return the place that an address names; None, the beginning, when it names none."""
    moment, _sign, order_id = said.partition("_")
    try:
        return _EPOCH + timedelta(microseconds=row_number(moment)), row_number(order_id)
    except (ValueError, OverflowError):
        return None


def order_items(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return own orders as the list macro takes them."""
    return [_order_item(row) for row in rows]


def _order_item(row: Any) -> dict[str, Any]:
    state = Status(row.status)
    reference = format_reference(row.created_at.year, row.id)
    return {
        "url": url_for("workorders.show", reference=reference),
        "subject": subject_words(row.subject),
        "lang": html_lang(written_in(subject_words(row.subject))),
        "reference": reference,
        "words": _(state.title),
        "tone": state.tone,
        "text": _("Last change %(when)s", when=relative_time(row.updated_at)),
        "due_words": _due_words(row),
    }


def _due_words(row: Any) -> str | None:
    """Say what the desk owes by when: an answer first, then the solution; nothing while no clock runs."""
    if row.due_at >= NEVER:
        return None
    when = relative_time(row.due_at)
    answered = row.first_replied_at is not None
    words = (
        _("Solution expected %(when)s", when=when)
        if answered
        else _("Answer due %(when)s", when=when)
    )
    return str(words)


def groups(rows: Sequence[Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return own orders in three groups: what needs the person, what is open, what is closed."""
    needs = [row for row in rows if row.status in (Status.WAITING, Status.RESOLVED)]
    open_ones = [row for row in rows if row.status in (Status.NEW, Status.OPEN)]
    closed = [row for row in rows if row.status == Status.CLOSED]
    titled = ((_("Needs you"), needs), (_("With us"), open_ones), (_("Closed"), closed))
    return [(title, order_items(some)) for title, some in titled if some]


def others(actor: Actor) -> list[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Return what other rooms put among somebody's orders."""
    found = [each.of(actor) for each in hooks(OwnList)]
    return [(title, items) for title, items in found if items]


def stages(kind: Kind, order: WorkOrder) -> list[dict[str, Any]]:
    """Return the progress timeline: reached stages, the present one, and what is to come."""
    whole = kind.stages_of(order)
    shown = [stage for stage in whole if not _skipped(stage, order)]
    reached = [stage for stage in shown if order.state in stage.reached]
    items = []
    for stage in shown:
        state = "next" if stage not in reached else "now" if stage is reached[-1] else "done"
        title = stage.title
        if order.state is Status.CLOSED and state == "now":
            state = "done"
        elif order.state is Status.RESOLVED and state == "now" and not stage.firm:
            title = Status.RESOLVED.title
        items.append(
            {
                "title": _(title),
                "state": state,
                "text": _stage_text(stage is whole[0], order),
            }
        )
    return items


_UNSOLVED = ("requester", "no_answer", ERASED)


def _skipped(stage: Stage, order: WorkOrder) -> bool:
    """True for "solved" on an order that its requester closed, or that closed for want of an answer: it never was."""
    unsolved = order.state is Status.CLOSED and order.closed_reason in _UNSOLVED
    return unsolved and Status.RESOLVED in stage.reached and Status.OPEN not in stage.reached


def _stage_text(first: bool, order: WorkOrder) -> str | None:
    return relative_time(order.created_at) if first else None


def entries(
    actor: Actor,
    thread: Sequence[Entry],
    files: Mapping[str, list[StoredFile]],
    deliveries: Sequence[DeliveryLine],
) -> list[Text | Mark | Fold]:
    """Return the thread as one party reads it: own messages, the desk's by first name, public events, and what was
    sent to them; runs of events are folded under one line."""
    said = {entry.at for entry in thread if isinstance(entry.row, Message)}
    thread = [entry for entry in thread if not _goes_without_saying(entry, said)]
    events = [entry.row for entry in thread if isinstance(entry.row, Event)]
    authors = {entry.row.author_id for entry in thread if isinstance(entry.row, Message)}
    names = people.names(people_in(events) | authors)
    drawn: list[tuple[datetime, Text | Mark]] = []
    for entry in thread:
        if isinstance(entry.row, Message):
            drawn.append((entry.at, _message(actor, entry.row, names, files)))
        elif (words := describe(entry.row, names)) is not None:
            drawn.append((entry.at, Mark(time_tag(entry.at), words[0], icon(words[1], 14))))
    drawn += [
        (line.at, Mark(time_tag(line.at), words[0], icon(words[1], 14)))
        for line in deliveries
        if (words := delivery_words(line)) is not None
    ]
    drawn.sort(key=itemgetter(0))
    return folded([item for _at, item in drawn])


def _goes_without_saying(entry: Entry, said: Collection[datetime]) -> bool:
    """True for a move or an assignment that came with a message: the message and the status show it."""
    row = entry.row
    if not isinstance(row, Event) or entry.at not in said:
        return False
    moved = row.action == "order.moved" and row.data["new"] in (Status.OPEN, Status.WAITING)
    return moved or row.action == "order.assigned"


def _message(
    actor: Actor, message: Message, names: Mapping[int, str], files: Mapping[str, list[StoredFile]]
) -> Text:
    mine = message.author_id == actor.id
    return Text(
        kind="message",
        id=f"message-{message.id}",
        at=time_tag(message.created_at),
        author=_("You") if mine else names.get(message.author_id) or _("Support"),
        role="" if mine else _("Support") if message.from_staff else _("Participant"),
        ours=message.from_staff,
        text=message.body,
        lang=html_lang(message.language),
        redacted=redacted_words() if message.redacted_at else None,
        files=[described(file) for file in files.get(message.stream, [])],
    )


def secrets_in(text: str | None) -> str:
    """Return the kinds of secrets that a text looks to hold, in words for its writer; "" for none."""
    found = [_(secret.title) for secret in mask_secrets(text or "").found]
    return format_list(found, locale=get_locale() or "en") if found else ""


def facts(kind: Kind, order: WorkOrder) -> list[dict[str, Any]]:
    """Return what stays the same about an order, as pairs."""
    topics = {topic.code: topic.title for topic in kind.topics}
    found = [(_("Kind"), _(kind.title)), (_("Received"), local_time(order.created_at))]
    if order.topic in topics:
        found.insert(1, (_("Topic"), _(topics[order.topic])))
    return [{"label": label, "value": value} for label, value in found]


def linked(actor: Actor, order: WorkOrder) -> list[dict[str, Any]]:
    """Return the orders that belong to this one, where the actor may see them: what it is about, what followed it."""
    found = []
    if order.related_id is not None:
        about = queries.order_by_id(order.related_id)
        if queries.party_of(actor, about) is not None:
            found.append((_("About"), about))
    if actor.id == order.requester_id:
        found += [(_("Followed by"), row) for row in queries.follow_ups(order)]
    return [{"words": words, **_link(row)} for words, row in found]


def _link(row: Any) -> dict[str, str]:
    reference = format_reference(row.created_at.year, row.id)
    return {
        "reference": reference,
        "url": url_for("workorders.show", reference=reference),
        "subject": subject_words(row.subject),
        "lang": html_lang(written_in(subject_words(row.subject))),
    }


def order_page(actor: Actor, order: WorkOrder, kind: Kind, now: datetime) -> dict[str, Any]:
    """Return what the page of one order needs besides its forms."""
    thread = queries.thread(actor, order)
    return {
        "order": order,
        "kind": kind,
        "subject": subject_words(order.subject),
        "subject_lang": html_lang(written_in(subject_words(order.subject))),
        "sentence": say(kind.sentence(order, "requester", now)),
        "facts": facts(kind, order),
        "kind_facts": kind.facts(order),
        "stages": stages(kind, order),
        "linked": linked(actor, order),
        "entries": entries(
            actor,
            thread,
            queries.files_by_stream(actor, order),
            deliveries_to(actor.id or 0, order.stream),
        ),
        "check": _check(actor, order),
        "asked": _asked(thread) if order.state is Status.WAITING else None,
    }


def _check(actor: Actor, order: WorkOrder) -> dict[str, Any] | None:
    """Return the check of identity that the reader is asked for, or that they wait for."""
    check = checks.check_by_uid(order.identity_check) if order.identity_check else None
    if check is None or check.asker_id != actor.id:
        return None
    return {
        "uid": check.uid,
        "title": goal_of(check).title,
        "state": queries_payments.standing(check),
        "open": check.state == CheckState.OPEN,
    }


def _asked(thread: Sequence[Entry]) -> dict[str, str] | None:
    """Return what the desk wrote last, the question that the requester is waited for with, and its language."""
    for entry in reversed(thread):
        row = entry.row
        if isinstance(row, Message) and row.from_staff and not row.redacted_at:
            return {"text": row.body, "lang": html_lang(row.language)}
    return None
