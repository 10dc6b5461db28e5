"""Forms of the policies room."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import DataRequired, InputRequired, Length

from support.policies.cookie_list import FORGET, REMEMBER

TITLE_MAX = 120
BODY_MAX = 20_000
_NEEDED = _l("This is needed in both languages.")


class CookieForm(FlaskForm):
    """How long the preference cookies may stay."""

    choice = RadioField(
        _l("How long may we remember your language and theme?"),
        choices=[
            SelectChoice(REMEMBER, _l("One year, on this device")),
            SelectChoice(FORGET, _l("Only until I close the browser")),
        ],
        validators=[InputRequired(_l("Please choose one."))],
    )


class AnnouncementForm(FlaskForm):
    """One announcement in both languages."""

    title_en = StringField(
        _l("Title in English"), validators=[DataRequired(_NEEDED), Length(max=TITLE_MAX)]
    )
    title_zh = StringField(
        _l("Title in Chinese"), validators=[DataRequired(_NEEDED), Length(max=TITLE_MAX)]
    )
    body_en = TextAreaField(
        _l("Text in English"), validators=[DataRequired(_NEEDED), Length(max=BODY_MAX)]
    )
    body_zh = TextAreaField(
        _l("Text in Chinese"), validators=[DataRequired(_NEEDED), Length(max=BODY_MAX)]
    )
