"""What every page is given: language, icons, addresses of static files, who runs it, who looks at it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel.dates import get_day_names
from flask import Blueprint, Flask, current_app, g, has_request_context, redirect, request
from flask_babel import Babel
from flask_login import current_user
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import settings
from support.core.files import LIMITS
from support.core.icons import icon
from support.core.installation import is_demo
from support.core.web import current_actor, safe_next
from support.core.web_nav import NOWHERE, places
from support.core.web_parts import html_lang, install_parts, page_language
from support.core.web_times import local_time, relative_time, time_tag, zone_words

LANGUAGES = {"en": "English", "zh": "中文"}
_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("web", __name__)


def init_pages(app: Flask, config: Config) -> None:
    """Register language choice, template globals and the two small switches."""
    root = Path(app.root_path) / "translations"
    directories = (
        sorted(str(path) for path in root.iterdir() if path.is_dir()) if root.exists() else []
    )
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(directories)
    app.config["BABEL_DEFAULT_TIMEZONE"] = config.operator_timezone
    Babel(app, locale_selector=choose_locale, timezone_selector=choose_timezone)
    install_parts(app)
    app.jinja_env.globals.update(
        icon=icon,
        static_url=static_url,
        time_tag=time_tag,
        local_time=local_time,
        relative_time=relative_time,
        utcnow=utcnow,
        here=here,
        file_limit=LIMITS.file_bytes // 1024**2,
    )
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(page_facts)
    app.register_blueprint(blueprint)


def language() -> str:
    """Return the language of this request: the account's, the cookie's, the browser's, else English."""
    if not g.get("bare"):
        actor = current_actor()
        if actor.signed_in:
            return actor.language
    cookie = request.cookies.get("language", "")
    if cookie in LANGUAGES:
        return cookie
    for tag, _quality in request.accept_languages:
        first = tag.lower().split("-", 1)[0]
        if first in LANGUAGES:
            return first
    return "en"


def choose_locale() -> str:
    """Return Babel's name of the request's language; a job or mail sets its own with `force_locale`, else English."""
    return _LOCALES[language()] if has_request_context() else "en"


def choose_timezone() -> str:
    """Return the reader's zone: the account's, or the operator's."""
    if g.get("bare") or not current_actor().signed_in:
        return settings().operator_timezone
    return current_actor().timezone


def locale_of(code: str) -> str:
    """Return the Babel locale of a stored language code ("en", "zh")."""
    return _LOCALES.get(code, "en")


def page_facts() -> dict[str, Any]:
    """Give templates the facts that every shell shows; without a database on a trouble page (`g.bare`)."""
    facts: dict[str, Any] = {
        "lang": html_lang(page_language()),
        "theme": _theme(),
        "operator": operator(),
        "time_zone": zone_words(),
        "actor": None,
        "demo": False,
        "places": NOWHERE,
        "unread": None,
    }
    if g.get("bare"):
        return facts
    actor = current_actor()
    if actor.kind in ("member", "staff"):  # guests are told by message alone, and have no inbox
        facts["unread"] = current_user.unread
        facts["keys_off"] = not current_user.character_keys
    facts |= {"actor": actor, "demo": is_demo(), "doors": _has_doors(), "places": places(actor)}
    return facts


def _has_doors() -> bool:
    """True where mail or text messages leave this machine, also from a demonstration."""
    return bool(settings().smtp_url or settings().sms_url)


def operator() -> dict[str, Any]:
    """Return who runs this desk, in the language of the page; every value is configuration."""
    kept: dict[str, dict[str, Any]] = current_app.extensions.setdefault("operator", {})
    language = page_language()
    if language not in kept:
        kept[language] = _operator(settings(), chinese=language == "zh")
    return kept[language]


def _operator(config: Config, *, chinese: bool) -> dict[str, Any]:
    return {
        "name": (chinese and config.operator_name_zh) or config.operator_name,
        "department": (chinese and config.operator_department_zh) or config.operator_department,
        "phone": config.operator_phone,
        "hours": hours_words(config.operator_hours, chinese=chinese),
        "timezone": config.operator_timezone,
        "complaint_channel": config.operator_complaints,
        "filing_numbers": list((chinese and config.filing_numbers_zh) or config.filing_numbers),
    }


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def hours_words(hours: str, *, chinese: bool) -> str:
    """Return opening hours such as "Mon-Fri 09:00-18:00; Sat 10:00-12:00" with the days in the reader's language."""
    if not chinese:
        return hours
    names = get_day_names("abbreviated", locale="zh_Hans_CN")
    for number, day in enumerate(_DAYS):
        hours = hours.replace(f"{day}-", f"{names[number]}至").replace(day, names[number])
    return hours.replace("; ", "；")


def _theme() -> str:
    theme = request.cookies.get("theme", "auto")
    return theme if theme in ("light", "dark") else "auto"


def static_url(name: str) -> str:
    """Return the address of a static file with a hash of its content, so that it may be cached for a year.

    Scripts load each other and share one version, that of all of them.
    """
    kept: dict[str, str] = current_app.extensions.setdefault("static_urls", {})
    if name not in kept:
        file = Path(current_app.static_folder or "") / name
        files = sorted(file.parent.glob("*.js")) if file.suffix == ".js" else [file]
        content = b"".join(each.read_bytes() for each in files)
        version = hashlib.sha256(content).hexdigest()[:12]
        kept[name] = f"{current_app.static_url_path}/{name}?v={version}"
    return kept[name]


@blueprint.post("/language")
def switch_language() -> Response:
    """Keep the chosen language in a cookie and go back to where the person was."""
    return _switch("language", request.form.get("language", ""), LANGUAGES)


@blueprint.post("/theme")
def switch_theme() -> Response:
    """Keep the chosen theme in a cookie and go back to where the person was."""
    return _switch("theme", request.form.get("theme", ""), ("auto", "light", "dark"))


def _path_of(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:  # a Referer such as `http://[`
        return ""


def here() -> str:
    """Return the address that a switch comes back to: this page, or where the form stood that this page answers."""
    rule = request.url_rule
    if request.method == "GET":
        path = request.full_path if request.query_string else request.path
    elif rule is not None and "GET" in (rule.methods or ()):
        path = request.path
    else:
        return safe_next(_path_of(request.referrer or "")) or f"{request.script_root}/"
    return request.script_root + path


def _switch(cookie: str, value: str, known: Any) -> Response:
    back = safe_next(request.form.get("next")) or safe_next(_path_of(request.referrer or "")) or "/"
    response = redirect(back, 303)
    if value in known:
        response.set_cookie(
            cookie, value, max_age=_YEAR, secure=settings().secure, httponly=True, samesite="Lax"
        )
    return response
