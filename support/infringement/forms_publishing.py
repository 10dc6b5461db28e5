"""The forms of publication: the text as it goes out, whether it is about a person, and why an entry is taken out."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # stubs are older
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from support.core.calendars import CN_ZONE, cn_day
from support.core.clock import utcnow
from support.core.due import midnight_after, zone_of
from support.infringement.forms import LONGEST_TEXT, PartForm
from support.infringement.service_publishing import REASONS
from support.policies.service_publications import NEEDS_END
from support.workorders.forms import block

YEARS = 3
"""How long an entry about a person stands where nobody says otherwise."""
_MOST = LONGEST_TEXT * 2


class PublishForm(PartForm):
    """What a clerk decides of an entry; everything else is derived."""

    text = TextAreaField(
        _l("Text as it is published"),
        [Optional(), Length(max=_MOST, message=_l("Use at most %(max)d characters."))],
        filters=[block],
    )
    named = BooleanField(_l("Name the organisation that holds the right"))
    personal = BooleanField(_l("It is about a natural person"))
    ends_on = DateField(_l("Stands until"), [Optional()])

    def validate_ends_on(self, field: DateField) -> None:
        """A date in the future, where it is about a person."""
        if self.personal.data and (field.data is None or field.data <= today()):
            raise ValidationError(_l(NEEDS_END))

    def ends_at(self) -> datetime | None:
        """Return the end of the last day in Shanghai; None where it is about no person."""
        if not self.personal.data or self.ends_on.data is None:
            return None
        return midnight_after(self.ends_on.data, zone_of(CN_ZONE))


class WithdrawForm(PartForm):
    """Why an entry is taken out."""

    why = RadioField(
        _l("Why is it taken out?"),
        [InputRequired(_l("Please choose one."))],
        choices=[SelectChoice(each.value, _l(each.title)) for each in REASONS],
    )


def today() -> date:
    """Return the day in Shanghai."""
    return cn_day(utcnow())


def usual_end() -> date:
    """Return on which day an entry about a person ends where nobody says otherwise."""
    return today() + timedelta(days=365 * YEARS)
