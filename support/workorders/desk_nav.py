"""The rail of the desk: its places with their counts. One query a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import url_for
from flask_babel import gettext, ngettext

from support.core.actors import Actor
from support.core.kept import Kept
from support.core.web_nav import NavItem
from support.core.words import N_
from support.policies.policy import HOLDERS
from support.workorders import desk_counts
from support.workorders.describe import team_title
from support.workorders.desk_counts import UNSTAFFED
from support.workorders.desk_staff import unstaffed_kinds
from support.workorders.kind import kinds

page_counts = Kept("desk_counts", 1.0, desk_counts.counts)
"""The folded counts; a process reads them once a second, since they are folded every five."""


def _sum_of(*names: str) -> Callable[[Actor], int]:
    return lambda actor: sum(page_counts().get(name, 0) for name in names)


def unstaffed_teams(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Return (team, orders, as last folded) where orders wait that nobody can take (`law.md` 5.1)."""
    unstaffed = unstaffed_kinds()
    teams = dict.fromkeys(kind.first_team for kind in kinds() if kind.code in unstaffed)
    found = ((team, counts.get(f"{UNSTAFFED}{team}", 0)) for team in teams)
    return [(team, number) for team, number in found if number]


def unstaffed_notices() -> list[tuple[str, str, str]]:
    """Return the same for the administrators' page: (title, text, address)."""
    return [
        (
            gettext("Nobody can take the work orders of %(team)s", team=team_title(team)),
            ngettext(
                "%(num)s work order waits there. Give somebody the role.",
                "%(num)s work orders wait there. Give somebody the role.",
                number,
            ),
            url_for("desk.queue", team=team, due="late"),
        )
        for team, number in unstaffed_teams(page_counts())
    ]


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
        N_("Late or due in 2 h"),
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
    NavItem(_MORE, N_("Legal holds"), "desk.all_holds", "archive", roles=HOLDERS),
)
