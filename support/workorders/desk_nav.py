"""The rail of the desk: its places with their counts, and who works here. One query a page."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import current_app

from support.accounts import queries as people
from support.accounts.queries import PersonView
from support.core.actors import Actor, Role
from support.core.web_nav import NavItem
from support.core.words import N_
from support.workorders import desk_counts

_COUNTS_KEPT = 1.0
_STAFF_KEPT = 30.0
"""Seconds for which this process trusts its list of colleagues (names and roles, nothing sealed)."""


def page_counts() -> dict[str, int]:
    """Return the folded counts; this process reads them once a second, since they are folded every five."""
    kept: tuple[float, dict[str, int]] | None = current_app.extensions.get("desk_counts")
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + _COUNTS_KEPT, desk_counts.counts())
        current_app.extensions["desk_counts"] = kept
    return kept[1]


def colleagues() -> dict[int, PersonView]:
    """Return the staff by id, those who left included."""
    kept: tuple[float, dict[int, PersonView]] | None = current_app.extensions.get("desk_staff")
    if kept is None or kept[0] < time.monotonic():
        kept = (time.monotonic() + _STAFF_KEPT, {one.id: one for one in people.all_staff()})
        current_app.extensions["desk_staff"] = kept
    return kept[1]


def working() -> list[PersonView]:
    """Return the staff who can be given work now, by name."""
    return [one for one in colleagues().values() if not one.disabled]


def held_roles() -> frozenset[Role]:
    """Return every role that somebody who can work now holds."""
    return frozenset(role for one in working() for role in one.roles)


def _sum_of(*names: str) -> Callable[[Actor], int]:
    return lambda actor: sum(page_counts().get(name, 0) for name in names)


def dead_letters(_actor: Actor) -> int:
    """Return how many messages could not be delivered, as last folded."""
    return page_counts().get("dead_letters", 0)


def _mine(actor: Actor) -> int:
    return page_counts().get(f"assignee:{actor.id}", 0)


_QUEUES, _MORE = N_("Queues"), N_("More")
_STAFF = frozenset({"staff"})

NAV_ITEMS = (
    NavItem(
        _QUEUES, N_("All open"), "desk.queue", "inbox", _sum_of("open"), tab=True, kinds=_STAFF
    ),
    NavItem(_QUEUES, N_("My desk"), "desk.mine", "user", _mine, tab=True, kinds=_STAFF),
    NavItem(
        _QUEUES,
        N_("Unassigned"),
        "desk.queue",
        "circle-dashed",
        _sum_of("unassigned"),
        kinds=_STAFF,
        args=(("view", "unassigned"),),
    ),
    NavItem(
        _QUEUES,
        N_("Due soon"),
        "desk.queue",
        "timer",
        _sum_of("breached", "due_soon"),
        kinds=_STAFF,
        args=(("view", "due"),),
    ),
    NavItem(
        _QUEUES,
        N_("Awaiting requester"),
        "desk.queue",
        "hourglass",
        _sum_of("waiting"),
        kinds=_STAFF,
        args=(("view", "waiting"),),
    ),
    NavItem(_MORE, N_("Search"), "desk.search", "search", tab=True, kinds=_STAFF),
    NavItem(
        _MORE,
        N_("Saved replies"),
        "desk.saved_replies",
        "message-square-quote",
        kinds=_STAFF,
    ),
    NavItem(_MORE, N_("Reports"), "desk.reports", "chart-column", kinds=_STAFF),
)
