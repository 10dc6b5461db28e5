"""Moments as people read them: in their language and zone, near ones as a distance, a thread's by the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from flask_babel import format_datetime, format_timedelta, get_locale, get_timezone
from markupsafe import Markup

from support.core.clock import utcnow
from support.core.web_parts import html_lang, page_language
from support.core.web_parts import words as gettext


def local_time(moment: datetime, style: str = "") -> str:
    """Return `moment` to the minute, in the reader's zone and language; `style` as Babel's, when another is meant."""
    return _spelled(
        moment, style or _MINUTE[html_lang(page_language())], str(get_locale()), str(get_timezone())
    )


@lru_cache(maxsize=4_096)
def _spelled(moment: datetime, style: str, _locale: str, _zone: str) -> str:
    """Spell a moment in the page's locale and zone; kept, since a thread shows the same moments to everybody."""
    return str(format_datetime(moment, style))


_MINUTE = {"en": "EEE d MMM y, HH:mm", "zh-Hans": "y年M月d日EEE HH:mm"}


def relative_time(moment: datetime, now: datetime | None = None) -> str:
    """Return "5 minutes ago" or "in 3 hours"; after seven days the date."""
    delta = moment - (now or utcnow())
    if abs(delta) > timedelta(days=7):
        return local_time(moment, "d MMM y" if page_language() != "zh" else "y年M月d日")
    seconds = int(delta.total_seconds())
    if abs(seconds) < 60:
        return gettext("just now") if seconds <= 0 else gettext("in a moment")
    if abs(seconds) >= 3600:
        seconds -= seconds % 60
    return _ago(seconds, str(get_locale()))


@lru_cache(maxsize=4_096)
def _ago(seconds: int, _locale: str) -> str:
    """Say how far away a moment is, beyond an hour to the minute; kept, since lists say it for each of their lines."""
    return str(format_timedelta(timedelta(seconds=seconds), add_direction=True))


def time_tag(moment: datetime | None, style: str = "relative") -> Markup:
    """Return a `<time>` element: the machine's form, the reader's words, the exact moment as its title."""
    if moment is None:
        return Markup("")
    words = relative_time(moment) if style == "relative" else local_time(moment, style)
    return _time_head(moment, str(get_locale()), str(get_timezone())) + words + _TIME_END


def distance_words(offset: timedelta) -> str:
    """Return a distance from UTC such as "UTC+8" or "UTC-3:30"."""
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def zones(now: datetime) -> list[tuple[timedelta, str, str]]:
    """Return each time zone of the world once: its distance from UTC now, its name, its city in the page's language."""
    names = (get_locale() or Locale("en")).time_zones
    known, found = available_timezones(), [(timedelta(), "UTC", "UTC")]
    for zone in get_global("zone_territories"):
        if zone not in known or zone.startswith("Etc/"):
            continue
        said = names.get(zone) or names.get(_OLD_NAMES.get(zone, ""), {})
        city = said.get("city") or zone.rpartition("/")[2].replace("_", " ")
        if zone == "Asia/Shanghai" and page_language() == "zh":
            city = f"北京、{city}"  # by which people call it, as below
        found.append((now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta(), zone, city))
    return found


_OLD_NAMES = {
    new: old for old, new in get_global("zone_aliases").items() if old in Locale("zh").time_zones
}
"""The names that the words of renamed zones stand under."""


def zone_words(now: datetime | None = None) -> str:
    """Return the reader's zone as people say it: by its city and its distance from UTC."""
    offset = (now or utcnow()).astimezone(get_timezone()).utcoffset() or timedelta()
    return _zone_words(str(get_timezone()), str(get_locale()), offset)


@lru_cache(maxsize=1_024)
def _zone_words(zone: str, locale: str, offset: timedelta) -> str:
    distance = distance_words(offset)
    if zone == "UTC" or zone.startswith("Etc/"):
        return distance  # such a zone is no city
    city = get_timezone_location(ZoneInfo(zone), locale=locale, return_city=True)
    if locale.startswith("zh"):
        # whoever lives by it calls it by the capital, not by the city that names the zone
        return f"{'北京' if zone == 'Asia/Shanghai' else city}时间 {distance}"
    return f"{city} time, {distance}"


_TIME_END = Markup("</time>")


def clock() -> Callable[[datetime], Markup]:
    """Return what draws moments as a thread does: "09:12" for today, else with the date. Made once for a page."""
    locale, zone = str(get_locale()), get_timezone()
    today, name = utcnow().astimezone(zone).date(), str(zone)
    return lambda moment: _clock_tag(moment, today, locale, name)


@lru_cache(maxsize=8_192)
def _clock_tag(moment: datetime, today: date, locale: str, zone: str) -> Markup:
    day = moment.astimezone(get_timezone()).date()
    styles = _CLOCK["zh-Hans" if locale.startswith("zh") else "en"]
    style = styles[0 if day == today else 1 if day.year == today.year else 2]
    return _time_head(moment, locale, zone) + local_time(moment, style) + _TIME_END


_CLOCK = {
    "en": ("HH:mm", "d MMM, HH:mm", "d MMM y, HH:mm"),
    "zh-Hans": ("HH:mm", "M月d日 HH:mm", "y年M月d日 HH:mm"),
}


@lru_cache(maxsize=4_096)
def _time_head(moment: datetime, _locale: str, zone: str) -> Markup:
    """Draw what of a `<time>` element does not move with the clock."""
    exact = f"{local_time(moment, 'full')} ({zone})"
    return Markup('<time datetime="{}" title="{}">').format(moment.isoformat(), exact)
