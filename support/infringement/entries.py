"""What this room hands to `wiring.py`: its pages, the filer's and the respondent's, and the desk's."""

from __future__ import annotations

from support.infringement import (  # noqa: F401  (the views add their routes)
    views,
    views_answers,
    views_case,
    views_decisions,
    views_desk,
    views_disputes,
    views_letters,
    views_listings,
    views_resume,
    views_sending,
)

BLUEPRINTS = (views.blueprint, views_desk.blueprint)
