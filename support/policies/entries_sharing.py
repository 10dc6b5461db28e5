"""What partners and sharing hand to `wiring.py`: pages, hooks, what is kept of people."""

from __future__ import annotations

from typing import Any

from support.core.words import N_
from support.policies import (
    personal_data_sharing,
    sharing_pages,
    views_gates,
    views_grants,
    views_partners,
    views_sharing,
)

BLUEPRINTS: tuple[Any, ...] = (
    views_partners.blueprint,
    views_sharing.blueprint,
    views_sharing.desk,
    views_gates.blueprint,
    views_grants.blueprint,
    views_grants.reading,
)
HOLDERS = personal_data_sharing.HOLDERS
HOOKS: tuple[object, ...] = (
    *views_partners.HOOKS,
    *views_sharing.HOOKS,
    *views_gates.HOOKS,
)
PUBLIC = views_grants.PUBLIC
CONSOLE = (
    (
        N_("Who got data of yours"),
        N_(
            "To whom something of you was given, what for and why; and the services that work with us."
        ),
        "own_sharing.index",
        "share-2",
        87,
    ),
    (
        N_("Access that you give"),
        N_(
            "Partners of yours who may read your open data here, until when, and how often they did."
        ),
        "own_grants.index",
        "key-round",
        88,
    ),
)
"""The entries of `/account`, whose hook stands on a higher floor."""
notices = sharing_pages.notices
