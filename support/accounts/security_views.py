"""Password, sessions, tries to sign in, second factor: how a person guards their own account."""

from __future__ import annotations

import io

import segno
from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import (
    queries,
    queries_passkeys,
    queries_sessions,
    service_devices,
    service_factors,
    service_register,
    service_sessions,
)
from support.accounts.console_views import own_id
from support.accounts.forms import PasswordForm, SecondStepForm, refusals_on, said
from support.accounts.policy import Method, Outcome
from support.accounts.session_views import after_sign_in, browser_id, page
from support.accounts.views import Answer, blueprint
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import new_uid
from support.core.errors import NotFound
from support.core.once import once
from support.core.web import current_actor, form_scope, row_number
from support.core.web_pages import operator


@blueprint.route("/account/password", methods=["GET", "POST"])
def password() -> Answer:
    """Change the password; the other sessions end."""
    assurance.require(current_actor(), Act.CHANGE_PASSWORD, now=utcnow())
    form = PasswordForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_register.change_password(current_actor(), said(form.password))
            flash(_("Your password is changed. Your other sessions have ended."), "success")
            return redirect(url_for("accounts.console"), 303)
    return page("accounts/password_new.html", form, back=url_for("accounts.console"))


@blueprint.get("/account/sessions")
def sessions() -> Answer:
    """List where the person is signed in."""
    live = queries_sessions.live_sessions(own_id(), utcnow())
    return page("accounts/sessions.html", sessions=live, present=current_actor().session)


@blueprint.post("/account/sessions/<int(max=999999999999999999):session_id>/end")
def end_session(session_id: int) -> Response:
    """End one of the person's own sessions."""
    service_sessions.end_session(current_actor(), session_id)
    flash(_("That session has ended."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@blueprint.post("/account/sessions/end-others")
def end_other_sessions() -> Response:
    """End every session of the person but this one."""
    service_sessions.end_other_sessions(current_actor())
    flash(_("Your other sessions have ended."), "success")
    return redirect(url_for("accounts.sessions"), 303)


@blueprint.get("/account/sign-ins")
def sign_ins() -> Answer:
    """List the tries to sign in, with what each field is and how long it is kept (M8)."""
    rows = queries_sessions.sign_ins(own_id(), before=request.args.get("before", type=row_number))
    drawn = [(row, Method(row.method).title, Outcome(row.outcome)) for row in rows]
    here, more = (
        service_devices.device_hash(own_id(), browser_id()),
        len(rows) == queries_sessions.PAGE,
    )
    months = settings().retention_sign_ins_months
    return page("accounts/sign_ins.html", rows=drawn, here=here, more=more, months=months)


@blueprint.route("/account/second-factor", methods=["GET", "POST"])
def factor() -> Answer:
    """Show the second factors that are set, or set the first one."""
    who = queries.person(own_id())
    if who.has_factor:
        keys, left = queries_passkeys.passkeys_of(who.id), service_factors.codes_left(who.id)
        return page("accounts/factor.html", who=who, passkeys=keys, left=left)
    return _set_app()


@blueprint.route("/account/second-factor/app", methods=["GET", "POST"])
def factor_app() -> Answer:
    """Set an authenticator app beside passkeys."""
    if queries.person(own_id()).has_app:
        return redirect(url_for("accounts.factor"), 303)
    return _set_app()


def _set_app() -> Answer:
    assurance.require(current_actor(), Act.CHANGE_SECOND_FACTOR, now=utcnow())
    secret = service_factors.offered_secret(current_actor())
    form = SecondStepForm()
    if form.validate_on_submit():
        with refusals_on(form):
            codes = service_factors.switch_on_factor(current_actor(), secret, said(form.code))
            return page("accounts/recovery_codes.html", codes=codes)
    return page("accounts/factor_set.html", form, secret=_spaced(secret))


@blueprint.get("/account/second-factor/qr.svg")
def factor_qr() -> Response:
    """Draw the secret that is being set as a QR code, for the session that it is offered to."""
    if queries.person(own_id()).has_app:
        raise NotFound()
    assurance.require(current_actor(), Act.CHANGE_SECOND_FACTOR, now=utcnow())
    secret = service_factors.offered_secret(current_actor())
    issuer = operator()["name"] or "Gongdan"
    code = segno.make(service_factors.uri_of(secret, current_actor().name, issuer), error="m")
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", scale=5, border=2, light="#ffffff", dark="#191c21")
    return FlaskResponse(drawn.getvalue(), mimetype="image/svg+xml")


@blueprint.route("/account/second-factor/codes", methods=["GET", "POST"])
def new_codes() -> Answer:
    """Ask, then make ten new recovery codes and show them in this one answer."""
    assurance.require(current_actor(), Act.CHANGE_SECOND_FACTOR, now=utcnow())
    if request.method == "GET":
        return page("accounts/recovery_renew.html", key=new_uid())
    codes = _renewed_codes()
    if codes:
        return page("accounts/recovery_codes.html", codes=codes)
    flash(
        _("These codes were shown once already. If you have not kept them, make new ones."), "info"
    )
    return redirect(url_for("accounts.factor"), 303)


@blueprint.route("/account/second-factor/off", methods=["GET", "POST"])
def factor_off() -> Answer:
    """Ask, then take the authenticator app away."""
    assurance.require(current_actor(), Act.CHANGE_SECOND_FACTOR, now=utcnow())
    if request.method == "POST":
        service_factors.switch_off_factor(current_actor())
        flash(_("The authenticator app is off."), "success")
        return redirect(url_for("accounts.console"), 303)
    return page("accounts/factor_off.html", who=queries.person(own_id()))


@blueprint.get("/account/second-factor/done")
def factor_done() -> Response:
    """Go on from the recovery codes to where the person was heading."""
    return redirect(after_sign_in(current_actor().kind, current_actor().roles), 303)


def _renewed_codes() -> list[str]:
    """The new codes; none when the form was sent before: its first answer showed them, and they are kept nowhere."""
    codes: list[str] = []

    def act() -> str:
        codes.extend(service_factors.renew_recovery_codes(current_actor()))
        return "renewed"

    once(form_scope(), request.form.get("idempotency_key", ""), "", act)
    return codes


def _spaced(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
