"""Sending: the last look, the statements, the signature, what is kept of it, and what the other side will see."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import select

from support.accounts import queries as people
from support.core import vault
from support.core.actors import Actor
from support.core.db import db
from support.core.files import StoredFile
from support.infringement import case_pages, queries, service_drafts
from support.infringement.models import HeldRight, Notice
from support.infringement.models_drafts import NoticeDraft
from support.workorders import queries as orders
from support.workorders.models import WorkOrder
from tests.filing.filer import (
    FILER,
    NEW,
    SHOP,
    TICKED,
    answer,
    digits_for,
    fill,
    links,
    other_browser,
    send,
)
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import client_of, make_member

CHECK = f"{NEW}/check"


@contextmanager
def the_notice(app: Flask) -> Iterator[Notice]:
    """The one notice that was sent."""
    with app.app_context():
        yield db.session.execute(select(Notice)).scalar_one()
        db.session.rollback()


def test_a_guest_sends_a_whole_notice_and_gets_a_reference(app: Flask, filer: PageClient) -> None:
    fill(filer, pasted=links(1001, 1002) + "\nhttps://other.example/x")
    sent = send(filer)
    assert sent.status_code == 303
    receipt = filer.page(sent.location).text
    assert "Your notice is sent" in receipt
    assert "We sent you a code" in receipt
    with the_notice(app) as notice:
        order = orders.order_by_id(notice.order_id)
        assert order.reference in receipt
        assert (order.kind, order.channel) == ("infringement", "web")
        assert "Halden" not in order.subject
        facts = queries.facts_of(notice)
        assert (facts.holder_name, facts.right_no, facts.signature) == (
            "Halden Outdoor AS",
            "018442190",
            "Wen Halden",
        )
        assert facts.papers == {"right", "evidence"}
        assert facts.statements == {"truth", "good_faith"}
        items = queries.items_of(notice)
        assert [queries.listing_of(notice, item).url for item in items] == [
            f"{SHOP}/1001",
            f"{SHOP}/1002",
        ]
        assert queries.listing_of(notice, items[0]).title == "Listing 1001"
        assert b"Halden" not in (notice.sealed or b"")
        respondents = queries.respondents_of(notice)
        assert [queries.address_of(notice, one) for one in respondents] == [
            "shop2@shops.example",
            "shop3@shops.example",
        ]


def test_a_seller_with_an_account_answers_with_it(app: Flask, filer: PageClient) -> None:
    with app.app_context():
        seller = make_member("Shop", "shop2@shops.example").id
        db.session.remove()
    fill(filer)
    send(filer)
    with the_notice(app) as notice:
        first, other = queries.respondents_of(notice)
        assert (first.person_id, first.address_sealed) == (seller, None)
        assert queries.address_of(notice, other) == "shop3@shops.example"


def test_a_sent_draft_is_destroyed_with_its_key_and_its_files_go_along(
    app: Flask, filer: PageClient
) -> None:
    fill(filer)
    with app.app_context():
        uid = db.session.execute(select(NoticeDraft.uid)).scalar_one()
        db.session.rollback()
    send(filer)
    with the_notice(app) as notice:
        assert db.session.execute(select(NoticeDraft)).first() is None
        key = select(vault.VaultKey.wrapped).where(
            vault.VaultKey.owner == service_drafts.key_of(uid)
        )
        assert db.session.execute(key).scalar_one() is None
        files = db.session.execute(select(StoredFile)).scalars().all()
        assert {file.attached_to for file in files} == {notice.stream}
        assert {file.name_owner for file in files} == {f"person:{notice.person_id}"}
    assert "0 of 8 parts done" in filer.page(NEW).text


def test_a_double_click_files_one_notice_and_leads_to_the_same_receipt(
    app: Flask, filer: PageClient
) -> None:
    fill(filer)
    page = filer.page(CHECK)
    typed = page.values(page.form(button="Send notice")) | TICKED
    first = filer.post(f"{NEW}/sending", data=typed)
    second = filer.post(f"{NEW}/sending", data=typed)
    assert first.location == second.location
    with app.app_context():
        assert len(db.session.execute(select(WorkOrder.id)).all()) == 1
        db.session.rollback()


def test_no_box_is_ticked_before_and_each_is_needed(filer: PageClient) -> None:
    fill(filer)
    page = filer.page(CHECK)
    boxes = [each for each in page.all("input") if each.type == "checkbox"]
    assert [each.attributes["name"] for each in boxes] == ["truth", "good_faith"]
    assert not any("checked" in each.attributes for each in boxes)
    refused = send(filer, truth=None)
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert 'id="truth-error"' in text
    assert "Please tick this statement" in text
    assert "Wen Halden" in text


def test_a_signature_that_differs_from_the_name_is_said_with_both(filer: PageClient) -> None:
    fill(filer)
    refused = send(filer, signature="Somebody Else")
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "Somebody Else" in text
    assert "you gave your name as “Wen Halden”" in text
    assert send(filer, signature="  wen  HALDEN ").status_code == 303


def test_an_agent_without_authority_may_send_and_hears_that_it_waits(
    app: Flask, filer: PageClient
) -> None:
    fill(filer, filer=FILER | {"filer_type": "agent", "agent_name": "Lind Legal"})
    page = filer.page(CHECK).text
    assert "It can be sent, and will have to be completed" in page
    assert "A letter of authority, since you act for the rights holder." in page
    assert send(filer).status_code == 303
    with the_notice(app) as notice:
        assert [one.code for one in case_pages.missing(notice)] == ["authority"]


def test_what_is_missing_is_named_and_a_whole_notice_lacks_nothing(filer: PageClient) -> None:
    fill(filer)
    assert "Nothing is missing" in filer.page(CHECK).text
    answer(filer, "right", {"right_type": "trademark", "right_name": "HALDEN", "territory": "NO"})
    page = filer.page(CHECK).text
    assert "will have to be completed" in page
    assert "A right that is in force in mainland China" in page
    answer(filer, "right", {"territory": "CN", "valid_until": "2020-01-31"})
    assert "This right has expired" in filer.page(CHECK).text


def preview_of(page: Page) -> str:
    """What the page shows of what the other side will see."""
    return next(each for each in page.all("details") if each.attributes.get("id") == "preview").text


def test_the_preview_shows_what_the_other_side_sees_and_nothing_else(filer: PageClient) -> None:
    fill(filer, holder={"email": "private@halden.example", "phone": "+47 99 99 99 99"})
    page = filer.page(CHECK)
    shown = preview_of(page)
    for words in ("Halden Outdoor AS", "HALDEN", "018442190", "The same mark", "Lind Legal"):
        assert words in shown
    assert f"{SHOP}/1001" in shown
    for private in ("918273645", "private@", "99 99", "Storgata 1", "wen@halden.example"):
        assert private not in shown
    assert "918273645" not in page.text, "the number is never shown again"


def test_nothing_is_sent_before_the_needed_pages_are_done(app: Flask, filer: PageClient) -> None:
    answer(filer, "filer", FILER)
    assert filer.get(CHECK).location == NEW
    page = filer.page(NEW)
    token = page.values(page.form(button="Give it up and destroy everything"))["csrf_token"]
    assert filer.post(f"{NEW}/sending", data={"csrf_token": token}).status_code == 303
    with app.app_context():
        assert db.session.execute(select(Notice)).first() is None
        db.session.rollback()


def test_what_another_device_saved_is_shown_before_it_is_signed(
    app: Flask, filer: PageClient
) -> None:
    fill(filer)
    page = filer.page(CHECK)
    typed = page.values(page.form(button="Send notice")) | TICKED
    answer(filer, "reason", {"explanation": "Another reason."})
    refused = filer.post(f"{NEW}/sending", data=typed)
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "changed on another device" in text
    assert "Another reason." in text


def test_the_receipt_is_for_the_browser_that_sent_it(app: Flask, filer: PageClient) -> None:
    fill(filer)
    receipt = send(filer).location
    assert other_browser(app).get(receipt).status_code == 404


def test_the_guest_follows_the_notice_with_the_code(app: Flask, filer: PageClient) -> None:
    fill(filer)
    send(filer)
    done = filer.submit("/follow/code", {"code": digits_for(app, "follow")}, action="/follow/code")
    page = filer.page(done.location).text
    assert "Your notice" in page
    assert "2 × Notice received" in page


def test_a_right_named_once_is_offered_again_to_its_person_alone(
    app: Flask, filer: PageClient
) -> None:
    with app.app_context():
        member, other = make_member("Alice", "a@example.org"), make_member("Bob", "b@example.org")
    browser = client_of(app, member)
    fill(browser, filer={"reach": None, "signer": "Alice Liddell"})
    assert send(browser, signature="Alice Liddell").status_code == 303
    page = browser.page(f"{NEW}/right")
    assert "Trademark · 018442190 · HALDEN" in page.text
    browser.submit(f"{NEW}/right", button="Use again: Trademark · 018442190 · HALDEN")
    again = browser.page(f"{NEW}/right")
    values = again.values(again.form(action=f"{NEW}/right"))
    assert (values["right_no"], values["valid_until"]) == ("018442190", "2099-12-31")
    stranger = client_of(app, other)
    assert "018442190" not in stranger.page(f"{NEW}/right").text
    with app.app_context():
        uid = db.session.execute(select(HeldRight.uid)).scalar_one()
        db.session.rollback()
    form = stranger.page(f"{NEW}/filer")
    token = form.values(form.form(action=f"{NEW}/filer"))["csrf_token"]
    stolen = stranger.post(f"{NEW}/right/{uid}", data={"csrf_token": token})
    assert stolen.status_code == 404


def test_a_guests_right_is_offered_at_the_proved_address(app: Flask, filer: PageClient) -> None:
    fill(filer)
    send(filer)
    assert "018442190" not in filer.page(f"{NEW}/right").text, "before the code nothing is shown"
    filer.submit("/follow/code", {"code": digits_for(app, "follow")}, action="/follow/code")
    assert "018442190" in filer.page(f"{NEW}/right").text


def test_an_address_that_nobody_proved_is_written_to_ten_times_a_day_at_most(
    app: Flask, filer: PageClient
) -> None:
    for number in range(11):
        fill(filer, pasted=links(2000 + number))
        answered = send(filer).status_code
        assert answered == (303 if number < 10 else 429)


def test_the_filer_is_known_by_the_address_alone(app: Flask, filer: PageClient) -> None:
    fill(filer)
    send(filer)
    with the_notice(app) as notice:
        guest = people.person(notice.person_id)
        assert (guest.kind, guest.name) == ("guest", "")
        assert queries.notice_for(
            Actor("guest", notice.person_id), orders.order_by_id(notice.order_id).reference
        )
