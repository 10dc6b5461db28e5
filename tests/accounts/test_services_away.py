"""A service outside that does not answer: the member is back at the step, told what is so and what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from support.accounts import provider_door
from support.core.config import Config
from support.core.db import db
from support.policies import service as policies
from tests.accounts.other_accounts import Services, bind, bound, come_back
from tests.accounts.people import browse, make_member
from tests.accounts.test_sources import NAME, stored
from tests.fixtures.pages import PageClient
from tests.fixtures.servers import free_port

AWAY = ["hang", "broken"]


@pytest.fixture
def app(config: Config, other_services: Services) -> Iterator[Flask]:
    """The real application with the services; the OpenID Connect one is nowhere."""
    away = {"oidc_issuer": f"http://127.0.0.1:{free_port()}"}
    application = create_app(other_services.set_up(config).with_changes(**away))
    application.test_client_class = PageClient
    with application.app_context():
        policies.load_sample()
        make_member("Alice")
        db.session.remove()
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits seconds here."""
    monkeypatch.setattr(provider_door, "PATIENCE", (1.0, 0.5))


@pytest.mark.parametrize("mode", AWAY)
def test_a_name_that_is_not_told_leads_back_to_its_page_and_is_told_the_next_time(
    app: Flask, mode: str
) -> None:
    client, path = browse(app, "Alice"), "/account/realname/alipay"
    assert bind(client, "alipay").status_code == 303
    back = come_back(client, "alipay", called=NAME, mode=mode, start=f"{path}/start")
    answer = client.submit(back, button="Show it")
    assert (answer.status_code, answer.location) == (303, path)
    page = client.page(path)
    assert "Alipay does not answer right now. Nothing has changed" in page.text
    assert "another way under Real name" in page.text
    links = {each.attributes.get("href") for each in page.all("a")}
    assert {f"{path}/start", "/account/realname"} <= links, "again, or another way"
    assert stored(app) is None
    back = come_back(client, "alipay", called=NAME, start=f"{path}/start")
    assert client.submit(back, button="Show it").location == path
    assert NAME in client.page(path).text


@pytest.mark.parametrize("mode", AWAY)
def test_an_account_that_could_not_be_bound_is_bound_the_next_time(app: Flask, mode: str) -> None:
    client = browse(app, "Alice")
    answer = bind(client, "weibo", mode=mode)
    assert (answer.status_code, answer.location) == (303, "/account/other-accounts")
    page = client.page("/account/other-accounts").text
    assert "Weibo does not answer right now. Nothing has changed" in page
    assert "Bind Weibo" in page
    assert bound(app) == []
    assert bind(client, "weibo").status_code == 303
    assert bound(app) == ["weibo"]


def test_a_service_that_has_to_be_asked_for_its_page_is_said_before_anybody_is_sent_there(
    app: Flask,
) -> None:
    member, visitor = browse(app, "Alice"), browse(app)
    for client, start, then in (
        (member, "/account/other-accounts/oidc/binding", "/account/other-accounts"),
        (visitor, "/login/with/oidc", "/login"),
    ):
        answer = client.get(start)
        assert (answer.status_code, answer.location) == (303, then)
        assert "Example account does not answer right now" in client.page(then).text
