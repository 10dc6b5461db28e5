"""Public pages: policies, cookies, announcements with their feed, contact."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from support.core.clock import utcnow
from support.core.context import settings
from support.core.web import current_actor
from support.core.web_nav import NavItem
from support.core.web_pages import LANGUAGES, language, locale_of
from support.core.words import N_
from support.policies import queries, queries_revisions, service
from support.policies.cookie_list import (
    CHOICE,
    COOKIES,
    FORGET,
    OPTIONAL,
    REMEMBER,
    shown_name,
    without_lifetime,
)
from support.policies.forms import CookieForm
from support.policies.models import Announcement, PolicyVersion
from support.policies.prose import parse

blueprint = Blueprint("policies", __name__)

PUBLIC = (
    "policies.index",
    "policies.version",
    "policies.cookies",
    "policies.announcements",
    "policies.announcement",
    "policies.feed",
    "policies.contact",
)
"""They need no sign-in."""
NAV_ITEMS = (
    NavItem("footer", N_("Legal notice and privacy"), "policies.index", "scroll-text"),
    NavItem("footer", N_("Cookies"), "policies.cookies", "cookie"),
    NavItem("footer", N_("Announcements"), "policies.announcements", "megaphone"),
    NavItem("footer", N_("Contact us"), "policies.contact", "phone"),
)

_YEAR = 365 * 24 * 3600
FEED_TAG = {"en": "en", "zh": "zh-Hans"}


@blueprint.get("/policies")
def index() -> str:
    """Show the version in force and the list of all versions."""
    version = queries.current_version(utcnow())
    return _policy_page(version) if version else render_template("policies/none.html")


@blueprint.get("/policies/<label>")
def version(label: str) -> str:
    """Show one version, in the page's language or the one asked for by `?text=`."""
    return _policy_page(queries.version_by_label(label))


def _policy_page(version: PolicyVersion) -> str:
    text_language = asked_language("text")
    now, all_versions = utcnow(), queries.versions()
    proposals = queries_revisions.open_proposals()
    return render_template(
        "policies/show.html",
        version=version,
        current=queries.current_version(now),
        versions=all_versions,
        dates={each.id: format_date(each.effective_from, "long") for each in all_versions},
        text_language=text_language,
        blocks=parse(version.text_zh if text_language == "zh" else version.text_en),
        now=now,
        has_before=bool(all_versions) and all_versions[-1].id != version.id,
        proposals=proposals,
        proposal_days={
            each.id: format_date(each.comment_until, "long")
            for each in proposals
            if each.comment_until
        },
    )


def asked_language(argument: str) -> str:
    """Return the language that the address asks for, else the page's."""
    asked = request.args.get(argument, "")
    return asked if asked in LANGUAGES else language()


@blueprint.get("/announcements")
def announcements() -> str:
    """List what is announced: pinned ones on top of the first page, then the newest."""
    before = request.args.get("before")
    rows = queries.announcements(before=before)
    page = rows[: queries.PAGE]
    return render_template(
        "policies/announcements.html",
        pinned=[] if before else [drawn(row) for row in queries.pinned_announcements()],
        rows=[drawn(row) for row in page],
        next_before=page[-1].uid if len(rows) > queries.PAGE else None,
        first_page=not before,
    )


@blueprint.get("/announcements/<uid>")
def announcement(uid: str) -> str:
    """Show one announcement."""
    row = queries.published_announcement(uid)
    return render_template("policies/announcement.html", row=drawn(row), announcement=row)


@blueprint.get("/announcements.atom")
def feed() -> Response:
    """Give feed readers the newest announcements in one language, `?language=en` or `zh`."""
    code = asked_language("language")
    rows = [drawn(row, code) for row in queries.announcements(pinned_too=True)[: queries.PAGE]]
    with force_locale(locale_of(code)):
        body = render_template(
            "policies/feed.xml",
            rows=rows,
            code=code,
            tag=FEED_TAG[code],
            base=settings().public_url,
            updated=rows[0]["published_at"] if rows else utcnow(),
            author=(code == "zh" and settings().operator_name_zh) or settings().operator_name,
        )
    return Response(body, mimetype="application/atom+xml")


def drawn(row: Announcement, code: str | None = None) -> dict[str, Any]:
    """Return what a page or the feed shows of an announcement, in the language `code` or the page's."""
    chinese = (code or language()) == "zh"
    return {
        "uid": row.uid,
        "urn": UUID(row.uid).urn,
        "url": url_for("policies.announcement", uid=row.uid),
        "title": row.title_zh if chinese else row.title_en,
        "blocks": parse(row.body_zh if chinese else row.body_en),
        "published_at": row.published_at,
        "date": format_date(row.published_at, "long") if row.published_at else "",
        "ended": format_date(row.ended_at, "long") if row.ended_at else "",
        "pinned": row.pinned,
    }


@blueprint.get("/contact")
def contact() -> str:
    """Say how to reach the operator (PP-9)."""
    return render_template("policies/contact.html")


@blueprint.route("/cookies", methods=["GET", "POST"])
def cookies() -> str | BaseResponse | tuple[str, int]:
    """List every cookie; keep the choice about the optional ones (PP-6.2)."""
    form = CookieForm(choice=request.cookies.get(CHOICE))
    if form.validate_on_submit():
        remember = form.choice.data == REMEMBER
        service.choose_cookies(current_actor(), remember=remember)
        flash(_("Your choice is kept."), "success")
        response = redirect(url_for("policies.cookies"), 303)
        keep_choice(response, remember=remember)
        return response
    rows = [(shown_name(cookie, secure=settings().secure), cookie) for cookie in COOKIES]
    page = render_template("policies/cookies.html", form=form, rows=rows)
    return (page, 422) if form.errors else page


def keep_choice(response: BaseResponse, *, remember: bool) -> None:
    """Set the choice, and set the optional cookies that the browser has anew, so that it holds for them too."""
    chosen = {CHOICE: REMEMBER if remember else FORGET}
    kept = {name: request.cookies[name] for name in sorted(OPTIONAL & set(request.cookies))}
    for name, value in (chosen | kept).items():
        stays = remember or name == CHOICE
        response.set_cookie(
            name,
            value,
            max_age=_YEAR if stays else None,
            secure=settings().secure,
            httponly=True,
            samesite="Lax",
        )


@blueprint.after_app_request
def hold_to_choice(response: Response) -> Response:
    """Let an optional cookie outlive the browser only where its owner allowed it, whoever sets it."""
    headers = response.headers.getlist("Set-Cookie")
    allowed = request.cookies.get(CHOICE) == REMEMBER or request.endpoint == "policies.cookies"
    if headers and not allowed:
        response.headers.setlist(
            "Set-Cookie",
            [
                without_lifetime(each) if each.split("=", 1)[0] in OPTIONAL else each
                for each in headers
            ],
        )
    return response
