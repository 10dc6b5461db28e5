"""Agents, members and orders for the tests of the desk, made by the rooms' own verbs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import inf
from typing import Any

from flask import Flask
from sqlalchemy import event, update

from support.accounts import queries_sessions, service_contacts, service_register, service_sessions
from support.accounts.models import ContactKind, Person, PersonKind
from support.accounts.policy import Method
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.context import ground
from support.core.db import changed, db, transaction
from support.workorders import queries, service, targets
from support.workorders.kind import Kind, kind_named
from support.workorders.lifecycle import Priority
from support.workorders.models import WorkOrder
from tests.fixtures.pages import PageClient


def make_agent(name: str = "Mei Tanaka", *roles: Role, language: str = "en") -> Actor:
    """An agent (or staff with `roles`) as verbs take them."""
    held = roles or (Role.AGENT,)
    with transaction():
        person_id = service_register.add_person(
            PersonKind.STAFF, name, password=None, language=language, now=utcnow()
        )
        changed(update(Person).where(Person.id == person_id).values(roles=[*held]))
    return Actor("staff", person_id, frozenset(held), name=name, language=language)


def make_member(
    name: str = "Alice", email: str = "", mobile: str = "", *, language: str = "en"
) -> Actor:
    """A member with bound addresses."""
    now = utcnow()
    with transaction():
        person_id = service_register.add_person(
            PersonKind.MEMBER, name, password=None, language=language, now=now
        )
        for kind, value in ((ContactKind.EMAIL, email), (ContactKind.MOBILE, mobile)):
            if value:
                service_contacts.add_bound(person_id, kind, value, now=now)
    return Actor("member", person_id, name=name, language=language)


def make_order(
    requester: Actor,
    subject: str = "Cannot sign in",
    body: str = "The code never arrives.",
    *,
    kind: Kind | None = None,
    topic: str = "",
    priority: Priority = Priority.NORMAL,
    language: str = "en",
    now: datetime | None = None,
) -> WorkOrder:
    """An order as its requester files it."""
    return service.file_order(
        requester,
        kind or kind_named("question"),
        requester_id=requester.id or 0,
        contact_id=None,
        subject=subject,
        body=body,
        topic=topic,
        language=language,
        priority=priority,
        now=now,
    )


def an_open_hour_ago() -> datetime:
    """A moment since which the desk was open for one hour, at most two."""
    now = since = utcnow()
    while targets.office_hours().elapsed(since, now) < 60:
        since -= timedelta(hours=1)
    return since


def make_guest_order(address: str, subject: str = "A guest asks") -> WorkOrder:
    """An order of somebody without an account."""
    with transaction():
        guest = service_contacts.guest_for(ContactKind.EMAIL, address, "en", now=utcnow())
        return service.file_order(
            Actor("guest", guest.person_id),
            kind_named("question"),
            requester_id=guest.person_id,
            contact_id=guest.contact_id,
            subject=subject,
            body="Please help.",
            language="en",
        )


def sign_in(client: PageClient, actor: Actor) -> Actor:
    """Give the client a session of the person, second factor included; return who now speaks."""
    now = utcnow()
    with transaction():
        opened = service_sessions.open_session(
            actor.id or 0, Method.PASSWORD, "127.0.0.1", "tests", now, second=True
        )
    client.set_cookie("sid", opened.secret)
    speaker = queries_sessions.speaker(service_sessions.hash_of(opened.secret), now)
    assert speaker is not None
    return speaker.actor


def client_of(app: Flask, actor: Actor) -> PageClient:
    """A client of its own with a session of the person."""
    app.test_client_class = PageClient
    client = app.test_client()
    assert isinstance(client, PageClient)
    with app.app_context():
        sign_in(client, actor)
    return client


_KEPT = "queue_count|saved_reply|FROM cessation"


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that the database is sent meanwhile.

    BEGIN is left out, and what a process reads once in a while, whichever page it falls to.
    """
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement != "BEGIN" and not re.search(_KEPT, statement):
            seen.append(statement)

    before = dict(ground().kept)
    ground().kept.update({name: (inf, found) for name, (_until, found) in before.items()})
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
        ground().kept.update(before)


def two_at_the_desk(app: Flask) -> dict[str, Any]:
    """Mei and Arjun at the desk, Alice with one order."""
    with app.app_context():
        mei, arjun = make_agent("Mei Tanaka"), make_agent("Arjun Nair")
        alice = make_member("Alice", "alice@example.org")
        order = make_order(alice, "Cannot sign in", "The code never arrives.")
        return {
            "mei": client_of(app, mei),
            "arjun": client_of(app, arjun),
            "alice": client_of(app, alice),
            "who": (mei, arjun, alice),
            "id": order.id,
            "url": f"/desk/orders/{order.reference}",
            "reference": order.reference,
        }


def order_now(app: Flask, order_id: int) -> WorkOrder:
    """Return an order as it is now."""
    with app.app_context():
        return queries.order_by_id(order_id)


def typed(client: PageClient, url: str, **values: Any) -> dict[str, Any]:
    """Return what a browser would send from the reply box of the page as it is now."""
    page = client.page(url)
    return page.values(page.form(action=f"{url}/replies")) | values
