"""The desk's forms. Text is cleaned like the members'; what a select offers is checked against the list."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypedDict

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, StopValidation

from support.core.web_fields import A_DAY, DayField
from support.policies.models_legal_holds import BY_HAND
from support.workorders import desk_saved
from support.workorders.forms import BODY_FITS, SUBJECT_FITS, block, line

_STAMP = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


def _choices(offered: list[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(value, words) for value, words in offered]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the reader of a page had seen: the order's version and the number of its newest event."""

    version: int
    seq: int

    @classmethod
    def read(cls, said: str) -> Stamp:
        """Return the stamp that a form sent; one that nobody wrote is older than everything."""
        match = _STAMP.fullmatch(said)
        return cls(int(match[1]), int(match[2])) if match else cls(0, 0)

    def __str__(self) -> str:
        """The stamp as a form carries it."""
        return f"{self.version}-{self.seq}"


class ReplyForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A reply to the requester, or a note for colleagues: the two are told apart by `audience`."""

    body = TextAreaField(
        filters=[block],
        validators=[
            DataRequired(_l("Write something first.")),
            BODY_FITS,
        ],
    )
    audience = StringField(default="reply", validators=[AnyOf(("reply", "note"))])
    then = StringField(default="open")
    version = StringField()
    idempotency_key = StringField()

    def validate_body(self, field: Any) -> None:
        """Refuse to send the requester a place of a saved reply that nobody filled in."""
        words = desk_saved.unfilled_words(field.data or "")
        if words and self.audience.data == "reply":
            raise StopValidation(words)

    def validate_then(self, field: Any) -> None:
        """Refuse a status that no reply can set; a note sets none."""
        if self.audience.data == "reply" and field.data not in ("open", "waiting", "resolved"):
            raise StopValidation(_l("Please check what you entered."))

    @property
    def stamp(self) -> Stamp:
        """What the writer had seen."""
        return Stamp.read(self.version.data or "")


class SavedTexts(TypedDict):
    """What a saved reply says, as the verbs take it."""

    title: str
    text_en: str
    text_zh: str


class HoldForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A legal hold: its ground, and the file number where there is one."""

    ground = SelectField(
        _l("Why it is kept"), choices=_choices([(each.value, _l(each.title)) for each in BY_HAND])
    )
    reference = StringField(
        _l("File number of the court or the authority"), filters=[line], validators=[Length(max=80)]
    )


class SavedForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A saved reply; one of its two languages may be missing."""

    title = StringField(
        _l("Title"),
        filters=[line],
        validators=[
            DataRequired(_l("Give it a title by which colleagues find it.")),
            Length(max=120, message=_l("Keep the title under %(max)d characters.")),
        ],
    )
    text_en = TextAreaField(_l("Text in English"), filters=[block], validators=[BODY_FITS])
    text_zh = TextAreaField(_l("Text in Chinese"), filters=[block], validators=[BODY_FITS])
    idempotency_key = StringField()

    @property
    def texts(self) -> SavedTexts:
        """What was typed."""
        return {
            "title": self.title.data or "",
            "text_en": self.text_en.data or "",
            "text_zh": self.text_zh.data or "",
        }

    def validate_text_en(self, field: Any) -> None:
        """Refuse a reply without any text, and a place that nothing could fill."""
        if not field.data and not self.text_zh.data:
            raise StopValidation(_l("Write the text in at least one of the two languages."))
        self._places_are_known(field)

    def validate_text_zh(self, field: Any) -> None:
        """Refuse a place that nothing could fill."""
        self._places_are_known(field)

    @staticmethod
    def _places_are_known(field: Any) -> None:
        if strange := desk_saved.unknown(field.data or ""):
            raise StopValidation(
                _l("There is nothing to fill in for %(places)s.", places=", ".join(strange))
            )


class CallerForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Who calls: a member name or a whole number. What is found is never shown."""

    who = StringField(
        _l("Member name or whole number"),
        filters=[line],
        validators=[
            DataRequired(_l("Enter the name or the number that the caller gives.")),
            Length(max=120),
        ],
    )


class ReadBackForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The code that the caller reads back."""

    code = StringField(
        _l("Code that the caller reads back"),
        validators=[DataRequired(_l("Enter the six digits."))],
    )


class PhoneOrderForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A work order that an agent types in during a call."""

    kind = SelectField(_l("Kind"))
    address = StringField(
        _l("Caller's mobile number or e-mail"), filters=[line], validators=[Length(max=200)]
    )
    language = SelectField(
        _l("The caller speaks"), choices=_choices([("zh", "中文"), ("en", "English")])
    )
    priority = SelectField(_l("Priority"), default="normal")
    subject = StringField(
        _l("Summary"),
        filters=[line],
        validators=[
            *SUBJECT_FITS,
        ],
    )
    body = TextAreaField(
        _l("What the caller said"),
        filters=[block],
        validators=[
            DataRequired(_l("Write down what the caller said.")),
            BODY_FITS,
        ],
    )
    idempotency_key = StringField()
    draft_version = 0
    """Which version of its draft the form shows."""

    def offer(self, kinds: list[tuple[str, str]], priorities: list[tuple[str, str]]) -> None:
        """Set what the selects offer."""
        self.kind.choices, self.priority.choices = _choices(kinds), _choices(priorities)


class ReportForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """The days and the team that a report is about; it is a question, so it travels in the address."""

    class Meta:
        """Nothing is changed by it: no token."""

        csrf = False

    since = DayField(_l("From"), validators=[InputRequired(A_DAY)])
    until = DayField(_l("To"), validators=[InputRequired(A_DAY)])
    team = SelectField(_l("Team"), validate_choice=False)

    LONGEST = 366

    def offer(self, teams: list[tuple[str, str]], last: date) -> None:
        """Set which teams there are, and the last day that can be asked for."""
        self.team.choices, self.last = _choices(teams), last

    def validate_team(self, field: Any) -> None:
        """Refuse a team that nobody offered."""
        if field.data not in [choice.value for choice in field.choices]:
            raise StopValidation(_l("Choose a team from the list."))

    def validate_since(self, field: Any) -> None:
        """Refuse a day that is still to come."""
        if field.data and field.data > self.last:
            raise StopValidation(_l("This day is still to come."))

    def validate_until(self, field: Any) -> None:
        """Refuse a day that is still to come, one before the first, and more than a year."""
        first, last = self.since.data, field.data
        if last and last > self.last:
            raise StopValidation(_l("This day is still to come."))
        if first and last and last < first:
            raise StopValidation(_l("The last day can't be before the first."))
        if first and last and last - first >= timedelta(days=self.LONGEST):
            raise StopValidation(_l("Choose at most a year: 366 days."))


def tag_words(said: Any) -> list[str]:
    """Return the tags of a comma-separated line, full-width commas included."""
    return [word for part in re.split(r"[,，、;；]", str(said)) if (word := line(part))]
