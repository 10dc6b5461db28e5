"""The database: nothing is lost, whoever writes at the same time."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from support.core.clock import utcnow
from support.core.db import (
    WriteOutsideTransaction,
    after_commit,
    changed,
    compare_and_set,
    db,
    each_of,
    fetch,
    insert_new,
    part,
    snapshot,
    transaction,
)
from support.core.errors import Stale
from support.core.installation import Installation
from support.core.once import IdempotencyKey, once
from support.core.vault import VaultKey


def in_threads(app: Flask, number: int, work: object) -> list[object]:
    """Run `work(index)` in `number` threads that start at once; return results or the exceptions raised."""
    results: list[object] = [None] * number
    barrier = Barrier(number)

    def run(index: int) -> None:
        with app.app_context():
            barrier.wait()
            try:
                results[index] = work(index)  # type: ignore[operator]
            except Exception as error:
                results[index] = error
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def _make_key_row(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        session.add(VaultKey(owner="counter", version=0, wrapped=b"x", created_at=utcnow()))


def test_read_add_write_in_many_threads_loses_no_update(app: Flask) -> None:
    _make_key_row(app)

    def add_fifty(_index: int) -> None:
        for _ in range(50):
            # a request has read something before its verb begins
            db.session.execute(select(Installation)).first()
            with transaction():
                row = db.session.execute(select(VaultKey).with_for_update()).scalar_one()
                row.version = row.version + 1

    results = in_threads(app, 8, add_fifty)
    assert results == [None] * 8
    with app.app_context():
        assert db.session.execute(select(VaultKey.version)).scalar_one() == 400


def test_of_two_conditional_updates_exactly_one_wins(app: Flask) -> None:
    _make_key_row(app)

    def take(index: int) -> int:
        with transaction():
            return changed(update(VaultKey).where(VaultKey.version == 0).values(version=index + 1))

    assert sorted(in_threads(app, 8, take)) == [0] * 7 + [1]  # type: ignore[type-var]


def test_a_write_outside_a_transaction_is_refused(app: Flask) -> None:
    with app.app_context():
        db.session.add(VaultKey(owner="x", version=1, wrapped=b"x", created_at=utcnow()))
        with pytest.raises(WriteOutsideTransaction):
            db.session.flush()
        db.session.rollback()
        with pytest.raises(WriteOutsideTransaction):
            db.session.execute(update(VaultKey).values(version=2))


def test_rows_changed_before_the_transaction_are_refused(app: Flask) -> None:
    with app.app_context():
        db.session.add(VaultKey(owner="x", version=1, wrapped=b"x", created_at=utcnow()))
        with pytest.raises(WriteOutsideTransaction), transaction():
            pass


def test_a_failed_nested_verb_takes_the_whole_unit_with_it(app: Flask) -> None:
    with app.app_context():

        def outer_that_swallows() -> None:
            with transaction() as session:
                session.add(VaultKey(owner="a", version=1, wrapped=b"x", created_at=utcnow()))
                try:
                    with transaction():
                        raise ValueError
                except ValueError:
                    pass

        with pytest.raises(RuntimeError, match="nested"):
            outer_that_swallows()
        assert db.session.execute(select(VaultKey)).first() is None


def test_a_part_that_fails_leaves_nothing_and_the_rest_of_the_unit_stands(app: Flask) -> None:
    _make_key_row(app)
    rung = []

    def write(owner: str) -> None:
        with transaction() as session:
            session.add(VaultKey(owner=owner, version=1, wrapped=b"x", created_at=utcnow()))
            after_commit(lambda: rung.append(owner))

    with app.app_context():
        kept = db.session.execute(select(VaultKey)).scalar_one()
        with transaction():
            write("first")
            with pytest.raises(ValueError), part():  # noqa: PT011, PT012
                write("refused")
                compare_and_set(kept, version=0, wrapped=b"y")
                raise ValueError
            assert kept.version == 0, "in memory neither"
            with part():
                write("last")
        owners = db.session.execute(select(VaultKey.owner).order_by(VaultKey.id)).scalars().all()
        assert owners == ["counter", "first", "last"]
        assert rung == ["first", "last"]


def test_a_stale_version_changes_nothing(app: Flask) -> None:
    from support.accounts.models import Person  # the nearest table with a version

    with app.app_context():
        with transaction() as session:
            session.add(Person(uid="u" * 32, kind="guest", created_at=utcnow()))
        person = db.session.execute(select(Person)).scalar_one()
        with transaction():
            compare_and_set(person, version=1, name="first")
        with pytest.raises(Stale), transaction():
            compare_and_set(person, version=1, name="second")
        assert db.session.execute(select(Person.name, Person.version)).one() == ("first", 2)


def test_a_snapshot_stands_still_while_others_write_and_writes_nothing_itself(app: Flask) -> None:
    def insert(index: int) -> None:
        with transaction() as session:
            row = {"owner": f"person:{index}", "version": 1, "wrapped": b"x"}
            session.add(VaultKey(**row, created_at=utcnow()))

    def count() -> int:
        return len(db.session.execute(select(VaultKey.id)).all())

    with app.app_context():
        with snapshot() as session:
            assert count() == 0
            assert in_threads(app, 3, insert) == [None] * 3
            assert count() == 0
            session.add(VaultKey(owner="x", version=1, wrapped=b"x", created_at=utcnow()))
            with pytest.raises(WriteOutsideTransaction):
                session.flush()
        assert count() == 3
        with transaction(), pytest.raises(WriteOutsideTransaction), snapshot():
            pass
        insert(9)
        assert count() == 4


def test_columns_are_read_in_the_present_transaction_and_not_in_one_that_has_ended(
    app: Flask,
) -> None:
    number = select(func.count()).select_from(VaultKey)

    def add(owner: str) -> None:
        db.session.add(VaultKey(owner=owner, wrapped=b"x", created_at=utcnow()))

    with app.app_context():
        before = fetch(number).scalar_one()
        with transaction():
            add("kept")
            assert fetch(number).scalar_one() == before + 1
        with suppress(Stale), transaction():
            add("undone")
            assert fetch(number).scalar_one() == before + 2
            raise Stale()
        assert fetch(number).scalar_one() == before + 1
        (added,) = in_threads(app, 1, lambda _index: insert_new_key())
        assert added is True
        db.session.rollback()
        assert fetch(number).scalar_one() == before + 2


def insert_new_key() -> bool:
    """Insert a key as somebody else does, in a transaction of their own."""
    with transaction():
        return insert_new(VaultKey, owner="another", version=1, created_at=utcnow())


def test_insert_new_says_whether_the_unique_key_was_free(app: Flask) -> None:
    with app.app_context(), transaction():
        values = {"owner": "one", "version": 1, "wrapped": b"x", "created_at": utcnow()}
        assert insert_new(VaultKey, **values)
        assert not insert_new(VaultKey, **values)


def test_twenty_identical_posts_run_the_act_once(app: Flask) -> None:
    def act() -> str:
        with transaction() as session:
            count = len(session.execute(select(VaultKey)).scalars().all())
            session.add(
                VaultKey(owner=f"made-{count}", version=1, wrapped=b"x", created_at=utcnow())
            )
        return f"made-{count}"

    results = in_threads(app, 20, lambda _index: once("session:1", "key", "same text", act))
    assert results == ["made-0"] * 20
    with app.app_context():
        assert len(db.session.execute(select(VaultKey)).all()) == 1
        assert len(db.session.execute(select(IdempotencyKey)).all()) == 1


def test_a_failed_act_leaves_its_key_free_for_the_next_try(app: Flask) -> None:
    def fail() -> str:
        raise ValueError

    with app.app_context():
        with pytest.raises(ValueError):  # noqa: PT011
            once("session:1", "key", "text", fail)
        assert once("session:1", "key", "text", lambda: "done") == "done"


def test_work_for_each_row_skips_what_no_longer_fits_and_what_is_refused_and_does_the_rest(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    made = utcnow()
    with app.app_context():
        with transaction() as session:
            for owner in ("a", "b", "c", "d"):
                session.add(VaultKey(owner=owner, version=1, wrapped=b"x", created_at=made))
        seen = []

        def work(row: VaultKey) -> None:
            seen.append(row.owner)
            if row.owner == "a":  # what b stood for is over before its turn comes
                changed(update(VaultKey).where(VaultKey.owner == "b").values(wrapped=None))
            row.created_at = made + timedelta(days=1)
            if row.owner == "c":
                raise Stale()

        each_of(VaultKey, VaultKey.wrapped.is_not(None), work=work)
        kept = select(VaultKey.owner).where(VaultKey.created_at == made).order_by(VaultKey.owner)
        assert seen == ["a", "c", "d"]
        assert db.session.execute(kept).scalars().all() == ["b", "c"], "refused is undone"
        assert "row_left" in caplog.text
