"""A member from abroad has their name verified by a passport: on a phone, by two people, in real browsers.

Then they marry and ask for another name; their address was changed lately, so it waits, and the page says until when.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import update

from app import create_app
from support.accounts import queries as people
from support.accounts.models import ContactPoint
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from tests.fixtures.live import LiveServer
from tests.story.steps import photo, press, sign_in_at_desk
from tests.story.test_lost_account import decide

NAME, CHINESE, NUMBER = "WARDROPER JANE EMMA", "珍·沃德罗珀", "GB7031946"
MARRIED = "HALLORAN JANE EMMA"
SEND = "main form button.primary"


def sign_in(phone: Page, server: LiveServer) -> None:
    """The member signs in with a password."""
    login = server.logins["member"]
    phone.goto("/login")
    phone.locator("[name=account]").fill(str(login["login"]))
    phone.locator("[name=password]").fill(str(login["password"]))
    phone.locator(SEND).first.click()
    phone.wait_for_url(lambda url: "/login" not in url)


def show_passport(phone: Page, name: str) -> str:
    """From the list of tasks on: what the passport says, its picture, and off it goes. Return the reference."""
    phone.wait_for_url(re.compile("/checks/"))
    tasks = phone.url
    phone.get_by_role("link", name="What the document says").click()
    phone.locator("[name=document][value=passport]").check()
    phone.locator("[name=name]").fill(name)
    phone.locator("[name=other_name]").fill(CHINESE)
    phone.locator("[name=number]").fill("G-703")
    phone.locator("[name=country]").select_option("GB")
    phone.locator("[name=consent]").check()
    press(phone, "^Go on$")
    expect(phone.locator("main")).to_contain_text("A passport number has 5 to 9")
    phone.locator("[name=number]").fill(NUMBER)
    phone.locator("[name=consent]").check()
    press(phone, "^Go on$")
    phone.wait_for_url(tasks)
    phone.get_by_role("link", name="The document beside a paper with the phrase").click()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.locator("[name=picture]").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    phone.locator("[name=consent]").check()
    press(phone, "Give this picture")
    phone.wait_for_url(tasks)
    press(phone, "Send it to the people who decide")
    expect(phone.locator("main")).to_contain_text("Two people decide")
    return phone.locator(".order-line .ref").inner_text()


def test_a_passport_from_abroad_verifies_a_name_and_a_new_name_waits(
    phone: Page,
    open_screen: Callable[[], Page],
    server: LiveServer,
    bare_database_url: str,
) -> None:
    verifier, approver = open_screen(), open_screen()
    sign_in_at_desk(verifier, server, "verifier")
    sign_in_at_desk(approver, server, "approver")
    sign_in(phone, server)
    phone.goto("/account")
    phone.get_by_role("link", name="Real name").click()
    expect(phone.locator("main")).to_contain_text("Your name is not verified")
    press(phone, "A document that people look at")
    reference = show_passport(phone, NAME)

    verifier.goto("/desk/checks")
    verifier.get_by_role("link", name=reference).click()
    for said in (NAME, CHINESE, f"••••{NUMBER[-4:]}"):
        expect(verifier.locator("main")).to_contain_text(said)
    decide(verifier, reference)
    phone.goto("/account/realname")
    expect(phone.locator("main")).to_contain_text("is being checked")
    decide(approver, reference)
    phone.goto("/account/realname")
    expect(phone.locator("main")).to_contain_text("Your name is verified")
    expect(phone.locator("main")).to_contain_text(NAME)
    phone.goto("/account/basic")
    expect(phone.locator("main")).to_contain_text(NAME)

    config = Config(instance_dir=server.instance).with_changes(database_url=bare_database_url)
    with create_app(config).app_context():
        found = people.bound_contact("email", str(server.logins["member"]["login"]))
        assert found is not None
        mine = ContactPoint.person_id == found[0]
        with transaction() as session:
            session.execute(update(ContactPoint).where(mine).values(changed_at=utcnow()))
        db.session.remove()
        db.engine.dispose()

    phone.goto("/account/realname")
    phone.get_by_role("link", name="Ask for a change").click()
    phone.locator("[name=name]").fill(MARRIED)
    press(phone, "Go on to the tasks")
    reference = show_passport(phone, MARRIED)
    verifier.goto("/desk/checks")
    verifier.get_by_role("link", name=reference).click()
    expect(verifier.locator("main")).to_contain_text(NAME)
    expect(verifier.locator("main")).to_contain_text(MARRIED)
    decide(verifier, reference)
    decide(approver, reference)
    phone.goto(f"/orders/{reference}")
    expect(phone.locator("main")).to_contain_text("it waits until")
    phone.goto("/account/realname")
    expect(phone.locator("main")).to_contain_text(NAME)
