"""An event of an order's trail, or a message that was sent, becomes a sentence and an icon: the one place for these
words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from support.core.audit import Event
from support.core.platform_calls import Name
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.notifications.models import Channel, DeliveryState
from support.notifications.queries import DeliveryLine
from support.workorders.lifecycle import Priority, Status


class Happened(Protocol):
    """What an event has that its sentence is made of."""

    @property
    def action(self) -> str: ...
    @property
    def actor_id(self) -> int | None: ...
    @property
    def data(self) -> dict[str, Any]: ...


_ACTIONS: Mapping[str, tuple[str, str]] = {
    "order.filed": (N_("Work order filed"), "inbox"),
    "order.proved": (N_("Address confirmed by a code"), "shield-check"),
    "order.assigned": (N_("Assigned to %(name)s"), "user-check"),
    "order.unassigned": (N_("Given back to the team"), "users"),
    "order.moved": (N_("Status changed to %(new)s"), "git-commit-horizontal"),
    "order.reopened": (N_("Opened again"), "rotate-ccw"),
    "order.rated": (N_("Confirmed as solved"), "circle-check"),
    "order.not_solved": (N_("Marked as not solved"), "circle-x"),
    "order.priority": (N_("Priority set to %(new)s"), "flag"),
    "order.tagged": (N_("Tags changed"), "tag"),
    "order.noted": (N_("Internal note added"), "lock"),
    "order.file_read": (N_("File opened by %(actor)s"), "file-search"),
    "order.reminded": (N_("Reminder sent"), "bell"),
    "order.alarmed": (N_("Alarm: the desk was told that time runs out"), "alarm-clock"),
    "legal_hold.placed": (N_("Placed under a legal hold"), "archive"),
    "legal_hold.released": (N_("Legal hold released"), "archive-restore"),
    "order.called": (N_("Caller proved by a code read back"), "phone"),
    "name_change.redirected": (N_("Sent to the service that the name came from"), "signpost"),
    "name_change.effective": (N_("The name was changed"), "badge-check"),
    "check.opened": (N_("Identity check begun"), "user-search"),
    "check.address_proved": (N_("New address proved by a code"), "shield-check"),
    "check.old_address_proved": (
        N_("Older address of the account shown by a code"),
        "shield-check",
    ),
    "check.old_address_lost": (N_("No older address can be reached"), "shield-off"),
    "check.old_address_stolen": (N_("An older address was named as stolen"), "shield-alert"),
    "check.details_given": (N_("Details of a document given"), "id-card"),
    "check.record_tried": (N_("The verified record was asked for"), "fingerprint"),
    "check.record_matched": (N_("Verified name and last four digits match"), "shield-check"),
    "check.payment_asked": (N_("A company's bank account given"), "landmark"),
    "check.payment_sent": (N_("A few cents sent to the company's account"), "landmark"),
    "check.payment_failed": (N_("The bank did not take the payment"), "circle-x"),
    "check.payment_unsent": (N_("The bank did not answer for a day"), "hourglass"),
    "check.payment_tried": (N_("An amount named"), "landmark"),
    "check.payment_proved": (N_("The amount of the payment is right"), "shield-check"),
    "check.payment_locked": (N_("Three amounts were wrong"), "shield-alert"),
    "check.payment_expired": (N_("Nobody named the amount in time"), "hourglass"),
    "check.payment_returned": (N_("The bank gave the payment back"), "undo-2"),
    "check.payment_kept": (N_("What was proved stands, though the payment came back"), "check"),
    "check.payment_undone": (
        N_("What was proved is taken back, as the payment came back"),
        "undo-2",
    ),
    "check.payment_dropped": (N_("Payment given up, as the consent was taken back"), "landmark"),
    "check.unpaid": (N_("No payment possible: decided by papers"), "life-buoy"),
    "check.evidence_given": (N_("Evidence given"), "image"),
    "check.evidence_opened": (N_("Evidence opened by agent %(number)s"), "scan-eye"),
    "check.evidence_destroyed": (N_("Evidence destroyed"), "trash-2"),
    "check.stuck": (N_("A step of the check can't be done: a person is asked for"), "life-buoy"),
    "check.review": (N_("Identity check waits for a verifier"), "scan-eye"),
    "check.approval": (N_("Identity check waits for a second person"), "scan-eye"),
    "check.open": (N_("Evidence is asked for again"), "rotate-ccw"),
    "check.held": (N_("Proved; waiting period of 72 hours"), "hourglass"),
    "check.objected": (N_("An address named as stolen objects"), "shield-alert"),
    "check.stopped": (N_("Stopped: a person looks at it"), "octagon-x"),
    "check.done": (N_("Identity proved, and done what it was for"), "circle-check"),
    "check.refused": (N_("Identity not proved"), "circle-x"),
    "check.withdrawn": (N_("Identity check given up"), "x"),
    "platform.asked": (N_("The platform was asked: %(call)s"), "plug"),
    "platform.again": (N_("The platform was asked again: %(call)s"), "plug"),
    "platform.later": (N_("The platform took it up and answers later: %(call)s"), "hourglass"),
    "platform.done": (N_("The platform answered: done (%(call)s)"), "circle-check"),
    "platform.console": (
        N_("Console version of the platform: recorded, nothing was done (%(call)s)"),
        "square-terminal",
    ),
    "platform.not_done": (N_("The platform answered: not done (%(call)s, %(note)s)"), "circle-x"),
    "platform.failed": (N_("The call to the platform failed (%(call)s, %(note)s)"), "circle-x"),
    "platform.silent": (
        N_("The platform has not answered in time: %(call)s; administrators were told"),
        "alarm-clock",
    ),
}


DESCRIBED = frozenset(_ACTIONS)
"""The actions that have words of their own; the others only say what a message beside them shows."""


def describe(event: Happened, names: Mapping[int, str]) -> tuple[str, str] | None:
    """Return (words, icon) for an event, None for one that only says what a message beside it shows.

    `names` gives the display names of the people whose ids the event holds.
    """
    action = event.action
    if action == "order.assigned" and event.data.get("assignee") is None:
        action = "order.unassigned"
    if action == "platform.done" and event.data.get("console"):
        action = "platform.console"
    if action not in _ACTIONS:
        return None
    words, icon = _ACTIONS[action]
    return gettext(words, **_facts(event, names)), icon


def _facts(event: Happened, names: Mapping[int, str]) -> dict[str, Any]:
    facts: dict[str, Any] = {"actor": names.get(event.actor_id or 0) or gettext("the system")}
    facts["number"] = event.actor_id or 0
    if "assignee" in event.data:
        facts["name"] = names.get(event.data["assignee"]) or gettext("an agent")
    if event.action == "order.moved":
        facts["new"] = gettext(Status(event.data["new"]).title)
    if event.action == "order.priority":
        facts["new"] = gettext(Priority(event.data["new"]).title)
    if event.action.startswith("platform."):
        facts["call"] = gettext(Name(event.data["name"]).title)
        facts["note"] = event.data.get("note") or "–"
    return facts


def people_in(events: list[Event]) -> set[int]:
    """Return the ids of the people whose names the sentences need."""
    ids = {event.actor_id for event in events} | {event.data.get("assignee") for event in events}
    return {person_id for person_id in ids if person_id is not None}


_SENT: Mapping[tuple[Channel, str], str] = {
    (Channel.MAIL, "sent"): N_("E-mail to %(address)s sent: %(title)s"),
    (Channel.MAIL, "waiting"): N_("E-mail to %(address)s is on its way: %(title)s"),
    (Channel.MAIL, "dead"): N_("E-mail to %(address)s could not be delivered: %(title)s"),
    (Channel.SMS, "sent"): N_("Text message to %(address)s sent: %(title)s"),
    (Channel.SMS, "delivered"): N_("Text message to %(address)s delivered: %(title)s"),
    (Channel.SMS, "waiting"): N_("Text message to %(address)s is on its way: %(title)s"),
    (Channel.SMS, "dead"): N_("Text message to %(address)s could not be delivered: %(title)s"),
    (Channel.INBOX, "sent"): N_("Put into the inbox: %(title)s"),
}
_SENT_ICONS = {Channel.MAIL: "mail", Channel.SMS: "message-square-text", Channel.INBOX: "bell"}


def delivery_words(line: DeliveryLine) -> tuple[str, str] | None:
    """Return (words, icon) of a message that was sent about the order; None for one that is not told."""
    words = _SENT.get((line.channel, str(line.state)))
    if words is None:
        return None
    said = gettext(words, address=line.address, title=gettext(line.title))
    return said, "mail-x" if line.state == DeliveryState.DEAD else _SENT_ICONS[line.channel]


def subject_words(subject: str) -> str:
    """Return a subject as pages show it: of one that was taken out with its requester's data, that it was."""
    return subject or gettext("(removed)")


def redacted_words() -> str:
    """Return what stands where a text was taken out."""
    return gettext("Removed: at the person's request, or since its time was over.")


_TEAMS: Mapping[str, str] = {
    "support": N_("Support"),
    "complaints": N_("Complaints"),
    "ip": N_("Intellectual property"),
    "privacy": N_("Privacy"),
}


def team_title(code: str) -> str:
    """Return a team's name, translated; an unknown team keeps its code."""
    return gettext(_TEAMS[code]) if code in _TEAMS else code
