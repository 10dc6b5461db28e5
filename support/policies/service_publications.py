"""The verbs of the public ledger: publish, correct, withdraw. The rooms above decide whether it may be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from support.core import audit
from support.core.actors import SYSTEM, Actor
from support.core.calendars import cn_day
from support.core.clock import utcnow
from support.core.db import changed, compare_and_set, db, each_of, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, Invalid, NotAllowed
from support.core.text import clean_text
from support.core.words import N_
from support.policies.models_publications import Publication, PublicationCount, Withdrawal
from support.policies.publications import public_kind

_INSTANT = timedelta(microseconds=1)
_MOST = 100_000
"""More than any room lets somebody write."""
NEEDS_END = N_("What is published about a person needs a date on which it ends.")


def publish(
    actor: Actor,
    *,
    kind: str,
    series: str,
    facts: Mapping[str, Any],
    event_at: datetime,
    personal: bool,
    text: str = "",
    language: str = "",
    ends_at: datetime | None = None,
    counts: Mapping[str, int] | None = None,
    replaces: Publication | None = None,
    now: datetime | None = None,
) -> Publication:
    """Append one entry to the public ledger and return it.

    `facts` holds what its kind draws, and no person's data; `text` must be redacted already. `counts` are the outcomes
    it counts for in its month. A correction (`replaces`) takes the older entry out in the same act and is counted no
    second time; a second correction of one entry raises `AlreadyDone`. Raises `Invalid` where it is about a person and
    has no end.
    """
    now = now or utcnow()
    check_may_publish(actor)
    declared = public_kind(kind)
    if personal and (ends_at is None or ends_at <= now):
        raise Invalid("ends_at", NEEDS_END)
    with transaction():
        if replaces is not None:
            _withdraw(actor, replaces, Withdrawal.CORRECTED, now)
        entry = Publication(
            uid=new_uid(),
            kind=declared.code,
            series=series,
            facts=dict(facts),
            text=clean_text(text, _MOST) or None,
            language=language,
            personal=personal,
            event_at=event_at,
            published_at=now,
            published_by=actor.id,
            ends_at=ends_at,
            replaces_id=replaces.id if replaces is not None else None,
            changed_at=now,
        )
        db.session.add(entry)
        db.session.flush()  # its id stands in the event
        said = {"replaces": replaces.id} if replaces is not None else {}
        audit.record(
            "system", "publication.made", actor=actor, at=now, publication=entry.id, **said
        )
        entry.changed_at = _next_change(now, entry)
        if replaces is None:
            for outcome, number in (counts or {}).items():
                _count(now, kind, outcome, number)
    return entry


def withdraw(
    actor: Actor, entry: Publication, *, why: Withdrawal, now: datetime | None = None
) -> Publication:
    """Take an entry out: page, feeds and database lose its content, a tombstone says why; twice is harmless."""
    now = now or utcnow()
    check_may_publish(actor)
    with transaction():
        if entry.withdrawn_at is None:
            _withdraw(actor, entry, why, now)
    return entry


def end_publications(now: datetime) -> None:
    """Take out what has reached its end; periodic."""

    def end(entry: Publication) -> None:
        _withdraw(SYSTEM, entry, Withdrawal.TERM, now)

    over = (Publication.ends_at <= now, Publication.withdrawn_at.is_(None))
    each_of(Publication, *over, work=end, first=Publication.ends_at)


def check_may_publish(actor: Actor) -> None:
    """Let staff and the system pass; which staff, the room whose entry it is has decided."""
    if actor.kind != "system" and not actor.is_staff:
        raise NotAllowed()


def _withdraw(actor: Actor, entry: Publication, why: Withdrawal, now: datetime) -> None:
    if entry.withdrawn_at is not None:
        raise AlreadyDone()
    audit.record(
        "system", "publication.withdrawn", actor=actor, at=now, publication=entry.id, why=why
    )
    compare_and_set(
        entry,
        version=entry.version,
        facts=None,
        text=None,
        withdrawn_at=now,
        withdrawal=why,
        changed_at=_next_change(now, entry),
    )


def _next_change(now: datetime, entry: Publication) -> datetime:
    """Return a moment after every other change of the ledger, so that what caches hold is known to be old.

    The event written before holds the head of the system's stream until the commit: changes come one after another,
    whatever the clocks of several machines say.
    """
    others = select(func.max(Publication.changed_at)).where(Publication.id != entry.id)
    last = db.session.execute(others).scalar_one()
    return now if last is None or last < now else last + _INSTANT


def _count(now: datetime, kind: str, outcome: str, number: int) -> None:
    """Count in the month of Shanghai's clock."""
    key = {"month": f"{cn_day(now):%Y-%m}", "kind": kind, "outcome": outcome}
    insert_new(PublicationCount, **key, number=0)
    row = update(PublicationCount).filter_by(**key)
    changed(row.values(number=PublicationCount.number + number))
