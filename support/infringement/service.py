"""The verbs of whoever gives notice: file it, complete it, withdraw it. LN-3, `law.md` 2 and 5.7."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.accounts import service as accounts
from support.core import audit, files, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, db, new_uid, transaction
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from support.core.words import N_
from support.infringement import clocks, moves, news, queries, queries_conduct, service_rights
from support.infringement.elements import (
    NEWEST_STATEMENTS,
    PAPERS,
    SEALED_FACTS,
    STATEMENTS,
    NoticeFacts,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models import (
    Item,
    Notice,
    Paper,
    Respondent,
    address_place,
    facts_place,
    item_place,
)
from support.infringement.regimes import CURRENT, ContentKind, RightType
from support.workorders import moves as order_moves
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from support.workorders.models import WorkOrder

KIND = "infringement"
MOST_ITEMS = 300
OPEN_TO_SUPPLEMENT = frozenset({ItemState.RECEIVED, ItemState.CHECKING, ItemState.TO_COMPLETE})

_CODE = re.compile(r"[A-Za-z0-9_.:-]{0,80}")


@dataclass(frozen=True, slots=True)
class Listing:
    """One thing that is named: its link as written and in normal form, and what the resolver found of it.

    `words` are the filer's reason for this link alone. `platform_item` is the platform's id, a code; its owner is a
    member (`owner_id`), or is reached by `owner_address`. `since` is the day from which the platform has it.
    """

    url: str
    normal: str
    platform_item: str = ""
    title: str = ""
    owner_id: int | None = None
    owner_address: str = ""
    words: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody files. `papers` are uploads of `files_owner`: uid and what it is for (`elements.PAPERS`).

    `facts.items`, `papers` and `today` are counted here. `right_uid` names a right entered before.
    """

    facts: NoticeFacts
    content: ContentKind
    listings: Sequence[Listing]
    papers: Mapping[str, str]
    files_owner: str
    us_law: bool = False
    eu: bool = False
    right_uid: str = ""


def file_notice(
    actor: Actor,
    filing: Filing,
    *,
    requester_id: int,
    contact_id: int | None,
    subject: str,
    body: str,
    language: str,
    now: datetime | None = None,
) -> Notice:
    """File a rights notice with its work order and return it; complete or not, it is received.

    `subject` and `body` are the thread's, without anybody's data. The same link twice counts once. What came back to a
    respondent under RTNIC 17 is refused at once, the rest goes on. Raises `Invalid`.
    """
    now = now or utcnow()
    if actor.signed_in and actor.id != requester_id:
        raise NotAllowed()
    listings = list({one.normal: one for one in filing.listings}.values())
    _check(filing, listings)
    with transaction() as session:
        order = workorders.file_order(
            actor,
            kind_named(KIND),
            requester_id=requester_id,
            contact_id=contact_id,
            subject=subject,
            body=body,
            language=language,
            priority=queries_conduct.priority_of(requester_id),
            now=now,
        )
        right = service_rights.right_for(actor, filing.right_uid, filing.facts, requester_id, now)
        notice = Notice(
            uid=new_uid(),
            order_id=order.id,
            person_id=requester_id,
            language=language,
            right_id=right.id if right else None,
            content_kind=filing.content,
            us_law=filing.us_law,
            eu=filing.eu,
            at=now,
            **_written(filing.facts, now),
        )
        notice.sealed = _sealed(notice, filing.facts)
        session.add(notice)
        session.flush()
        attach_papers(notice, filing.papers, filing.files_owner, requester_id)
        items = [_add(notice, one, place, now) for place, one in enumerate(listings, 1)]
        session.flush()
        event = audit.record(
            notice.stream, "notice.filed", actor=actor, at=now, items=len(items), order=order.id
        )
        news.put(news.FILED, notice, event, items)
        _begin(actor, notice, order, items, now)
    return notice


def _check(filing: Filing, listings: Sequence[Listing]) -> None:
    if not 1 <= len(listings) <= MOST_ITEMS:
        raise Invalid("listings", N_("A notice names 1 to %(most)s links."), most=MOST_ITEMS)
    if any(not _CODE.fullmatch(one.platform_item) for one in listings):
        raise Invalid("listings", N_("This is no id of the platform."))
    if filing.facts.right_type not in set(RightType):
        raise Invalid("right_type", N_("Please choose one."))
    if filing.facts.filer_type == "agent" and not filing.facts.agent_name:
        raise Invalid("agent_name", N_("Who are you, as the agent?"))
    _check_papers(filing.papers)


def _check_papers(papers: Mapping[str, str]) -> None:
    if not set(papers.values()) <= set(PAPERS):
        raise Invalid("papers", N_("Please choose one."))


def _written(facts: NoticeFacts, now: datetime) -> dict[str, Any]:
    """Return the columns that are not sealed."""
    known = STATEMENTS[NEWEST_STATEMENTS]
    return {
        "filer_type": facts.filer_type,
        "right_type": facts.right_type,
        "territory": facts.territory,
        "valid_until": facts.valid_until,
        "holder_blind": vault.blind_index("holder", " ".join(facts.holder_name.split()).casefold()),
        "statements": sorted(facts.statements & set(known)),
        "statements_version": NEWEST_STATEMENTS,
        "signed_at": now if facts.signature else None,
    }


def _sealed(notice: Notice, facts: NoticeFacts) -> bytes:
    said = {name: value for name, value in asdict(facts).items() if name in SEALED_FACTS}
    return moves.sealed_json(notice, facts_place(notice), **said)


def attach_papers(
    notice: Notice,
    papers: Mapping[str, str],
    files_owner: str,
    person_id: int,
    counter_id: int | None = None,
) -> None:
    """Attach uploads of `files_owner` to a notice, or to a counter-notice to it; inside the caller's transaction."""
    if not papers:
        return
    files.attach([*papers], files_owner, notice.stream, person=f"person:{person_id}")
    for uid, kind in papers.items():
        db.session.add(Paper(notice_id=notice.id, counter_id=counter_id, kind=kind, file_uid=uid))
    db.session.flush()


def _add(notice: Notice, one: Listing, position: int, now: datetime) -> Item:
    uid = new_uid()
    item = Item(
        uid=uid,
        notice_id=notice.id,
        position=position,
        url_blind=vault.blind_index("listing", one.normal),
        platform_item=one.platform_item,
        respondent_id=_respondent(notice, one),
        rules=CURRENT.number,
        at=now,
        changed_at=now,
        sealed=moves.sealed_json(
            notice,
            item_place(uid),
            url=one.url,
            normal=one.normal,
            title=one.title,
            words=one.words,
            since=one.since,
        ),
    )
    db.session.add(item)
    return item


def _respondent(notice: Notice, one: Listing) -> int | None:
    """Return who answers for a thing, one row for each; None where nobody is known."""
    if one.owner_id is None and not one.owner_address:
        return None
    blind = address = None
    if one.owner_id is None:
        _kind, address = accounts.normalise_address("auto", one.owner_address)
        blind = vault.blind_index("respondent", address)
    same = Respondent.address_blind == blind if blind else Respondent.person_id == one.owner_id
    known = select(Respondent.id).where(Respondent.notice_id == notice.id, same)
    found = db.session.execute(known).scalar_one_or_none()
    if found is not None:
        return found
    uid = new_uid()
    row = Respondent(
        uid=uid,
        notice_id=notice.id,
        person_id=one.owner_id,
        address_blind=blind,
        language=notice.language,
        address_sealed=moves.sealed_json(notice, address_place(uid), address=address)
        if address
        else None,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _begin(
    actor: Actor, notice: Notice, order: WorkOrder, items: Sequence[Item], now: datetime
) -> None:
    """Start the clock of the formal check, after a suspension of its filer; refuse what may not be named again."""
    start = queries_conduct.handled_from(notice.person_id, now)
    due = clocks.due_in(ItemState.RECEIVED, None, CURRENT.number, start)
    assert due is not None
    for item in items:
        item.clock_start, item.due_at, item.due_estimated = start, due.at, due.estimated
    order = compare_and_set(order, version=order.version, first_replied_at=now, resolve_due=due.at)
    order_moves.reset_clock(order)
    moves.hold_while(True, order, now)
    again = [item for item in items if queries.restored_before(notice, item.url_blind)]
    if again:
        moves.move_items(
            actor, notice, again, ItemState.NOT_QUALIFIED, now=now, reason="article_17"
        )


def supplement_notice(
    actor: Actor,
    notice: Notice,
    facts: NoticeFacts,
    *,
    papers: Mapping[str, str],
    files_owner: str,
    version: int,
    now: datetime | None = None,
) -> Notice:
    """Write a notice anew and add files, as its filer, before it is qualified; what waited goes back to the check.

    History keeps which fields changed, never what they said. Raises `Stale`, `NotFound`, `IllegalMove`.
    """
    now = now or utcnow()
    _require_filer(actor, notice)
    _check_papers(papers)
    with transaction():
        open_items = queries.items_of(notice, OPEN_TO_SUPPLEMENT)
        if not open_items:
            raise IllegalMove(ItemState.QUALIFIED, ItemState.CHECKING)
        before = queries.facts_of(notice, now)
        written = _written(facts, now)
        notice = compare_and_set(notice, version=version, sealed=_sealed(notice, facts), **written)
        attach_papers(notice, papers, files_owner, notice.person_id)
        event = audit.record(
            notice.stream,
            "notice.supplemented",
            actor=actor,
            at=now,
            fields=_changed(before, facts),
            papers=sorted(papers.values()),
        )
        news.put(news.SUPPLEMENTED, notice, event, open_items)
        waited = [item for item in open_items if item.status is ItemState.TO_COMPLETE]
        if waited:
            moves.move_items(actor, notice, waited, ItemState.CHECKING, now=now)
    return notice


def _changed(before: NoticeFacts, after: NoticeFacts) -> list[str]:
    counted = ("items", "papers", "today")
    return [
        each.name
        for each in fields(NoticeFacts)
        if each.name not in counted and getattr(before, each.name) != getattr(after, each.name)
    ]


def withdraw_item(actor: Actor, item: Item, *, version: int, now: datetime | None = None) -> Item:
    """Withdraw the notice of one item, as its filer, at any time; a measure ends with it.

    What was decided against the filer by then still counts (`conduct.counted_as`).
    """
    now = now or utcnow()
    _require_filer(actor, queries.notice_by_id(item.notice_id))
    before = item.before if item.status is ItemState.COMPLAINT else item.state
    with transaction():
        item = moves.move_item(
            actor, item, ItemState.WITHDRAWN, version=version, now=now, before=before
        )
        moves.end_measure(actor, item, now)
    return item


def _require_filer(actor: Actor, notice: Notice) -> None:
    if actor.id is None or actor.id != notice.person_id:
        raise NotFound()
