"""A member's grants of access to their open data (`/account/grants`), and where a key is used (`/grants`)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask import Response as JsonResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import new_uid
from support.core.errors import DomainError, NotAllowed, TooMany
from support.core.once import once
from support.core.web import current_actor, form_scope
from support.policies import queries_grants as queries
from support.policies import service_grants as service
from support.policies.forms_grants import GrantForm
from support.policies.forms_sharing import refusals
from support.policies.models_grants import AccessGrant, GrantState
from support.policies.sharing_pages import data_words

blueprint = Blueprint("own_grants", __name__, url_prefix="/account/grants")
reading = Blueprint("grants", __name__)
Answer = str | Response | tuple[str, int]

PUBLIC = ("grants.read",)
"""It needs no sign-in: the key is the proof."""


@blueprint.route("", methods=["GET", "POST"])
def index() -> Answer:
    """List the member's grants with how often each was read, and give a new one."""
    actor, form = current_actor(), GrantForm().offer()
    if actor.kind != "member":
        raise NotAllowed()
    if form.validate_on_submit():
        with refusals(form):
            return redirect(url_for("own_grants.show", uid=_given_once(form)), 303)
    page = render_template(
        "policies/grants.html",
        form=form,
        rows=[_row(each) for each in queries.own_grants(actor)],
        key=request.form.get("idempotency_key") or new_uid(),
    )
    return (page, 422) if form.errors or form.form_errors else page


@blueprint.get("/<uid>")
def show(uid: str) -> str:
    """Show one grant."""
    return _page(queries.own_grant(current_actor(), uid), "")


@blueprint.post("/<uid>/key")
def key(uid: str) -> Answer:
    """Show the key, once."""
    actor = current_actor()
    grant = queries.own_grant(actor, uid)
    return _page(grant, service.show_key(actor, grant))


@blueprint.post("/<uid>/end")
def end(uid: str) -> Response:
    """Take a grant back."""
    actor = current_actor()
    service.take_back(actor, queries.own_grant(actor, uid))
    flash(_("Taken back. The key opens nothing any more."), "success")
    return redirect(url_for("own_grants.show", uid=uid), 303)


@reading.get("/grants/<uid>")
def read(uid: str) -> tuple[JsonResponse, int, dict[str, str]]:
    """Give just what a grant opens to who sends its key; each read is written down, a refusal says why."""
    scheme, _space, sent = request.headers.get("Authorization", "").partition(" ")
    try:
        told = service.read_by_key(uid, sent if scheme.lower() == "bearer" else "")
    except DomainError as error:
        words = _(error.words, **error.facts)
        return jsonify({"error": words}), error.status, _headers(error)
    return jsonify(told), 200, {}


def _headers(error: DomainError) -> dict[str, str]:
    if isinstance(error, TooMany):
        return {"Retry-After": str(error.retry_after)}
    return {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}


def _given_once(form: GrantForm) -> str:
    """The uid of the grant that the form gives, however often it is sent."""
    actor = current_actor()
    said = (form.grantee.data or "", tuple(form.data.data or ()), form.days.data or 0)

    def give() -> str:
        grantee, data, days = said
        return service.give_access(actor, grantee=grantee, data=data, days=days).uid

    return once(form_scope(), request.form.get("idempotency_key", ""), repr(said), give)


def _page(grant: AccessGrant, shown: str) -> str:
    address = settings().public_url + url_for("grants.read", uid=grant.uid)
    return render_template("policies/grant.html", row=_row(grant), key=shown, address=address)


def _row(grant: AccessGrant) -> dict[str, Any]:
    state = grant.state_at(utcnow())
    return {
        "grant": grant,
        "state": state,
        "stands": state is GrantState.STANDS,
        "what": data_words(grant.what),
    }
