"""How the entries of notices are drawn in the public ledger, and what the desk's page of one of them shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import force_locale, format_date, ngettext
from flask_babel import gettext as _

from support.core.calendars import cn_day
from support.core.clock import utcnow
from support.core.text import ranges
from support.core.web_pages import LANGUAGES, locale_of
from support.core.web_parts import html_lang
from support.core.words import N_
from support.infringement import filing_pages, publishing
from support.infringement import queries_publishing as queries
from support.infringement.lifecycle import ItemState
from support.infringement.models_publishing import DuePublication, Entry
from support.infringement.policy import REASONS
from support.infringement.regimes import ContentKind, RegimeCode, RightType
from support.policies.models_publications import Publication
from support.policies.publications import PublicKind, Rows, public_kind

S = ItemState
Review = dict[str, Any]
_MINUTE = timedelta(minutes=1)
_PARTIES = {"organisation": N_("An organisation"), "person": N_("A natural person")}

_NO_INFRINGEMENT = N_("There is no infringement.")
RESULTS = {
    each.value: each.title
    for each in (S.FINAL, S.RESTORED, S.DECIDED, S.NO_MEASURE_FORWARDED, S.WITHDRAWN, S.GONE)
}


def _draw_notice(facts: Mapping[str, Any]) -> Rows:
    party = _PARTIES[facts["holder"]]
    holder = _(party)
    return [
        (_("Concerns"), _links(facts["links"])),
        (_("Kind of right"), _(RightType(facts["right"]).title)),
        (_("Rights holder"), f"{holder}: {facts['name']}" if "name" in facts else holder),
        (_("Filed by"), _("An agent") if facts["agent"] else _("The rights holder")),
        *_row(_("Where it holds"), filing_pages.place_name(facts["territory"])),
        (_("What stands behind the links"), _(ContentKind(facts["content"]).title)),
        *_reasons(_("Measure taken") if facts["measure"] else _("No measure taken"), facts),
        (_("Sent on to the other side"), _day(facts["day"])),
        (_("Under which law"), _(RegimeCode(facts["regime"]).title)),
    ]


def _draw_counter(facts: Mapping[str, Any]) -> Rows:
    party = _PARTIES[facts["respondent"]]
    return [
        (_("Concerns"), _links(facts["links"])),
        (_("What is declared"), _(_NO_INFRINGEMENT)),
        (_("Declared by"), _(party)),
        (_("Sent on to the rights holder"), _day(facts["day"])),
        (_("Under which law"), _(RegimeCode(facts["regime"]).title)),
    ]


def _draw_result(facts: Mapping[str, Any]) -> Rows:
    outcome = RESULTS[facts["outcome"]]
    return [
        (_("Concerns"), _links(facts["links"])),
        (_("Result"), _(outcome)),
        *_reasons(_("Why"), facts),
        (_("Since"), _day(facts["day"])),
        (_("Under which law"), _(RegimeCode(facts["regime"]).title)),
    ]


def _brief_of(words: str, facts: Mapping[str, Any]) -> str:
    return f"{_links(facts['links'])} · {_(words)}"


def _links(links: Sequence[int]) -> str:
    words: str = ngettext("Link %(which)s", "Links %(which)s", len(links), which=ranges(links))
    return words


def _reasons(label: str, facts: Mapping[str, Any]) -> Rows:
    """Return why, or which measure: said once where it is the same for all links."""
    said = [(REASONS.get(part["reason"], ""), part["links"]) for part in facts["parts"]]
    if len(said) == 1:
        return _row(label, _(said[0][0]) if said[0][0] else "")
    return [(f"{label} ({ranges(links)})", _(words)) for words, links in said if words]


def _row(label: str, value: str) -> Rows:
    return [(label, value)] if value else []


def _day(said: str) -> str:
    return str(format_date(date.fromisoformat(said), "long"))


PUBLIC_KINDS = (
    PublicKind(
        Entry.NOTICE,
        N_("Rights notice: a claim"),
        "copyright",
        N_("What a rights holder claims. It is no finding of ours, and nobody has decided it."),
        _draw_notice,
        {
            S.FORWARDED.value: N_("Claimed, measure taken"),
            S.NO_MEASURE_FORWARDED.value: N_("Claimed, no measure taken"),
        },
        lambda facts: _brief_of(RightType(facts["right"]).title, facts),
    ),
    PublicKind(
        Entry.COUNTER,
        N_("Declaration: an answer"),
        "reply",
        N_("What whoever answers for the content declares. It is no finding of ours."),
        _draw_counter,
        {"declared": N_("Declared not to infringe")},
        lambda facts: _brief_of(_NO_INFRINGEMENT, facts),
    ),
    PublicKind(
        Entry.RESULT,
        N_("Result"),
        "scale",
        N_("How it ended here. A court or an authority may see it otherwise."),
        _draw_result,
        RESULTS,
        lambda facts: _brief_of(RESULTS[facts["outcome"]], facts),
    ),
)


def lines(found: Sequence[queries.Waiting]) -> list[dict[str, Any]]:
    """Return the list of what is due: an entry whose links are complained about waits, and is not late."""
    now = utcnow()
    return [
        {
            "uid": one.row.uid,
            "title": _(public_kind(one.row.kind).title),
            "icon": public_kind(one.row.kind).icon,
            "reference": one.reference,
            "links": _links(one.links),
            "outcome": _(one.row.reached.title),
            "heard": one.heard,
            "late": not one.heard and one.row.due_at <= now,
            "until": one.row.due_at - _MINUTE,
            "estimated": one.row.due_estimated,
        }
        for one in found
    ]


def review(row: DuePublication) -> Review:
    """Return what the page of an entry shows: what is proposed, what is taken out, the facts in both languages."""
    draft, one = publishing.draft_of(row), queries.described(row)
    facts = dict(draft.facts) | (
        {"name": draft.holder} if draft.named and "holder" in draft.facts else {}
    )
    with force_locale(locale_of(draft.language)):
        pieces = [
            (piece.text, publishing.words_of(piece) if piece.mark else "") for piece in draft.pieces
        ]
    return {
        "row": row,
        "draft": draft,
        "line": lines([one])[0],
        "heard": one.heard,
        "pieces": pieces,
        "text_lang": html_lang(draft.language),
        "previews": [_preview(row, facts, code) for code in LANGUAGES],
    }


def _preview(row: DuePublication, facts: Mapping[str, Any], code: str) -> dict[str, Any]:
    with force_locale(locale_of(code)):
        rows = [
            {"label": label, "value": value} for label, value in public_kind(row.kind).draw(facts)
        ]
    return {"words": LANGUAGES[code], "lang": html_lang(code), "rows": rows}


def last_day(ends_at: datetime) -> date:
    """Return the last day on which an entry stands, in Shanghai."""
    return cn_day(ends_at - _MINUTE)


def done(found: Sequence[tuple[DuePublication, Publication]]) -> list[dict[str, Any]]:
    """Return the list of what was published."""
    return [
        {
            "uid": row.uid,
            "title": _(public_kind(row.kind).title),
            "number": entry.number,
            "at": entry.published_at,
            "withdrawn": _(entry.why_withdrawn.title) if entry.why_withdrawn else "",
        }
        for row, entry in found
    ]
