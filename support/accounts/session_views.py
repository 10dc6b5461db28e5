"""Who speaks in a request: from the cookie to the actor, and back into a cookie at sign-in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import (
    Blueprint,
    Request,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.sansio.blueprints import BlueprintSetupState
from flask_login import current_user
from flask_wtf import FlaskForm
from itsdangerous import BadSignature, Signer
from werkzeug.wrappers import Response

from support.accounts import queries_sessions, service_profile, service_sessions
from support.accounts.models import PersonKind
from support.accounts.policy import SESSION_LIVES, TOUCH_EVERY, Method
from support.accounts.service import SecondStep
from support.accounts.service_sessions import OpenedSession
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.context import hooks, keys, settings
from support.core.db import new_uid
from support.core.web import Visitor, current_actor, login_manager, safe_next, visitor_id
from support.core.web_nav import Unread
from support.core.web_pages import LANGUAGES

blueprint = Blueprint("account_sessions", __name__)

# fixed by the design, and owned by a room above
DESK_PATH = "/desk"
ADMIN_PATH = "/admin"
ORDERS_PATH = "/orders"
ACCOUNT_PATH = "/account"
_ENROLMENT = frozenset(
    {
        "static",
        "accounts.factor",
        "accounts.factor_qr",
        "accounts.new_passkey",
        "accounts.passkey_challenge",
        "accounts.logout",
        "accounts.confirm",
        "accounts.confirm_send",
        "web.switch_language",
        "web.switch_theme",
        "web.healthz",
    }
)


class SignedIn(Visitor):
    """The visitor behind a session cookie, and whether a second factor was shown in this session."""

    def __init__(self, speaker: queries_sessions.Speaker) -> None:
        super().__init__(speaker.actor)
        self.second_factor = speaker.second_factor
        self.character_keys = speaker.character_keys
        self.unread = speaker.unread
        self.trained_until = speaker.trained_until


@dataclass(frozen=True, slots=True)
class AtSignIn:
    """What a room does once a browser's visitor is known to be a person: `run(visitor, person_id)`."""

    run: Callable[[str, int], None]


def cookie_name() -> str:
    """Return the name of the session's cookie; by https the browser itself guards its origin."""
    return "__Host-sid" if settings().secure else "sid"


@login_manager.request_loader  # type: ignore[untyped-decorator]  # flask_login has no types
def load_visitor(incoming: Request) -> SignedIn | None:
    """Find the session behind the cookie in one query, and note once a minute that it lives."""
    secret = incoming.cookies.get(cookie_name(), "")
    if not secret:
        return None
    now = utcnow()
    counts = tuple(hook.of for hook in hooks(Unread))
    speaker = queries_sessions.speaker(service_sessions.hash_of(secret), now, counts)
    if speaker is None:
        return None
    if now - speaker.seen_at > TOUCH_EVERY and speaker.actor.session is not None:
        service_sessions.touch_session(speaker.actor.session, now=now)
    return SignedIn(speaker)


def keep_staff_at_enrolment() -> Response | None:
    """Staff who have shown no second factor in this session reach only the page that sets one (ASVS 6.3.3).

    Their actor holds no role either, so this is the friendly half: it says where to go instead of 403.
    """
    if request.endpoint in _ENROLMENT or not current_actor().is_staff or has_second_factor():
        return None
    return redirect(url_for("accounts.factor"), 303)


@blueprint.record_once
def _ask_enrolment_first(state: BlueprintSetupState) -> None:
    """Before the check of access, which would answer 403 to people who only need to be shown the way."""
    state.app.before_request_funcs.setdefault(None, []).insert(0, keep_staff_at_enrolment)


@blueprint.before_app_request
def keep_chosen_language() -> None:
    """The language switch of a signed-in person is kept with the person, whose messages follow it."""
    if request.endpoint == "web.switch_language" and current_actor().signed_in:
        chosen = request.form.get("language", "")
        if chosen in LANGUAGES:
            service_profile.save_language(current_actor(), chosen)


def has_second_factor() -> bool:
    """True when the present session has shown a second factor."""
    return bool(getattr(current_user, "second_factor", False))


def code_scope() -> str:
    """Return what codes of this browser are bound to: the session, or the visitor before sign-in."""
    actor = current_actor()
    return f"session:{actor.session}" if actor.session else visitor_id()


def remember(response: Response, opened: OpenedSession) -> Response:
    """Put a new session's secret into the cookie; the form token of before is worth nothing any more."""
    for name in ("csrf_token", "second", "proved", "other", "identity"):
        session.pop(name, None)
    if opened.kind != PersonKind.GUEST:
        _remember_browser(response)
    lasting = opened.kind == PersonKind.MEMBER
    response.set_cookie(
        cookie_name(),
        opened.secret,
        max_age=int(SESSION_LIVES[opened.kind].absolute.total_seconds()) if lasting else None,
        secure=settings().secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )
    if visitor := session.get("visitor"):
        for hook in hooks(AtSignIn):
            hook.run(visitor, opened.person_id)
    return response


BROWSER_KEPT = timedelta(days=365)


def browser_cookie() -> str:
    """Return the name of the cookie by which a browser is known again at its next sign-in."""
    return "__Host-device" if settings().secure else "device"


def browser_id() -> str:
    """Return the random id that this browser's cookie holds; a new one where there is none, or one not of ours."""
    if "browser" not in g:
        try:
            g.browser = _signer().unsign(request.cookies.get(browser_cookie(), "")).decode()
        except BadSignature:
            g.browser = new_uid()
    return str(g.browser)


def _remember_browser(response: Response) -> None:
    response.set_cookie(
        browser_cookie(),
        _signer().sign(browser_id()).decode(),
        max_age=int(BROWSER_KEPT.total_seconds()),
        secure=settings().secure,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _signer() -> Signer:
    return Signer(
        keys().session, salt="device", key_derivation="hmac", digest_method=hashlib.sha256
    )


def forget(response: Response) -> Response:
    """Take the session's cookie away, and everything that the form cookie held."""
    response.delete_cookie(
        cookie_name(), path="/", secure=settings().secure, httponly=True, samesite="Lax"
    )
    session.clear()
    return response


def after_sign_in(kind: str, roles: frozenset[Role]) -> str:
    """Return where a person goes on: the page they wanted, else where they work."""
    wanted = safe_next(session.pop("next", ""))
    if wanted or kind != PersonKind.STAFF:
        return wanted or ORDERS_PATH
    if not roles:
        return ACCOUNT_PATH  # it says what is missing
    return ADMIN_PATH if roles == {Role.ADMIN} else DESK_PATH


def keep_next(target: str | None) -> None:
    """Keep the page that a person wanted while they sign in; only a path of our own."""
    if wanted := safe_next(target):
        session["next"] = wanted


def keep_second_step(step: SecondStep) -> None:
    """Keep in the signed cookie that the first step succeeded; it opens nothing without the second factor."""
    session["second"] = [step.person_id, step.method.value, step.at.isoformat()]


def kept_second_step() -> SecondStep | None:
    """Return the first step that this browser passed, if any."""
    kept = session.get("second")
    if not kept:
        return None
    return SecondStep(kept[0], Method(kept[1]), datetime.fromisoformat(kept[2]))


def page(template: str, form: FlaskForm | None = None, **facts: Any) -> tuple[str, int]:
    """Render a page; one whose form has errors is answered with 422."""
    wrong = form is not None and bool(form.errors)
    return render_template(template, form=form, **facts), 422 if wrong else 200


_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_name() -> str:
    """Return browser and system in words, such as `Firefox, Windows`: the least that lets people know their own."""
    agent = request.user_agent.string
    browser = next((name for sign, name in _BROWSERS if re.search(rf"\b{sign}", agent)), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system)))
