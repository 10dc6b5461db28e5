"""The eight questions, and how their answers are kept: in `gongdan.toml`, whole or not at all."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from support.core.config import SETTINGS_FILE, UNREADABLE, Config, ConfigError
from support.core.words import N_

Answers = dict[str, Any]
"""Setting name -> text or list of texts; `admin_name` and `admin_email` are the only ones that are no settings."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to type. `several` takes a comma-separated list; `secret` URLs hide their password on the screen.

    `asked` says from the answers so far whether it is asked at all.
    """

    name: str
    words: str
    several: bool = False
    secret: bool = False
    asked: Callable[[Answers], bool] = lambda _answers: True


@dataclass(frozen=True, slots=True)
class Question:
    """One of the eight: its title, why it is asked, what is typed. The texts, the fields' too, are message ids."""

    code: str
    title: str
    why: str
    fields: tuple[Field, ...]


def _by_alibaba(answers: Answers) -> bool:
    return str(answers.get("sms_url", "")).startswith("aliyun:")


QUESTIONS = (
    Question(
        "address",
        N_("Address of the desk"),
        N_("Where people reach the desk. It stands in every mail and decides the cookies."),
        (Field("public_url", N_("Address, like https://support.example.com")),),
    ),
    Question(
        "hosts",
        N_("Other host names"),
        N_("Requests for any other name are refused. The name in the address is always allowed."),
        (Field("allowed_hosts", N_("Further host names, separated by commas"), several=True),),
    ),
    Question(
        "operator",
        N_("Operator and department"),
        N_("The law wants people to see who answers for their data."),
        (
            Field("operator_name", N_("Operator, in English")),
            Field("operator_name_zh", N_("Operator, in Chinese")),
            Field("operator_department", N_("Responsible department, in English")),
            Field("operator_department_zh", N_("Responsible department, in Chinese")),
        ),
    ),
    Question(
        "phone",
        N_("Telephone and hours"),
        N_("Shown at the foot of every page; the hours also run the clocks of work orders."),
        (
            Field("operator_phone", N_("Telephone, like +86 10 5550 0100")),
            Field("operator_hours", N_("Hours, like Mon-Fri 09:00-18:00")),
            Field("operator_timezone", N_("Time zone, like Asia/Shanghai")),
            Field("operator_complaints", N_("Complaints channel (address or number)")),
        ),
    ),
    Question(
        "filing",
        N_("Filing numbers"),
        N_("ICP and public-security filing numbers, where they are required."),
        (Field("filing_numbers", N_("Filing numbers, separated by commas"), several=True),),
    ),
    Question(
        "mail",
        N_("Mail"),
        N_(
            "Codes and notices leave by this server. Without it nobody can prove an e-mail address."
        ),
        (
            Field("smtp_url", N_("Server, like smtps://user@mail.example.com"), secret=True),
            Field("mail_from", N_("Sender address, like support@example.com")),
        ),
    ),
    Question(
        "sms",
        N_("SMS"),
        N_(
            "Alibaba Cloud, or a bridge to your provider. Without it mobile numbers can't be proved."
        ),
        (
            Field(
                "sms_url",
                N_(
                    "Door (docs/sms.md), like aliyun://KEY_ID@dysmsapi.aliyuncs.com "
                    "or https://gongdan@sms.example.com/send"
                ),
                secret=True,
            ),
            Field(
                "sms_sign",
                N_("Alibaba Cloud: approved sign for mainland numbers"),
                asked=_by_alibaba,
            ),
            Field(
                "sms_sign_abroad",
                N_("Alibaba Cloud: approved sign for all other numbers"),
                asked=_by_alibaba,
            ),
        ),
    ),
    Question(
        "admin",
        N_("First administrator"),
        N_("Gets a link that is good for 72 hours, sets a password and a second factor."),
        (
            Field("admin_name", N_("Name of the administrator")),
            Field("admin_email", N_("Their e-mail")),
        ),
    ),
)
SETTINGS = tuple(
    field.name for question in QUESTIONS for field in question.fields if question.code != "admin"
)
FIELDS = {field.name: field for question in QUESTIONS for field in question.fields}


def present_answers(config: Config) -> Answers:
    """Return what is set now, as defaults of a new run."""
    return {
        name: list(value) if isinstance(value := getattr(config, name), tuple) else value
        for name in SETTINGS
    }


def read_answers(path: Path) -> Answers:
    """Read a file of answers; raise `ConfigError` for a key that is no question or a value of another type."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(UNREADABLE, file=path.name, reason=error) from error
    if unknown := sorted(set(given) - set(FIELDS)):
        raise ConfigError(
            N_("%(file)s: no question is called %(names)s"),
            file=path.name,
            names=", ".join(unknown),
        )
    return {name: _of_type(name, value) for name, value in given.items()}


def _of_type(name: str, value: Any) -> Any:
    several = FIELDS[name].several
    right = (
        isinstance(value, list) and all(isinstance(item, str) for item in value)
        if several
        else isinstance(value, str)
    )
    if not right:
        words = N_("%(name)s must be a list of texts") if several else N_("%(name)s must be a text")
        raise ConfigError(words, name=name)
    return [item.strip() for item in value if item.strip()] if several else value.strip()


def config_with(config: Config, answers: Mapping[str, Any]) -> Config:
    """Return `config` with the answers in it; raise `ConfigError` as a start of the application would."""
    return config.with_changes(
        **{
            name: tuple(answers[name]) if FIELDS[name].several else answers[name]
            for name in SETTINGS
            if name in answers
        }
    )


def write_settings(directory: Path, answers: Mapping[str, Any]) -> Path:
    """Write the answers into the settings file: mode 0600, in one step; other settings in it are kept."""
    path = directory / SETTINGS_FILE
    kept = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    settings = kept | {name: answers[name] for name in SETTINGS if name in answers}
    lines = ["# Written by `flask setup`; run it again to change these. Keep this file private."]
    # What JSON writes for texts, lists of texts, numbers and booleans is also TOML.
    lines += [
        f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()
    ]
    content = "\n".join(lines).replace("\x7f", "\\u007f") + "\n"
    tomllib.loads(content)
    temporary = directory / f".{SETTINGS_FILE}.{os.getpid()}"
    temporary.unlink(missing_ok=True)
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def without_password(url: str) -> str:
    """Return the URL with its password as three asterisks, fit for a screen."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    return url.replace(f":{parts.password}@", ":***@", 1)


def with_password(url: str, password: str) -> str:
    """Return the URL with `password` in it, escaped; its user stays."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    user = quote(unquote(parts.username or ""), safe="")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))
