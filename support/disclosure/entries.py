"""What this room hands to `wiring.py`: its pages, its places in the navigations, what it does in the background."""

from __future__ import annotations

from support.accounts.console import AdminNotice, ConsoleEntry
from support.core.web_nav import NavItem
from support.core.words import N_
from support.disclosure import (
    jobs,
    kind,
    letters,
    penalty_pages,
    policy,
    queries,
    service_retention,
    views,
    views_desk,
)

BLUEPRINTS = (views.blueprint, views_desk.blueprint)

HOOKS: tuple[object, ...] = (
    kind.PENALTY,
    *jobs.SUBSCRIPTIONS,
    *jobs.PERIODIC,
    *letters.TEMPLATES,
    *service_retention.KEEPINGS,
    AdminNotice(penalty_pages.unstaffed_notices),
    NavItem(
        N_("More"),
        N_("Penalties"),
        "penalties.index",
        "gavel",
        count=queries.waiting_for,
        roles=policy.DESK,
    ),
    ConsoleEntry(
        N_("Penalties"),
        N_("What was decided against your account, and how to appeal before it is published."),
        "own_penalties.index",
        "gavel",
        87,
    ),
)
