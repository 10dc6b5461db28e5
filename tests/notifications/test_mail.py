"""The mail door: what it makes of each answer, and mails that nothing can be smuggled into."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask

from support.core import breaker, installation
from support.core.breaker import Breaker, DoorAway
from support.core.clock import utcnow
from support.core.config import Config, ConfigError
from support.core.context import settings
from support.core.db import db
from support.core.outbox import GiveUp, Retry
from support.core.outbox_rows import OutboxRow
from support.notifications import mail, service
from support.notifications.letters import Letter
from support.notifications.models import Channel, Delivery, DeliveryState
from tests.fixtures.mail import SmtpSink
from tests.fixtures.servers import free_port
from tests.notifications.conftest import drain, make_member

UID = "0123456789abcdef" * 2
LETTER = Letter("Hello", "Plain words\n", "<p>Rich words</p>\n")


def composed(to: str = "alice@example.com", letter: Letter = LETTER, **more: Any) -> mail.Mail:
    return mail.compose(UID, to, letter, language="en", at=utcnow(), **more)


def parsed(made: mail.Mail) -> EmailMessage:
    return message_from_bytes(made.content, EmailMessage, policy=policy.default)


def self_signed(folder: Path) -> Path:
    """Write a key and a certificate for localhost that no authority signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utcnow() - timedelta(days=1))
        .not_valid_after(utcnow() + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Script:
    """A server that answers as scripted to RCPT and DATA."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.rcpt: str | None = None
        self.on_data: Callable[[Any], Any] | None = None

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, EmailMessage, policy=policy.default)
        self.seen.append(str(message["Message-ID"]))
        if self.on_data is not None:
            return str(await self.on_data(server))
        return "250 OK"


@pytest.fixture
def script() -> Iterator[tuple[Script, str]]:
    """A scripted server and its URL."""
    handler = Script()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.usefixtures("context")
class TestComposing:
    """What stands in a mail."""

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "nobody",
            "a@b@example.com",
            "a\r\nBcc: evil@example.com@example.com",
            "a b@example.com",
            "evil@example.com, alice@example.com",
            "alice@exa\nmple.com",
            "<alice@example.com>",
        ],
    )
    def test_what_is_no_single_address_is_given_up(self, address: str) -> None:
        with pytest.raises(GiveUp):
            composed(address)

    def test_line_ends_in_a_subject_make_no_header(self) -> None:
        with pytest.raises(GiveUp):
            composed(letter=Letter("Hi\r\nBcc: evil@example.com", "x", "x"))

    def test_a_text_can_not_end_its_part(self) -> None:
        evil = f"--=_{'0' * 32}\r\nContent-Type: text/html\r\n\r\n<script>x</script>\r\n.\r\nQUIT"
        message = parsed(composed(letter=Letter("Hi", evil, "<p>ok</p>")))
        assert [part.get_content_type() for part in message.iter_parts()] == [
            "text/plain",
            "text/html",
        ]
        assert not message.defects

    @pytest.mark.parametrize("text", ["plain\n", "你好，世界\n", "x" * 2000 + "\n", ".\n..\n"])
    def test_every_text_arrives_as_it_was(self, text: str) -> None:
        body = parsed(composed(letter=Letter("你好" * 30, text, text))).get_body(("plain",))
        assert body is not None
        assert body.get_content() == text.replace("\n", "\r\n")

    def test_a_chinese_domain_goes_out_in_ascii(self) -> None:
        assert composed("alice@例子.example").recipient == "alice@xn--fsqu00a.example"

    def test_an_operators_name_with_signs_stays_one_sender(self, app: Flask) -> None:
        config = settings().with_changes(operator_name='Evil" <x@y>, "Desk, Ltd.')
        other = app.extensions["ground"].__class__(config, app.extensions["ground"].keys)
        kept, app.extensions["ground"] = app.extensions["ground"], other
        try:
            [sender] = parsed(composed())["From"].addresses
        finally:
            app.extensions["ground"] = kept
        assert sender.addr_spec == "support@localhost"
        assert sender.display_name == 'Evil" <x@y>, "Desk, Ltd.'

    def test_letters_of_one_order_answer_the_same_message_id(self) -> None:
        first, second = (
            parsed(
                mail.compose(
                    uid,
                    "a@example.com",
                    LETTER,
                    language="en",
                    at=utcnow(),
                    thread="WO-26-000123-K7",
                )
            )
            for uid in (UID, UID[::-1])
        )
        assert first["Message-ID"] != second["Message-ID"]
        for made in (first, second):
            assert made["References"] == made["In-Reply-To"] == "<wo-26-000123-k7@localhost>"
        assert composed().content.count(b"References") == 0


@pytest.mark.usefixtures("context")
class TestSmtp:
    """What the door makes of answers and of silence."""

    def test_one_connection_serves_many_mails(self, smtp_sink: SmtpSink) -> None:
        door = mail.SmtpDoor(smtp_sink.url, "localhost")
        door.send(composed())
        kept = door._smtp
        door.send(composed())
        assert door._smtp is kept
        door.close()
        assert len(smtp_sink.messages) == 2

    def test_a_connection_that_went_stale_is_opened_again(self, smtp_sink: SmtpSink) -> None:
        door = mail.SmtpDoor(smtp_sink.url, "localhost")
        door.send(composed())
        assert door._smtp is not None
        assert door._smtp.sock is not None
        door._smtp.sock.shutdown(2)
        door.send(composed())
        door.close()
        assert len(smtp_sink.messages) == 2

    @pytest.mark.parametrize(
        ("answer", "error"),
        [("450 later", Retry), ("550 nobody here", GiveUp), ("421 bye", DoorAway)],
    )
    def test_refused_recipients(
        self, script: tuple[Script, str], answer: str, error: type[Exception]
    ) -> None:
        handler, url = script
        handler.rcpt = answer
        door = mail.SmtpDoor(url, "localhost")
        with pytest.raises(error) as raised:
            door.send(composed())
        assert "nobody" not in str(raised.value)
        handler.rcpt = None
        door.send(composed())
        door.close()
        assert handler.seen == [f"<{UID}@localhost>"]

    def test_a_server_that_closes_before_its_answer_gets_the_same_message_id_again(
        self, script: tuple[Script, str]
    ) -> None:
        handler, url = script

        async def hang_up(server: Any) -> str:
            server.transport.close()
            return "250 OK"

        handler.on_data = hang_up
        door = mail.SmtpDoor(url, "localhost")
        with pytest.raises(Retry):
            door.send(composed())
        handler.on_data = None
        door.send(composed())
        door.close()
        assert handler.seen == [f"<{UID}@localhost>"] * 2

    def test_a_server_that_hangs_is_left_and_holds_no_database_connection(
        self, app: Flask, script: tuple[Script, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        handler, url = script
        monkeypatch.setattr(mail, "TIMEOUT", 0.5)
        held: list[int] = []

        async def hang(_server: Any) -> str:
            held.append(pool.checkedout())
            await asyncio.sleep(1.5)
            return "250 OK"

        handler.on_data = hang
        config = settings().with_changes(smtp_url=url)
        ground = app.extensions["ground"]
        app.extensions["ground"] = type(ground)(config, ground.keys, ground.hooks)
        pool: Any = db.engine.pool
        alice = make_member("Alice", "alice@example.com")
        ids = {"person": alice, "how": "changed"}
        service.tell(alice, "notifications.password_changed", about="system", key="1", ids=ids)
        drain()
        assert held == [0]
        statement = db.select(Delivery).where(Delivery.channel == Channel.MAIL)
        row = db.session.execute(statement).scalar_one()
        assert (row.state, row.attempts) == (DeliveryState.WAITING, 1)
        due = db.session.execute(db.select(OutboxRow.due_at)).scalar_one()
        assert timedelta(seconds=15) < due - utcnow() < timedelta(seconds=40)

    def test_nobody_listening_is_tried_later_and_then_left_alone(self) -> None:
        door = mail.SmtpDoor(f"smtp://127.0.0.1:{free_port()}", "localhost")
        for _time in range(breaker.FAILURES):
            with pytest.raises(DoorAway, match="ConnectionRefusedError"):
                door.send(composed())
        with pytest.raises(Retry, match="mail door rests"):
            door.send(composed())

    def test_encryption_that_the_server_lacks_is_not_done_without(
        self, script: tuple[Script, str]
    ) -> None:
        handler, url = script
        with pytest.raises(DoorAway):
            mail.SmtpDoor(f"{url}?starttls=required", "localhost").send(composed())
        assert handler.seen == []

    def test_a_password_is_never_sent_in_the_clear_to_a_server_that_wants_none(
        self, script: tuple[Script, str]
    ) -> None:
        handler, url = script
        with pytest.raises(DoorAway):
            mail.SmtpDoor(url.replace("//", "//user:secret@"), "localhost").greet()
        assert handler.seen == []

    def test_greeting_finds_the_server_or_says_why_not(self, script: tuple[Script, str]) -> None:
        mail.SmtpDoor(script[1], "localhost").greet()
        with pytest.raises(Retry):
            mail.SmtpDoor(f"smtp://127.0.0.1:{free_port()}", "localhost").greet()

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, tmp_path: Path) -> None:
        handler, tls = Script(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self_signed(tmp_path))
        controller = Controller(handler, hostname="127.0.0.1", port=free_port(), tls_context=tls)
        controller.start()
        try:
            url = f"smtp://127.0.0.1:{controller.port}?starttls=required"
            with pytest.raises(DoorAway, match="SSLCertVerificationError"):
                mail.SmtpDoor(url, "localhost").greet()
        finally:
            controller.stop()
        assert handler.seen == []


class TestChoice:
    """Which door there is."""

    @pytest.mark.parametrize(
        "url", ["http://mail.example.com", "smtp://", "smtp://mail.example.com?starttls=maybe"]
    )
    def test_a_wrong_url_is_named(self, url: str) -> None:
        with pytest.raises(ConfigError, match="smtp_url must be"):
            mail.checked_url(url)

    @pytest.mark.parametrize(
        ("url", "encrypted"),
        [
            ("smtp://mail.example.com", True),
            ("smtp://mail.example.com?starttls=off", False),
            ("smtp://127.0.0.1", False),
            ("smtp://127.0.0.1?starttls=required", True),
        ],
    )
    def test_mail_leaves_the_machine_encrypted_unless_the_url_says_off(
        self, url: str, encrypted: bool
    ) -> None:
        assert mail._starttls(mail.checked_url(url)) is encrypted

    @pytest.mark.usefixtures("context")
    def test_no_door_waits_and_a_demo_keeps_files(self, config: Config) -> None:
        with pytest.raises(Retry, match="no mail door"):
            mail.door()
        installation.mark(demo=True)
        mail.door().send(composed())
        [path] = list(config.outgoing_dir.iterdir())
        kept = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
        assert kept["Message-ID"] == f"<{UID}@localhost>"
        assert path.stat().st_mode & 0o077 == 0


class TestBreaker:
    """Five silences in a row rest a door; refusals do not."""

    def test_refusals_do_not_rest_the_door(self) -> None:
        guarded = Breaker("door")
        for _time in range(20):
            with pytest.raises(GiveUp), guarded.guard():
                raise GiveUp("550")
        with guarded.guard():
            pass

    def test_the_door_rests_a_minute(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: now)
        guarded = Breaker("door")
        for _time in range(breaker.FAILURES):
            with pytest.raises(DoorAway), guarded.guard():
                raise DoorAway("silent")
        with pytest.raises(Retry, match="rests"), guarded.guard():
            pytest.fail("the door was used while it rested")
        now += 61
        with guarded.guard():
            pass
