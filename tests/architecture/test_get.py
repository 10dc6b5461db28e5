"""Opening an address changes nothing: neither the database nor what the browser keeps, whoever opens it."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from support.core.config import Config
from tests.architecture.test_routes import dump
from tests.fixtures.filled import OTHER_SERVICES, VISITORS, Filled, Parts
from tests.fixtures.pages import PageClient

SENT_AWAY = {"accounts.other_start", "accounts.other_binding", "accounts.fetch_name"}
"""They send the browser to another service, and it keeps which way back is its own; nothing else may."""
WRITTEN_DOWN = {"reviews.picture", "own_data.save", "grants.read"}
"""Each look at them is written down: a picture whose address is worth one within a minute (design section 7), the file
with a copy of one's data, which is given to its person after a fresh proof alone, and what a member opened to somebody
by a key, which is no page and asks for that key."""
A_MAIL = "notifications.mailbox_html"
"""Drawn for mail programs, so not looked at as a page of ours."""


@pytest.fixture
def config(config: Config) -> Config:
    """The usual configuration, and an account of another service that signs in."""
    return config.with_changes(
        **OTHER_SERVICES,
    )


def opened(app: Flask) -> list[Rule]:
    """Every route that GET opens."""
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]


def addresses(app: Flask, parts: Parts) -> dict[str, str]:
    """The address of every route that GET opens, by endpoint, with what stands behind it."""
    with app.test_request_context():
        return {
            rule.endpoint: url_for(rule.endpoint, **parts.get(rule.endpoint, {}))  # type: ignore[arg-type]
            for rule in opened(app)
            if rule.endpoint not in WRITTEN_DOWN
        }


def walk(client: PageClient, found: dict[str, str]) -> dict[str, int]:
    """Open each address twice, look at the cookies after each, and return how each was answered."""
    answers = {}
    for endpoint in sorted(found, key=lambda name: (name in SENT_AWAY, name)):
        address, before = found[endpoint], client.kept()
        how = FlaskClient.open if endpoint == A_MAIL else PageClient.open
        for _time in range(2):
            with how(client, address) as answer:
                answers[endpoint] = answer.status_code
        if endpoint not in SENT_AWAY:
            assert client.kept() == before, f"{address} changed what the browser keeps"
    return answers


def test_get_changes_nothing_whoever_opens_what_is_really_there(app: Flask) -> None:
    filled = Filled(app)
    answers: dict[str, dict[str, int]] = {}
    for who in VISITORS:
        found = addresses(app, filled.parts(who))
        with app.app_context():
            before = dump()
        answers[who] = walk(filled.clients[who], found)
        with app.app_context():
            after = dump()
        assert {name for name in before if before[name] != after[name]} == set(), who
    for who, statuses in answers.items():
        assert {name: status for name, status in statuses.items() if status >= 500} == {}, who
    best = {name: min(each[name] for each in answers.values()) for name in answers["nobody"]}
    assert {name: status for name, status in best.items() if status >= 400} == {}
