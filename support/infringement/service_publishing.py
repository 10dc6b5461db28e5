"""The verbs of publication: publish what is due, correct it by a new entry, take it out with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, transaction
from support.core.errors import AlreadyDone, IllegalMove, Invalid, NotAllowed, Stale
from support.core.text import clean_text
from support.core.words import N_
from support.infringement import policy, publishing, queries, redaction
from support.infringement import queries_publishing as due_queries
from support.infringement.forms import LONGEST_TEXT
from support.infringement.models_publishing import DuePublication, DueState, Entry
from support.infringement.service_forwarding import record_arrival
from support.policies import service_publications as ledger
from support.policies.models_publications import Publication, Withdrawal

HEARD = N_(
    "A complaint about one of these links is heard. Nothing is published until it is decided."
)
STILL_THERE = N_(
    "The text still holds what tells who somebody is, or where the content stands: %(found)s"
)
LOST = N_("Who the parties are was erased, so no text can be checked. Publish it without one.")

Verb = Callable[..., Publication]

REASONS = (Withdrawal.OVERTURNED, Withdrawal.ORDERED, Withdrawal.ERASED)
"""Why a clerk takes an entry out; a correction and the end of its term are acts of their own."""


def publish_due(
    actor: Actor,
    row: DuePublication,
    *,
    text: str,
    named: bool,
    ends_at: datetime | None,
    version: int,
    now: datetime | None = None,
) -> Publication:
    """Publish what is due, as a clerk or as legal; its facts are derived, the text is what they have looked over.

    With `ends_at` it is about a person and ends then. Refused (`Invalid`) without it where the case is about a person,
    and while the text holds a value of the case that tells who somebody is; (`NotAllowed`) while a complaint about one
    of its links is heard.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    with transaction():
        if row.state != DueState.OPEN:
            raise AlreadyDone()
        if row.version != version:
            raise Stale()
        return _write(actor, row, text, named, ends_at, now)


def correct_entry(
    actor: Actor,
    row: DuePublication,
    *,
    text: str,
    named: bool,
    ends_at: datetime | None,
    version: int,
    now: datetime | None = None,
) -> Publication:
    """Replace a published entry by a new one; the older loses its content for good, and leads to the new one.

    Refused as `publish_due` is.
    """
    now = now or utcnow()
    policy.require_clerk(actor)
    with transaction():
        if row.version != version:
            raise Stale()
        old = due_queries.entry_of(row)
        if old.withdrawn_at is not None:
            raise AlreadyDone()
        return _write(actor, row, text, named, ends_at, now, replaces=old)


def withdraw_entry(
    actor: Actor,
    row: DuePublication,
    *,
    why: Withdrawal,
    version: int,
    now: datetime | None = None,
) -> Publication:
    """Take a published entry out, with a reason that its tombstone names; twice is harmless."""
    now = now or utcnow()
    policy.require_clerk(actor)
    if why not in REASONS:
        raise Invalid("why", N_("Please choose one."))
    with transaction():
        old = due_queries.entry_of(row)
        if old.withdrawn_at is not None:
            return old
        if row.version != version:
            raise Stale()
        compare_and_set(row, version=version)
        entry = ledger.withdraw(actor, old, why=why, now=now)
        notice = queries.notice_by_id(row.notice_id)
        said = {"publication": entry.id, "why": why.value}
        audit.record(notice.stream, "publication.withdrawn", actor=actor, at=now, **said)
    return entry


def _write(
    actor: Actor,
    row: DuePublication,
    text: str,
    named: bool,
    ends_at: datetime | None,
    now: datetime,
    replaces: Publication | None = None,
) -> Publication:
    if due_queries.is_heard(row, lock=True):
        raise NotAllowed(HEARD)
    draft = publishing.draft_of(row)
    if not draft.items:
        raise IllegalMove(row.state, DueState.PUBLISHED)
    if draft.personal and ends_at is None:
        raise Invalid("ends_on", ledger.NEEDS_END)
    text = _checked(draft, text)
    facts: dict[str, Any] = dict(draft.facts)
    if named and draft.named and "holder" in facts:
        facts["name"] = draft.holder
    entry = ledger.publish(
        actor,
        kind=row.kind,
        series=publishing.series_of(draft.notice),
        facts=facts,
        event_at=row.event_at,
        personal=ends_at is not None,
        text=text,
        language=draft.language,
        ends_at=ends_at,
        counts=draft.counts,
        replaces=replaces,
        now=now,
    )
    compare_and_set(row, version=row.version, state=DueState.PUBLISHED, publication_id=entry.id)
    for item in draft.items if row.entry is Entry.NOTICE else ():
        if due_queries.is_unreachable(item):  # it has arrived by being published (RTNIC 15)
            record_arrival(actor, item, "notice", channel="published", at=now, now=now)
    act = "publication.corrected" if replaces else "publication.made"
    audit.record(draft.notice.stream, act, actor=actor, at=now, publication=entry.id)
    return entry


def _checked(draft: publishing.Draft, text: str) -> str:
    """Return the text as it is published; raises `Invalid` where it tells who somebody is."""
    cleaned = clean_text(text, LONGEST_TEXT * 2)
    if cleaned and not draft.pieces:
        raise Invalid("text", LOST)
    if found := redaction.left_in(cleaned, draft.known):
        raise Invalid("text", STILL_THERE, found=", ".join(found[:5]))
    return cleaned
