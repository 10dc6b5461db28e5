"""Who outside was told of a deletion, and whether they answered; nothing here waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from support.core.audit import Event
from support.core.db import db
from support.core.platform_calls import CallState, Name, PlatformCall, call_of
from support.erasure.models import Erasure
from support.policies import queries_partners, queries_sharing
from support.policies.models_partners import Partner

REMINDED_AFTER = timedelta(days=7)
"""After the last time that it was asked."""
ESCALATED_AFTER = timedelta(days=14)
"""After the first time: then the privacy officers are told."""
UNANSWERED = "erasure.unanswered"
BY_DOOR = frozenset({"platform"})
"""Partners who are told by a call of their own."""
_MOST = 100


@dataclass(frozen=True, slots=True)
class Told:
    """The call to the platform: when it was asked first, where it stands, when it was answered."""

    at: datetime
    state: CallState
    answered_at: datetime | None
    escalated: bool

    @property
    def waits(self) -> bool:
        """True while there is no answer, or none that says that it is done."""
        return self.state is not CallState.DONE


def platform_told(row: Erasure) -> Told | None:
    """Return the call by which the platform was told; None where none was due, or not yet."""
    call = call_of(Name.ERASE_PERSON, f"erasure:{row.uid}")
    if call is None:
        return None
    answered = call.answered_at if call.status in (CallState.DONE, CallState.NOT_DONE) else None
    return Told(call.asked_at, call.status, answered, was_escalated(call))


def partners_to_tell(row: Erasure) -> list[Partner]:
    """Return the partners who got data of the person and have no call of their own: they are told by hand."""
    codes = queries_sharing.partners_given(row.person_id) - BY_DOOR
    return list(queries_partners.partners_with(sorted(codes)).values())


def to_remind(now: datetime) -> list[str]:
    """Return the uids of calls that wait for longer than `REMINDED_AFTER` since they were asked last."""
    waits = (
        PlatformCall.name == Name.ERASE_PERSON,
        PlatformCall.state.in_((CallState.LATER, CallState.FAILED)),
        PlatformCall.due_at <= now - REMINDED_AFTER,
        PlatformCall.sealed.is_not(None),
    )
    found = select(PlatformCall.uid).where(*waits).order_by(PlatformCall.id).limit(_MOST)
    return list(db.session.execute(found).scalars())


def to_escalate(now: datetime) -> list[PlatformCall]:
    """Return the calls that were not done within `ESCALATED_AFTER` and that nobody was told of."""
    told = select(Event.id).where(Event.stream == PlatformCall.about, Event.action == UNANSWERED)
    late = (
        PlatformCall.name == Name.ERASE_PERSON,
        PlatformCall.state != CallState.DONE,
        PlatformCall.asked_at <= now - ESCALATED_AFTER,
        ~told.exists(),
    )
    found = select(PlatformCall).where(*late).order_by(PlatformCall.id).limit(_MOST)
    return list(db.session.execute(found).scalars())


def was_escalated(call: PlatformCall) -> bool:
    """True once the privacy officers were told that a call is not answered."""
    told = select(Event.id).where(Event.stream == call.about, Event.action == UNANSWERED)
    return db.session.execute(told.limit(1)).first() is not None
