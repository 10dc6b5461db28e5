"""The verbs of policies: publish a version, write down a consent, take it back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select, update

from support.core import audit, outbox
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, db, insert_new, new_uid, transaction
from support.core.errors import Invalid, NotFound
from support.core.words import N_
from support.policies import queries, queries_purposes
from support.policies.models import Consent, ConsentAct, PolicyVersion, Purpose
from support.policies.policy import check_may_publish_policy, check_own_consent
from support.policies.prose import clean, parse

SAMPLE_LABEL = "sample"
WITHDRAWN = "consent.withdrawn"


@dataclass(frozen=True, slots=True)
class Change:
    """How a version stands to the one before it; the fields are those of `PolicyVersion`."""

    summary_en: str = ""
    summary_zh: str = ""
    tests: str = ""
    shrinks: bool = False
    reason: str = ""


_SAMPLE = Path(__file__).parent / "sample"
_SAMPLE_MARKS = ("**SAMPLE TEXT", "示例文本（SAMPLE）")


def load_sample(*, now: datetime | None = None) -> PolicyVersion | None:
    """Give a fresh installation the sample text, marked as such; None (and nothing changes) if it has any version.

    The sample lets a demo be complete and can't go live: `flask check` and the refusal of service see its mark.
    """
    now = now or utcnow()
    with transaction():
        if db.session.execute(select(PolicyVersion.id).limit(1)).first() is not None:
            return None
        insert_new(
            PolicyVersion,
            label=SAMPLE_LABEL,
            effective_from=now,
            sample=True,
            text_en=clean((_SAMPLE / "en.md").read_text("utf-8")),
            text_zh=clean((_SAMPLE / "zh.md").read_text("utf-8")),
            created_at=now,
        )
        return queries.version_by_label(SAMPLE_LABEL)


def publish_version(
    actor: Actor,
    *,
    label: str,
    text_en: str,
    text_zh: str,
    effective_from: datetime | None = None,
    about: Change | None = None,
    now: datetime | None = None,
) -> PolicyVersion:
    """Write down a new version in both languages, in force from `effective_from` (at once if None) (PP-8.1).

    `about` is how it stands to the version before, known of what was prepared at the desk. The same label with the
    same texts is harmless; with other texts, an empty text, an earlier date or the mark of the sample it raises
    `Invalid`.
    """
    now = now or utcnow()
    effective_from = effective_from or now
    text_en, text_zh, label = clean(text_en), clean(text_zh), label.strip()
    with transaction():
        check_may_publish_policy(actor)
        check_version(label, text_en, text_zh)
        if effective_from < now:
            raise Invalid("effective_from", N_("A version can't take effect in the past."))
        new = insert_new(
            PolicyVersion,
            label=label,
            effective_from=effective_from,
            sample=False,
            text_en=text_en,
            text_zh=text_zh,
            created_at=now,
            **asdict(about or Change()),
        )
        version = queries.version_by_label(label)
        if (version.text_en, version.text_zh) != (text_en, text_zh):
            raise Invalid(
                "label", N_("This label is taken by another text; versions are never changed.")
            )
        if new:
            audit.record("system", "policy.published", actor=actor, at=now, version=version.id)
    return version


def check_version(label: str, text_en: str, text_zh: str) -> None:
    """Raise `Invalid` at a label or a text that no version can have."""
    if not label or len(label) > 40 or not all(char.isalnum() or char in ".-" for char in label):
        raise Invalid("label", N_("A label has letters, digits, points and hyphens, 40 at most."))
    for field, words in (("text_en", text_en), ("text_zh", text_zh)):
        if not parse(words):
            raise Invalid(field, N_("The text is needed in both languages."))
        if any(mark in words for mark in _SAMPLE_MARKS):
            raise Invalid(field, N_("This text still bears the mark of the sample."))


def record_acceptance(
    actor: Actor,
    *,
    person_id: int,
    version_id: int,
    how: str,
    purpose: Purpose = Purpose.SERVICE,
    now: datetime | None = None,
) -> Consent:
    """Write down that the person expressly accepted the version for `purpose`; twice is harmless (PIPL 14, PP-8.2).

    `how` names the page (`registration`). Only the person's own act counts: `NotAllowed` for anybody else.
    """
    check_own_consent(actor, person_id)
    return _record(actor, ConsentAct.ACCEPTED, person_id, version_id, purpose, how, now or utcnow())


def record_notice(
    actor: Actor, *, person_id: int, version_id: int, how: str, now: datetime | None = None
) -> Consent:
    """Write down that the person was shown the short notice of the version; twice is harmless (PIPL 17).

    Guests need no more: handling their request rests on the request itself, not on a consent.
    """
    return _record(
        actor, ConsentAct.INFORMED, person_id, version_id, Purpose.SERVICE, how, now or utcnow()
    )


def _record(
    actor: Actor,
    act: ConsentAct,
    person_id: int,
    version_id: int,
    purpose: Purpose,
    how: str,
    now: datetime,
) -> Consent:
    queries_purposes.require_purpose(purpose, now=now)
    with transaction():
        if db.session.get(PolicyVersion, version_id) is None:
            raise NotFound()
        key = {"person_id": person_id, "purpose": purpose, "version_id": version_id, "act": act}
        if insert_new(Consent, **key, how=how, at=now):
            audit.record(
                f"person:{person_id}",
                f"consent.{act}",
                actor=actor,
                at=now,
                purpose=purpose,
                version=version_id,
                how=how,
            )
        return db.session.execute(
            select(Consent).filter_by(**key).where(Consent.withdrawn_at.is_(None))
        ).scalar_one()


def withdraw_consent(
    actor: Actor, *, person_id: int, purpose: Purpose, now: datetime | None = None
) -> bool:
    """Take back the person's consents for `purpose`; return whether there was one; twice is harmless (PIPL 15).

    The rooms that did something under it hear of it, and stop.
    """
    now = now or utcnow()
    with transaction():
        check_own_consent(actor, person_id)
        standing = (
            Consent.person_id == person_id,
            Consent.purpose == purpose,
            Consent.act == ConsentAct.ACCEPTED,
            Consent.withdrawn_at.is_(None),
        )
        taken_back = changed(update(Consent).where(*standing).values(withdrawn_at=now))
        if taken_back:
            stream = f"person:{person_id}"
            audit.record(stream, WITHDRAWN, actor=actor, at=now, purpose=purpose)
            outbox.put(
                WITHDRAWN,
                new_uid(),
                priority=outbox.URGENT,
                person=person_id,
                purpose=purpose.value,
                at=now.isoformat(),
            )
    return bool(taken_back)


def choose_cookies(actor: Actor, *, remember: bool, now: datetime | None = None) -> None:
    """Write a signed-in person's choice about preference cookies into the ledger (PP-6.2).

    A visitor without an account has nobody in the ledger; making an id just to keep "no" would collect more.
    """
    now = now or utcnow()
    if actor.id is None:
        return
    with transaction():
        version = queries.current_version(now)
        if not remember:
            withdraw_consent(actor, person_id=actor.id, purpose=Purpose.PREFERENCE_COOKIES, now=now)
        elif version is not None:
            record_acceptance(
                actor,
                person_id=actor.id,
                version_id=version.id,
                how="cookies",
                purpose=Purpose.PREFERENCE_COOKIES,
                now=now,
            )
