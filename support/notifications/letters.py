"""The words of a message: templates filled in the reader's language and time zone.

Letters have an environment of their own: they are written outside any request, and a name that is missing is
an error here, not an empty place in somebody's mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from flask_babel import force_locale, get_domain, gettext
from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, select_autoescape

from support.core.actors import Actor
from support.core.config import Config
from support.core.context import settings
from support.core.web_pages import hours_words, locale_of
from support.notifications.templates import misuse_path

TEMPLATES = Path(__file__).parents[2] / "templates"
SUBJECT_CHARACTERS = 120
SMS_CHARACTERS = 280
_NEVER_SHORT = frozenset({"notifications.invite"})
"""Invitations leave by e-mail."""


@dataclass(frozen=True, slots=True)
class Short:
    """The words of one text message, and the same as a provider approves them: which message, with what in it.

    A `link` among the fields lacks the beginning that all our addresses share: that stands in the approved template.
    """

    text: str
    approved: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Letter:
    """The words of one mail: one line of subject, the plain text, the HTML part; what it says, without the frame."""

    subject: str
    text: str
    html: str
    heading: str = ""
    paragraphs: list[list[str]] = field(default_factory=list)


def write_letter(code: str, reader: Actor, facts: dict[str, Any]) -> Letter:
    """Return the mail `code` says with `facts` to `reader`."""
    with force_locale(locale_of(reader.language)):
        known = _known(reader) | facts
        text = environment().get_template(_path(code, "txt"))
        context = text.new_context(known)
        subject = _one_line("".join(text.blocks["subject"](context)))
        heading, reference = subject, facts.get("reference")
        if reference:
            subject = f"[{reference}] {subject}"
        body = _tidy(text.render(known))
        inner = _tidy("".join(text.blocks["body"](context)))
        paragraphs = _paragraphs(inner)
        html = (
            environment()
            .select_template([_path(code, "html"), "notifications/letters/_layout.html"])
            .render(known, subject=subject, heading=heading, paragraphs=paragraphs)
        )
        return Letter(subject[:SUBJECT_CHARACTERS], body, html, heading, paragraphs)


def write_inbox(code: str, reader: Actor, facts: dict[str, Any]) -> tuple[str, list[list[str]]]:
    """Return the title and the paragraphs (lists of lines) of a message as the inbox shows it."""
    with force_locale(locale_of(reader.language)):
        text = environment().get_template(_path(code, "txt"))
        context = text.new_context(_known(reader) | facts)
        subject = _one_line("".join(text.blocks["subject"](context)))
        return subject, _paragraphs(_tidy("".join(text.blocks["body"](context))))


def write_sms(code: str, reader: Actor, facts: dict[str, Any]) -> Short:
    """Return the short text `code` says between the sign of the operator (【】 in Chinese) and its check code."""
    said: list[dict[str, Any]] = []

    def say(message: str, **fields: Any) -> str:
        said.append(fields)
        return _gettext(message) % fields

    with force_locale(locale_of(reader.language)):
        known = _known(reader) | facts | {"_": say}
        words = _one_line(environment().get_template(_path(code, "sms")).render(known))
        sign = _operator(settings(), reader.language)["name"]
        signed = f"【{sign}】{words}" if reader.language == "zh" else f"[{sign}] {words}"
        check = _check(facts["check_code"])
    fields = said[-1]  # what is translated inside another message is said before it
    approved = _variant(code, fields.pop("variant", ""))
    filled = {name: str(value) for name, value in fields.items()}
    if "link" in filled:
        filled["link"] = filled["link"].removeprefix(f"{settings().public_url}/")
    if _has_check(set(filled)):
        filled["check"] = facts["check_code"]
    return Short(f"{signed[:SMS_CHARACTERS]} {check}", approved, filled)


def sms_messages() -> list[str]:
    """Return every text message that a provider must have approved, as `Short.approved` names them."""
    return sorted(name for name, _message, _fields in _sms_sources())


def sms_to_approve(language: str) -> dict[str, str]:
    """Return the text of each message with `${name}` where something is filled in, for the provider to approve."""
    site = settings().public_url
    with force_locale(locale_of(language)):
        found = {}
        for name, message, fields in sorted(_sms_sources(), key=itemgetter(0)):
            marks = {each: f"${{{each}}}" for each in fields}
            words = _gettext(message) % (marks | {"link": f"{site}/${{link}}"})
            found[name] = f"{words} {_check('${check}')}" if _has_check(fields) else words
        return found


def _sms_sources() -> Iterator[tuple[str, str, set[str]]]:
    """Yield name, message id and fields of every short text, as they stand in the templates."""
    known = environment()
    assert known.loader is not None
    for path in known.list_templates(filter_func=lambda name: name.endswith(".sms")):
        room, _letters, name = path.removesuffix(".sms").split("/")
        if f"{room}.{name}" in _NEVER_SHORT:
            continue
        tree = known.parse(known.loader.get_source(known, path)[0])
        calls = list(tree.find_all(nodes.Call))
        inner = {
            call for each in calls for part in each.kwargs for call in part.find_all(nodes.Call)
        }
        for call in (each for each in calls if each not in inner):
            given = {part.key: part.value for part in call.kwargs}
            variant = given.pop("variant", nodes.Const(""))
            yield (
                _variant(f"{room}.{name}", variant.as_const()),
                call.args[0].as_const(),
                set(given),
            )


def _variant(code: str, variant: str) -> str:
    return f"{code}_{variant}" if variant else code


def _has_check(fields: set[str]) -> bool:
    """A provider's template for codes takes the code and nothing beside it."""
    return fields != {"digits"}


def _check(code: str) -> str:
    return str(gettext("Check code %(code)s", code=code))


def operator_name(language: str) -> str:
    """Return the operator's name in `language`, as letters sign."""
    return str(_operator(settings(), language)["name"])


def _path(code: str, ending: str) -> str:
    room, name = code.split(".", 1)
    return f"{room}/letters/{name}.{ending}"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Return what fills templates outside of any request; a name that is missing is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    # newstyle gettext fills %(name)s fields, and escapes them in HTML
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made


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
        "local_time": local_time_for(reader),
        "short_time": local_time_for(reader, short=True),
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


def local_time_for(reader: Actor, *, short: bool = False) -> Callable[[datetime], str]:
    """Return the function that writes a moment for this reader, with the name of the zone; `short` fits a text."""
    try:
        zone = ZoneInfo(reader.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(settings().operator_timezone)
    locale = locale_of(reader.language)

    def local_time(moment: datetime) -> str:
        if short:
            return str(
                format_datetime(moment, "y-MM-dd HH:mm 'UTC'xxx", tzinfo=zone, locale=locale)
            )
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
