"""Forms of next versions of the policy: writing one, opening and announcing it, commenting on it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from support.core.web_fields import DayField
from support.policies.revisions import TESTS
from support.policies.service_revisions import LONGEST_COMMENT, Words

TEXT_MAX = 100_000
SUMMARY_MAX = 600
REASON_MAX = 2_000
_NEEDED = _l("This is needed in both languages.")


class RevisionForm(FlaskForm):
    """A next version in both languages, and how it stands to the one before."""

    label = StringField(
        _l("Label"), validators=[DataRequired(_l("Give it a label.")), Length(max=40)]
    )
    summary_en = TextAreaField(
        _l("What changes, in English"), validators=[DataRequired(_NEEDED), Length(max=SUMMARY_MAX)]
    )
    summary_zh = TextAreaField(
        _l("What changes, in Chinese"), validators=[DataRequired(_NEEDED), Length(max=SUMMARY_MAX)]
    )
    text_zh = TextAreaField(
        _l("Text in Chinese"), validators=[DataRequired(_NEEDED), Length(max=TEXT_MAX)]
    )
    text_en = TextAreaField(
        _l("Text in English"), validators=[DataRequired(_NEEDED), Length(max=TEXT_MAX)]
    )
    tests = SelectMultipleField(
        _l("What makes it major?"),
        choices=[SelectChoice(code, _l(words)) for code, words in TESTS.items()],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = TextAreaField(
        _l("If none applies: why is it minor?"), validators=[Length(max=REASON_MAX)]
    )
    shrinks = RadioField(
        _l("Does it take rights away from people?"),
        choices=[
            SelectChoice(
                "yes", _l("Yes: it binds only those who agree; for the others the old one goes on")
            ),
            SelectChoice("no", _l("No")),
        ],
        validators=[InputRequired(_l("Please choose one."))],
    )

    @property
    def words(self) -> Words:
        """What was written."""
        plain = ("label", "text_en", "text_zh", "summary_en", "summary_zh", "reason")
        return Words(
            **{name: self[name].data or "" for name in plain},
            tests=tuple(self.tests.data or ()),
            shrinks=self.shrinks.data == "yes",
        )


class OpenForm(FlaskForm):
    """For how long a version is open for comment."""

    days = IntegerField(
        _l("Days for comments"), validators=[InputRequired(_l("Say for how many days."))]
    )


class AnnounceForm(FlaskForm):
    """When a version takes effect."""

    day = DayField(_l("In force from"), validators=[Optional()])


class CommentForm(FlaskForm):
    """What a member says of a next version."""

    text = TextAreaField(
        _l("Your comment"),
        validators=[DataRequired(_l("Write what you think of it.")), Length(max=LONGEST_COMMENT)],
    )
