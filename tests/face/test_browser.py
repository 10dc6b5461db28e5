"""In a real browser: no accessibility finding, no sideways scrolling, and the scripts do what they promise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, Route

from tests.face.gallery import PAGES

ADDRESSES = [f"/page/{name}?" for name in PAGES] + [
    "/page/member?bad=1&",
    "/trouble/413?",
    "/trouble/500?",
]


@contextmanager
def opened(browser: Browser, width: int = 1440, *, script: bool = True) -> Iterator[Page]:
    """Yield a page of `width`; afterwards nothing may have broken the content policy or thrown."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        reduced_motion="reduce",
    )
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on(
        "console",
        lambda line: trouble.append(line.text) if "Content Security" in line.text else None,
    )
    yield page
    context.close()
    assert trouble == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("width", "language"), [(390, "zh"), (390, "en"), (1440, "en"), (1440, "zh")]
)
def test_axe_finds_nothing(
    gallery: str, browser: Browser, width: int, language: str, theme: str
) -> None:
    with opened(browser, width) as page:
        for address in ADDRESSES:
            page.goto(f"{gallery}{address}lang={language}&theme={theme}")
            results = Axe().run(page)
            assert results.violations_count == 0, f"{address}: {results.generate_report()}"


def test_no_page_scrolls_sideways(gallery: str, browser: Browser) -> None:
    with opened(browser) as page:
        for address in ADDRESSES:
            for width in (320, 390, 768, 1024, 1440):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(f"{gallery}{address}lang=en")
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{address} at {width}: {wide}"


def test_without_script_the_bulk_bar_counts_and_a_note_changes_the_button(
    gallery: str, browser: Browser
) -> None:
    with opened(browser, script=False) as page:
        page.goto(f"{gallery}/page/desk")
        assert not page.locator(".bulk").is_visible()
        for box in page.locator("[name=ids]").all()[:2]:
            box.check()
        assert page.locator(".bulk").is_visible()
        page.goto(f"{gallery}/page/order")
        assert page.get_by_role("button", name="Send").is_visible()
        page.locator("label[for=audience-note]").click()
        assert page.get_by_role("button", name="Save note").is_visible()
        page.goto(f"{gallery}/page/member")
        page.get_by_text("Billing").click()
        assert page.get_by_role("radio", name="Billing").is_checked()


def test_what_is_typed_outlives_a_switch_of_language_once(gallery: str, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(f"{gallery}/page/member")
        page.wait_for_load_state("networkidle")
        subject, body, code = (
            page.locator(f"[name={name}]") for name in ("subject", "body", "code")
        )
        billing = page.get_by_role("radio", name="Billing")

        def shown() -> tuple[str, str, str, bool]:
            values = subject.input_value(), body.input_value(), code.input_value()
            return (*values, billing.is_checked())

        before = shown()
        subject.fill("Typed")
        body.fill("Two\nlines")
        code.fill("123456")
        page.get_by_text("Billing").click()
        page.locator("button[name=language]").click()
        page.wait_for_load_state("networkidle")
        assert shown() == ("Typed", "Two\nlines", "", True)
        assert page.evaluate("sessionStorage.length") == 0
        page.goto(f"{gallery}/page/member")
        page.wait_for_load_state("networkidle")
        assert shown() == before


def test_keys_walk_choose_clear_and_stay_out_of_text(gallery: str, browser: Browser) -> None:
    with opened(browser) as page:
        page.goto(f"{gallery}/page/desk")
        page.wait_for_load_state("networkidle")
        for key in ("j", "j", "x"):
            page.keyboard.press(key)
        chosen = page.locator("[name=ids]:checked")
        assert chosen.count() == 1
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Shift+X")
        assert chosen.count() == 3
        page.keyboard.press("Escape")
        assert chosen.count() == 0
        page.keyboard.press("/")
        page.keyboard.type("jx")
        assert page.locator("[data-search]").input_value() == "jx"
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        assert page.locator("#shortcuts").is_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("Control+k")
        page.keyboard.type("uniden")
        assert page.locator("#palette-list li").count() == 1
        page.keyboard.press("Control+A")
        page.keyboard.type("mine")
        assert page.locator("#palette-list [aria-selected=true]").inner_text() == "Mine"


def test_a_poll_replaces_a_row_in_place_and_holds_new_ones_back(
    gallery: str, browser: Browser
) -> None:
    row = '<tr data-key="{}"><td><input type="checkbox" name="ids" value="{}"></td><th><a href="/o">{}</a></th></tr>'
    known = "WO-26-001186-3F"
    answer = {
        "cursor": "2",
        "now": "2026-11-22T09:13:00Z",
        "rows": [
            {"key": known, "html": row.format(known, known, "Changed")},
            {"key": "WO-NEW", "html": row.format("WO-NEW", "WO-NEW", "Fresh one")},
        ],
    }
    with opened(browser) as page:
        page.route("**/poll**", lambda route: route.fulfill(json=answer))
        page.goto(f"{gallery}/page/desk")
        page.locator(f'[data-key="{known}"] [name=ids]').check()
        page.get_by_text("Changed").wait_for(timeout=15000)
        assert page.locator(f'[data-key="{known}"] [name=ids]').is_checked()
        assert not page.get_by_text("Fresh one").is_visible()
        page.get_by_role("button", name="New work orders: 1. Show").click()
        assert page.locator("tbody tr").first.inner_text().strip() == "Fresh one"


def test_files_go_up_one_by_one_and_join_the_form(gallery: str, browser: Browser) -> None:
    with opened(browser, 390) as page:
        page.route(
            "**/uploads",
            lambda route: route.fulfill(
                status=201, json={"id": "u1", "name": "a.pdf", "size": "1 KB", "state": "scanning"}
            ),
        )
        page.goto(f"{gallery}/page/member")
        page.wait_for_load_state("networkidle")
        page.set_input_files(
            "#attached", FilePayload(name="a.pdf", mimeType="application/pdf", buffer=b"%PDF")
        )
        held = page.locator("input[name=uploads]")
        held.wait_for(state="attached")
        assert held.input_value() == "u1"
        page.get_by_role("button", name="Remove a.pdf").click()
        assert held.count() == 0


def test_a_draft_is_saved_and_a_clash_keeps_both_texts(gallery: str, browser: Browser) -> None:
    clash = {
        "version": 5,
        "words": "Saved on another device.",
        "use_words": "Use the other text",
        "keep_words": "Keep this one",
        "fields": {"body": "Other"},
    }
    answers = [(200, {"version": 4, "words": "Draft saved 10:42"}), (409, clash)]
    with opened(browser) as page:
        page.route(
            "**/draft", lambda route: route.fulfill(status=answers[0][0], json=answers.pop(0)[1])
        )
        page.goto(f"{gallery}/page/member")
        page.wait_for_load_state("networkidle")
        page.locator("#body").fill("Mine")
        page.get_by_text("Draft saved 10:42").wait_for()
        assert page.locator("#new").get_attribute("data-draft-version") == "4"
        page.locator("#body").fill("Mine again")
        page.get_by_role("button", name="Use the other text").wait_for()
        assert page.locator("#body").input_value() == "Mine again"
        page.get_by_role("button", name="Use the other text").click()
        assert page.locator("#body").input_value() == "Other"


def test_a_form_goes_out_once_and_the_summary_has_the_focus(gallery: str, browser: Browser) -> None:
    with opened(browser) as page:
        sent: list[str] = []

        def take(route: Route) -> None:
            sent.append("one")
            route.fulfill(status=204)

        page.route("**/orders/new/question", take)
        page.goto(f"{gallery}/page/member?bad=1")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.activeElement.className") == "errors"
        button = page.get_by_role("button", name="Check and submit")
        button.click()
        page.get_by_role("button", name="Sending…").dispatch_event("click")
        page.wait_for_timeout(300)
        assert sent == ["one"]
