"""What pages show of versions and next versions: their differences, when they take effect, who is asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _

from support.core.context import settings
from support.core.web_parts import html_lang
from support.core.web_parts import words as gettext
from support.policies.differences import compare, sections, touched
from support.policies.models import PolicyVersion
from support.policies.models_revisions import Revision
from support.policies.prose import parse
from support.policies.revisions import first_day, named_tests

Row = dict[str, Any]
TEXTS = {"en": "text_en", "zh": "text_zh"}


def text_of(one: PolicyVersion | Revision, code: str) -> str:
    """Return the text of a version in the language `code`."""
    return one.text_zh if code == "zh" else one.text_en


def summary_of(one: PolicyVersion | Revision, code: str) -> str:
    """Return what changes with a version, in the language `code`; "" where nobody wrote it down."""
    return one.summary_zh if code == "zh" else one.summary_en


def name_of(one: PolicyVersion) -> str:
    """Return the label of a version as people read it."""
    return _("Sample") if one.sample else one.label


def difference(before: PolicyVersion | None, after: PolicyVersion | Revision, code: str) -> Row:
    """Return what differs between two versions in one language, to be drawn."""
    found = compare(text_of(before, code) if before else "", text_of(after, code))
    counted = touched(found)
    return {
        "sections": sections(found),
        "counted": counted,
        "none": not any(counted.values()),
        "lang": html_lang(code),
    }


def about(one: PolicyVersion | Revision, code: str) -> Row:
    """Return how a version stands to the one before: major or minor and why, whether it takes rights away."""
    return {
        "summary": summary_of(one, code),
        "lang": html_lang(code),
        "major": one.major,
        "tests": [(test, gettext(words)) for test, words in named_tests(one.tests)],
        "reason": one.reason,
        "shrinks": one.shrinks,
    }


def day_words(moment: datetime) -> str:
    """Return a day in full, as it is where the operator sits: versions begin there."""
    local = moment.astimezone(ZoneInfo(settings().operator_timezone))
    return str(format_date(local.date(), "long"))


def earliest(revision: Revision, now: datetime) -> datetime:
    """Return the first day on which a next version may take effect, were it announced now."""
    days = settings().policy_lead_days if revision.major else 0
    return first_day(now, days, settings().operator_timezone)


def previews(revision: Revision) -> list[Row]:
    """Return the text in both languages, as blocks."""
    named = {"zh": _("Chinese"), "en": _("English")}
    return [
        {"lang": html_lang(code), "title": words, "blocks": parse(text_of(revision, code))}
        for code, words in named.items()
    ]
