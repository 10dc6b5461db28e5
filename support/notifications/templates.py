"""The kinds of message: each is declared once by the room that knows what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale

from support.core.actors import Actor
from support.core.context import hooks, settings
from support.core.web_pages import locale_of
from support.notifications.models import Channel, Purpose

ALL_CHANNELS = frozenset(Channel)


@dataclass(frozen=True, slots=True)
class Template:
    """A hook: one kind of message. `code` is `room.name`, its words are `templates/<room>/letters/<name>.txt`.

    `build(ids, reader)` returns the facts for those words, or None when the reader may no longer see them.
    `title` is a message id; `path` is an address of ours with facts in it, such as `/orders/{reference}`.
    `kept_with(ids)` names the vault key of the case that the words are about, for messages whose words are kept as
    they left (`service_letters`); without it they are not.
    """

    code: str
    purpose: Purpose
    title: str
    build: Callable[[dict[str, Any], Actor], dict[str, Any] | None]
    channels: frozenset[Channel] = ALL_CHANNELS
    path: str = ""
    kept_with: Callable[[dict[str, Any]], str] | None = None


@dataclass(frozen=True, slots=True)
class MisuseForm:
    """A hook: where somebody says, without signing in, that their account was used by somebody else."""

    path: Callable[[], str]


class UnknownTemplate(LookupError):
    """No room registered a template of this code; a programming error."""


def template(code: str) -> Template:
    """Return the registered template of `code`; raises `UnknownTemplate`."""
    for found in hooks(Template):
        if found.code == code:
            return found
    raise UnknownTemplate(code)


def misuse_path() -> str:
    """Return the address of ours for "it was not me"; where no room offers a form, how else we are reached."""
    return next((form.path() for form in hooks(MisuseForm)), "/contact")


def facts_for(kind: Template, ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Return the facts for the words, with `link` (the whole address); None when the reader may not see them.

    Where one is a word, it is in the reader's language.
    """
    with force_locale(locale_of(reader.language)):
        facts = kind.build(dict(ids), reader)
    if facts is None:
        return None
    link = settings().public_url + kind.path.format_map(facts) if kind.path else ""
    return {"link": link} | facts
