"""The database: typed base, column types, and `transaction()`, the only place that commits.

SQLite needs care (measured, `docs/decisions/0001`): a write must begin IMMEDIATE before it reads, or
updates are lost or writers starve. So a session reads in a plain transaction, and the outermost
`transaction()` ends that read and begins the write anew.
"""

from __future__ import annotations

import logging
import secrets
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, TypeVarTuple

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DDL,
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Result,
    Table,
    TypeDecorator,
    Update,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, mapped_column, registry
from sqlalchemy.sql.selectable import TypedReturnsRows

from support.core.errors import DomainError, Stale

log = logging.getLogger(__name__)

BigId = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC; a naive one is refused, what comes back is aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The common base of all tables: names for every constraint, UTC moments, JSON documents."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={
            datetime: UtcDateTime(),
            dict[str, Any]: JSON(),
            list[str]: JSON(),
            list[int]: JSON(),
        },
    )


db = SQLAlchemy(
    model_class=Base,
    disable_autonaming=True,
    session_options={"expire_on_commit": False, "autoflush": True},
)

if TYPE_CHECKING:

    class Model(Base):
        """What every table class inherits from."""

else:
    Model = db.Model

PASSING: dict[str, Any] = {"info": {"passing": True}}
"""Among a table's arguments: its rows make no sense in another hour (sessions, codes), so no backup holds them."""

Id = Annotated[int, mapped_column(BigId, primary_key=True)]
M = TypeVar("M", bound=Base)
Ts = TypeVarTuple("Ts")


def new_uid() -> str:
    """Return 128 random bits as 32 hex digits: an address that can't be guessed."""
    return secrets.token_hex(16)


@event.listens_for(Table, "after_parent_attach")
def _never_reuse_ids(table: Table, _parent: MetaData) -> None:
    """SQLite gives the id of a deleted last row to the next one; AUTOINCREMENT forbids it."""
    table.dialect_options["sqlite"]["autoincrement"] = True


def create_with(table: type[Base], dialect: str, statements: list[str]) -> None:
    """Run `statements` (triggers, virtual tables) whenever `table` is created on `dialect`."""
    for statement in statements:
        ddl: Any = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(table.__table__, "after_create", ddl.execute_if(dialect=dialect))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if type(connection).__module__ != "sqlite3":
        return
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    write, durable = options.get("gongdan_write", False), options.get("gongdan_durable", True)
    if connection.dialect.name == "sqlite":
        if write:
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        raw: Any = connection.connection.driver_connection
        raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    elif not durable:
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")


class WriteOutsideTransaction(RuntimeError):
    """Code changed a row outside `transaction()`; a programming error, never shown to people."""


@event.listens_for(Session, "before_flush")
def _guard_flush(session: Session, _context: Any, _instances: Any) -> None:
    if not session.info.get("writing") and (session.new or session.dirty or session.deleted):
        raise WriteOutsideTransaction("change rows inside `with transaction():`")


@event.listens_for(Session, "do_orm_execute")
def _guard_execute(state: ORMExecuteState) -> None:
    if (state.is_insert or state.is_update or state.is_delete) and not state.session.info.get(
        "writing"
    ):
        raise WriteOutsideTransaction("change rows inside `with transaction():`")


@contextmanager
def transaction(*, durable: bool = True) -> Iterator[Session]:
    """Run one unit of work: commit it whole, or nothing of it; nested uses join the outermost.

    With `durable=False` the commit outlives a killed process, but a power cut may lose it: only for notes of
    what is done again when the note is missing. It does not wait for the disk.

    A nested failure dooms the whole unit, also when the caller catches it. Callables given to
    `after_commit()` run once the commit stands; their failures are logged, never raised.
    """
    session = db.session()
    if session.info.get("writing"):
        try:
            yield session
        except BaseException:
            session.info["doomed"] = True
            raise
        return
    if session.new or session.dirty or session.deleted:
        raise WriteOutsideTransaction("rows were changed before the transaction began")
    session.rollback()
    session.connection(execution_options={"gongdan_write": True, "gongdan_durable": durable})
    session.info.update(writing=True, doomed=False, after_commit=[])
    try:
        yield session
        if session.info["doomed"]:
            raise RuntimeError("a nested verb failed; the unit of work can't be committed")
        session.commit()
        callbacks = session.info["after_commit"]
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.update(writing=False, doomed=False, after_commit=[])
    for callback in callbacks:
        try:
            callback()
        except Exception as error:
            log.warning("after_commit_failed", extra={"error": type(error).__name__})


@contextmanager
def part() -> Iterator[None]:
    """Do a part of the open unit of work that may fail alone: then nothing of it stays, and the rest still stands.

    What it raises goes on to the caller, who may catch it: unlike a nested `transaction()`, it dooms nothing.
    """
    session = db.session()
    before = {name: session.info[name] for name in ("doomed", "after_commit")}
    session.info["after_commit"] = list(before["after_commit"])
    try:
        with session.begin_nested():
            yield
    except BaseException:
        session.info.update(before)
        session.expire_all()  # a conditional UPDATE was written to rows in memory too
        raise


@contextmanager
def snapshot() -> Iterator[Session]:
    """Read all of what is asked inside as it stands at one moment, however long it takes; no writer waits.

    SQLite's read is such a snapshot as it is; PostgreSQL is told that one is wanted. What was loaded before is
    expired, and what is read here is not kept open. Raises `WriteOutsideTransaction` where rows were changed.
    """
    session = db.session()
    if session.info.get("writing") or session.new or session.dirty or session.deleted:
        raise WriteOutsideTransaction("a snapshot is for reading alone")
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        session.connection(execution_options=options)
    try:
        yield session
    finally:
        session.rollback()


def in_transaction() -> bool:
    """True while a `transaction()` is open in this context."""
    return bool(db.session().info.get("writing"))


def after_commit(callback: Callable[[], None]) -> None:
    """Run `callback` once, after the open unit of work is committed; the same callback is kept once."""
    callbacks: list[Callable[[], None]] = db.session().info["after_commit"]
    if callback not in callbacks:
        callbacks.append(callback)


def fetch(statement: TypedReturnsRows[*Ts], given: Mapping[str, Any] | None = None) -> Result[*Ts]:
    """Return the rows of columns that `statement` selects, as the open unit of work sees them.

    For columns only, never whole objects: it goes past the ORM, which costs a page more than the database does.
    """
    session = db.session()
    if session.info.get("writing"):
        session.flush()
    return _connection(session).execute(statement, given)


def _connection(session: Session) -> Connection:
    """Return the connection of the session's transaction, asked for once: asking costs as much as a small query."""
    begun, kept = session.get_transaction(), session.info.get("connection")
    if begun is not None and begun.is_active and kept is not None and kept[0]() is begun:
        found: Connection = kept[1]
        return found
    connection = session.connection()
    begun = session.get_transaction()
    assert begun is not None
    # Weakly, since a transaction holds its session: a circle would wait for the collector.
    session.info["connection"] = (weakref.ref(begun), connection)
    return connection


def changed(statement: Update) -> int:
    """Execute a conditional UPDATE and return how many rows it changed: the database decides races."""
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)


def insert_new(table: type[Base], **values: Any) -> bool:
    """Insert a row unless a unique key already has one; return whether it was inserted."""
    dialect = db.session.get_bind().dialect.name
    upsert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    target: Any = table.__table__
    statement = upsert(target).values(**values).on_conflict_do_nothing()
    return db.session.execute(statement.returning(*target.primary_key)).first() is not None


def insert_all(table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that are new for certain, such as those that bear a fresh uid, in one statement."""
    if rows:
        db.session.execute(insert(table.__table__), rows)  # type: ignore[arg-type]


def database_now() -> datetime:
    """Return the database server's moment, so that leases don't hang on the clocks of many machines."""
    if db.session.get_bind().dialect.name == "postgresql":
        moment: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)
    return datetime.now(UTC)


def compare_and_set(row: M, *, version: int, **values: Any) -> M:
    """Set `values` and raise the version of `row` if it still has `version`; raise `Stale` otherwise."""
    table: Any = type(row)
    identity: Any = row
    statement = (
        update(table)
        .where(table.id == identity.id, table.version == version)
        .values(**values, version=version + 1)
    )
    fresh = statement.returning(table).execution_options(
        synchronize_session=False, populate_existing=True
    )
    if (found := db.session.execute(fresh).scalar_one_or_none()) is None:
        raise Stale()
    kept: M = found
    return kept


def each_of(
    table: type[M],
    *which: ColumnElement[bool],
    work: Callable[[M], object],
    first: Any = None,
    most: int = 200,
) -> None:
    """Do the work for each row that fits, in a transaction of its own, with the row as it is then, if it fits still.

    For periodic tasks: at most `most` rows a time, in the order of `first` (the row id); what was refused, since it
    changed meanwhile, is logged and has its turn next time.
    """
    kind: Any = table
    found = select(kind.id).where(*which).order_by(kind.id if first is None else first).limit(most)
    for row_id in db.session.execute(found).scalars().all():
        still = select(table).where(kind.id == row_id, *which)
        try:
            with transaction() as session:
                fresh = session.execute(still.execution_options(populate_existing=True))
                if (row := fresh.scalar_one_or_none()) is not None:
                    work(row)
        except DomainError as error:
            said = {"table": kind.__tablename__, "row": row_id, "error": type(error).__name__}
            log.warning("row_left", extra=said)


def clean_leftovers() -> None:
    """Let nothing that was deleted stay in the files of the database: free pages, indexes, the write-ahead log.

    With no transaction open. On PostgreSQL it vacuums, which needs the right to; on SQLite pages are overwritten as
    they are freed (`secure_delete`), so that what is left to do is the full-text index and the log.
    """
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("VACUUM")
        return
    raw = db.engine.raw_connection()  # with no BEGIN of ours, inside which no log is truncated
    try:
        cursor = raw.cursor()
        cursor.execute("INSERT INTO search_fts(search_fts) VALUES('optimize')")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()
