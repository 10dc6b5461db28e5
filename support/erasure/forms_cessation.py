"""Forms of the end of the service."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

_NEEDED = _l("This is needed in both languages.")


class ProposalForm(FlaskForm):
    """When the service ends, and why."""

    last_day = DateField(_l("Last day"), validators=[InputRequired(_l("Please choose a day."))])
    reason_en = TextAreaField(_l("Reason in English"), validators=[DataRequired(_NEEDED)])
    reason_zh = TextAreaField(_l("Reason in Chinese"), validators=[DataRequired(_NEEDED)])

    def said(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        fields = (self.last_day, self.reason_en, self.reason_zh)
        return {each.name: each.data for each in fields}


class CallOffForm(FlaskForm):
    """Why it goes on after all."""

    words_en = TextAreaField(_l("Reason in English"), validators=[DataRequired(_NEEDED)])
    words_zh = TextAreaField(_l("Reason in Chinese"), validators=[DataRequired(_NEEDED)])

    def said(self) -> dict[str, Any]:
        """Return what was filled in, as the verb takes it."""
        return {each.name: each.data for each in (self.words_en, self.words_zh)}
