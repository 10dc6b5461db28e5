"""Putting a copy of somebody's data together: what every place yields, as data and as a page, and the files.

Nothing is ever whole in memory: the zip, and what is kept aside until its turn, are files that are sealed piece by
piece under the key of the copy, so that what a killed process leaves is noise until it is swept. A second try begins
anew under a name of its own.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from flask_babel import force_locale
from sqlalchemy import select, update

from support.accounts import queries as people
from support.core import audit, file_serving, files, outbox, vault
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.context import hooks, settings
from support.core.db import changed, db, new_uid, transaction
from support.core.errors import DomainError
from support.core.filetypes import clean_name
from support.core.holders import Holder, Item
from support.core.outbox import Retry
from support.core.vault import KeyDestroyed
from support.core.web_pages import locale_of
from support.erasure import queries_copies, service_copies
from support.erasure.copy_pages import Pages, Part
from support.erasure.models_copies import UNFINISHED, CopyState, DataCopy
from support.erasure.queries_plan import holders_by_class
from support.erasure.sealed_streams import Pieces, SealedWriter
from support.notifications.service import reader_of
from support.policies.data_classes import RULES, Class

FORMAT = "gongdan-data-copy/1"
STALE = timedelta(minutes=10)
"""A try that showed no life for so long is dead: another one may begin."""
LONGEST_NAME = 80


class Lost(Exception):
    """This try goes on no more: the copy was deleted, or a later try took over."""


@dataclass(frozen=True, slots=True)
class Try:
    """What one run needs of the row, which may be gone any moment."""

    id: int
    person_id: int
    run: str
    owner: str
    language: str


@dataclass(slots=True)
class Found:
    """What was met so far: how many things by class, and the files by their uid."""

    things: dict[Class, int] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many things were met."""
        return sum(self.things.values())


def make_copy(copy_id: int) -> None:
    """Put a copy together and into the store; safe to run twice, and beside itself.

    Raises `Retry` while another run is at it, or when the store fails.
    """
    mine = _begin(copy_id, utcnow())
    if mine is None:
        return
    store = files.store()
    try:
        with store.incoming.temporary() as target, _speaking(mine.language):
            size = _pack(mine, target)
            store.put(target, mine.run)
        done = _finish(mine, size, utcnow())
    except Lost:
        done = False
    except KeyDestroyed:
        if _is_mine(mine):
            raise  # of a place whose owner is erased: not of this copy
        done = False
    except OSError as error:
        raise Retry("store") from error
    if not done:
        store.remove(mine.run)


def _begin(copy_id: int, now: datetime) -> Try | None:
    """Take a copy for this run, with the key of the copy made; None where nothing is to be done."""
    row = queries_copies.copy_by_id(copy_id)
    if row is None or row.status not in UNFINISHED:
        return None
    if row.beat_at is not None and now - row.beat_at < STALE:
        raise Retry("being_made")
    total = sum(holder.count(row.person_id) for holder in hooks(Holder))
    before, run = row.run, new_uid()
    mine = Try(row.id, row.person_id, run, row.stream, row.language)
    fresh: dict[str, Any] = {"beat_at": now, "done": 0, "total": total}
    still = (DataCopy.id == row.id, DataCopy.run == before, DataCopy.state.in_([*UNFINISHED]))
    with transaction():
        taken = changed(
            update(DataCopy).where(*still).values(state=CopyState.BUILDING, run=run, **fresh)
        )
        if taken:
            vault.seal_bytes(mine.owner, "data_copy.key", b"")  # its key is made at first use
    if taken and before:
        files.store().remove(before)  # what a killed run put there, and nobody will ask for
    return mine if taken else None


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    with force_locale(locale_of(language)):
        yield


def _beat(mine: Try, **values: int) -> None:
    """Show that this run lives, and how far it is; raise `Lost` where it has nothing to do any more."""
    with transaction(durable=False):
        held = update(DataCopy).where(DataCopy.id == mine.id, DataCopy.run == mine.run)
        building = held.where(DataCopy.state == CopyState.BUILDING)
        if changed(building.values(beat_at=utcnow(), **values)) != 1:
            raise Lost()


def _is_mine(mine: Try) -> bool:
    row = queries_copies.copy_by_id(mine.id)
    return row is not None and row.run == mine.run and row.status is CopyState.BUILDING


def _finish(mine: Try, size: int, now: datetime) -> bool:
    """Call the copy ready if it is still this run's; an older one that is ready goes, since this one has it all."""
    held = (DataCopy.id == mine.id, DataCopy.run == mine.run, DataCopy.state == CopyState.BUILDING)
    ends: dict[str, Any] = {"ready_at": now, "ends_at": now + service_copies.LASTS, "bytes": size}
    with transaction():
        if changed(update(DataCopy).where(*held).values(state=CopyState.READY, **ends)) != 1:
            return False
        older = (DataCopy.person_id == mine.person_id, DataCopy.id < mine.id)
        ready = select(DataCopy).where(*older, DataCopy.state == CopyState.READY)
        for row in db.session.execute(ready).scalars().all():
            service_copies.end(SYSTEM, row, now)
        stream = f"person:{mine.person_id}"
        audit.record(stream, "data_copy.ready", actor=SYSTEM, at=now, copy=mine.id)
        outbox.put(service_copies.NEWS, f"{mine.run}:ready", copy=mine.id)
    return True


def _pack(mine: Try, target: Path) -> int:
    """Write the zip; return its length as its person saves it."""
    person = people.person(mine.person_id)
    pages = Pages(replace(reader_of(person), language=mine.language), utcnow())
    with ExitStack() as stack:
        data, page = _aside(mine, stack, "data"), _aside(mine, stack, "page")
        found = _collect(mine, pages, data.writer, page.writer)
        out = stack.enter_context(target.open("wb"))
        sealed = SealedWriter(out, mine.owner, service_copies.place_of(mine.run))
        with zipfile.ZipFile(cast(BinaryIO, sealed), "w") as archive:
            _add_files(mine, archive, found)
            left_out = [part for part in found.parts.values() if part.left_out]
            _add(archive, "README.txt", [pages.readme(left_out)])
            _add(archive, "data.json", _as_json(mine, pages, left_out, data.pieces()))
            _add(archive, "index.html", _as_page(pages, found, left_out, page.pieces()))
        sealed.close()
        return sealed.size


@dataclass(frozen=True, slots=True)
class Aside:
    """A sealed file that waits for its turn in the zip."""

    path: Path
    owner: str
    place: str
    writer: SealedWriter

    def pieces(self) -> Iterator[bytes]:
        """Yield what was written."""
        self.writer.close()
        yield from Pieces(self.path.open("rb"), self.owner, self.place)


def _aside(mine: Try, stack: ExitStack, name: str) -> Aside:
    path = stack.enter_context(files.store().incoming.temporary())
    place = f"data_copy.{name}:{mine.run}"
    out = stack.enter_context(path.open("wb"))
    return Aside(path, mine.owner, place, SealedWriter(out, mine.owner, place))


def _collect(mine: Try, pages: Pages, data: SealedWriter, page: SealedWriter) -> Found:
    """Ask every place, class by class, and write each thing as data and for reading."""
    found, places = Found(), holders_by_class()
    for each in Class:
        for holder in places.get(each, []):
            begun = False
            for item in holder.collect(mine.person_id):
                if each not in found.things:
                    page.write(pages.data_class(each, RULES[each]))
                if not begun:
                    page.write(pages.place(holder))
                parts = [_part(found, uid) for uid in item.files]
                data.write(b",\n" if found.done else b"\n")
                data.write(_encoded(_described(each, holder, item, parts)))
                page.write(pages.item(item, parts))
                found.things[each] = found.things.get(each, 0) + 1
                begun = True
            _beat(mine, done=found.done)
    _beat(mine, done=found.done, total=found.done + len(found.parts))
    return found


def _part(found: Found, uid: str) -> Part:
    """Return a stored file as it stands in the zip: the same one once, under a name of its own."""
    if uid not in found.parts:
        found.parts[uid] = _named(uid, len(found.parts) + 1)
    return found.parts[uid]


def _named(uid: str, number: int) -> Part:
    try:
        row = files.file_by_uid(uid)
        stem, dot, ending = clean_name(row.name).rpartition(".")
        name = f"{stem[:LONGEST_NAME]}.{ending}" if dot else ending[:LONGEST_NAME]
    except (DomainError, KeyDestroyed):
        return Part(uid, "", str(number), left_out=True)
    return Part(uid, f"files/{number:04d}-{name}", name, left_out=not row.servable)


def _described(data_class: Class, holder: Holder, item: Item, parts: list[Part]) -> dict[str, Any]:
    """Return one thing for machines: message ids as they are, moments in ISO 8601 UTC."""
    return {
        "class": data_class.value,
        "place": holder.code,
        "title": item.title,
        "at": _plain(item.at),
        "fields": {label: _plain(value) for label, value in item.fields.items()},
        "files": [part.path for part in parts if not part.left_out],
    }


def _plain(value: str | int | datetime | None) -> str | int | None:
    return value.isoformat() if isinstance(value, datetime) else value


def _encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _add_files(mine: Try, archive: zipfile.ZipFile, found: Found) -> None:
    """Write the files; one that can't be read, or that a scanner has not let pass, is left out and named so."""
    done, total = found.done, found.done + len(found.parts)
    for part in found.parts.values():
        if not part.left_out:
            part.left_out = not _add_file(archive, part)
        done += 1
        _beat(mine, done=done, total=total)


def _add_file(archive: zipfile.ZipFile, part: Part) -> bool:
    try:
        stream = file_serving.open_for_download(files.file_by_uid(part.uid)).stream
    except (DomainError, KeyDestroyed):
        return False
    db.session.rollback()
    with stream, archive.open(_entry(part.path, zipfile.ZIP_STORED), "w") as out:
        shutil.copyfileobj(stream, out, files.CHUNK)
    return True


def _as_json(
    mine: Try, pages: Pages, left_out: list[Part], items: Iterator[bytes]
) -> Iterator[bytes]:
    head = {
        "format": FORMAT,
        "operator": settings().public_url,
        "made_at": pages.now.isoformat(),
        "language": mine.language,
        "left_out": [part.name for part in left_out],
    }
    yield _encoded(head)[:-1] + b', "items": ['
    yield from items
    yield b"\n]}\n"


def _as_page(
    pages: Pages, found: Found, left_out: list[Part], items: Iterator[bytes]
) -> Iterator[bytes]:
    yield pages.head(found.things, left_out)
    yield from items
    yield pages.foot()


def _add(archive: zipfile.ZipFile, name: str, pieces: Iterator[bytes] | list[bytes]) -> None:
    with archive.open(_entry(name, zipfile.ZIP_DEFLATED), "w") as out:
        for piece in pieces:
            out.write(piece)


def _entry(name: str, how: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, utcnow().timetuple()[:6])
    info.compress_type, info.external_attr = how, 0o600 << 16
    return info
