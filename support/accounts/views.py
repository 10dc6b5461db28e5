"""Signing in and out, and the page that asks for a code."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import (
    providers,
    queries,
    queries_codes,
    service,
    service_challenges,
    service_codes,
    service_sessions,
)
from support.accounts.forms import (
    CodeForm,
    LoginForm,
    PasskeyForm,
    SecondStepForm,
    refusals_on,
    said,
)
from support.accounts.policy import CodePurpose
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession
from support.accounts.session_views import (
    after_sign_in,
    browser_id,
    code_scope,
    device_name,
    forget,
    keep_next,
    keep_second_step,
    kept_second_step,
    page,
    remember,
)
from support.core.clock import utcnow
from support.core.context import settings
from support.core.errors import NotFound, TooMany
from support.core.web import client_address, current_actor
from support.core.web_pages import language

Answer = Response | tuple[str, int]

blueprint = Blueprint("accounts", __name__)

_CODE_PAGES = {
    CodePurpose.LOGIN: "accounts.login_code",
    CodePurpose.REGISTER: "accounts.register_code",
    CodePurpose.RETRIEVE: "accounts.retrieve_code",
    CodePurpose.BIND: "accounts.bind_code",
    CodePurpose.CONTACT: "accounts.contact_code",
    CodePurpose.CONFIRM: "accounts.confirm",
    CodePurpose.FOLLOW: "workorders.follow_code",
}


@blueprint.route("/login", methods=["GET", "POST"])
def login() -> Answer:
    """Sign in with a password, or ask for a code."""
    if current_actor().kind in ("member", "staff"):
        return redirect(after_sign_in(current_actor().kind, current_actor().roles), 303)
    keep_next(request.values.get("next"))
    form = LoginForm()
    if form.validate_on_submit():
        with refusals_on(form):
            if request.form.get("way") == "code":
                return _send_sign_in_code(said(form.account))
            step = service.sign_in_with_password(
                said(form.account),
                said(form.password),
                address=client_address(),
                device=device_name(),
                browser=browser_id(),
            )
            return stepped(step)
    return login_page(form)


@blueprint.route("/login/code", methods=["GET", "POST"])
def login_code() -> Answer:
    """Sign in with the code that was sent."""
    form = CodeForm()
    if form.validate_on_submit():
        with refusals_on(form):
            step = service.sign_in_with_code(
                said(form.code),
                visitor=code_scope(),
                address=client_address(),
                device=device_name(),
                browser=browser_id(),
            )
            return stepped(step)
    return code_page(form, CodePurpose.LOGIN, _("Sign in"), url_for("accounts.login"))


@blueprint.route("/login/second", methods=["GET", "POST"])
def second_step() -> Answer:
    """Ask for the second factor; until it is right there is no session."""
    step = kept_second_step()
    if step is None:
        return redirect(url_for("accounts.login"), 303)
    form = SecondStepForm()
    if form.validate_on_submit():
        with refusals_on(form):
            opened = service.sign_in_second_step(
                step,
                said(form.code),
                address=client_address(),
                device=device_name(),
                browser=browser_id(),
            )
            return signed_in(opened)
    return second_step_page(form, step)


@blueprint.post("/logout")
def logout() -> Response:
    """End the session that speaks."""
    service_sessions.sign_out(current_actor())
    response = forget(redirect(url_for("accounts.login"), 303))
    flash(_("You are signed out."), "success")
    return response


@blueprint.post("/codes/<purpose>/again")
def code_again(purpose: str) -> Response:
    """Send a new code to where the last one went."""
    if purpose not in _CODE_PAGES:
        raise NotFound()
    wanted = CodePurpose(purpose)
    try:
        service_codes.request_again(
            current_actor(), wanted, visitor=code_scope(), address=client_address()
        )
        words = _("If the address is right, a new code is on its way. Only the newest one works.")
        flash(words, "success")
    except TooMany as error:  # the code that was sent may still be good, so its page stays
        flash(_(error.words, **error.facts), "warning")
    return redirect(url_for(_CODE_PAGES[wanted], next=request.form.get("next")), 303)


def signed_in(opened: OpenedSession) -> Response:
    """Send the newly signed-in person on, with their cookie."""
    target = after_sign_in(opened.kind, opened.roles)
    session.pop("proved", None)
    return remember(redirect(target, 303), opened)


def code_page(form: CodeForm, purpose: CodePurpose, title: str, other_url: str) -> Answer:
    """Show the page that asks for a code, or go back to where one is asked for when there is none."""
    waiting = queries_codes.open_code(code_scope(), purpose)
    if waiting is None:
        return redirect(other_url, 303)
    expired = waiting.expires_at <= utcnow()
    return page(
        "accounts/code.html",
        form,
        waiting=waiting,
        expired=expired,
        purpose=purpose,
        title=title,
        other_url=other_url,
    )


def login_page(form: LoginForm | PasskeyForm) -> Answer:
    """Show every way to sign in, with the troubles of the one that was tried."""
    login = form if isinstance(form, LoginForm) else LoginForm(None)
    facts = {"login": login, "others": offered_services(), "passkey_trouble": passkey_trouble()}
    return page("accounts/login.html", form, **facts)


def second_step_page(form: SecondStepForm | PasskeyForm, step: SecondStep) -> Answer:
    """Show every second factor that this person has, with the troubles of the one that was tried."""
    code = form if isinstance(form, SecondStepForm) else SecondStepForm(None)
    facts = {"code": code, "who": queries.person(step.person_id)}
    return page("accounts/second_step.html", form, **facts, passkey_trouble=passkey_trouble())


def passkey_trouble() -> str:
    """Return why no passkey can be used at the address under which this page is open; "" where one can."""
    if not service_challenges.has_name():
        return str(_(service_challenges.NO_NAME))
    if urlsplit(f"//{request.host}").hostname != service_challenges.rp_id():
        return str(_("Passkeys work only at %(address)s.", address=settings().public_url))
    return ""


def offered_services() -> list[tuple[str, str]]:
    """Return code and title of each service whose accounts sign in here, in the order of the buttons."""
    return [
        (one.method.value, _(providers.title(one.method, language())))
        for one in providers.services()
    ]


def _send_sign_in_code(text: str) -> Response:
    service.request_sign_in_code(
        text, visitor=code_scope(), address=client_address(), language=language()
    )
    return redirect(url_for("accounts.login_code"), 303)


def stepped(step: OpenedSession | SecondStep) -> Response:
    """Go on after the first step: to where the person was heading, or to the second factor."""
    if isinstance(step, OpenedSession):
        return signed_in(step)
    keep_second_step(step)
    return redirect(url_for("accounts.second_step"), 303)
