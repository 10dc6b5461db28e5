"""A new order, as a visitor, a guest and a member write one: the address, the draft over sign-in, the limits."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import service_contacts, service_register, service_sessions
from support.accounts.models import ContactKind, PersonKind
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, new_uid, transaction
from support.core.files import StoredFile
from support.core.web_bodies import MAX_BODY_BYTES
from support.workorders import queries
from support.workorders.models import Draft, WorkOrder
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import client_of, make_guest_order, make_member

# Werkzeug's test client leaves its own temporary file of a large body to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NEW = "/orders/new/suggestion"
SAID = {"subject": "A darker theme", "body": "Please add one."}
PASSWORD = "nine purple lanterns sing"


def write(client: PageClient, **values: Any) -> Any:
    """Fill in the form of an order and press its button."""
    return client.submit(NEW, values, button="Check and send")


def file_one(client: PageClient, **values: Any) -> Any:
    """Go through the form and the last look; return the answer to sending."""
    assert write(client, **SAID | values).status_code == 303
    return client.submit(f"{NEW}/check", action=f"{NEW}/sending")


def token(client: PageClient) -> dict[str, str]:
    page = client.page(NEW)
    values = page.values(page.form(button="Check and send"))
    return {"csrf_token": values["csrf_token"], "idempotency_key": new_uid()}


def upload(client: PageClient, name: str) -> None:
    sent = token(client) | {"file": (io.BytesIO(b"words of a file"), name)}
    answer = client.post(f"{NEW}/files", data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text


def fields(page: Page) -> dict[str, str]:
    """Return what stands in the fields of the order's form."""
    return {
        name: str(value).strip()
        for name, value in page.values(page.form(button="Check and send")).items()
        if name in ("subject", "body", "address")
    }


@pytest.fixture
def guest(app: Flask) -> PageClient:
    """Somebody without an account who followed an order, so that the address is proved."""
    app.test_client_class = PageClient
    client = app.test_client()
    assert isinstance(client, PageClient)
    with app.app_context():
        make_guest_order("guest@example.net")
        with transaction():
            known = service_contacts.guest_for(ContactKind.EMAIL, "guest@example.net", "en")
        opened = service_sessions.open_guest_session(
            known.contact_id, address="127.0.0.1", device="tests"
        )
    client.set_cookie("sid", opened.secret)
    return client


def member(app: Flask) -> None:
    """Alice, who signs in with a password."""
    with app.app_context(), transaction():
        person_id = service_register.add_person(
            PersonKind.MEMBER, "Alice", password=PASSWORD, language="en", now=utcnow()
        )
        service_contacts.add_bound(person_id, ContactKind.EMAIL, "alice@example.org", now=utcnow())


def sign_in(client: PageClient) -> None:
    answer = client.submit(
        "/login", {"account": "alice@example.org", "password": PASSWORD}, button="Sign in"
    )
    assert answer.status_code == 303, answer.text


def test_a_guests_second_order_can_be_followed_by_its_proved_address(
    app: Flask, guest: PageClient
) -> None:
    reference = file_one(guest).location.split("/")[2]
    with app.app_context():
        found = queries.contact_on_order(reference, "email", "guest@example.net")
        assert found is not None
    assert "Ask for another person" in guest.page(f"/orders/{reference}").text


def test_a_guest_asks_for_another_person_with_a_complaint_linked_to_the_order(
    app: Flask, guest: PageClient
) -> None:
    reference = file_one(guest).location.split("/")[2]
    links = [each.attributes.get("href") for each in guest.page(f"/orders/{reference}").all("a")]
    path = f"/orders/new/complaint?about={reference}"
    assert path in links
    page = guest.page(path)
    assert reference in page.text
    sent = page.values(page.form(button="Check and send")) | SAID
    assert guest.post("/orders/new/complaint", data=sent).status_code == 303
    answer = guest.submit("/orders/new/complaint/check", action="/orders/new/complaint/sending")
    assert answer.status_code == 303
    with app.app_context():
        about = queries.order_named(reference).id
        linked = select(WorkOrder.related_id).where(WorkOrder.kind == "complaint")
        assert db.session.execute(linked).scalar_one() == about


def draft_by_script(client: PageClient, **values: str) -> None:
    page = client.page(NEW)
    sent = page.values(page.form(button="Check and send")) | values
    assert client.post(f"{NEW}/draft", data=sent).status_code == 200


@pytest.mark.parametrize("address", ["", "not an address"])
def test_an_order_without_an_address_is_asked_for_it_at_the_last_look_and_at_sending(
    client: PageClient, app: Flask, address: str
) -> None:
    draft_by_script(client, **SAID, address=address)
    for answer in (
        client.get(f"{NEW}/check"),
        client.post(f"{NEW}/sending", data=token(client)),
    ):
        assert answer.status_code == 422
        page = Page(answer.text)
        assert [each for each in page.all("p") if each.attributes.get("id") == "address-error"]
        assert fields(page) == SAID | {"address": address}
    with app.app_context():
        assert db.session.execute(select(WorkOrder.id)).first() is None


def test_a_visitors_draft_and_files_are_there_after_signing_in(
    app: Flask, client: PageClient
) -> None:
    member(app)
    draft_by_script(client, **SAID)
    upload(client, "sketch.txt")
    sign_in(client)
    page = client.page(NEW)
    assert fields(page) == SAID
    assert "sketch.txt" in page.text
    assert client.submit(NEW, button="Check and send").status_code == 303
    answer = client.submit(f"{NEW}/check", action=f"{NEW}/sending")
    assert answer.status_code == 303
    with app.app_context():
        file = db.session.execute(select(StoredFile)).scalar_one()
        assert file.attached_to is not None
        assert db.session.execute(select(Draft.id)).first() is None


def test_enter_in_a_field_sends_the_form_and_removes_no_file(client: PageClient) -> None:
    draft_by_script(client, **SAID, address="a@example.org")
    upload(client, "sketch.txt")
    page = client.page(NEW)
    form = page.form(button="Check and send")
    first = next(each for each in page.controls(form) if each.submits)
    assert "name" not in first.attributes, "browsers press the first button of a form"
    assert client.post(NEW, data=page.values(form)).location.endswith("/check")


def test_two_drafts_about_the_same_are_both_there_after_signing_in(
    app: Flask, client: PageClient
) -> None:
    member(app)
    other: Any = app.test_client()
    sign_in(other)
    draft_by_script(other, subject="Typed at home", body="The first text.")
    draft_by_script(client, **SAID)
    upload(client, "sketch.txt")
    sign_in(client)
    page = client.page(NEW)
    assert fields(page) == SAID, "the newer one stands in the form"
    assert "Typed at home" in page.text
    assert client.submit(NEW, button="Use that draft").status_code == 303
    page = client.page(NEW)
    assert fields(page) == {"subject": "Typed at home", "body": "The first text."}
    assert SAID["subject"] in page.text, "the other is offered in turn"
    assert "sketch.txt" not in page.text
    client.submit(NEW, button="Use that draft")
    page = client.page(NEW)
    assert fields(page) == SAID
    assert "sketch.txt" in page.text
    client.submit(NEW, button="Delete it")
    page = client.page(NEW)
    assert "Typed at home" not in page.text
    assert fields(page) == SAID


def test_a_newer_draft_of_the_persons_own_keeps_its_place(app: Flask, client: PageClient) -> None:
    member(app)
    draft_by_script(client, **SAID)
    other: Any = app.test_client()
    sign_in(other)
    draft_by_script(other, subject="Typed at home", body="The newer text.")
    sign_in(client)
    page = client.page(NEW)
    assert fields(page)["subject"] == "Typed at home"
    assert SAID["subject"] in page.text


def test_nobody_takes_up_the_draft_of_somebody_else(app: Flask, client: PageClient) -> None:
    member(app)
    draft_by_script(client, **SAID)
    with app.app_context():
        uid = db.session.execute(select(Draft.uid)).scalar_one()
        bob = client_of(app, make_member("Bob", "bob@example.org"))
    sent = token(bob) | {"use": uid}
    assert bob.post(f"{NEW}/other-draft", data=sent).status_code == 404
    bob.post(f"{NEW}/other-draft", data=sent | {"use": "", "drop": uid})
    bob.post(f"/orders/drafts/{uid}/discarding", data=sent)
    assert fields(client.page(NEW)) == SAID | {"address": ""}


def test_a_body_above_the_limit_is_refused_in_words_and_the_form_is_kept(
    app: Flask, client: PageClient
) -> None:
    page = client.page(NEW)
    sent = page.values(page.form(button="Check and send")) | SAID | {"address": "a@example.org"}
    huge = {"files": (io.BytesIO(bytes(MAX_BODY_BYTES)), "huge.pdf")}
    answer = client.post(NEW, data=sent | huge)
    assert answer.status_code == 413
    page = Page(answer.text)
    words = next(each for each in page.all("p") if each.attributes.get("id") == "files-error")
    assert "60 MB" in words.text
    assert fields(page) == SAID | {"address": "a@example.org"}
    assert fields(client.page(NEW)) == SAID | {"address": "a@example.org"}
    with app.app_context():
        assert db.session.execute(select(StoredFile.id)).first() is None


def test_two_files_below_the_limit_of_a_message_come_in_one_body(
    app: Flask, client: PageClient
) -> None:
    page = client.page(NEW)
    sent = page.values(page.form(button="Check and send")) | SAID | {"address": "a@example.org"}
    text = b"fifteen megabytes of words\n" * (15 * 1024**2 // 27)
    both = [(io.BytesIO(text), "one.txt"), (io.BytesIO(text), "two.txt")]
    assert client.post(NEW, data=sent | {"files": both}).status_code == 303
    with app.app_context():
        assert len(db.session.execute(select(StoredFile.id)).all()) == 2


class TestLimits:
    """How many orders one person files within an hour, and one network without an account."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return config.with_changes(person_orders_per_hour=2, guest_orders_per_hour=1)

    def test_a_member_files_so_many_and_the_draft_of_the_next_is_kept(self, app: Flask) -> None:
        with app.app_context():
            alice = client_of(app, make_member("Alice", "alice@example.org"))
        for _number in range(2):
            assert file_one(alice).status_code == 303
        answer = file_one(alice)
        assert answer.status_code == 429
        assert "many work orders within an hour" in answer.text
        assert fields(alice.page(NEW)) == SAID

    def test_a_guest_counts_as_their_network_does(self, guest: PageClient) -> None:
        assert file_one(guest).status_code == 303
        answer = file_one(guest)
        assert answer.status_code == 429
        assert "draft is kept" in answer.text
        assert fields(guest.page(NEW)) == SAID
