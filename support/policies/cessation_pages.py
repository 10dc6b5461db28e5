"""The end of the service as pages show it: how far it is, and in which words."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum

from babel.dates import format_date
from flask_babel import get_locale

from support.core.web_parts import page_language
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies.intake import Ending
from support.policies.lifecycle_cessation import CessationState

_DAY = {"en": "d MMMM y", "zh": "y年M月d日"}


class Stage(IntEnum):
    """How far the end of the service is, by the clock as long as nothing is deleted."""

    COMING = 0
    STOPPED = 1
    ERASING = 2
    DONE = 3


_SAID = {
    Stage.COMING: (
        N_("This service ends on %(day)s"),
        N_("After that nothing new is taken in. You can take your data along until %(until)s."),
    ),
    Stage.STOPPED: (
        N_("This service ended on %(day)s"),
        N_(
            "Nothing new is taken in. You can read your orders and take your data along until %(until)s."
        ),
    ),
    Stage.ERASING: (
        N_("This service ended on %(day)s"),
        N_("The time to take data along ended on %(until)s. Personal data is being deleted."),
    ),
    Stage.DONE: (
        N_("This service ended on %(day)s"),
        N_("Personal data is deleted; what a law makes us keep is locked away until its date."),
    ),
}


def stage_of(found: Ending, now: datetime) -> Stage:
    """Return how far it is at `now`."""
    if found.state is CessationState.DONE:
        return Stage.DONE
    if found.state is CessationState.ERASING or now >= found.export_until:
        return Stage.ERASING
    return Stage.COMING if now < found.stops_at else Stage.STOPPED


def day_words(day: date) -> str:
    """Return a day of the operator's calendar, written out in the language of the page."""
    return format_date(day, _DAY[page_language() or "en"], locale=get_locale() or "en")


def said(found: Ending, now: datetime) -> dict[str, str]:
    """Return title and text of the banner."""
    title, text = _SAID[stage_of(found, now)]
    return {
        "title": gettext(title, day=day_words(found.last_day)),
        "text": gettext(text, until=day_words(found.last_export_day)),
    }
