"""What the tests of other accounts share: the services' process, and a person's way there and back."""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from flask import Flask
from werkzeug.test import TestResponse

from support.accounts import queries_identities
from support.core.config import OTHER_ACCOUNTS, Config
from support.core.db import db
from tests.accounts.people import browse, make_member
from tests.fixtures.other_service import CLIENT, SECRET
from tests.fixtures.pages import PageClient
from tests.fixtures.servers import free_port, tied, wait_until

T = TypeVar("T")


@dataclass(frozen=True)
class Services:
    """The running services and what they gave us."""

    root: str
    alipay_key: str

    def settings(self, *names: str) -> dict[str, Any]:
        """What the operator sets to use the services `names`."""
        found: dict[str, Any] = {}
        for name in names:
            secret = self.alipay_key if name == "alipay" else SECRET
            found |= {f"oauth_{name}_id": CLIENT, f"oauth_{name}_secret": secret}
            if name in OTHER_ACCOUNTS:
                paths = ("authorise", "token", "profile")
                urls = tuple(f"{self.root}/{name}/{path}" for path in paths)
                found[f"oauth_{name}_urls"] = urls if name in ("dingtalk", "weibo") else urls[:2]
            else:
                found |= {"oidc_issuer": f"{self.root}/oidc", "oidc_title": "Example account"}
        return found

    def set_up(self, config: Config) -> Config:
        """Return `config` with every service."""
        return config.with_changes(**self.settings("oidc", *OTHER_ACCOUNTS))


@contextmanager
def running_services() -> Iterator[Services]:
    """Run the services in a process of their own."""
    key, port = rsa.generate_private_key(public_exponent=65537, key_size=2048), free_port()
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    command = [sys.executable, "-m", "tests.fixtures.other_service", str(port)]
    root = f"http://127.0.0.1:{port}"
    with tied(command, signum="TERM", ALIPAY_PUBLIC=base64.b64encode(public).decode()):
        wait_until(lambda: _answers(root), seconds=30, what="the other services answer")
        yield Services(root, base64.b64encode(private).decode())


def _answers(root: str) -> bool:
    try:
        return requests.get(f"{root}/oidc/keys", timeout=2).ok
    except requests.ConnectionError:
        return False


def come_back(
    client: PageClient,
    service: str,
    who: str = "20880001",
    *,
    called: str = "爱丽丝",
    mode: str = "",
    start: str = "",
) -> str:
    """Go to the service from our page, be `who` there, and return the path with which it sends the browser back."""
    answer = client.get(start or f"/login/with/{service}")
    assert answer.status_code == 303, answer.status_code
    there = {"as": who, "called": called, "mode": mode}
    sent = requests.get(answer.location, params=there, allow_redirects=False, timeout=10)
    assert sent.status_code == 302, sent.text
    back = urlsplit(sent.headers["Location"])
    assert f"{back.scheme}://{back.netloc}" == "http://localhost"
    return f"{back.path}?{back.query}"


def enter(client: PageClient, service: str, who: str = "20880001", **how: str) -> TestResponse:
    """Sign in with an account of another service, as a person does."""
    return client.submit(come_back(client, service, who, **how), button="Sign in")


def bind(client: PageClient, service: str, who: str = "20880001", **how: str) -> TestResponse:
    """Bind an account of another service, as a signed-in person does."""
    start = f"/account/other-accounts/{service}/binding"
    path = come_back(client, service, who, start=start, **how)
    return client.submit(path, button="Bind the account")


def within(app: Flask, act: Callable[[], T]) -> T:
    """Do something as a command would, and let go of the database."""
    with app.app_context():
        try:
            return act()
        finally:
            db.session.remove()


def alice_with(app: Flask, service: str, who: str = "20880001") -> PageClient:
    """Return Alice's browser, with an account of `service` bound."""
    within(app, lambda: make_member("Alice"))
    client = browse(app, "Alice")
    assert bind(client, service, who).status_code == 303
    return client


def bound(app: Flask, person_id: int = 1) -> list[str]:
    """The services of which a person has bound an account."""
    return within(
        app, lambda: [one.method.value for one in queries_identities.identities_of(person_id)]
    )
