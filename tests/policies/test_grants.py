"""Grants: a member opens some of their data to somebody for a time, by a key that is shown once and kept nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.core import keeping
from support.core.actors import Actor
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Expired, Invalid, NotAllowed, NotFound, TooMany
from support.policies import keepings
from support.policies import queries_grants as queries
from support.policies import service_grants as service
from support.policies.models_grants import AccessGrant
from support.policies.service_grants import NeedsKey, WrongKey
from tests.policies.test_sharing import rows
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

PAGE = "/account/grants"


def give(actor: Actor, **more: Any) -> AccessGrant:
    values = {"grantee": "Reef Inc.", "data": ["name", "orders"], "days": 7, **more}
    return service.give_access(actor, **values)


def test_a_key_opens_just_what_was_chosen_and_each_read_is_written_down(app: Flask) -> None:
    with app.app_context():
        alice, bob = make_member("Alice"), make_member("Bob")
        order = make_order(alice, "A secret subject")
        make_order(bob, "Another's")
        grant = give(alice)
        key = service.show_key(alice, grant)
        told = service.read_by_key(grant.uid, key)
        status = {"reference": order.reference, "status": "new"}
        assert told["data"] == {"name": "Alice", "orders": [status]}
        service.read_by_key(grant.uid, f" {key} ")
        db.session.rollback()
        assert queries.own_grants(alice)[0].reads == 2
        reads = select(func.count()).where(Event.action == "grant.read")
        assert db.session.execute(reads).scalar_one() == 2
        [row] = rows()
        assert (row.recipient, row.approval, row.data) == ("grantee", "own", ["name", "orders"])


def test_the_key_is_shown_once_to_its_member_alone_and_stands_nowhere(app: Flask) -> None:
    with app.app_context():
        alice, bob = make_member("Alice"), make_member("Bob")
        grant = give(alice)
        with pytest.raises(NotAllowed):
            service.show_key(bob, grant)
        with pytest.raises(NotFound):
            queries.own_grant(bob, grant.uid)
        key = service.show_key(alice, grant)
        with pytest.raises(Expired):
            service.show_key(alice, grant)
        kept = db.session.execute(select(AccessGrant.__table__)).one()
        assert key not in repr(kept)
        assert bytes.fromhex(key) not in kept


def test_no_key_a_wrong_one_and_one_that_is_over_are_told_apart(app: Flask) -> None:
    with app.app_context():
        now, alice = utcnow(), make_member("Alice")
        grant, other = give(alice), give(alice)
        key = service.show_key(alice, grant)
        for uid, sent, error in (
            (grant.uid, "", NeedsKey),
            (grant.uid, "0" * 64, WrongKey),
            (other.uid, key, WrongKey),
            ("f" * 32, key, WrongKey),
        ):
            with pytest.raises(error):
                service.read_by_key(uid, sent)
        with pytest.raises(Expired):
            service.read_by_key(grant.uid, key, now=now + timedelta(days=7, seconds=5))
        service.take_back(alice, grant)
        service.take_back(alice, grant)  # harmless
        with pytest.raises(Expired):
            service.read_by_key(grant.uid, key)
        assert rows() == []


def test_sixty_reads_an_hour_and_no_more(app: Flask) -> None:
    with app.app_context():
        now, alice = utcnow(), make_member("Alice")
        grant = give(alice)
        key = service.show_key(alice, grant)
        for _turn in range(service.READS_AN_HOUR):
            service.read_by_key(grant.uid, key, now=now)
        with pytest.raises(TooMany) as error:
            service.read_by_key(grant.uid, key, now=now + timedelta(minutes=59))
        assert 55 <= error.value.retry_after <= 65
        service.read_by_key(grant.uid, key, now=now + timedelta(minutes=60))


def test_what_can_be_given_has_bounds(app: Flask) -> None:
    with app.app_context():
        alice, mei = make_member("Alice"), make_agent("Mei")
        for field, values in (
            ("grantee", {"grantee": " "}),
            ("data", {"data": []}),
            ("data", {"data": ["bank"]}),
            ("days", {"days": 0}),
            ("days", {"days": 91}),
        ):
            with pytest.raises(Invalid) as error:
                give(alice, **values)
            assert error.value.field == field
        with pytest.raises(NotAllowed):
            give(mei)
        for _turn in range(service.MOST):
            give(alice)
        with pytest.raises(Invalid):
            give(alice)


def test_a_grant_is_forgotten_three_months_after_its_last_day(app: Flask) -> None:
    with app.app_context():
        alice, now = make_member("Alice"), utcnow()
        give(alice, days=1)
        keeping.sweep(keepings.GRANTS, now + timedelta(days=90))
        assert len(queries.own_grants(alice)) == 1
        keeping.sweep(keepings.GRANTS, now + timedelta(days=92))
        assert queries.own_grants(alice) == []


def test_a_member_gives_and_takes_back_on_the_pages_and_a_program_reads(app: Flask) -> None:
    with app.app_context():
        alice, bob = make_member("Alice", "a@example.org"), make_member("Bob", "b@example.org")
    own = client_of(app, alice)
    assert own.submit(PAGE, {"grantee": "Reef"}, button="Give access").status_code == 422
    typed = {"grantee": "Reef Inc.", "data": ["name"], "days": "7"}
    given = own.submit(PAGE, typed, button="Give access")
    assert given.status_code == 303
    where = str(given.location)
    assert client_of(app, bob).get(where).status_code == 404
    shown = own.submit(where, {}, button="Show the key").get_data(as_text=True)
    key = shown.partition('id="grant-key">')[2].partition("<")[0]
    assert len(key) == 64
    assert key not in own.page(where).text
    program, uid = app.test_client(), where.rpartition("/")[2]
    address, sent = f"/grants/{uid}", {"Authorization": f"Bearer {key}"}
    none = program.get(address)
    assert (none.status_code, none.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert program.get(address, headers={"Authorization": "Bearer x"}).status_code == 403
    told = program.get(address, headers=sent)
    assert told.json is not None
    assert told.json["data"] == {"name": "Alice"}
    assert "Read 1 time" in own.page(PAGE).text
    assert "Whom you gave access yourself" in own.page("/account/sharing").text
    assert own.submit(where, {}, button="Revoke the access").status_code == 303
    over = program.get(address, headers=sent)
    assert over.json is not None
    assert (over.status_code, over.json["error"]) == (410, service.TAKEN_BACK)
