"""The page that asks for a fresh proof before something protected (the gate of `assurance`)."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from support.accounts import (
    queries,
    queries_codes,
    service_contacts,
    service_factors,
    service_passkey_uses,
    service_register,
)
from support.accounts.forms import (
    ConfirmCodeForm,
    ConfirmFactorForm,
    ConfirmPasswordForm,
    PasskeyForm,
    refusals_on,
    said,
)
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope, device_name, page
from support.accounts.views import Answer, blueprint, passkey_trouble
from support.assurance import queries as assurance_queries
from support.core.clock import utcnow
from support.core.web import client_address, current_actor, safe_next

_FORMS: dict[str, type[FlaskForm]] = {
    "password": ConfirmPasswordForm,
    "code": ConfirmCodeForm,
    "factor_code": ConfirmFactorForm,
}


@blueprint.route("/account/confirm", methods=["GET", "POST"])
def confirm() -> Answer:
    """Take the password, a code or the app's code as a fresh proof, and go back to what asked for it."""
    sent = next((name for name in _FORMS if name in request.form), "")
    forms = {name: kind(request.form if name == sent else None) for name, kind in _FORMS.items()}
    if sent and forms[sent].validate_on_submit():
        with refusals_on(forms[sent]):
            _prove(sent, request.form[sent])
            return redirect(_back(), 303)
    return page("accounts/confirm.html", forms.get(sent), ways=forms, **_facts())


@blueprint.post("/account/confirm/passkey")
def confirm_passkey() -> Answer:
    """Take a passkey as a fresh proof, and go back to what asked for it."""
    form = PasskeyForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_passkey_uses.prove_passkey(
                current_actor(),
                said(form.credential),
                visitor=code_scope(),
                address=client_address(),
                device=device_name(),
            )
            return redirect(_back(), 303)
    empty = {name: kind(None) for name, kind in _FORMS.items()}
    return page("accounts/confirm.html", form, ways=empty, **_facts())


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
        "waiting": queries_codes.open_code(code_scope(), CodePurpose.CONFIRM),
        "next": safe_next(request.values.get("next")),
        "passkey_trouble": passkey_trouble(),
    }
