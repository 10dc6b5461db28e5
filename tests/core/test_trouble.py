"""Trouble pages stand in the house: its header, its languages, a way on. A late form is shown by its own labels."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from support.core.errors import Expired, NotAllowed, NotFound, Stale, TooMany
from tests.fixtures.pages import Page, PageClient

TYPED = {
    "topic": "access",
    "subject": "密码",
    "body": "A long story.",
    "address": "late@example.net",
    "csrf_token": "too old",
}


def fail_with(app: Flask, error: Exception) -> None:
    def fail() -> str:
        raise error

    app.view_functions["workorders.follow"] = fail


@pytest.mark.parametrize("error", [NotAllowed(), NotFound(), Stale(), Expired(), TooMany(90)])
def test_trouble_of_a_visitor_keeps_navigation_languages_and_a_way_on(
    app: Flask, client: PageClient, error: Any
) -> None:
    fail_with(app, error)
    answer = client.get("/follow?reference=x")
    assert answer.status_code == error.status
    page = Page(answer.text)
    links = {each.attributes.get("href") for each in page.all("a")}
    assert {"/", "/orders/new", "/login", "/policies"} <= links
    assert len(page.all("h1")) == len(page.all("header")) == len(page.all("footer")) == 1
    [switch] = [each for each in page.all("form") if each.attributes.get("action") == "/language"]
    assert page.values(switch)["next"] == "/follow?reference=x"


def test_a_fault_of_ours_stands_alone_in_the_visitors_language(
    app: Flask, client: PageClient
) -> None:
    fail_with(app, ValueError("x"))
    answer = client.get("/follow", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 500
    page = Page(answer.text)
    assert len(page.all("h1")) == 1
    assert page.all("header") == []
    assert "我们的系统出了问题" in page.text


def test_a_switch_on_the_answer_to_a_form_comes_back_to_the_form(client: PageClient) -> None:
    page = client.page("/follow")
    sent = page.values(page.form(button="Send me a code"))
    wrong = Page(client.post("/follow", data=sent).text)
    [switch] = [each for each in wrong.all("form") if each.attributes.get("action") == "/language"]
    assert wrong.values(switch)["next"] == "/follow"


@pytest.mark.parametrize(
    ("code", "title", "said"),
    [
        ("en", "This page was open for too long", "It was not sent yet"),
        ("zh", "页面打开的时间过长", "尚未发送"),
    ],
)
def test_a_late_form_is_shown_by_the_labels_of_its_fields(
    client: PageClient, code: str, title: str, said: str
) -> None:
    client.set_cookie("language", code)
    late = client.post("/orders/new/question", data=TYPED)
    assert late.status_code == 401
    assert title in Page(late.text).text
    page = client.page(f"/kept/{late.text.split('/kept/')[1][:32]}")
    assert said in page.text
    labels = [each.text for each in page.all("dt")]
    words = {
        "en": ["Summary", "What happened?", "E-mail or mobile number"],
        "zh": ["概述", "发生了什么？", "邮箱或手机号"],
    }
    assert labels == words[code]
    assert page.values(page.form(action="/orders/new/question"))["topic"] == "access"
