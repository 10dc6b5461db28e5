"""What members are told of a major version of the policy (PP-8.3): each by mail and inbox, in batches, nobody twice.

Policies stands below and can't call us; it puts a topic when a version is announced. The members are walked by their
row ids. How far the walk is, what it told and the next step are written in one transaction, so that a kill loses
nothing and repeats nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.accounts import queries as people
from support.accounts.console import ConsoleEntry
from support.core import outbox
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.outbox import Subscription
from support.core.words import N_
from support.notifications.models import Channel, Purpose
from support.notifications.service import tell
from support.notifications.templates import Template
from support.policies import service as policies
from support.policies import service_answers
from support.policies.models import PolicyVersion
from support.policies.revision_pages import day_words, summary_of
from support.policies.service_revisions import ANNOUNCED

TELLING = "policy.telling"
VERSION = "notifications.policy_version"
BATCH = 25


def _version_facts(ids: dict[str, Any], reader: Actor) -> dict[str, Any] | None:
    version = db.session.get(PolicyVersion, ids["version"])
    if version is None:
        return None
    return {
        "label": version.label,
        "day": day_words(version.effective_from),
        "summary": summary_of(version, reader.language),
        "shrinks": version.shrinks,
    }


def begin(payload: dict[str, Any]) -> None:
    """A version was announced: begin to tell the members. Safe to run twice."""
    version_id = int(payload["version"])
    with transaction():
        if service_answers.begin_telling(version_id, utcnow()):
            _go_on(version_id, 0)


def tell_some(payload: dict[str, Any]) -> None:
    """Tell the next batch of members, and put the step after it. Safe to run twice."""
    version_id, after, now = int(payload["version"]), int(payload["after"]), utcnow()
    members = people.members_after(after, BATCH)
    last = members[-1] if members else 0
    with transaction():
        moved = service_answers.note_told(
            version_id, after=after, last=last, told=len(members), now=now
        )
        if not moved or not last:
            return
        for person_id in members:
            _tell(person_id, version_id, now)
        _go_on(version_id, last)


def _tell(person_id: int, version_id: int, now: datetime) -> None:
    tell(
        person_id,
        VERSION,
        about=f"person:{person_id}",
        key=f"policy:{version_id}",
        ids={"version": version_id},
        priority=outbox.BULK,
        now=now,
    )
    policies.record_notice(
        SYSTEM, person_id=person_id, version_id=version_id, how="letter", now=now
    )


def _go_on(version_id: int, after: int) -> None:
    key = f"{version_id}:{after}"
    outbox.put(TELLING, key, priority=outbox.BULK, version=version_id, after=after)


HOOKS: tuple[object, ...] = (
    Subscription(ANNOUNCED, begin),
    Subscription(TELLING, tell_some),
    ConsoleEntry(
        N_("Policy and consents"),
        N_("Which version binds you, what you agreed to, and taking it back."),
        "policies.consents",
        "scroll-text",
        65,
    ),
    Template(
        VERSION,
        Purpose.LEGAL,
        N_("Our policy changes"),
        _version_facts,
        frozenset({Channel.MAIL, Channel.INBOX}),
        "/policies/{label}/changes",
    ),
)
