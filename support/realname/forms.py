"""The forms of real names."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import InputRequired, Length, Optional

from support.core.web_countries import countries
from support.core.web_fields import A_DAY, DayField
from support.realname.documents import DOCUMENTS, documents_of
from support.realname.policy import CHANGE_REASONS
from support.verification.forms import AGREED
from support.verification.policy import Way


class ChangeForm(FlaskForm):
    """What a verified name shall be."""

    name = StringField(
        _l("New name, as the document writes it"),
        [InputRequired(_l("Enter the name.")), Length(max=200)],
    )
    bears = RadioField(
        _l("Whose name is it?"),
        choices=[
            SelectChoice("individual", _l("A person's")),
            SelectChoice("company", _l("A company's")),
        ],
    )
    reason = SelectField(
        _l("Why it changes"),
        choices=[SelectChoice(code, _l(words)) for code, words in CHANGE_REASONS.items()],
    )
    body = TextAreaField(_l("What else we should know"), [Optional(), Length(max=2000)])


class AssessmentForm(FlaskForm):
    """Who assessed when what the way by face does to people."""

    assessed_on = DayField(_l("Assessed on"), [InputRequired(A_DAY)])
    assessor = StringField(
        _l("Who assessed it"), [InputRequired(_l("Please fill this in.")), Length(max=120)]
    )
    document = StringField(
        _l("Where the paper lies, or its number"),
        [InputRequired(_l("Please fill this in.")), Length(max=200)],
    )


class DetailsForm(FlaskForm):
    """What a document says, and the consent that belongs to its number alone."""

    document = RadioField(
        _l("Which document do you show?"), [InputRequired(_l("Please choose one."))]
    )
    name = StringField(
        _l("Name, as the document writes it"),
        [InputRequired(_l("Enter the name.")), Length(max=200)],
    )
    other_name = StringField(
        _l("The same name in Latin letters, or in Chinese characters"),
        [Optional(), Length(max=200)],
    )
    number = StringField(
        _l("Number of the document"), [InputRequired(_l("Enter the number.")), Length(max=40)]
    )
    country = SelectField(_l("Country or region that issued it"), [Optional()])
    valid_until = DayField(_l("Valid until"), [Optional()])
    consent = BooleanField(
        _l(
            "I agree that the number of my document is used to verify my name, and for nothing else"
        ),
        [AGREED],
    )

    def offer(self, way: Way) -> DetailsForm:
        """Fill the choices for a way, in the reader's language."""
        self.document.choices = [
            SelectChoice(each.value, gettext(DOCUMENTS[each].title)) for each in documents_of(way)
        ]
        self.country.choices = [SelectChoice(code, name) for code, name in countries()]
        return self
