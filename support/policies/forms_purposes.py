"""Forms of the register of purposes: proposing one, and the screen by which it is decided."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from support.policies.data_classes import RULES
from support.policies.processing import Basis, Screen
from support.policies.service_purposes import Proposal

_NEEDED = _l("This is needed in both languages.")
_CHOOSE = _l("Please choose one.")


class ProposalForm(FlaskForm):
    """What somebody wants to use data for."""

    code = StringField(
        _l("Short name"), validators=[DataRequired(_l("Give it a short name.")), Length(max=32)]
    )
    title_zh = StringField(
        _l("What for, in Chinese"), validators=[DataRequired(_NEEDED), Length(max=200)]
    )
    title_en = StringField(
        _l("What for, in English"), validators=[DataRequired(_NEEDED), Length(max=200)]
    )
    why = TextAreaField(
        _l("Why it is needed"), validators=[DataRequired(_l("Say why.")), Length(max=2_000)]
    )
    classes = SelectMultipleField(
        _l("Which data"),
        choices=[SelectChoice(each.value, _l(rule.title)) for each, rule in RULES.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    basis = RadioField(
        _l("On what it rests"),
        choices=[SelectChoice(each.value, _l(each.title)) for each in Basis],
        validators=[InputRequired(_CHOOSE)],
    )

    @property
    def proposal(self) -> Proposal:
        """What was written."""
        plain = ("code", "title_en", "title_zh", "why", "basis")
        return Proposal(
            **{name: self[name].data or "" for name in plain},
            classes=tuple(self.classes.data or ()),
        )


def _yes_or_no(words: str) -> RadioField:
    return RadioField(
        words,
        choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))],
        validators=[InputRequired(_CHOOSE)],
    )


class ScreenForm(FlaskForm):
    """The questions before a new purpose is allowed."""

    related = _yes_or_no(_l("Is it directly or reasonably related to what the data was given for?"))
    sensitive = _yes_or_no(_l("Does it use sensitive data: faces, documents, accounts at banks?"))
    needs_consent = _yes_or_no(_l("Does everybody agree to it first?"))
    assessment = StringField(_l("Assessment of the impact"), validators=[Length(max=200)])
    label = SelectField(_l("The version of the policy that tells of it"))
    reason = TextAreaField(
        _l("Reason"), validators=[DataRequired(_l("Say why.")), Length(max=2_000)]
    )

    @property
    def screen(self) -> Screen:
        """What was answered."""
        return Screen(
            related=self.related.data == "yes",
            sensitive=self.sensitive.data == "yes",
            needs_consent=self.needs_consent.data == "yes",
            assessment=(self.assessment.data or "").strip(),
        )


class RefusalForm(FlaskForm):
    """Why a purpose is refused, or stopped."""

    refusal = TextAreaField(
        _l("Why it is refused"), validators=[DataRequired(_l("Say why.")), Length(max=2_000)]
    )
