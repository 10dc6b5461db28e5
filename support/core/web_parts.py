"""What pages are made of that does not change with the request: words of the catalogue and drawn parts, each made
once for a language and process. Measured: a page of the desk looks up 130 words, and 100 cost 0.7 ms without this.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import get_locale, get_translations
from jinja2 import Template, pass_eval_context
from jinja2.environment import TemplateModule
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from markupsafe import Markup

MOST_WORDS = 8_192
MOST_PARTS = 4_096


class _Template(Template):
    """Templates whose macros are imported once: Jinja looks anew for globals of one template alone, ours have none."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def install_parts(app: Flask) -> None:
    """Give templates the kept words as `_`, `gettext`, `ngettext`, and `part`; call it after Babel is installed."""
    app.jinja_env.template_class = _Template
    app.jinja_env.globals.update(_=_words, gettext=_words, ngettext=_plural, part=part)


def part(name: str, draw: Callable[..., Markup], *facts: Any, key: Hashable = None) -> Markup:
    """Return what `draw(*facts)` draws, drawn once: for a macro that depends on its facts and the language alone.

    Facts that are no words are named by `key`.
    """
    kept: dict[Hashable, Markup] = current_app.extensions.setdefault("parts", {})
    at = (name, page_language(), request.script_root, facts if key is None else key)
    found = kept.get(at)
    if found is None:
        if len(kept) >= MOST_PARTS:
            kept.clear()
        found = kept[at] = draw(*facts)
    return found


def page_language() -> str:
    """Return the ISO code of the language that words are in now, "" outside of any request or job."""
    try:
        kept = g._get_current_object()
    except RuntimeError:
        return ""
    try:  # Flask-Babel keeps the locale here once it is known; its own way there goes three times through a proxy.
        locale = kept._flask_babel.babel_locale
    except AttributeError:
        locale = get_locale()
    return str((locale or get_locale()).language)


_HTML_LANG = {"en": "en", "zh": "zh-Hans"}


def html_lang(code: str) -> str:
    """Return the `lang` attribute of a stored language code."""
    return _HTML_LANG.get(code, "en")


@lru_cache(maxsize=MOST_WORDS)
def _kept(_language: str, message: str) -> tuple[str, Markup, str, Markup]:
    """Return the translation as a format, plain and safe, and the same where there is nothing to fill in."""
    plain = str(get_translations().ugettext(message))
    safe = Markup(plain)  # noqa: S704  (our own catalogue; what is filled in is escaped)
    try:
        return plain, safe, plain % {}, safe % {}
    except (KeyError, ValueError, TypeError):  # it has fields to fill in
        return plain, safe, plain, safe


def words(message: str, **facts: Any) -> str:
    """Return `message` in the language of the page, as `gettext` does, for Python that makes many words a page."""
    plain, _safe, bare, _bare_safe = _kept(page_language(), message)
    return plain % facts if facts else bare


@pass_eval_context
def _words(context: EvalContext, message: str, **facts: Any) -> str:
    plain, safe, bare, bare_safe = _kept(page_language(), message)
    if facts:
        return (safe if context.autoescape else plain) % facts
    return bare_safe if context.autoescape else bare


@pass_eval_context
def _plural(context: EvalContext, one: str, many: str, num: int, **facts: Any) -> str:
    plain = str(get_translations().ungettext(one, many, num))
    words: str = Markup(plain) if context.autoescape else plain  # noqa: S704  (as above)
    return words % {"num": num, **facts}
