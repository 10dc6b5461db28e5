"""Sending a begun notice: it becomes a notice with its work order, its files go along, and its key is destroyed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from support.accounts import queries as people
from support.accounts import service as accounts
from support.accounts import service_contacts
from support.core import files
from support.core.actors import Actor
from support.core.calendars import cn_day
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import Stale, TooMany
from support.infringement import filing, listing_door, owners, service, service_drafts
from support.infringement.elements import NoticeFacts
from support.infringement.listing_door import Known
from support.infringement.models import Notice, Paper
from support.infringement.regimes import ContentKind
from support.infringement.service import Filing
from support.infringement.service_drafts import FILE_PARTS, Draft
from support.policies import queries as policies
from support.policies import service as policies_service
from support.workorders import queries as orders

MOST_UNPROVED = 10
"""Notices a day for an address that nobody proved: each writes to it, and it may be a stranger's."""


@dataclass(frozen=True, slots=True)
class Signing:
    """The typed signature and the statements that were ticked."""

    signature: str
    statements: frozenset[str]


def send_draft(
    actor: Actor,
    draft: Draft,
    signing: Signing,
    *,
    subject: str,
    body: str,
    language: str,
    known: Known | None,
    now: datetime | None = None,
) -> Notice:
    """File what a draft says and destroy the draft; `known` is what the platform said of its links just before.

    Raises `Stale` where another device saved or sent it since it was read, and `TooMany` for an address that nobody
    proved and that was written to often enough today.
    """
    now = now or utcnow()
    with transaction():
        present = service_drafts.load_draft(draft.uid, now=now)
        if present is None or present.version != draft.version:
            raise Stale()
        requester_id, contact_id = _requester(actor, draft, language, now)
        notice = service.file_notice(
            actor,
            _filing(actor, draft, signing, known, now),
            requester_id=requester_id,
            contact_id=contact_id,
            subject=subject,
            body=body,
            language=language,
            now=now,
        )
        hand_papers_on(draft.uid, notice)
        service_drafts.discard_draft(draft.uid)
    return notice


def hand_papers_on(uid: str, notice: Notice) -> dict[str, str]:
    """Give the files of a draft to a notice, inside the caller's transaction; return what each is for."""
    given = {
        file.uid: part
        for part in FILE_PARTS
        for file in files.hand_on(
            service_drafts.stream_of(uid, part), notice.stream, person=f"person:{notice.person_id}"
        )
    }
    for file_uid, kind in given.items():
        db.session.add(Paper(notice_id=notice.id, kind=kind, file_uid=file_uid))
    db.session.flush()
    return given


def ask_again(draft: Draft) -> Known | None:
    """Ask the platform once more about the links, outside any transaction: whose they are is kept nowhere before."""
    return listing_door.look_up(
        [line.item for line in filing.good_lines(draft.fields) if line.item]
    )


def facts_to_send(actor: Actor, draft: Draft, now: datetime) -> NoticeFacts:
    """Return the notice as it will be kept, not signed yet."""
    papers = service_drafts.papers(draft.uid)
    facts = filing.facts_of(draft.fields, papers, cn_day(now))
    return filing.reached(facts, _reach_of(actor, draft))


def _reach_of(actor: Actor, draft: Draft) -> str:
    """Return how the filer is reached: as they said, or as their account is."""
    said = str(filing.part_of(draft.fields, "filer").get("reach") or "")
    if said or actor.id is None:
        return said
    return next((one.address for one in people.contacts_of(actor.id) if one.verified), "")


def _filing(
    actor: Actor, draft: Draft, signing: Signing, known: Known | None, now: datetime
) -> Filing:
    reason = filing.part_of(draft.fields, "reason")
    lines = filing.good_lines(draft.fields)
    facts = facts_to_send(actor, draft, now)
    facts = replace(facts, signature=signing.signature, statements=signing.statements)
    return Filing(
        facts=facts,
        content=ContentKind(reason.get("content_kind") or ContentKind.LISTING),
        listings=owners.named(lines, known or {}),
        papers={},
        files_owner="",
        us_law=bool(reason.get("us_law")),
        eu=bool(reason.get("eu")),
    )


def _requester(actor: Actor, draft: Draft, language: str, now: datetime) -> tuple[int, int | None]:
    """Return who files and the address they gave: the signed-in person, or a guest of the address on the notice."""
    if actor.id is not None:
        return actor.id, orders.proved_contact(actor)
    said = filing.part_of(draft.fields, "filer").get("reach", "")
    kind, address = accounts.normalise_address("auto", str(said), field="reach")
    guest = service_contacts.guest_for(kind, address, language, now)
    if orders.unproved_since(guest.person_id, now - timedelta(days=1)) >= MOST_UNPROVED:
        raise TooMany(3600)
    if version := policies.current_version(now):
        policies_service.record_notice(
            actor, person_id=guest.person_id, version_id=version.id, how="notice_form", now=now
        )
    return guest.person_id, guest.contact_id
