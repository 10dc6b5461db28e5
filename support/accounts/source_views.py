"""The page that shows the verified name of another service before it is stored (M6, M7)."""

from __future__ import annotations

from flask import flash, redirect, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import (
    providers,
    queries_identities,
    queries_names,
    service_identities,
    service_sources,
)
from support.accounts.console_views import own_id
from support.accounts.forms import CarriedForm, refusals_on
from support.accounts.identity_views import CARRIED, sent_there
from support.accounts.providers import Service
from support.accounts.service_sources import Carried
from support.accounts.session_views import page
from support.accounts.views import Answer, blueprint
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core.clock import utcnow
from support.core.errors import Expired, NotFound
from support.core.web import current_actor, limiter
from support.core.web_pages import language


@blueprint.route("/account/realname/<provider>", methods=["GET", "POST"])
def carried_name(provider: str) -> Answer:
    """Show exactly what the service told; the button keeps the name."""
    service, form = _service(provider), CarriedForm()
    assurance.require(current_actor(), Act.CHANGE_CONTACT, now=utcnow())
    told, late = _told(service)
    if told is not None and form.validate_on_submit():
        with refusals_on(form):
            service_sources.use_name(
                current_actor(), session[CARRIED], consent=bool(form.consent.data)
            )
            session.pop(CARRIED)
            flash(_("Your name is verified."), "success")
            return redirect(url_for("accounts.profile"), 303)
    known = queries_names.verified_name_of(own_id())
    title = _(providers.title(service.method, language()))
    mine = {each.method for each in queries_identities.identities_of(own_id())}
    facts = {"told": told, "late": late, "known": known, "service": title, "provider": provider}
    facts |= {"bound": service.method in mine}
    return page("accounts/carried_name.html", form, **facts)


@blueprint.get("/account/realname/<provider>/start")
@limiter.limit("30/minute;300/hour")
def fetch_name(provider: str) -> Response:
    """Send the member to the service, which asks them whether we may read the name."""
    service = _service(provider)
    assurance.require(current_actor(), Act.CHANGE_CONTACT, now=utcnow())
    return sent_there(service, current_actor().session, naming=True)


@blueprint.post("/account/realname/<provider>/removal")
def drop_name(provider: str) -> Response:
    """Forget what the service told; nothing of it was stored."""
    _service(provider)
    session.pop(CARRIED, None)
    flash(_("It is forgotten; nothing was stored."), "success")
    return redirect(url_for("realname.index"), 303)


def _service(provider: str) -> Service:
    """Return a service that carries names to a member; raise `NotFound` for any other."""
    service = providers.service(provider)
    if not providers.carries_names(service):
        raise NotFound()
    service_identities.require_member(current_actor())
    return service


def _told(service: Service) -> tuple[Carried | None, bool]:
    """Return what waits in this browser, and whether it has grown too old, when it is worth nothing any more."""
    kept = session.get(CARRIED)
    if not kept:
        return None, False
    try:
        told = service_sources.carried(current_actor(), kept)
    except Expired:
        return None, True
    return (told, False) if told.source == service.method.value else (None, False)
