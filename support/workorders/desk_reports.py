"""A report in the shapes that its page draws: what is asked for, the four charts with their sentences, the file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel.dates import format_date
from flask import url_for
from flask_babel import format_decimal, get_locale, ngettext

from support.core.web_parts import page_language
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.workorders import desk_figures
from support.workorders.describe import team_title
from support.workorders.desk_counts import AGES
from support.workorders.desk_figures import DAILY, REASON, Span
from support.workorders.kind import kinds

PRESETS = (7, 30, 90)
USUAL = 30
MOST_REASONS = 10
_DAYS_UP_TO, _SHARE_DAYS_UP_TO, _WEEKS_UP_TO = 92, 14, 92

BOM = "\ufeff"
"""Without it Excel takes Chinese for Latin letters."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

FIGURES = {
    "arrived": N_("Arrived"),
    "done": N_("Solved or closed"),
    "back": N_("Came back"),
    "in_time": N_("First reply in time"),
    "late": N_("First reply late"),
}
AGE_TITLES = (
    (N_("Under a day"), "open"),
    (N_("1 to 3 days"), "new"),
    (N_("3 to 7 days"), "wait"),
    (N_("Over 7 days"), "bad"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Some days of a report under one label."""

    label: str
    figures: Counter[str]

    @property
    def share(self) -> int | None:
        """How many of a hundred first replies came in time; None where none was due."""
        due = self.figures["in_time"] + self.figures["late"]
        return round(100 * self.figures["in_time"] / due) if due else None


def teams() -> list[tuple[str, str]]:
    """Return (code, title) of what a report can be narrowed to, all teams first."""
    known = sorted({kind.first_team for kind in kinds()})
    return [("", gettext("All teams")), *((code, team_title(code)) for code in known)]


def last_days(number: int, last: date, team: str = "") -> Span:
    """Return the span of `number` days that ends with `last`."""
    return Span(last - timedelta(days=number - 1), last, team)


def page(span: Span, counts: dict[str, int]) -> dict[str, Any]:
    """Return everything the page shows of `span`; `counts` are the folded ones of now. Three queries."""
    days, why = desk_figures.daily(span), desk_figures.reasons(span)
    total: Counter[str] = sum(days.values(), Counter())
    ages = _ages(span.team, counts)
    return {
        "span_words": span_words(span.since, span.until),
        "figures": _strip(span, total, sum(ages)),
        "flow": _flow(span, days, total),
        "shares": _shares(span, days),
        "ages": _age_chart(ages),
        "reasons": _reasons(why),
        "is_empty": not any(total.values()) and not any(ages),
        "folded": desk_figures.folded(span),
    }


def span_words(first: date, last: date) -> str:
    """Return "3 – 9 Nov 2026", in the language of the page, as short as it can be said."""
    if first == last:
        return _day_words(first, year=True)
    several, chinese = first.year != last.year, page_language() == "zh"
    start = _day_words(first, year=several or chinese)
    return f"{start} – {_day_words(last, year=several or not chinese)}"


def _day_words(day: date, *, year: bool = False) -> str:
    styles = {False: ("d MMM", "M月d日"), True: ("d MMM y", "y年M月d日")}[year]
    return str(format_date(day, styles[page_language() == "zh"], locale=get_locale()))


def _strip(span: Span, total: Counter[str], open_now: int) -> list[dict[str, Any]]:
    """Return the figures on top: what came, what went, how punctual we were, what is open."""
    share = Period("", total).share
    values = {name: format_decimal(total[name]) for name in ("arrived", "done", "back")}
    found = [{"label": gettext(FIGURES[name]), "value": value} for name, value in values.items()]
    address = url_for("desk.queue", **({"team": span.team} if span.team else {}))  # type: ignore[arg-type]
    return [
        *found,
        {
            "label": gettext("First reply within target"),
            "value": "–" if share is None else f"{share}%",
        },
        {"label": gettext("Open now"), "value": format_decimal(open_now), "url": address},
    ]


def _periods(span: Span, days: dict[date, Counter[str]], step: str) -> list[Period]:
    """Return the span cut into days, weeks (from Monday) or months; the first and the last may be cut short."""
    found: list[Period] = []
    start = span.since
    while start <= span.until:
        end = min(_end_of(start, step), span.until)
        every = (start + timedelta(days=each) for each in range((end - start).days + 1))
        figures: Counter[str] = sum((days.get(day, Counter()) for day in every), Counter())
        found.append(Period(_label(start, end, step), figures))
        start = end + timedelta(days=1)
    return found


def _end_of(start: date, step: str) -> date:
    if step == "day":
        return start
    if step == "week":
        return start + timedelta(days=6 - start.weekday())
    return (start.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _label(start: date, end: date, step: str) -> str:
    if step == "month":
        style = "y年M月" if page_language() == "zh" else "MMM y"
        return str(format_date(start, style, locale=get_locale()))
    if start == end:
        return _day_words(start)
    return f"{_day_words(start)} – {_day_words(end)}"


def _length(span: Span) -> int:
    return (span.until - span.since).days + 1


def _flow(span: Span, days: dict[date, Counter[str]], total: Counter[str]) -> dict[str, Any]:
    """Return what came in and what was done, by day, or by week in a span of many months."""
    step = "day" if _length(span) <= _DAYS_UP_TO else "week"
    periods = _periods(span, days, step)
    names = ("arrived", "done")
    busiest = max(periods, key=lambda each: each.figures["arrived"])
    arrived = ngettext(
        "%(num)s work order arrived", "%(num)s work orders arrived", total["arrived"]
    )
    sentence = gettext(
        "%(arrived)s, %(done)s were solved or closed. Busiest: %(when)s with %(most)s.",
        arrived=arrived,
        done=total["done"],
        when=busiest.label,
        most=busiest.figures["arrived"],
    )
    return {
        "step": step,
        "labels": [each.label for each in periods],
        "series": [
            (gettext(FIGURES[name]), [each.figures[name] for each in periods], tone)
            for name, tone in zip(names, ("open", "mute"), strict=True)
        ],
        "sentence": sentence,
        "any": any(total[name] for name in names),
    }


def _shares(span: Span, days: dict[date, Counter[str]]) -> dict[str, Any]:
    """Return the share of first replies in time, by the day or week in which the order was filed."""
    length = _length(span)
    step = "day" if length <= _SHARE_DAYS_UP_TO else "week" if length <= _WEEKS_UP_TO else "month"
    periods = _periods(span, days, step)
    whole = Period("", sum((each.figures for each in periods), Counter()))
    sentence = gettext(
        "%(share)s%% of %(due)s first replies came within their target.",
        share=whole.share or 0,
        due=whole.figures["in_time"] + whole.figures["late"],
    )
    return {
        "rows": [(each.label, each.share) for each in periods],
        "table": [
            (
                each.label,
                each.figures["in_time"],
                each.figures["late"],
                "–" if each.share is None else f"{each.share}%",
            )
            for each in periods
        ],
        "sentence": sentence,
        "any": whole.share is not None,
    }


def _ages(team: str, counts: dict[str, int]) -> list[int]:
    """Return how many orders are open now, youngest first."""
    wanted = [team] if team else [code for code, _title in teams() if code]
    return [sum(counts.get(f"age:{code}:{age}", 0) for code in wanted) for age in AGES]


def _age_chart(ages: Sequence[int]) -> dict[str, Any]:
    total = sum(ages)
    words = ngettext("%(num)s work order is open", "%(num)s work orders are open", total)
    sentence = gettext(N_("%(open)s, %(old)s of them over 7 days."), open=words, old=ages[-1])
    parts = [
        (gettext(title), number, tone)
        for (title, tone), number in zip(AGE_TITLES, ages, strict=True)
    ]
    return {"parts": parts, "sentence": sentence, "any": total > 0}


def _reasons(found: Counter[tuple[str, str]]) -> dict[str, Any]:
    """Return what orders were about, most frequent first; what is rare goes into one line."""
    ordered = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    named = [(reason_words(*reason), number) for reason, number in ordered[:MOST_REASONS]]
    if rest := sum(number for _reason, number in ordered[MOST_REASONS:]):
        named.append((gettext("Others"), rest))
    sentence = gettext(
        "Most were about: %(reason)s (%(number)s).",
        reason=named[0][0] if named else "–",
        number=named[0][1] if named else 0,
    )
    return {"rows": named, "sentence": sentence, "any": bool(named)}


def reason_words(code: str, topic: str) -> str:
    """Return what an order is about: its kind and, where the kind has topics, the topic."""
    kind = next((each for each in kinds() if each.code == code), None)
    if kind is None:
        return code
    titles = {each.code: each.title for each in kind.topics}
    if not titles:
        return gettext(kind.title)
    about = gettext(titles[topic]) if topic in titles else topic or gettext("no topic")
    return gettext(N_("%(kind)s: %(topic)s"), kind=gettext(kind.title), topic=about)


def file_of(span: Span) -> str:
    """Return the CSV of a span, a line for each day and team that had anything; Excel reads its Chinese."""
    figures: dict[tuple[date, str], Counter[str]] = {}
    for day, team, name, number in desk_figures.rows(span):
        figures.setdefault((day, team), Counter())[name] = number
    names = sorted({name for each in figures.values() for name in each if name.startswith(REASON)})
    heads = [gettext("Day"), gettext("Team"), *(gettext(FIGURES[name]) for name in DAILY)]
    heads += [reason_words(*name.removeprefix(REASON).split("/", 1)) for name in names]
    lines: list[Iterable[object]] = [heads]
    for (day, team), counted in figures.items():
        numbers = [counted[name] for name in (*DAILY, *names)]
        lines.append([day.isoformat(), team_title(team), *numbers])
    text = io.StringIO()
    csv.writer(text).writerows([safe_cell(cell) for cell in line] for line in lines)
    return BOM + text.getvalue()


def safe_cell(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    words = str(value)
    return f"'{words}" if words.startswith(_FORMULA) else words
