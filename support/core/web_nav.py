"""Navigation: the entries that rooms hand to `app.py`, as the shells take them.

What a shell draws of it hangs on the reader's entries, their counts and the place alone, so it is kept by `key`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement

from support.core.actors import ADMINISTRATION, Actor, Role
from support.core.context import hooks
from support.core.web_parts import page_language

MOST_KEPT = 1_000
_EVERYWHERE = ("member", "account", "footer")


@dataclass(frozen=True, slots=True)
class Unread:
    """A hook: `of(person)` gives the number on the inbox bell as SQL over the column of a person's id.

    The query that finds who speaks asks for it too, so that no page spends one more on it.
    """

    of: Callable[[Any], ColumnElement[int]]


@dataclass(frozen=True, slots=True)
class NavItem:
    """A hook: one entry of a navigation.

    `where` is `member`, `footer`, `account`, or the title of a group in the desk's rail; `title` is a
    message id; `count(actor)` gives the number beside it; without one of `roles` it is not shown;
    `tab` puts it in the phone's tab bar too; `kinds` are the kinds of actor who see it.
    """

    where: str
    title: str
    endpoint: str
    icon: str
    count: Callable[[Actor], int] | None = None
    roles: frozenset[Role] = frozenset()
    tab: bool = False
    kinds: frozenset[str] = frozenset()
    post: bool = False
    args: tuple[tuple[str, str], ...] = ()

    def shown_to(self, actor: Actor) -> bool:
        """True when the actor is of a kind, and holds a role, that the item is for.

        Without a training that is asked for, nothing of the desk is left but administration.
        """
        if actor.untrained and self.where not in _EVERYWHERE and self.roles != ADMINISTRATION:
            return False
        return (not self.kinds or actor.kind in self.kinds) and (
            not self.roles or actor.has(*self.roles)
        )

    def is_here(self) -> bool:
        """True on the page that the item leads to; one without arguments gives way to the views of its page."""
        if request.endpoint != self.endpoint:
            return False
        if not self.args:
            return "view" not in request.args
        given = request.view_args or {}
        return all(given.get(name, request.args.get(name)) == value for name, value in self.args)


@dataclass(frozen=True, slots=True)
class Places:
    """One reader's navigation on one page; `key` names all that it hangs on."""

    key: Hashable
    member: list[dict[str, Any]]
    account: list[dict[str, Any]]
    footer: list[dict[str, Any]]
    desk: list[dict[str, Any]]


NOWHERE = Places("nowhere", [], [], [], [])


def places(actor: Actor) -> Places:
    """Return the navigation of `actor` in this request; needs a request."""
    endpoint = request.endpoint
    shown = [
        (
            item,
            item.count(actor) if item.count else None,
            item.endpoint == endpoint and item.is_here(),
        )
        for item in hooks(NavItem)
        if item.shown_to(actor)
    ]
    marks = tuple((id(item), count, here) for item, count, here in shown)
    key = (page_language(), request.script_root, marks)
    kept: dict[Hashable, Places] = current_app.extensions.setdefault("places", {})
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        kept[key] = _drawn(key, shown)
    return kept[key]


def _drawn(key: Hashable, shown: list[tuple[NavItem, int | None, bool]]) -> Places:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item, count, here in shown:
        groups[item.where].append(
            {
                "words": gettext(item.title),
                "url": url_for(item.endpoint, **dict(item.args)),  # type: ignore[arg-type]
                "icon": item.icon,
                "tab": item.tab,
                "post": item.post,
                "count": count,
                "current": here,
            }
        )
    found = {name: groups.pop(name, []) for name in _EVERYWHERE}
    desk = [{"title": gettext(title), "items": items} for title, items in groups.items()]
    return Places(key, **found, desk=desk)
