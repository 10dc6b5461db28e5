"""Our application with three pages that only the measuring opens: the queue as it is, behind the gate, with addresses.

What a protected page and sealed addresses cost is the difference between two of them, on one server in one run.
"""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint, Flask
from sqlalchemy import select

from app import create_web_app
from support.accounts import queries as people
from support.accounts.models import Person
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core.clock import utcnow
from support.core.db import db
from support.core.web import current_actor
from support.workorders.desk_queries import PAGE
from support.workorders.desk_views import queue

blueprint = Blueprint("bench", __name__, url_prefix="/bench")


@blueprint.get("/queue")
def plain() -> str:
    """Show the first page of the queue."""
    return queue()


@blueprint.get("/gate")
def gated() -> str:
    """Ask the gate first, by an act that every session may do: it is asked alike, whatever the level."""
    assurance.require(current_actor(), Act.CHANGE_PROFILE, now=utcnow())
    return queue()


@blueprint.get("/contacts")
def unsealed() -> str:
    """Show a masked address for each row as well, opened from the vault."""
    masked = people.guest_names(_requesters())
    return queue() + ", ".join(masked.values())


@lru_cache(maxsize=1)
def _requesters() -> tuple[int, ...]:
    """People with an address, as many as rows on a page."""
    members = select(Person.id).where(Person.kind == "member").order_by(Person.id).limit(PAGE)
    return tuple(db.session.execute(members).scalars())


def create_ours() -> Flask:
    """Build the application that is measured."""
    app = create_web_app()
    app.register_blueprint(blueprint)
    return app
