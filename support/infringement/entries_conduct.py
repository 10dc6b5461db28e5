"""What conduct hands to `wiring.py`: its pages, topics, letters, timers, and the ways there."""

from __future__ import annotations

from support.accounts.console import ConsoleEntry
from support.core.web_nav import NavItem
from support.core.words import N_
from support.infringement import (
    jobs_conduct,
    letters_conduct,
    policy,
    service_conduct,
    service_signals,
    views_conduct,
    views_conduct_own,
)

BLUEPRINTS = (views_conduct.blueprint, views_conduct_own.blueprint)
GUEST = ("conduct.mine", "conduct.appeal", "conduct.objection")

HOOKS: tuple[object, ...] = (
    *jobs_conduct.SUBSCRIPTIONS,
    *letters_conduct.TEMPLATES,
    *service_conduct.PERIODIC,
    *service_signals.PERIODIC,
    NavItem(
        N_("More"),
        N_("Conduct"),
        "conduct_desk.index",
        "scale",
        count=service_conduct.waiting_for,
        roles=policy.CONDUCT_ROLES,
    ),
    ConsoleEntry(
        N_("Your conduct record"),
        N_("What became of your rights notices, the fast lane, warnings, and appeals."),
        "conduct.mine",
        "scale",
        90,
    ),
)
