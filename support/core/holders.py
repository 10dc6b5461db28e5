"""Where personal data is kept: what each room declares of its tables, so that nothing is forgotten when somebody asks.

A room lists its `Holder`s in `personal_data.py` and hands them to `wiring.py`, from the top floor down, so that what
rests on something else goes first. A test compares them with the tables: a column that can hold personal data and is
declared by nobody fails it, so a new table can't be left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select

from support.core.db import Base, db
from support.core.words import N_


class Measure(StrEnum):
    """What is done with a class of data at its person's request (`law.md` 3)."""

    ERASE = "erase"
    ANONYMISE = "anonymise"
    RESTRICT = "restrict"
    KEEP = "keep"

    @property
    def title(self) -> str:  # type: ignore[override]  # a measure's name, not str.title()
        """A message id."""
        return _MEASURES[self]


_MEASURES = {
    Measure.ERASE: N_("deleted"),
    Measure.ANONYMISE: N_("made anonymous"),
    Measure.RESTRICT: N_("locked away until a date"),
    Measure.KEEP: N_("kept"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is kept about somebody, as they read it in their copy of it.

    `title` and the keys of `fields` are message ids; a value is a text, a moment or a number; `files` are uids of
    stored files that belong to it.
    """

    title: str
    at: datetime | None = None
    fields: Mapping[str, str | int | datetime | None] = field(default_factory=dict)
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """What a holder is asked to do: whose data, as of when, and, to restrict it, under which key until when.

    `restriction` is the owner of `vault.restriction_key`, "" for every other measure.
    """

    person_id: int
    now: datetime
    restriction: str = ""
    until: datetime | None = None

    @property
    def owner(self) -> str:
        """The vault's name of the person."""
        return f"person:{self.person_id}"


Verb = Callable[[Removal], int]


def no_keyed(_person_id: int) -> int:
    """The person's own key opens nothing there."""
    return 0


@dataclass(frozen=True, slots=True)
class Holder:
    """One place that keeps data of people.

    `code` names it in the ledger and on certificates and never changes; `title` is a message id; `data_class` one of
    `policies/data_classes.py`. `columns` are those that it answers for, a table with names apart by spaces.

    `count(person)` says how many things stand there about somebody, `collect(person)` yields them. `measures` has the
    verb of each measure that this place knows. A verb takes out up to a batch (`BATCH`) inside the caller's
    transaction and returns how many it took; it is called again, in a transaction each, until it returns 0, so that it
    is safe to run twice and after a kill, and holds no lock for long. Other people's rows keep their sense: a thread
    stays readable, a decision stays a decision.

    `since(person)` is the newest moment from which the class's term counts, None where nothing has to stay;
    `streams(person)` names what this data belongs to (`order:12`): a legal hold on one of them keeps it for now.
    `keyed(person)` says how many of the things there the person's own key opens, so that they can't be kept without it.
    """

    code: str
    title: str
    data_class: str
    columns: Mapping[str, str]
    count: Callable[[int], int]
    collect: Callable[[int], Iterable[Item]]
    measures: Mapping[Measure, Verb]
    since: Callable[[int], datetime | None] = lambda person: None
    streams: Callable[[int], Iterable[str]] = lambda person: ()
    keyed: Callable[[int], int] = no_keyed


BATCH = 200


@dataclass(frozen=True, slots=True)
class NotPersonal:
    """Columns of a room that could hold personal data by their type, and hold none: codes of states, words of the
    desk, ids of staff who decided something. As in `Holder.columns`."""

    columns: Mapping[str, str]


def delete_some(table: type[Base], *which: Any) -> int:
    """Delete up to a batch of the rows that fit, the oldest first, in the caller's transaction; return how many."""
    kind: Any = table
    some = select(kind.id).where(*which).order_by(kind.id).limit(BATCH)
    result: Any = db.session.execute(delete(kind).where(kind.id.in_(some)))
    return int(result.rowcount)


def whole(
    code: str,
    title: str,
    data_class: str,
    table: Any,
    columns: str,
    collect: Any,
    *,
    keyed: bool = False,
    **more: Any,
) -> Holder:
    """Return the usual holder: rows of one table that are somebody's own (`person_id`) and are deleted whole.

    `keyed` says that the person's own key opens them.
    """

    def count(person_id: int) -> int:
        return count_of(table, table.person_id == person_id)

    return Holder(
        code,
        title,
        data_class,
        {table.__tablename__: columns},
        count=count,
        collect=collect,
        measures={Measure.ERASE: deleting(table)},
        keyed=count if keyed else no_keyed,
        **more,
    )


def deleting(table: Any) -> Verb:
    """Return the verb that deletes the rows of a table that are somebody's own."""
    return lambda removal: delete_some(table, table.person_id == removal.person_id)


def count_of(table: type[Base], *which: Any) -> int:
    """Return how many rows fit."""
    found = select(func.count()).select_from(table).where(*which)
    return int(db.session.execute(found).scalar_one())
