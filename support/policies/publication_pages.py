"""What pages and feeds show of the public ledger, in the language of the page. Withdrawn, an entry shows why alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import format_date
from flask_babel import gettext as _

from support.core.context import settings
from support.core.web_parts import html_lang
from support.policies import queries_publications as queries
from support.policies.models_publications import Publication, PublicationCount
from support.policies.publications import Counting, public_kind, public_kinds


def line_of(entry: Publication) -> dict[str, Any]:
    """Return one line of the list, or of the entries of one case."""
    kind = public_kind(entry.kind)
    return {
        "uid": entry.uid,
        "number": entry.number,
        "icon": kind.icon,
        "title": _(kind.title),
        "day": format_date(entry.published_at, "long"),
        "at": entry.published_at,
        "brief": _brief(entry),
        "withdrawn": _(entry.why_withdrawn.title) if entry.why_withdrawn else "",
    }


def _brief(entry: Publication) -> str:
    kind = public_kind(entry.kind)
    if entry.facts is not None and kind.brief is not None:
        return kind.brief(entry.facts)
    return " · ".join(value for _label, value in rows_of(entry)[:2])


def rows_of(entry: Publication) -> list[tuple[str, str]]:
    """Return labels and values of what is published; none once it was taken out."""
    return [] if entry.facts is None else public_kind(entry.kind).draw(entry.facts)


def shown(entry: Publication) -> dict[str, Any]:
    """Return what the page of an entry shows beside its dates."""
    kind = public_kind(entry.kind)
    return {
        "title": _(kind.title),
        "note": _(kind.note),
        "rows": [{"label": label, "value": value} for label, value in rows_of(entry)],
        "lines": (entry.text or "").splitlines(),
        "lang": html_lang(entry.language),
        "event": format_date(entry.event_at, "long"),
        "published": format_date(entry.published_at, "long"),
        "ends": format_date(entry.ends_at, "long") if entry.ends_at else "",
        "withdrawn": format_date(entry.withdrawn_at, "long") if entry.withdrawn_at else "",
        "why": _(entry.why_withdrawn.title) if entry.why_withdrawn else "",
    }


def feed(entries: Sequence[Publication]) -> list[dict[str, Any]]:
    """Return what the feeds say of entries; of one that was taken out only that, when, why, and what replaces it."""
    near = queries.neighbours(entries)
    later = {each.replaces_id: each for each in near.values() if each.replaces_id is not None}
    return [
        _data(entry, near.get(entry.replaces_id or 0), later.get(entry.id)) for entry in entries
    ]


def _data(
    entry: Publication, older: Publication | None, later: Publication | None
) -> dict[str, Any]:
    kind = public_kind(entry.kind)
    return {
        "id": UUID(entry.uid).urn,
        "number": entry.number,
        "url": _url(entry),
        "kind": entry.kind,
        "title": _(kind.title),
        "note": _(kind.note),
        "case": entry.series,
        "published": entry.published_at.isoformat(),
        "updated": entry.changed_at.isoformat(),
        "about_a_person": entry.personal,
        "ends": entry.ends_at.isoformat() if entry.ends_at else None,
        "replaces": _url(older) if older else None,
        "facts": [{"label": label, "value": value} for label, value in rows_of(entry)],
        "text": entry.text,
        "text_language": html_lang(entry.language) if entry.text else None,
        "withdrawn": _tombstone(entry, later),
    }


def _tombstone(entry: Publication, later: Publication | None) -> dict[str, str | None] | None:
    if entry.withdrawn_at is None or entry.why_withdrawn is None:
        return None
    return {
        "state": _("Taken out"),
        "at": entry.withdrawn_at.isoformat(),
        "reason": _(entry.why_withdrawn.title),
        "correction": _url(later) if later else None,
    }


def _url(entry: Publication) -> str:
    return settings().public_url + url_for("transparency.entry", uid=entry.uid)


def figures(counts: Sequence[PublicationCount]) -> list[dict[str, Any]]:
    """Return the counts as charts take them, kinds that count the same together: by month, and by outcome."""
    months = list(dict.fromkeys(each.month for each in counts))
    groups = dict.fromkeys(kind.counting for kind in public_kinds())
    found = [_figures_of(counting, counts, months) for counting in groups]
    return [group for group in found if group["series"]]


_TONES = ("open", "mute", "ok", "wait", "review")


def _figures_of(
    counting: Counting, counts: Sequence[PublicationCount], months: list[str]
) -> dict[str, Any]:
    by_kind = Counter[tuple[str, str]]()
    by_outcome = Counter[tuple[str, str]]()
    for each in counts:
        if counting.whole in ("", each.outcome):
            by_kind[each.kind, each.month] += each.number
        by_outcome[each.kind, each.outcome] += each.number
    kinds = [kind for kind in public_kinds() if kind.counting == counting]
    used = [kind for kind in kinds if any((kind.code, month) in by_kind for month in months)]
    return {
        "months": months,
        "by_month": _(counting.by_month),
        "series": [
            (_(kind.title), [by_kind[kind.code, month] for month in months], tone)
            for kind, tone in zip(used, _TONES, strict=False)
        ],
        "by_outcome": _(counting.by_outcome),
        "outcomes": [
            (_(words), by_outcome[kind.code, code])
            for kind in kinds
            for code, words in kind.outcomes.items()
            if by_outcome[kind.code, code]
        ],
    }
