"""What every page is given: language, time, icons, addresses of static files, who looks at it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from babel.dates import get_day_names
from flask import Blueprint, Flask, current_app, g, redirect, request, url_for
from flask_babel import (
    Babel,
    format_datetime,
    format_timedelta,
    get_locale,
    get_timezone,
    gettext,
)
from markupsafe import Markup
from werkzeug.wrappers import Response

from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import hooks, settings
from support.core.icons import icon
from support.core.installation import is_demo
from support.core.web import current_actor, safe_next
from support.core.web_parts import install_parts, page_language

LANGUAGES = {"en": "English", "zh": "中文"}
_LOCALES = {"en": "en", "zh": "zh_Hans_CN"}
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("web", __name__)


@dataclass(frozen=True, slots=True)
class Unread:
    """A hook: `count(actor)` gives the number on the inbox bell."""

    count: Callable[[Actor], int]


@dataclass(frozen=True, slots=True)
class NavItem:
    """A hook: one entry of a navigation.

    `where` is `member`, `footer`, `account`, or the title of a group in the desk's rail; `title` is a
    message id; `count(actor)` gives the number beside it; without one of `roles` it is not shown;
    `tab` puts it in the phone's tab bar too; `kinds` are the kinds of actor who see it.
    """

    where: str
    title: str
    endpoint: str
    icon: str
    count: Callable[[Actor], int] | None = None
    roles: frozenset[Role] = frozenset()
    tab: bool = False
    kinds: frozenset[str] = frozenset()
    post: bool = False
    args: tuple[tuple[str, str], ...] = ()

    def shown_to(self, actor: Actor) -> bool:
        """True when the actor is of a kind, and holds a role, that the item is for."""
        return (not self.kinds or actor.kind in self.kinds) and (
            not self.roles or actor.has(*self.roles)
        )

    def drawn_for(self, actor: Actor) -> dict[str, Any]:
        """The item as the layouts take it, with its count for this actor."""
        kept: dict[Any, dict[str, Any]] = current_app.extensions.setdefault("nav_items", {})
        key = (id(self), page_language(), request.script_root)
        if key not in kept:
            kept[key] = self._drawn()
        return {**kept[key], "count": self.count(actor) if self.count else None}

    def _drawn(self) -> dict[str, Any]:
        """What of the item is the same for everybody in one language."""
        return {
            "title": self.title,
            "words": gettext(self.title),
            "endpoint": self.endpoint,
            "args": dict(self.args),
            "url": url_for(self.endpoint, **dict(self.args)),  # type: ignore[arg-type]
            "icon": self.icon,
            "tab": self.tab,
            "post": self.post,
        }


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
    """Return Babel's name of the request's language; a job or mail sets its own with `force_locale`."""
    return _LOCALES[language()]


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
        "lang": _html_lang(),
        "theme": _theme(),
        "operator": operator(),
        "time_zone": str(get_timezone()),
        "actor": None,
        "demo": False,
        "unread": None,
    }
    if g.get("bare"):
        return facts
    actor = current_actor()
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in hooks(NavItem):
        if item.shown_to(actor):
            groups[item.where].append(item.drawn_for(actor))
    if actor.signed_in:
        facts["unread"] = sum(hook.count(actor) for hook in hooks(Unread))
    facts |= {
        "actor": actor,
        "demo": is_demo(),
        "nav_items": groups.pop("member", []),
        "account_items": groups.pop("account", []),
        "footer_items": groups.pop("footer", []),
        "desk_nav": [{"title": title, "items": items} for title, items in groups.items()]
        if actor.is_staff
        else [],
    }
    return facts


def operator() -> dict[str, Any]:
    """Return who runs this desk, in the language of the page; every value is configuration."""
    config, chinese = settings(), _html_lang() == "zh-Hans"
    return {
        "name": (chinese and config.operator_name_zh) or config.operator_name,
        "department": (chinese and config.operator_department_zh) or config.operator_department,
        "phone": config.operator_phone,
        "hours": hours_words(config.operator_hours, chinese=chinese),
        "timezone": config.operator_timezone,
        "complaint_channel": config.operator_complaints,
        "filing_numbers": list(config.filing_numbers),
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


def _html_lang() -> str:
    locale = get_locale()
    return "zh-Hans" if isinstance(locale, Locale) and locale.language == "zh" else "en"


@lru_cache(maxsize=256)
def _hash_of(path: str, _modified: float) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the address of a static file with its content's hash, so that it may be cached for a year."""
    path = Path(current_app.static_folder or "") / name
    return f"{current_app.static_url_path}/{name}?v={_hash_of(str(path), path.stat().st_mtime)}"


def local_time(moment: datetime, style: str = "") -> str:
    """Return `moment` to the minute, in the reader's zone and language; `style` as Babel's, when another is meant."""
    return _spelled(moment, style or _MINUTE[_html_lang()], str(get_locale()), str(get_timezone()))


@lru_cache(maxsize=4_096)
def _spelled(moment: datetime, style: str, _locale: str, _zone: str) -> str:
    """Spell a moment in the page's locale and zone; kept, since a thread shows the same moments to everybody."""
    return str(format_datetime(moment, style))


_MINUTE = {"en": "EEE d MMM y, HH:mm", "zh-Hans": "y年M月d日EEE HH:mm"}


def relative_time(moment: datetime, now: datetime | None = None) -> str:
    """Return "5 minutes ago" or "in 3 hours"; after seven days the date."""
    delta = moment - (now or utcnow())
    if abs(delta) > timedelta(days=7):
        return local_time(moment, "d MMM y" if _html_lang() == "en" else "y年M月d日")
    if abs(delta) < timedelta(hours=1):
        return str(format_timedelta(delta, add_direction=True))
    return _ago(int(delta / timedelta(minutes=1)), str(get_locale()))


@lru_cache(maxsize=2_048)
def _ago(minutes: int, _locale: str) -> str:
    """Say how far away a moment is, to the minute; kept, since a thread says it for each of its lines."""
    return str(format_timedelta(timedelta(minutes=minutes), add_direction=True))


def time_tag(moment: datetime | None, style: str = "relative") -> Markup:
    """Return a `<time>` element: the machine's form, the reader's words, the exact moment as its title."""
    if moment is None:
        return Markup("")
    words = relative_time(moment) if style == "relative" else local_time(moment, style)
    return _time_head(moment, str(get_locale()), str(get_timezone())) + words + _TIME_END


_TIME_END = Markup("</time>")


@lru_cache(maxsize=4_096)
def _time_head(moment: datetime, _locale: str, zone: str) -> Markup:
    """Draw what of a `<time>` element does not move with the clock."""
    exact = f"{local_time(moment, 'full')} ({zone})"
    return Markup('<time datetime="{}" title="{}">').format(moment.isoformat(), exact)


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


def _switch(cookie: str, value: str, known: Any) -> Response:
    back = safe_next(request.form.get("next")) or safe_next(_path_of(request.referrer or "")) or "/"
    response = redirect(back, 303)
    if value in known:
        response.set_cookie(
            cookie, value, max_age=_YEAR, secure=settings().secure, httponly=True, samesite="Lax"
        )
    return response
