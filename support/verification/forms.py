"""The forms of checks."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from support.verification import policy

AGREED = DataRequired(_l("Please tick that you agree, or choose another way."))
"""For a box of consent: named among the other slips, as the verb would name it alone."""


class NewAddressForm(FlaskForm):
    """The address that the account shall get."""

    address = StringField(
        _l("New e-mail or mobile"),
        [InputRequired(_l("Enter the address that you can use now.")), Length(max=320)],
    )


class OldAddressForm(FlaskForm):
    """An address that the account has had for a while."""

    address = StringField(
        _l("An older e-mail or mobile of the account"),
        [InputRequired(_l("Enter an address that the account had before.")), Length(max=320)],
    )


class CodeForm(FlaskForm):
    """The six digits of a message."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter the code from the message."))])


class LackForm(FlaskForm):
    """Why no older address can be reached."""

    how = RadioField(
        _l("What happened to them?"),
        [InputRequired(_l("Please choose one."))],
        choices=[
            SelectChoice("lost", _l("I can't get at any of them any more")),
            SelectChoice("stolen", _l("Somebody else has got one of them")),
        ],
    )
    named = TextAreaField(
        _l("Which ones does somebody else have? One a line"), [Optional(), Length(max=1000)]
    )


class PictureForm(FlaskForm):
    """One picture, with the consent that belongs to it alone."""

    picture = FileField(_l("Photo"), [FileRequired(_l("Choose a photo."))])
    consent = BooleanField("", [AGREED])


_FILLED = InputRequired(_l("Please fill this in."))


class AccountForm(FlaskForm):
    """A company and its bank account."""

    company = StringField(_l("Company name, as in the licence"), [_FILLED, Length(max=200)])
    licence = StringField(_l("Unified social credit code"), [_FILLED, Length(max=40)])
    region = StringField(_l("Province and city of the bank's branch"), [_FILLED, Length(max=200)])
    bank = StringField(_l("Bank and branch"), [_FILLED, Length(max=200)])
    holder = StringField(_l("Account holder"), [_FILLED, Length(max=200)])
    number = StringField(_l("Account number"), [_FILLED, Length(max=60)])
    consent = BooleanField(
        _l(
            "I agree that this account is used for one small payment, to see that it is the company's"
        ),
        [AGREED],
    )


class AmountForm(FlaskForm):
    """The amount that came in."""

    amount = StringField(
        _l("Amount that came in"), [InputRequired(_l("Write it like 0.37.")), Length(max=20)]
    )


class RecordForm(FlaskForm):
    """What the account's verified record says."""

    name = StringField(
        _l("Name, as it was verified"),
        [InputRequired(_l("Write the name as it was verified.")), Length(max=200)],
    )
    last = StringField(
        _l("The last four digits or letters of the document's number"),
        [InputRequired(_l("These are four digits or letters.")), Length(max=20)],
    )


class VerdictForm(FlaskForm):
    """What a verifier or approver found."""

    verdict = RadioField(
        _l("What did you find?"),
        [InputRequired(_l("Please say what you found, and why where it fails."))],
        choices=[
            SelectChoice("pass", _l("It is them")),
            SelectChoice("fail", _l("It is not proved")),
            SelectChoice("again", _l("Ask for it again")),
        ],
    )
    reason = SelectField(_l("Why it fails, or what is asked for"), [Optional()])

    marks = SelectMultipleField(
        _l("What fits?"),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, points: tuple[tuple[str, str], ...], codes: tuple[str, ...]) -> VerdictForm:
        """Fill what is compared, and the choice of reasons, in the reader's language."""
        self.marks.choices = [SelectChoice(code, _l(words)) for code, words in points]
        self.reason.choices = [SelectChoice("", "–")] + [
            SelectChoice(code, _l(policy.REASONS[code])) for code in codes
        ]
        return self
