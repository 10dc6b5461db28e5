"""Public pages of what changes: between two versions, and in a version that is open for comment."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import new_uid
from support.core.once import once
from support.core.text import written_in
from support.core.web import current_actor, form_scope
from support.core.web_fields import refusals_on
from support.policies import queries, queries_revisions, revision_pages, service_revisions
from support.policies.forms_revisions import CommentForm
from support.policies.models import PolicyVersion
from support.policies.models_revisions import Revision
from support.policies.prose import parse
from support.policies.views import asked_language, blueprint

PUBLIC = ("policies.changes", "policies.proposal")
"""They need no sign-in."""


@blueprint.get("/policies/<label>/changes")
def changes(label: str) -> str:
    """Show what a version changes, against the one before it or any one named by `?from=`."""
    version, code = queries.version_by_label(label), asked_language("text")
    before = _before(version)
    others = [each for each in queries.versions() if each.id != version.id]
    return render_template(
        "policies/changes.html",
        version=version,
        before=before,
        others=others,
        code=code,
        about=revision_pages.about(version, code),
        difference=revision_pages.difference(before, version, code) if before else None,
        day=revision_pages.day_words,
        name=revision_pages.name_of,
        now=utcnow(),
    )


def _before(version: PolicyVersion) -> PolicyVersion | None:
    asked = request.args.get("from", "")
    if asked and asked != version.label:
        return queries.version_by_label(asked)
    return queries_revisions.version_before(version)


@blueprint.route("/proposals/<uid>", methods=["GET", "POST"])
def proposal(uid: str) -> str | Response | tuple[str, int]:
    """Show a version that is open for comment, and take the comment of a member."""
    row, form, actor = queries_revisions.proposal(uid), CommentForm(), current_actor()
    if row.version_id is not None and request.method == "GET":
        return redirect(url_for("policies.changes", label=row.label), 303)
    if form.validate_on_submit():
        text = form.text.data or ""
        with refusals_on(form):
            key = request.form.get("idempotency_key", "")
            once(form_scope(), key, text, lambda: _comment(row, text))
            flash(_("Thank you. The people who write the policy read it."), "success")
            return redirect(url_for("policies.proposal", uid=uid) + "#comments", 303)
    page = render_template("policies/proposal.html", form=form, **_proposed(row), actor=actor)
    return (page, 422) if form.errors else page


def _comment(row: Revision, text: str) -> str:
    said = service_revisions.comment(current_actor(), row, text, language=written_in(text))
    return str(said.id)


def _proposed(row: Revision) -> dict[str, object]:
    code, now, actor = asked_language("text"), utcnow(), current_actor()
    before = queries_revisions.version_before()
    until = row.comment_until
    own = queries_revisions.own_comments(row, actor.id) if actor.id else []
    return {
        "row": row,
        "code": code,
        "about": revision_pages.about(row, code),
        "before": before,
        "difference": revision_pages.difference(before, row, code),
        "blocks": parse(revision_pages.text_of(row, code)),
        "own": own,
        "open": until is not None and until > now,
        "until": until,
        "lead": settings().policy_lead_days,
        "key": request.form.get("idempotency_key") or new_uid(),
    }
