"""Whom a version binds: express agreement where rights shrink, a question once a session, nothing lost by a no."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.errors import AlreadyDone, NotAllowed, NotFound, Stale
from support.policies import queries_consents, service, service_answers
from support.policies.models import PolicyVersion
from tests.fixtures.pages import PageClient
from tests.fixtures.versions import announce, put_in_force
from tests.policies.conftest import ADMIN, ALICE, BOB
from tests.workorders.desk_world import make_member, sign_in

DAY = timedelta(days=1)


def bound(actor: Actor = ALICE) -> str:
    found = queries_consents.standing(actor.id or 0, utcnow()).bound
    return found.label if found else ""


def agree(version: PolicyVersion, actor: Actor = ALICE) -> None:
    service.record_acceptance(
        actor, person_id=actor.id or 0, version_id=version.id, how="registration"
    )


@pytest.fixture
def cut(app_context: None) -> PolicyVersion:
    """A version that takes rights away, in force since an hour; Alice came under the one before."""
    agree(put_in_force("1", ago=9 * DAY))
    return put_in_force("2", shrinks=True)


def test_who_says_nothing_stays_under_the_version_before(cut: PolicyVersion) -> None:
    standing = queries_consents.standing(11, utcnow())
    assert (bound(), standing.is_asked) == ("1", True)
    assert bound(BOB) == "1", "also who came before acceptances were written down"
    agree(cut, BOB)
    assert bound(BOB) == "2", "who registers now accepts the version in force"


def test_who_agrees_is_bound_and_may_go_back(cut: PolicyVersion) -> None:
    for _twice in "ab":
        service_answers.accept_version(ALICE, version_id=cut.id)
    assert bound() == "2"
    assert queries_consents.standing(11, utcnow()).may_refuse
    service_answers.refuse_version(ALICE, version_id=cut.id)
    assert bound() == "1"


def test_who_refuses_is_not_asked_again_until_rights_shrink_once_more(cut: PolicyVersion) -> None:
    for _twice in "ab":
        service_answers.refuse_version(ALICE, version_id=cut.id)
    put_in_force("3", ago=timedelta(minutes=9))
    standing = queries_consents.standing(11, utcnow())
    assert (bound(), standing.refused, standing.is_asked) == ("1", True, False)
    put_in_force("4", ago=timedelta(minutes=5), shrinks=True)
    assert queries_consents.standing(11, utcnow()).is_asked
    newest = queries_consents.in_force(utcnow())[-1]
    service_answers.accept_version(ALICE, version_id=newest.id)
    assert bound() == "4"


def test_who_came_under_a_version_has_none_before_it(cut: PolicyVersion) -> None:
    agree(cut, BOB)
    assert not queries_consents.standing(12, utcnow()).may_refuse
    with pytest.raises(AlreadyDone):
        service_answers.refuse_version(BOB, version_id=cut.id)
    assert bound(BOB) == "2"


def test_nobody_answers_for_a_member_and_nobody_agrees_to_what_is_not_in_force(
    cut: PolicyVersion,
) -> None:
    for other in (ADMIN, Actor("guest", 11), Actor("anonymous")):
        with pytest.raises(NotAllowed):
            service_answers.accept_version(other, version_id=cut.id)
        with pytest.raises(NotAllowed):
            service_answers.refuse_version(other, version_id=cut.id)
    coming = put_in_force("3", ago=-DAY, shrinks=True)
    with pytest.raises(Stale):
        service_answers.accept_version(ALICE, version_id=coming.id)
    for version_id in (coming.id, 404):
        with pytest.raises(NotFound):
            service_answers.refuse_version(ALICE, version_id=version_id)


def member(app: Flask, client: PageClient) -> Actor:
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        agree(put_in_force("1", ago=9 * DAY), alice)
        put_in_force("2", shrinks=True)
        sign_in(client, alice)
    return alice


@pytest.mark.usefixtures("unwritten")
def test_a_member_is_asked_once_a_session_and_led_back(app: Flask, client: PageClient) -> None:
    alice = member(app, client)
    asked = client.get("/orders")
    assert asked.headers["Location"] == "/account/policy?next=/orders"
    page = client.page(asked.headers["Location"])
    assert "Do you agree to version 2?" in page.text
    assert "/orders" in {each.attributes.get("href") for each in page.all("a")}
    assert client.get("/orders").status_code == 200, "asked once in this session"
    with app.app_context():
        sign_in(client, alice)
    assert client.get("/account").status_code == 303, "and once in the next one"
    answer = client.submit("/account/policy?next=/orders", {}, button="No, keep version 1")
    assert answer.headers["Location"] == "/orders"
    assert "You refused version 2" in client.page("/account/policy").text
    with app.app_context():
        sign_in(client, alice)
    assert client.get("/account").status_code == 200
    client.submit("/account/policy", {}, button="I agree to version 2")
    with app.app_context():
        assert bound(alice) == "2"
    client.submit("/account/policy", {}, button="Take my agreement back")
    with app.app_context():
        assert bound(alice) == "1"


@pytest.mark.usefixtures("published")
def test_a_notice_stands_on_every_page_until_it_is_closed(app: Flask, client: PageClient) -> None:
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        announce("2027-1")
    words = "New words."
    for path in ("/", "/contact", "/login"):
        assert words in client.page(path).text, path
    assert "Close this notice" not in client.page("/contact").text
    with app.app_context():
        sign_in(client, alice)
    assert words in client.page("/account").text
    closed = client.submit("/account", {}, button="Close this notice")
    assert closed.headers["Location"] == "/account"
    assert words not in client.page("/account").text
    other = app.test_client()
    with app.app_context():
        sign_in(other, alice)  # type: ignore[arg-type]
    assert words not in other.get("/account").get_data(as_text=True), "nor on another device"
    assert client.post("/policies/notice/closing").status_code != 200


@pytest.mark.usefixtures("published")
def test_a_notice_goes_two_weeks_after_the_day(app: Flask, client: PageClient) -> None:
    for ago, shown in ((13 * DAY, True), (15 * DAY, False)):
        with app.app_context():
            label = put_in_force(f"at-{ago.days}", ago=ago).label
        assert (f"What {label} changes." in client.page("/contact").text) is shown


@pytest.mark.usefixtures("published")
def test_a_minor_version_has_no_notice(app: Flask, client: PageClient) -> None:
    with app.app_context():
        put_in_force("m", tests="")
    assert "What m changes." not in client.page("/contact").text
