"""The desk's page of a request whose asker is known: whose data it is, or why it is refused before one is touched."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts.forms import lost_races_on
from support.core.web import current_actor, posted_version
from support.erasure import queries, service_matching
from support.erasure.forms import DecisionForm
from support.erasure.forms_asking import MatchForm, RefusalForm
from support.erasure.views_desk import Answer, blueprint, page_of


@blueprint.post("/<uid>/account")
def match(uid: str) -> Answer:
    """Say whose data it is."""
    actor, form = current_actor(), MatchForm()
    row = queries.erasure_at_desk(actor, uid)
    number = form.person.data or ""
    if form.validate_on_submit():
        with lost_races_on(form):
            person = int(number) if number.isdecimal() and len(number) < 19 else 0
            service_matching.match(actor, row, person, version=posted_version())
            return _shown(uid, _("Noted. The account's addresses are told, and 72 hours begin."))
    return page_of(row, match=form)


@blueprint.post("/<uid>/refusal")
def refuse_early(uid: str) -> Answer:
    """Propose to refuse it before anything is touched."""
    actor, form = current_actor(), RefusalForm()
    row = queries.erasure_at_desk(actor, uid)
    if form.validate_on_submit():
        with lost_races_on(form):
            words, reason = form.words.data or "", form.reason.data or ""
            service_matching.refuse(actor, row, reason, words=words, version=posted_version())
            return _shown(uid, _("Proposed. Another person looks at it now."))
    return page_of(row, refusal=form)


@blueprint.post("/<uid>/refusal/decisions")
def decide_early(uid: str) -> Answer:
    """Agree to a refusal as the second person, or send it back."""
    actor, form, act = current_actor(), DecisionForm(), request.form.get("act", "")
    row = queries.erasure_at_desk(actor, uid)
    words, version = form.words.data or "", posted_version()
    if form.validate_on_submit():
        with lost_races_on(form):
            if act == "approve":
                service_matching.agree_to_refusal(actor, row, version=version)
            else:
                service_matching.send_refusal_back(actor, row, words, version=version)
            return _shown(uid, _("Your decision is noted."))
    return page_of(row, decision=form)


def _shown(uid: str, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("erasures.show", uid=uid), 303)
