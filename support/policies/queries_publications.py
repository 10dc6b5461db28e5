"""What the public may read of the ledger: pages by keyset, entries of a case, counts by month, when it last changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_

from support.core.db import db
from support.core.errors import NotFound
from support.policies.models_publications import Publication, PublicationCount, Withdrawal

PAGE = 20
MONTHS = 12


def entries(*, before: int | None = None, kind: str = "") -> Sequence[Publication]:
    """Return up to `PAGE` + 1 entries, the newest first, older than the one with row id `before`.

    Withdrawn ones are among them, without content; those whose term is over are not.
    """
    found = select(Publication).where(
        Publication.withdrawal.is_distinct_from(Withdrawal.TERM.value)
    )
    if before is not None:
        found = found.where(Publication.id < before)
    if kind:
        found = found.where(Publication.kind == kind)
    return db.session.execute(found.order_by(Publication.id.desc()).limit(PAGE + 1)).scalars().all()


def changes(*, before: Publication | None = None) -> Sequence[Publication]:
    """Return up to `PAGE` + 1 entries as feeds list them: what changed last (published, or taken out) stands first.

    All that were ever taken out are among them, so that whoever follows hears of it.
    """
    found = select(Publication)
    if before is not None:
        place = (before.changed_at, before.id)
        found = found.where(tuple_(Publication.changed_at, Publication.id) < tuple_(*place))
    order = (Publication.changed_at.desc(), Publication.id.desc())
    return db.session.execute(found.order_by(*order).limit(PAGE + 1)).scalars().all()


def neighbours(found: Collection[Publication]) -> dict[int, Publication]:
    """Return the entries that these replace, or are replaced by, by their row ids."""
    older = [entry.replaces_id for entry in found if entry.replaces_id is not None]
    gone = [entry.id for entry in found if entry.withdrawn_at is not None]
    which = Publication.id.in_(older) | Publication.replaces_id.in_(gone)
    rows = db.session.execute(select(Publication).where(which)).scalars()
    return {entry.id: entry for entry in rows}


def entry_by_uid(uid: str) -> Publication:
    """Return one entry, withdrawn or not; raise `NotFound`."""
    found = db.session.execute(
        select(Publication).where(Publication.uid == uid)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def entries_of(series: str) -> Sequence[Publication]:
    """Return the entries of one case in order, withdrawn ones among them."""
    found = select(Publication).where(Publication.series == series).order_by(Publication.id)
    return db.session.execute(found).scalars().all()


def counts_by_month() -> Sequence[PublicationCount]:
    """Return the counts of the newest `MONTHS` months that have any, the oldest month first."""
    months = (
        select(PublicationCount.month)
        .distinct()
        .order_by(PublicationCount.month.desc())
        .limit(MONTHS)
    )
    found = (
        select(PublicationCount)
        .where(PublicationCount.month.in_(months.scalar_subquery()))
        .order_by(PublicationCount.month, PublicationCount.kind, PublicationCount.outcome)
    )
    return db.session.execute(found).scalars().all()


def last_change() -> datetime | None:
    """Return when the ledger changed last, which names what caches hold; None while it is empty."""
    return db.session.execute(select(func.max(Publication.changed_at))).scalar_one()
