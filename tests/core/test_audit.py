"""The audit trail: unbroken, append-only, and honest about what was changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from support.core import audit
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import db, transaction
from tests.core.test_db import in_threads


def record(stream: str, number: int = 1) -> None:
    """Append `number` events to `stream`."""
    for _ in range(number):
        with transaction():
            audit.record(stream, "thing.happened", actor=SYSTEM, at=utcnow(), row=1)


def forge(statement: str) -> None:
    """Change the trail behind the triggers' back, as somebody with the database's own rights could."""
    engine = db.session.get_bind()
    db.session.rollback()  # a read that is open would not see it
    with db.engine.connect().execution_options(gongdan_write=True) as connection:
        if engine.dialect.name == "sqlite":
            for name in ("event_no_update", "event_no_delete"):
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        connection.execute(text(statement))
        connection.commit()


def test_an_untouched_trail_is_whole(app: Flask) -> None:
    with app.app_context():
        record("order:1", 3)
        record("order:2", 2)
        assert list(audit.verify()) == []


def test_many_writers_at_once_share_no_number_and_leave_no_gap(app: Flask) -> None:
    results = in_threads(app, 8, lambda _index: record("order:1", 10))
    assert results == [None] * 8
    with app.app_context():
        numbers = (
            db.session.execute(text("SELECT seq FROM event WHERE stream = 'order:1' ORDER BY seq"))
            .scalars()
            .all()
        )
        assert list(numbers) == list(range(1, 81))
        assert list(audit.verify()) == []


def test_a_trail_that_grows_while_it_is_checked_is_whole(app: Flask) -> None:
    grown: list[str] = []

    def grow(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM event" in statement and not grown:
            grown.append(statement)
            assert in_threads(app, 1, lambda _index: record("order:1")) == [None]

    with app.app_context():
        record("order:1", 2)
        record("order:2", 1)
        event.listen(db.engine, "before_cursor_execute", grow)
        try:
            assert list(audit.verify()) == []
        finally:
            event.remove(db.engine, "before_cursor_execute", grow)
        assert grown
        record("order:1")  # and the connection writes again
        assert list(audit.verify()) == []


@pytest.mark.parametrize("statement", ["UPDATE event SET action = 'x'", "DELETE FROM event"])
def test_the_database_itself_refuses_to_change_the_trail(app: Flask, statement: str) -> None:
    with app.app_context():
        record("order:1")
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.connection().execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "row", "reason"),
    [
        ("UPDATE event SET action = 'forged' WHERE stream = 'order:1' AND seq = 2", 2, "changed"),
        ("UPDATE event SET actor_id = 7 WHERE stream = 'order:1' AND seq = 1", 1, "changed"),
        ("DELETE FROM event WHERE stream = 'order:1' AND seq = 2", 2, "missing"),
        ("DELETE FROM event WHERE stream = 'order:1' AND seq = 3", 3, "cut off"),
        ("DELETE FROM event WHERE stream = 'order:1'", 1, "missing"),
    ],
)
def test_a_forged_row_is_named(app: Flask, statement: str, row: int, reason: str) -> None:
    with app.app_context():
        record("order:1", 3)
        record("order:2", 3)
        forge(statement)
        assert list(audit.verify()) == [audit.Broken("order:1", row, reason)]


def test_a_signed_file_of_heads_shows_a_trail_that_was_made_anew(
    app: Flask, tmp_path: Path
) -> None:
    with app.app_context():
        record("order:1", 3)
        path = audit.write_heads(tmp_path / "audit", utcnow())
        assert list(audit.verify_heads(path)) == []
        forge("DELETE FROM event WHERE seq = 3")
        assert [broken.seq for broken in audit.verify_heads(path)] == [3]


def test_a_changed_file_of_heads_is_refused(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        record("order:1", 3)
        path = audit.write_heads(tmp_path / "audit", utcnow())
        path.write_text(path.read_text().replace("order:1 3", "order:1 2"))
        assert [broken.reason for broken in audit.verify_heads(path)] == ["bad signature"]


def test_the_command_says_whole_or_broken_by_its_exit_code(app: Flask) -> None:
    with app.app_context():
        record("order:1", 2)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
    with app.app_context():
        forge("DELETE FROM event WHERE seq = 1")
    result = runner.invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert "order:1 row 1: missing" in result.output
