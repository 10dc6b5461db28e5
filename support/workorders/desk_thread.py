"""The thread of an order as the desk reads it: secrets masked, messages out with their delivery, events folded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
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
from support.notifications.queries import DeliveryLine
from support.workorders.describe import Happened, delivery_words, describe, redacted_words
from support.workorders.desk_filters import STAFF_STATUS
from support.workorders.desk_lines import Line
from support.workorders.thread import Fold, Mark, Text, folded
from support.workorders.uploads import described


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
    *,
    by: bool = False,
) -> list[Text | Mark | Fold]:
    """Return the thread ready to draw, oldest first; runs of events are folded under one line.

    `names` are those of `desk_lines.names_in`. With `by` each event says who did it, and none is folded away.
    """
    attached, spell = _attached(entries), clock()
    roles = _Roles(gettext("Requester"), gettext("Agent"), gettext("Participant"), requester_id)
    found: list[tuple[datetime, Text | Mark]] = []
    for entry in entries:
        if entry.kind != "event":
            text = _text(entry, spell(entry.at), names, attached, roles)
            found.append((entry.at, text))
        elif words := event_words(entry, names):
            whole = _by(entry, words[0], names) if by else words[0]
            found.append((entry.at, Mark(spell(entry.at), whole, icon(words[1], 14))))
    found += [
        (line.at, Mark(spell(line.at), told[0], icon(told[1], 14)))
        for line in deliveries
        if (told := delivery_words(line))
    ]
    found.sort(key=itemgetter(0))
    items = [item for _at, item in found]
    return [*items] if by else folded(items)


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
        redacted=redacted_words() if entry.redacted_at else None,
        files=[shown_file(file) for file in attached.get(f"{kind}:{entry.id}", ())],
    )


def shown_file(file: StoredFile) -> dict[str, Any]:
    """Return one attachment; the name of a file whose owner was erased is gone."""
    try:
        return described(file)
    except KeyDestroyed:
        return {"id": file.uid, "name": gettext("Erased"), "state": "blocked", "size": ""}


def _by(event: Happened, words: str, names: Mapping[int, str]) -> str:
    return gettext("%(name)s: %(what)s", name=_name(event, names), what=words)


def _name(event: Happened, names: Mapping[int, str]) -> str:
    return names.get(event.actor_id or 0) or gettext("the system")
