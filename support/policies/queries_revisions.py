"""Next versions of the policy, and what was said of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotFound
from support.policies.lifecycle import RevisionState
from support.policies.models import PolicyVersion
from support.policies.models_revisions import Revision, RevisionComment
from support.policies.policy import check_may_publish_policy

MOST = 200


def revisions_for(actor: Actor) -> Sequence[Revision]:
    """Return next versions in every state to their editors, the newest first."""
    check_may_publish_policy(actor)
    found = db.session.execute(select(Revision).order_by(Revision.id.desc()).limit(100))
    return found.scalars().all()


def revision_for(actor: Actor, uid: str) -> Revision:
    """Return one next version to its editors; raise `NotFound` or `NotAllowed`."""
    check_may_publish_policy(actor)
    return _revision(uid)


def proposal(uid: str) -> Revision:
    """Return a version that is, or was, open for comment; raise `NotFound` for what nobody may see (yet)."""
    found = _revision(uid)
    if found.state not in (RevisionState.COMMENT, RevisionState.ANNOUNCED):
        raise NotFound()
    return found


def open_proposals() -> Sequence[Revision]:
    """Return what is open for comment, the newest first."""
    found = db.session.execute(
        select(Revision)
        .where(Revision.state == RevisionState.COMMENT)
        .order_by(Revision.comment_from.desc(), Revision.id.desc())
    )
    return found.scalars().all()


def version_before(version: PolicyVersion | None = None) -> PolicyVersion | None:
    """Return the version before that one, by the day it takes effect; before a next one, the newest of all."""
    statement = select(PolicyVersion).order_by(
        PolicyVersion.effective_from.desc(), PolicyVersion.id.desc()
    )
    if version is not None:
        day, number = version.effective_from, version.id
        statement = statement.where(
            (PolicyVersion.effective_from < day)
            | ((PolicyVersion.effective_from == day) & (PolicyVersion.id < number))
        )
    return db.session.execute(statement.limit(1)).scalar_one_or_none()


def is_taken(label: str) -> bool:
    """True when a version that was published has this label."""
    found = select(PolicyVersion.id).where(PolicyVersion.label == label)
    return db.session.execute(found).first() is not None


def comments_by(revision: Revision, person_id: int) -> int:
    """Return how often somebody has commented on a version."""
    mine = (RevisionComment.revision_id == revision.id, RevisionComment.person_id == person_id)
    found = select(func.count()).select_from(RevisionComment).where(*mine)
    return int(db.session.execute(found).scalar_one())


def comments_of(actor: Actor, revision: Revision) -> Sequence[RevisionComment]:
    """Return what was said of a next version to its editors, the newest first, 200 at most."""
    check_may_publish_policy(actor)
    found = db.session.execute(
        select(RevisionComment)
        .where(RevisionComment.revision_id == revision.id)
        .order_by(RevisionComment.id.desc())
        .limit(MOST)
    )
    return found.scalars().all()


def own_comments(revision: Revision, person_id: int) -> Sequence[RevisionComment]:
    """Return what somebody said of a version, the oldest first."""
    found = db.session.execute(
        select(RevisionComment)
        .where(RevisionComment.revision_id == revision.id, RevisionComment.person_id == person_id)
        .order_by(RevisionComment.id)
    )
    return found.scalars().all()


def coming(now: datetime) -> Sequence[PolicyVersion]:
    """Return versions that are announced and not in force yet, the first one first."""
    found = db.session.execute(
        select(PolicyVersion)
        .where(PolicyVersion.effective_from > now)
        .order_by(PolicyVersion.effective_from, PolicyVersion.id)
    )
    return found.scalars().all()


def _revision(uid: str) -> Revision:
    found = db.session.execute(select(Revision).where(Revision.uid == uid)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found
