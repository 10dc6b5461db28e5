"""A policy in force, a context, and a browser signed in as staff."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import delete

from support.accounts import service_sessions, service_staff
from support.accounts.policy import Method
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import transaction
from support.policies import service
from support.policies.models import PolicyVersion
from tests.fixtures.pages import PageClient


@pytest.fixture
def unwritten(app: Flask) -> None:
    """A database without any policy. No context stays open, so that each request of a test has its own."""
    with app.app_context(), transaction() as session:
        session.execute(delete(PolicyVersion))


@pytest.fixture
def published(app: Flask, unwritten: None) -> None:
    """A version of the operator's own is in force."""
    with app.app_context():
        publish_own()


@pytest.fixture
def app_context(app: Flask, unwritten: None) -> Iterator[None]:
    """An application context over a database without any policy."""
    with app.app_context():
        yield


@pytest.fixture
def version(app_context: None) -> PolicyVersion:
    """A version of the operator's own, in force, in an open context."""
    return publish_own()


def publish_own() -> PolicyVersion:
    """Publish the version 2026-1."""
    return service.publish_version(
        SYSTEM, label="2026-1", text_en="# Own policy\n\nOurs.", text_zh="# 自己的政策\n\n我们的。"
    )


@pytest.fixture
def staff_client(app: Flask, client: PageClient) -> Callable[[Role], PageClient]:
    """A function that signs `client` in as a member of staff with one role and a second factor."""

    def staff_client(role: Role) -> PageClient:
        with app.app_context():
            person_id = service_staff.create_staff(
                SYSTEM,
                name=f"Some {role.value}",
                email=f"{role.value}@desk.example.com",
                roles=[role],
                password="correct horse battery staple 42",
                totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
            )
            with transaction():
                opened = service_sessions.open_session(
                    person_id, Method.PASSWORD, "127.0.0.1", "", utcnow(), second=True
                )
            client.set_cookie("sid", opened.secret)
        return client

    return staff_client


ADMIN = Actor("staff", 1, frozenset({Role.ADMIN}))
AGENT = Actor("staff", 2, frozenset({Role.AGENT}))
ALICE = Actor("member", 11)
BOB = Actor("member", 12)
