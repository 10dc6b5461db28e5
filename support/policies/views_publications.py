"""The public ledger for everybody: its pages, and the same as JSON and Atom for those who follow it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import force_locale

from support.core.clock import utcnow
from support.core.context import settings
from support.core.web import row_number
from support.core.web_nav import NavItem
from support.core.web_pages import LANGUAGES, language, locale_of
from support.core.web_parts import html_lang
from support.core.words import N_
from support.core.worker import Periodic
from support.policies import publication_pages as pages
from support.policies import queries_publications as queries
from support.policies import service_publications
from support.policies.publications import public_kinds

blueprint = Blueprint("transparency", __name__)

NOINDEX = "noindex, noarchive"
_FEEDS_KEPT = 64
Row = dict[str, Any]

PUBLIC = (
    "transparency.index",
    "transparency.entry",
    "transparency.as_json",
    "transparency.as_atom",
)
"""They need no sign-in."""
HOOKS = (
    NavItem("footer", N_("Transparency"), "transparency.index", "landmark"),
    Periodic("end_publications", timedelta(hours=1), service_publications.end_publications),
)


@blueprint.get("/transparency")
def index() -> Response:
    """List what was published, the newest first, with what it is and how much there was each month.

    Search engines leave it out while a person's entry stands in it.
    """
    kind = request.args.get("kind", "")
    kind = kind if kind in {each.code for each in public_kinds()} else ""
    rows = queries.entries(before=request.args.get("before", type=row_number), kind=kind)
    shown = rows[: queries.PAGE]
    personal = any(row.personal and row.withdrawn_at is None for row in shown)
    page = render_template(
        "policies/transparency.html",
        lines=[pages.line_of(row) for row in shown],
        next_before=rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None,
        first_page="before" not in request.args,
        kinds=public_kinds(),
        chosen=kind,
        figures=pages.figures(queries.counts_by_month()),
        robots=NOINDEX if personal else "",
    )
    return _page(page, personal=personal)


@blueprint.get("/transparency/<uid>")
def entry(uid: str) -> Response:
    """Show one entry and the others of its case; what was taken out answers 410 and says why."""
    found = queries.entry_by_uid(uid)
    series = queries.entries_of(found.series)
    later = next((each for each in series if each.replaces_id == found.id), None)
    page = render_template(
        "policies/transparency_entry.html",
        entry=found,
        shown=pages.shown(found),
        series=[pages.line_of(each) for each in series],
        correction=later,
        robots=NOINDEX if found.personal else "",
    )
    return _page(page, 410 if found.withdrawn_at else 200, personal=found.personal)


@blueprint.get("/transparency.json")
def as_json() -> Response:
    """Give what changed last as JSON, in one language, `?language=en` or `zh`; `next` leads on."""
    return _feed("json", "application/json", _json)


@blueprint.get("/transparency.atom")
def as_atom() -> Response:
    """Give feed readers what changed last in one language, `?language=en` or `zh`."""
    return _feed("atom", "application/atom+xml", _atom)


def _page(body: str, status: int = 200, *, personal: bool = False) -> Response:
    response = Response(body, status, mimetype="text/html")
    response.headers["Cache-Control"] = "private, no-cache"
    if personal:
        response.headers["X-Robots-Tag"] = NOINDEX
    return response


def _feed(kind: str, mimetype: str, draw: Callable[..., str]) -> Response:
    """Answer with a feed, or with 304 where the reader has it: one query. Caches may keep it and have to ask."""
    asked = request.args.get("language", "")
    code = asked if asked in LANGUAGES else language()
    before = request.args.get("before", "")
    changed = queries.last_change()
    tag = hashlib.sha256(repr((kind, code, before, changed)).encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        response = Response(_kept(tag, code, before, changed, draw), mimetype=mimetype)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["X-Robots-Tag"] = NOINDEX
    if not asked:
        response.vary.update(("Cookie", "Accept-Language"))
    return response


def _kept(
    tag: str, code: str, before: str, changed: datetime | None, draw: Callable[..., str]
) -> str:
    """Return the body of a feed, drawn once in a process for as long as nothing changes."""
    kept: dict[str, str] = current_app.extensions.setdefault("transparency_feeds", {})
    if tag not in kept:
        last = queries.entry_by_uid(before) if before else None
        rows = queries.changes(before=last)
        with force_locale(locale_of(code)):
            more = rows[queries.PAGE - 1].uid if len(rows) > queries.PAGE else None
            body = draw(pages.feed(rows[: queries.PAGE]), code, changed, more)
        if len(kept) >= _FEEDS_KEPT:
            kept.clear()
        kept[tag] = body
    return kept[tag]


def _json(rows: list[Row], code: str, _changed: datetime | None, more: str | None) -> str:
    base, following = settings().public_url, None
    if more:
        following = base + url_for("transparency.as_json", language=code, before=more)
    home = base + url_for("transparency.index")
    said = {"language": code, "home": home, "next": following, "entries": rows}
    return json.dumps(said, ensure_ascii=False, indent=1)


def _atom(rows: list[Row], code: str, changed: datetime | None, more: str | None) -> str:
    return render_template(
        "policies/transparency.xml",
        rows=rows,
        code=code,
        tag=html_lang(code),
        base=settings().public_url,
        updated=changed or utcnow(),
        more=more,
    )
