"""What pages are made of that does not change with the request: words of the catalogue and drawn parts, each made
once for a language and process. Measured: a page of the desk looks up 130 words, and 100 cost 0.7 ms without this.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from types import FunctionType, MethodType
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import get_locale, get_translations
from jinja2 import Template, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.nodes import EvalContext, Expr
from jinja2.runtime import Context, Macro
from markupsafe import Markup, escape

from support.core.text import written_in

_EVAL_CONTEXT = pass_eval_context(lambda _context: None).jinja_pass_arg  # type: ignore[attr-defined]
"""How Jinja marks what asks for the evaluation context, as macros do."""
MOST_WORDS = 8_192
MOST_PARTS = 4_096


class _Template(Template):
    """Templates whose macros are imported once: Jinja looks anew for globals of one template alone, ours have none."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class _Context(Context):
    """What templates call and show, as Jinja's own does it, with fewer questions: a page does it six hundred times."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro or a plain function at once; Jinja looks four times whether it wants the context."""
        wants = getattr(called, "jinja_pass_arg", None)
        if type(called) is Macro or wants is _EVAL_CONTEXT:
            args = (self.eval_ctx, *args)
        elif wants is not None or type(called) not in (FunctionType, MethodType):
            return super().call(called, *args, **kwargs)
        if kwargs:
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
        return called(*args, **kwargs)

    @staticmethod
    def safe(value: Any) -> Markup:
        """Return `value` escaped; what is safe already is not made anew."""
        return value if type(value) is Markup else escape(value)


class _Generator(CodeGenerator):
    """Templates whose output goes through `_Context.safe`, where Jinja writes `escape`."""

    def _output_child_pre(
        self, node: Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("context.safe(")
        else:
            super()._output_child_pre(node, frame, finalize)


def install_parts(app: Flask) -> None:
    """Give templates the kept words as `_`, `gettext`, `ngettext`, and `part`; call it after Babel is installed."""
    app.jinja_env.template_class = _Template
    app.jinja_env.context_class = _Context
    app.jinja_env.code_generator_class = _Generator
    app.jinja_env.globals.update(
        lang_of=lang_of, _=_words, gettext=_words, ngettext=_plural, part=part
    )


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


def lang_of(text: str) -> str:
    """Return the `lang` attribute of a text that people wrote."""
    return html_lang(written_in(text))


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
