"""The letter about an account of another service that was bound or unbound: by mail and inbox, in both languages."""

from __future__ import annotations

import pytest

from support.accounts import queries_identities, service_identities
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.core.config import Config
from support.notifications.letters import write_inbox
from support.notifications.templates import facts_for, misuse_path, template
from tests.accounts.people import signed_in
from tests.fixtures.mail import SmtpSink
from tests.notifications.conftest import (
    PASSWORD,
    actor_of,
    drain,
    make_member,
    unread_count,
)

pytestmark = pytest.mark.usefixtures("context")
SITE = "http://support.example.com"


@pytest.fixture
def config(config: Config, smtp_sink: SmtpSink) -> Config:
    """Mail goes to a real server; the operator's account service has a name in both languages."""
    return config.with_changes(
        smtp_url=smtp_sink.url,
        public_url=SITE,
        oidc_issuer="https://account.example.com",
        oauth_oidc_id="us",
        oidc_title="Example account",
        oidc_title_zh="示例通行证",
    )


@pytest.mark.parametrize(
    ("language", "method", "words"),
    [
        ("en", Method.DINGTALK, ("An account of DingTalk was bound", "DingTalk was unbound")),
        ("zh", Method.DINGTALK, ("已绑定一个钉钉账号", "已解绑钉钉账号")),
        ("en", Method.OIDC, ("An account of Example account was bound", "account was unbound")),
        ("zh", Method.OIDC, ("已绑定一个示例通行证账号", "已解绑示例通行证账号")),
    ],
)
def test_the_owner_reads_which_service_and_what_to_do(
    smtp_sink: SmtpSink, language: str, method: Method, words: tuple[str, str]
) -> None:
    alice = make_member("Alice", "alice@example.com", language=language)
    actor = signed_in("Alice", password=PASSWORD)
    service_identities.bind_identity(actor, Identity(method, "2088", "canary-name"))
    drain()
    [one] = queries_identities.identities_of(actor.id or 0)
    service_identities.unbind_identity(actor, one.uid)
    drain()
    assert len(smtp_sink.messages) == 2
    for mail, said in zip(smtp_sink.messages, words, strict=True):
        for kind in ("plain", "html"):
            body = mail.get_body((kind,))
            assert body is not None
            text = body.get_content()
            assert said in text
            assert f"{SITE}{misuse_path()}" in text
            assert "canary-name" not in text
    assert unread_count(alice) == 2


def test_nobody_else_can_read_it() -> None:
    make_member("Alice", "alice@example.com")
    ids = {"person": 1, "provider": "weibo", "change": "bound"}
    kind = template("notifications.identity_changed")
    facts = facts_for(kind, ids, actor_of(1))
    assert facts is not None
    assert write_inbox(kind.code, actor_of(1), facts)
    charlie = make_member("Charlie", "charlie@example.com")
    assert facts_for(kind, ids, actor_of(charlie)) is None
