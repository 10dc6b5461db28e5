"""The member's pages of their real name, and what the people who decide see beside the picture."""

from __future__ import annotations

import io
from typing import Any

from werkzeug.test import TestResponse

from support.verification import queries as checks
from support.verification.policy import Way
from tests.core.files.uploads import jpeg
from tests.fixtures.pages import PageClient
from tests.realname.world import NameWorld

SAID = {
    "document": "passport",
    "name": "LIDDELL ALICE",
    "number": "Ｐ1234５678",
    "country": "GB",
    "consent": "y",
}


def begin(client: PageClient) -> str:
    """Begin by the first way; return where the tasks are."""
    answer = client.submit("/account/realname", button="A document that people look at")
    assert answer.status_code == 303
    return answer.location


def send(client: PageClient, path: str, values: dict[str, Any]) -> TestResponse:
    """Fill in the form of a step."""
    return client.submit(path, values, action=path)


def test_a_member_does_it_step_by_step_and_reads_where_it_stands(world: NameWorld) -> None:
    with world.outside():
        client = world.browser(world.alice)
        assert "Your name is not verified" in client.page("/account/realname").text
        tasks = begin(client)
        assert "What the document says" in client.page(tasks).text
        assert "Some tasks are left" in client.page("/account/realname").text
        send(client, f"{tasks}/details", SAID)
        page = client.page(f"{tasks}/details")
        number = next(each for each in page.all("input") if each.attributes.get("name") == "number")
        assert not number.attributes.get("value"), "the number is never shown again"
        picture = {"picture": (io.BytesIO(jpeg()), "photo.jpg"), "consent": "y"}
        send(client, f"{tasks}/evidence/photo", picture)
        client.submit(tasks, button="Send it to the people who decide")
        assert "is being checked" in client.page("/account/realname").text
    check = checks.check_by_uid(tasks.rpartition("/")[2])
    assert check is not None
    world.checks.append(check)
    with world.outside():
        desk = world.browser(world.vera).page(f"/desk/checks/{check.uid}").text
        for words in ("LIDDELL ALICE", "••••5678", "Passport", "United Kingdom", check.reference):
            assert words in desk
    world.agree(check)
    with world.outside():
        client = world.browser(world.alice)
        for path in ("/account/realname", "/account/basic"):
            assert "LIDDELL ALICE" in client.page(path).text
        assert "a document that people looked at" in client.page("/account/realname").text
        desk = world.browser(world.vera).page(f"/desk/checks/{check.uid}").text
        assert "P12345678" not in desk, "shown only while somebody decides"


def test_a_slip_is_said_at_its_field_and_what_was_typed_stays(world: NameWorld) -> None:
    with world.outside():
        client = world.browser(world.alice)
        tasks = begin(client)
        wrong = SAID | {"document": "cn_id", "number": "110105194912310021"}
        answer = send(client, f"{tasks}/details", wrong)
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert "This is no ID card number" in text
        assert "LIDDELL ALICE" in text
        answer = send(client, f"{tasks}/details", SAID | {"consent": None})
        assert "Please tick that you agree" in answer.get_data(as_text=True)


def test_the_consents_are_not_ticked_beforehand_and_each_step_has_another_way(
    world: NameWorld,
) -> None:
    with world.outside():
        client = world.browser(world.alice)
        tasks = begin(client)
        for path in (f"{tasks}/details", f"{tasks}/evidence/photo"):
            page = client.page(path)
            boxes = [each for each in page.all("input") if each.type == "checkbox"]
            assert boxes
            assert not any("checked" in each.attributes for each in boxes)
            assert "I can't do this" in page.text
        assert "verify my name" in client.page(f"{tasks}/evidence/photo").text
        answer = client.submit(
            f"{tasks}/evidence/photo", button="Company licence and letter of authority"
        )
        assert answer.status_code == 303
    check = checks.check_by_uid(tasks.rpartition("/")[2])
    assert check is not None
    assert check.way == Way.COMPANY


def test_a_check_without_an_order_leads_to_no_order(world: NameWorld) -> None:
    check = world.asked()
    with world.outside():
        for who, path in (
            (world.vera, f"/desk/checks/{check.uid}"),
            (world.alice, f"/checks/{check.uid}"),
        ):
            links = [
                each.attributes.get("href", "") for each in world.browser(who).page(path).all("a")
            ]
            assert not any(check.reference in link for link in links)


def test_an_unknown_way_begins_nothing(world: NameWorld) -> None:
    with world.outside():
        client = world.browser(world.alice)
        page = client.page("/account/realname")
        form = page.form(button="A document that people look at")
        values = page.values(form) | {"way": "hearsay"}
        assert client.post("/account/realname/checks", data=values).status_code == 404
        assert "Your name is not verified" in client.page("/account/realname").text
