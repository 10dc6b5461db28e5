"""Passkeys in a real browser, with Chromium's own virtual authenticator, against the whole product."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.fixtures.browser import assert_accessible
from tests.fixtures.live import LiveServer

FACTOR = "/account/second-factor"
WHO = "member"


class Key:
    """What stands in this tab's browser for the lock of a device."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self._tools = context.new_cdp_session(page)
        self._tools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self._tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._which = {"authenticatorId": added["authenticatorId"]}

    def credentials(self) -> list[dict[str, Any]]:
        """What the device keeps."""
        found: list[dict[str, Any]] = self._tools.send("WebAuthn.getCredentials", self._which)[
            "credentials"
        ]
        return found

    def count(self, number: int) -> None:
        """Put a copy in the place of the one passkey, which has counted to `number`."""
        [one] = self.credentials()
        self._tools.send("WebAuthn.clearCredentials", self._which)
        copy = {**one, "signCount": number}
        self._tools.send("WebAuthn.addCredential", {**self._which, "credential": copy})

    def refuse(self, *, refused: bool) -> None:
        """Let the person refuse to unlock the device, or unlock it again."""
        verified = {**self._which, "isUserVerified": not refused}
        self._tools.send("WebAuthn.setUserVerified", verified)


@pytest.fixture
def key(context: BrowserContext, page: Page) -> Key:
    """The device of this tab."""
    return Key(context, page)


def press(page: Page, name: str) -> None:
    """Press a button by its name."""
    page.get_by_role("button", name=re.compile(f"^{name}$")).click()


def type_password(page: Page, server: LiveServer) -> None:
    """Pass the first step."""
    login = server.logins[WHO]
    page.goto("/login")
    page.get_by_label("Member name, e-mail or mobile").fill(login["login"])
    page.get_by_label("Password").fill(login["password"])
    use(page, "Sign in")
    if (
        page.locator("html").get_attribute("lang") != "en"
    ):  # others who used this server left it in Chinese
        with page.expect_navigation():
            page.locator("button[name=language][value=en]").first.dispatch_event("click")


def sign_out(page: Page) -> None:
    """End the session."""
    page.goto("/account")
    press(page, "Sign out")
    page.wait_for_url("**/login")


def use(page: Page, words: str) -> None:
    """Press a button, whatever it asks the browser for, and wait for the page that answers."""
    with page.expect_navigation():
        press(page, words)


def test_added_used_both_ways_copied_and_removed(
    page: Page, key: Key, live_server: LiveServer, complaints: list[str]
) -> None:
    type_password(page, live_server)
    page.goto(f"{FACTOR}/passkeys/new")
    assert_accessible(page)
    page.get_by_label("Name").fill("My laptop")
    use(page, "Add a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your recovery codes")
    [made] = key.credentials()
    assert made["rpId"] == "localhost"
    assert made["isResidentCredential"]
    page.goto(FACTOR)
    expect(page.get_by_role("row", name=re.compile("My laptop.*Not yet"))).to_be_visible()
    assert_accessible(page)

    sign_out(page)  # as the second step
    type_password(page, live_server)
    page.wait_for_url("**/login/second")
    assert_accessible(page)
    use(page, "Use a passkey")
    page.wait_for_url("**/orders")

    sign_out(page)  # alone
    assert_accessible(page)
    use(page, "Sign in with a passkey")
    page.wait_for_url("**/orders")
    page.goto("/account/sign-ins")
    expect(page.get_by_text("Passkey").first).to_be_visible()

    sign_out(page)  # a device that stays locked: nothing is sent, and the page says so
    key.refuse(refused=True)
    press(page, "Sign in with a passkey")
    expect(page.get_by_role("status").filter(has_text="No passkey was used")).to_be_visible()
    key.refuse(refused=False)

    counted = key.credentials()[0]["signCount"]
    key.count(counted - 2)  # a copy that was made before the last use
    use(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("seems to have been copied")
    key.count(counted)
    use(page, "Sign in with a passkey")
    page.wait_for_url("**/orders")

    page.goto(FACTOR)
    page.get_by_role("link", name="Remove My laptop").click()
    use(page, "Remove it")
    sign_out(page)
    use(page, "Sign in with a passkey")
    expect(page.get_by_role("alert")).to_contain_text("does not sign in here")
    complaints[:] = [each for each in complaints if "status of 422" not in each]


def test_at_a_number_the_pages_say_why_there_is_none(page: Page, live_server: LiveServer) -> None:
    page.goto(f"http://127.0.0.1:{live_server.port}/login")
    words = page.get_by_text(f"Passkeys work only at {live_server.url}.")
    expect(words).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
