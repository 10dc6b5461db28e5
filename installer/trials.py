"""The live test of each answer. Each finding says what was tried, so that nobody takes it for more."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Literal

from support.accounts import queries as accounts
from support.accounts.addresses import checked_name, normalise_address
from support.core.actors import Role
from support.core.config import Config, ConfigError
from support.core.db import new_uid
from support.core.errors import DomainError
from support.core.office_hours import HoursError, OfficeHours
from support.core.outbox import GiveUp, Retry
from support.core.words import spoken as _
from support.notifications import approved, letters, mail, sms
from support.notifications.aliyun import AliyunDoor

_HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a test found, in the words of whoever started it.

    `note` is worth knowing; `failed`: the world did not answer; `wrong`: it can't be right.
    """

    kind: Literal["ok", "note", "failed", "wrong"]
    words: str


def try_answers(
    code: str, answers: Mapping[str, Any], config: Config, *, test_mail_to: str = ""
) -> list[Finding]:
    """Test the answers to the question `code`; `config` holds them as settings. `test_mail_to` gets a mail if given."""
    if code == "mail":
        return list(_mail(answers, config, test_mail_to))
    return list(_TRIALS[code](answers, config))


def _address(_answers: Mapping[str, Any], config: Config) -> Iterator[Finding]:
    host = config.public_host
    if wrong := list(_host_name(host)):
        yield from wrong
        return
    if config.secure:
        yield Finding("ok", _("https: cookies are bound to this host and travel encrypted."))
    elif host in _LOOPBACK:
        yield Finding(
            "note", _("http on this machine only: good for trying, not for serving people.")
        )
    else:
        yield Finding("wrong", _("Outside this machine the address must begin with https://."))
        return
    try:
        found = sorted({str(each[4][0]) for each in socket.getaddrinfo(host, None)})
    except OSError:
        yield Finding(
            "failed", _("%(host)s has no address in the name service, seen from here.", host=host)
        )
    else:
        yield Finding(
            "ok",
            _(
                "%(host)s resolves to %(addresses)s. Whether it leads here was not tried.",
                host=host,
                addresses=", ".join(found),
            ),
        )


def _hosts(answers: Mapping[str, Any], _config: Config) -> Iterator[Finding]:
    hosts = answers.get("allowed_hosts", [])
    for host in hosts:
        yield from _host_name(host)
    words = _("Further host names: %(count)s; only their form was tried.", count=len(hosts))
    yield Finding("ok", words)


def _host_name(host: str) -> Iterator[Finding]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        try:
            plain = host.lower().encode("idna").decode()
        except UnicodeError:
            plain = ""
        if not _HOST.fullmatch(plain):
            yield Finding(
                "wrong",
                _(
                    "%(host)s is no host name: no scheme, port, path or wildcard here.",
                    host=repr(host),
                ),
            )


def _operator(answers: Mapping[str, Any], _config: Config) -> Iterator[Finding]:
    names = ("operator_name", "operator_name_zh", "operator_department", "operator_department_zh")
    if missing := [name for name in names if not answers.get(name)]:
        yield Finding("wrong", _("Needed in both languages: %(names)s.", names=", ".join(missing)))
    else:
        yield Finding("ok", _("Operator and department are named in both languages."))


def _phone(answers: Mapping[str, Any], _config: Config) -> Iterator[Finding]:
    import phonenumbers  # only here: it is heavy, and every web process imports this module

    phone = answers.get("operator_phone", "")
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(phone, "CN"))
    except phonenumbers.NumberParseException:
        possible = False
    short = re.fullmatch(r"1[02]\d{3,6}|95\d{3,6}|[48]00[- ]?\d{3}[- ]?\d{4}", phone)
    if possible or short:
        yield Finding(
            "ok",
            _("%(phone)s has the form of a telephone number; nobody was called.", phone=phone),
        )
    else:
        yield Finding("wrong", _("%(phone)s is no telephone number.", phone=repr(phone)))
    try:
        OfficeHours.parse(answers.get("operator_hours", ""), answers.get("operator_timezone", ""))
    except HoursError as error:
        yield Finding("wrong", _(error.words, **error.facts))
    else:
        yield Finding("ok", _("The hours can be read and counted with."))
    if not answers.get("operator_complaints"):
        yield Finding("note", _("No complaints channel: the page offers the complaint form only."))


def _filing(answers: Mapping[str, Any], _config: Config) -> Iterator[Finding]:
    if numbers := answers.get("filing_numbers"):
        yield Finding(
            "ok",
            _("Numbers to be shown: %(count)s; no register was asked.", count=len(numbers)),
        )
    else:
        yield Finding("note", _("None. A site hosted in mainland China must show its ICP number."))


def _mail(answers: Mapping[str, Any], config: Config, test_mail_to: str) -> Iterator[Finding]:
    url = answers.get("smtp_url", "")
    if not url:
        yield Finding("failed", _("No mail server: codes and notices can't leave."))
        return
    try:
        parts = mail.checked_url(url)
        sender = normalise_address("email", answers.get("mail_from", ""), field="mail_from")[1]
    except (ConfigError, DomainError, ValueError) as error:
        no_address = isinstance(error, DomainError)
        words = _("mail_from must be an e-mail address.") if no_address else str(error)
        yield Finding("wrong", words)
        return
    door = mail.SmtpDoor(url, config.public_host)
    try:
        door.greet()
        if test_mail_to:
            door.send(_test_mail(sender, test_mail_to))
    except (Retry, GiveUp) as error:
        yield Finding(
            "failed",
            _("%(host)s did not take us: %(reason)s.", host=parts.hostname, reason=error),
        )
        return
    finally:
        door.close()
    words = (
        _("%(host)s answered and signed us in.", host=parts.hostname)
        if parts.username
        else _("%(host)s answered and let us in without signing in.", host=parts.hostname)
    )
    yield Finding("ok", words)
    if test_mail_to:
        yield Finding(
            "ok",
            _("It took a test mail to %(address)s. Look whether it arrives.", address=test_mail_to),
        )
    else:
        yield Finding("note", _("No test mail was sent; whether mails arrive was not tried."))


def _test_mail(sender: str, to: str) -> mail.Mail:
    uid = new_uid()
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, to
    message["Subject"] = "Test of the support desk · 服务台测试邮件"
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = f"<{uid}@{sender.rpartition('@')[2]}>"
    message.set_content("The mail door works.\n邮件通道工作正常。\n")
    return mail.Mail(uid, sender, to, message.as_bytes())


def _sms(_answers: Mapping[str, Any], config: Config) -> Iterator[Finding]:
    try:
        door = sms.door(config)
    except ConfigError as error:
        yield Finding("wrong", str(error))
        return
    if door is None:
        yield Finding("note", _("No SMS: mobile numbers can't be proved, e-mail addresses can."))
        return
    try:
        door.ping()
    except (Retry, GiveUp) as error:
        words = _("The SMS door did not accept a signed call: %(reason)s.", reason=error)
        yield Finding("failed", words)
    else:
        yield Finding("ok", _("The SMS door accepted a signed call. No SMS was sent."))
    if isinstance(door, AliyunDoor):
        yield from _signs(config)


def _signs(config: Config) -> Iterator[Finding]:
    if not list(approved.areas(config)):
        yield Finding("wrong", _("Alibaba Cloud sends nothing without an approved sign."))
    elif not config.sms_sign_abroad:
        words = _("Mainland numbers only: people with other numbers are offered e-mail.")
        yield Finding("note", words)
    if lacking := approved.missing(config, letters.sms_messages()):
        count = sum(len(each.messages) for each in lacking)
        words = _("Approved templates missing: %(count)s (flask sms templates).", count=count)
        yield Finding("note", words)


def _admin(answers: Mapping[str, Any], _config: Config) -> Iterator[Finding]:
    if has_admin():
        yield Finding("ok", _("There is an administrator already; none is added."))
        return
    try:
        checked_name(answers.get("admin_name", ""))
        normalise_address("email", answers.get("admin_email", ""), field="admin_email")
    except DomainError as error:
        yield Finding("wrong", _(error.words, **error.facts))
    else:
        yield Finding("ok", _("Name and address can be used; the link proves the address."))


def has_admin() -> bool:
    """True when an administrator has joined; one who only was invited does not count."""
    return any(each.has_password for each in accounts.staff(Role.ADMIN))


_TRIALS: dict[str, Callable[[Mapping[str, Any], Config], Iterator[Finding]]] = {
    "address": _address,
    "hosts": _hosts,
    "operator": _operator,
    "phone": _phone,
    "filing": _filing,
    "sms": _sms,
    "admin": _admin,
}
