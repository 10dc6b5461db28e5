"""Every column that can hold something of a person is declared by somebody (`core/holders.py`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import JSON, Date, LargeBinary, String, Table

from support.core.context import hooks
from support.core.db import db
from support.core.holders import Holder, NotPersonal
from support.policies.data_classes import RULES

_HOLDING = (String, LargeBinary, JSON, Date)  # Text is a String


def can_hold(table: Table) -> Iterator[str]:
    """Yield the columns that can hold personal data: free by their type, or naming a person."""
    for column in table.columns:
        names_person = column.name == "person_id" or any(
            key.column.table.name == "person" for key in column.foreign_keys
        )
        if isinstance(column.type, _HOLDING) or names_person:
            yield f"{table.name}.{column.name}"


def declared(declaration: Any) -> list[str]:
    return [
        f"{table}.{name}" for table, names in declaration.columns.items() for name in names.split()
    ]


def test_every_column_that_can_hold_personal_data_is_declared_by_exactly_one(app: Flask) -> None:
    with app.app_context():
        declarations = [*hooks(Holder), *hooks(NotPersonal)]
        wanted = {name for table in db.metadatas[None].tables.values() for name in can_hold(table)}
    found = Counter(name for each in declarations for name in declared(each))
    assert sorted(wanted - set(found)) == [], "declared by nobody"
    assert [name for name, times in found.items() if times > 1] == [], "declared twice"


def test_only_columns_that_exist_are_declared(app: Flask) -> None:
    with app.app_context():
        tables = db.metadatas[None].tables
        there = {
            f"{table.name}.{column.name}" for table in tables.values() for column in table.columns
        }
        declarations = [*hooks(Holder), *hooks(NotPersonal)]
    assert sorted({name for each in declarations for name in declared(each)} - there) == []


def test_every_holder_knows_the_measures_of_its_class(app: Flask) -> None:
    with app.app_context():
        holders = hooks(Holder)
    lacking = [
        (holder.code, measure.value)
        for holder in holders
        for measure in RULES[holder.data_class].allowed  # type: ignore[index]  # a missing class fails loudly
        if measure not in holder.measures
    ]
    assert lacking == []


def test_codes_of_holders_are_their_own(app: Flask) -> None:
    with app.app_context():
        codes = [holder.code for holder in hooks(Holder)]
    assert len(codes) == len(set(codes))
