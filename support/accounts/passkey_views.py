"""Passkeys: what the browser asks for one, signing in with it, and the owner's pages that add and remove one.

A script asks for a challenge, shows it to the browser's passkey, and sends the answer as an ordinary form. So what is
refused is answered in words by an ordinary page, and without scripts the other ways stand on the same pages.
"""

from __future__ import annotations

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from support.accounts import queries_passkeys, service_passkey_uses, service_passkeys
from support.accounts.console_views import own_id
from support.accounts.forms import NewPasskeyForm, PasskeyForm, refusals_on, said
from support.accounts.policy import Ceremony
from support.accounts.session_views import (
    browser_id,
    code_scope,
    device_name,
    kept_second_step,
    page,
)
from support.accounts.views import (
    Answer,
    blueprint,
    login_page,
    passkey_trouble,
    second_step_page,
    signed_in,
)
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import client_address, current_actor, limiter


@blueprint.post("/passkey/challenges/<ceremony>")
@limiter.limit("30/minute;300/hour")
def passkey_challenge(ceremony: str) -> FlaskResponse:
    """Give the browser what it shows to a passkey, as JSON."""
    if ceremony not in set(Ceremony):
        raise NotFound()
    return FlaskResponse(_begun(Ceremony(ceremony)), mimetype="application/json")


@blueprint.post("/login/passkey")
def passkey_login() -> Answer:
    """Sign in with a passkey alone."""
    form = PasskeyForm()
    if form.validate_on_submit():
        with refusals_on(form):
            opened = service_passkey_uses.sign_in_with_passkey(
                said(form.credential),
                visitor=code_scope(),
                address=client_address(),
                device=device_name(),
                browser=browser_id(),
            )
            return signed_in(opened)
    return login_page(form)


@blueprint.post("/login/second/passkey")
def second_passkey() -> Answer:
    """Finish signing in with a passkey."""
    step, form = kept_second_step(), PasskeyForm()
    if step is None:
        return redirect(url_for("accounts.login"), 303)
    if form.validate_on_submit():
        with refusals_on(form):
            opened = service_passkey_uses.sign_in_second_step_with_passkey(
                step,
                said(form.credential),
                visitor=code_scope(),
                address=client_address(),
                device=device_name(),
                browser=browser_id(),
            )
            return signed_in(opened)
    return second_step_page(form, step)


@blueprint.route("/account/second-factor/passkeys/new", methods=["GET", "POST"])
def new_passkey() -> Answer:
    """Add a passkey; the first second factor brings the recovery codes."""
    assurance.require(current_actor(), Act.CHANGE_SECOND_FACTOR, now=utcnow())
    form = NewPasskeyForm()
    if form.validate_on_submit():
        with refusals_on(form):
            codes = service_passkeys.add_passkey(
                current_actor(), said(form.credential), name=said(form.name), visitor=code_scope()
            )
            if codes:
                return page("accounts/recovery_codes.html", codes=codes)
            flash(_("The passkey is added. Your other sessions have ended."), "success")
            return redirect(url_for("accounts.factor"), 303)
    form.credential.data = ""
    return page("accounts/passkey_new.html", form, passkey_trouble=passkey_trouble())


@blueprint.route("/account/second-factor/passkeys/<uid>/removal", methods=["GET", "POST"])
def passkey_removal(uid: str) -> Answer:
    """Ask, then remove a passkey."""
    assurance.require(current_actor(), Act.CHANGE_SECOND_FACTOR, now=utcnow())
    found = queries_passkeys.own_passkey(current_actor(), uid)
    if request.method == "POST":
        service_passkeys.remove_passkey(current_actor(), uid)
        flash(_("The passkey is removed. Your other sessions have ended."), "success")
        return redirect(url_for("accounts.factor"), 303)
    return page("accounts/passkey_remove.html", passkey=found)


def _begun(ceremony: Ceremony) -> str:
    """What the browser needs for this ceremony; the second step knows who it is from the step before."""
    if ceremony == Ceremony.ADD:
        return service_passkeys.begin_passkey(current_actor(), visitor=code_scope())
    person_id = None
    if ceremony == Ceremony.CONFIRM:
        person_id = own_id()
    elif ceremony == Ceremony.SECOND_STEP:
        step = kept_second_step()
        if step is None:
            raise NotFound()
        person_id = step.person_id
    return service_passkey_uses.begin_showing(ceremony, visitor=code_scope(), person_id=person_id)
