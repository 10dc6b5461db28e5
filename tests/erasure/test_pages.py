"""The pages of a deletion: for its person, for the two who decide, and for whoever has the address of the proof."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from sqlalchemy import delete

from support.assurance.models import Proof
from support.assurance.policy import ProofKind
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.erasure import service
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure
from support.policies import queries as policy_queries
from support.policies import service as policies
from tests.erasure.world import ErasureWorld
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, make_guest_order

S = ErasureState


def browser(world: ErasureWorld, app: Flask, who: Actor) -> PageClient:
    """A browser with a session of somebody."""
    with world.outside():
        return client_of(app, who)


def address_of(world: ErasureWorld, row: Erasure) -> str:
    return f"/orders/{world.order(row).reference}/deletion"


def agreed_to_the_policy(who: Actor) -> None:
    """Let a consent stand, which is kept whatever is decided."""
    version = policy_queries.current_version(utcnow())
    assert version is not None
    policies.record_notice(who, person_id=who.id or 0, version_id=version.id, how="test")


def without_second_factor() -> None:
    """Let every session have shown only that somebody signed in."""
    with transaction():
        db.session.execute(delete(Proof).where(Proof.kind != ProofKind.FRESH_SESSION))


def test_the_person_is_led_to_the_one_thing_that_is_needed_and_nothing_chosen_is_lost(
    world: ErasureWorld, app: Flask
) -> None:
    row = world.asked()
    path, alice = address_of(world, row), browser(world, app, world.alice)
    without_second_factor()
    with world.outside():
        order = alice.page(path.removesuffix("/deletion"))
        assert path in {each.attributes.get("href") for each in order.all("a")}
        assert "Answer now" not in order.text
        chosen = {"scope": "some", "classes": ["profile", "messages"], "region": "eu"}
        answer = alice.submit(path, chosen, button="It is me: go on")
        asked = urlsplit(answer.location)
        assert (answer.status_code, asked.path) == (303, "/account/confirm")
        back = parse_qs(asked.query)["next"][0]
        page = alice.page(back)
    checked = {
        each.attributes.get("value") for each in page.all("input") if "checked" in each.attributes
    }
    assert {"some", "profile", "messages", "eu"} <= checked
    assert world.fresh(row).status is S.IDENTITY


def test_two_people_decide_and_the_proof_is_read_without_an_account(
    world: ErasureWorld, app: Flask, client: PageClient
) -> None:
    agreed_to_the_policy(world.alice)
    row = world.asked()
    uid, path = row.uid, address_of(world, row)
    alice, priya = browser(world, app, world.alice), browser(world, app, world.priya)
    lena, desk = browser(world, app, world.lena), f"/desk/deletions/{uid}"
    with world.outside():
        told = alice.submit(path, {"region": "cn"}, button="It is me: go on")
        assert told.location == path.removesuffix("/deletion")
        assert client.get(f"/deletions/{uid}").status_code == 404, "nobody has agreed"
        listed = priya.page("/desk/deletions").all("a")
        assert desk in {each.attributes.get("href") for each in listed}
        sent = priya.submit(desk, button="Propose it")
        assert (sent.status_code, sent.location) == (303, desk)
        assert "Your decision" not in priya.page(desk).text, "not one's own"
        back = lena.submit(desk, {"words": "Which law?"}, button="Send it back")
        assert back.location == desk
        assert "Which law?" in priya.page(desk).text
        priya.submit(desk, button="Propose it")
        lena.submit(desk, button="Agree")
        assert "It begins" in client.page(f"/deletions/{uid}").text
    row = world.carried_out(world.fresh(row))
    with world.outside():
        page = client.page(f"/deletions/{uid}")
        assert "It is done" in page.text
        assert world.alice.name not in page.text
        saved = client.get(f"/deletions/{uid}/proof.json")
        assert saved.headers["X-Robots-Tag"].startswith("noindex")
        genuine = client.submit("/deletions/check", {"proof": saved.text}, button="Check it")
        assert "This proof is genuine" in genuine.text
        altered = json.loads(saved.text)
        altered["facts"]["reference"] = "WO-26-000001-AA"
        other = client.submit("/deletions/check", {"proof": json.dumps(altered)}, button="Check it")
        assert other.status_code == 422
        assert "altered" in other.text


@pytest.mark.parametrize(
    "said", ["", "{", "[]", '{"facts": 1}', "null", "9" * 300_000, "[" * 50_000]
)
def test_what_is_no_proof_is_told_so(client: PageClient, said: str) -> None:
    answer = client.submit("/deletions/check", {"proof": said}, button="Check it")
    assert answer.status_code in (413, 422)


def test_a_class_that_stays_without_a_reason_is_pointed_at_and_nothing_typed_is_lost(
    world: ErasureWorld, app: Flask
) -> None:
    row = world.confirmed()
    desk, priya = f"/desk/deletions/{row.uid}", browser(world, app, world.priya)
    with world.outside():
        said = {"account": "keep", "words": "canary words to her"}
        answer = priya.submit(desk, said, button="Propose it")
    assert answer.status_code == 422
    assert "Say why it stays" in answer.text
    assert "canary words to her" in answer.text
    assert world.fresh(row).status is S.REVIEW


def test_strangers_find_nothing_and_colleagues_without_the_role_are_refused(
    world: ErasureWorld, app: Flask
) -> None:
    row = world.asked()
    path, desk = address_of(world, row), f"/desk/deletions/{row.uid}"
    bob, mei = browser(world, app, world.bob), browser(world, app, world.mei)
    with world.outside():
        assert bob.get(path).status_code == 404
        assert bob.get(desk).status_code == 404
        assert mei.get(path).status_code == 404
        assert mei.get(desk).status_code == 403
        assert mei.get("/desk/deletions").status_code == 403


def test_a_yes_that_was_taken_back_has_no_page_any_more(
    world: ErasureWorld, client: PageClient
) -> None:
    row = world.approved()
    service.withdraw(world.alice, row, version=row.version)
    with world.outside():
        assert client.get(f"/deletions/{row.uid}").status_code == 410


def test_a_guest_asks_with_the_code_to_their_address(world: ErasureWorld, app: Flask) -> None:
    guest = Actor("guest", make_guest_order("guest@example.org").requester_id)
    row = world.asked(guest)
    path, browsing = address_of(world, row), browser(world, app, guest)
    with world.outside():
        browsing.submit(path, {"region": "else"}, button="It is me: go on")
    assert world.fresh(row).status is S.REVIEW


def test_a_guest_with_an_old_code_is_led_to_a_new_one(world: ErasureWorld, app: Flask) -> None:
    guest = Actor("guest", make_guest_order("guest@example.org").requester_id)
    row = world.asked(guest)
    path, browsing = address_of(world, row), browser(world, app, guest)
    with transaction():
        db.session.execute(delete(Proof))
    with world.outside():
        answer = browsing.submit(path, {"region": "else"}, button="It is me: go on")
    assert answer.location == "/follow"
    assert world.fresh(row).status is S.IDENTITY
