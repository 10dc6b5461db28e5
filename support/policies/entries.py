"""What versions, consents and purposes hand to `wiring.py`."""

from __future__ import annotations

from support.policies import (
    views_changes,
    views_consents,
    views_purposes,
    views_revisions,
)

BLUEPRINTS = (views_revisions.blueprint, views_purposes.blueprint)
HOOKS: tuple[object, ...] = (*views_revisions.HOOKS, *views_purposes.HOOKS)
PUBLIC = views_changes.PUBLIC
GUEST = views_consents.GUEST
