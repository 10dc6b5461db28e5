"""Every page of the demo in a real browser: accessible, no wider than the screen, in the reader's language, light."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

from tests.faces.conftest import Visitors
from tests.faces.elsewhere import ELSEWHERE
from tests.faces.places import (
    DESK_ORDER,
    LOGIN,
    MAIN,
    NEW,
    ORDER,
    PLACES,
    QUEUE,
    START,
    WHO,
    Place,
)
from tests.fixtures.live import LiveServer

WIDTHS = (320, 390, 768, 1440)
KB = 1024
# The words of the page itself: text of people carries its own `lang` and is theirs.
_WORDS = """() => {
  const own = (e) => !e.closest('main [lang], pre, code, kbd, .ref, time, option[lang]');
  const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walk.nextNode()) if (own(walk.currentNode.parentElement)) found.push(walk.currentNode.data);
  for (const e of document.querySelectorAll('main [aria-label], main [placeholder], main [alt]'))
    if (own(e)) found.push(e.getAttribute('aria-label'), e.getAttribute('placeholder'), e.getAttribute('alt'));
  return found.filter(Boolean).map((words) => words.trim().replace(/\\s+/g, ' '));
}"""
# Names of people and products, addresses and codes are the same in both languages. Our own words are in
# sentence case, so two capitalised words are a name.
_SAME = re.compile(
    r"^[A-Z][a-z]+ [A-Z][a-z]+$|(?:WO|RN)-\S+|\S+@\S+|https?://\S+|Gongdan|English|Asia/Shanghai|Europe/London"
    r"|CAPTCHA|PDF|JPEG|PNG|HEIC|SMS|UTC|Safari|Chrome|Linux|Example (?:ICP filing|VAT licence) [\d-]+"
)


def _same_words(english: list[str], chinese: list[str]) -> list[str]:
    """Return what of the Chinese page stands in English letters just as on the English page."""
    both = set(english) & set(chinese)
    return sorted(words for words in both if re.search(r"[A-Za-z]{3}", _SAME.sub("", words)))


def _look(page: Page, theme: str, options: dict[str, Any] | None = None) -> list[str]:
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    # Read in once a page: axe is large, and the page is looked at in several forms.
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    found = page.evaluate(
        "options => axe.run(options).then(results => results.violations)",
        {"resultTypes": ["violations"], **(options or {})},
    )
    return [
        f"{theme}: {each['id']}: {[node['target'] for node in each['nodes']][:3]}" for each in found
    ]


def _wide(page: Page) -> list[str]:
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        taken = page.evaluate("document.documentElement.scrollWidth")
        if taken > width:
            found.append(f"{taken} px wide at {width}")
    return found


def _examine(page: Page, place: Place, language: str, *, whole: bool) -> list[str]:
    """Return what is wrong with the page as it stands, seen in all or in one of its forms."""
    problems = _wide(page)
    every = whole or place in MAIN
    for width in (390, 1440) if every else (1440 if language == "en" else 390,):
        page.set_viewport_size({"width": width, "height": 900})
        problems += [f"{width} {each}" for each in _look(page, "light")]
        if every:
            # The themes differ in colours alone.
            colours = None if whole else {"runOnly": ["color-contrast"]}
            problems += [f"{width} {each}" for each in _look(page, "dark", colours)]
    if page.locator("h1").count() != 1:
        problems.append("not one h1")
    return [f"{place} {language}: {each}" for each in problems]


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.faces)])
@pytest.mark.parametrize("who", WHO)
def test_pages(visitors: Visitors, who: str, whole: bool) -> None:
    places = [place for place in PLACES if place.who == who]
    problems: list[str] = []
    heads: dict[tuple[Place, str], list[str]] = {}
    words: dict[tuple[Place, str], list[str]] = {}
    for language in ("en", "zh"):
        for place in places:
            page = visitors.visit(place, language)
            heads[place, language] = [
                page.title().split(" · ")[0],
                page.locator("h1").inner_text(),
            ]
            if page.locator("h1[lang], h1 [lang]").count():  # the page is named as a person put it
                heads[place, language] = []
            words[place, language] = page.evaluate(_WORDS)
            problems += _examine(page, place, language, whole=whole)
    for place in (each for each in places if not each.letters):
        problems += [
            f"{place}: not in Chinese: {each}"
            for each in _same_words(
                words[place, "en"] + heads[place, "en"], words[place, "zh"] + heads[place, "zh"]
            )
        ]
    problems += visitors.complaints
    visitors.complaints.clear()
    assert not problems, "\n".join(problems)


def test_the_list_of_pages_is_whole(live_server: LiveServer) -> None:
    lines = live_server.flask("routes").splitlines()
    routes = [line.split() for line in lines if "GET" in line]
    known = {place.endpoint for place in PLACES}
    assert {endpoint for endpoint, *_rest in routes} - known == set(ELSEWHERE)


SHIFT = """() => new Promise((done) => {
  let sum = 0;
  const moved = [];
  const box = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
      if (each.hadRecentInput) continue;
      sum += each.value;
      for (const { node, previousRect, currentRect } of each.sources)
        moved.push(`${node?.nodeName} ${node?.className}: ${box(previousRect)} -> ${box(currentRect)}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done([sum, moved]), 100);
})"""
MOST_SHIFT = 0.02

BUDGETS = [
    (START, 45, 6, 5, 800),
    (NEW, 45, 6, 5, 800),
    (LOGIN, 45, 6, 5, 800),
    (ORDER, 45, 6, 5, 800),
    (QUEUE, 80, 16, 8, 2_500),
    (DESK_ORDER, 80, 16, 8, 2_500),
]


@pytest.mark.parametrize(("place", "total", "script", "requests", "nodes"), BUDGETS, ids=str)
def test_a_first_view_is_light(
    visitors: Visitors,
    browser: Browser,
    live_server: LiveServer,
    place: Place,
    total: int,
    script: int,
    requests: int,
    nodes: int,
) -> None:
    known = visitors.visit(place, "en")
    context = browser.new_context(storage_state=known.context.storage_state())
    answers: list[Response] = []
    page = context.new_page()
    page.on("response", lambda answer: answers.append(answer))
    page.route("**/desk/live*", lambda poll: poll.abort())  # news are no part of a first view
    page.goto(known.url)
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    # The polls that follow are not part of the first view, and attachments are the person's own.
    parts = [
        each
        for each in answers
        if each.request.resource_type in ("document", "stylesheet", "script", "image", "font")
        and "/files/" not in each.url
    ]
    sizes = {each.url: len(gzip.compress(each.body())) for each in parts}
    drawn = page.evaluate("document.querySelectorAll('*').length")
    shift, moved = page.evaluate(SHIFT)
    context.close()
    report = f"{place}: {len(parts)} requests, {sizes}"
    assert len(parts) <= requests, report
    assert drawn <= nodes, f"{place}: {drawn} nodes"
    assert shift <= MOST_SHIFT, f"{place}: what was drawn moved by {shift}: {moved}"
    assert sum(sizes.values()) <= total * KB, report
    assert sum(size for url, size in sizes.items() if ".css" in url) <= 14 * KB, report
    assert sum(size for url, size in sizes.items() if ".js" in url) <= script * KB, report
