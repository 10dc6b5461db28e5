"""People to tell, a kind of message to tell them, and a way to carry out what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import literal, select

from support.accounts import queries as people
from support.accounts import service_register, service_sessions, service_staff
from support.accounts.models import ContactKind, ContactPoint
from support.accounts.policy import Method
from support.core import outbox
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.context import register
from support.core.db import db, transaction
from support.core.words import N_
from support.notifications import queries, service
from support.notifications.models import Purpose
from support.notifications.templates import Template
from tests.fixtures.pages import PageClient

PASSWORD = "correct horse battery staple 42"


def unread_count(person_id: int) -> int:
    """Return the number on a person's inbox bell."""
    return int(db.session.execute(select(queries.unread_of(literal(person_id)))).scalar_one())


def welcome_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    """Facts for the room's own welcome letter; `hidden` plays an order that the reader may not see any more."""
    return (
        None if ids.get("hidden") else {"name": reader.name, "reference": ids.get("reference", "")}
    )


ORDERS = Template(
    "notifications.member_registered",
    Purpose.ORDERS,
    N_("Welcome"),
    welcome_facts,
    path="/orders/{reference}",
)
NEWS = Template("notifications.member_registered", Purpose.NEWS, N_("Welcome"), welcome_facts)


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, as a worker has one."""
    with app.app_context():
        yield


def use(app: Flask, template: Template) -> str:
    """Register `template` in the place of the one with its code; return the code."""
    kept = app.extensions["ground"].hooks[Template]
    kept[:] = [each for each in kept if each.code != template.code]
    register(app, template)
    return template.code


def make_member(
    name: str = "Alice", *addresses: str, language: str = "en", mobile: str = ""
) -> int:
    """Make a member with proved addresses and return the row id."""
    contacts = [(ContactKind.EMAIL, address) for address in addresses]
    if mobile:
        contacts.append((ContactKind.MOBILE, mobile))
    return service_register.create_member(
        SYSTEM, name=name, password=PASSWORD, contacts=contacts, language=language
    )


def make_agent(name: str = "Bob", role: Role = Role.AGENT) -> Actor:
    """Make a member of staff with one role."""
    person_id = service_staff.create_staff(
        SYSTEM,
        name=name,
        email=f"{name.lower()}@desk.example.com",
        roles=[role],
        password=PASSWORD,
    )
    return Actor("staff", person_id, frozenset({role}), name=name)


def actor_of(person_id: int) -> Actor:
    """Return the person as an actor without a session."""
    return service.reader_of(people.person(person_id))


def contact_of(person_id: int) -> int:
    """Return the row id of a person's first address."""
    statement = db.select(ContactPoint.id).where(ContactPoint.person_id == person_id)
    return int(db.session.execute(statement.order_by(ContactPoint.id)).scalars().first() or 0)


def drain() -> int:
    """Carry out what is due, as the worker does, and return how many rows ran."""
    return outbox.drain()


@pytest.fixture
def sign_in(app: Flask, client: PageClient) -> Callable[..., PageClient]:
    """A function that signs `client` in as a person: `sign_in(person_id, second_factor=False)`."""

    def sign_in(person_id: int, *, second_factor: bool = False) -> PageClient:
        with app.app_context():
            with transaction():
                opened = service_sessions.open_session(
                    person_id, Method.PASSWORD, "127.0.0.1", "", utcnow(), second=second_factor
                )
            client.set_cookie("sid", opened.secret)
        return client

    return sign_in
