"""In a real browser: a saved reply goes into the reply box by key at the cursor, without script by its button."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.faces.conftest import Visitors
from tests.faces.places import DESK_ORDER, QUEUE

BOX = "#reply-body"
TITLE = "Refund is on its way"


def empty(page: Page) -> None:
    """Leave no draft behind for the other tests of this server."""
    with page.expect_response("**/draft"):
        page.locator(BOX).fill("")
        page.locator(BOX).dispatch_event("input")


def choose(page: Page) -> None:
    """Choose the English text of one saved reply."""
    value = page.locator("#saved option[lang=en]", has_text=TITLE).get_attribute("value")
    page.locator("#saved").select_option(value)


def test_the_key_m_leads_to_the_list_and_the_text_goes_in_at_the_cursor(visitors: Visitors) -> None:
    page = visitors.visit(DESK_ORDER, "en")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.wait_for_load_state("networkidle")  # the scripts are there
    area = page.locator(BOX)
    area.fill("Before. After.")
    area.evaluate("area => area.setSelectionRange(8, 8)")
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.locator("#saved")).to_be_focused()
    choose(page)
    page.get_by_role("button", name="Insert").click()
    expect(area).to_be_focused()
    text = area.input_value()
    assert text.startswith("Before. Hello ")
    assert text.endswith("Example PlatformAfter.")
    assert "{{" not in text
    expect(page.locator("[data-unfilled]")).to_be_hidden()
    expect(page.locator(".picker")).not_to_have_attribute("open", "")
    empty(page)


def test_without_script_the_button_brings_the_page_back_with_both_texts(
    visitors: Visitors, browser: Browser
) -> None:
    known = visitors.visit(DESK_ORDER, "en")
    context = browser.new_context(
        storage_state=known.context.storage_state(), java_script_enabled=False
    )
    page = context.new_page()
    page.goto(known.url)
    page.locator(BOX).fill("Typed before.")
    page.get_by_text("Saved replies").locator("visible=true").last.click()
    choose(page)
    page.get_by_role("button", name="Insert").click()
    page.wait_for_load_state()
    text = page.locator(BOX).input_value()
    context.close()
    assert text.startswith("Typed before.\n\nHello ")
    assert text.endswith("Example Platform")
    known.goto(known.url)
    empty(known)


def test_g_r_goes_to_the_reports(visitors: Visitors) -> None:
    page = visitors.visit(QUEUE, "en")
    page.wait_for_load_state("networkidle")  # the scripts are there
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url("**/desk/reports")
    expect(page.locator("h1")).to_have_text("Reports")
