"""Every form field against what people and attackers put into it: taken, or 422 with words and nothing lost."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.fixtures.pages import Page
from tests.hostile.world import World, said_in

LINE, BLOCK = "A short line", "Some words.\nAnd more."
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Form:
    """A form as data: where it is posted, by whom, what is right in it, which of it is typed text."""

    who: str
    path: str
    valid: dict[str, Any]
    texts: tuple[str, ...]
    choices: tuple[str, ...] = ()
    secret: tuple[str, ...] = field(default=("password", "password_again", "code", "factor_code"))

    def __str__(self) -> str:
        return f"{self.who} {self.path}"


FORMS = [
    Form("nobody", "/register", {"where": "other", "address": "new@example.org"}, ("address",), ("where",)),
    Form("nobody", "/login", {"account": "alice@example.org", "password": "wrong wrong"}, ("account", "password", "next")),
    Form("nobody", "/retrieve", {"address": "alice@example.org"}, ("address",)),
    Form("nobody", "/follow", {"reference": "{guest}", "address": "guest@example.net"}, ("reference", "address")),
    Form("nobody", "/check", {"code": "ABCD-EFGH"}, ("code",)),
    Form("nobody", "/cookies", {"choice": "forget"}, (), ("choice",)),
    Form("nobody", "/language", {"language": "zh", "next": "/"}, ("next",), ("language",)),
    Form("nobody", "/theme", {"theme": "dark", "next": "/"}, (), ("theme",)),
    Form("nobody", "/orders/new/question", {"topic": "other", "subject": LINE, "body": BLOCK, "address": "new@example.org"}, ("subject", "body", "address", "about"), ("topic",)),
    Form("alice", "/orders/new/complaint", {"subject": LINE, "body": BLOCK, "about": "{alice}"}, ("subject", "body", "about")),
    Form("alice", "/orders/new/suggestion", {"subject": LINE, "body": BLOCK}, ("subject", "body", "remove_file")),
    Form("alice", "/orders/{alice}/messages", {"body": BLOCK}, ("body",)),
    Form("alice", "/orders/{alice}/draft", {"body": BLOCK}, ("body", "draft_version")),
    Form("guest", "/orders/{guest}/messages", {"body": BLOCK}, ("body",)),
    Form("alice", "/account/contacts", {"address": "second@example.org"}, ("address",)),
    Form("alice", "/account/basic", {"version": "0", "enterprise": "yes", "organisation": LINE, "years": "12", "size": "10", "country": "CN", "industry": LINE, "business": LINE, "products": LINE, "website": "https://example.org", "region": LINE, "street": LINE, "phone": "010 5550", "fax": "010 5551"}, ("organisation", "years", "industry", "business", "products", "website", "region", "street", "phone", "fax"), ("enterprise", "size", "country", "version")),
    Form("alice", "/account/contact-persons", {"name": "Carl", "position": "Clerk", "authorised": "y"}, ("name", "position")),
    Form("alice", "/account/settings", {"language": "en", "timezone": "Asia/Shanghai"}, ("timezone",), ("language",)),
    Form("alice", "/account/password", {"password": "a fine password", "password_again": "a fine password"}, ("password", "password_again")),
    Form("alice", "/account/confirm", {"password": "x" * 9, "next": "/account"}, ("password", "next")),
    Form("alice", "/account/confirm", {"factor_code": "123456"}, ("factor_code",)),
    Form("alice", "/account/confirm/code", {"contact": "x" * 32}, ("contact",)),
    Form("alice", "/account/notices", {"orders_mail": "y"}, (), ("orders_mail",)),
    Form("mei", "/desk/orders/{alice}/replies", {"body": BLOCK, "audience": "note", "then": "open", "version": "1-1"}, ("body",), ("audience", "then", "version", "uploads")),
    Form("mei", "/desk/orders/{alice}/properties", {"version": "0-0", "tags": "one, two"}, ("tags",), ("status", "assignee", "priority", "version")),
    Form("mei", "/desk/orders/new?guest=yes", {"kind": "question", "address": "caller@example.org", "language": "zh", "priority": "normal", "subject": LINE, "body": BLOCK}, ("address", "subject", "body"), ("kind", "language", "priority")),
    Form("mei", "/desk/orders/new/caller", {"who": "Alice"}, ("who",)),
    Form("mei", "/desk/orders/new/code", {"code": "123456"}, ("code",)),
    Form("mei", "/desk/bulk", {"act": "tag", "value": "urgent", "ids": "1:1"}, ("value",), ("act", "ids", "next")),
    Form("ada", "/admin/people/invite", {"name": "Nina New", "email": "nina@desk.example.org", "language": "en", "roles": "agent"}, ("name", "email"), ("language", "roles")),
    Form("ada", "/admin/people/{mei}/roles", {"roles": "agent"}, (), ("roles",)),
    Form("ada", "/admin/people/{mei}/invitation", {"email": "mei@desk.example.org"}, ("email",)),
    Form("ada", "/admin/announcements/new", {"title_en": LINE, "title_zh": "一行", "body_en": BLOCK, "body_zh": "几句话。"}, ("title_en", "title_zh", "body_en", "body_zh")),
]  # fmt: skip

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
    if "<script>alert" in answer.text or "onerror=alert" in answer.text.replace("&", "") and "<img src=x" in answer.text:
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
        if other not in (name, "next", *form.secret) and valid and "{" not in valid:
            if said_in(answer, other).split() != valid.split():
                yield f"{other} is lost"


def walk(world: World, forms: list[Form], payloads: dict[str, Any]) -> list[str]:
    """Try every payload in every field; return every trouble with where it was."""
    found = []
    for form in forms:
        for name in (*form.texts, *form.choices):
            for label, value in payloads.items():
                answer = sent(world, form, name, value)
                found += [f"{form} {name} ({label}): {words}" for words in troubles(form, name, answer)]
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
