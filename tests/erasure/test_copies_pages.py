"""The console's pages of one's own data: what is kept, a copy of it, and who gets it."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask
from sqlalchemy import delete

from support.accounts import queries as people
from support.accounts import service_sessions
from support.assurance.models import Proof
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import db, transaction
from support.core.holders import Holder
from support.erasure import queries_copies
from support.erasure.models_copies import CopyState
from tests.erasure.copies import fresh, ready_copy
from tests.erasure.everything import CANARIES, Everything
from tests.erasure.world import ErasureWorld
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import make_guest_order, sign_in

PAGE, COPIES = "/account/data", "/account/data/copies"


@pytest.fixture
def life(world: ErasureWorld) -> Everything:
    """Somebody who used all of it."""
    return Everything(world.mei, world.bob)


def test_the_page_says_what_is_kept_how_much_why_and_how_long(
    world: ErasureWorld, client: PageClient, life: Everything
) -> None:
    sign_in(client, life.alice)
    kept = {holder.title: holder.count(life.id) for holder in hooks(Holder)}
    with world.outside():
        page = client.page(PAGE)
    text = page.text
    assert "Your data" in text
    for title, number in kept.items():
        assert (f"{title}: {number}" in text) == bool(number), title
    assert CANARIES["message"] not in text, "numbers, not the data itself"
    links = {each.attributes.get("href") for each in page.all("a")}
    wanted = {COPIES, "/orders/new/erasure", "/orders/new/question?topic=privacy", "/orders"}
    assert wanted <= links


def test_asking_takes_a_fresh_proof_and_saving_it_another(
    world: ErasureWorld, client: PageClient, life: Everything
) -> None:
    actor = sign_in(client, life.alice)
    with world.outside():
        answer = client.submit(COPIES, action=COPIES)
    assert answer.location == COPIES
    (row,) = queries_copies.own_copies(actor)
    address = f"{COPIES}/{row.uid}"
    with world.outside():
        waits = client.page(COPIES)
        assert "Begins in a moment" in waits.text
        early = client.get(address)
        assert early.status_code == 410
    world.drain()
    with world.outside():
        assert address in {each.attributes.get("href") for each in client.page(COPIES).all("a")}
        saved = client.get(address)
    assert saved.status_code == 200
    assert saved.headers["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "no-store" in saved.headers["Cache-Control"]
    assert len(saved.data) == int(saved.headers["Content-Length"]) == fresh(row).bytes
    assert "index.html" in zipfile.ZipFile(io.BytesIO(saved.data)).namelist()
    with world.outside():
        client.submit(COPIES, action=f"{address}/removal")
        assert client.get(address).status_code == 410
    assert fresh(row).status is CopyState.GONE


def test_an_old_session_is_asked_for_a_proof_before_anything_leaves(
    app: Flask, world: ErasureWorld, client: PageClient
) -> None:
    row = ready_copy(world)
    _without_proofs(client, world)
    with world.outside():
        asked = client.submit(COPIES, action=COPIES)
        saved = client.get(f"{COPIES}/{row.uid}")
    assert (asked.location or "").startswith("/account/confirm?next=")
    assert (saved.location or "").startswith("/account/confirm?next=")
    assert b"PK" not in saved.data


def _without_proofs(client: PageClient, world: ErasureWorld) -> None:
    sign_in(client, world.alice)
    with transaction():
        db.session.execute(delete(Proof))


def test_somebody_elses_copy_is_not_found(
    app: Flask, world: ErasureWorld, client: PageClient
) -> None:
    row = ready_copy(world)
    sign_in(client, world.bob)
    with world.outside():
        assert client.get(f"{COPIES}/{row.uid}").status_code == 404
        page = client.page(COPIES)
        token = page.values(page.form(action=COPIES))["csrf_token"]
        answer = client.post(f"{COPIES}/{row.uid}/removal", data={"csrf_token": token})
    assert answer.status_code == 404
    assert fresh(row).status is CopyState.READY


def test_a_guest_sees_what_stands_under_their_address_and_gets_a_copy(
    world: ErasureWorld, client: PageClient
) -> None:
    order = make_guest_order("guest@example.org", "A guest asks about quetzals")
    (contact,) = people.contacts_of(order.requester_id)
    opened = service_sessions.open_guest_session(
        contact.id, address="192.0.2.1", device="x", now=utcnow()
    )
    client.set_cookie("sid", opened.secret)
    with world.outside():
        assert "What is kept under the address" in client.page(PAGE).text
        client.submit(COPIES, action=COPIES)
    world.drain()
    with world.outside():
        (link,) = (
            each.attributes["href"]
            for each in client.page(COPIES).all("a")
            if each.attributes.get("href", "").startswith(f"{COPIES}/")
        )
        data = zipfile.ZipFile(io.BytesIO(client.get(link).data)).read("data.json").decode()
    assert "A guest asks about quetzals" in data


def test_who_works_here_is_not_led_there(world: ErasureWorld, client: PageClient) -> None:
    sign_in(client, world.mei)
    with world.outside():
        assert client.get(PAGE).status_code == 403
        links = {each.attributes.get("href") for each in client.page("/account").all("a")}
    assert PAGE not in links
