"""What is in force, who accepted it, and which announcements may be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound
from support.policies.lifecycle import AnnouncementState
from support.policies.models import Announcement, Consent, ConsentAct, PolicyVersion, Purpose
from support.policies.policy import check_may_announce

PAGE = 20


def current_version(now: datetime) -> PolicyVersion | None:
    """Return the version in force at `now` (the latest whose date has come), None before the first start is done."""
    return db.session.execute(
        select(PolicyVersion)
        .where(PolicyVersion.effective_from <= now)
        .order_by(PolicyVersion.effective_from.desc(), PolicyVersion.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def versions() -> Sequence[PolicyVersion]:
    """Return every version, the newest first; one that takes effect later is among them."""
    return (
        db.session.execute(
            select(PolicyVersion).order_by(
                PolicyVersion.effective_from.desc(), PolicyVersion.id.desc()
            )
        )
        .scalars()
        .all()
    )


def version_by_label(label: str) -> PolicyVersion:
    """Return one version; raise `NotFound`."""
    version = db.session.execute(
        select(PolicyVersion).where(PolicyVersion.label == label)
    ).scalar_one_or_none()
    if version is None:
        raise NotFound()
    return version


def has_accepted(person_id: int, version_id: int, purpose: Purpose = Purpose.SERVICE) -> bool:
    """True when the person expressly accepted that version for `purpose` and has not taken it back."""
    found = db.session.execute(
        select(Consent.id)
        .where(
            Consent.person_id == person_id,
            Consent.version_id == version_id,
            Consent.purpose == purpose,
            Consent.act == ConsentAct.ACCEPTED,
            Consent.withdrawn_at.is_(None),
        )
        .limit(1)
    ).first()
    return found is not None


def pinned_announcements() -> Sequence[Announcement]:
    """Return the published, pinned announcements, the newest first."""
    return (
        db.session.execute(
            select(Announcement)
            .where(Announcement.state == AnnouncementState.PUBLISHED, Announcement.pinned)
            .order_by(Announcement.published_at.desc(), Announcement.id.desc())
        )
        .scalars()
        .all()
    )


def announcements(*, before: str | None = None, pinned_too: bool = False) -> Sequence[Announcement]:
    """Return up to `PAGE` + 1 published announcements older than the one with uid `before`, the newest first.

    One more than a page says that there is a next one. Pinned ones come only with `pinned_too` (the feed).
    """
    statement = select(Announcement).where(Announcement.state == AnnouncementState.PUBLISHED)
    if not pinned_too:
        statement = statement.where(~Announcement.pinned)
    if before:
        last = published_announcement(before)
        statement = statement.where(
            (Announcement.published_at < last.published_at)
            | ((Announcement.published_at == last.published_at) & (Announcement.id < last.id))
        )
    statement = statement.order_by(Announcement.published_at.desc(), Announcement.id.desc()).limit(
        PAGE + 1
    )
    return db.session.execute(statement).scalars().all()


def published_announcement(uid: str) -> Announcement:
    """Return an announcement that is or was published; raise `NotFound` for a draft."""
    found = _announcement(uid)
    if found.state == AnnouncementState.DRAFT:
        raise NotFound()
    return found


def announcement_for(actor: Actor, uid: str) -> Announcement:
    """Return any announcement to those who write them; raise `NotFound` or `NotAllowed`."""
    check_may_announce(actor)
    return _announcement(uid)


def announcements_for(actor: Actor) -> Sequence[Announcement]:
    """Return the newest announcements in every state to those who write them."""
    check_may_announce(actor)
    return (
        db.session.execute(select(Announcement).order_by(Announcement.id.desc()).limit(100))
        .scalars()
        .all()
    )


def _announcement(uid: str) -> Announcement:
    found = db.session.execute(
        select(Announcement).where(Announcement.uid == uid)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found
