"""The verbs of next versions: prepare, open for comment, comment, announce, discard (PP-8)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from support.core import audit, outbox
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import after_commit, compare_and_set, db, new_uid, transaction
from support.core.errors import IllegalMove, Invalid
from support.core.words import N_
from support.policies import queries, queries_consents, queries_revisions
from support.policies.lifecycle import REVISIONS, RevisionState
from support.policies.models import PolicyVersion
from support.policies.models_revisions import Revision, RevisionComment
from support.policies.policy import check_may_comment, check_may_publish_policy
from support.policies.prose import clean, parse
from support.policies.revisions import first_day, joined
from support.policies.service import Change, check_version, publish_version

ANNOUNCED = "policy.announced"
LONGEST_COMMENT = 4_000
MOST_COMMENTS = 20
"""Of one member on one version."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an editor writes of a next version. `tests` are codes of `revisions.TESTS`."""

    label: str
    text_en: str
    text_zh: str
    summary_en: str
    summary_zh: str
    tests: tuple[str, ...] = ()
    shrinks: bool = False
    reason: str = ""


def write_revision(actor: Actor, words: Words, *, now: datetime | None = None) -> Revision:
    """Begin a next version; nobody but its editors sees it."""
    now = now or utcnow()
    with transaction():
        check_may_publish_policy(actor)
        revision = Revision(uid=new_uid(), created_at=now, **_checked(words))
        db.session.add(revision)
        db.session.flush()  # its id stands in the event
        _record(actor, revision, "written", now)
    return revision


def change_revision(
    actor: Actor, revision: Revision, words: Words, *, version: int, now: datetime | None = None
) -> Revision:
    """Change a draft that still has `version`; raise `Stale`, or `IllegalMove` for what is no draft."""
    now = now or utcnow()
    with transaction():
        check_may_publish_policy(actor)
        if revision.status is not RevisionState.DRAFT:
            raise IllegalMove(revision.status, RevisionState.DRAFT)
        revision = compare_and_set(revision, version=version, **_checked(words))
        _record(actor, revision, "changed", now)
    return revision


def open_comments(
    actor: Actor, revision: Revision, *, version: int, days: int, now: datetime | None = None
) -> Revision:
    """Let everybody read the words, and members comment on them for `days` whole days; twice is harmless.

    Raises `Invalid` for fewer days than are set, or more than 90.
    """
    now = now or utcnow()
    least = settings().policy_comment_days
    with transaction():
        check_may_publish_policy(actor)
        if revision.status is RevisionState.COMMENT:
            return revision
        REVISIONS.check_move(revision.status, RevisionState.COMMENT)
        if not least <= days <= 90:
            raise Invalid("days", N_("Between %(least)s and 90 days."), least=least)
        _check_differs(revision)
        revision = compare_and_set(
            revision,
            version=version,
            state=RevisionState.COMMENT,
            comment_from=now,
            comment_until=now + timedelta(days=days),
        )
        _record(actor, revision, "opened", now)
        after_commit(queries_consents.forget)
    return revision


def comment(
    actor: Actor, revision: Revision, text: str, *, language: str, now: datetime | None = None
) -> RevisionComment:
    """Keep what a member says of a version while it is open for comment."""
    now = now or utcnow()
    text = clean(text)
    with transaction():
        check_may_comment(actor)
        person_id = actor.id or 0
        until = revision.comment_until
        if revision.status is not RevisionState.COMMENT or until is None or until <= now:
            raise Invalid("text", N_("The time for comments is over."))
        if not text or len(text) > LONGEST_COMMENT:
            raise Invalid("text", N_("Write up to 4,000 characters."))
        if queries_revisions.comments_by(revision, person_id) >= MOST_COMMENTS:
            raise Invalid("text", N_("You have written 20 comments on this version; that is all."))
        said = RevisionComment(
            revision_id=revision.id, person_id=person_id, text=text, language=language, at=now
        )
        db.session.add(said)
        db.session.flush()
        audit.record(actor.ref, "policy.commented", actor=actor, at=now, revision=revision.id)
    return said


def take_back(
    actor: Actor, revision: Revision, *, version: int, now: datetime | None = None
) -> Revision:
    """Make what is open for comment a draft again; its comments stay, but other words need a time of their own."""
    now = now or utcnow()
    with transaction():
        check_may_publish_policy(actor)
        if revision.status is RevisionState.DRAFT:
            return revision
        REVISIONS.check_move(revision.status, RevisionState.DRAFT)
        none = {"comment_from": None, "comment_until": None}
        revision = compare_and_set(revision, version=version, state=RevisionState.DRAFT, **none)
        _record(actor, revision, "taken_back", now)
        after_commit(queries_consents.forget)
    return revision


def announce_revision(
    actor: Actor,
    revision: Revision,
    *,
    version: int,
    effective_from: datetime | None,
    now: datetime | None = None,
) -> PolicyVersion:
    """Write the version down for good, in force from `effective_from`, and have everybody told; twice is harmless.

    A major one needs its time for comments, then `policy_lead_days` (PP-8.3, ECL 34); a minor one may take effect at
    once (None). Raises `Invalid` at the field that is wrong.
    """
    now = now or utcnow()
    with transaction():
        check_may_publish_policy(actor)
        if revision.status is RevisionState.ANNOUNCED:
            return queries.version_by_label(revision.label)
        REVISIONS.check_move(revision.status, RevisionState.ANNOUNCED)
        _check_differs(revision)
        day = _checked_day(revision, effective_from or now, now)
        written = publish_version(
            actor,
            label=revision.label,
            text_en=revision.text_en,
            text_zh=revision.text_zh,
            effective_from=day,
            about=_change_of(revision),
            now=now,
        )
        revision = compare_and_set(
            revision, version=version, state=RevisionState.ANNOUNCED, version_id=written.id
        )
        _record(actor, revision, "announced", now)
        after_commit(queries_consents.forget)
        if written.major:
            outbox.put(ANNOUNCED, str(written.id), priority=outbox.BULK, version=written.id)
    return written


def drop_revision(
    actor: Actor, revision: Revision, *, version: int, now: datetime | None = None
) -> Revision:
    """Give a next version up before it was announced; twice is harmless."""
    now = now or utcnow()
    with transaction():
        check_may_publish_policy(actor)
        if revision.status is RevisionState.DROPPED:
            return revision
        REVISIONS.check_move(revision.status, RevisionState.DROPPED)
        revision = compare_and_set(revision, version=version, state=RevisionState.DROPPED)
        _record(actor, revision, "dropped", now)
    return revision


def _checked(words: Words) -> dict[str, object]:
    """Return the columns of what was written; raise `Invalid` at the field that is wrong."""
    given = {
        name: clean(value) if isinstance(value, str) else value
        for name, value in asdict(words).items()
    }
    given["tests"] = joined(words.tests)
    check_version(str(given["label"]), str(given["text_en"]), str(given["text_zh"]))
    if queries_revisions.is_taken(str(given["label"])):
        raise Invalid("label", N_("Another version has this label; versions are never changed."))
    if given["tests"]:
        given["reason"] = ""
    elif words.shrinks:
        raise Invalid("tests", N_("A version that takes rights away is major: say by which test."))
    elif not given["reason"]:
        raise Invalid("reason", N_("Say why none of the six tests applies."))
    return given


def _check_differs(revision: Revision) -> None:
    """Nothing is published that changes nothing: its differences could not be shown (PP-8.3)."""
    before = queries_revisions.version_before()
    if before is None:
        return
    for field in ("text_en", "text_zh"):
        if parse(getattr(before, field)) == parse(getattr(revision, field)):
            raise Invalid(
                field, N_("This text is the same as in version %(label)s."), label=before.label
            )


def _checked_day(revision: Revision, day: datetime, now: datetime) -> datetime:
    before = queries_revisions.version_before()
    if before is not None and day < before.effective_from:
        raise Invalid(
            "day", N_("Version %(label)s takes effect later than that."), label=before.label
        )
    if not revision.major:
        return day
    until = revision.comment_until
    if until is None or until > now:
        raise Invalid("day", N_("A major version is open for comment first, until its time ends."))
    lead = settings().policy_lead_days
    if day < first_day(now, lead, settings().operator_timezone):
        raise Invalid(
            "day", N_("A major version takes effect %(days)s days from now or later."), days=lead
        )
    return day


def _change_of(revision: Revision) -> Change:
    return Change(
        summary_en=revision.summary_en,
        summary_zh=revision.summary_zh,
        tests=revision.tests,
        shrinks=revision.shrinks,
        reason=revision.reason,
    )


def _record(actor: Actor, revision: Revision, what: str, now: datetime) -> None:
    audit.record("system", f"policy.{what}", actor=actor, at=now, revision=revision.id)
