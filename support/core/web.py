"""The web ground: who speaks, who may pass, headers on every answer, limits on every body."""

from __future__ import annotations

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import Flask, Response, abort, current_app, g, request, session
from flask_limiter import Limiter
from flask_login import AnonymousUserMixin, LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect, generate_csrf
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.middleware.proxy_fix import ProxyFix

from support.core import doorbell, logs
from support.core.actors import ADMINISTRATION, ANONYMOUS, FOR_MEMBERS, UNTRAINED, Actor, Role
from support.core.config import Config
from support.core.context import settings
from support.core.db import new_uid
from support.core.errors import NeedsSignIn, NotAllowed, NotFound
from support.core.web_bodies import LARGEST_BODY_BYTES, MAX_TEXT_BYTES, Incoming, set_limit

log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FILE_FIELDS = frozenset({"file", "files", "picture"})
LONGEST_NEXT = 1_000  # it is kept in a cookie, and browsers drop one above 4 KB


csrf = CSRFProtect()
login_manager = LoginManager()


class Visitor(UserMixin):
    """The signed-in person as Flask-Login sees it: a thin coat over `Actor`.

    `character_keys` is False for whoever switched single-key shortcuts off (WCAG 2.1.4); `unread` is the number
    on the inbox bell.
    """

    character_keys = True
    unread = 0

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def get_id(self) -> str:
        """The session's number; nothing of the person."""
        return str(self.actor.session)


class Stranger(AnonymousUserMixin):
    """Nobody is signed in."""

    actor = ANONYMOUS


login_manager.anonymous_user = Stranger
login_manager.session_protection = (
    None  # it guards a cookie of its own that nobody has here: sessions are rows
)


def current_actor() -> Actor:
    """Return who speaks in this request: anonymous, guest, member or staff."""
    actor: Actor = current_user.actor
    return actor


def client_address() -> str:
    """Return the peer's address for limits: whole for IPv4, the /64 network for IPv6."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


class _AskedLimits(Limiter):
    """No limit of ours is for every page: the views that have one ask for it themselves, and no other page waits."""

    def _check_request_limit(
        self, callable_name: str | None = None, in_middleware: bool = True
    ) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = _AskedLimits(
    client_address, strategy="fixed-window", in_memory_fallback_enabled=True, headers_enabled=False
)


def visitor_id() -> str:
    """Return the random id of this browser before sign-in, kept in the signed cookie; codes are bound to it."""
    if "visitor" not in session:
        session["visitor"] = new_uid()
    return str(session["visitor"])


def form_token() -> str:
    """Return the token that this browser's forms carry, signed anew once a minute: signing costs as much as a query."""
    if "form_token" not in g:
        secret = session.get("csrf_token")
        if secret and "csrf_token" not in g:
            g.csrf_token = _signed(current_app.secret_key, secret, int(time.time() // 60))
        g.form_token = str(generate_csrf())
    token: str = g.form_token
    return token


@lru_cache(maxsize=4_096)
def _signed(_key: object, _secret: str, _minute: int) -> str:
    return str(generate_csrf())


def form_scope() -> str:
    """Return what idempotency keys are scoped to: the session, or the visitor before sign-in."""
    actor = current_actor()
    return f"session:{actor.session}" if actor.session else f"visitor:{visitor_id()}"


_PASSED_ON = re.compile(
    r"(^|-)(forwarded|via|proxy|proxied|remote|original|rewrite|envoy|cf|cdn|cloudfront)(-|$)"
    r"|(ip|ipv6|addr|address)$|^x-(host|scheme)$",
    re.IGNORECASE,
)
"""Names of headers that proxies add and browsers never send: Via, X-Real-IP, CF-Connecting-IP, and so on."""


def is_local_request() -> bool:
    """True for a peer on this machine that speaks for itself: no header of any proxy, none but our own host names."""
    try:
        local = ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False
    passed_on = any(_PASSED_ON.search(name) for name, _value in request.headers)
    host = request.host.rsplit(":", 1)[0].strip("[]")
    return local and not passed_on and host in {*settings().hosts, "localhost", "127.0.0.1", "::1"}


_CONTROL = re.compile(r"[\x00-\x20\x7f]")


def safe_next(target: str | None) -> str:
    """Return `target` if it is a path of our own, else "": no host, scheme, backslash or control character."""
    if (
        not target
        or len(target) > LONGEST_NEXT
        or _CONTROL.search(target)
        or not re.match(r"^/(?![/\\])", target)
        or "\\" in target
    ):
        return ""
    return target


def row_number(said: str) -> int:
    """Return a row id or version from an address or form; ValueError for what no database column holds."""
    if len(said) > 18:
        raise ValueError("no row has this number")
    return int(said)


def posted_version() -> int:
    """Return the version that a form was made from; 0, which no row has, for what no form of ours sends."""
    return request.form.get("version", 0, type=row_number)


def read_plainly() -> None:
    """Take out of a request what no form of ours sends: NUL, which PostgreSQL refuses, and files as text."""
    if "\0" in request.path:
        abort(404)
    if any("\0" in value for _name, value in request.args.items(multi=True)):
        request.args = ImmutableMultiDict(_without_nul(request.args))
    if request.method not in UNSAFE:
        return
    if any("\0" in value for _name, value in request.form.items(multi=True)):
        request.form = ImmutableMultiDict(_without_nul(request.form))
    if set(request.files) - FILE_FIELDS:
        sent = list(request.files.items(multi=True))
        request.files = ImmutableMultiDict([pair for pair in sent if pair[0] in FILE_FIELDS])
        for name, file in sent:
            if name not in FILE_FIELDS:
                file.close()


def _without_nul(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value.replace("\0", "")) for name, value in values.items(multi=True)]


def init_web(
    app: Flask,
    config: Config,
    *,
    session_key: bytes,
    public: frozenset[str],
    guest: frozenset[str],
    staff_roles: Mapping[str, frozenset[Role]],
) -> None:
    """Set up cookies, CSRF, limits, sign-in, closed-by-default access and headers.

    `public` and `guest` are endpoint names anyone, or a guest with a proved address, may call; blueprints in
    `staff_roles` are for staff holding one of the roles; all else needs a member or staff.
    """
    app.config.update(
        SECRET_KEY=session_key,
        SESSION_COOKIE_NAME="__Host-form" if config.secure else "form",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        TRUSTED_HOSTS=[*config.hosts, "localhost", "127.0.0.1", "[::1]"],
        MAX_CONTENT_LENGTH=LARGEST_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_TEXT_BYTES,
        MAX_FORM_PARTS=500,
        WTF_CSRF_TIME_LIMIT=12 * 3600,
        WTF_CSRF_SSL_STRICT=config.secure,
        RATELIMIT_STORAGE_URI=_limits_storage(config.redis_url),
        # A hung Valkey must not hold people up: limits are then counted in this process.
        RATELIMIT_STORAGE_OPTIONS=doorbell.patience(0.1) if config.redis_url else {},
        RATELIMIT_ENABLED=True,
        SEND_FILE_MAX_AGE_DEFAULT=0,
    )
    app.request_class = Incoming
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        logs.clear()
        g.started = time.perf_counter()
        g.request_id = secrets.token_hex(6)
        logs.bind(request=g.request_id)
        if request.method in UNSAFE and request.content_length is None:
            abort(411)
        set_limit(request)
        read_plainly()

    csrf.init_app(app)
    app.jinja_env.globals["csrf_token"] = form_token
    login_manager.init_app(app)
    limiter.init_app(app)

    @app.before_request
    def closed_by_default() -> None:
        if request.endpoint is not None and request.endpoint not in public:
            check_access(request.endpoint, current_actor(), guest=guest, staff_roles=staff_roles)

    app.after_request(_finish)


def check_access(
    endpoint: str,
    actor: Actor,
    *,
    guest: frozenset[str],
    staff_roles: Mapping[str, frozenset[Role]],
) -> None:
    """Let `actor` pass to a closed `endpoint`, or raise `NeedsSignIn`, `NotAllowed` or `NotFound`.

    Without a training that is asked for, an administrator reaches what is for administrators alone.
    """
    if not actor.signed_in:
        raise NeedsSignIn()
    roles = staff_roles.get(endpoint.split(".", 1)[0])
    if roles is not None:
        if not actor.is_staff:
            raise NotFound()
        if actor.untrained and roles != ADMINISTRATION:
            raise NotAllowed(UNTRAINED)
        if not actor.roles & roles:
            raise NotAllowed()
    elif actor.kind == "guest" and endpoint not in guest:
        raise NotAllowed(FOR_MEMBERS)


def _limits_storage(redis_url: str) -> str:
    """Spell a unix-socket URL the way the limits library does."""
    if redis_url.startswith("unix://"):
        return "redis+" + redis_url
    return redis_url or "memory://"


def _finish(response: Response) -> Response:
    """Put the security headers on every answer, static files and errors included, and log the request."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    if settings().secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == "static" and response.status_code == 200:
        hashed = "v" in request.args
        headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if hashed else "public, no-cache"
        )
    else:
        headers.setdefault("Cache-Control", "no-store")
    elapsed = time.perf_counter() - g.get("started", time.perf_counter())
    facts: dict[str, Any] = {"status": response.status_code, "ms": round(elapsed * 1000, 1)}
    if request.endpoint != "static":
        log.info("request", extra={"endpoint": request.endpoint, "method": request.method, **facts})
    return response
