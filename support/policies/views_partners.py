"""The desk's register of partners: who gets data, until when, and what is not written down yet."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.once import once
from support.core.partners import Contracts, PlatformTold
from support.core.web import current_actor, form_scope, posted_version
from support.core.web_nav import NavItem
from support.core.words import N_
from support.core.worker import Periodic
from support.policies import queries_partners as queries
from support.policies import service_partners as service
from support.policies import sharing_pages as pages
from support.policies.forms_sharing import PartnerForm, partner_form, refusals
from support.policies.models_partners import Partner
from support.policies.policy_sharing import (
    READERS,
    check_may_keep_partners,
    check_may_read_partners,
    may_keep_partners,
)
from support.policies.service_sharing import note_platform_call

blueprint = Blueprint("partners", __name__, url_prefix="/desk/partners")
Answer = str | Response | tuple[str, int]


def _calling(actor: Actor) -> int:
    """Return how many contracts call for somebody: near their end, or ended while something should go there."""
    return queries.calling(utcnow())


HOOKS: tuple[object, ...] = (
    Contracts(queries.is_open),
    PlatformTold(note_platform_call),
    Periodic("watch_contracts", timedelta(minutes=10), service.watch_contracts),
    NavItem(
        N_("Administration"),
        N_("Partners"),
        "partners.index",
        "handshake",
        count=_calling,
        roles=READERS,
    ),
)


@blueprint.get("")
def index() -> str:
    """List every partner with its contract, and what calls for somebody."""
    actor, now = current_actor(), utcnow()
    rows = [pages.partner_row(each, now) for each in queries.partners_for(actor)]
    return render_template(
        "policies/partners.html",
        rows=rows,
        shut=pages.notices(),
        ending=[row for row in rows if row["state"] == "ending"],
        incomplete=sum(not row["complete"] for row in rows),
        may_keep=may_keep_partners(actor),
        stores=pages.stores(),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Answer:
    """Write a partner down."""
    actor, form = current_actor(), partner_form(None)
    check_may_keep_partners(actor)
    if form.validate_on_submit():
        with refusals(form):
            facts = form.facts()
            key = request.form.get("idempotency_key", "")
            uid = once(
                form_scope(), key, repr(facts), lambda: service.add_partner(actor, facts).uid
            )
            flash(_("The partner is written down."), "success")
            return redirect(url_for("partners.show", uid=uid), 303)
    return _form_page(form, None)


@blueprint.get("/<uid>")
def show(uid: str) -> str:
    """Show one partner."""
    actor = current_actor()
    row = pages.partner_row(queries.partner_for(actor, uid), utcnow())
    return render_template("policies/partner.html", row=row, may_keep=may_keep_partners(actor))


@blueprint.route("/<uid>/details", methods=["GET", "POST"])
def edit(uid: str) -> Answer:
    """Change what is written of a partner."""
    actor = current_actor()
    partner = queries.partner_for(actor, uid)
    check_may_keep_partners(actor)
    form = partner_form(partner)
    if form.validate_on_submit():
        with refusals(form):
            service.change_partner(actor, partner, form.facts(), version=posted_version())
            flash(_("Saved."), "success")
            return redirect(url_for("partners.show", uid=uid), 303)
    return _form_page(form, partner)


@blueprint.route("/<uid>/end", methods=["GET", "POST"])
def end(uid: str) -> Answer:
    """Ask, then end a contract at once."""
    actor = current_actor()
    partner = queries.partner_for(actor, uid)
    check_may_keep_partners(actor)
    if request.method == "POST":
        service.end_contract(actor, partner, version=posted_version())
        flash(_("The contract has ended; nothing is sent there from now on."), "success")
        return redirect(url_for("partners.show", uid=uid), 303)
    row = pages.partner_row(partner, utcnow())
    return render_template("policies/partner_end.html", row=row)


def _form_page(form: PartnerForm, partner: Partner | None) -> Answer:
    check_may_read_partners(current_actor())
    page = render_template(
        "policies/partner_edit.html",
        form=form,
        row=pages.partner_row(partner, utcnow()) if partner is not None else None,
        key=request.form.get("idempotency_key") or new_uid(),
    )
    return (page, 422) if form.errors or form.form_errors else page
