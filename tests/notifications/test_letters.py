"""Every letter of this room, in both languages: complete, in the reader's words and time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError

from support.core.actors import Actor
from support.core.context import hooks
from support.notifications import aliyun, letters
from support.notifications.models import Channel
from support.notifications.templates import Template

pytestmark = pytest.mark.usefixtures("context")

FACTS: dict[str, Any] = {
    "check_code": "7K2M-9QXA",
    "link": "http://localhost/account",
    "unsubscribe_url": "",
}
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
CODE: dict[str, Any] = {"digits": "123456", "order": "", "who": "Bob"}
CODE_PURPOSES = [
    "register",
    "login",
    "bind",
    "retrieve",
    "follow",
    "confirm",
    "contact",
    "phone_call",
]
FACTOR_CHANGES = [
    "on",
    "off",
    "app_off",
    "recovery_used",
    "new_codes",
    "passkey_added",
    "passkey_removed",
    "passkey_cloned",
]
CASES: list[tuple[str, dict[str, Any]]] = [
    *(("code", CODE | {"purpose": purpose}) for purpose in CODE_PURPOSES),
    ("code", CODE | {"purpose": "follow", "order": "WO-26-000123-K7"}),
    ("account_exists", {}),
    ("invite", {}),
    ("contact_changed", {"change": "bound", "masked": "al•••e@ex•••.com"}),
    ("contact_changed", {"change": "unbound", "masked": "al•••e@ex•••.com"}),
    ("password_changed", {"how": "changed"}),
    ("password_changed", {"how": "retrieved"}),
    *(("factor_changed", {"how": how}) for how in FACTOR_CHANGES),
    ("factor_reset", {"own": True, "name": "Bob"}),
    ("factor_reset", {"own": False, "name": "Bob"}),
    *(
        ("new_device", {"device": device, "at": AT, "address": "203.0.113.x"})
        for device in ("Firefox, Windows", "")
    ),
    *(("identity_changed", {"service": "DingTalk", "change": how}) for how in ("bound", "unbound")),
    *(("name_verified", {"company": company}) for company in (False, True)),
    *(("training_lapsing", {"until": AT, "lapsed": lapsed}) for lapsed in (False, True)),
    ("member_registered", {"name": "Alice"}),
]


def reader(language: str, **more: Any) -> Actor:
    return Actor("member", 1, name="Alice", language=language, **more)


def chinese_signs(text: str) -> int:
    return sum("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize(("name", "facts"), CASES)
def test_each_letter_is_complete_in_both_languages(name: str, facts: dict[str, Any]) -> None:
    code = f"notifications.{name}"
    for language in ("en", "zh"):
        letter = letters.write_letter(code, reader(language), FACTS | facts)
        text = letters.write_sms(code, reader(language), FACTS | facts).text
        for words in (letter.subject, letter.text, letter.html, text):
            assert (chinese_signs(words) > 0) == (language == "zh"), words
        assert "7K2M-9QXA" in letter.text
        assert "7K2M-9QXA" in letter.html
        assert "7K2M-9QXA" in text
        assert "\n" not in letter.subject + text
        assert len(text) <= 280
        for digits in filter(None, [facts.get("digits")]):
            assert digits in letter.text
            assert digits in text


@pytest.mark.parametrize(("name", "facts"), [case for case in CASES if case[0] != "invite"])
def test_what_a_provider_fills_in_makes_the_same_text_and_is_short(
    name: str, facts: dict[str, Any]
) -> None:
    for language in ("en", "zh"):
        short = letters.write_sms(f"notifications.{name}", reader(language), FACTS | facts)
        text = letters.sms_to_approve(language)[short.approved]
        assert set(re.findall(r"\$\{(\w+)\}", text)) == set(short.fields)
        for mark, value in short.fields.items():
            assert len(value) <= aliyun.LONGEST_VALUE, (mark, value)
            assert "://" not in value
            text = text.replace(f"${{{mark}}}", value)
        assert short.text.startswith(("[Example Platform] " + text, "【示例平台】" + text))


def test_the_list_above_has_every_registered_template_of_the_room() -> None:
    """But for those that leave by no text message: they stand in the inbox, and go by mail at the most."""
    room = [each for each in hooks(Template) if each.code.startswith("notifications.")]
    registered = {each.code for each in room if Channel.SMS in each.channels}
    assert {each.code for each in room} - registered == {
        "notifications.platform_trouble",
        "notifications.partner_contract",
        "notifications.policy_version",
        "notifications.cessation",
    }
    assert registered <= {f"notifications.{name}" for name, _facts in CASES}


def test_a_text_message_is_signed_as_each_language_does() -> None:
    english = letters.write_sms("notifications.account_exists", reader("en"), FACTS).text
    chinese = letters.write_sms("notifications.account_exists", reader("zh"), FACTS).text
    assert english.startswith("[Example Platform] ")
    assert chinese.startswith("【示例平台】")


def test_a_missing_fact_is_an_error_not_a_hole() -> None:
    with pytest.raises(UndefinedError):
        letters.write_letter("notifications.contact_changed", reader("en"), FACTS)


def test_what_people_wrote_is_escaped_in_html() -> None:
    facts = FACTS | {"name": '<img src=x onerror=alert(1)>"&'}
    letter = letters.write_letter("notifications.member_registered", reader("en"), facts)
    assert "<img" not in letter.html
    assert "&lt;img src=x" in letter.html
    assert "<img src=x" in letter.text


def test_only_our_own_addresses_become_links() -> None:
    facts = FACTS | {"name": "x\n\nhttp://evil.example.com/\n\nhttp://localhost.evil.example/"}
    letter = letters.write_letter("notifications.member_registered", reader("en"), facts)
    assert re.findall('<a href="([^"]*)"', letter.html) == [
        "http://localhost/account",
        "http://localhost/check",
    ]
    assert letter.html.count("<a ") == 2


def test_html_asks_nothing_of_anybody() -> None:
    letter = letters.write_letter("notifications.invite", reader("en"), FACTS)
    for word in ("<img", "<script", "<style", "url(", "<link", "src=", "<form", "<table"):
        assert word not in letter.html


def test_a_moment_is_told_in_the_readers_zone_which_is_named(app: Flask) -> None:
    moment = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)
    shanghai = letters.local_time_for(reader("zh", timezone="Asia/Shanghai"))(moment)
    london = letters.local_time_for(reader("en", timezone="Europe/London"))(moment)
    unknown = letters.local_time_for(reader("en", timezone="Mars/Base"))(moment)
    assert "2026年3月2日" in shanghai
    assert "(Asia/Shanghai)" in shanghai
    assert "Mar 1, 2026" in london
    assert "(Europe/London)" in london
    assert "(Asia/Shanghai)" in unknown


def test_the_inbox_tells_it_without_greeting_and_sign() -> None:
    title, paragraphs = letters.write_inbox(
        "notifications.member_registered", reader("en"), FACTS | {"name": "Alice"}
    )
    assert title == "Welcome to Example Platform"
    assert paragraphs[0] == ["Your account is ready. Your member name is Alice."]
    assert paragraphs[-1][-1] == "http://localhost/account"


def order_letter(language: str = "en", **facts: Any) -> letters.Letter:
    """Return the letter that brings an answer, as the order's room fills it."""
    known = FACTS | {
        "link": "http://localhost/orders/WO-26-000123-K7",
        "reference": "WO-26-000123-K7",
        "subject": "Refund",
        "quote": ["First line", "", "<b>second</b> http://evil.example.com/"],
        "sentence": "An agent is working on it.",
        "state": "open",
        "proved": True,
        "guest": False,
        "zone": "UTC",
    }
    return letters.write_letter("workorders.replied", reader(language), known | facts)


def test_what_the_desk_wrote_is_a_quotation_in_both_parts() -> None:
    letter = order_letter()
    assert "\n> First line\n>\n> <b>second</b> http://evil.example.com/\n" in letter.text
    [quoted] = re.findall("<blockquote[^>]*>(.*)</blockquote>", letter.html)
    assert quoted == "First line<br><br>&lt;b&gt;second&lt;/b&gt; http://evil.example.com/"


def test_the_way_to_the_page_is_a_link_in_words_and_the_subject_stands_once() -> None:
    for language, words in (("en", "Open the work order"), ("zh", "打开工单")):
        letter = order_letter(language)
        link = re.escape("http://localhost/orders/WO-26-000123-K7")
        assert re.search(f'<a href="{link}" style="[^"]*">{words}</a>', letter.html)
        assert letter.html.count("http://localhost/orders/WO-26-000123-K7") == 1
        assert letter.subject.startswith("[WO-26-000123-K7] ")
        assert "<h1" in letter.html
        assert "[WO-26-000123-K7]" not in letter.html.partition("</head>")[2]


def test_a_check_code_stays_on_one_line_and_a_dark_reader_keeps_its_colours() -> None:
    html = order_letter().html
    assert '<span style="white-space:nowrap">7K2M-9QXA</span>' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    coloured = re.findall('style="[^"]*[;"]color:[^"]*"', html)
    assert len(coloured) == 1
    assert "background:" in coloured[0]


def test_a_contact_person_is_told_who_asks_and_whom_to_tell_the_code() -> None:
    facts = FACTS | CODE | {"purpose": "contact", "link": "http://localhost/contact-persons/x/y"}
    english = letters.write_letter("notifications.code", reader("en"), facts)
    chinese = letters.write_letter("notifications.code", reader("zh"), facts)
    assert english.subject == "Bob names you as a contact person"
    assert "tell Bob this code" in english.text
    assert "Never tell it to anybody" not in english.text
    assert "告诉 Bob" in chinese.text
    assert "切勿告诉任何人" not in chinese.text
    # saying no is not the button: the reader is not to be pressed either way
    assert '<a href="http://localhost/contact-persons/x/y">' in english.html


def test_the_code_to_follow_names_the_order() -> None:
    facts = FACTS | CODE | {"purpose": "follow", "order": "WO-26-000123-K7"}
    assert "WO-26-000123-K7" in letters.write_letter("notifications.code", reader("zh"), facts).text
