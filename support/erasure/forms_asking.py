"""The forms of those who ask without signing in, and of the privacy officer who looks for the account they mean."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from support.accounts.forms import choices
from support.erasure.asking import AGES, KINS, REFUSALS, WISHES
from support.erasure.queries_asking import Asked
from support.erasure.rules import REGIONS
from support.workorders.forms import block, line

_SUBJECTS = {"ward": _l("Full name of the child or ward"), "heir": _l("Full name of who died")}


class AskForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who asks, whose data it is, and how the account is found; each way of asking drops what it needs not."""

    name = StringField(
        _l("Your full name, as in your document"),
        filters=[line],
        validators=[InputRequired(_l("Enter your name."))],
    )
    subject = StringField(
        "", filters=[line], validators=[InputRequired(_l("Enter whose data it is."))]
    )
    age = RadioField(
        _l("How old are they?"),
        choices=choices(*((code, _l(words)) for code, words in AGES.items())),
        validators=[InputRequired(_l("Say how old they are."))],
    )
    kin = RadioField(
        _l("Who are you to them?"),
        choices=choices(*((code, _l(words)) for code, words in KINS.items())),
        validators=[InputRequired(_l("Say who you are to them."))],
    )
    wish = RadioField(
        _l("Did they arrange what becomes of their data?"),
        choices=choices(*((code, _l(words)) for code, words in WISHES.items())),
        validators=[InputRequired(_l("Say whether they arranged anything."))],
    )
    purpose = TextAreaField(
        _l("What do you need it for?"),
        filters=[block],
        validators=[InputRequired(_l("Say what you need it for."))],
    )
    handles = TextAreaField(
        _l("How is the account found?"),
        filters=[block],
        validators=[InputRequired(_l("Say how the account is found."))],
    )
    region = RadioField(
        _l("Where do they live, or did they live last?"),
        choices=choices(*((code, _l(region.title)) for code, region in REGIONS.items())),
        validators=[InputRequired(_l("Choose a place: it decides which law counts."))],
    )
    body = TextAreaField(_l("What else we should know"), filters=[block], validators=[Optional()])
    address = StringField(_l("E-mail or mobile number"), filters=[line])

    def asks_of(self, ground: str) -> AskForm:
        """Leave what this way of asking needs."""
        if ground == "lost":
            del self.subject
            self.region.label.text = _l("Where do you live?")
        else:
            self.subject.label.text = _SUBJECTS[ground]
        if ground != "ward":
            del self.age
        if ground != "heir":
            del self.kin, self.wish, self.purpose
        return self

    def asked(self) -> Asked:
        """Return what was written."""
        said = {
            name: self[name].data or ""
            for name in ("name", "subject", "age", "kin", "wish", "purpose")
            if name in self
        }
        lines = (self.handles.data or "").splitlines()
        handles = [each.strip() for each in lines if each.strip()]
        return Asked(handles=list(dict.fromkeys(handles)), **said)


class MatchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Whom the officer found."""

    person = HiddenField()


class RefusalForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Why it is refused before anything is touched."""

    reason = SelectField(
        _l("Why it is refused"),
        choices=choices(*((code, _l(words)) for code, words in REFUSALS.items())),
    )
    words = TextAreaField(_l("To who asks"), filters=[block], validators=[Optional()])
