"""The forms of sign-in, registration, the console and the admin's list of people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.form import BaseForm
from wtforms.validators import EqualTo, InputRequired, Length, NumberRange, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from support.accounts.passwords import LONGEST
from support.accounts.policy import LONGEST_TRAINING_MONTHS, TRAINING_MONTHS
from support.core.actors import Role
from support.core.errors import AlreadyDone, IllegalMove, Stale
from support.core.web_fields import A_DAY, DayField
from support.core.web_fields import refusals_on as refusals_on  # rooms above take it from here
from support.core.web_pages import LANGUAGES


class _Needed(InputRequired):
    """Asks for what is missing by its label: a summary at the top of the page stands far from the field."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        if field.raw_data and field.raw_data[0]:
            return
        field.errors = []
        raise StopValidation(gettext("Please fill in “%(field)s”.", field=field.label.text))


_NEEDED = _Needed()
_A_NUMBER = _l("Enter a number of months from 1 to 36.")
_LINE = Length(max=200, message=_l("Use at most 200 characters."))


@contextmanager
def lost_races_on(form: FlaskForm) -> Iterator[None]:
    """Show above the form, with what was typed kept, that somebody else was faster; an `Invalid` as `refusals_on`."""
    try:
        with refusals_on(form):
            yield
    except (Stale, IllegalMove, AlreadyDone) as error:
        form.form_errors.append(gettext(error.words, **error.facts))


def choices(*pairs: tuple[str, str]) -> list[Any]:
    """Return the options of a choice from (value, words) pairs."""
    return [SelectChoice(value, words) for value, words in pairs]


def said(field: StringField) -> str:
    """Return what was typed into a field; nothing typed is ""."""
    return field.data or ""


def _new_password(words: str) -> PasswordField:
    """The field takes any length, so that nothing is cut off unseen; the verb says what is too long."""
    return PasswordField(words, [_NEEDED])


def _same_password() -> PasswordField:
    return PasswordField(
        _l("Password once more"), [EqualTo("password", _l("The two passwords differ."))]
    )


class LoginForm(FlaskForm):
    """Sign in with a password; the second button asks for a code instead."""

    account = StringField(_l("Member name, e-mail or mobile"), [_NEEDED, _LINE])
    password = PasswordField(_l("Password"))


class CodeForm(FlaskForm):
    """The six digits of a message."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter the code from the message."))])


class SecondStepForm(FlaskForm):
    """The authenticator's code, or a recovery code."""

    code = StringField(_l("Code"), [InputRequired(_l("Enter the code that your app shows."))])


class PasskeyForm(FlaskForm):
    """What the browser answers for a passkey; a script fills it in, and the verb looks at it."""

    credential = HiddenField(validators=[Length(max=20_000)])


class NewPasskeyForm(PasskeyForm):
    """A passkey that was just made, and how its owner calls it."""

    name = StringField(_l("Name"), [_NEEDED, Length(max=60)])


class AddressForm(FlaskForm):
    """One e-mail address or mobile number."""

    address = StringField(_l("E-mail or mobile"), [_NEEDED, _LINE])


class RegisterForm(FlaskForm):
    """Where the new member is reached: a mobile of mainland China, or for others any mobile or an e-mail."""

    where = RadioField(
        _l("Where do you live?"),
        choices=choices(("cn", _l("In mainland China")), ("other", _l("Somewhere else"))),
        default="cn",
    )
    address = StringField(
        _l("Mobile number (outside mainland China also e-mail)"),
        [
            InputRequired(
                _l("Enter your mobile number or, outside mainland China, an e-mail address.")
            ),
            _LINE,
        ],
    )


class DetailsForm(FlaskForm):
    """Name, password and the express acceptance of the present policy version."""

    name = StringField(_l("Member name"), [_NEEDED, _LINE])
    password = _new_password(_l("Password"))
    password_again = _same_password()
    accept = BooleanField(
        _l("I have read and accept the legal notice and the privacy policy"),
        [InputRequired(_l("You can register only if you accept."))],
    )
    policy_version = HiddenField()


class PasswordForm(FlaskForm):
    """A new password, twice."""

    password = _new_password(_l("New password"))
    password_again = _same_password()


class ConfirmPasswordForm(FlaskForm):
    """The present password, to prove that it is you."""

    password = PasswordField(_l("Password"), [_NEEDED, Length(max=4 * LONGEST)])


class ConfirmCodeForm(FlaskForm):
    """The code that went to one of the person's own addresses."""

    code = StringField(_l("Code from the message"), [_NEEDED])


class ConfirmFactorForm(FlaskForm):
    """The authenticator's code, to prove that it is you."""

    factor_code = StringField(_l("Code from your app"), [_NEEDED])


class CarriedForm(FlaskForm):
    """The consent to keep a name that another service has verified."""

    consent = BooleanField(_l("I agree that this name is kept as the verified name of my account"))


class ProfileForm(FlaskForm):
    """Basic information: everything may stay blank (PP-2.1.2)."""

    enterprise = RadioField(
        _l("You are here as"),
        choices=choices(("no", _l("An individual")), ("yes", _l("An enterprise"))),
        default="no",
    )
    organisation = StringField(_l("Organisation name"), [_LINE])
    years = StringField(_l("Years in business"), [_LINE])
    size = SelectField(
        _l("Number of people"),
        choices=choices(
            ("", "–"),
            ("1", _l("1 to 9 people")),
            ("10", _l("10 to 49 people")),
            ("50", _l("50 to 249 people")),
            ("250", _l("250 people or more")),
        ),
    )
    industry = StringField(_l("Industry"), [_LINE])
    business = StringField(_l("Main business"), [_LINE])
    products = StringField(_l("Main products"), [_LINE])
    website = StringField(_l("Website"), [_LINE])
    country = SelectField(_l("Country or region"), choices=[])
    region = StringField(_l("Province or state"), [_LINE])
    street = StringField(_l("Street and number"), [_LINE])
    phone = StringField(_l("Phone"), [_LINE])
    fax = StringField(_l("Fax"), [_LINE])


class ContactPersonForm(FlaskForm):
    """A person whom a member names as a contact (PP-2.1.3)."""

    name = StringField(_l("Full name"), [_NEEDED, Length(max=60)])
    position = StringField(_l("Position"), [Optional(), Length(max=60)])
    authorised = BooleanField(_l("This person agreed that I name them"))


class SettingsForm(FlaskForm):
    """Language, time zone, keys."""

    language = SelectField(_l("Language"), choices=choices(*LANGUAGES.items()))
    timezone = SelectField(_l("Time zone"), choices=[])
    character_keys = BooleanField(_l("Single keys are shortcuts"))


class _RolesField(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _roles() -> SelectMultipleField:
    return _RolesField(
        _l("Roles"), choices=choices(*((role.value, _l(role.title)) for role in Role)), coerce=str
    )


class InviteForm(FlaskForm):
    """A new member of staff."""

    name = StringField(_l("Name at the desk"), [_NEEDED, _LINE])
    email = EmailField(_l("E-mail"), [_NEEDED, _LINE])
    language = SelectField(_l("Language of the invitation"), choices=choices(*LANGUAGES.items()))
    roles = _roles()


class RolesForm(FlaskForm):
    """What a member of staff may do."""

    roles = _roles()


class _MonthsField(IntegerField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_A_NUMBER) from error


class TrainingForm(FlaskForm):
    """A training that a member of staff passed."""

    passed_on = DayField(_l("Passed on"), [InputRequired(A_DAY)])
    months = _MonthsField(
        _l("Valid for how many months"),
        [InputRequired(_A_NUMBER), NumberRange(1, LONGEST_TRAINING_MONTHS, _A_NUMBER)],
        default=TRAINING_MONTHS,
    )
    note = StringField(_l("What it was about, or where the record lies"), [_LINE])


class RenewForm(FlaskForm):
    """Where a new invitation goes."""

    email = EmailField(_l("E-mail"), [_NEEDED, _LINE])
