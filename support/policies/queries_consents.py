"""Which version binds somebody, what they agreed to and were told of, and which notice stands on pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from support.core.clock import utcnow
from support.core.db import db
from support.core.kept import Kept
from support.policies.lifecycle import RevisionState
from support.policies.models import (
    AnswerAct,
    Consent,
    ConsentAct,
    PolicyAnswer,
    PolicyVersion,
    Purpose,
)
from support.policies.models_revisions import Revision
from support.policies.revisions import NOTICE_STAYS, binding


@dataclass(frozen=True, slots=True)
class Notice:
    """A major version that everybody is to see: it comes, or it has just come."""

    version_id: int
    label: str
    summary_en: str
    summary_zh: str
    effective_from: datetime
    shrinks: bool

    def summary(self, code: str) -> str:
        """Return what changes, in the language `code`."""
        return self.summary_zh if code == "zh" else self.summary_en


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands to the policy: which version `bound` them, which one is in force for others (`current`).

    `cut` is the newest version in force that takes rights away and that they have not agreed to, None where nothing
    waits; `refused` says that they said no to it. `may_refuse` is True where they agreed to a cut and could go back.
    """

    bound: PolicyVersion | None
    current: PolicyVersion | None
    cut: PolicyVersion | None
    refused: bool
    may_refuse: bool

    @property
    def is_asked(self) -> bool:
        """True while the person has said neither yes nor no."""
        return self.cut is not None and not self.refused


def _standing_notice() -> Notice | None:
    """Return the newest major version whose notice stands; the page after the next second knows."""
    now = utcnow()
    found = db.session.execute(
        select(
            PolicyVersion.id,
            PolicyVersion.label,
            PolicyVersion.summary_en,
            PolicyVersion.summary_zh,
            PolicyVersion.effective_from,
            PolicyVersion.shrinks,
        )
        .where(PolicyVersion.tests != "", PolicyVersion.effective_from > now - NOTICE_STAYS)
        .order_by(PolicyVersion.effective_from.desc(), PolicyVersion.id.desc())
        .limit(1)
    ).first()
    return Notice(*found) if found else None


def _newest_cut() -> int | None:
    """Return the newest version in force that takes rights away."""
    cuts = (PolicyVersion.shrinks, PolicyVersion.effective_from <= utcnow())
    newest = select(PolicyVersion.id).where(*cuts).order_by(PolicyVersion.effective_from.desc())
    found: int | None = db.session.execute(newest.limit(1)).scalar_one_or_none()
    return found


def _open_proposal() -> tuple[str, datetime] | None:
    """Return the newest major version that is open for comment: its uid, and until when."""
    found = db.session.execute(
        select(Revision.uid, Revision.comment_until)
        .where(
            Revision.state == RevisionState.COMMENT,
            Revision.tests != "",
            Revision.comment_until > utcnow(),
        )
        .order_by(Revision.id.desc())
        .limit(1)
    ).first()
    return (found[0], found[1]) if found and found[1] else None


open_proposal = Kept("policy_proposal", 1.0, _open_proposal)
standing_notice = Kept("policy_notice", 1.0, _standing_notice)
newest_cut = Kept("policy_cut", 1.0, _newest_cut)


def forget() -> None:
    """Let this process read all of it anew: a version was just announced, or opened for comment."""
    open_proposal.forget()
    standing_notice.forget()
    newest_cut.forget()


def in_force(now: datetime) -> Sequence[PolicyVersion]:
    """Return the versions whose day has come, the oldest first."""
    found = db.session.execute(
        select(PolicyVersion)
        .where(PolicyVersion.effective_from <= now)
        .order_by(PolicyVersion.effective_from, PolicyVersion.id)
    )
    return found.scalars().all()


def last_cut(now: datetime) -> PolicyVersion | None:
    """Return the newest version in force that takes rights away."""
    return next((one for one in reversed(in_force(now)) if one.shrinks), None)


def accepted(person_id: int) -> set[int]:
    """Return which versions somebody expressly agreed to and has not taken back."""
    found = db.session.execute(
        select(Consent.version_id).where(
            Consent.person_id == person_id,
            Consent.purpose == Purpose.SERVICE,
            Consent.act == ConsentAct.ACCEPTED,
            Consent.withdrawn_at.is_(None),
        )
    )
    return set(found.scalars())


def standing(person_id: int, now: datetime) -> Standing:
    """Return how somebody stands to the policy at `now` (PP-8.2)."""
    versions, agreed = in_force(now), accepted(person_id)
    bound = binding(versions, agreed)
    last = max((number for number, one in enumerate(versions) if one.id in agreed), default=-1)
    cuts = [(number, one) for number, one in enumerate(versions) if one.shrinks and number]
    open_cuts = [one for number, one in cuts if number > last]
    cut = open_cuts[-1] if open_cuts else None
    firsts = [number for number, one in enumerate(versions) if one.id in agreed]
    return Standing(
        bound=bound,
        current=versions[-1] if versions else None,
        cut=cut,
        refused=cut is not None and has_answered(person_id, cut.id, AnswerAct.REFUSED),
        may_refuse=bool(firsts) and any(firsts[0] < number <= last for number, _one in cuts),
    )


def has_answered(person_id: int, version_id: int, act: AnswerAct) -> bool:
    """True when somebody refused a version, or closed its notice."""
    found = db.session.execute(
        select(PolicyAnswer.id).where(
            PolicyAnswer.person_id == person_id,
            PolicyAnswer.version_id == version_id,
            PolicyAnswer.act == act,
        )
    )
    return found.first() is not None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a person's ledger."""

    purpose: Purpose
    act: ConsentAct
    label: str
    sample: bool
    how: str
    at: datetime
    withdrawn_at: datetime | None


def ledger(person_id: int) -> list[Entry]:
    """Return what somebody agreed to and was told of, the newest first."""
    found = db.session.execute(
        select(
            Consent.purpose,
            Consent.act,
            PolicyVersion.label,
            PolicyVersion.sample,
            Consent.how,
            Consent.at,
            Consent.withdrawn_at,
        )
        .join(PolicyVersion, PolicyVersion.id == Consent.version_id)
        .where(Consent.person_id == person_id)
        .order_by(Consent.at.desc(), Consent.id.desc())
        .limit(200)
    )
    return [Entry(Purpose(row[0]), ConsentAct(row[1]), *row[2:]) for row in found]


def refusals(person_id: int) -> list[tuple[str, datetime]]:
    """Return the labels of the versions that somebody refused, and when, the newest first."""
    found = db.session.execute(
        select(PolicyVersion.label, PolicyAnswer.at)
        .join(PolicyVersion, PolicyVersion.id == PolicyAnswer.version_id)
        .where(PolicyAnswer.person_id == person_id, PolicyAnswer.act == AnswerAct.REFUSED)
        .order_by(PolicyAnswer.id.desc())
    )
    return [(row[0], row[1]) for row in found]
