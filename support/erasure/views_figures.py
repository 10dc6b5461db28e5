"""The privacy officer's figures."""

from __future__ import annotations

from flask import render_template

from support.core.clock import utcnow
from support.core.web import current_actor
from support.erasure import figure_pages
from support.erasure.views_desk import blueprint


@blueprint.get("/figures")
def figures() -> str:
    """Show requests by state, the time to a decision against its limit, and what runs out this week."""
    return render_template(
        "erasure/figures.html", **figure_pages.figures(current_actor(), utcnow())
    )
