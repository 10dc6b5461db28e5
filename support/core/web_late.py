"""A form that came too late: what is kept now beside what was typed, field by field, and one button that saves it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import Field

from support.core.errors import DomainError, IllegalMove
from support.core.text import written_in
from support.core.web_parts import html_lang


def late_form(
    form: FlaskForm, kept: Mapping[str, str], error: DomainError, *, version: int, back: str
) -> tuple[str, int]:
    """Show the typed fields that differ from `kept`, to be changed and saved over `version`.

    When the thing can't be changed any more (`IllegalMove`), the text is only shown. `back` leads to the thing.
    """
    typed = [field for field in form if field.name != "csrf_token"]
    differing = [field for field in typed if _plain(field.data) != _plain(kept.get(field.name))]
    page = render_template(
        "core/late_form.html",
        title=_("This has changed in the meantime"),
        words=_(error.words, **error.facts),
        rows=[_row(field, kept.get(field.name, "")) for field in differing],
        same=[field for field in typed if field not in differing],
        legal=not isinstance(error, IllegalMove),
        version=version,
        back=back,
    )
    return page, error.status


def _row(field: Field, kept: str) -> dict[str, Any]:
    words, typed = _words(field, kept), _words(field, field.data or "")
    return {
        "field": field,
        "kept": words,
        "kept_lang": html_lang(written_in(words)),
        "typed": typed,
        "typed_lang": html_lang(written_in(typed)),
    }


def _plain(text: str | None) -> str:
    """A text as it is compared: browsers end lines their own way."""
    return (text or "").replace("\r\n", "\n").strip()


def _words(field: Field, value: str) -> str:
    """A value as people read it: of a choice, its words."""
    choices = {each.value: str(each.label) for each in getattr(field, "choices", None) or ()}
    return choices.get(value, value)
