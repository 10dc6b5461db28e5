"""The page that asks for a fresh proof before something protected (the gate of `assurance`)."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from support.accounts import queries, service_contacts, service_factors, service_register
from support.accounts.forms import (
    ConfirmCodeForm,
    ConfirmFactorForm,
    ConfirmPasswordForm,
    refusals_on,
)
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope, device_name, page
from support.accounts.views import Answer, blueprint
from support.assurance import queries as assurance_queries
from support.core.clock import utcnow
from support.core.web import client_address, current_actor, safe_next


@blueprint.route("/account/confirm", methods=["GET", "POST"])
def confirm() -> Answer:
    """Take the password, a code or the app's code as a fresh proof, and go back to what asked for it."""
    sent = next((name for name in ("password", "code", "factor_code") if name in request.form), "")
    forms: dict[str, FlaskForm] = {
        "password": ConfirmPasswordForm(request.form if sent == "password" else None),
        "code": ConfirmCodeForm(request.form if sent == "code" else None),
        "factor_code": ConfirmFactorForm(request.form if sent == "factor_code" else None),
    }
    if sent and forms[sent].validate_on_submit():
        with refusals_on(forms[sent]):
            _prove(sent, request.form[sent])
            return redirect(_back(), 303)
    return page("accounts/confirm.html", forms.get(sent), ways=forms, **_facts())


@blueprint.post("/account/confirm/code")
def confirm_send() -> Response:
    """Send a code to one of the person's own addresses."""
    service_contacts.request_confirmation(
        current_actor(),
        request.form.get("contact", ""),
        visitor=code_scope(),
        address=client_address(),
    )
    return redirect(url_for("accounts.confirm", next=safe_next(request.form.get("next"))), 303)


def _prove(way: str, text: str) -> None:
    actor = current_actor()
    if way == "code":
        service_register.prove_code(actor, text, visitor=code_scope())
    elif way == "factor_code":
        service_factors.prove_factor(actor, text, address=client_address(), device=device_name())
    else:
        service_register.prove_password(actor, text, address=client_address(), device=device_name())


def _back() -> str:
    return safe_next(request.form.get("next")) or url_for("accounts.console")


def _facts() -> dict[str, object]:
    actor = current_actor()
    assert actor.id is not None
    who = queries.person(actor.id)
    return {
        "shown": {kind.value for kind in assurance_queries.live_proofs(actor, utcnow())},
        "who": who,
        "contacts": [one for one in queries.contacts_of(who.id) if one.bound],
        "waiting": queries.open_code(code_scope(), CodePurpose.CONFIRM),
        "next": safe_next(request.values.get("next")),
    }
