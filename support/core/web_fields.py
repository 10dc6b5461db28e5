"""Fields of forms that several rooms ask for, and where a refusal of a verb is shown on a form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField

from support.core.errors import Invalid
from support.core.text import fold_digits

A_DAY = _l("Enter a day, for example 2026-11-23.")


class DayField(DateField):
    """A day as the device's own control sends it, or typed in, also with full-width digits."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed; what is no day is said in our words."""
        try:
            super().process_formdata([fold_digits(str(said)).strip() for said in valuelist])
        except ValueError as error:
            raise ValueError(A_DAY) from error


@contextmanager
def refusals_on(form: FlaskForm) -> Iterator[None]:
    """Show the words of an `Invalid` beside the field that it names, or above the form."""
    try:
        yield
    except Invalid as error:
        words = gettext(error.words, **error.facts)
        if error.field in form:
            form[error.field].errors = [*form[error.field].errors, words]
        else:
            form.form_errors.append(words)
