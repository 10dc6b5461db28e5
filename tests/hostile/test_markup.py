"""What people type is words, wherever it is shown: for requester, agent and admin, in mails, in headers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from flask import Flask
from PIL import Image

from app import create_app
from support.core import outbox
from support.core.config import Config
from support.core.db import db
from support.workorders import queries, service
from support.workorders.lifecycle import Status
from tests.fixtures.mail import SmtpSink
from tests.fixtures.pages import Page, PageClient
from tests.hostile.world import World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MARK = "zq9"
PAYLOADS = [
    "<script>zq9()</script>",
    "<ScRiPt src=//zq9.example>",
    "</title><script>zq9()</script>",
    "</textarea><img src=x onerror=zq9()>",
    '" autofocus onfocus=zq9() x="',
    "' onmouseover='zq9()' x='",
    "<svg/onload=zq9()>",
    "<svg><animate onbegin=zq9() attributeName=x>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=zq9()>",
    "<iframe srcdoc='<script>zq9()</script>'>",
    "<object data=javascript:zq9()>",
    "<embed src=//zq9.example>",
    "<base href=//zq9.example/>",
    "<meta http-equiv=refresh content='0;url=//zq9.example'>",
    "<link rel=stylesheet href=//zq9.example>",
    "<style>@import '//zq9.example'</style>",
    "<form action=//zq9.example><button>zq9</button></form>",
    "<button formaction=javascript:zq9()>zq9</button>",
    "<a href=javascript:zq9()>zq9</a>",
    "[zq9](javascript:zq9())",
    "javascript:zq9()",
    "data:text/html,<script>zq9()</script>",
    "<details open ontoggle=zq9()>",
    "<video poster=javascript:zq9()><source onerror=zq9()>",
    "<img srcset='//zq9.example/a 1x'>",
    "<!--><img src=x onerror=zq9()>-->",
    "<![CDATA[<img src=x onerror=zq9()>]]>",
    "{{zq9.__class__}}{% include 'zq9' %}${7*7}",
    "&lt;script&gt;zq9()&lt;/script&gt;",
    "\u2028<x zq9=1 onclick=zq9()>\u202e",
    "<template><script>zq9()</script></template>",
    "<input type=hidden name=csrf_token value=zq9>",
]
WORDS = frozenset({"value", "title", "aria-label", "alt", "placeholder", "content"})


@pytest.fixture
def app(config: Config, smtp_sink: SmtpSink) -> Iterator[Flask]:
    """Mail goes to a real server."""
    application = create_app(config.with_changes(smtp_url=smtp_sink.url))
    application.test_client_class = PageClient
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def alive(html: str) -> list[str]:
    """Every place where the mark stands as markup, not as words."""
    found = []
    for each in Page(html).elements:
        if MARK in each.tag:
            found.append(f"<{each.tag}>")
        for name, value in each.attributes.items():
            words = name in WORDS or name.startswith("data-")
            own = (
                name in ("href", "action") and value.startswith("/") and not value.startswith("//")
            )
            if name.startswith("on") or MARK in name or (MARK in value and not words and not own):
                found.append(f"<{each.tag} {name}={value!r}>")
            hidden = each.attributes.get("type") == "hidden"
            if hidden and value == MARK:
                found.append("a forged hidden field")
        if (
            each.tag in ("script", "style", "iframe", "object", "embed", "base")
            and MARK in each.text
        ):
            found.append(f"<{each.tag}> with {each.text!r}")
    return found


def picture() -> io.BytesIO:
    """A small real PNG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    out.seek(0)
    return out


def test_the_check_itself_finds_markup() -> None:
    assert all(alive(f"<p>{payload}</p>") for payload in PAYLOADS[:4])
    assert all(alive(f'<input value="{payload}">') for payload in PAYLOADS[4:5])
    assert not alive("<p>&lt;img src=x onerror=zq9()&gt;</p>")


@SQLITE
def test_nothing_typed_becomes_markup_on_any_page(world: World) -> None:
    found = []
    agent = {"User-Agent": f"Firefox <script>{MARK}()</script> Linux"}
    world.post("alice", "/account/settings", {"language": "en", "timezone": PAYLOADS[0]})
    for payload in PAYLOADS:
        world.post(
            "alice",
            "/orders/new/suggestion/files",
            {"file": (picture(), f"{payload}.png".replace('"', "%22"))},
        )
        typed = {"subject": payload, "body": payload}
        kept = [world.post("alice", "/orders/new/suggestion", typed, headers=agent)]
        kept.append(world.client("alice").get("/orders/new/suggestion/check"))
        reference = world.post("alice", "/orders/new/suggestion/sending").location.split("/")[2]
        desk = f"/desk/orders/{reference}"
        world.post("mei", f"{desk}/replies", {"body": payload, "audience": "note"})
        world.post("mei", f"{desk}/properties", {"tags": payload[:40], "version": "1-1"})
        with world.app.app_context():
            order = queries.order_named(reference)
            service.reply(
                world.actors["mei"],
                order,
                body=payload,
                version=order.version,
                then=Status.WAITING,
                language="en",
            )
            db.session.remove()
        pages = [("alice", f"/orders/{reference}"), ("mei", desk), ("ada", desk)]
        kept = [world.client(who).get(path) for who, path in pages] + kept
        kept.append(world.client("mei").get("/desk/search", query_string={"q": payload}))
        kept.append(
            world.client("mei").get("/desk", query_string={"tag": payload[:40], "q": payload})
        )
        kept.append(
            world.post(
                "mei",
                f"{desk}/replies",
                {"body": payload, "audience": "reply", "then": "open", "version": "1-1"},
            )
        )
        kept.append(world.post("nobody", "/orders/new/suggestion", typed | {"address": payload}))
        kept.append(world.post("nobody", "/login", {"account": payload, "password": ""}))
        late = world.app.test_client()
        answer = late.post("/orders/new/suggestion", data=typed)
        kept.append(late.get(f"/kept/{answer.text.split('/kept/')[1][:32]}"))
        assert all(MARK in Page(answer.text).text for answer in kept[:3]), payload
        for answer in kept:
            assert answer.status_code < 500, f"{payload}: {answer.request.path}"
            found += [f"{payload} {answer.request.path}: {words}" for words in alive(answer.text)]
    for who, path in (
        ("alice", "/orders"),
        ("alice", "/account/inbox"),
        ("alice", "/account/sessions"),
        ("alice", "/"),
        ("mei", "/desk"),
        ("mei", "/desk?view=waiting"),
        ("mei", "/desk/mine"),
        ("ada", "/admin/people"),
        ("ada", "/admin/deliveries"),
    ):
        found += [f"{path}: {words}" for words in alive(world.client(who).get(path).text)]
    assert not found, "\n  ".join(["", *found])


@SQLITE
def test_mails_hold_words_only_and_go_to_one_person(world: World, smtp_sink: SmtpSink) -> None:
    lines = "Hello\r\nBcc: evil@example.com\r\nX-Evil: 1\r\n\r\nbody"
    for text in (
        *PAYLOADS,
        lines,
        "%s %(reference)s {0}",
        "=?utf-8?q?=0d=0aBcc:_evil@example.com?=",
    ):
        world.post("alice", "/orders/new/suggestion", {"subject": text, "body": text})
        reference = world.post("alice", "/orders/new/suggestion/sending").location.split("/")[2]
        with world.app.app_context():
            order = queries.order_named(reference)
            service.reply(
                world.actors["mei"],
                order,
                body=text,
                version=order.version,
                then=Status.OPEN,
                language="en",
            )
            db.session.remove()
    with world.app.app_context():
        for _ in range(4):
            outbox.drain()
    assert len(smtp_sink.messages) > len(PAYLOADS)
    for delivery in smtp_sink.deliveries:
        assert len(delivery.recipients) == 1
        assert delivery.recipients[0].endswith(("@example.org", "@example.net"))
        mail = delivery.message
        assert mail["Bcc"] is None
        assert mail["X-Evil"] is None
        assert mail["Cc"] is None
        assert len(mail.get_all("To", [])) == len(mail.get_all("Subject", [])) == 1
        html = mail.get_body(("html",))
        assert isinstance(html, EmailMessage)
        content = html.get_content()
        assert alive(content) == []
        assert not [
            each
            for each in Page(content).elements
            if each.tag in ("script", "img", "form", "iframe", "svg", "base")
        ]
