"""The mail door: real SMTP by URL, or files on a demo. One message has one Message-ID, however often it is sent."""

from __future__ import annotations

import base64
import smtplib
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from support.core.breaker import Breaker, DoorAway
from support.core.config import Config, ConfigError
from support.core.context import settings
from support.core.installation import is_demo
from support.core.outbox import GiveUp, Retry
from support.core.partners import OutsideDoor
from support.core.words import N_
from support.notifications import outgoing
from support.notifications.letters import Letter, operator_name

DOOR = OutsideDoor(
    "mail",
    N_("The mail service"),
    role="processor",
    data=("contact", "name", "words"),
    aim="messages",
    basis="partner",
    is_set=lambda config: bool(config.smtp_url),
)
TIMEOUT = 10.0
STALE_AFTER = 15.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it goes over the wire."""

    uid: str
    sender: str
    recipient: str
    content: bytes


def compose(
    uid: str,
    to: str,
    letter: Letter,
    *,
    language: str,
    at: datetime,
    thread: str = "",
    unsubscribe_url: str = "",
) -> Mail:
    """Build the mail; raises `GiveUp` for a bad address. The header parser refuses line ends, so none is injected.

    Letters with the same `thread` (an order's reference) answer one Message-ID made from it, so that a reader's
    programme puts them together. It is derived, not looked up: the first letter may be forgotten, or never sent.
    """
    config = settings()
    sender, recipient = _sender(config), _recipient(to)
    message = EmailMessage(policy=_POLICY)
    try:
        message["From"] = _header("From", str(Address(operator_name(language), addr_spec=sender)))
        message["To"] = Address(addr_spec=recipient)
        message["Subject"] = letter.subject
        message["Date"] = at
        host = sender.rpartition("@")[2]
        message["Message-ID"] = f"<{uid}@{host}>"
        if thread:
            message["In-Reply-To"] = message["References"] = f"<{thread.lower()}@{host}>"
        message["Auto-Submitted"] = _header("Auto-Submitted", "auto-generated")
        message["X-Auto-Response-Suppress"] = _header("X-Auto-Response-Suppress", "All")
        if unsubscribe_url:
            message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["MIME-Version"] = _header("MIME-Version", "1.0")
        # the uid can't be known to whoever wrote a text that we quote, so no text can end its part
        message["Content-Type"] = f'multipart/alternative; boundary="=_{uid}"'
        message.set_payload([_part(letter.text, "plain"), _part(letter.html, "html")])
        return Mail(uid, sender, recipient, message.as_bytes())
    except (ValueError, MessageError) as error:
        raise GiveUp("bad message") from error


class _Policy(EmailPolicy):
    """The SMTP policy; it folds the headers that all mails share once, and the others each time."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return the header as it goes over the wire."""
        if name in _SHARED:
            return _folded(name, str(value))
        return super().fold_binary(name, value)


_SHARED = frozenset(
    {
        "From",
        "MIME-Version",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Content-Transfer-Encoding",
    }
)
_POLICY = _Policy(linesep="\r\n")


@lru_cache(maxsize=64)
def _folded(name: str, value: str) -> bytes:
    return SMTP.fold_binary(name, SMTP.header_factory(name, value))


@lru_cache(maxsize=64)
def _header(name: str, value: str) -> Any:
    """Return a parsed header that many mails share: parsing and `set_content` were two thirds of composing."""
    return _POLICY.header_factory(name, value)


def _part(text: str, kind: str) -> EmailMessage:
    """Return a body part: plain where every server takes it, else base64, which none alters on the way."""
    text = "\r\n".join(text.splitlines()) + "\r\n"
    short = text.isascii() and max(map(len, text.splitlines()), default=0) < 900
    part = EmailMessage(policy=_POLICY)
    part["Content-Type"] = _header("Content-Type", f'text/{kind}; charset="utf-8"')
    part["Content-Transfer-Encoding"] = _header(
        "Content-Transfer-Encoding", "7bit" if short else "base64"
    )
    part.set_payload(text if short else base64.encodebytes(text.encode()).decode("ascii"))
    return part


def _sender(config: Config) -> str:
    return parseaddr(config.mail_from)[1] or f"support@{config.public_host}"


def _recipient(address: str) -> str:
    """Return the address with an ASCII domain; raise `GiveUp` when it is none, or holds signs that end a line."""
    name, _at, domain = address.rpartition("@")
    try:
        plain = f"{name}@{domain.encode('idna').decode()}"
        Address(addr_spec=plain)
    except (ValueError, IndexError, MessageError) as error:
        raise GiveUp("bad address") from error
    return plain


class Door(Protocol):
    """What both doors do: `send` returns when the mail is taken over, or raises `Retry` or `GiveUp`."""

    def send(self, mail: Mail) -> None:
        """Hand the mail over."""

    def close(self) -> None:
        """Give back what is open."""


class FileDoor:
    """The demo's door: a file for each mail."""

    def send(self, mail: Mail) -> None:
        """Keep the mail for `/mailbox`."""
        outgoing.keep(mail.uid, "eml", mail.content)

    def close(self) -> None:
        """Nothing is open."""


class SmtpDoor:
    """SMTP with one connection kept between messages, re-opened when it went stale."""

    def __init__(self, url: str, local_name: str) -> None:
        self._url = checked_url(url)
        self._local_name = local_name
        self._breaker = Breaker("mail door")
        self._smtp: smtplib.SMTP | None = None
        self._used = 0.0

    def send(self, mail: Mail) -> None:
        """Hand the mail over: 4xx and silence raise `Retry`, 5xx raises `GiveUp`.

        When the server falls silent after the text was sent, it may have taken it: the next try has the same
        Message-ID, so that the reader's side can tell.
        """
        with self._breaker.guard(), self._troubles():
            if self._smtp is not None and time.monotonic() - self._used > STALE_AFTER:
                self.close()
            fresh = self._smtp is None
            try:
                smtp = self._open()
                self._begin(smtp, mail)
            except (smtplib.SMTPServerDisconnected, OSError):
                self.close()
                if fresh:
                    raise
                smtp = self._open()  # the kept connection had gone; nothing was sent over it
                self._begin(smtp, mail)
            self._answered(*smtp.data(mail.content))
            self._used = time.monotonic()

    def greet(self) -> None:
        """Connect, encrypt, sign in and say NOOP, for `flask setup`; raises as `send` does."""
        with self._troubles():
            self._answered(*self._open().noop())
        self.close()

    def close(self) -> None:
        """Close the connection, politely if the server still listens."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (smtplib.SMTPException, OSError):
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        url = self._url
        host, tls = url.hostname or "", ssl.create_default_context()
        if url.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                host, url.port or 465, self._local_name, timeout=TIMEOUT, context=tls
            )
        else:
            smtp = smtplib.SMTP(host, url.port or 25, self._local_name, timeout=TIMEOUT)
        try:
            if url.scheme == "smtp" and _starttls(url):
                smtp.starttls(context=tls)
            smtp.ehlo_or_helo_if_needed()
            if url.username:
                smtp.login(unquote(url.username), unquote(url.password or ""))
        except BaseException:
            smtp.close()
            raise
        self._smtp = smtp
        return smtp

    def _begin(self, smtp: smtplib.SMTP, mail: Mail) -> None:
        options = []
        if not mail.recipient.isascii():
            if not smtp.has_extn("smtputf8"):
                raise GiveUp("address needs SMTPUTF8")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
            smtp.command_encoding = "utf-8"
        self._answered(*smtp.mail(mail.sender, options))
        self._answered(*smtp.rcpt(mail.recipient))

    def _answered(self, code: int, _words: bytes) -> None:
        """Read a reply: only its number is kept, since its words may quote the address."""
        if code < 400:
            return
        if code == 421:
            raise smtplib.SMTPServerDisconnected("421")
        raise GiveUp(f"smtp {code}") if code >= 500 else Retry(f"smtp {code}")

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        """Name what can go wrong on the wire; the connection is not used again afterwards."""
        try:
            yield
        except (Retry, GiveUp):
            self.close()
            raise
        except smtplib.SMTPDataError as refusal:  # the answer to the word DATA itself
            self.close()
            self._answered(refusal.smtp_code, b"")
            raise DoorAway("smtp protocol") from refusal
        except smtplib.SMTPException as trouble:
            self.close()
            raise DoorAway(
                f"smtp {type(trouble).__name__.removeprefix('SMTP').lower()}"
            ) from trouble
        except OSError as trouble:
            self.close()
            raise DoorAway(f"smtp {type(trouble).__name__}") from trouble


def checked_url(url: str) -> SplitResult:
    """Return the parts of an SMTP URL; raise `ConfigError` saying what it should be."""
    parts = urlsplit(url)
    mode = parse_qs(parts.query).get("starttls", [""])[0]
    if (
        parts.scheme not in ("smtp", "smtps")
        or not parts.hostname
        or mode not in ("", "required", "off")
    ):
        raise ConfigError(
            N_(
                "smtp_url must be like smtp://user:password@mail.example.com:587?starttls=required "
                "or smtps://user:password@mail.example.com"
            )
        )
    return parts


def _starttls(url: SplitResult) -> bool:
    """TLS is required unless the URL says `off`, or the server is on this machine and the URL says nothing."""
    mode = parse_qs(url.query).get("starttls", [""])[0]
    return mode == "required" or (mode == "" and url.hostname not in _LOOPBACK)


_doors = threading.local()


def door() -> Door:
    """Return this thread's mail door as the configuration says; raise `Retry` when there is none."""
    config = settings()
    if not config.smtp_url:
        if is_demo():
            return FileDoor()
        raise Retry("no mail door")
    kept: dict[str, SmtpDoor] = _doors.__dict__.setdefault("kept", {})
    if config.smtp_url not in kept:
        kept[config.smtp_url] = SmtpDoor(config.smtp_url, config.public_host)
    return kept[config.smtp_url]


def close_doors() -> None:
    """Close the connections of this thread (after each drain)."""
    for open_door in _doors.__dict__.get("kept", {}).values():
        open_door.close()
