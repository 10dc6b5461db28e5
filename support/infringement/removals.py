"""What holders of this room share: sides that are taken out, addresses that lead to somebody, a value of its own."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from support.accounts import service as accounts
from support.accounts.models import ContactPoint
from support.core import file_upkeep, vault
from support.core.audit import Event
from support.core.db import changed, db, fetch
from support.core.errors import Invalid
from support.core.files import StoredFile
from support.core.holders import BATCH, Removal, count_of
from support.core.locking import FILES, shut, shut_file, still_there
from support.core.words import N_
from support.infringement import queries
from support.infringement.lifecycle import ENDED
from support.infringement.models import Item, Notice, Paper, Respondent, item_place

FILER, RESPONDENT = "filer", "respondent"
OWN: Mapping[str, tuple[str, ...]] = {FILER: ("words",), RESPONDENT: ("title", "since")}
"""What each side's is of what is sealed of a link: the filer's reason; what the platform knows of the content."""
SHARED = ("url", "normal")
TAKEN_OUT = N_(
    "Taken out at the request of whoever wrote it: deleted, or locked away where the law makes us keep it."
)
LOCKED, GONE = "locked", "gone"
"""What `erasure` says of a side: what it said is locked away, or there no more; "" while nobody asked."""


def mark(removal: Removal) -> str:
    """Return what a side is called once it is taken out."""
    return LOCKED if removal.restriction else GONE


def to_take(removal: Removal, column: Any) -> ColumnElement[bool]:
    """Return the SQL that is true for sides that are to be taken out yet; what is locked away can still be erased."""
    found: ColumnElement[bool] = column == "" if removal.restriction else column != GONE
    return found


def own_value(uid: str) -> bytes:
    """Return what stands in the place of a blind index: a value that finds nothing and that no other row has."""
    return bytes.fromhex(uid)


def addresses_of(person_id: int) -> set[tuple[str, bytes]]:
    """Return kind and blind index of each address that somebody has proved; it needs no key of theirs."""
    proved = (ContactPoint.contact_person_id.is_(None), ContactPoint.verified_at.is_not(None))
    found = select(ContactPoint.kind, ContactPoint.blind).where(*proved)
    return {
        (kind, blind) for kind, blind in fetch(found.where(ContactPoint.person_id == person_id))
    }


def reached_at(
    person_id: int,
    statement: Select[int, str, bytes | None],
    owner: ColumnElement[str],
    place: str,
) -> Iterator[int]:
    """Yield the ids of rows (id, uid, sealed address) without an account that name an address of somebody."""
    mine = addresses_of(person_id)
    if not mine:
        return
    opened = vault.opener()
    for number, uid, sealed, *key in fetch(vault.with_key(statement, owner)).all():
        text = opened(f"{place}:{uid}", sealed, key)
        if text is not None and _blind_of(text) in mine:
            yield number


def _blind_of(text: str) -> tuple[str, bytes] | None:
    """Return kind and blind index of an address, typed or as one JSON text."""
    if text.startswith("{"):
        text = json.loads(text)["address"]
    try:
        kind, value = accounts.normalise_address("auto", text)
    except Invalid:
        return None
    return str(kind), vault.blind_index(kind, value)


def streams_of(orders: Sequence[int] | Collection[int]) -> Iterator[str]:
    """Yield the streams of work orders: an open case is held by its order."""
    for number in orders:
        yield f"order:{number}"


def fresh(found: Any) -> Sequence[Any]:
    """Return the rows of a SELECT as the database has them now."""
    return db.session.execute(found.execution_options(populate_existing=True)).scalars().all()


def complainers(notice: Notice) -> dict[int, int | None]:
    """Return by whom the newest complaint about each link of a notice was, by the row id of the link."""
    mine = (Event.stream == notice.stream, Event.action == "item.complaint")
    events = db.session.execute(select(Event).where(*mine).order_by(Event.seq)).scalars()
    return {link_id: event.actor_id for event in events for link_id in event.data["items"]}


def since_of(*which: Any) -> datetime | None:
    """Return when the newest of some links that have ended came to stand as it does."""
    newest = select(func.max(Item.changed_at)).where(Item.state.in_(list(ENDED)), *which)
    found: datetime | None = db.session.execute(newest).scalar_one()
    return found


def take_files(removal: Removal, found: Any) -> int:
    """Lock away or delete some files (a SELECT of uids) of which papers tell; return how many."""
    if not removal.restriction:
        return file_upkeep.discard(db.session.execute(found.limit(BATCH)).scalars().all())
    plain = found.where(still_there(StoredFile.name_sealed)).limit(FILES)
    uids = db.session.execute(plain).scalars().all()
    for row in fresh(select(StoredFile).where(StoredFile.uid.in_(uids))):
        old, new = row.uid, shut_file(removal, row)
        if new is not None:
            changed(update(Paper).where(Paper.file_uid == old).values(file_uid=new))
    return len(uids)


def named_files(person_id: int, found: Any) -> int:
    """Return how many of some files (a SELECT of uids) have names that somebody's own key opens."""
    own = (StoredFile.uid.in_(found), StoredFile.name_owner == f"person:{person_id}")
    return count_of(StoredFile, *own)


def respondents_there(notice: Notice) -> set[int]:
    """Return who answers for links of a notice and was not taken out."""
    return {one.id for one in queries.respondents_of(notice) if one.erasure == ""}


def take_words(removal: Removal, notice: Notice, link: Item, *columns: str) -> None:
    """Take whole columns of a link out."""
    for column in columns:
        place = item_place(link.uid, column)
        setattr(link, column, shut(removal, notice.stream, place, getattr(link, column)))


def take_link(removal: Removal, notice: Notice, link: Item, side: str, *, other: bool) -> None:
    """Take what is one side's out of a link; without the `other` side what both share goes, too."""
    names = OWN[side] if other else (*OWN[side], *SHARED)
    place = item_place(link.uid)
    said = queries.opened(notice.stream, place, link.sealed)
    taken = {name: said.pop(name) for name in names if name in said}
    locked = {name: value for name, value in said.pop("locked", {}).items() if name != side}
    kept = _kept(removal, notice.stream, place, taken) if taken else None
    locked |= {side: kept} if kept else {}
    left = said | ({"locked": locked} if locked else {})
    text = json.dumps(left, ensure_ascii=False)
    link.sealed = vault.seal(notice.stream, place, text) if left else None
    if not other:
        take_words(removal, notice, link, "reason_sealed")
        link.url_blind, link.platform_item = own_value(link.uid), ""


def locked_links(person_id: int) -> Iterator[bytes]:
    """Yield what of either side is locked away inside the links of somebody's cases, for who has to open it."""
    answered = select(Respondent.notice_id).where(Respondent.person_id == person_id)
    theirs = or_(Notice.person_id == person_id, Notice.id.in_(answered))
    for notice in db.session.execute(select(Notice).where(theirs).order_by(Notice.id)).scalars():
        for link in queries.items_of(notice):
            if link.sealed:
                said = queries.opened(notice.stream, item_place(link.uid), link.sealed)
                yield from map(base64.b64decode, said.get("locked", {}).values())


def _kept(removal: Removal, owner: str, place: str, said: Mapping[str, str]) -> str | None:
    if not removal.restriction:
        return None
    text = vault.seal(owner, place, json.dumps(said, ensure_ascii=False))
    kept = shut(removal, owner, place, text)
    return base64.b64encode(kept).decode() if kept is not None else None
