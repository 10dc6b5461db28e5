"""Everybody's data is deleted once the service has ended: person after person, by the same steps as one's own request.

Each person is one transaction that files the request, agreed to already by the two who ended the service, and begins
with it; a killed process leaves whole ones behind. What a law keeps is locked away, what a legal hold keeps waits.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import force_locale, gettext

from support.accounts import queries as people
from support.core import audit, outbox
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import clean_leftovers, new_uid, transaction
from support.core.web_pages import locale_of
from support.erasure import (
    ceasing_proof,
    letters,
    queries,
    queries_ceasing,
    queries_plan,
    receipts,
    service_execution,
)
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure
from support.erasure.proposals import line_for
from support.erasure.rules import CEASED, CURRENT
from support.erasure.service import DUE, KIND, move
from support.notifications.service import tell
from support.policies import queries_cessation, service_cessation
from support.policies.lifecycle_cessation import CessationState
from support.policies.models_cessation import Cessation
from support.verification import queries as checks
from support.workorders import service as workorders
from support.workorders.kind import kind_named

AT_ONCE = 40
"""Deletions that run at a time: letters leave and steps are taken beside what else the worker does."""
S = ErasureState


def carry_on(now: datetime) -> None:
    """Go on with the deletion of everybody, and prove it at the end; periodic, twice is harmless."""
    row = queries_cessation.standing()
    if row is None or row.status not in (CessationState.ANNOUNCED, CessationState.ERASING):
        return
    if now < row.export_until:
        return
    if row.status is CessationState.ANNOUNCED:
        row = service_cessation.begin_erasing(row, now=now)
    for person_id in queries_ceasing.next_people(max(0, AT_ONCE - queries_ceasing.under_way())):
        erase_person(row, person_id, now=utcnow())
    if not queries_ceasing.under_way() and not queries_ceasing.next_people(1):
        _prove(row)


def erase_person(row: Cessation, person_id: int, *, now: datetime) -> None:
    """Begin with the deletion of one person, in a transaction of its own. Safe to run twice and at once.

    While somebody shows that the account is theirs it waits; a request of one's own that nobody agreed to gives way.
    """
    with transaction() as session:
        people.lock_person(person_id)
        if queries_ceasing.is_begun(person_id) or checks.is_claimed(person_id):
            return
        earlier = queries.running_of(person_id)
        if earlier is not None:
            if earlier.status in (S.APPROVED, S.EXECUTING):
                return
            move(SYSTEM, earlier, S.WITHDRAWN, earlier.version, now, ended_at=now)
        order = _file(row, person_id, now)
        request = Erasure(
            uid=new_uid(),
            order_id=order,
            person_id=person_id,
            state=S.APPROVED,
            ground=CEASED,
            scope=[],
            rules=CURRENT,
            at=now,
            changed_at=now,
            decided_by=row.proposed_by,
            decided_at=row.proposed_at,
            approved_by=row.agreed_by,
            approved_at=now,
        )
        session.add(request)
        session.flush()
        plan = queries_plan.plan_of(person_id, now)
        session.add_all([line_for(request, each, {}, {}) for each in plan if each.found])
        session.flush()
        audit.record(f"order:{order}", "erasure.ceased", actor=SYSTEM, at=now, cessation=row.id)
        service_execution.begin(request, now)
        ids = {"erasure": request.id, "what": "ceased"}
        told = f"order:{order}"
        tell(person_id, letters.ERASURE, about=told, key=request.uid, ids=ids, now=now)
        outbox.put(DUE, f"{request.uid}:begin", erasure=request.id)


def _file(row: Cessation, person_id: int, now: datetime) -> int:
    """File the work order of a request, in the person's language; who agreed stands as its author."""
    language = people.person(person_id).language
    with force_locale(locale_of(language)):
        subject = gettext("Your data is deleted, as this service has ended")
    return workorders.file_order(
        SYSTEM,
        kind_named(KIND),
        requester_id=person_id,
        contact_id=None,
        subject=subject,
        body=subject,
        topic=CEASED,
        language=language,
        channel="system",
        author_id=row.agreed_by,
        now=now,
    ).id


def _prove(row: Cessation) -> None:
    """Clean what is left in the files of the database, and write the signed proof down."""
    clean_leftovers()
    now, row = utcnow(), queries_cessation.by_id(row.id)
    if row.status is CessationState.ERASING:
        service_cessation.finish(row, receipts.sign(ceasing_proof.facts_of(row, now)), now=now)
