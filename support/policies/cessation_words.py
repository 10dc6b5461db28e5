"""What everybody reads when the service ends, or goes on after all, in both languages."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import force_locale, gettext

from support.core.context import settings
from support.core.web_pages import locale_of
from support.policies.cessation_pages import day_words
from support.policies.models_cessation import Cessation


def ends(row: Cessation) -> dict[str, str]:
    """Return the announcement of the end: titles and texts."""
    return _both(lambda code: _ends(row, code))


def goes_on(row: Cessation) -> dict[str, str]:
    """Return the announcement that the end is called off."""
    return _both(lambda code: _goes_on(row, code))


def _both(write: Callable[[str], tuple[str, str]]) -> dict[str, str]:
    said = {}
    for code in ("en", "zh"):
        with force_locale(locale_of(code)):
            said[f"title_{code}"], said[f"body_{code}"] = write(code)
    return said


def _ends(row: Cessation, code: str) -> tuple[str, str]:
    day, until = day_words(row.last_day), day_words(row.last_export_day)
    address = f"{settings().public_url}/cessation"
    return gettext("This service ends on %(day)s", day=day), "\n\n".join(
        (
            row.reason_zh if code == "zh" else row.reason_en,
            gettext(
                "Until the end of %(day)s everything goes on as usual. After that nothing new is taken in: "
                "no registration, no work order, no notice and no report.",
                day=day,
            ),
            gettext(
                "Until the end of %(until)s you can read your work orders, answer in open ones, and take a copy of "
                "your data along. Then all personal data is deleted; what a law makes us keep is locked away "
                "until its date and deleted after it.",
                until=until,
            ),
            gettext(
                "The dates, and at the end a signed proof of the deletion, stand here: [%(address)s](%(address)s)",
                address=address,
            ),
        )
    )


def _goes_on(row: Cessation, code: str) -> tuple[str, str]:
    said = gettext(
        "The end that was announced for %(day)s is called off. Nothing was deleted for it, and nothing changes.",
        day=day_words(row.last_day),
    )
    words = row.called_zh if code == "zh" else row.called_en
    return gettext("This service goes on"), f"{words}\n\n{said}"
