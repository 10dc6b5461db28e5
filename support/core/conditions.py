"""How the parts of this installation are: what the administrators' page of the system's state shows.

Every room adds its own by a hook. A look is cheap enough for a page, never waits long and changes nothing.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, text

from support.core import doorbell, outbox_upkeep, vault
from support.core.audit import Event
from support.core.backup import MADE
from support.core.context import settings
from support.core.db import db, fetch
from support.core.files import ScanState, StoredFile
from support.core.words import N_
from support.core.worker import TimerRun

SWEEP_IS_LATE = timedelta(minutes=1)
JOBS_ARE_LATE = 60.0
"""Seconds: by then the tick has carried out what no worker took (promise: mail leaves within 60 s)."""
LITTLE_SPACE = 1 << 30
HEADS_ARE_OLD = timedelta(days=2)
BACKUP_IS_OLD = timedelta(days=2)
_MB = 1 << 20


class Mood(StrEnum):
    """How a part is; the value is the tone of its chip, `title` a message id."""

    FINE = "ok"
    IDLE = "mute"
    LOOK = "wait"
    BROKEN = "bad"

    @property
    def title(self) -> str:  # type: ignore[override]  # a mood's title, not str.title()
        """A message id."""
        return _TITLES[self]


_TITLES = {
    Mood.FINE: N_("In order"),
    Mood.IDLE: N_("Not in use"),
    Mood.LOOK: N_("Needs a look"),
    Mood.BROKEN: N_("Broken"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found: `words` is a message id whose fields `facts` fill; a moment among them is drawn as a time."""

    mood: Mood
    words: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Condition:
    """A hook: one part of the installation; `title` is a message id, `look(now)` says how it is."""

    title: str
    look: Callable[[datetime], Seen]


def _database(_now: datetime) -> Seen:
    url = db.engine.url
    if db.engine.dialect.name == "postgresql":
        name = "PostgreSQL"
        size = db.session.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    else:
        name = "SQLite"
        pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        size = db.session.execute(text(pages)).scalar_one()
    facts = {"name": name, "size": size // _MB, "place": url.database or ""}
    return Seen(Mood.FINE, N_("%(name)s, %(size)s MB"), facts)


def _space(_now: datetime) -> Seen:
    free = shutil.disk_usage(settings().instance_dir).free
    facts = {"free": free // _MB}
    if free < LITTLE_SPACE:
        return Seen(Mood.LOOK, N_("Only %(free)s MB are free where the data lies."), facts)
    return Seen(Mood.FINE, N_("%(free)s MB are free where the data lies."), facts)


def _doorbell(_now: datetime) -> Seen:
    if not settings().redis_url:
        words = N_("None is set: limits count in each process alone, jobs wait for the sweep.")
        return Seen(Mood.IDLE, words)
    if doorbell.answers():
        return Seen(Mood.FINE, N_("It answers."))
    return Seen(Mood.BROKEN, N_("It does not answer. Work goes on; mail may leave a minute late."))


def _sweep(now: datetime) -> Seen:
    last = db.session.execute(select(func.max(TimerRun.at))).scalar_one()
    if last is None:
        return Seen(Mood.BROKEN, N_("It never ran. Start “flask tick”."))
    if now - last > SWEEP_IS_LATE:
        words = N_("It last ran %(at)s: timers and mail stand still. Start “flask tick”.")
        return Seen(Mood.BROKEN, words, {"at": last})
    return Seen(Mood.FINE, N_("It ran %(at)s."), {"at": last})


def _jobs(now: datetime) -> Seen:
    due, late = outbox_upkeep.waiting(now)
    facts = {"due": due, "late": int(late)}
    if not due:
        return Seen(Mood.FINE, N_("Nothing waits."))
    mood = Mood.LOOK if late > JOBS_ARE_LATE else Mood.FINE
    return Seen(mood, N_("%(due)s due, the oldest for %(late)s seconds."), facts)


def _scanner(_now: datetime) -> Seen:
    states = select(StoredFile.state, func.count()).group_by(StoredFile.state)
    count = {row[0]: row[1] for row in fetch(states)}
    waiting, caught = count.get(ScanState.PENDING, 0), count.get(ScanState.BLOCKED, 0)
    facts = {"waiting": waiting, "caught": caught}
    if not settings().scanner_command:
        return Seen(Mood.IDLE, N_("None is set: files are checked by their type alone."))
    mood = Mood.LOOK if waiting else Mood.FINE
    return Seen(mood, N_("%(waiting)s files wait, %(caught)s were caught."), facts)


def _keys(_now: datetime) -> Seen:
    waiting = vault.waiting_for_rotation()
    if waiting:
        words = N_("A rotation is unfinished, %(waiting)s keys wait. Run “flask vault rotate”.")
        return Seen(Mood.LOOK, words, {"waiting": waiting})
    return Seen(Mood.FINE, N_("Every key is wrapped by the present one."))


def _heads(now: datetime) -> Seen:
    """The trail itself is verified at a terminal: that takes long."""
    files = sorted((settings().instance_dir / "audit").glob("heads-*.txt"))
    if not files:
        return Seen(Mood.LOOK, N_("No signed heads yet; the sweep writes them once a day."))
    at = datetime.fromtimestamp(files[-1].stat().st_mtime, now.tzinfo)
    mood = Mood.LOOK if now - at > HEADS_ARE_OLD else Mood.FINE
    return Seen(mood, N_("Heads were signed %(at)s."), {"at": at})


def _backup(now: datetime) -> Seen:
    made = select(func.max(Event.at)).where(Event.action == MADE)
    at = db.session.execute(made).scalar_one()
    if at is None:
        return Seen(Mood.LOOK, N_("None was made yet. Run “flask backup” every night."))
    mood = Mood.LOOK if now - at > BACKUP_IS_OLD else Mood.FINE
    return Seen(mood, N_("The last one was made %(at)s."), {"at": at})


GROUND = (
    Condition(N_("Database"), _database),
    Condition(N_("Space"), _space),
    Condition(N_("Queue (Valkey)"), _doorbell),
    Condition(N_("Sweep"), _sweep),
    Condition(N_("Jobs"), _jobs),
    Condition(N_("Virus scanner"), _scanner),
    Condition(N_("Keys"), _keys),
    Condition(N_("Audit trail"), _heads),
    Condition(N_("Backup"), _backup),
)
