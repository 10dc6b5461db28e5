"""Staff pages of next versions of the policy: write, preview, open for comment, announce, discard."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import new_uid
from support.core.errors import DomainError, IllegalMove, Stale
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version
from support.core.web_fields import refusals_on
from support.core.web_late import late_form
from support.core.web_nav import NavItem
from support.core.web_pages import language
from support.core.words import N_
from support.policies import queries, queries_revisions, revision_pages, service_revisions
from support.policies.forms_revisions import AnnounceForm, OpenForm, RevisionForm
from support.policies.models_revisions import Revision
from support.policies.policy import EDITORS

blueprint = Blueprint("policy_desk", __name__, url_prefix="/desk/policies")

HOOKS: tuple[object, ...] = (
    NavItem(
        N_("Administration"),
        N_("Policy versions"),
        "policy_desk.index",
        "scroll-text",
        roles=EDITORS,
    ),
)
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """List next versions, and the versions there are."""
    rows = queries_revisions.revisions_for(current_actor())
    now = utcnow()
    return render_template(
        "policies/revisions_index.html",
        rows=rows,
        versions=queries.versions(),
        current=queries.current_version(now),
        now=now,
        day=revision_pages.day_words,
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """Begin a next version, from the words of the newest one."""
    actor = current_actor()
    queries_revisions.revisions_for(actor)
    before = queries_revisions.version_before()
    form = RevisionForm(data=_as_before(before) if before else None)
    if form.validate_on_submit():
        words, key = form.words, request.form.get("idempotency_key", "")
        with refusals_on(form):
            uid = once(
                form_scope(),
                key,
                repr(words),
                lambda: service_revisions.write_revision(actor, words).uid,
            )
            return _saved(uid)
    return _edit_page(form, None)


def _as_before(before: Any) -> dict[str, str]:
    return {"text_en": before.text_en, "text_zh": before.text_zh}


def _saved(uid: str) -> Response:
    flash(_("Draft saved. Look at what changes before others do."), "success")
    return redirect(url_for("policy_desk.show", uid=uid), 303)


@blueprint.get("/<uid>")
def show(uid: str) -> Answer:
    """Show a next version: what changes, its text in both languages, comments, and what can be done."""
    return _page(queries_revisions.revision_for(current_actor(), uid), OpenForm(), AnnounceForm())


def _page(revision: Revision, opening: OpenForm, announcing: AnnounceForm) -> Answer:
    now, code = utcnow(), request.args.get("text", language())
    code = code if code in revision_pages.TEXTS else language()
    before = queries_revisions.version_before()
    first = revision_pages.earliest(revision, now)
    if opening.days.data is None:
        opening.days.data = max(settings().policy_comment_days, 14)
    page = render_template(
        "policies/revisions_show.html",
        row=revision,
        about=revision_pages.about(revision, code),
        before=before,
        difference=revision_pages.difference(before, revision, code),
        code=code,
        previews=revision_pages.previews(revision),
        comments=queries_revisions.comments_of(current_actor(), revision),
        opening=opening,
        announcing=announcing,
        first=first,
        first_day=revision_pages.day_words(first),
        may_announce=_may_announce(revision, now),
        now=now,
    )
    return (page, 422) if opening.errors or announcing.errors else page


def _may_announce(revision: Revision, now: datetime) -> bool:
    until = revision.comment_until
    return not revision.major or (until is not None and until <= now)


@blueprint.route("/<uid>/text", methods=["GET", "POST"])
def edit(uid: str) -> Answer:
    """Change a draft."""
    actor = current_actor()
    row = queries_revisions.revision_for(actor, uid)
    form = RevisionForm(data=_typed(row))
    if form.validate_on_submit():
        try:
            with refusals_on(form):
                version = posted_version()
                service_revisions.change_revision(actor, row, form.words, version=version)
                return _saved(uid)
        except (Stale, IllegalMove) as error:
            return _late(form, queries_revisions.revision_for(actor, uid), error)
    return _edit_page(form, row)


def _typed(row: Revision) -> dict[str, Any]:
    plain = ("label", "text_en", "text_zh", "summary_en", "summary_zh", "reason")
    kept = {name: getattr(row, name) for name in plain}
    return kept | {"tests": row.tests.split(), "shrinks": "yes" if row.shrinks else "no"}


def _late(form: RevisionForm, row: Revision, error: DomainError) -> tuple[str, int]:
    kept = {name: str(value) for name, value in _typed(row).items() if name != "tests"}
    del form.tests  # several boxes stand in no single field; they are ticked anew
    back = url_for("policy_desk.show", uid=row.uid)
    return late_form(form, kept, error, version=row.version, back=back)


def _edit_page(form: RevisionForm, row: Revision | None) -> Answer:
    """Draw the form; a row's own version, or the one that was posted, so that a stale form stays stale."""
    page = render_template(
        "policies/revisions_edit.html",
        form=form,
        row=row,
        key=request.form.get("idempotency_key") or new_uid(),
        version=request.form.get("version", row.version if row else None),
    )
    return (page, 422) if form.errors else page


@blueprint.post("/<uid>/comments")
def open_comments(uid: str) -> Answer:
    """Open a draft for comment."""
    actor, form = current_actor(), OpenForm()
    row = queries_revisions.revision_for(actor, uid)
    if form.validate_on_submit():
        with refusals_on(form):
            days = form.days.data or 0
            service_revisions.open_comments(actor, row, version=posted_version(), days=days)
            flash(_("Open for comment. Everybody can read it now."), "success")
            return redirect(url_for("policy_desk.show", uid=uid), 303)
    return _page(row, form, AnnounceForm(formdata=None))


@blueprint.post("/<uid>/announcement")
def announce(uid: str) -> Answer:
    """Announce a version: from then on it is never changed."""
    actor, form = current_actor(), AnnounceForm()
    row = queries_revisions.revision_for(actor, uid)
    if form.validate_on_submit():
        day = _start_of(form.day.data)
        with refusals_on(form):
            service_revisions.announce_revision(
                actor, row, version=posted_version(), effective_from=day
            )
            flash(_("Announced. It is a version now, and is never changed."), "success")
            return redirect(url_for("policy_desk.show", uid=uid), 303)
    return _page(row, OpenForm(formdata=None), form)


def _start_of(day: Any) -> datetime | None:
    """Return the first moment of a day where the operator sits; None for none."""
    if day is None:
        return None
    zone = ZoneInfo(settings().operator_timezone)
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(utcnow().tzinfo)


@blueprint.post("/<uid>/draft")
def take_back(uid: str) -> Response:
    """Make what is open for comment a draft again."""
    actor = current_actor()
    row = queries_revisions.revision_for(actor, uid)
    service_revisions.take_back(actor, row, version=posted_version())
    flash(_("It is a draft again. Other words need a time for comments of their own."), "success")
    return redirect(url_for("policy_desk.show", uid=uid), 303)


@blueprint.post("/<uid>/discard")
def drop(uid: str) -> Response:
    """Give a next version up."""
    actor = current_actor()
    row = queries_revisions.revision_for(actor, uid)
    service_revisions.drop_revision(actor, row, version=posted_version())
    flash(_("Discarded."), "success")
    return redirect(url_for("policy_desk.index"), 303)
