"""Registering, retrieving a password, joining the staff: the pages that prove an address first (M2, M3)."""

from __future__ import annotations

from contextlib import suppress

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _

from support.accounts import (
    queries,
    service_codes,
    service_contact_persons,
    service_invitations,
    service_register,
    service_staff,
)
from support.accounts.addresses import is_mainland_mobile, normalise_address
from support.accounts.forms import (
    AddressForm,
    CodeForm,
    DetailsForm,
    PasswordForm,
    RegisterForm,
    refusals_on,
    said,
)
from support.accounts.identity_views import pending_identity, pending_title
from support.accounts.models import ContactKind
from support.accounts.policy import CodePurpose
from support.accounts.service_sessions import OpenedSession
from support.accounts.session_views import (
    browser_id,
    code_scope,
    device_name,
    page,
    remember,
)
from support.accounts.views import Answer, blueprint, code_page, signed_in
from support.core.clock import utcnow
from support.core.errors import Expired, Invalid, Unavailable
from support.core.web import client_address
from support.core.web_pages import language
from support.core.words import N_
from support.policies import queries as policy_queries

_NUMBER = N_("Enter a mobile number of mainland China: 11 digits that begin with 1.")
_NO_MAIL = N_(
    "In mainland China a mobile number is needed. To register with an e-mail address, choose “Somewhere else” above."
)


@blueprint.route("/register", methods=["GET", "POST"])
def register() -> Answer:
    """Ask where the new member is reached, and send a code there."""
    form = RegisterForm()
    if form.validate_on_submit():
        with refusals_on(form):
            kind, value = _address_there(form.where.data, said(form.address))
            service_register.request_registration(
                kind, value, visitor=code_scope(), address=client_address(), language=language()
            )
            return redirect(url_for("accounts.register_code"), 303)
    return page("accounts/register.html", form, other=pending_title())


@blueprint.route("/register/code", methods=["GET", "POST"])
def register_code() -> Answer:
    """Prove the address with the code that was sent."""
    return _prove(
        CodePurpose.REGISTER, "accounts.register_details", _("Register"), "accounts.register"
    )


@blueprint.route("/register/details", methods=["GET", "POST"])
def register_details() -> Answer:
    """Ask for name, password and the acceptance of the present policy; then the account exists."""
    proved = session.get("proved", "")
    service_codes.proved_code(CodePurpose.REGISTER, visitor=code_scope(), uid=proved, now=utcnow())
    version = policy_queries.current_version(utcnow())
    if version is None:
        raise Unavailable()
    form = DetailsForm(policy_version=version.id)
    if form.validate_on_submit():
        with refusals_on(form):
            opened = _registered(proved, form)
            flash(_("Welcome! Your account is ready."), "success")
            return signed_in(opened)
    if form.form_errors:
        session.pop("identity", None)  # it belongs to somebody else by now
    return page("accounts/register_details.html", form, policy=version, other=pending_title())


@blueprint.route("/retrieve", methods=["GET", "POST"])
def retrieve() -> Answer:
    """Ask which address the forgotten password's account has, and send a code there."""
    form = AddressForm()
    if form.validate_on_submit():
        with refusals_on(form):
            service_register.request_retrieval(
                said(form.address),
                visitor=code_scope(),
                address=client_address(),
                language=language(),
            )
            return redirect(url_for("accounts.retrieve_code"), 303)
    return page("accounts/retrieve.html", form)


@blueprint.route("/retrieve/code", methods=["GET", "POST"])
def retrieve_code() -> Answer:
    """Prove the address with the code that was sent."""
    words = _("New password")
    return _prove(CodePurpose.RETRIEVE, "accounts.retrieve_password", words, "accounts.retrieve")


@blueprint.route("/retrieve/password", methods=["GET", "POST"])
def retrieve_password() -> Answer:
    """Set the new password; signing in comes after it, with the second factor where one is set."""
    proved, form = session.get("proved", ""), PasswordForm()
    service_codes.proved_code(CodePurpose.RETRIEVE, visitor=code_scope(), uid=proved, now=utcnow())
    if form.validate_on_submit():
        with refusals_on(form):
            service_register.retrieve_password(
                proved, visitor=code_scope(), password=said(form.password)
            )
            session.pop("proved", None)
            flash(
                _("Your password is changed, and every session has ended. Please sign in."),
                "success",
            )
            return redirect(url_for("accounts.login"), 303)
    return page("accounts/password_new.html", form, back=url_for("accounts.retrieve"))


@blueprint.route("/join/<uid>/<token>", methods=["GET", "POST"])
def join(uid: str, token: str) -> Answer:
    """Let an invited member of staff choose a password; opening the link changes nothing."""
    code = service_invitations.invitation(uid, token, now=utcnow())
    if code.person_id is None:
        raise Expired()
    form = PasswordForm()
    if form.validate_on_submit():
        with refusals_on(form):
            opened = service_staff.accept_invitation(
                uid,
                token,
                password=said(form.password),
                address=client_address(),
                device=device_name(),
                browser=browser_id(),
            )
            return remember(redirect(url_for("accounts.factor"), 303), opened)
    return page("accounts/join.html", form, who=queries.person(code.person_id), email=code.value)


@blueprint.route("/contact-persons/<uid>/<token>", methods=["GET", "POST"])
def opt_out(uid: str, token: str) -> Answer:
    """Let a contact person say that they don't want to be one; only the button does it."""
    person = service_contact_persons.opt_out_subject(uid, token)
    if request.method == "POST":
        service_contact_persons.opt_out(uid, token)
        return redirect(url_for("accounts.opt_out", uid=uid, token=token), 303)
    return page("accounts/opt_out.html", name=person.name, done=person.opted_out)


def _address_there(where: str, text: str) -> tuple[ContactKind, str]:
    """Read the address by the rule of the place chosen; the words of a refusal are that place's, too."""
    if where == "other":
        return normalise_address("auto", text)
    if "@" in text:
        raise Invalid("address", _NO_MAIL)
    with suppress(Invalid):
        kind, value = normalise_address("mobile", text)
        if is_mainland_mobile(value):
            return kind, value
    raise Invalid("address", _NUMBER)


def _prove(purpose: CodePurpose, then: str, title: str, other: str) -> Answer:
    form = CodeForm()
    if form.validate_on_submit():
        with refusals_on(form):
            session["proved"] = service_register.prove_address(
                purpose, said(form.code), visitor=code_scope()
            )
            return redirect(url_for(then), 303)
    return code_page(form, purpose, title, url_for(other))


def _registered(proved: str, form: DetailsForm) -> OpenedSession:
    """The version is the one that the person saw, if it is still in force."""
    version = policy_queries.current_version(utcnow())
    if version is None or str(version.id) != form.policy_version.data:
        raise Invalid(
            "accept", N_("The policy has a new version. Please read it and accept again.")
        )
    return service_register.register_member(
        proved,
        visitor=code_scope(),
        name=said(form.name),
        password=said(form.password),
        policy_version=version.id,
        language=language(),
        address=client_address(),
        device=device_name(),
        browser=browser_id(),
        identity=pending_identity(),
    )
