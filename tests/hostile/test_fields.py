"""Every form field against what people and attackers put into it: taken, or 422 with words and nothing lost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.fixtures.pages import Page
from tests.hostile.forms import FORMS, Form
from tests.hostile.world import World, said_in

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

RIGHT_TO_LEFT, THAI, FAMILY = "مرحبا بكم في الدعم", "สวัสดีครับ น้ำ", "👩‍👩‍👧‍👦 🏳️‍🌈"
PAYLOADS: dict[str, Any] = {
    "empty": "",
    "blank": " \t\u3000 ",
    "Arabic": RIGHT_TO_LEFT,
    "Thai": THAI,
    "emoji": FAMILY,
    "full width": "１２３４５６ ＷＯ－２６",
    "long": "long " * 4_200,
    "one too long": "s" * 201,
    "line break": "first\r\nBcc: evil@example.com\r\n\r\nsecond",
    "override": "invoice\u202egpj.exe",
    "zero width": "\u200b\u200d\ufeff",
    "template": "{{7*7}} ${7*7} #{7*7} <%= 7*7 %>",
    "SQL": "'; DROP TABLE person; -- \" OR 1=1",
    "markup": "\"'><script>alert(1)</script><img src=x onerror=alert(1)>",
    "format": "%s %(x)s %n {0} {x}",
    "path": "../../../etc/passwd",
    "number": "9" * 40,
    "negative": "-1",
    "list": ["one", "two"],
}
HARD: dict[str, Any] = {
    "NUL": "a\x00b",
    "only NUL": "\x00",
    "surrogate": b"a\xed\xa0\x80b\xff",
    "number": "9" * 40,
    "wide number": "9" * 18,
}


def sent(world: World, form: Form, name: str, value: Any) -> TestResponse:
    """Post the form with one field replaced."""
    names = world.orders | {"mei": world.uids["mei"]}
    values = {
        key: said.format_map(names) if isinstance(said, str) else said
        for key, said in form.valid.items()
    }
    path = form.path.format_map(names)
    return world.post(form.who, path, values | {name: value})


def troubles(form: Form, name: str, answer: TestResponse) -> Iterator[str]:
    """What is wrong with an answer, in words."""
    status = answer.status_code
    json_draft = form.path.endswith("/draft")
    ordinary = {200, 303, 404, 409, 410, 422, 429, 503}
    if status not in ordinary or (status == 503 and "later" in answer.text):
        yield f"status {status}"
    if status == 503:
        yield "the service calls itself unavailable"
    if status in (404, 410) and name in form.texts and name not in ("contact", "remove_file"):
        yield f"{status} for typed text"
    if "<script>alert" in answer.text or (
        "onerror=alert" in answer.text.replace("&", "") and "<img src=x" in answer.text
    ):
        yield "markup came back alive"
    if status != 422 or json_draft:
        return
    page = Page(answer.text)
    words = [
        each.text.strip()
        for each in page.all("p", "div", "li", "ul", "span")
        if {"error", "errors", "bad"} & set(each.attributes.get("class", "").split())
        or each.attributes.get("role") == "alert"
    ]
    if not any(words):
        yield "422 without words"
    for other in form.texts:
        valid = form.valid.get(other, "")
        skipped = other in (name, "next", *form.secret) or "{" in valid
        if valid and not skipped and said_in(answer, other).split() != valid.split():
            yield f"{other} is lost"


def walk(world: World, forms: list[Form], payloads: dict[str, Any]) -> list[str]:
    """Try every payload in every field; return every trouble with where it was."""
    found = []
    for form in forms:
        for name in (*form.texts, *form.choices):
            for label, value in payloads.items():
                answer = sent(world, form, name, value)
                found += [
                    f"{form} {name} ({label}): {words}" for words in troubles(form, name, answer)
                ]
    return found


def report(found: list[str]) -> None:
    """Fail with every trouble on a line of its own."""
    assert not found, "\n  ".join(["", *found])


@SQLITE
@pytest.mark.parametrize("who", ["nobody", "alice", "guest", "mei", "ada"])
def test_every_field_takes_or_refuses_in_words_whatever_is_typed(world: World, who: str) -> None:
    report(walk(world, [form for form in FORMS if form.who == who], PAYLOADS))


def test_what_databases_refuse_is_refused_in_words_on_both(world: World) -> None:
    report(walk(world, FORMS, HARD))


@SQLITE
def test_a_file_where_text_belongs_is_no_text(world: World) -> None:
    found = []
    for form in FORMS:
        for name in (*form.texts, *form.choices, "csrf_token" if not form.texts else form.texts[0]):
            answer = sent(world, form, name, (io.BytesIO(b"text"), "a.txt"))
            if answer.status_code >= 500:
                found.append(f"{form} {name}: {answer.status_code}")
    report(found)


@SQLITE
def test_a_megabyte_in_a_field_is_refused_in_words(world: World) -> None:
    found = []
    for form in FORMS:
        for name in form.texts:
            answer = sent(world, form, name, "m" * 1_000_000)
            found += [f"{form} {name}: {words}" for words in troubles(form, name, answer)]
            cookie = answer.headers.get("Set-Cookie", "")
            if len(cookie) > 4_000:
                found.append(f"{form} {name}: a cookie of {len(cookie)} bytes")
    report(found)
