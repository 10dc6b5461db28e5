"""What versions, consents, purposes, sharing and the end of the service hand to `wiring.py`."""

from __future__ import annotations

from support.policies import (
    entries_sharing,
    views_cessation,
    views_changes,
    views_consents,
    views_desk,
    views_publications,
    views_purposes,
    views_retention,
    views_revisions,
)

BLUEPRINTS = (
    views_cessation.blueprint,
    views_desk.blueprint,
    views_publications.blueprint,
    views_retention.blueprint,
    views_revisions.blueprint,
    views_purposes.blueprint,
    *entries_sharing.BLUEPRINTS,
)
HOOKS: tuple[object, ...] = (
    *views_revisions.HOOKS,
    *views_purposes.HOOKS,
    *views_retention.HOOKS,
    *entries_sharing.HOOKS,
    *views_publications.HOOKS,
    *views_desk.NAV_ITEMS,
)
PUBLIC = (*views_changes.PUBLIC, *views_publications.PUBLIC, *entries_sharing.PUBLIC)
GUEST = views_consents.GUEST
