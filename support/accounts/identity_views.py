"""Accounts of other services: the way there and back, and the member's page that binds and unbinds them (M6).

An answer that comes back by GET only shows a page; its button does the rest. So a link that somebody was sent, or
an answer that was meant for another browser, signs nobody in and binds nothing.
"""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import providers, queries_identities, service_identities, service_sources
from support.accounts.console_views import own_id
from support.accounts.providers import Identity, Service
from support.accounts.service_identities import IdentityTaken, Run
from support.accounts.session_views import browser_id, device_name, page
from support.accounts.views import Answer, blueprint, offered_services, stepped
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core.clock import utcnow
from support.core.context import settings
from support.core.errors import Unavailable
from support.core.web import client_address, current_actor, limiter, visitor_id
from support.core.web_pages import language

CARRIED = "carried_name"
"""Where the browser keeps what a service told of a verified name, sealed."""


@blueprint.get("/login/with/<provider>")
@limiter.limit("30/minute;300/hour")
def other_start(provider: str) -> Response:
    """Send the browser to the service's sign-in page; only the browser keeps that it went."""
    service = providers.service(provider)
    if current_actor().kind in ("member", "staff"):
        return redirect(url_for("accounts.other_accounts"), 303)
    return sent_there(service, None)


@blueprint.get("/account/other-accounts/<provider>/binding")
@limiter.limit("30/minute;300/hour")
def other_binding(provider: str) -> Response:
    """Send a signed-in member there, to bind the account that they show."""
    service = providers.service(provider)
    service_identities.require_member(current_actor())
    assurance.require(current_actor(), Act.CHANGE_CONTACT, now=utcnow())
    return sent_there(service, current_actor().session)


@blueprint.route("/login/with/<provider>/back", methods=["GET", "POST"])
@limiter.limit("30/minute;300/hour", methods=["POST"])
def other_back(provider: str) -> Answer:
    """Show what the service's answer is for; the button asks the service who it was, then signs in or binds."""
    service, state = providers.service(provider), request.values.get("state", "")
    run = service_identities.check_run(_kept_run(), service, state, current_actor())
    name = "code" if request.method == "POST" else service.provider.code_name
    code = request.values.get(name, "")
    if not code:
        return _denied(run, service)
    if request.method == "GET":
        return page("accounts/other_back.html", service=_title(service), run=run, code=code)
    session.pop("other")
    try:
        if run.naming:
            return _named(run, service, code)
        identity = service_identities.finish_run(run, service, code, back=_back(service))
    except Unavailable:
        return _away(run, service)
    return _entered(identity) if run.session_id is None else _bound(identity, service)


@blueprint.get("/account/other-accounts")
def other_accounts() -> str:
    """List the accounts of other services that sign in as this member, and offer to bind another one."""
    return _list()


@blueprint.route("/account/other-accounts/<uid>/removal", methods=["GET", "POST"])
def other_removal(uid: str) -> Answer:
    """Ask, then stop signing in with an account of another service."""
    assurance.require(current_actor(), Act.CHANGE_CONTACT, now=utcnow())
    found = queries_identities.own_identity(current_actor(), uid)
    if request.method == "POST":
        service_identities.unbind_identity(current_actor(), uid)
        flash(_("That account no longer signs in here."), "success")
        return redirect(url_for("accounts.other_accounts"), 303)
    title = _(providers.title(found.method, language()))
    return page("accounts/other_removal.html", one=found, service=title)


def pending_identity() -> Identity | None:
    """Return the account with which this browser tried to sign in and that is bound to nobody yet."""
    kept = session.get("identity")
    return service_identities.kept_identity(kept, visitor=visitor_id()) if kept else None


def pending_title() -> str:
    """Return the title of the service of `pending_identity`, "" without one."""
    pending = pending_identity()
    return _(providers.title(pending.method, language())) if pending else ""


def sent_there(service: Service, session_id: int | None, *, naming: bool = False) -> Response:
    """Send the browser to the service, and keep in it what for."""
    run = service_identities.begin_run(service, session_id, naming=naming)
    try:
        address = service_identities.sign_in_address(run, service, back=_back(service))
    except Unavailable:
        return _away(run, service)
    session["other"] = [run.method, run.state, run.at.isoformat(), run.session_id, run.naming]
    return redirect(address, 303)


def _kept_run() -> Run | None:
    kept = session.get("other")
    return Run(kept[0], kept[1], datetime.fromisoformat(kept[2]), *kept[3:]) if kept else None


def _back(service: Service) -> str:
    """The address that the operator registered with the service; never built from the Host header."""
    path = url_for("accounts.other_back", provider=service.method.value)
    return settings().public_url + path


def _denied(run: Run, service: Service) -> Response:
    session.pop("other")
    words = _("You did not allow it at %(service)s. Nothing has changed.", service=_title(service))
    flash(words, "info")
    return _to_start(run, service)


def _away(run: Run, service: Service) -> Response:
    """Lead back to where the way there began: it can be taken again, and the other ways stand beside it."""
    if run.naming:
        words = _(
            "%(service)s does not answer right now. Nothing has changed: ask again in a few minutes, or take another "
            "way under Real name.",
            service=_title(service),
        )
    elif run.session_id is not None:
        words = _(
            "%(service)s does not answer right now. Nothing has changed: please try again in a few minutes.",
            service=_title(service),
        )
    else:
        words = _(
            "%(service)s does not answer right now, so you are not signed in yet: try again in a few minutes, or sign "
            "in another way.",
            service=_title(service),
        )
    flash(words, "error")
    return _to_start(run, service)


def _to_start(run: Run, service: Service) -> Response:
    if run.naming:
        return redirect(url_for("accounts.carried_name", provider=service.method.value), 303)
    return redirect(url_for("accounts.other_accounts" if run.session_id else "accounts.login"), 303)


def _named(run: Run, service: Service, code: str) -> Response:
    """Keep in this browser what the service told, and show it before anything is stored."""
    back = _back(service)
    session[CARRIED] = service_sources.finish_run(current_actor(), run, service, code, back=back)
    return redirect(url_for("accounts.carried_name", provider=service.method.value), 303)


def _entered(identity: Identity) -> Response:
    step = service_identities.sign_in_with_identity(
        identity, address=client_address(), device=device_name(), browser=browser_id()
    )
    if step is not None:
        return stepped(step)
    session["identity"] = service_identities.keep_identity(identity, visitor=visitor_id())
    return redirect(url_for("accounts.register"), 303)


def _bound(identity: Identity, service: Service) -> Answer:
    try:
        service_identities.bind_identity(current_actor(), identity)
    except IdentityTaken as refusal:
        return _list(refused=_(refusal.words)), refusal.status
    flash(_("You can sign in with %(service)s from now on.", service=_title(service)), "success")
    return redirect(url_for("accounts.other_accounts"), 303)


def _list(refused: str = "") -> str:
    mine = queries_identities.identities_of(own_id())
    rows = [(one, _(providers.title(one.method, language()))) for one in mine]
    bound = {one.method.value for one in mine}
    free = [(code, title) for code, title in offered_services() if code not in bound]
    body, _usual = page("accounts/other_accounts.html", rows=rows, free=free, refused=refused)
    return body


def _title(service: Service) -> str:
    return str(_(providers.title(service.method, language())))
