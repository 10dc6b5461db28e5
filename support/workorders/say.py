"""A `Sentence` becomes words: translated, its moments written in the reader's language and time zone."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from flask_babel import force_locale, get_locale, get_timezone, gettext, ngettext

from support.core.actors import Actor
from support.core.web_pages import hours_words, locale_of
from support.core.web_parts import page_language
from support.workorders.kind import Sentence
from support.workorders.targets import DAY, has_usual_days

_MOMENT = {"en": "EEE d MMM y, HH:mm", "zh": "y年M月d日EEE HH:mm"}
_DAY = {"en": "EEE d MMM y", "zh": "y年M月d日EEE"}


def say(sentence: Sentence, *, reader: Actor | None = None) -> str:
    """Return the sentence for whoever asks for the page, or for `reader` (letters, which no request made)."""
    if reader is None:
        return _filled(sentence, get_timezone())
    with force_locale(locale_of(reader.language)):
        return _filled(sentence, ZoneInfo(reader.timezone))


def moment_words(moment: datetime, zone: Any = None) -> str:
    """Return `moment` as a date and a minute, short enough for a sentence, in the reader's language."""
    return _spelled(moment, zone or get_timezone(), locale_of(page_language()))


@lru_cache(maxsize=4_096)
def _spelled(moment: datetime, zone: Any, locale: str) -> str:
    pattern = _MOMENT["zh" if locale.startswith("zh") else "en"]
    return str(format_datetime(moment, pattern, tzinfo=zone, locale=locale))


def _filled(sentence: Sentence, zone: Any) -> str:
    facts = {name: _fact(name, fact, zone) for name, fact in sentence.facts.items()}
    return str(gettext(sentence.words, **facts))


def _fact(name: str, fact: Any, zone: Any) -> Any:
    """Return a moment, a day, `hours` of opening or a number of `minutes` as people say it; else what it is."""
    if isinstance(fact, datetime):
        return moment_words(fact, zone)
    if isinstance(fact, date):
        locale = str(get_locale())
        return format_date(fact, _DAY["zh" if locale.startswith("zh") else "en"], locale=locale)
    if name == "hours":
        return opening_hours(fact)
    return _span(fact) if name == "minutes" else fact


def opening_hours(text: str) -> str:
    """Return opening hours such as "Mon-Fri 09:00-18:00" with the days in the reader's language."""
    return hours_words(text, chinese=str(get_locale()).startswith("zh"))


def _span(minutes: int) -> str:
    days, rest = divmod(minutes, DAY)
    if days and not rest and has_usual_days():
        return str(ngettext("%(num)s working day", "%(num)s working days", days))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return str(gettext("%(minutes)s min", minutes=rest))
    if not rest:
        return str(gettext("%(hours)s h", hours=hours))
    return str(gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=rest))
