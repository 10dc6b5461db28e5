"""Every route: closed by default, with its headers, deaf to forms without a token (`test_get` opens them all)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import STAFF_ROLES
from support.core.actors import ANONYMOUS, Actor, Role
from support.core.db import db
from support.core.errors import NeedsSignIn, NotAllowed, NotFound
from support.core.web import CONTENT_SECURITY_POLICY, check_access
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import (
    make_member,
    make_order,
    sign_in,
)
from wiring import GUEST, PUBLIC


def endpoints(app: Flask) -> set[str]:
    """Every endpoint of the application."""
    return {rule.endpoint for rule in app.url_map.iter_rules()}


def test_the_lists_of_open_endpoints_name_only_endpoints_that_exist(app: Flask) -> None:
    assert PUBLIC - endpoints(app) == set()
    assert GUEST - endpoints(app) == set()


def test_every_other_endpoint_asks_a_stranger_to_sign_in(app: Flask) -> None:
    open_ones = []
    for endpoint in endpoints(app) - PUBLIC:
        try:
            check_access(endpoint, ANONYMOUS, guest=GUEST, staff_roles=STAFF_ROLES)
            open_ones.append(endpoint)
        except NeedsSignIn:
            pass
    assert open_ones == []


@pytest.mark.parametrize("kind", ["member", "guest"])
def test_no_member_or_guest_passes_to_a_page_of_the_staff(app: Flask, kind: Any) -> None:
    visitor = Actor(kind, 1, frozenset(Role))
    for endpoint in endpoints(app) - PUBLIC:
        if endpoint.split(".")[0] in STAFF_ROLES:
            with pytest.raises(NotFound):
                check_access(endpoint, visitor, guest=GUEST, staff_roles=STAFF_ROLES)
        elif kind == "guest" and endpoint not in GUEST:
            with pytest.raises(NotAllowed):
                check_access(endpoint, visitor, guest=GUEST, staff_roles=STAFF_ROLES)


def test_no_agent_passes_to_a_page_of_the_administrator(app: Flask) -> None:
    agent = Actor("staff", 1, frozenset({Role.AGENT}))
    closed = [name for name in endpoints(app) if name.startswith("admin.")]
    assert closed
    for endpoint in closed:
        with pytest.raises(NotAllowed):
            check_access(endpoint, agent, guest=GUEST, staff_roles=STAFF_ROLES)


def dump() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the moment at which a session was last seen."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for table in db.metadata.sorted_tables:
        columns = [
            column
            for column in table.columns
            if (table.name, column.name) != ("session", "seen_at")
        ]
        rows[table.name] = sorted(map(tuple, db.session.execute(select(*columns))), key=repr)
    db.session.rollback()
    return rows


def test_every_answer_carries_the_security_headers_also_errors_and_static_files(
    client: PageClient,
) -> None:
    for address in (
        "/",
        "/nowhere",
        "/account",
        "/static/app.css",
        "/static/none.css",
        "/healthz",
        "/orders/new/nothing",
    ):
        with client.get(address) as answer:
            headers = answer.headers
        assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, address
        assert headers["X-Content-Type-Options"] == "nosniff", address
        assert headers["Referrer-Policy"] == "same-origin", address
    assert (
        client.post("/orders/new/question/sending").headers["Content-Security-Policy"]
        == CONTENT_SECURITY_POLICY
    )


def test_no_form_is_taken_without_its_token(app: Flask, client: PageClient) -> None:
    with app.app_context():
        member = make_member("Alice", "alice@example.org")
        reference = make_order(member).reference
        sign_in(client, member)
        before = dump()
    for act in ("messages", "closure", "rating", "reopening"):
        client.post(f"/orders/{reference}/{act}", data={"body": "x", "solved": "yes"})
    with app.app_context():
        after = dump()
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"kept_form", "vault_key"}


def test_the_database_itself_knows_no_unnamed_constraint(app: Flask) -> None:
    with app.app_context():
        for table in db.metadata.sorted_tables:
            assert all(constraint.name for constraint in table.constraints), table.name
        assert db.session.execute(text("SELECT 1")).scalar_one() == 1
