"""The forms of penalties; what may not be shown of a person, the verbs refuse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from support.disclosure import policy
from support.disclosure.wording import CHOOSE, NEEDED, Wording

_FILLED = DataRequired(_l(NEEDED))
"""All that lacks is named at once, in the words of the verb that would name it alone."""


def _boxes(words: Any, known: Mapping[str, str]) -> SelectMultipleField:
    return SelectMultipleField(
        words,
        [DataRequired(_l(CHOOSE))],
        choices=[SelectChoice(code, _l(title)) for code, title in known.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


def _number(words: Any, default: int | None = None) -> IntegerField:
    return IntegerField(words, [Optional()], default=default)


class WordingForm(FlaskForm):
    """What is published of a penalty, in both languages."""

    name = StringField(_l("What the shop is called"), [Length(max=policy.LONGEST_NAME)])
    grounds = _boxes(_l("Grounds"), policy.GROUNDS)
    measures = _boxes(_l("Measure"), policy.MEASURES)
    days = _number(_l("Days for which the shop is closed"))
    rule_en = StringField(_l("Rule that it rests on, in English"), [_FILLED])
    rule_zh = StringField(_l("Rule that it rests on, in Chinese"), [_FILLED])
    words_en = TextAreaField(_l("What happened, in English"), [_FILLED])
    words_zh = TextAreaField(_l("What happened, in Chinese"), [_FILLED])

    def wording(self) -> Wording:
        """Return what was typed."""
        return Wording(
            grounds=tuple(self.grounds.data or ()),
            measures=tuple(self.measures.data or ()),
            rule_en=self.rule_en.data or "",
            rule_zh=self.rule_zh.data or "",
            words_en=self.words_en.data or "",
            words_zh=self.words_zh.data or "",
            name=self.name.data or "",
            days=self.days.data or 0,
        )


class PenaltyForm(WordingForm):
    """A penalty as its proposer writes it."""

    reasons = TextAreaField(_l("Reasons for the member"), [_FILLED])
    months = _number(_l("Months for which it stays published"), policy.MONTHS)
    orders = StringField(_l("Work orders that it follows from"), [Length(max=400)])

    def said(self) -> dict[str, Any]:
        """Return what belongs to the penalty beside its wording, as the verbs take it."""
        return {
            "reasons": self.reasons.data or "",
            "months": self.months.data or 0,
            "orders": re.split(r"[\s,，、;；]+", (self.orders.data or "").strip(" ,，、;；"))
            if (self.orders.data or "").strip()
            else [],
        }


class NewPenaltyForm(PenaltyForm):
    """The same, with whom it is about."""

    member = StringField(_l("Member name"), [_FILLED, Length(max=120)])


class DecisionForm(FlaskForm):
    """What somebody says with their decision."""

    words = TextAreaField(_l("Why"))


class AppealForm(FlaskForm):
    """What the member says against a penalty."""

    words = TextAreaField(_l("Why the penalty should not stand"))
