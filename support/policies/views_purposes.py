"""Staff pages of what data is used for: the register, a new purpose, and its screen (PP-7.8)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.actors import Role
from support.core.db import new_uid
from support.core.once import once
from support.core.web import current_actor, form_scope, posted_version
from support.core.web_fields import refusals_on
from support.core.web_nav import NavItem
from support.core.words import N_
from support.policies import purpose_pages, queries, queries_purposes, service_purposes
from support.policies.forms_purposes import ProposalForm, RefusalForm, ScreenForm
from support.policies.models_purposes import NewUse
from support.policies.policy import PROPOSERS
from support.policies.revision_pages import name_of

blueprint = Blueprint("purposes", __name__, url_prefix="/desk/purposes")

HOOKS: tuple[object, ...] = (
    NavItem(
        N_("Administration"), N_("Purposes of data"), "purposes.index", "target", roles=PROPOSERS
    ),
)
Answer = str | Response | tuple[str, int]


@blueprint.get("")
def index() -> str:
    """List what data is used for, and what was proposed."""
    rows = queries_purposes.uses_for(current_actor())
    return render_template("policies/purposes.html", **purpose_pages.register(rows))


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """Propose a new purpose."""
    actor, form = current_actor(), ProposalForm()
    queries_purposes.uses_for(actor)
    if form.validate_on_submit():
        proposal, key = form.proposal, request.form.get("idempotency_key", "")
        with refusals_on(form):
            uid = once(
                form_scope(),
                key,
                repr(proposal),
                lambda: service_purposes.propose_purpose(actor, proposal).uid,
            )
            return _done(uid, _("Proposed. It stays blocked until a privacy officer decides."))
    key = request.form.get("idempotency_key") or new_uid()
    page = render_template("policies/purposes_new.html", form=form, key=key)
    return (page, 422) if form.errors else page


def _done(uid: str, words: str) -> Response:
    flash(words, "success")
    return redirect(url_for("purposes.show", uid=uid), 303)


@blueprint.get("/<uid>")
def show(uid: str) -> Answer:
    """Show one new purpose, with the screen for whoever may decide."""
    return _page(queries_purposes.use_for(current_actor(), uid), ScreenForm(), RefusalForm())


def _page(use: NewUse, screen: ScreenForm, refusal: RefusalForm) -> Answer:
    screen.label.choices = _labels()
    actor = current_actor()
    page = render_template(
        "policies/purposes_show.html",
        use=purpose_pages.drawn(use),
        row=use,
        screen=screen,
        refusal=refusal,
        decides=actor.has(Role.PRIVACY_OFFICER) and actor.id != use.proposed_by,
    )
    return (page, 422) if screen.errors or refusal.errors else page


def _labels() -> list[Any]:
    return [(each.label, name_of(each)) for each in queries.versions()]


@blueprint.post("/<uid>/permission")
def allow(uid: str) -> Answer:
    """Allow a purpose."""
    actor, form = current_actor(), ScreenForm()
    use = queries_purposes.use_for(actor, uid)
    form.label.choices = _labels()
    if form.validate_on_submit():
        said = {"label": form.label.data, "reason": form.reason.data or ""}
        with refusals_on(form):
            service_purposes.allow_purpose(
                actor, use, form.screen, version=posted_version(), **said
            )
            return _done(uid, _("Allowed, from the day on which that version is in force."))
    return _page(use, form, RefusalForm(formdata=None))


@blueprint.post("/<uid>/refusal")
def refuse(uid: str) -> Answer:
    """Refuse a purpose, or stop one."""
    actor, form = current_actor(), RefusalForm()
    use = queries_purposes.use_for(actor, uid)
    if form.validate_on_submit():
        with refusals_on(form):
            reason = form.refusal.data or ""
            service_purposes.refuse_purpose(actor, use, reason=reason, version=posted_version())
            return _done(uid, _("Refused. Data is not used for it."))
    return _page(use, ScreenForm(formdata=None), form)
