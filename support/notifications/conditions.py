"""How the doors are through which messages leave, for the administrators' page of the system's state."""

from __future__ import annotations

from datetime import datetime

from support.accounts import queries_codes
from support.accounts.models import ContactKind
from support.core.conditions import Condition, Mood, Seen
from support.core.config import ConfigError
from support.core.context import settings
from support.core.installation import is_demo
from support.core.words import N_
from support.notifications import approved, letters, mail, queries, sms


def _mail(now: datetime) -> Seen:
    return _door(ContactKind.EMAIL, settings().smtp_url, now)


def _sms(now: datetime) -> Seen:
    config = settings()
    found = _door(ContactKind.MOBILE, config.sms_url, now)
    if found.mood != Mood.FINE or not config.sms_url.startswith("aliyun:"):
        return found
    try:
        lacking = approved.missing(config, letters.sms_messages())
    except ConfigError as error:
        return Seen(Mood.BROKEN, error.words, error.facts)
    words = N_("%(count)s messages have no approved template and go nowhere.")
    count = sum(len(part.messages) for part in lacking)
    return Seen(Mood.LOOK, words, {"count": count}) if count else found


def _door(kind: ContactKind, url: str, now: datetime) -> Seen:
    if not url:
        if is_demo():
            return Seen(Mood.FINE, N_("A demo: messages are kept here and shown at /mailbox."))
        return Seen(Mood.LOOK, N_("None is set: nothing can leave this way."))
    if queries_codes.is_door_away(kind, now):
        return Seen(Mood.BROKEN, N_("It does not answer. What waits is tried again for 24 hours."))
    last = queries.last_sent(kind)
    if last is None:
        return Seen(Mood.FINE, N_("It is set; nothing has left yet."))
    return Seen(Mood.FINE, N_("The last message left %(at)s."), {"at": last})


HOOKS: tuple[object, ...] = (
    Condition(N_("Mail"), _mail),
    Condition(N_("Text messages"), _sms),
    mail.DOOR,
    sms.DOOR,
)
