"""What the page of retention shows: how long each class is kept and why, what is over, what went, what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import url_for
from flask_babel import format_decimal, get_locale, ngettext

from support.core.actors import Actor, Role
from support.core.context import hooks, settings
from support.core.holders import Measure
from support.core.keeping import COUNTED, Keeping
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies import queries_retention as queries
from support.policies import retention
from support.policies.data_classes import RULES, Class
from support.policies.models_retention import RetentionPart, RetentionRun, RunState
from support.policies.service_retention import next_night

Row = dict[str, Any]
NOTICE_TITLE = N_("The nightly deletion failed")
NOTICE_CLASS = N_("Nobody says how long this is kept, so nothing was deleted: %(classes)s")
NOTICE_PLACE = N_("These places failed: %(places)s. The next night tries again; the log says why.")


def page(actor: Actor, now: datetime) -> Row:
    """Return everything the page shows."""
    counted, carried = queries.last_counted(), queries.last_carried_out()
    found = _by_code(counted)
    done = _by_code(carried)
    places = hooks(Keeping)
    return {
        "classes": [_class(each, places, found, done) for each in Class],
        "places": [_place(each, found, done) for each in places],
        "counted": counted,
        "carried": carried,
        "last": queries.last_run(),
        "next": next_night(now),
        "open": _progress(queries.open_run()),
        "trouble": trouble(),
        "nights": _chart(),
        "may_run": actor.has(Role.PRIVACY_OFFICER) and not actor.untrained,
        "held": sum(part.held for part in found.values()),
    }


def _by_code(run: RetentionRun | None) -> dict[str, RetentionPart]:
    return {part.code: part for part in queries.parts_of(run.id)} if run is not None else {}


def _class(
    data_class: Class,
    places: Sequence[Keeping],
    found: dict[str, RetentionPart],
    done: dict[str, RetentionPart],
) -> Row:
    codes = [each.code for each in places if each.data_class == data_class]
    return {
        "title": RULES[data_class].title if data_class in RULES else data_class.value,
        **_term(data_class),
        "found": _sum(found, codes, "found"),
        "done": _sum(done, codes, "done"),
        "held": sum(found[code].held for code in codes if code in found),
    }


def _sum(parts: dict[str, RetentionPart], codes: Sequence[str], column: str) -> str:
    """Return a sum in words: a dash where nothing of the class is counted."""
    here = [parts[code] for code in codes if code in parts]
    return number(sum(int(getattr(part, column)) for part in here)) if here else "–"


def _term(data_class: Class) -> Row:
    term = retention.TERMS.get(data_class)
    if term is None:
        return {"kept": gettext("Nobody says how long"), "why": "", "basis": ""}
    months = retention.months_of(data_class, settings())
    kept = gettext(term.words)
    if months:
        kept = gettext(N_("%(time)s %(since)s"), time=months_words(months), since=kept)
    return {"kept": kept, "why": term.why, "basis": term.basis}


def months_words(months: int) -> str:
    """Return "36 months"."""
    return str(ngettext("%(num)s month", "%(num)s months", months))


def _place(
    keeping: Keeping, found: dict[str, RetentionPart], done: dict[str, RetentionPart]
) -> Row:
    part, last = found.get(keeping.code), done.get(keeping.code)
    return {
        "title": keeping.title,
        "kept": _kept(keeping),
        "what": keeping.what.title,
        "found": number(part.found) if part is not None else "–",
        "done": number(last.done) if last is not None else "–",
        "held": part.held if part is not None else 0,
        "status": last.status if last is not None else None,
    }


def _kept(keeping: Keeping) -> str:
    since = gettext(keeping.after)
    if keeping.kept is None:
        time = months_words(retention.months_of(keeping.data_class, settings()))
    elif days := keeping.kept.days:
        time = ngettext("%(num)s day", "%(num)s days", days)
    elif hours := keeping.kept.seconds // 3600:
        time = ngettext("%(num)s hour", "%(num)s hours", hours)
    else:
        return since
    return gettext(N_("%(time)s %(since)s"), time=time, since=since)


def number(counted: int) -> str:
    """Return a number; counting stops at a million."""
    if counted >= COUNTED:
        return gettext("%(number)s or more", number=format_decimal(COUNTED))
    return str(format_decimal(counted))


def _progress(run: RetentionRun | None) -> Row | None:
    """Say how far a run is that is under way."""
    if run is None:
        return None
    parts = queries.parts_of(run.id)
    total = queries.totals_of(run.id)
    if run.status is RunState.COUNTING:
        at = sum(part.status is not RunState.WAITING for part in parts)
        words = gettext("Counted %(done)s of %(all)s places.", done=at, all=len(parts))
        return {"words": words, "value": at, "top": len(parts), "since": run.began_at}
    said = {"done": format_decimal(total.done), "all": number(total.found)}
    words = gettext("Done %(done)s of %(all)s.", **said)
    return {"words": words, "value": total.done, "top": total.found, "since": run.began_at}


def trouble() -> tuple[str, str] | None:
    """Return what is wrong with the last run, as title and text."""
    last = queries.last_run()
    if last is None or last.status is not RunState.FAILED:
        return None
    if last.reason:
        return gettext(NOTICE_TITLE), gettext(NOTICE_CLASS, classes=_classes(last.reason.split()))
    failed = [part.code for part in queries.parts_of(last.id) if part.status is RunState.FAILED]
    titles = {each.code: gettext(each.title) for each in hooks(Keeping)}
    names = ", ".join(titles.get(code, code) for code in failed)
    return gettext(NOTICE_TITLE), gettext(NOTICE_PLACE, places=names)


def _classes(codes: Sequence[str]) -> str:
    known = {each.value: RULES[each].title for each in Class if each in RULES}
    return ", ".join(gettext(known[code]) if code in known else code for code in codes)


def notices() -> list[tuple[str, str, str]]:
    """Return the notice for the administrators' page: (title, text, address)."""
    found = trouble()
    return [(*found, url_for("retention.index"))] if found else []


def _chart() -> Row | None:
    """Return what went in each of the last runs; what a hold kept at the end is said beside it."""
    anonymous = [each.code for each in hooks(Keeping) if each.what is Measure.ANONYMISE]
    runs = queries.nights(anonymous)
    if not runs:
        return None
    zone = ZoneInfo(settings().operator_timezone)
    labels = [
        str(format_date(run.began_at.astimezone(zone).date(), "short", locale=get_locale()))
        for run in runs
    ]
    sentence = ngettext(
        "In the last %(num)s run %(done)s went; legal holds kept %(held)s at the end.",
        "In the last %(num)s runs %(done)s went; legal holds kept %(held)s at the end.",
        len(runs),
        done=format_decimal(sum(run.deleted + run.anonymous for run in runs)),
        held=format_decimal(runs[-1].held),
    )
    series = [
        (gettext("Deleted rows"), [run.deleted for run in runs], "open"),
        (gettext("Made anonymous"), [run.anonymous for run in runs], "wait"),
    ]
    return {"labels": labels, "series": series, "sentence": sentence}
