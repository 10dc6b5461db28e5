"""After sending: the filer sees each link, supplies what is missing by name, withdraws; nobody else sees any of it."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from support.core.actors import Actor, Role
from support.core.db import db, new_uid
from support.infringement import queries, service_checks
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from support.infringement.regimes import RegimeCode
from support.workorders import queries as orders
from tests.core.files.uploads import jpeg
from tests.filing.filer import FILER, digits_for, fill, links, other_browser, send
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, counted, make_agent, make_member


def sent_as_guest(app: Flask, filer: PageClient) -> str:
    """File as an agent without authority, prove the address, and return the reference."""
    fill(
        filer,
        pasted=links(1001, 1002, 1003),
        filer=FILER | {"filer_type": "agent", "agent_name": "Lind Legal"},
    )
    reference = send(filer).location.rpartition("/")[2]
    filer.submit("/follow/code", {"code": digits_for(app, "follow")}, action="/follow/code")
    return reference


def check(app: Flask) -> None:
    """A clerk looks at the one notice."""
    with app.app_context():
        clerk = make_agent(f"Cleo {new_uid()[:6]}", Role.IP_CLERK)
        notice = db.session.execute(select(Notice)).scalar_one()
        service_checks.check_formally(clerk, notice, regime=RegimeCode.ECL, version=notice.version)


def states(app: Flask) -> list[str]:
    """Where the links stand."""
    with app.app_context():
        found = db.session.execute(select(Item.state).order_by(Item.position)).scalars().all()
        db.session.rollback()
    return list(found)


def test_the_page_shows_each_link_with_its_state_and_its_date(
    app: Flask, filer: PageClient
) -> None:
    reference = sent_as_guest(app, filer)
    page = filer.page(f"/orders/{reference}/notice")
    for words in ("Listing 1001", "Listing 1003", "Notice received", "Online", "Progress"):
        assert words in page.text
    assert "A letter of authority, since you act for the rights holder." in page.text
    assert "shops.example" not in page.text, "how the seller is reached is theirs"


def test_what_is_missing_is_supplied_by_name_and_goes_back_to_the_check(
    app: Flask, filer: PageClient
) -> None:
    reference = sent_as_guest(app, filer)
    check(app)
    assert states(app) == [ItemState.TO_COMPLETE] * 3
    order = filer.page(f"/orders/{reference}").text
    assert "Something is missing" in order
    assert "A letter of authority, since you act for the rights holder." in order
    path = f"/orders/{reference}/notice/supplement"
    page = filer.page(path)
    assert "Name of the agent" in page.text
    assert "Description" not in page.text, "what is there is not asked for again"
    letter = {"files": (io.BytesIO(jpeg()), "letter.jpg"), "paper": "authority"}
    done = filer.submit(path, letter, action=path)
    assert done.status_code == 303
    assert states(app) == [ItemState.CHECKING] * 3
    shown = filer.page(f"/orders/{reference}/notice").text
    assert "Something is missing" not in shown
    assert "letter.jpg" in shown
    check(app)
    assert states(app) == [ItemState.QUALIFIED] * 3
    assert filer.get(path).status_code == 303, "nothing can be added any more"
    with app.app_context():
        notice = db.session.execute(select(Notice)).scalar_one()
        assert "notice.supplemented" in {event.action for event in queries.history(notice)}
        db.session.rollback()


def test_files_without_a_kind_are_asked_about_and_stay(app: Flask, filer: PageClient) -> None:
    reference = sent_as_guest(app, filer)
    path = f"/orders/{reference}/notice/supplement"
    refused = filer.submit(path, {"files": (io.BytesIO(jpeg()), "letter.jpg")}, action=path)
    assert refused.status_code == 422
    text = refused.get_data(as_text=True)
    assert "Say what the files are." in text
    assert "letter.jpg" in text
    assert filer.submit(path, {"paper": "authority"}, action=path).status_code == 303
    assert "letter.jpg" in filer.page(f"/orders/{reference}/notice").text


def test_a_stale_supplement_is_refused(app: Flask, filer: PageClient) -> None:
    reference = sent_as_guest(app, filer)
    path = f"/orders/{reference}/notice/supplement"
    page = filer.page(path)
    typed = page.values(page.form(action=path))
    first = filer.post(path, data=typed | {"agent_name": "Lind and Sons"})
    assert first.status_code == 303
    late = filer.post(path, data=typed | {"agent_name": "Lind Ltd", "idempotency_key": "x" * 32})
    assert late.status_code == 409


def test_the_filer_withdraws_for_some_links(app: Flask, filer: PageClient) -> None:
    reference = sent_as_guest(app, filer)
    path = f"/orders/{reference}/notice"
    with app.app_context():
        second = db.session.execute(select(Item.id).where(Item.position == 2)).scalar_one()
        db.session.rollback()
    assert "Choose at least one link" in filer.submit(
        path, button="Withdraw for the chosen links", follow_redirects=True
    ).get_data(as_text=True)
    page = filer.page(path)
    form = page.form(button="Withdraw for the chosen links")
    typed = page.values(form) | {"items": str(second)}
    assert filer.post(f"{path}/withdrawal", data=typed).status_code == 303
    assert states(app)[1] == ItemState.WITHDRAWN
    assert states(app)[0] == ItemState.RECEIVED
    assert filer.post(f"{path}/withdrawal", data=typed).status_code == 303, "twice is harmless"


def test_files_of_the_notice_open_for_its_filer(app: Flask, filer: PageClient) -> None:
    reference = sent_as_guest(app, filer)
    page = filer.page(f"/orders/{reference}/notice")
    [first, *_more] = [
        each.attributes["href"]
        for each in page.all("a")
        if "/notice/papers/" in each.attributes.get("href", "")
    ]
    with filer.get(first) as answer:
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("who", ["nobody", "other guest", "member"])
def test_nobody_else_sees_or_changes_it(app: Flask, filer: PageClient, who: str) -> None:
    reference = sent_as_guest(app, filer)
    stranger = other_browser(app)
    if who == "member":
        with app.app_context():
            member = make_member("Bob", "b@example.org")
        stranger = client_of(app, member)
    if who == "other guest":
        fill(stranger, pasted=links(4001), filer=FILER | {"reach": "other@example.net"})
        send(stranger)
        code = {"code": digits_for(app, "follow")}
        stranger.submit("/follow/code", code, action="/follow/code")
    expected = (303, 401) if who == "nobody" else (404,)
    for path in ("notice", "notice/supplement", "notice/papers/" + "0" * 32):
        assert stranger.get(f"/orders/{reference}/{path}").status_code in expected
    with app.app_context():
        notice = queries.notice_of(orders.order_named(reference))
        assert notice is not None
        with pytest.raises(Exception, match="find"):
            queries.notice_for(Actor("member", 999), reference)
        db.session.rollback()


def test_the_page_costs_the_same_for_one_link_and_for_three_hundred(
    app: Flask, filer: PageClient
) -> None:
    from_one = cost_of(app, filer, links(1001))
    from_many = cost_of(app, other_browser(app), links(*range(1000, 1300)))
    assert from_many <= from_one + 1


def cost_of(app: Flask, client: PageClient, pasted: str) -> int:
    """How many statements the page takes."""
    fill(client, pasted=pasted, filer=FILER | {"reach": f"{len(pasted)}@halden.example"})
    reference = send(client).location.rpartition("/")[2]
    client.submit("/follow/code", {"code": digits_for(app, "follow")}, action="/follow/code")
    client.page(f"/orders/{reference}/notice")
    with app.app_context(), counted() as statements:
        client.page(f"/orders/{reference}/notice")
    return len(statements)
