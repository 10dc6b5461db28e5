"""What belongs to a request of somebody who did not sign in ends with it: the check, the waiting period, the words."""

from __future__ import annotations

from datetime import datetime

from support.assurance import service_holds
from support.assurance.lifecycle import HoldState
from support.assurance.policy import Act
from support.assurance.queries import Case
from support.core.actors import SYSTEM
from support.erasure import queries_asking
from support.erasure.asking import RELATIONS
from support.erasure.models import Erasure
from support.verification import queries as checks
from support.verification import service as verification
from support.verification.lifecycle import ENDED, CheckState


def case_of(row: Erasure, person_id: int) -> Case:
    """Return the found account as the gate sees it."""
    return Case(person_id, queries_asking.hold_stream(row, person_id))


def act_of(row: Erasure) -> Act:
    """Return the protected act that a request is."""
    return RELATIONS[row.ground].act


def let_go(row: Erasure, now: datetime) -> None:
    """Give up what still runs for an ended request, inside the caller's transaction; twice is harmless."""
    known = queries_asking.asking_of(row)
    if known is None or known.ended_at is not None:
        return
    known.ended_at = now
    hold = queries_asking.hold_of(row)
    if hold is not None and hold.state == HoldState.RUNNING:
        service_holds.void_hold(case_of(row, row.person_id), now=now)
    check = checks.check_by_uid(known.check_uid)
    if check is not None and check.state not in ENDED:
        verification.move(SYSTEM, check, CheckState.WITHDRAWN, now)
        verification.destroy_evidence(check, now)
