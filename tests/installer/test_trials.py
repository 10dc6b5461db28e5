"""Each answer is tried for real, and a finding claims no more than was tried."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword
from flask import Flask

from installer.answers import QUESTIONS
from installer.dialogue import findings_of
from support.core.config import Config
from tests.fixtures.mail import SmtpSink
from tests.fixtures.servers import free_port
from tests.installer.conftest import Bridge

QUESTION = {question.code: question for question in QUESTIONS}


def kinds(code: str, answers: dict[str, Any], **more: Any) -> set[str]:
    """The kinds of findings about one question."""
    findings = findings_of(QUESTION[code], answers, Config(Path("/nowhere")), **more)
    assert findings
    return {finding.kind for finding in findings}


@pytest.fixture
def closed_port() -> int:
    """A port on which nobody listens."""
    return free_port()


def test_good_answers_pass_every_test(fresh: Flask, answers: dict[str, Any]) -> None:
    with fresh.app_context():
        for code in QUESTION:
            assert kinds(code, answers) <= {"ok", "note"}, code


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://localhost", "ok"),
        ("http://localhost:8000", "note"),
        ("http://support.example.com", "wrong"),
        ("https://support.example.com/desk", "wrong"),
        ("support.example.com", "wrong"),
        ("https://bad_host", "wrong"),
        ("https://", "wrong"),
    ],
)
def test_an_address_is_https_or_of_this_machine(url: str, kind: str) -> None:
    found = kinds("address", {"public_url": url})
    assert kind in found
    assert ("wrong" in found) == (kind == "wrong")


@pytest.mark.parametrize(
    "host", ["https://a.example", "a.example:8000", "*.example.com", "a b", "", "-a.example"]
)
def test_a_host_is_a_bare_name(host: str) -> None:
    assert "wrong" in kinds("hosts", {"allowed_hosts": [host]})
    assert kinds("hosts", {"allowed_hosts": ["a.example", "127.0.0.1", "例子.中国"]}) == {"ok"}


@pytest.mark.parametrize("missing", ["operator_name", "operator_name_zh", "operator_department_zh"])
def test_the_operator_is_named_in_both_languages(answers: dict[str, Any], missing: str) -> None:
    assert kinds("operator", answers | {missing: ""}) == {"wrong"}


@pytest.mark.parametrize(
    "change",
    [
        {"operator_phone": "call us"},
        {"operator_hours": "always"},
        {"operator_hours": "Mon-Fri 18:00-09:00"},
        {"operator_timezone": "Asia/Nowhere"},
    ],
)
def test_phone_hours_and_zone_must_make_sense(
    answers: dict[str, Any], change: dict[str, str]
) -> None:
    assert "wrong" in kinds("phone", answers | change)


@pytest.mark.parametrize(
    "phone", ["95187", "400-800-1688", "12345", "010 5550 0100", "+44 20 7946 0958"]
)
def test_service_numbers_are_telephone_numbers(answers: dict[str, Any], phone: str) -> None:
    assert "wrong" not in kinds("phone", answers | {"operator_phone": phone})


def test_a_test_mail_really_arrives(answers: dict[str, Any], smtp_sink: SmtpSink) -> None:
    assert kinds("mail", answers, test_mail_to="alice@example.com") == {"ok"}
    (delivery,) = smtp_sink.deliveries
    assert (delivery.sender, delivery.recipients) == ("support@example.com", ["alice@example.com"])
    assert "邮件通道" in delivery.message.get_content()


def test_without_a_test_mail_none_is_sent_and_that_is_said(
    answers: dict[str, Any], smtp_sink: SmtpSink
) -> None:
    assert kinds("mail", answers) == {"ok", "note"}
    assert smtp_sink.deliveries == []


def test_a_refused_test_mail_is_a_failure(answers: dict[str, Any], smtp_sink: SmtpSink) -> None:
    smtp_sink.replies.append("550 no")
    assert kinds("mail", answers, test_mail_to="alice@example.com") == {"failed"}


def test_a_mail_server_that_is_away_or_none_is_a_failure(
    answers: dict[str, Any], closed_port: int
) -> None:
    assert kinds("mail", answers | {"smtp_url": f"smtp://127.0.0.1:{closed_port}"}) == {"failed"}
    assert kinds("mail", answers | {"smtp_url": ""}) == {"failed"}


@pytest.mark.parametrize("change", [{"smtp_url": "mail.example.com"}, {"mail_from": "nobody"}])
def test_a_malformed_mail_address_is_wrong(answers: dict[str, Any], change: dict[str, str]) -> None:
    assert kinds("mail", answers | change) == {"wrong"}


@pytest.fixture
def guarded_smtp() -> Iterator[str]:
    """The host and port of a server that lets in `desk` with the password `right` only."""

    def authenticate(
        _server: Server, _session: Any, _envelope: Envelope, _how: str, data: Any
    ) -> AuthResult:
        right = isinstance(data, LoginPassword) and (data.login, data.password) == (
            b"desk",
            b"right",
        )
        return AuthResult(success=right)

    controller = Controller(
        object(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=authenticate,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


def test_a_wrong_mail_password_is_found(answers: dict[str, Any], guarded_smtp: str) -> None:
    assert "ok" in kinds("mail", answers | {"smtp_url": f"smtp://desk:right@{guarded_smtp}"})
    assert kinds("mail", answers | {"smtp_url": f"smtp://desk:wrong@{guarded_smtp}"}) == {"failed"}


def test_the_bridge_is_pinged_and_no_text_is_sent(answers: dict[str, Any], bridge: Bridge) -> None:
    assert kinds("sms", answers) == {"ok"}
    (body,) = bridge.bodies
    assert (body["template"], body["to"], body["text"]) == ("ping", "", "")


def test_a_bridge_that_refuses_or_knows_another_secret_is_a_failure(
    answers: dict[str, Any], bridge: Bridge
) -> None:
    bridge.status = 500
    assert kinds("sms", answers) == {"failed"}
    other = bridge.url.replace("bridge@", "other%20bridge@")
    assert kinds("sms", answers | {"sms_url": other}) == {"failed"}
    assert kinds("sms", answers | {"sms_url": "http://bridge.example.com"}) == {"wrong"}
    assert kinds("sms", answers | {"sms_url": ""}) == {"note"}


@pytest.mark.parametrize("change", [{"admin_email": "alice"}, {"admin_name": ""}])
def test_the_administrator_needs_name_and_address(
    fresh: Flask, answers: dict[str, Any], change: dict[str, str]
) -> None:
    with fresh.app_context():
        assert kinds("admin", answers | change) == {"wrong"}
