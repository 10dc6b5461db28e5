"""What is known of notices: found through what the actor may see, and opened where something is sealed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select

from support.core import vault
from support.core.actors import Actor
from support.core.audit import Event
from support.core.calendars import Due, cn_day
from support.core.clock import utcnow
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.infringement import clocks
from support.infringement.elements import (
    Meter,
    NoticeFacts,
    notice_meter,
)
from support.infringement.lifecycle import ALIVE, ANSWERABLE, ItemState
from support.infringement.models import (
    CounterNotice,
    HeldRight,
    Item,
    Notice,
    Paper,
    Respondent,
    address_place,
    facts_place,
    item_place,
    right_place,
)
from support.infringement.regimes import CURRENT, RULES, RegimeCode
from support.workorders import queries as orders
from support.workorders.models import WorkOrder


@dataclass(frozen=True, slots=True)
class Listing:
    """A thing that a notice names, opened; `words` are the filer's reason for it, `since` the platform's day of it."""

    url: str
    normal: str
    title: str
    words: str
    since: str


def due_of(item: Item) -> Due | None:
    """Return an item's running clock as it is counted today, never shorter than promised, with its steps."""
    if item.due_at is None or item.clock_start is None:
        return None
    counted = clocks.due_in(
        item.status, item.law, item.rules, item.clock_start, extended=item.extended_days
    )
    if counted is None:
        return None
    return clocks.kept(Due(item.due_at, counted.zone, item.due_estimated, ()), counted)


def notice_of(order: WorkOrder) -> Notice | None:
    """Return the notice beside a work order."""
    found = select(Notice).where(Notice.order_id == order.id)
    return db.session.execute(found).scalar_one_or_none()


def notice_by_id(notice_id: int) -> Notice:
    """Return a notice by its row id, for jobs and verbs; raises `NotFound`."""
    found = db.session.get(Notice, notice_id)
    if found is None:
        raise NotFound()
    return found


def notice_for(actor: Actor, reference: str) -> Notice:
    """Return the notice that the actor filed under this reference; raises `NotFound` for everybody else."""
    found = notice_of(orders.order_for(actor, reference))
    if found is None or found.person_id != actor.id:
        raise NotFound()
    return found


def notice_at_desk(actor: Actor, reference: str) -> Notice:
    """Return the notice of an order to somebody who works at the desk; raises `NotFound`."""
    found = notice_of(orders.order_at_desk(actor, reference))
    if found is None:
        raise NotFound()
    return found


def respondent_for(actor: Actor, uid: str) -> Respondent:
    """Return the part in a notice that is the actor's own, once it was forwarded; raises `NotFound` otherwise."""
    found = db.session.execute(select(Respondent).where(Respondent.uid == uid)).scalar_one_or_none()
    own = found is not None and found.person_id is not None and found.person_id == actor.id
    if found is None or not own or found.forwarded_at is None:
        raise NotFound()
    return found


def respondent_reached(uid: str) -> Respondent:
    """Return a respondent to whom a notice was forwarded, for the page that asks for a code; raises `NotFound`."""
    found = db.session.execute(select(Respondent).where(Respondent.uid == uid)).scalar_one_or_none()
    if found is None or found.forwarded_at is None:
        raise NotFound()
    return found


def disputed_since(person_id: int) -> datetime | None:
    """Return when the oldest notice about content of this person was forwarded of which a link is still open."""
    open_ones = (
        select(func.min(Respondent.forwarded_at))
        .join(Item, Item.respondent_id == Respondent.id)
        .where(Respondent.person_id == person_id, Item.state.in_(list(ALIVE)))
    )
    return db.session.execute(open_ones).scalar_one()


def respondents_of(notice: Notice) -> Sequence[Respondent]:
    """Return everybody who answers for items of the notice."""
    found = select(Respondent).where(Respondent.notice_id == notice.id).order_by(Respondent.id)
    return db.session.execute(found).scalars().all()


def numbers_of(respondents: Iterable[Respondent]) -> dict[int, int]:
    """Return by which number each respondent of a notice is called, by row id: in the order in which they came."""
    return {one: number for number, one in enumerate(sorted(each.id for each in respondents), 1)}


def items_of(notice: Notice, states: Collection[ItemState] | None = None) -> Sequence[Item]:
    """Return the items of a notice in its own order, those in `states` where some are named."""
    found = select(Item).where(Item.notice_id == notice.id).order_by(Item.position)
    if states is not None:
        found = found.where(Item.state.in_(states))
    return db.session.execute(found).scalars().all()


def items_of_respondent(respondent: Respondent) -> Sequence[Item]:
    """Return the items that a respondent answers for."""
    found = select(Item).where(Item.respondent_id == respondent.id).order_by(Item.position)
    return db.session.execute(found).scalars().all()


def items_named(notice: Notice, wanted: Collection[int]) -> Sequence[Item]:
    """Return the items with these row ids, in the order of the notice; raises `NotFound` for one of another notice."""
    named = select(Item).where(Item.notice_id == notice.id, Item.id.in_(wanted))
    found = db.session.execute(named.order_by(Item.position)).scalars().all()
    if len(found) != len(set(wanted)):
        raise NotFound()
    return found


def item_of(notice: Notice, item_id: int) -> Item:
    """Return an item of this notice; raises `NotFound` for one of another."""
    found = db.session.get(Item, item_id)
    if found is None or found.notice_id != notice.id:
        raise NotFound()
    return found


def notices_on_their_way() -> Sequence[int]:
    """Return the row ids of notices of which a letter is not known to have arrived, the newest hundred."""
    on_way = (ItemState.FORWARDED, ItemState.COUNTER_FORWARDED)
    found = (
        select(Item.notice_id)
        .where(Item.state.in_(on_way))
        .group_by(Item.notice_id)
        .order_by(Item.notice_id.desc())
        .limit(100)
    )
    return db.session.execute(found).scalars().all()


class Standing(NamedTuple):
    """How many items stand in a state, when the first clock there ends, since when a shown dispute waits for a look."""

    number: int
    until: datetime | None
    shown: datetime | None


def standing(notice: Notice) -> dict[ItemState, Standing]:
    """Return how many items stand where, and when the first clock there ends."""
    rows = fetch(
        select(Item.state, func.count(), func.min(Item.due_at), func.min(Item.shown_at))
        .where(Item.notice_id == notice.id)
        .group_by(Item.state)
    )
    return {ItemState(row[0]): Standing(row[1], row[2], row[3]) for row in rows}


def look_due(where: Mapping[ItemState, Standing]) -> Due | None:
    """Return by when a clerk looks at the first dispute that the holder has shown; None where none waits."""
    shown = [where[state].shown for state in ANSWERABLE if state in where]
    first = min((moment for moment in shown if moment is not None), default=None)
    return clocks.due_of(CURRENT.clocks["dispute"], first) if first else None


def look_of(item: Item) -> Due | None:
    """Return by when a clerk looks at the dispute that the holder has shown of an item."""
    return look_due({item.status: Standing(1, item.due_at, item.shown_at)})


def papers_of(notice: Notice, counter: CounterNotice | None = None) -> Sequence[Paper]:
    """Return the files of a notice, or of a counter-notice to it."""
    mine = Paper.counter_id.is_(None) if counter is None else Paper.counter_id == counter.id
    found = select(Paper).where(Paper.notice_id == notice.id, mine).order_by(Paper.id)
    return db.session.execute(found).scalars().all()


def facts_of(notice: Notice, now: datetime | None = None) -> NoticeFacts:
    """Return what a notice says, opened; only what is not sealed once its key is destroyed."""
    number = select(func.count()).where(Item.notice_id == notice.id)
    kinds = frozenset(paper.kind for paper in papers_of(notice))
    return facts_with(notice, kinds, db.session.execute(number).scalar_one(), now)


def facts_with(
    notice: Notice, papers: frozenset[str], items: int, now: datetime | None = None
) -> NoticeFacts:
    """Return what a notice says, for a page that knows its papers and counted its items."""
    return NoticeFacts(
        filer_type="agent" if notice.filer_type == "agent" else "holder",
        right_type=notice.right_type,
        territory=notice.territory,
        valid_until=notice.valid_until,
        statements=frozenset(notice.statements),
        papers=papers,
        items=items,
        today=cn_day(now or utcnow()),
        **opened(notice.stream, facts_place(notice), notice.sealed),
    )


def meter_of(notice: Notice, regime: RegimeCode, version: int) -> Meter:
    """Return how complete a notice is under a regime."""
    return notice_meter(facts_of(notice), regime, eu=notice.eu, rules=RULES[version])


def listing_of(notice: Notice, item: Item) -> Listing:
    """Return the link and the title of an item, empty once the key is destroyed."""
    said = opened(notice.stream, item_place(item.uid), item.sealed)
    return Listing(*(said.get(name, "") for name in ("url", "normal", "title", "words", "since")))


def reason_words(notice: Notice, item: Item) -> str:
    """Return what somebody wrote with the reason why an item stands where it does."""
    return _words(notice, item, "reason_sealed")


def complaint_words(notice: Notice, item: Item) -> str:
    """Return what somebody wrote who complained about how an item ended."""
    return _words(notice, item, "complaint_sealed")


def _words(notice: Notice, item: Item, column: str) -> str:
    said = opened(notice.stream, item_place(item.uid, column), getattr(item, column))
    return str(said.get("words", ""))


def dispute_of(notice: Notice, item: Item) -> tuple[str, str]:
    """Return court or authority, and their number."""
    said = opened(notice.stream, item_place(item.uid, "dispute_sealed"), item.dispute_sealed)
    return said.get("authority", ""), said.get("number", "")


def address_of(notice: Notice, respondent: Respondent) -> str:
    """Return the address by which a respondent without an account is reached."""
    place = address_place(respondent.uid)
    text: str = opened(notice.stream, place, respondent.address_sealed).get("address", "")
    return text


def rights_of(actor: Actor) -> list[tuple[HeldRight, dict[str, Any]]]:
    """Return the rights that the actor entered, newest first, each with what is sealed of it."""
    if actor.id is None:
        return []
    mine = (HeldRight.person_id == actor.id, HeldRight.forgotten_at.is_(None))
    found = select(HeldRight).where(*mine).order_by(HeldRight.id.desc())
    return [
        (right, opened(f"person:{right.person_id}", right_place(right.uid), right.sealed))
        for right in db.session.execute(found).scalars()
    ]


def own_right(actor: Actor, uid: str) -> HeldRight:
    """Return a right that the actor entered; raises `NotFound`."""
    found = db.session.execute(select(HeldRight).where(HeldRight.uid == uid)).scalar_one_or_none()
    if found is None or found.person_id != actor.id or found.forgotten_at is not None:
        raise NotFound()
    return found


def restored_before(notice: Notice, url_blind: bytes) -> bool:
    """True when this holder gave notice of the same thing and it came back after a counter-notice (RTNIC 17).

    Withdrawing the older notice, or complaining about how it ended, changes nothing of that.
    """
    same = (Notice.holder_blind == notice.holder_blind) | (Notice.person_id == notice.person_id)
    back = (ItemState.RESTORE_ASKED, ItemState.RESTORED)
    later = (ItemState.COMPLAINT, ItemState.WITHDRAWN)
    was_back = Item.state.in_(back) | (Item.state.in_(later) & Item.before.in_(back))
    found = (
        select(Item.id)
        .join(Notice, Notice.id == Item.notice_id)
        .where(Item.url_blind == url_blind, Item.regime == RegimeCode.RTNIC, was_back)
        .where(same, Notice.id != notice.id)
        .limit(1)
    )
    return db.session.execute(found).first() is not None


def history(notice: Notice) -> Sequence[Event]:
    """Return everything that happened to a notice and its items, oldest first."""
    found = select(Event).where(Event.stream == notice.stream).order_by(Event.seq)
    return db.session.execute(found).scalars().all()


def opened(owner: str, place: str, sealed: bytes | None) -> dict[str, Any]:
    """Return what is sealed there as it was kept; nothing where nothing is, or its key is destroyed."""
    if sealed is None:
        return {}
    try:
        said: dict[str, Any] = json.loads(vault.unseal(owner, place, sealed))
    except vault.KeyDestroyed:
        return {}
    return said
