"""The forms of members and guests. Filters clean what was pasted; validators say what is wrong in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
    MultipleFileField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import AnyOf, DataRequired, Length, Optional, StopValidation

from support.core.text import clean_line, clean_text

SUBJECT_LENGTH = 200
BODY_LENGTH = 20_000
PASTE_LIMIT = (
    4_000_000  # far above both: what is too long is refused in words, never cut in silence
)


SUBJECT_FITS = (
    DataRequired(_l("Enter a short summary.")),
    Length(max=SUBJECT_LENGTH, message=_l("Keep the summary under %(max)d characters.")),
)
BODY_FITS = Length(
    max=BODY_LENGTH,
    message=_l("This is too long: keep it under %(max)d characters, or add a file."),
)


def line(value: str | None) -> str:
    """Clean a one-line input."""
    return clean_line(value or "", PASTE_LIMIT)


def block(value: str | None) -> str:
    """Clean an input of many lines."""
    return clean_text(value or "", PASTE_LIMIT)


class OrderForm(FlaskForm):
    """A new order; `address` is asked of people who are not signed in, `own` is a kind's own question."""

    own = TextAreaField(filters=[block], validators=[Optional(), BODY_FITS])
    topic = RadioField(_l("What is it about?"), validate_choice=False, validators=[Optional()])
    subject = StringField(
        _l("Summary"),
        filters=[line],
        validators=[
            *SUBJECT_FITS,
        ],
    )
    body = TextAreaField(
        _l("What happened?"),
        filters=[block],
        validators=[
            DataRequired(_l("Tell us what happened.")),
            BODY_FITS,
        ],
    )
    address = StringField(_l("E-mail or mobile number"), filters=[line])
    about = HiddenField(filters=[line])
    files = MultipleFileField(_l("Files"))

    def ask_own(self, label: str) -> None:
        """Ask a kind's own question, or drop it where there is no label."""
        if not label:
            del self.own
            return
        self.own.label.text = label

    def offer_topics(self, choices: list[tuple[str, str]], asks: str) -> None:
        """Ask for one of `choices`, or drop the question when the kind has no topics; asked in a kind's own words, the
        answer names the order."""
        if not choices:
            del self.topic
            return
        if asks:
            self.topic.label.text = asks
            del self.subject
        self.topic.choices = choices
        self.topic.validators = [self._known_topic]

    @staticmethod
    def _known_topic(_form: Any, field: Any) -> None:
        if field.data not in [value for value, _label in field.choices]:
            raise StopValidation(_l("Choose what it is about."))


class MessageForm(FlaskForm):
    """A message of the requester on an order."""

    body = TextAreaField(
        _l("Your reply"),
        filters=[block],
        validators=[
            DataRequired(_l("Write your message first.")),
            BODY_FITS,
        ],
    )


class RatingForm(FlaskForm):
    """Is it solved? With "no", the comment becomes the next message, so it is needed then."""

    comment = TextAreaField(
        _l("Anything to add?"),
        filters=[block],
        validators=[
            BODY_FITS,
        ],
    )
    solved = HiddenField(
        validators=[AnyOf(("yes", "no"), message=_l("Say whether it is solved: yes or no."))]
    )

    def validate_comment(self, field: Any) -> None:
        """Ask what is missing when it is not solved."""
        if self.solved.data == "no" and not field.data:
            raise StopValidation(_l("Tell us what is still missing."))


class FollowForm(FlaskForm):
    """Reference and address of somebody who follows an order without an account."""

    reference = StringField(
        _l("Reference"),
        filters=[line],
        validators=[
            DataRequired(_l("Enter the reference, for example WO-26-000123-K7.")),
            Length(max=64, message=_l("Enter the reference, for example WO-26-000123-K7.")),
        ],
    )
    address = StringField(
        _l("E-mail or mobile number"),
        filters=[line],
        validators=[DataRequired(_l("Enter the e-mail address or mobile number that you gave."))],
    )
