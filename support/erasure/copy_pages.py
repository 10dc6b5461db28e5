"""A copy of one's data as people read it: a page of its own without script, and a few words about the zip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext

from support.core.actors import Actor
from support.core.context import settings
from support.core.holders import Holder, Item
from support.notifications.letters import environment, local_time_for, operator_name
from support.policies.data_classes import RULES, Class, Rule


@dataclass(slots=True)
class Part:
    """A stored file as it stands in the zip; `left_out` where it could not be read, or was not let pass."""

    uid: str
    path: str
    name: str
    left_out: bool = False


class Pages:
    """The pieces of the page, in the reader's language and zone; whoever calls has set the language.

    Words are translated here and not by the templates, so that all that is shown is escaped, whoever wrote it.
    """

    def __init__(self, reader: Actor, now: datetime) -> None:
        self.reader, self.now = reader, now
        self._time = local_time_for(reader)

    def head(self, things: Mapping[Class, int], left_out: list[Part]) -> bytes:
        """Begin the page: what it is, what is in it, what is not."""
        classes = [(each.value, said(RULES[each].title), number) for each, number in things.items()]
        return self._filled("head.html", classes=classes, left_out=left_out, **self._known())

    def data_class(self, data_class: Class, rule: Rule) -> bytes:
        """Begin a class of data."""
        return self._filled(
            "class.html", code=data_class.value, title=said(rule.title), holds=said(rule.holds)
        )

    def place(self, holder: Holder) -> bytes:
        """Begin what one place keeps."""
        return self._filled("place.html", title=said(holder.title))

    def item(self, item: Item, parts: list[Part]) -> bytes:
        """Show one thing."""
        fields = [
            (said(label), self._value(value))
            for label, value in item.fields.items()
            if value is not None and value != ""
        ]
        at = item.at
        when = None if at is None else (at.isoformat(), self._time(at))
        return self._filled(
            "item.html", title=said(item.title), when=when, fields=fields, parts=parts
        )

    def foot(self) -> bytes:
        """End the page."""
        return self._filled("foot.html")

    def readme(self, left_out: list[Part]) -> bytes:
        """Say in a few words what is in the zip."""
        return self._filled("readme.txt", left_out=left_out, **self._known())

    def _known(self) -> dict[str, Any]:
        return {
            "lang": "zh-Hans" if self.reader.language == "zh" else "en",
            "operator": operator_name(self.reader.language),
            "site": settings().public_url,
            "name": self.reader.name,
            "made_at": self._time(self.now),
        }

    def _value(self, value: str | int | datetime) -> str:
        return self._time(value) if isinstance(value, datetime) else str(value)

    @staticmethod
    def _filled(template: str, **facts: Any) -> bytes:
        text = environment().get_template(f"erasure/copy/{template}").render(**facts)
        return text.encode("utf-8", "replace")


def said(message: str) -> str:
    """Return a message in the language that is set; "" stays so."""
    return str(gettext(message)) if message else ""
