"""Alice, Bob and Charlie: people with accounts, and what they would read in their messages."""

from __future__ import annotations

from typing import Any, TypedDict

import pyotp
from flask import Flask
from sqlalchemy import select

from support.accounts import queries, service, service_codes, service_register, service_staff
from support.accounts.addresses import normalise_address
from support.accounts.models import Code, Person, Session
from support.accounts.service_sessions import OpenedSession
from support.core.actors import SYSTEM, Actor, Role
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.outbox import Subscription
from support.core.outbox_rows import OutboxRow
from tests.fixtures.pages import PageClient

PASSWORD = "three green umbrellas"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Origin(TypedDict):
    """Where a try to sign in comes from."""

    address: str
    device: str


HERE: Origin = {"address": "192.0.2.7", "device": "Firefox, Linux"}
ELSEWHERE: Origin = {"address": "198.51.100.9", "device": "Safari, iPhone"}


def make_member(name: str = "Alice", *addresses: str, password: str = PASSWORD) -> int:
    """Make a member who signs in with `addresses` (`<name>@example.org` without any)."""
    contacts = [normalise_address("auto", one) for one in addresses or (f"{name}@example.org",)]
    return service_register.create_member(SYSTEM, name=name, password=password, contacts=contacts)


def make_staff(name: str = "Bob", *roles: Role, secret: str | None = SECRET) -> int:
    """Make a member of staff, with a second factor unless `secret` is None."""
    return service_staff.create_staff(
        SYSTEM,
        name=name,
        email=f"{name}@desk.example.org",
        roles=roles or (Role.AGENT,),
        password=PASSWORD,
        totp_secret=secret,
    )


def opened(name: str, *, password: str = PASSWORD, secret: str = SECRET) -> OpenedSession:
    """Sign somebody in, with the second factor where one is set."""
    step = service.sign_in_with_password(name, password, **HERE)
    if isinstance(step, OpenedSession):
        return step
    forget_last_step(step.person_id)
    return service.sign_in_second_step(step, pyotp.TOTP(secret).now(), **HERE)


def forget_last_step(person_id: int) -> None:
    """Let the app's present code count once more, so that a test need not wait 30 s."""
    with transaction():
        row = db.session.get(Person, person_id)
        assert row is not None
        row.totp_last_step = None


def actor_of(session: OpenedSession) -> Actor:
    """Return who speaks in a session."""
    row = db.session.get(Session, session.session_id)
    assert row is not None
    who = queries.person(row.person_id)
    return Actor(who.kind.value, who.id, who.roles, row.id, who.name, who.language, who.timezone)


def signed_in(name: str, **how: str) -> Actor:
    """Sign somebody in and return them as an actor."""
    return actor_of(opened(name, **how))


def sent_digits(purpose: str) -> str:
    """Return the digits of the newest code of `purpose`, as its message would say them."""
    code = newest_code(purpose)
    message = service_codes.reveal_code(code.id, now=code.created_at)
    assert message is not None, "nothing is sent for this code"
    return message.digits


def newest_code(purpose: str) -> Code:
    """Return the newest code of `purpose`."""
    statement = select(Code).where(Code.purpose == purpose).order_by(Code.id.desc()).limit(1)
    return db.session.execute(statement).scalar_one()


def wrong(digits: str) -> str:
    """Return six digits that differ from `digits`."""
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def browse(app: Flask, name: str = "", **how: str) -> PageClient:
    """Return a client, signed in as `name` if given."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    if name:
        with app.app_context():
            client.set_cookie("sid", opened(name, **how).secret)
            db.session.remove()
    return client


def news(app: Flask, topic: str) -> list[dict[str, Any]]:
    """Return the payloads of a topic that were put in the outbox, once a message."""
    assert any(one.topic == topic for one in app.extensions["ground"].hooks[Subscription])
    statement = select(OutboxRow).where(OutboxRow.topic == topic).order_by(OutboxRow.id)
    rows = db.session.execute(statement).scalars()
    payloads = {row.dedup_key.split("|")[1]: row.payload for row in rows}
    return [
        {name: value for name, value in one.items() if name != "key"} for one in payloads.values()
    ]


def trail(person_id: int) -> list[str]:
    """Return what the audit trail says of a person, oldest first."""
    theirs = select(Event.action).where(Event.stream == f"person:{person_id}")
    return list(db.session.execute(theirs.order_by(Event.seq)).scalars())


def app_code(secret: str = SECRET) -> str:
    """Return what the authenticator app shows now."""
    return pyotp.TOTP(secret).at(utcnow())


def read_digits(app: Flask, purpose: str) -> str:
    """Return what the newest message of `purpose` says."""
    with app.app_context():
        found = sent_digits(purpose)
        db.session.remove()
    return found


def token_of(client: PageClient) -> dict[str, str]:
    """Return the form token that this browser's own pages carry."""
    page = client.page("/account")
    return page.values(page.form(action="/logout"))
