"""Fields of forms that several rooms ask for."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField

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
