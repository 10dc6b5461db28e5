"""Whether this database may be served: not where a restore is unfinished, nor where it is older than the ledger.

Asked at the start of the worker and the tick, and by a web process before its first page. A yes holds as long as the
process: neither comes about under a running one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect

from support.core import ledger
from support.core.context import ground
from support.core.db import db
from support.core.words import N_, spoken

log = logging.getLogger(__name__)

UNFINISHED = "restore_unfinished"
"""A table that is there only while a restore is under way (`core.restore`)."""
UNREADABLE = N_(
    "The file store is away, so nobody can tell whether this database is older than the deletion ledger. Pages open by "
    "themselves once it answers."
)
_AGAIN_SECONDS = 5.0
_KEPT = "readiness"


@dataclass(frozen=True, slots=True)
class Closed:
    """Why nothing is served, and what to run; `words` is a message id with fields in `facts`.

    `passing` says that it may end without anybody's doing: who can wait looks again.
    """

    words: str
    fix: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    passing: bool = False

    def __str__(self) -> str:
        return spoken(N_("%(problem)s Run: %(command)s"), problem=self.problem, command=self.fix)

    @property
    def problem(self) -> str:
        """The reason alone, in the language of the terminal."""
        return spoken(self.words, **self.facts)


def closed() -> Closed | None:
    """Return why this database may not be served, None when it may; once it may, that is not asked again.

    Where the store of the files is away nobody can tell, and nobody is served until it was read once; a store that
    goes away later is no hindrance.
    """
    found: Closed | None
    until, found = ground().kept.get(_KEPT, (0.0, None))
    if time.monotonic() < until:
        return found
    try:
        found = _look()
    except OSError:
        log.warning("ledger_unreadable")
        found = Closed(UNREADABLE, "flask check", passing=True)
    ground().kept[_KEPT] = (time.monotonic() + _AGAIN_SECONDS if found else float("inf"), found)
    return found


def wait_until_known() -> Closed | None:
    """Return what `closed` does, once that does not hang on a store that is away any more; for worker and tick."""
    while (found := closed()) is not None and found.passing:
        db.session.remove()
        time.sleep(_AGAIN_SECONDS)
    return found


def _look() -> Closed | None:
    if inspect(db.session.connection()).has_table(UNFINISHED):
        return Closed(N_("A restore did not finish here."), "flask restore PATH")
    if number := ledger.behind():
        words = N_(
            "This database is older than the ledger; erasures that are not in it: %(number)s."
        )
        return Closed(words, "flask erasure replay", {"number": number})
    return None
