"""The verbs of announcements: write, publish, pin, end."""

from __future__ import annotations

from datetime import datetime

from support.core import audit
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, new_uid, transaction
from support.policies.lifecycle import LIFECYCLE, AnnouncementState
from support.policies.models import Announcement
from support.policies.policy import check_may_announce
from support.policies.prose import clean


def write_announcement(
    actor: Actor,
    *,
    title_en: str,
    title_zh: str,
    body_en: str,
    body_zh: str,
    now: datetime | None = None,
) -> Announcement:
    """Write a new draft in both languages and return it; nobody but its writers sees it."""
    now = now or utcnow()
    with transaction():
        check_may_announce(actor)
        draft = Announcement(
            uid=new_uid(),
            title_en=clean(title_en),
            title_zh=clean(title_zh),
            body_en=clean(body_en),
            body_zh=clean(body_zh),
            created_at=now,
        )
        db.session.add(draft)
        db.session.flush()  # its id stands in the event
        audit.record("system", "announcement.written", actor=actor, at=now, announcement=draft.id)
    return draft


def change_announcement(
    actor: Actor,
    draft: Announcement,
    *,
    version: int,
    title_en: str,
    title_zh: str,
    body_en: str,
    body_zh: str,
    now: datetime | None = None,
) -> Announcement:
    """Change a draft that still has `version`; raise `Stale`, or `IllegalMove` once it was published."""
    now = now or utcnow()
    with transaction():
        check_may_announce(actor)
        if draft.state != AnnouncementState.DRAFT:
            LIFECYCLE.check_move(draft.status, AnnouncementState.DRAFT)
        draft = compare_and_set(
            draft,
            version=version,
            title_en=clean(title_en),
            title_zh=clean(title_zh),
            body_en=clean(body_en),
            body_zh=clean(body_zh),
        )
        audit.record("system", "announcement.changed", actor=actor, at=now, announcement=draft.id)
    return draft


def publish_announcement(
    actor: Actor, draft: Announcement, *, version: int, now: datetime | None = None
) -> Announcement:
    """Show the announcement to everybody, as it was at `version`; twice is harmless."""
    now = now or utcnow()
    with transaction():
        check_may_announce(actor)
        if draft.state == AnnouncementState.PUBLISHED:
            return draft
        LIFECYCLE.check_move(draft.status, AnnouncementState.PUBLISHED)
        draft = compare_and_set(
            draft, version=version, state=AnnouncementState.PUBLISHED, published_at=now
        )
        audit.record("system", "announcement.published", actor=actor, at=now, announcement=draft.id)
    return draft


def pin_announcement(
    actor: Actor,
    announcement: Announcement,
    *,
    pinned: bool,
    version: int,
    now: datetime | None = None,
) -> Announcement:
    """Put the announcement on top of the list, or back into its place; twice is harmless."""
    now = now or utcnow()
    with transaction():
        check_may_announce(actor)
        if announcement.pinned == pinned:
            return announcement
        announcement = compare_and_set(announcement, version=version, pinned=pinned)
        action = "announcement.pinned" if pinned else "announcement.unpinned"
        audit.record("system", action, actor=actor, at=now, announcement=announcement.id)
    return announcement


def end_announcement(
    actor: Actor, announcement: Announcement, *, version: int, now: datetime | None = None
) -> Announcement:
    """Take the announcement off the list; what was published stays readable at its address; twice is harmless."""
    now = now or utcnow()
    with transaction():
        check_may_announce(actor)
        if announcement.state == AnnouncementState.ENDED:
            return announcement
        LIFECYCLE.check_move(announcement.status, AnnouncementState.ENDED)
        announcement = compare_and_set(
            announcement, version=version, state=AnnouncementState.ENDED, pinned=False, ended_at=now
        )
        audit.record(
            "system", "announcement.ended", actor=actor, at=now, announcement=announcement.id
        )
    return announcement
