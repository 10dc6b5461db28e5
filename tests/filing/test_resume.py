"""Going on elsewhere: the link shows nothing and changes nothing, a code proves the address, a forged link is old."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts.models import Code
from support.core.clock import utcnow
from support.core.db import db, new_uid
from support.infringement import service_domains, service_drafts
from support.infringement.models_drafts import NoticeDraft
from tests.architecture.test_routes import dump
from tests.filing.filer import FILER, HOLDER, NEW, answer, digits_for, link_sent, other_browser
from tests.fixtures.pages import PageClient

ADDRESS = "wen@halden.example"


def send_link(client: PageClient, address: str = ADDRESS) -> None:
    """Have the link sent."""
    answer(client, "filer", FILER)
    answer(client, "holder", HOLDER)
    done = answer(client, "link", {"address": address})
    assert done.status_code == 303, done.get_data(as_text=True)


def test_the_link_goes_where_the_filer_is_reached_and_opens_after_a_code(
    app: Flask, filer: PageClient
) -> None:
    send_link(filer)
    path = link_sent(app)
    other = other_browser(app)
    page = other.page(path)
    assert "Halden" not in page.text
    assert "halden.example" not in page.text
    asked = other.submit(path, button="Send me the code")
    assert asked.location == f"{path}/code"
    wrong = other.submit(f"{path}/code", {"code": "000000"}, action=f"{path}/code")
    assert wrong.status_code == 422
    assert "0 of 8 parts done" in other.page(NEW).text
    digits = digits_for(app, "notice_resume")
    done = other.submit(f"{path}/code", {"code": digits}, action=f"{path}/code")
    assert done.location == NEW
    assert "Halden Outdoor AS" in other.page(NEW).text
    assert "Halden Outdoor AS" in filer.page(NEW).text, "the first device goes on too"


def test_opening_the_link_changes_nothing(app: Flask, filer: PageClient) -> None:
    send_link(filer)
    path, scanner = link_sent(app), other_browser(app)
    with app.app_context():
        before = dump()
    kept = scanner.kept()
    for _time in range(2):
        assert scanner.get(path).status_code == 200
    with app.app_context():
        assert {name for name, rows in dump().items() if rows != before[name]} == set()
    assert scanner.kept() == kept


def test_a_forged_link_and_one_of_a_notice_that_is_gone_look_alike(
    app: Flask, filer: PageClient
) -> None:
    send_link(filer)
    path = link_sent(app)
    filer.submit(NEW, button="Give it up and destroy everything")
    for each in (path, f"/notices/resume/{new_uid()}", f"/notices/resume/{new_uid()}/code"):
        gone = filer.get(each)
        assert gone.status_code == 410
        assert "no longer here" in gone.get_data(as_text=True)


def test_without_a_link_sent_the_name_of_a_draft_opens_nothing(
    app: Flask, filer: PageClient
) -> None:
    answer(filer, "filer", FILER)
    with app.app_context():
        uid = db.session.execute(select(NoticeDraft.uid)).scalar_one()
        db.session.rollback()
    assert other_browser(app).get(f"/notices/resume/{uid}").status_code == 410


def test_a_code_of_one_notice_opens_no_other(app: Flask, filer: PageClient) -> None:
    send_link(filer)
    first = link_sent(app)
    thief = other_browser(app)
    send_link(thief, "thief@example.net")
    second = link_sent(app)
    thief.submit(second, button="Send me the code")
    digits = digits_for(app, "notice_resume")
    crossed = thief.submit(f"{first}/code", {"code": digits}, action=f"{first}/code")
    assert crossed.status_code == 422
    assert "0 of 8" not in thief.page(NEW).text
    assert "thief" not in filer.page(f"{NEW}/link").text


def test_links_are_limited_like_codes(app: Flask, filer: PageClient) -> None:
    send_link(filer)
    for _time in range(4):
        assert answer(filer, "link", {"address": ADDRESS}).status_code == 303
    again = answer(filer, "link", {"address": ADDRESS})
    assert again.status_code == 422
    assert "Please wait" in again.get_data(as_text=True)


def test_the_link_lives_as_long_as_the_draft(app: Flask, filer: PageClient) -> None:
    send_link(filer)
    with app.app_context():
        ends = db.session.execute(
            select(Code.expires_at).where(Code.purpose == "notice_link")
        ).scalar_one()
        db.session.rollback()
        assert ends > utcnow() + service_drafts.KEPT - timedelta(minutes=1)


def test_a_domain_is_shown_by_a_code_there_and_kept_with_its_day(
    app: Flask, filer: PageClient
) -> None:
    answer(filer, "holder", HOLDER)
    asked = answer(filer, "domain", {"address": "Legal@Halden.Example"})
    assert asked.location == f"{NEW}/domain/code"
    digits = digits_for(app, "notice_domain")
    path = f"{NEW}/domain/code"
    done = filer.submit(path, {"code": digits}, action=path)
    assert done.status_code == 303
    assert "halden.example is confirmed" in filer.page(f"{NEW}/domain").text


@pytest.mark.parametrize("address", ["wen@gmail.com", "wen@QQ.com", "nothing"])
def test_a_domain_where_anybody_has_an_address_shows_nothing(
    filer: PageClient, address: str
) -> None:
    refused = answer(filer, "domain", {"address": address})
    assert refused.status_code == 422
    assert 'id="address-error"' in refused.get_data(as_text=True)


def test_what_is_kept_of_a_domain_is_not_the_address() -> None:
    assert set(service_domains.fact("a@b.example", utcnow())) == {"domain", "domain_day"}
