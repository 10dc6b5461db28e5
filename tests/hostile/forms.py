"""Every form as data: where it is posted, by whom, what is right in it, which of it is typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

LINE, BLOCK = "A short line", "Some words.\nAnd more."


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
    Form(
        "nobody",
        "/register",
        {"where": "other", "address": "new@example.org"},
        ("address",),
        ("where",),
    ),
    Form(
        "nobody",
        "/login",
        {"account": "alice@example.org", "password": "wrong wrong"},
        ("account", "password", "next"),
    ),
    Form("nobody", "/retrieve", {"address": "alice@example.org"}, ("address",)),
    Form(
        "nobody",
        "/follow",
        {"reference": "{guest}", "address": "guest@example.net"},
        ("reference", "address"),
    ),
    Form("nobody", "/check", {"code": "ABCD-EFGH"}, ("code",)),
    Form("nobody", "/cookies", {"choice": "forget"}, (), ("choice",)),
    Form("nobody", "/language", {"language": "zh", "next": "/"}, ("next",), ("language",)),
    Form("nobody", "/theme", {"theme": "dark", "next": "/"}, (), ("theme",)),
    Form(
        "nobody",
        "/orders/new/question",
        {"topic": "access", "subject": LINE, "body": BLOCK, "address": "new@example.org"},
        ("subject", "body", "address", "about"),
        ("topic",),
    ),
    Form(
        "alice",
        "/orders/new/complaint",
        {"subject": LINE, "body": BLOCK, "about": "{alice}"},
        ("subject", "body", "about"),
    ),
    Form(
        "alice",
        "/orders/new/suggestion",
        {"subject": LINE, "body": BLOCK},
        ("subject", "body", "remove_file"),
    ),
    Form("alice", "/orders/{alice}/messages", {"body": BLOCK}, ("body",)),
    Form("alice", "/orders/{alice}/draft", {"body": BLOCK}, ("body", "draft_version")),
    Form("guest", "/orders/{guest}/messages", {"body": BLOCK}, ("body",)),
    Form("alice", "/account/contacts", {"address": "second@example.org"}, ("address",)),
    Form(
        "alice",
        "/account/basic",
        {
            "version": "0",
            "enterprise": "yes",
            "organisation": LINE,
            "years": "12",
            "size": "10",
            "country": "CN",
            "industry": LINE,
            "business": LINE,
            "products": LINE,
            "website": "https://example.org",
            "region": LINE,
            "street": LINE,
            "phone": "010 5550",
            "fax": "010 5551",
        },
        (
            "organisation",
            "years",
            "industry",
            "business",
            "products",
            "website",
            "region",
            "street",
            "phone",
            "fax",
        ),
        ("enterprise", "size", "country", "version"),
    ),
    Form(
        "alice",
        "/account/contact-persons",
        {"name": "Carl", "position": "Clerk", "authorised": "y"},
        ("name", "position"),
    ),
    Form(
        "alice",
        "/account/settings",
        {"language": "en", "timezone": "Asia/Shanghai"},
        ("timezone",),
        ("language",),
    ),
    Form(
        "alice",
        "/account/password",
        {"password": "a fine password", "password_again": "a fine password"},
        ("password", "password_again"),
    ),
    Form(
        "alice", "/account/confirm", {"password": "x" * 9, "next": "/account"}, ("password", "next")
    ),
    Form("alice", "/account/confirm", {"factor_code": "123456"}, ("factor_code",)),
    Form("alice", "/account/confirm/code", {"contact": "x" * 32}, ("contact",)),
    Form("alice", "/account/notices", {"orders_mail": "y"}, (), ("orders_mail",)),
    Form(
        "mei",
        "/desk/orders/{alice}/replies",
        {"body": BLOCK, "audience": "note", "then": "open", "version": "1-1"},
        ("body",),
        ("audience", "then", "version", "uploads"),
    ),
    Form(
        "mei",
        "/desk/orders/{alice}/properties",
        {"version": "0-0", "tags": "one, two"},
        ("tags",),
        ("status", "assignee", "priority", "version"),
    ),
    Form(
        "mei",
        "/desk/orders/new?guest=yes",
        {
            "kind": "question",
            "address": "caller@example.org",
            "language": "zh",
            "priority": "normal",
            "subject": LINE,
            "body": BLOCK,
        },
        ("address", "subject", "body"),
        ("kind", "language", "priority"),
    ),
    Form("mei", "/desk/orders/new/caller", {"who": "Alice"}, ("who",)),
    Form("mei", "/desk/orders/new/code", {"code": "123456"}, ("code",)),
    Form(
        "mei",
        "/desk/bulk",
        {"act": "tag", "value": "urgent", "ids": "1:1"},
        ("value",),
        ("act", "ids", "next"),
    ),
    Form(
        "ada",
        "/admin/people/invite",
        {"name": "Nina New", "email": "nina@desk.example.org", "language": "en", "roles": "agent"},
        ("name", "email"),
        ("language", "roles"),
    ),
    Form("ada", "/admin/people/{mei}/roles", {"roles": "agent"}, (), ("roles",)),
    Form("ada", "/admin/people/{mei}/invitation", {"email": "mei@desk.example.org"}, ("email",)),
    Form(
        "ada",
        "/admin/announcements/new",
        {"title_en": LINE, "title_zh": "一行", "body_en": BLOCK, "body_zh": "几句话。"},
        ("title_en", "title_zh", "body_en", "body_zh"),
    ),
]
