"""The administrators' pages of the platform's door: what was asked, what was answered, and asking again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import outbox, platform
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.platform_calls import Name, PlatformCall, call_named
from support.core.platform_door import Answer
from support.core.platform_queries import PAGE
from tests.accounts.people import browse, make_member, make_staff
from tests.fixtures.pages import PageClient
from tests.fixtures.platform_service import NEWER, SECRET

SET = {
    "platform_url": "http://127.0.0.1:9/calls",
    "platform_secret": SECRET,
    "platform_secret_before": NEWER,
}


@pytest.fixture
def ann(app: Flask) -> PageClient:
    """An administrator's browser; Bob is an agent."""
    with app.app_context():
        make_staff("Ann", Role.ADMIN)
        make_staff("Bob", Role.AGENT)
        db.session.remove()
    return browse(app, "Ann")


def ask(name: Name = Name.TAKE_DOWN, key: str = "1") -> str:
    return platform.call(name, key, about="order:12", reference="WO-26-000012-AA")


def state_of(uid: str) -> str:
    db.session.rollback()
    return call_named(uid).state


def test_an_empty_page_says_that_it_is_the_console_version(ann: PageClient) -> None:
    page = ann.page("/admin/platform").text
    assert "This is the console version." in page
    assert "No call stands here." in page
    assert "Calls to the platform" in ann.page("/admin").text


def test_a_test_call_is_made_once_and_answered(app: Flask, ann: PageClient) -> None:
    page = ann.page("/admin/platform")
    form = page.form(action="/admin/platform/tests")
    places = [
        ann.post("/admin/platform/tests", data=page.values(form)).location for _time in range(2)
    ]
    assert places[0] == places[1]
    assert "On its way" in ann.page(places[0]).text
    with app.app_context():
        outbox.drain()
        assert db.session.execute(select(PlatformCall.name)).scalars().all() == ["ping"]
    shown = ann.page(places[0]).text
    assert "Recorded only" in shown
    assert "Done by the platform" not in shown
    assert "The console version answered" in shown
    assert "Ann" in shown


def test_calls_are_paged_newest_first_and_filtered_by_state(app: Flask, ann: PageClient) -> None:
    with app.app_context():
        uids = [ask(key=str(number)) for number in range(PAGE + 3)]
        platform.note_answer(uids[4], Answer(False, "no_such_listing"), utcnow())
        db.session.remove()
    first = ann.page("/admin/platform")
    here = [link.attributes["href"] for link in first.all("a")]
    assert [f"/admin/platform/{uid}" in here for uid in uids] == [False] * 3 + [True] * PAGE
    [older] = [link for link in first.all("a") if link.attributes.get("rel") == "next"]
    second = ann.page(older.attributes["href"])
    there = [link.attributes["href"] for link in second.all("a")]
    assert [f"/admin/platform/{uid}" in there for uid in uids] == [True] * 3 + [False] * PAGE
    bad = ann.page("/admin/platform?state=not_done")
    assert "no_such_listing" in bad.text
    assert f"/admin/platform/{uids[4]}" in [link.attributes["href"] for link in bad.all("a")]
    assert bad.text.count("Take content down") == 1
    assert ann.get("/admin/platform?state=x&before=y").status_code == 200


def test_one_call_has_its_history_and_what_failed_is_tried_again(
    app: Flask, ann: PageClient
) -> None:
    with app.app_context():
        uid, other = ask(), ask(key="2")
        with transaction():
            platform.note_failure(uid, 1, 1, "platform 403", utcnow())
        db.session.remove()
    path = f"/admin/platform/{uid}"
    page = ann.page(path)
    assert "platform 403" in page.text
    assert "WO-26-000012-AA" in page.text
    assert ann.submit(path, action=f"{path}/again").status_code == 303
    after = ann.page(path).text
    assert "Asked again" in after
    assert "On its way" in after
    with app.app_context():
        assert (state_of(uid), state_of(other)) == ("asked", "asked")
    with pytest.raises(AssertionError, match="0 forms fit"):
        ann.submit(path, action=f"{path}/again")
    assert ann.get("/admin/platform/nothing").status_code == 404


def test_an_overdue_call_stands_out(app: Flask, ann: PageClient) -> None:
    with app.app_context():
        uid = ask(Name.LOCK_ACCOUNT)
        platform.escalate(utcnow() + timedelta(minutes=16))
        db.session.remove()
    assert "Overdue" in ann.page("/admin/platform").text
    assert "No answer in time" in ann.page(f"/admin/platform/{uid}").text


@pytest.mark.parametrize("path", ["", "/x"])
def test_nobody_else_sees_or_does_any_of_it(app: Flask, ann: PageClient, path: str) -> None:
    with app.app_context():
        make_member("Alice")
        uid = ask()
        db.session.remove()
    bob, alice = browse(app, "Bob"), browse(app, "Alice")
    assert bob.get(f"/admin/platform{path}").status_code == 403
    assert alice.get(f"/admin/platform{path}").status_code == 404
    for browser, status in ((bob, 403), (alice, 404)):
        token = browser.page("/account/settings").all("input")[0].attributes["value"]
        for act in (f"{uid}/again", "tests"):
            answer = browser.post(f"/admin/platform/{act}", data={"csrf_token": token})
            assert answer.status_code == status
    with app.app_context():
        assert len(db.session.execute(select(PlatformCall.id)).scalars().all()) == 1


class TestSet:
    """With a platform that is set."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        """A door to a place where nobody is."""
        return config.with_changes(**SET)

    def test_host_is_shown_and_no_secret_ever_in_both_languages(
        self, app: Flask, ann: PageClient
    ) -> None:
        with app.app_context():
            uid = ask()
            outbox.drain()
            db.session.remove()
        pages = ("/admin/platform", f"/admin/platform/{uid}", "/admin/system")
        seen = {path: ann.page(path).text for path in pages}
        assert "127.0.0.1" in seen["/admin/platform"]
        assert "within 240 min" in seen["/admin/platform"]
        assert "console version" not in seen["/admin/platform"]
        ann.submit("/policies", action="/language")
        chinese = {path: ann.page(path).text for path in pages}
        assert "平台调用" in chinese["/admin/platform"]
        assert "下架内容" in chinese[f"/admin/platform/{uid}"]
        assert "平台接口" in chinese["/admin/system"]
        for path in pages:
            raw = ann.get(path).get_data(as_text=True)
            for secret in (SECRET, NEWER):
                assert secret.removeprefix("whsec_") not in raw
        assert SECRET not in repr(app.extensions["ground"].config)
