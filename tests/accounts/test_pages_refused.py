"""Pages that are not for whoever asks, invitations to staff, and what is said when something is wrong."""

from __future__ import annotations

from flask import Flask

from support.accounts import (
    queries,
    service_contacts,
    service_sessions,
    service_staff,
)
from support.accounts.models import ContactKind
from support.core.actors import SYSTEM, Role
from support.core.db import db
from tests.accounts.people import (
    HERE,
    actor_of,
    browse,
    make_member,
    make_staff,
    opened,
    token_of,
)
from tests.accounts.test_contacts import named
from tests.fixtures.pages import Page


def test_anothers_things_are_not_found(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
        alice = opened("Alice")
        make_member("Charlie")
        [contact] = queries.contacts_of(1)
        person = named(actor_of(alice))
        db.session.remove()
    charlie = browse(app, "Charlie")
    csrf = token_of(charlie)
    for path in (
        f"/account/contacts/{contact.uid}/removal",
        f"/account/contact-persons/{person}",
        f"/account/contact-persons/{person}/removal",
        f"/account/sessions/{alice.session_id}/end",
    ):
        assert charlie.post(path, data=csrf).status_code == 404, path


def test_guests_have_no_account_pages(app: Flask) -> None:
    with app.app_context():
        guest = service_contacts.guest_for(ContactKind.EMAIL, "dora@example.org", "en")
        secret = service_sessions.open_guest_session(guest.contact_id, **HERE).secret
        db.session.remove()
    client = browse(app)
    client.set_cookie("sid", secret)
    for path in ("/account", "/account/contacts", "/account/password", "/account/basic"):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "you are here as a guest" in answer.get_data(as_text=True)
    assert client.get("/admin").status_code == 404


def test_members_learn_nothing_of_the_admin_pages(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
        bob = queries.person(make_staff("Bob")).uid
    alice, agent = browse(app, "Alice"), browse(app, "Bob")
    for client, rail in ((alice, []), (agent, ["/desk/search"])):
        searches = Page(client.get("/desk/nowhere").get_data(as_text=True)).all("form")
        found = [each.attributes["action"] for each in searches if each.attributes.get("role")]
        assert [each for each in found if each.startswith("/desk")][:1] == rail
    csrf, own = token_of(alice), token_of(agent)
    for path in ("/admin", "/admin/people", f"/admin/people/{bob}/roles"):
        assert alice.get(path).status_code == 404
        assert agent.get(path).status_code == 403
    for name in ("roles", "access", "factor-reset", "sessions/end"):
        path = f"/admin/people/{bob}/{name}"
        assert alice.post(path, data=csrf | {"roles": "admin"}).status_code == 404
        assert agent.post(path, data=own | {"roles": "admin"}).status_code == 403


def test_an_admin_runs_the_people(app: Flask) -> None:
    with app.app_context():
        make_staff("Ann", Role.ADMIN)
        make_staff("Eve", Role.ADMIN)
        bob = queries.person(make_staff("Bob")).uid
    ann, eve, agent = browse(app, "Ann"), browse(app, "Eve"), browse(app, "Bob")
    none = {"name": "Carol", "email": "carol@desk.example.org"}
    invite = "/admin/people/invite"
    assert ann.submit(invite, none, button="Send the invitation").status_code == 422
    answer = ann.submit(invite, none | {"roles": ["legal"]}, button="Send the invitation")
    assert answer.location == "/admin/people"
    assert "Carol" in ann.page("/admin/people").text
    home = f"/admin/people/{bob}"
    ann.submit(f"{home}/roles", {"roles": ["agent", "legal"]}, button="Save")
    assert "Legal" in ann.page(home).text
    ann.submit(f"{home}/factor-reset", button="Ask a second administrator")
    assert ann.page(home).text.count("Ann asked") == 1
    page = ann.page(f"{home}/factor-reset")
    assert not [one for one in page.all("button") if page.name_of(one) == "Approve and reset"]
    eve.submit(f"{home}/factor-reset", button="Approve and reset")
    assert "/login" in agent.get("/account").location
    ann.submit(f"{home}/access", button="Disable the account")
    assert "disabled" in ann.page(home).text
    ann.submit(f"{home}/access", button="Open the account again")
    assert "disabled" not in ann.page(home).text


def test_opening_an_invitation_changes_nothing(app: Flask) -> None:
    with app.app_context():
        path = service_staff.invite_staff(
            SYSTEM, name="Bob", email="bob@desk.example.org", roles=[Role.AGENT]
        )
        db.session.remove()
    for _ in range(2):
        assert "Welcome, Bob" in browse(app).page(path).text
    weak = {"password": "password1", "password_again": "password1"}
    assert browse(app).submit(path, weak, button="Go on").status_code == 422
    assert browse(app).get(path[:-1]).status_code == 410


def options(page: Page) -> list[str]:
    """Return the words of the country list."""
    return [
        one.text
        for one in page.all("option")
        if one.parent is not None and one.parent.attributes.get("name") == "country"
    ]


def test_countries_stand_in_the_readers_order_with_chinas_regions_first_and_named_alike(
    app: Flask,
) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app, "Alice")
    english = options(client.page("/account/basic"))
    assert english[1] == "China"
    assert english[5:8] == ["Afghanistan", "Åland Islands", "Albania"]
    client.submit("/account/settings", {"language": "zh"}, button="Save")
    chinese = options(client.page("/account/basic"))
    assert chinese[1:5] == ["中国", "中国香港特别行政区", "中国澳门特别行政区", "中国台湾"]
    assert chinese[5:8] == ["阿尔巴尼亚", "阿尔及利亚", "阿富汗"]
    # by sound also where the character set sorts by radical: fēilǜbīn, fěijì, fēnlán; nánsūdān, nǎolǔ, níbó'ěr
    for before, between, after in (("菲律宾", "斐济", "芬兰"), ("南苏丹", "瑙鲁", "尼泊尔")):
        assert chinese.index(before) < chinese.index(between) < chinese.index(after)


def test_a_summary_names_the_field_that_is_missing(app: Flask) -> None:
    answer = browse(app).submit("/login", {"account": ""}, button="Sign in")
    assert "Please fill in “Member name, e-mail or mobile”." in answer.get_data(as_text=True)


def test_a_text_message_is_not_looked_for_among_spam(app: Flask) -> None:
    client = browse(app)
    client.submit("/register", {"address": "138 0013 8000"}, button="Send me a code")
    assert "spam" not in client.page("/register/code").text
    there = {"address": "alice@example.org", "where": "other"}
    client.submit("/register", there, button="Send me a code")
    assert "spam" in client.page("/register/code").text


def test_too_many_tries_leads_to_signing_in_with_a_code_and_says_the_wait_once(app: Flask) -> None:
    with app.app_context():
        make_member("Alice")
    client = browse(app)
    wrong = {"account": "Alice", "password": "wrong"}
    for _time in range(30):
        answer = client.submit("/login", wrong, button="Sign in")
        if answer.status_code == 429:
            break
    assert answer.status_code == 429
    text = answer.get_data(as_text=True)
    assert 'href="/login"' in text
    assert "Sign in with a code instead" in text
    assert "You can try again in" not in text
