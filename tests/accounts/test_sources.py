"""A name that Alipay or Taobao has verified: shown before it is stored, kept only when its owner says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from support.accounts import (
    queries,
    queries_identities,
    queries_names,
    service_identities,
    service_sources,
)
from support.accounts.models import ContactPoint, ExternalIdentity, Person, Session
from support.accounts.queries_names import VerifiedName
from support.assurance import service as assurance
from support.assurance.policy import ProofKind
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.errors import Expired
from support.policies import service as policies
from support.policies.models import Consent, Purpose
from tests.accounts.names import verify
from tests.accounts.other_accounts import Services, bind, come_back
from tests.accounts.people import browse, make_member, make_staff
from tests.fixtures.pages import PageClient

NAME = "阿丽思·李德尔"


@pytest.fixture
def app(config: Config, other_services: Services) -> Iterator[Flask]:
    """The real application with every service; Taobao's page of names is set too."""
    taobao = tuple(
        f"{other_services.root}/taobao/{path}" for path in ("authorise", "token", "profile")
    )
    config = other_services.set_up(config).with_changes(oauth_taobao_urls=taobao)
    application = create_app(config)
    application.test_client_class = PageClient
    with application.app_context():
        policies.load_sample()
        make_member("Alice")
        make_member("Bob")
        db.session.remove()
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def ask(
    client: PageClient, service: str = "alipay", who: str = "20880001", **how: str
) -> PageClient:
    """Let the service tell the name, up to the page that shows it."""
    start = f"/account/realname/{service}/start"
    path = come_back(client, service, who, start=start, **{"called": NAME, **how})
    answer = client.submit(path, button="Show it")
    assert answer.location == f"/account/realname/{service}", answer.status
    return client


def alice(app: Flask, service: str = "alipay") -> PageClient:
    """Alice's browser; her account of the service is bound."""
    client = browse(app, "Alice")
    assert bind(client, service).status_code == 303
    return client


def stored(app: Flask, name: str = "Alice") -> VerifiedName | None:
    """The verified name of somebody."""
    with app.app_context():
        found = queries_names.verified_name_of(queries.person_id_by_name(name) or 0)
        db.session.remove()
    return found


@pytest.mark.parametrize("service", ["alipay", "taobao"])
def test_what_came_is_shown_and_stored_only_when_its_owner_says_so(
    app: Flask, service: str
) -> None:
    client = ask(alice(app, service), service)
    path = f"/account/realname/{service}"
    text = client.page(path).text
    assert NAME in text
    assert "231X" in text
    assert "****" not in text
    assert stored(app) is None
    answer = client.submit(path, button="Use this name")
    assert answer.status_code == 422
    assert stored(app) is None, "the box is not ticked"
    assert client.submit(path, {"consent": "y"}, button="Use this name").status_code == 303
    found = stored(app)
    assert found is not None
    assert (found.name, found.kind, found.source) == (NAME, "individual", service)
    assert found.matchable
    assert NAME in client.page("/account/basic").text
    with app.app_context():
        given = select(Consent.purpose).where(Consent.purpose == Purpose.REAL_NAME)
        assert db.session.execute(given).scalars().all() == ["real_name"]
        db.session.remove()


def test_whoever_has_bound_no_account_there_is_led_to_that_first(app: Flask) -> None:
    text = browse(app, "Alice").page("/account/realname/alipay").text
    assert "bind it first" in text
    assert "Bind Alipay" in text
    assert "Ask Alipay" not in text


def test_don_t_forgets_it(app: Flask) -> None:
    client, path = ask(alice(app)), "/account/realname/alipay"
    assert client.submit(path, button="Don't use it").status_code == 303
    assert NAME not in client.page(path).text
    assert stored(app) is None


def test_a_companys_name_is_a_companys(app: Flask) -> None:
    client, path = (
        ask(alice(app), mode="company", called="Parasol Ltd."),
        "/account/realname/alipay",
    )
    assert "A company" in client.page(path).text
    client.submit(path, {"consent": "y"}, button="Use this name")
    found = stored(app)
    assert found is not None
    assert (found.name, found.kind) == ("Parasol Ltd.", "company")


def test_after_15_minutes_it_is_forgotten_and_the_page_says_so(app: Flask) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        client, path = ask(alice(app)), "/account/realname/alipay"
        clock.shift(timedelta(minutes=14))
        assert NAME in client.page(path).text
        clock.shift(timedelta(minutes=1, seconds=1))
        prove(app)
        with client.session_transaction() as kept:
            sealed = kept["carried_name"]
        text = client.page(path).text
        assert "It is forgotten" in text
        assert NAME not in text
        with app.app_context():
            with pytest.raises(Expired):
                service_sources.use_name(newest_session(), sealed, consent=True)
            db.session.remove()


def prove(app: Flask) -> None:
    """Let the newest session have confirmed a moment ago that it is its owner."""
    with app.app_context():
        actor = newest_session()
        assurance.write_proof(
            actor, ProofKind.FRESH_SESSION, session_id=actor.session or 0, now=utcnow()
        )
        db.session.remove()


def newest_session() -> Actor:
    """Whoever signed in last."""
    row = db.session.execute(select(Session).order_by(Session.id.desc()).limit(1)).scalar_one()
    return Actor("member", row.person_id, session=row.id)


@pytest.mark.parametrize("mode", ["unverified", "other_account"])
def test_a_service_that_vouches_for_nobody_or_for_another_is_refused(app: Flask, mode: str) -> None:
    client = alice(app)
    path = come_back(
        client, "alipay", start="/account/realname/alipay/start", called=NAME, mode=mode
    )
    assert client.submit(path, button="Show it").status_code == 403
    assert NAME not in client.page("/account/realname/alipay").text
    assert stored(app) is None


def test_an_account_that_is_not_ones_own_is_refused(app: Flask) -> None:
    alice(app)
    bob = browse(app, "Bob")
    for who in ("20880001", "20889999"):
        path = come_back(bob, "alipay", who, start="/account/realname/alipay/start", called=NAME)
        answer = bob.submit(path, button="Show it")
        assert answer.status_code == 403
        assert "does not sign in to yours" in answer.text
    assert stored(app, "Bob") is None


def test_opening_the_answer_reads_nothing_and_another_session_sees_nothing(app: Flask) -> None:
    client = alice(app)
    path = come_back(client, "alipay", start="/account/realname/alipay/start", called=NAME)
    for _time in range(2):
        assert NAME not in client.page(path).text
    assert client.submit(path, button="Show it").status_code == 303
    with client.session_transaction() as kept:
        sealed = kept["carried_name"]
    again = browse(app, "Alice")
    with again.session_transaction() as kept:
        kept["carried_name"] = sealed
    assert NAME not in again.page("/account/realname/alipay").text


def test_a_sign_in_never_asks_for_the_name(app: Flask) -> None:
    client = browse(app)
    for service in ("alipay", "taobao"):
        there = client.get(f"/login/with/{service}").location or ""
        assert "auth_user" not in there
    there = alice(app).get("/account/realname/alipay/start").location or ""
    assert "auth_user" in there


def test_a_name_from_another_source_stays_and_the_same_source_renews_its_own(app: Flask) -> None:
    path = "/account/realname/alipay"
    with time_machine.travel(utcnow(), tick=False) as clock:
        client = alice(app)
        for called in (NAME, "阿丽思·哈格里夫斯"):
            ask(client, called=called)
            client.submit(path, {"consent": "y"}, button="Use this name")
            found = stored(app)
            assert found is not None
            assert found.name == called
            clock.shift(timedelta(hours=73))
            client = browse(app, "Alice")
    with app.app_context():
        verify(queries.person_id_by_name("Bob") or 0, "Bob")
        db.session.remove()
    bob = browse(app, "Bob")
    bind(bob, "alipay", "20880002")
    ask(bob, who="20880002")
    assert bob.submit(path, {"consent": "y"}, button="Use this name").status_code == 403
    found = stored(app, "Bob")
    assert found is not None
    assert found.source == "document"


def use(client: PageClient, who: str, called: str) -> int:
    """Let an account of Alipay tell the name, and ask for it to be used."""
    ask(client, who=who, called=called)
    path = "/account/realname/alipay"
    return client.submit(path, {"consent": "y"}, button="Use this name").status_code


def unbind(app: Flask) -> None:
    """Take Alice's account elsewhere off, as she (or whoever has her session) does."""
    with app.app_context():
        prove(app)
        actor = newest_session()
        [bound] = queries_identities.identities_of(actor.id or 0)
        service_identities.unbind_identity(actor, bound.uid)
        db.session.remove()


def test_another_account_of_the_same_service_never_renews_a_name(app: Flask) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        client = alice(app)
        assert use(client, "20880001", NAME) == 303
        clock.shift(timedelta(hours=73))
        thief = browse(app, "Alice")
        unbind(app)
        assert bind(thief, "alipay", "20889999").status_code == 303
        assert use(thief, "20889999", "A Thief") == 403
        clock.shift(timedelta(hours=73))
        thief = browse(app, "Alice")
        assert use(thief, "20889999", "A Thief") == 403, "nor after a wait"
        found = stored(app)
        assert found is not None
        assert found.name == NAME


@pytest.mark.parametrize("what", ["bound", "address", "password"])
def test_nothing_renews_a_name_within_72_hours_of_a_new_way_in(app: Flask, what: str) -> None:
    with time_machine.travel(utcnow(), tick=False) as clock:
        assert use(alice(app), "20880001", NAME) == 303
        clock.shift(timedelta(hours=73))
        client = browse(app, "Alice")
        with app.app_context():
            table, column = {
                "bound": (ExternalIdentity, "bound_at"),
                "address": (ContactPoint, "changed_at"),
                "password": (Person, "password_set_at"),
            }[what]
            with transaction() as session:
                session.execute(update(table).values({column: utcnow() - timedelta(hours=71)}))
            db.session.remove()
        assert use(client, "20880001", "Alice Hargreaves") == 403
        clock.shift(timedelta(hours=2))
        client = browse(app, "Alice")
        assert use(client, "20880001", "Alice Hargreaves") == 303


def test_services_without_names_and_staff_have_no_such_page(app: Flask) -> None:
    client = browse(app, "Alice")
    for service in ("weibo", "1688", "dingtalk", "oidc", "nobody"):
        assert client.get(f"/account/realname/{service}").status_code == 404
    with app.app_context():
        make_staff("Mei")
        db.session.remove()
    assert browse(app, "Mei").get("/account/realname/alipay").status_code == 403
