"""What waits to be published of notices, and what was published: for the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from support.core.actors import Actor
from support.core.db import db, fetch
from support.core.errors import NotFound
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Respondent
from support.infringement.models_publishing import DuePublication, DueState
from support.infringement.policy import require_clerk
from support.infringement.queries_conduct import references_of
from support.policies.models_publications import Publication

PAGE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """One row of the list: of which order, about which links, and whether a complaint about one of them is heard."""

    row: DuePublication
    reference: str
    links: Sequence[int]
    heard: bool


def waiting(actor: Actor, *, after: str = "") -> list[Waiting]:
    """Return up to `PAGE` + 1 entries that are to be published, the first due first, after the one with uid `after`."""
    require_clerk(actor)
    found = select(DuePublication).where(DuePublication.state == DueState.OPEN)
    if after:
        last = due_for(actor, after)
        found = found.where(
            (DuePublication.due_at > last.due_at)
            | ((DuePublication.due_at == last.due_at) & (DuePublication.id > last.id))
        )
    order = (DuePublication.due_at, DuePublication.id)
    rows = db.session.execute(found.order_by(*order).limit(PAGE + 1)).scalars().all()
    return _described(rows)


def published(
    actor: Actor, *, before: int | None = None
) -> list[tuple[DuePublication, Publication]]:
    """Return up to `PAGE` + 1 published entries with what stands in the ledger, the newest there first."""
    require_clerk(actor)
    found = select(DuePublication, Publication).join(
        Publication, Publication.id == DuePublication.publication_id
    )
    if before is not None:
        found = found.where(DuePublication.publication_id < before)
    found = found.order_by(DuePublication.publication_id.desc()).limit(PAGE + 1)
    return [(row, entry) for row, entry in db.session.execute(found)]


def due_for(actor: Actor, uid: str) -> DuePublication:
    """Return one entry, published or not, to somebody who decides about notices; raises `NotFound`, `NotAllowed`."""
    require_clerk(actor)
    found = select(DuePublication).where(DuePublication.uid == uid)
    row = db.session.execute(found).scalar_one_or_none()
    if row is None or row.state == DueState.DROPPED:
        raise NotFound()
    return row


def described(row: DuePublication) -> Waiting:
    """Return one entry with its order, its links, and whether a complaint about one of them is heard."""
    return _described([row])[0]


def is_heard(row: DuePublication, *, lock: bool = False) -> bool:
    """True while a complaint about one of its links is heard; with `lock` none can come before the commit."""
    found = select(Item.state).where(Item.id.in_(row.item_ids))
    states = db.session.execute(found.with_for_update() if lock else found).scalars()
    return ItemState.COMPLAINT in [*states]


def entry_of(row: DuePublication) -> Publication:
    """Return what stands in the ledger for a published row; raises `NotFound` before."""
    found = db.session.get(Publication, row.publication_id) if row.publication_id else None
    if found is None:
        raise NotFound()
    return found


def open_count() -> int:
    """Return how many entries are to be published."""
    found = select(func.count()).where(DuePublication.state == DueState.OPEN)
    return fetch(found).scalar_one()


def _described(rows: Sequence[DuePublication]) -> list[Waiting]:
    references = references_of({row.notice_id for row in rows})
    wanted = [item_id for row in rows for item_id in row.item_ids]
    columns = select(Item.id, Item.position, Item.state).where(Item.id.in_(wanted))
    items = {item_id: (position, state) for item_id, position, state in fetch(columns)}
    return [
        Waiting(
            row,
            references[row.notice_id],
            sorted(items[each][0] for each in row.item_ids),
            any(items[each][1] == ItemState.COMPLAINT for each in row.item_ids),
        )
        for row in rows
    ]


def is_unreachable(item: Item) -> bool:
    """True where nobody is known who answers for the item, or no address of theirs: it is told in public (RTNIC 15)."""
    found = db.session.get(Respondent, item.respondent_id) if item.respondent_id else None
    return found is None or not found.reachable
