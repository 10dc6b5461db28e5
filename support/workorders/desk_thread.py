"""The thread of an order as the desk reads it: secrets masked, messages out with their delivery, events folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from markupsafe import Markup

from support.core import files
from support.core.files import StoredFile
from support.core.icons import icon
from support.core.masking import mask_secrets
from support.core.vault import KeyDestroyed
from support.core.web_parts import html_lang
from support.core.web_parts import words as gettext
from support.core.web_times import clock
from support.core.words import N_
from support.notifications.models import Channel, DeliveryState
from support.notifications.queries import DeliveryLine
from support.workorders.describe import Happened, describe
from support.workorders.desk_filters import STAFF_STATUS
from support.workorders.desk_lines import Line
from support.workorders.thread import Fold, Mark, Text
from support.workorders.uploads import described

FOLDED_FROM = 3

_SENT: Mapping[tuple[Channel, str], str] = {
    (Channel.MAIL, "sent"): N_("E-mail to %(address)s sent: %(title)s"),
    (Channel.MAIL, "waiting"): N_("E-mail to %(address)s is on its way: %(title)s"),
    (Channel.MAIL, "dead"): N_("E-mail to %(address)s could not be delivered: %(title)s"),
    (Channel.SMS, "sent"): N_("Text message to %(address)s sent: %(title)s"),
    (Channel.SMS, "waiting"): N_("Text message to %(address)s is on its way: %(title)s"),
    (Channel.SMS, "dead"): N_("Text message to %(address)s could not be delivered: %(title)s"),
    (Channel.INBOX, "sent"): N_("Put into the inbox: %(title)s"),
}
_SENT_ICONS = {Channel.MAIL: "mail", Channel.SMS: "message-square-text", Channel.INBOX: "bell"}


def event_words(event: Happened, names: Mapping[int, str]) -> tuple[str, str] | None:
    """Return (words, icon) of an event in the desk's own words for states; None for one that shows elsewhere."""
    if event.action == "order.moved":
        state = event.data["new"]
        words = gettext(STAFF_STATUS[state])
        return gettext("Status: %(status)s", status=words), "git-commit-horizontal"
    found = describe(event, names)
    if found and event.action == "order.filed" and event.data.get("channel") == "phone":
        return gettext("Typed in by %(name)s during a call", name=_name(event, names)), "phone"
    return found


def drawn(
    entries: Sequence[Line],
    deliveries: Sequence[DeliveryLine],
    requester_id: int,
    names: Mapping[int, str],
) -> list[Text | Mark | Fold]:
    """Return the thread ready to draw, oldest first; runs of events are folded under one line.

    `names` are those of `desk_lines.names_in`.
    """
    attached, spell = _attached(entries), clock()
    roles = _Roles(gettext("Requester"), gettext("Agent"), gettext("Participant"), requester_id)
    found: list[tuple[datetime, Text | Mark]] = []
    for entry in entries:
        if entry.kind != "event":
            text = _text(entry, spell(entry.at), names, attached, roles)
            found.append((entry.at, text))
        elif words := event_words(entry, names):
            found.append((entry.at, Mark(spell(entry.at), words[0], icon(words[1], 14))))
    found += [
        (line.at, Mark(spell(line.at), said[0], icon(said[1], 14)))
        for line in deliveries
        if (said := delivery_words(line))
    ]
    found.sort(key=itemgetter(0))
    return _folded([item for _at, item in found])


def since(entries: Sequence[Line], seq: int) -> list[Line]:
    """Return what came in after event number `seq`: messages and notes by their events, and the other events."""
    new = [entry for entry in entries if entry.kind == "event" and entry.seq > seq]
    said = {(kind, entry.data.get(kind)) for entry in new for kind in ("message", "note")}
    return [
        entry
        for entry in entries
        if (entry.kind, entry.id) in said or (entry.kind == "event" and entry.seq > seq)
    ]


def last_seq(entries: Sequence[Line]) -> int:
    """Return the number of the newest event among `entries`, 0 for none."""
    return max((entry.seq for entry in entries if entry.kind == "event"), default=0)


class _Roles(NamedTuple):
    """The words for who speaks, looked up once for a thread."""

    requester: str
    agent: str
    participant: str
    requester_id: int

    def of(self, entry: Line) -> str:
        if entry.kind == "note":
            return ""
        if entry.from_staff:
            return self.agent
        return self.requester if entry.author_id == self.requester_id else self.participant


def _attached(entries: Sequence[Line]) -> dict[str, list[StoredFile]]:
    streams = [f"{entry.kind}:{entry.id}" for entry in entries if entry.has_files]
    found: dict[str, list[StoredFile]] = {}
    for file in files.files_of(streams) if streams else []:
        found.setdefault(file.attached_to or "", []).append(file)
    return found


def _text(
    entry: Line,
    at: Markup,
    names: Mapping[int, str],
    attached: Mapping[str, list[StoredFile]],
    roles: _Roles,
) -> Text:
    masked, kind, ours = mask_secrets(entry.body), entry.kind, entry.from_staff
    return Text(
        kind=kind,
        id=f"{kind}-{entry.id}",
        at=at,
        author=names.get(entry.author_id or 0) or gettext("Somebody who is gone"),
        role=roles.of(entry),
        ours=ours,
        text=masked.text,
        masked=[gettext(secret.title) for secret in masked.found],
        lang=html_lang(entry.language),
        redacted=gettext("This text was removed.") if entry.redacted_at else None,
        files=[shown_file(file) for file in attached.get(f"{kind}:{entry.id}", ())],
    )


def shown_file(file: StoredFile) -> dict[str, Any]:
    """Return one attachment; the name of a file whose owner was erased is gone."""
    try:
        return described(file)
    except KeyDestroyed:
        return {"id": file.uid, "name": gettext("Erased"), "state": "blocked", "size": ""}


def delivery_words(line: DeliveryLine) -> tuple[str, str] | None:
    """Return (words, icon) of a message that was sent about the order; None for one that is not told."""
    words = _SENT.get((line.channel, str(line.state)))
    if words is None:
        return None
    said = gettext(words, address=line.address, title=gettext(line.title))
    return said, "mail-x" if line.state == DeliveryState.DEAD else _SENT_ICONS[line.channel]


def _folded(items: Sequence[Text | Mark]) -> list[Text | Mark | Fold]:
    """Put three or more events in a row under one line, so that the texts stand out."""
    result: list[Text | Mark | Fold] = []
    for marks, run in groupby(items, key=lambda item: isinstance(item, Mark)):
        some = list(run)
        if marks and len(some) >= FOLDED_FROM:
            result.append(Fold([item for item in some if isinstance(item, Mark)]))
        else:
            result += some
    return result


def _name(event: Happened, names: Mapping[int, str]) -> str:
    return names.get(event.actor_id or 0) or gettext("the system")
