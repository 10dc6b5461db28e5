"""Whether the service takes in anything new: asked by every verb and page that does (PP-7.7).

The end of the service is read once a second and process, so that asking costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import select

from support.core.actors import Actor
from support.core.db import fetch
from support.core.errors import DomainError
from support.core.kept import Kept
from support.core.words import N_
from support.policies.lifecycle_cessation import PUBLIC, CessationState
from support.policies.models_cessation import Cessation


class Ceased(DomainError):
    """The service has ended: this was there once, and is no more."""

    status: ClassVar[int] = 410
    default_words: ClassVar[str] = N_("The service has ended. Nothing new is taken in any more.")


@dataclass(frozen=True, slots=True)
class Ending:
    """An announced end of the service, as pages and verbs need it."""

    uid: str
    state: CessationState
    last_day: date
    stops_at: datetime
    last_export_day: date
    export_until: datetime


@dataclass(frozen=True, slots=True)
class Intake:
    """A hook: endpoints that are of no use any more once nothing new is taken in.

    `spares(args)` says of the values in an address that they are: of a right that nobody loses by the end.
    """

    endpoints: frozenset[str]
    spares: Callable[[Mapping[str, Any]], bool] = lambda args: False


def _read() -> Ending | None:
    row = fetch(
        select(
            Cessation.uid,
            Cessation.state,
            Cessation.last_day,
            Cessation.stops_at,
            Cessation.last_export_day,
            Cessation.export_until,
        ).where(Cessation.standing.is_(True), Cessation.state.in_([*PUBLIC]))
    ).one_or_none()
    if row is None:
        return None
    return Ending(row.uid, CessationState(row.state), *row[2:])


ending = Kept("cessation", 1.0, _read)
"""The announced end of the service; None while none is."""


def intake_open(now: datetime) -> bool:
    """True until the end of the last day."""
    found = ending()
    return found is None or now < found.stops_at


def window_open(now: datetime) -> bool:
    """True until the end of the time in which people take their data along."""
    found = ending()
    return found is None or now < found.export_until


def require_intake(actor: Actor, now: datetime) -> None:
    """Let something new in until the last day is over; raise `Ceased`. What the system does goes on."""
    if actor.kind != "system" and not intake_open(now):
        raise Ceased()


def require_window(actor: Actor, now: datetime) -> None:
    """Let open cases go on until all is deleted; raise `Ceased`."""
    if actor.kind != "system" and not window_open(now):
        raise Ceased(N_("The service has ended, and open work orders are closed with it."))
