"""What people do again and again in these stories."""

from __future__ import annotations

import io
import re

import pyotp
from PIL import Image
from playwright.sync_api import Page

from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until


def photo() -> bytes:
    """A small photo as a phone would send it."""
    stream = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(stream, "JPEG")
    return stream.getvalue()


def code_from_mailbox(page: Page, target: str, *, after: str = "") -> str:
    """Read the newest code for `target` at /mailbox, as the README tells people to; a newer one than `after`."""
    found: list[str] = []

    def arrived() -> bool:
        page.goto("/mailbox")
        for text in page.locator("main li, main article, main .card").all_inner_texts():
            if target in text:
                found.extend(re.findall(r"(?<![\d-])(\d{6})(?![\d-])", text))
        if found[:1] == [after]:
            found.clear()
        return bool(found)

    wait_until(arrived, seconds=60, what=f"a code for {target} at /mailbox")
    return found[0]


def press(page: Page, name: str) -> None:
    """Press the button called `name`."""
    page.get_by_role("button", name=re.compile(name)).first.click()


def sign_in_at_desk(page: Page, server: LiveServer, role: str = "agent") -> None:
    """Sign in with the password and the present code of `make logins`."""
    agent = server.logins[role]
    page.goto("/login")
    page.get_by_label("Member name, e-mail or mobile").fill(agent["login"])
    page.get_by_label("Password").fill(agent["password"])
    press(page, "^Sign in$")
    page.get_by_role("textbox", name="Code").fill(pyotp.TOTP(agent["totp_secret"]).now())
    press(page, "^Sign in$")
    page.wait_for_url(re.compile("/desk"))
