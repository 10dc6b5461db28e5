"""The ledger of erasures: what must stay erased when a backup of before comes back.

One object for each erasure lies in the file store, made once and never changed or removed, outside of the database
and its backups. The database knows the number of the last one that it has carried out; where the ledger goes on
behind that number, the database is older than the ledger, and nobody is served from it (`core.readiness`) until
`flask erasure replay` has carried out the rest. An entry names people by keyed hashes only (`vault.blind_index`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select, update

from support.core.context import hooks
from support.core.db import changed, db, transaction
from support.core.files import store
from support.core.filestore import LEDGER, FileStore
from support.core.installation import Installation


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A hook: `erasures()` names the erasures whose steps this database is still to do by itself, after a kill too.

    It is not behind with their entries.
    """

    erasures: Callable[[], set[str]]


def append(entry: dict[str, Any]) -> int:
    """Write one entry and return its number; durable when this returns, and not undone by a rollback.

    `entry["key"]` says which erasure it is: a second call with the same one, from whatever process, returns the
    number that it has. Whoever comes second to a number takes the next; the store decides who was first. Plain JSON
    values only, and no personal one. Raises `OSError` when the store is away.
    """
    files: Any = store()
    key, number = str(entry["key"]), 0
    for number, kept in _entries(files, 0):
        if kept["key"] == key:
            return number
    body = json.dumps(entry, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    while True:
        number += 1
        with files.incoming.temporary() as path:
            path.write_text(body, "utf-8")
            if files.create(path, name_of(number)):
                return number
        if json.loads(_read(files, number))["key"] == key:
            return number


def entries(after: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number, entry) for each entry behind number `after`, in order."""
    yield from _entries(store(), after)


def last() -> int:
    """Return the number of the newest entry, 0 when there is none."""
    found = store().entries()
    return _number(found[-1]) if found else 0


def applied() -> int | None:
    """Return the number of the last entry that this database has carried out; None where it was never set up."""
    return db.session.execute(
        select(Installation.ledger_applied).where(Installation.id == 1)
    ).scalar_one_or_none()


def behind() -> int:
    """Return how many entries this database has not carried out. One that was never set up has nobody to erase."""
    done = applied()
    if done is None or not store().entries(name_of(done)):
        return 0
    under_way = {key for hook in hooks(UnderWay) for key in hook.erasures()}
    return sum(subject(entry) not in under_way for _number, entry in entries(done))


def subject(entry: Mapping[str, Any]) -> str:
    """Return the key of the erasure that an entry is about: its own, or, of one that adds to another, `of`."""
    return str(entry.get("of", entry["key"]))


def mark_applied(number: int) -> bool:
    """Note that this database has carried out all up to `number`; return whether that is news. Never goes back."""
    with transaction():
        mine = update(Installation).where(
            Installation.id == 1, Installation.ledger_applied < number
        )
        return changed(mine.values(ledger_applied=number)) == 1


def name_of(number: int) -> str:
    """Return the name in the store of the entry `number`."""
    return f"{LEDGER}/{number:08d}.json"


def _number(name: str) -> int:
    return int(name.removeprefix(f"{LEDGER}/").removesuffix(".json"))


def _entries(files: Any, after: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for name in files.entries(name_of(after)):
        number = _number(name)
        yield number, json.loads(_read(files, number))


@lru_cache(maxsize=1 << 16)
def _read(files: FileStore, number: int) -> str:
    """Entries never change, so a process reads each once."""
    with files.open(name_of(number)) as stream:
        return stream.read().decode()
