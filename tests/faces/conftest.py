"""People with a browser of their own, signed in once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.faces.places import (
    NOTICE,
    QUESTION,
    RECEIPT,
    SEND,
    SENT_NOTICE,
    STATUS,
    SUPPLEMENT,
    Place,
)
from tests.fixtures.live import LiveServer
from tests.story.steps import code_from_mailbox

TAGS = {"en": "en", "zh": "zh-Hans"}


class Visitors:
    """One tab a person; it remembers where the pages were and which language it shows."""

    def __init__(self, browser: Browser, server: LiveServer) -> None:
        self._browser = browser
        self._server = server
        self._tabs: dict[str, Page] = {}
        self._addresses: dict[Place, str] = {}
        self.complaints: list[str] = []

    def tab(self, who: str) -> Page:
        """Return the tab of `who`, signed in when they have an account."""
        if who not in self._tabs:
            self._tabs[who] = self._open(who)
        return self._tabs[who]

    def visit(self, place: Place, language: str) -> Page:
        """Go to `place` in `language`; fail unless it answers with its status."""
        page = self.tab(place.who)
        if page.locator("html").get_attribute("lang") != TAGS[language]:
            switch = page.locator(f"button[name=language][value={language}]")
            if not switch.count():  # a trouble page has none
                page.goto("/")
            switch.first.dispatch_event("click")
            page.wait_for_selector(f"html[lang={TAGS[language]}]", state="attached")
        address = self._addresses.get(place)
        if address:
            answer = page.goto(address)
        else:
            answer = page.goto(place.path)
            for link in filter(None, (place.follow, place.further)):
                target = page.locator(link).first.get_attribute("href")
                assert target
                answer = page.goto(target)
            if place.press:
                for name, value in place.fill:
                    page.locator(f"[name={name}]").fill(value)
                if place.fill and page.locator("label.tile").count():
                    page.locator("label.tile").first.click()
                with page.expect_navigation() as moved:
                    page.locator(place.press).first.click()
                answer = moved.value
            if not place.again:
                self._addresses[place] = page.url
        assert answer is not None
        assert answer.status == place.status, f"{place}: {answer.status}"
        return page

    def _open(self, who: str) -> Page:
        context: BrowserContext = self._browser.new_context(
            base_url=self._server.url,
            locale="en-US",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda line: (
                self.complaints.append(f"{page.url}: {line.text}")
                # Chromium reports a page's own status 4xx here; `visit` looks at that.
                if line.type == "error" and line.location.get("url") != page.url
                else None
            ),
        )
        page.goto("/login")
        if who == "sender":
            self._file(page)
        elif who == "notifier":
            self._notify(page)
        elif who != "visitor":
            self._sign_in(page, "verifier" if who == "halfway" else who, stop=who == "halfway")
        return page

    def _sign_in(self, page: Page, role: str, *, stop: bool) -> None:
        login = self._server.logins[role]
        page.locator("[name=account]").fill(login["login"])
        page.locator("[name=password]").fill(login["password"])
        page.locator(SEND).first.click()
        page.wait_for_url(lambda url: not url.endswith("/login"))
        if login["totp_secret"] and not stop:
            page.locator("[name=code]").fill(pyotp.TOTP(login["totp_secret"]).now())
            page.locator(SEND).first.click()
            page.wait_for_url(lambda url: "/login" not in url)

    def _file(self, page: Page) -> None:
        page.goto(RECEIPT.path)
        page.locator("label.tile").first.click()
        for name, value in {**QUESTION, "address": "faces@example.org"}.items():
            page.locator(f"[name={name}]").fill(value)
        for _page in ("form", "check"):
            with page.expect_navigation():
                page.locator(SEND).first.click()
        self._addresses[RECEIPT] = page.url

    def _notify(self, page: Page) -> None:
        """Send a notice that lacks something, follow it with its code, and begin another one."""
        self._fill_notice(page, "https://market.example/item/1001")
        page.goto(f"{NOTICE}/check")
        page.locator("[name=truth]").check()
        page.locator("[name=good_faith]").check()
        page.locator("[name=signature]").fill("Wen Halden")
        page.locator("button", has_text="Send notice").click()
        page.wait_for_url("**/notices/sent/**")
        self._addresses[SENT_NOTICE] = page.url
        order = f"/orders/{page.url.rpartition('/')[2]}"
        self._addresses[STATUS] = f"{order}/notice"
        self._addresses[SUPPLEMENT] = f"{order}/notice/supplement"
        digits = code_from_mailbox(page, "faces-notice@example.org")
        page.goto("/follow/code")
        page.locator("[name=code]").fill(digits)
        page.locator(SEND).first.click()
        page.wait_for_url(f"**{order}")
        self._fill_notice(
            page, "https://market.example/item/1002\nhttps://market.example/item/7\nx"
        )

    @staticmethod
    def _fill_notice(page: Page, links: str) -> None:
        page.goto(f"{NOTICE}/filer")
        page.locator("[name=filer_type][value=holder]").check()
        page.locator("[name=signer]").fill("Wen Halden")
        if page.locator("[name=reach]").count():
            page.locator("[name=reach]").fill("faces-notice@example.org")
        page.locator(SEND).first.click()
        page.locator("[name=holder_name]").fill("海登户外")
        page.locator("[name=country]").select_option("NO")
        page.locator(SEND).first.click()
        page.locator("[name=right_type]").select_option("trademark")
        page.locator("[name=right_name]").fill("HALDEN")
        page.locator("[name=territory]").select_option("CN")
        page.locator(SEND).first.click()
        page.goto(f"{NOTICE}/listings")
        page.locator("[name=links]").fill(links)
        page.locator("button[name=then][value=next]").click()
        page.goto(f"{NOTICE}/reason")
        page.locator("[name=explanation]").fill("同类商品使用了相同商标。")
        page.locator(SEND).first.click()
        page.goto(f"{NOTICE}/shown")
        page.locator("[name=shown_contact]").fill("Lind Legal")
        page.locator(SEND).first.click()


@pytest.fixture(scope="session")
def visitors(browser: Browser, live_server: LiveServer) -> Iterator[Visitors]:
    """The people of `places.py` at the demo."""
    people = Visitors(browser, live_server)
    yield people
    assert not people.complaints, "\n".join(people.complaints)
