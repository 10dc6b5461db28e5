"""The public pages, the feed, and what happens to cookies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from support.accounts.session_views import browser_cookie, cookie_name
from support.core import installation
from support.core.actors import SYSTEM, Role
from support.core.clock import utcnow
from support.policies import queries, service
from support.policies.cookie_list import COOKIES, OPTIONAL, shown_name, without_lifetime
from support.policies.service_announcements import (
    end_announcement,
    publish_announcement,
    write_announcement,
)
from tests.fixtures.pages import Page, PageClient
from tests.policies.conftest import ADMIN

ATOM = "{http://www.w3.org/2005/Atom}"
CHINESE = {"Accept-Language": "zh-CN"}
YEAR = "Max-Age=31536000"


@pytest.mark.usefixtures("published")
def test_the_policy_is_read_in_either_language(client: PageClient) -> None:
    assert "Own policy" in client.page("/policies").text
    assert "自己的政策" in client.page("/policies", headers=CHINESE).text
    assert "自己的政策" in client.page("/policies/2026-1?text=zh").text
    assert "Own policy" in client.page("/policies/2026-1?text=en", headers=CHINESE).text


@pytest.mark.usefixtures("unwritten")
def test_the_sample_is_shown_as_one(app: Flask, client: PageClient) -> None:
    with app.app_context():
        installation.mark(demo=True)  # outside a demo a sample serves nobody
        service.load_sample()
    assert "This is a sample text" in client.page("/policies").text
    assert "这是示例文本" in client.page("/policies", headers=CHINESE).text


@pytest.mark.usefixtures("published")
def test_earlier_and_coming_versions_stay_readable_and_say_so(
    app: Flask, client: PageClient
) -> None:
    with app.app_context():
        service.publish_version(SYSTEM, label="2026-2", text_en="# Second", text_zh="# 第二版")
        service.publish_version(
            SYSTEM,
            label="2027-1",
            effective_from=utcnow() + timedelta(days=9),
            text_en="# Second",
            text_zh="# 第二版",
        )
    assert "This is an earlier version" in client.page("/policies/2026-1").text
    assert "This version is not in force yet" in client.page("/policies/2027-1").text
    page = client.page("/policies")
    assert "Second" in page.text
    links = {each.attributes.get("href") for each in page.all("a")}
    assert {"/policies/2026-1", "/policies/2027-1"} <= links
    assert client.get("/policies/none").status_code == 404


@pytest.mark.usefixtures("published")
def test_every_link_of_the_contents_leads_into_the_text(client: PageClient) -> None:
    page = client.page("/policies")
    ids = {each.attributes.get("id") for each in page.elements}
    inner = [
        href for each in page.all("a") if (href := each.attributes.get("href", "")).startswith("#s")
    ]
    assert inner
    assert {href[1:] for href in inner} <= ids


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("headers", [{}, CHINESE])
def test_contact_names_department_phone_and_hours(
    client: PageClient, headers: dict[str, str]
) -> None:
    page = client.page("/contact", headers=headers)
    main = page.all("main")[0].text
    assert "+86 10 5550 0100" in main
    assert ("会员服务部" if headers else "Member Services") in main
    assert ("周一至周五 09:00-18:00" if headers else "Mon-Fri 09:00-18:00") in main
    links = {each.attributes.get("href") for each in page.all("a")}
    assert {"/follow", "/orders/new", "/orders/new/complaint", "tel:+861055500100"} <= links


@pytest.mark.usefixtures("published")
def test_the_foot_of_every_page_leads_to_the_public_pages(client: PageClient) -> None:
    links = {each.attributes.get("href") for each in client.page("/policies").all("a")}
    assert {"/policies", "/cookies", "/announcements", "/contact"} <= links


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(("code", "title"), [("en", "Night & day <work>"), ("zh", "昼夜施工")])
def test_the_feed_is_valid_atom_in_each_language(
    app: Flask, client: PageClient, code: str, title: str
) -> None:
    with app.app_context():
        row = write_announcement(
            ADMIN,
            title_en="Night & day <work>",
            title_zh="昼夜施工",
            body_en='A <b>tag</b> & a "quote"\n\n- [list](/contact)',
            body_zh="甲乙\n\n- 一\x0b",
        )
        publish_announcement(ADMIN, row, version=row.version)
        ended = write_announcement(ADMIN, title_en="Old", title_zh="旧", body_en="x", body_zh="y")
        publish_announcement(ADMIN, ended, version=ended.version)
        end_announcement(ADMIN, ended, version=ended.version)
    answer = client.get(f"/announcements.atom?language={code}", headers=CHINESE)
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.get_data())
    assert [each.tag for each in feed.iter(f"{ATOM}entry")] == [f"{ATOM}entry"]
    for parent in (feed, feed.find(f"{ATOM}entry")):
        assert parent is not None
        for name in ("id", "title", "updated"):
            assert parent.findtext(f"{ATOM}{name}")
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}title") == title
    assert (entry.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    words = "公告" if code == "zh" else "Announcements"
    assert (feed.findtext(f"{ATOM}title") or "").startswith(words)
    content = entry.find(f"{ATOM}content")
    assert content is not None
    tags = {each.tag.rpartition("}")[2] for each in content.iter()}
    assert tags == {"content", "div", "p", "ul", "li"} | ({"a"} if code == "en" else set())


@pytest.mark.usefixtures("published")
def test_an_empty_feed_is_a_feed(client: PageClient) -> None:
    feed = ElementTree.fromstring(client.get("/announcements.atom").get_data())
    assert feed.findtext(f"{ATOM}updated")


@pytest.mark.usefixtures("published")
def test_every_cookie_is_listed(client: PageClient) -> None:
    names = {each.text for each in client.page("/cookies").all("th")}
    assert {cookie.name for cookie in COOKIES} <= names


def cookies_set(
    client: PageClient, path: str, values: dict[str, str], **choice: str
) -> dict[str, str]:
    """Post one of the switches of a page and return the Set-Cookie headers by name."""
    page = client.page("/cookies")
    form = page.form(action=path)
    answer = client.post(path, data=page.values(form) | values | choice)
    assert answer.status_code == 303
    return {each.split("=", 1)[0]: each for each in answer.headers.getlist("Set-Cookie")}


@pytest.mark.usefixtures("published")
def test_without_a_choice_a_preference_ends_with_the_browser(client: PageClient) -> None:
    assert YEAR not in cookies_set(client, "/language", {"language": "zh"})["language"]
    assert YEAR not in cookies_set(client, "/theme", {"theme": "dark"})["theme"]


@pytest.mark.usefixtures("published")
def test_a_preference_lasts_once_its_owner_allowed_it_and_no_longer(client: PageClient) -> None:
    cookies_set(client, "/theme", {"theme": "dark"})
    chosen = cookies_set(client, "/cookies", {"choice": "remember"})
    assert YEAR in chosen["cookie_choice"]
    assert YEAR in chosen["theme"]
    assert "theme=dark" in chosen["theme"]
    assert YEAR in cookies_set(client, "/language", {"language": "en"})["language"]
    chosen = cookies_set(client, "/cookies", {"choice": "forget"})
    assert YEAR in chosen["cookie_choice"]
    assert YEAR not in chosen["theme"]
    assert YEAR not in chosen["language"]
    assert YEAR not in cookies_set(client, "/theme", {"theme": "light"})["theme"]


@pytest.mark.usefixtures("published")
def test_no_choice_is_made_for_anybody(client: PageClient) -> None:
    page = client.page("/cookies")
    radios = [each for each in page.all("input") if each.type == "radio"]
    assert len(radios) == 2
    assert not [each for each in radios if "checked" in each.attributes]
    answer = client.submit("/cookies", button="Keep my choice")
    assert answer.status_code == 422


@pytest.mark.usefixtures("published")
def test_no_cookie_is_set_that_is_not_on_the_list(client: PageClient) -> None:
    names: set[str] = set()
    for path in ("/policies", "/announcements", "/cookies", "/contact", "/login", "/register"):
        for each in client.get(path).headers.getlist("Set-Cookie"):
            names.add(each.split("=", 1)[0])
    names |= set(cookies_set(client, "/theme", {"theme": "dark"}))
    names |= set(cookies_set(client, "/cookies", {"choice": "remember"}))
    assert {"form", "theme", "cookie_choice"} <= names
    assert names <= {cookie.name for cookie in COOKIES}


def test_over_https_a_cookie_is_listed_by_the_name_that_it_has_there(app: Flask) -> None:
    ground = app.extensions["ground"]
    for public_url in ("http://localhost", "https://localhost"):
        app.extensions["ground"] = replace(
            ground, config=ground.config.with_changes(public_url=public_url)
        )
        secure = public_url.startswith("https")
        shown = {shown_name(cookie, secure=secure) for cookie in COOKIES}
        with app.app_context():
            assert {cookie_name(), browser_cookie()} <= shown


def test_deleting_an_optional_cookie_stays_deleting() -> None:
    gone = "theme=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"
    assert without_lifetime(gone) == gone
    kept = "theme=dark; Expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=9; HttpOnly; Path=/"
    assert without_lifetime(kept) == "theme=dark; HttpOnly; Path=/"
    assert {"language", "theme"} == OPTIONAL


TEXTS: dict[str, Any] = {
    "title_en": "Hours",
    "title_zh": "时间",
    "body_en": "Nine to six.",
    "body_zh": "九点到六点。",
}


def test_a_text_that_came_too_late_stands_beside_the_one_that_is_kept(
    app: Flask, staff_client: Callable[[Role], PageClient]
) -> None:
    with app.app_context():
        uid = write_announcement(ADMIN, **TEXTS).uid
    client, path = staff_client(Role.ADMIN), f"/admin/announcements/{uid}/text"
    page = client.page(path)
    form = page.values(page.form(action=path))
    assert client.post(path, data=form | {"body_en": "Eight to six."}).status_code == 303
    answer = client.post(path, data=form | {"body_en": "Ten to six.", "title_zh": "开放时间"})
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "Eight to six." in page.text
    assert "时间" in page.text
    again = page.values(page.form(action=path))
    assert again["body_en"].strip() == "Ten to six."
    assert again["title_zh"] == "开放时间"
    assert client.post(path, data=again | {"body_en": "Eight or ten to six."}).status_code == 303
    page = client.page(path)
    kept = page.values(page.form(action=path))
    assert (kept["body_en"].strip(), kept["title_zh"]) == ("Eight or ten to six.", "开放时间")
    assert kept["body_zh"].strip() == TEXTS["body_zh"]


def test_a_text_for_what_was_published_meanwhile_is_not_lost(
    app: Flask, staff_client: Callable[[Role], PageClient]
) -> None:
    with app.app_context():
        row = write_announcement(ADMIN, **TEXTS)
        uid = row.uid
    client, path = staff_client(Role.ADMIN), f"/admin/announcements/{uid}/text"
    page = client.page(path)
    form = page.values(page.form(action=path))
    with app.app_context():
        publish_announcement(ADMIN, queries.announcement_for(ADMIN, uid), version=1)
    answer = client.post(path, data=form | {"body_en": "Ten to six."})
    assert answer.status_code == 409
    page = Page(answer.text)
    assert "Ten to six." in page.text
    assert path not in [each.attributes.get("action") for each in page.all("form")]
