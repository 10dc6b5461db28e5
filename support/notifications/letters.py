"""The words of a message: templates filled in the reader's language and time zone.

Letters have an environment of their own: they are written outside any request, and a name that is missing is
an error here, not an empty place in somebody's mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from flask_babel import force_locale, get_domain, gettext
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from support.core.actors import Actor
from support.core.config import Config
from support.core.context import settings
from support.core.web_pages import hours_words, locale_of
from support.notifications.templates import misuse_path

TEMPLATES = Path(__file__).parents[2] / "templates"
SUBJECT_CHARACTERS = 120
SMS_CHARACTERS = 280


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one mail: one line of subject, the plain text, the HTML part."""

    subject: str
    text: str
    html: str


def write_letter(code: str, reader: Actor, facts: dict[str, Any]) -> Letter:
    """Return the mail `code` says with `facts` to `reader`."""
    with force_locale(locale_of(reader.language)):
        known = _known(reader) | facts
        text = _environment().get_template(_path(code, "txt"))
        context = text.new_context(known)
        subject = _one_line("".join(text.blocks["subject"](context)))
        heading, reference = subject, facts.get("reference")
        if reference:
            subject = f"[{reference}] {subject}"
        body = _tidy(text.render(known))
        inner = _tidy("".join(text.blocks["body"](context)))
        html = (
            _environment()
            .select_template([_path(code, "html"), "notifications/letters/_layout.html"])
            .render(known, subject=subject, heading=heading, paragraphs=_paragraphs(inner))
        )
        return Letter(subject[:SUBJECT_CHARACTERS], body, html)


def write_inbox(code: str, reader: Actor, facts: dict[str, Any]) -> tuple[str, list[list[str]]]:
    """Return the title and the paragraphs (lists of lines) of a message as the inbox shows it."""
    with force_locale(locale_of(reader.language)):
        text = _environment().get_template(_path(code, "txt"))
        context = text.new_context(_known(reader) | facts)
        subject = _one_line("".join(text.blocks["subject"](context)))
        return subject, _paragraphs(_tidy("".join(text.blocks["body"](context))))


def write_sms(code: str, reader: Actor, facts: dict[str, Any]) -> str:
    """Return the short text `code` says between the sign of the operator (【】 in Chinese) and its check code."""
    with force_locale(locale_of(reader.language)):
        known = _known(reader) | facts
        words = _one_line(_environment().get_template(_path(code, "sms")).render(known))
        sign = _operator(settings(), reader.language)["name"]
        signed = f"【{sign}】{words}" if reader.language == "zh" else f"[{sign}] {words}"
        check = gettext("Check code %(code)s", code=facts["check_code"])
        return f"{signed[:SMS_CHARACTERS]} {check}"


def operator_name(language: str) -> str:
    """Return the operator's name in `language`, as letters sign."""
    return str(_operator(settings(), language)["name"])


def _path(code: str, ending: str) -> str:
    room, name = code.split(".", 1)
    return f"{room}/letters/{name}.{ending}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    # newstyle gettext fills %(name)s fields, and escapes them in HTML
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _gettext(message: str) -> str:
    return str(get_domain().get_translations().ugettext(message))


def _ngettext(singular: str, plural: str, number: int) -> str:
    return str(get_domain().get_translations().ungettext(singular, plural, number))


def _known(reader: Actor) -> dict[str, Any]:
    config = settings()
    return {
        "reader": reader,
        "site": config.public_url,
        "operator": _operator(config, reader.language),
        "local_time": _local_time(reader),
        "lang": "zh-Hans" if reader.language == "zh" else "en",
        "reference": "",
        "link": "",
        "not_you": config.public_url + misuse_path(),
        "notices_url": "",
        "unsubscribe_url": "",
    }


def _operator(config: Config, language: str) -> dict[str, str]:
    chinese = language == "zh"
    return {
        "name": (chinese and config.operator_name_zh) or config.operator_name or config.public_host,
        "department": (chinese and config.operator_department_zh) or config.operator_department,
        "phone": config.operator_phone,
        "hours": hours_words(config.operator_hours, chinese=chinese),
    }


def _local_time(reader: Actor) -> Callable[[datetime], str]:
    """Return the function that writes a moment for this reader, with the name of the zone."""
    try:
        zone = ZoneInfo(reader.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(settings().operator_timezone)
    locale = locale_of(reader.language)

    def local_time(moment: datetime) -> str:
        return f"{format_datetime(moment, 'medium', tzinfo=zone, locale=locale)} ({zone.key})"

    return local_time


def _one_line(text: str) -> str:
    """Fold all white space, line ends of any alphabet among it, so that one line stays one line."""
    return " ".join(text.split())


def _tidy(text: str) -> str:
    """Drop spaces at the ends of lines and more than one empty line in a row."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _paragraphs(text: str) -> list[list[str]]:
    """Cut a tidy text into paragraphs of lines."""
    return [block.splitlines() for block in text.strip().split("\n\n") if block]
