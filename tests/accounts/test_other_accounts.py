"""Signing in with accounts of other services, binding and unbinding them, page by page (M6, PP-2.1.5)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from app import create_app
from support.accounts import (
    provider_door,
    queries_identities,
    queries_sessions,
    service_factors,
    service_identities,
)
from support.accounts.models import ContactPoint, Person
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.core.actors import Actor
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.config import OTHER_ACCOUNTS, Config
from support.core.db import db, transaction
from support.core.errors import NeedsProof, NotAllowed
from tests.accounts.other_accounts import (
    Services,
    alice_with,
    bind,
    bound,
    come_back,
    enter,
    within,
)
from tests.accounts.people import (
    SECRET,
    app_code,
    browse,
    make_member,
    make_staff,
    news,
    signed_in,
)
from tests.architecture.test_routes import dump
from tests.fixtures.other_service import SECRET as OURS
from tests.fixtures.pages import PageClient

TITLES = {
    "oidc": "Example account",
    "taobao": "Taobao",
    "1688": "1688",
    "dingtalk": "DingTalk",
    "alipay": "Alipay",
    "weibo": "Weibo",
}
FOREIGN = "not for a sign-in that this browser has begun"
WEIBO = Identity(Method.WEIBO, "20880001", "爱丽丝")


@pytest.fixture
def config(config: Config, other_services: Services) -> Config:
    """Every service is set up."""
    return other_services.set_up(config)


def test_where_none_is_set_up_no_page_mentions_any(config: Config) -> None:
    app = create_app(
        config.with_changes(**{f"oauth_{name}_id": "" for name in ("oidc", *OTHER_ACCOUNTS)})
    )
    app.test_client_class = PageClient
    within(app, lambda: make_member("Alice"))
    stranger, alice = browse(app), browse(app, "Alice")
    assert "another account" not in stranger.page("/login").text
    assert "Other accounts" not in alice.page("/account").text
    assert stranger.get("/login/with/taobao").status_code == 404
    assert alice.get("/account/other-accounts/taobao/binding").status_code == 404
    within(app, lambda: db.engine.dispose())


def test_only_the_services_that_are_set_up_are_offered(app: Flask) -> None:
    page = browse(app).page("/login")
    offered = [
        each.text.strip() for each in page.all("a") if "/login/with/" in each.attributes["href"]
    ]
    assert offered == [f"Sign in with {title}" for title in TITLES.values()]
    assert browse(app).get("/login/with/friendster").status_code == 404


@pytest.mark.parametrize("service", TITLES)
def test_an_account_of_each_service_is_bound_signs_in_and_is_unbound(
    app: Flask, service: str
) -> None:
    alice = alice_with(app, service)
    page = alice.page("/account/other-accounts")
    assert TITLES[service] in page.text
    assert ("爱丽丝" in page.text) == (service != "alipay")  # which is asked for no name
    stranger = browse(app)
    assert enter(stranger, service).location == "/orders"
    assert "You are Alice" in stranger.page("/account").text
    title = "Account service" if service == "oidc" else TITLES[service]
    assert title in stranger.page("/account/sign-ins").text
    link = next(
        each.attributes["href"]
        for each in page.all("a")
        if each.attributes["href"].endswith("/removal")
    )
    assert alice.submit(link, button="Unbind the account").location == "/account/other-accounts"
    assert bound(app) == []
    assert enter(browse(app), service).location == "/register"
    told = within(app, lambda: [one["change"] for one in news(app, "identity.changed")])
    assert told == ["bound", "unbound"]


def test_coming_back_changes_nothing_until_the_button_is_pressed(app: Flask) -> None:
    alice_with(app, "weibo")
    client = browse(app)
    path = come_back(client, "weibo")
    before = within(app, dump)
    for _ in range(2):
        assert "One more press" in client.page(path).text
    assert within(app, dump) == before
    assert client.get("/account").status_code == 303
    assert client.submit(path, button="Sign in").location == "/orders"


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(app: Flask) -> None:
    alice_with(app, "weibo")
    attacker, victim = browse(app), browse(app, "Alice")
    path = come_back(attacker, "weibo", "20889999")
    before = within(app, dump)
    for target in (path, "/login/with/weibo/back?code=x&state=", "/login/with/taobao/back"):
        answer = victim.get(target)
        assert answer.status_code == 403
        assert FOREIGN in answer.get_data(as_text=True)
    come_back(victim, "weibo", start="/account/other-accounts/weibo/binding")
    assert victim.get(path).status_code == 403
    token = victim.page("/account/other-accounts")
    csrf = token.values(token.form(action="/logout"))
    sent = csrf | {"code": "x", "state": "forged"}
    assert victim.post("/login/with/weibo/back", data=sent).status_code == 403
    assert within(app, dump) == before


def test_a_run_ends_with_the_session_that_began_it(app: Flask) -> None:
    """Charlie signs in where Alice had begun to bind: what she began binds nothing to him."""
    within(app, lambda: (make_member("Alice"), make_member("Charlie")))
    client = browse(app, "Alice")
    path = come_back(client, "weibo", start="/account/other-accounts/weibo/binding")
    client.set_cookie("sid", browse(app, "Charlie").get_cookie("sid").value)  # type: ignore[union-attr]
    assert client.get(path).status_code == 403
    assert bound(app, 2) == []


def test_a_run_is_good_once_even_with_an_older_cookie(app: Flask) -> None:
    alice_with(app, "weibo")
    client = browse(app)
    path = come_back(client, "weibo")
    page = client.page(path)
    sent = page.values(page.form(button="Sign in"))
    older = client.get_cookie("form")
    assert older is not None
    assert client.post("/login/with/weibo/back", data=sent).location == "/orders"
    assert client.get(path).status_code == 403
    client.delete_cookie("sid")
    client.set_cookie("form", older.value)
    answer = client.post("/login/with/weibo/back", data=sent)
    assert answer.status_code == 403
    assert FOREIGN in answer.get_data(as_text=True)


def test_after_ten_minutes_a_run_is_over(app: Flask) -> None:
    client = browse(app)
    with time_machine.travel(utcnow(), tick=False) as clock:
        path = come_back(client, "taobao")
        clock.shift(timedelta(minutes=11))
        answer = client.get(path)
    assert answer.status_code == 410
    assert "took too long" in answer.get_data(as_text=True)


def test_saying_no_there_leads_back_with_words(app: Flask) -> None:
    within(app, lambda: make_member("Alice"))
    for client, start, then in (
        (browse(app), "/login/with/dingtalk", "/login"),
        (
            browse(app, "Alice"),
            "/account/other-accounts/dingtalk/binding",
            "/account/other-accounts",
        ),
    ):
        answer = client.get(come_back(client, "dingtalk", mode="denied", start=start))
        assert answer.location == then
        assert "You did not allow it at DingTalk" in client.page(then).text
    assert bound(app) == []


@pytest.mark.parametrize("mode", ["hang", "broken", "elsewhere"])
def test_a_service_that_fails_is_said_and_nothing_is_lost(
    app: Flask, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    assert sum(provider_door.PATIENCE) < 8
    monkeypatch.setattr(provider_door, "PATIENCE", (1.0, 0.5))
    alice_with(app, "weibo")
    client = browse(app)
    client.get("/login?next=/account/settings")
    answer = enter(client, "weibo", mode=mode)
    assert (answer.status_code, answer.location) == (303, "/login")
    page = client.page("/login").text
    assert "Weibo does not answer right now, so you are not signed in yet" in page
    assert "Sign in with Weibo" in page
    assert enter(client, "weibo").location == "/account/settings"


def test_an_account_bound_to_somebody_else_is_refused_and_noted(app: Flask) -> None:
    alice_with(app, "alipay")
    within(app, lambda: make_member("Charlie"))
    charlie = browse(app, "Charlie")
    answer = bind(charlie, "alipay")
    assert answer.status_code == 409
    said = answer.get_data(as_text=True)
    assert "already signs in to another account here" in said
    assert "ask for help" in said
    assert bound(app, 2) == []
    names = within(app, lambda: db.session.execute(select(Event.action)).scalars().all())
    assert names.count("identity.refused") == 1
    assert bind(charlie, "alipay", "20880002").status_code == 303
    assert bind(charlie, "alipay", "20880003").status_code == 409


def race(app: Flask, *acts: Callable[[], Any]) -> list[str]:
    """Do all at the same moment; return what each was refused with."""

    def one(act: Callable[[], Any]) -> str:
        try:
            within(app, act)
        except Exception as error:
            return type(error).__name__
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(one, acts))


def people(app: Flask, *names: str) -> list[Actor]:
    """Make members and sign them in."""

    def make() -> list[Actor]:
        for name in names:
            make_member(name)
        return [signed_in(name) for name in names]

    return within(app, make)


def test_of_two_who_bind_the_same_account_at_once_one_wins(app: Flask) -> None:
    acts = [
        lambda actor=actor: service_identities.bind_identity(actor, WEIBO)
        for actor in people(app, "Alice", "Charlie")
    ]
    assert race(app, *acts) == ["", "IdentityTaken"]
    assert bound(app, 1) + bound(app, 2) == ["weibo"]


def test_binding_twice_is_harmless(app: Flask) -> None:
    [alice] = people(app, "Alice")
    act = lambda: service_identities.bind_identity(alice, WEIBO)  # noqa: E731
    assert race(app, act, act) == ["", ""]
    assert within(app, lambda: len(news(app, "identity.changed"))) == 1


def test_the_only_way_in_can_not_be_unbound(app: Flask) -> None:
    """Not even by two who unbind the last two at once."""
    [alice] = people(app, "Alice")
    accounts = [WEIBO, Identity(Method.TAOBAO, "1", "")]

    def only_other_accounts() -> list[str]:
        for each in accounts:
            service_identities.bind_identity(alice, each)
        with transaction() as session:
            session.execute(update(Person).values(password_hash=None))
            session.execute(update(ContactPoint).values(bound=False))
        return [one.uid for one in queries_identities.identities_of(1)]

    uids = within(app, only_other_accounts)
    acts = [lambda uid=uid: service_identities.unbind_identity(alice, uid) for uid in uids]
    assert race(app, *acts) == ["", "NotAllowed"]
    [left] = within(app, lambda: queries_identities.identities_of(1))
    with pytest.raises(NotAllowed, match="only way"):
        within(app, lambda: service_identities.unbind_identity(alice, left.uid))
    assert bound(app) == [left.method.value]


def test_binding_and_unbinding_need_a_fresh_proof(app: Flask) -> None:
    client = alice_with(app, "weibo")
    [one] = within(app, lambda: queries_identities.identities_of(1))
    [charlie] = people(app, "Charlie")
    later = utcnow() + timedelta(minutes=16)
    for act in (
        lambda: service_identities.bind_identity(charlie, WEIBO, now=later),
        lambda: service_identities.unbind_identity(charlie, one.uid, now=later),
    ):
        with pytest.raises(NeedsProof):
            within(app, act)
    with time_machine.travel(later, tick=False):
        for path in ("taobao/binding", f"{one.uid}/removal"):
            answer = client.get(f"/account/other-accounts/{path}")
            assert answer.location.startswith("/account/confirm?next=")


def test_another_persons_account_can_not_be_unbound(app: Flask) -> None:
    alice_with(app, "weibo")
    [one] = within(app, lambda: queries_identities.identities_of(1))
    within(app, lambda: make_member("Charlie"))
    path = f"/account/other-accounts/{one.uid}/removal"
    assert browse(app, "Charlie").get(path).status_code == 404


def test_a_second_factor_is_still_asked(app: Flask) -> None:
    alice_with(app, "oidc")
    within(app, set_factor)
    client = browse(app)
    assert enter(client, "oidc").location == "/login/second"
    assert client.get("/account").status_code == 303
    assert client.submit("/login/second", {"code": "000000"}, button="Sign in").status_code == 422
    entered = client.submit("/login/second", {"code": app_code()}, button="Sign in")
    assert entered.location == "/orders"


def set_factor() -> None:
    """Give Alice the authenticator app of the tests, whose present code still counts."""
    service_factors.switch_on_factor(signed_in("Alice"), SECRET, app_code())
    with transaction() as session:
        session.execute(update(Person).values(totp_last_step=None))


def test_disabled_people_and_staff_do_not_get_in(app: Flask) -> None:
    alice_with(app, "weibo")
    for values in ({"disabled_at": utcnow()}, {"disabled_at": None, "kind": "staff"}):

        def change(values: dict[str, Any] = values) -> None:
            with transaction() as session:
                session.execute(update(Person).values(**values))

        within(app, change)
        answer = enter(browse(app), "weibo")
        assert answer.status_code == 403
    outcomes = within(app, lambda: [row.outcome for row in queries_sessions.sign_ins(1)])
    assert outcomes[:2] == ["failed", "failed"]


def test_staff_are_told_that_theirs_is_another_way(app: Flask) -> None:
    within(app, lambda: make_staff("Bob"))
    bob = browse(app, "Bob")
    page = bob.page("/account/other-accounts")
    assert "password and second factor only" in page.text
    assert bob.get("/account/other-accounts/weibo/binding").status_code == 403


def test_who_somebody_is_elsewhere_is_sealed_and_our_secret_is_in_no_log(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    root = logging.getLogger()
    root.addHandler(caplog.handler)
    with caplog.at_level(logging.DEBUG):
        alice_with(app, "weibo", "canary-subject")
        enter(browse(app), "weibo", "canary-subject", called="canary-name")
        enter(browse(app), "weibo", "canary-subject", mode="garbage")
    root.removeHandler(caplog.handler)
    ours = [one for one in caplog.records if one.name.startswith("support")]
    assert any(one.message == "other_account_refused" for one in ours)
    for text in (repr(within(app, dump)), repr([vars(one) for one in ours]), repr(app.config)):
        for canary in (OURS, "canary-subject", "canary-name", "爱丽丝"):
            assert canary not in text


def test_many_tries_from_one_place_are_slowed(app: Flask) -> None:
    client = browse(app)
    for _ in range(30):
        assert client.get("/login/with/weibo").status_code == 303
    assert client.get("/login/with/weibo").status_code == 429
