"""Complaining about how links ended, on the page of either side."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from support.accounts.forms import refusals_on, said
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.once import once
from support.core.web import current_actor, form_scope, row_number
from support.infringement import complaints, queries, queries_acts, service_rulings
from support.infringement.filing_pages import lang_of
from support.infringement.forms import LONGEST_TEXT, PartForm
from support.infringement.models import Item, Notice
from support.infringement.news import Reader
from support.infringement.views import Answer, blueprint
from support.workorders.forms import block
from support.workorders.service_drafts import content_of


class ComplaintForm(PartForm):
    """Why it should have ended otherwise."""

    words = TextAreaField(
        _l("Why it should have ended otherwise"),
        [
            DataRequired(_l("Please write why.")),
            Length(max=LONGEST_TEXT, message=_l("Use at most %(max)d characters.")),
        ],
        filters=[block],
    )


@blueprint.route("/orders/<reference>/notice/complaint", methods=["GET", "POST"])
def complaint(reference: str) -> Answer:
    """Take the complaint of whoever gave notice."""
    notice = queries.notice_for(current_actor(), reference)
    back = url_for("notices.status", reference=reference)
    return _complaint(notice, queries.items_of(notice), "holder", back)


@blueprint.route("/notices/answers/<uid>/complaint", methods=["GET", "POST"])
def answers_complaint(uid: str) -> Answer:
    """Take the complaint of whoever answers for the content."""
    respondent = queries.respondent_for(current_actor(), uid)
    notice = queries.notice_by_id(respondent.notice_id)
    back = url_for("notices.answers", uid=uid)
    return _complaint(notice, queries_acts.told_items(respondent), "respondent", back)


def _complaint(notice: Notice, items: Sequence[Item], side: Reader, back: str) -> Answer:
    form = ComplaintForm()
    lines = complaints.lines_of(notice, items, side, utcnow())
    wanted = set(request.form.getlist("items", type=row_number))
    if form.validate_on_submit():
        chosen = [item for item in items if item.id in wanted]
        with refusals_on(form):
            _send(form, chosen)
            flash(_("We have your complaint. Below stands by when it is decided."), "success")
            return redirect(back, 303)
    shown = {"lines": lines, "chosen": wanted, "back": back, "key": new_uid(), "lang_of": lang_of}
    return page("infringement/complaint.html", form, **shown)


def _send(form: ComplaintForm, chosen: Sequence[Item]) -> None:
    content = content_of({"words": said(form.words)} | {str(item.id): "" for item in chosen})
    once(
        form_scope(), request.form.get("idempotency_key", ""), content, lambda: _told(form, chosen)
    )


def _told(form: ComplaintForm, chosen: Sequence[Item]) -> str:
    service_rulings.complain_about(current_actor(), chosen, words=said(form.words))
    return "done"
