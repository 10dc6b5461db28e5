"""Trouble pages: the one place that turns an error into a status and words, in both languages.

No page of these holds a header, a cookie, a trace or anything of another person. A page for 5xx reads no
database. A request for JSON gets the same words as JSON.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from support.core import web_kept
from support.core.context import settings
from support.core.db import db
from support.core.errors import DomainError, NeedsProof, NeedsSignIn, TooLarge, TooMany, Unavailable
from support.core.web import UNSAFE, current_actor, limiter
from support.core.web_bodies import limit_of
from support.core.words import N_

log = logging.getLogger(__name__)

TITLES = {
    400: (N_("That request could not be read"), N_("Please go back and try again.")),
    403: (N_("You can't open this"), N_("Your account does not have the right to it.")),
    404: (
        N_("We can't find that page"),
        N_("The address may be mistyped, or it is not yours to see."),
    ),
    405: (N_("That is not possible here"), N_("Please go back and use the buttons on the page.")),
    409: (
        N_("This has changed in the meantime"),
        N_("Somebody else changed it. What you typed is below."),
    ),
    410: (
        N_("This has expired"),
        N_("The link or code had a time limit. Please ask for a new one."),
    ),
    411: (
        N_("The length is missing"),
        N_("Your browser did not say how much it sends. Please try another browser."),
    ),
    413: (N_("That is too large"), N_("Please send smaller or fewer files.")),
    415: (
        N_("That type of file can't be accepted"),
        N_("Please use one of the types named on the form."),
    ),
    419: (N_("Your session ended"), N_("What you typed is kept. Sign in again and send it.")),
    422: (N_("Something needs to be corrected"), N_("Please check what you entered.")),
    429: (N_("Too many tries"), N_("Please wait a little and try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing that was accepted is lost. We have been told."),
    ),
    503: (
        N_("We can't answer right now"),
        N_("Nothing that was accepted is lost. Please try again in a moment."),
    ),
}


def init_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(CSRFError, on_stale_form)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(OperationalError, on_database_error)
    app.register_error_handler(Exception, on_fault)


def trouble(
    status: int, words: str | None = None, *, title: str | None = None, **facts: Any
) -> Response:
    """Return the trouble page (or JSON) of `status`; `words` and `title` replace its usual ones."""
    status = status if status in TITLES else (500 if status >= 500 else 400)
    if status >= 500:
        g.bare = True
    usual_title, usual = (gettext(text) for text in TITLES[status])
    title, words = title or usual_title, words or usual
    if limit := facts.get("limit"):
        facts["limit"] = limit = f"{limit // 1024**2} MB"
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        if limit:
            words = " ".join((words, gettext("The limit is %(limit)s.", limit=limit)))
        response = jsonify({"error": words, "reference": g.get("request_id")})
    else:
        name = "400" if status == 405 else str(status)
        page = render_template(
            f"errors/{name}.html",
            title=title,
            words=words,
            reference=g.get("request_id"),
            channel=settings().operator_phone,
            shell="desk.html" if _at_desk() else "member.html",
            **facts,
        )
        response = Response(page, mimetype="text/html")
    response.status_code = 401 if status == 419 else status
    if "retry_after" in facts:
        response.headers["Retry-After"] = str(facts["retry_after"])
    return response


def _at_desk() -> bool:
    """True for staff at their own places, who keep the rail; after a fault of ours nobody is asked for."""
    place = request.path.split("/", 2)[1]
    return place in ("desk", "admin") and not g.get("bare") and current_actor().is_staff


def on_domain_error(error: DomainError) -> BaseResponse:
    """Answer a refusal of a verb in its own words; a missing sign-in keeps what was typed."""
    _end_read()
    if isinstance(error, NeedsSignIn):
        return _to_sign_in()
    if isinstance(error, NeedsProof):
        return redirect(url_for("accounts.confirm", next=request.full_path.rstrip("?")), 303)
    facts: dict[str, Any] = {}
    if isinstance(error, TooMany):
        facts |= {"retry_after": error.retry_after, "wait_said": "minutes" in error.facts}
    if isinstance(error, TooLarge):
        facts["limit"] = error.limit_bytes
    plain = error.words == type(error).default_words and error.status in (403, 404, 410)
    words = None if plain else gettext(error.words, **error.facts)
    return trouble(error.status, words, **facts)


def on_stale_form(_error: CSRFError) -> BaseResponse:
    """A form whose token is too old or of another session: keep its text and let the person send it again.

    What another site's page posted is no form of ours: keeping it would only help that site.
    """
    _end_read()
    foreign = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return _keep_form(needs_sign_in=False) if request.form and not foreign else trouble(400)


def on_http_error(error: HTTPException) -> BaseResponse:
    """Answer Werkzeug's own errors with our pages."""
    if isinstance(error, SecurityError):  # a foreign Host: no address of ours can be built for it
        return Response("400 Bad Request\n", 400, mimetype="text/plain")
    _end_read()
    if error.code is not None and error.code < 400:
        return error.get_response()
    if error.code == 413:
        return trouble(413, limit=limit_of(request))
    if error.code == 429:
        return trouble(429, retry_after=60)
    return trouble(error.code or 500)


def on_database_error(error: OperationalError) -> BaseResponse:
    """The database is locked, full or away: say so honestly; the transaction left nothing behind."""
    log.error("database_trouble", exc_info=error)
    _end_read()
    return trouble(Unavailable.status)


def on_fault(error: Exception) -> BaseResponse:
    """A fault of ours: log where it was, show a reference."""
    log.error("fault", exc_info=error)
    _end_read()
    return trouble(500)


def _end_read() -> None:
    """Give the connection back; what a failed request loaded must not be used by its error page."""
    try:
        db.session.rollback()
    except Exception:
        log.warning("rollback_failed")


def _to_sign_in() -> BaseResponse:
    if request.method in UNSAFE:
        return _keep_form(needs_sign_in=True)
    return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")), 303)


def _keep_form(*, needs_sign_in: bool) -> BaseResponse:
    kept, title, words, typed = url_for("workorders.start"), None, None, None
    if not needs_sign_in:
        title, words = gettext(web_kept.OLD), gettext(web_kept.OLD_KEPT)
    if not web_kept.worth_keeping():
        words = gettext(web_kept.TOO_LONG)
    else:
        try:
            with limiter.limit(web_kept.MOST_FROM_ONE_ADDRESS):
                uid = web_kept.keep_form()
        except RateLimitExceeded:
            return trouble(429, retry_after=3600)
        if uid is None:
            words, typed = gettext(web_kept.NO_ROOM), web_kept.shown(web_kept.typed())
        else:
            kept = url_for("web.kept", uid=uid)
    next_url = url_for("accounts.login", next=kept) if needs_sign_in else kept
    return trouble(419, words, title=title, next_url=next_url, typed=typed)
