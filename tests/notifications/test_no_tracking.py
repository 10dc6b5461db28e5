"""No letter says whether it was opened; news alone can be left, by one click without sign-in (PP-6.4, RFC 8058)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from support.core.context import hooks, settings
from support.core.db import db
from support.notifications import queries, service
from support.notifications.models import Channel, Delivery, Purpose
from support.notifications.templates import Template
from tests.fixtures.filled import Filled
from tests.fixtures.pages import PageClient
from tests.notifications.conftest import NEWS, actor_of, make_member
from tests.notifications.test_links import SITE, send_everything

_FETCHED = frozenset(
    {"src", "srcset", "background", "poster", "data", "action", "ping", "xlink:href"}
)
_ALLOWED_TAGS = frozenset(
    {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "div",
        "p",
        "strong",
        "br",
        "h1",
        "a",
        "span",
        "blockquote",
    }
)


class Tags(HTMLParser):
    """What a letter's HTML is made of: its tags, what a reader's programme would fetch, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags, self.fetched, self.links = set[str](), list[str](), list[str]()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name in _FETCHED or "url(" in (value or ""):
                self.fetched.append(f"{tag} {name}={value}")
            elif name == "href":
                self.links.append(value or "")


def mails(folder: Path) -> Iterator[tuple[str, EmailMessage]]:
    """Yield the purpose of every mail that left, with the mail."""
    rows = db.session.execute(select(Delivery.uid, Delivery.purpose)).all()
    purposes = {row.uid: row.purpose for row in rows}
    for path in sorted(folder.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        uid = str(mail["Message-ID"]).strip("<>").partition("@")[0]
        yield purposes[uid], mail


def test_no_letter_reports_back_and_only_news_has_a_way_to_leave(app: Flask) -> None:
    filled = Filled(app)
    send_everything(app, filled)
    seen: dict[str, int] = {}
    with app.app_context():
        declared = {each.purpose for each in hooks(Template) if Channel.MAIL in each.channels}
        for purpose, mail in mails(settings().outgoing_dir):
            seen[purpose] = seen.get(purpose, 0) + 1
            subject = str(mail["Subject"])
            news = purpose == Purpose.NEWS
            assert ("List-Unsubscribe" in mail) is news, subject
            assert ("List-Unsubscribe-Post" in mail) is news, subject
            for name in (
                "Disposition-Notification-To",
                "Return-Receipt-To",
                "X-Confirm-Reading-To",
            ):
                assert name not in mail, subject
            text, html = mail.get_body(("plain",)), mail.get_body(("html",))
            assert text is not None
            assert html is not None
            found = Tags(html.get_content())
            assert found.fetched == [], subject
            assert found.tags <= _ALLOWED_TAGS, subject
            written = text.get_content()
            for link in found.links:
                assert link.startswith(f"{SITE}/"), "an address of ours, through nobody's counter"
                assert link in written or link.endswith("/account/notices"), subject
                assert not re.search(r"[?&](utm_|track|click|open|mid)", link), subject
            assert ("/unsubscribe/" in written) is news, subject
    assert {Purpose(each) for each in seen} == declared | {Purpose.SECURITY}


def test_one_post_without_cookie_token_or_sign_in_leaves_the_news(
    app: Flask, client: PageClient
) -> None:
    with app.app_context():
        alice = make_member("Alice", "alice@example.com")
        service.set_preferences(actor_of(alice), {(NEWS.purpose, Channel.MAIL): True})
        path = f"/unsubscribe/{service.unsubscribe_token(alice)}"
    one_click = {"List-Unsubscribe": "One-Click"}
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        stranger = app.test_client(use_cookies=False)
        answer = stranger.post(path, data=one_click, content_type=content_type)
        assert answer.status_code == 200, "no redirect: mail programmes do not follow one"
        assert "You get no more news" in answer.get_data(as_text=True)
        assert "Set-Cookie" not in answer.headers
    with app.app_context():
        assert queries.choices_of(alice)[Purpose.NEWS, Channel.MAIL] is False
