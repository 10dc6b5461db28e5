"""The forms of the gate: what is weighed, and why it is refused."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from support.core.web_countries import countries
from support.policies.forms_sharing import options
from support.policies.service_gates import KINDS, Weighed
from support.policies.sharing_words import Aim, Basis, Data

_NEEDED = InputRequired(_l("Please fill this in."))
_CHOOSE = InputRequired(_l("Please choose one."))


class GateForm(FlaskForm):  # type: ignore[misc]  # it has no types
    """What a gate weighs."""

    receiver = StringField(_l("Who receives the data"), [_NEEDED, Length(max=120)])
    kind = RadioField(_l("What is done"), [_CHOOSE])
    region = SelectField(_l("Where it goes"), [_CHOOSE])
    data = SelectMultipleField(
        _l("What is given"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    aim = SelectField(_l("What for"), [_CHOOSE])
    basis = SelectField(_l("Basis"), [_CHOOSE])
    necessity = TextAreaField(_l("Why nothing less would do"), [_NEEDED, Length(max=2000)])
    assessment = StringField(_l("Impact assessment"), [_NEEDED, Length(max=80)])
    consent = BooleanField(_l("Each person has to agree first"))
    ends = DateField(_l("Holds until"), [_NEEDED])

    def offer(self) -> GateForm:
        """Fill the choices in the reader's language."""
        blank = SelectChoice("", "–")
        self.kind.choices = options(*KINDS)
        self.region.choices = [SelectChoice(code, words) for code, words in countries()]
        self.data.choices = options(*Data)
        self.aim.choices = [blank, *options(*Aim)]
        self.basis.choices = [blank, *options(*Basis)]
        return self

    def weighed(self) -> Weighed:
        """Return what was typed."""
        texts = ("receiver", "kind", "region", "aim", "basis", "necessity", "assessment")
        return Weighed(
            **{name: self[name].data or "" for name in texts},
            data=tuple(self.data.data or ()),
            consent=bool(self.consent.data),
            ends=self.ends.data,
        )


class RefusalForm(FlaskForm):  # type: ignore[misc]  # it has no types
    """Why a gate is refused."""

    words = TextAreaField(_l("Why it is refused"), [_NEEDED, Length(max=500)])
