"""A platform that never answers a deletion: it is asked again, the officers are told once, and nothing waits for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from support.core import platform
from support.core.actors import SYSTEM, Actor
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import NotAllowed
from support.core.platform_calls import CallState, Name, PlatformCall, call_named
from support.core.platform_door import Answer
from support.erasure import queries_told as queries
from support.erasure import receipts
from support.erasure import service_reminders as service
from support.erasure.models import Erasure
from support.notifications.models import Delivery
from support.policies.service_sharing import record_sharing
from support.policies.sharing_words import Aim, Basis, Data
from tests.erasure.world import ErasureWorld


def told(world: ErasureWorld) -> tuple[Erasure, str]:
    """A deletion that is agreed to, and its call, which the platform took up and does not answer."""
    row = world.approved()
    uid = platform.call(
        Name.ERASE_PERSON,
        f"erasure:{row.uid}",
        about=world.order(row).stream,
        reference=world.order(row).reference,
        person=row.person_id,
        now=utcnow(),
    )
    with transaction():
        platform.note_taken_up(uid, 1, 1, utcnow())
    return row, uid


def rounds(uid: str) -> int:
    db.session.rollback()
    return call_named(uid).round


def escalations() -> int:
    found = select(func.count()).where(Event.action == queries.UNANSWERED)
    return db.session.execute(found).scalar_one()


def test_it_is_asked_again_each_week_and_not_sooner(world: ErasureWorld) -> None:
    _row, uid = told(world)
    now = utcnow()
    service.remind(now + timedelta(days=6))
    assert rounds(uid) == 1
    for _turn in range(2):
        service.remind(now + timedelta(days=8))
    assert rounds(uid) == 2
    with transaction():
        platform.note_answer(uid, Answer(done=True), now + timedelta(days=9))
    service.remind(now + timedelta(days=30))
    assert rounds(uid) == 2


def test_the_privacy_officers_are_told_once_after_two_weeks(world: ErasureWorld) -> None:
    row, _uid = told(world)
    later = utcnow() + timedelta(days=15)
    service.remind(utcnow() + timedelta(days=13))
    assert escalations() == 0
    for _turn in range(2):
        service.remind(later)
    assert escalations() == 1
    world.drain()
    letters = select(func.count()).where(Delivery.template == "erasure.unanswered")
    assert db.session.execute(letters).scalar_one() >= 1
    found = queries.platform_told(world.fresh(row))
    assert found is not None
    assert found.escalated


def test_what_the_platform_refused_is_told_of_and_not_asked_again(world: ErasureWorld) -> None:
    row, uid = told(world)
    with transaction():
        platform.note_answer(uid, Answer(done=False, note="no_such_member"), utcnow())
    service.remind(utcnow() + timedelta(days=20))
    assert rounds(uid) == 1
    assert escalations() == 1
    found = queries.platform_told(row)
    assert found is not None
    assert (found.state, found.waits) == (CallState.NOT_DONE, True)


def test_the_proof_says_when_the_platform_was_told_and_the_page_that_it_is_silent(
    world: ErasureWorld,
) -> None:
    row = world.carried_out()
    facts = receipts.facts_of(row, utcnow())
    assert facts["platform_told_at"] is not None
    assert facts["platform_answered_at"] is not None
    call = db.session.execute(
        select(PlatformCall).where(PlatformCall.name == Name.ERASE_PERSON)
    ).scalar_one()
    with transaction():
        call.state, call.answered_at = CallState.LATER, None
    facts = receipts.facts_of(row, utcnow())
    assert facts["platform_answered_at"] is None
    assert row.receipt is not None, "it did not wait"


def test_partners_without_a_call_are_named_to_the_desk(world: ErasureWorld) -> None:
    row = world.approved()
    give = {"data": (Data.SIGN_IN,), "aim": Aim.SIGN_IN, "basis": Basis.CONSENT}
    assert queries.partners_to_tell(row) == []
    from_desk = Actor("staff", 1)
    for code in ("platform", "taobao"):
        record_sharing(from_desk, row.person_id, key=code, to=code, **give)  # type: ignore[arg-type]
    assert queries.partners_to_tell(row) == [], "none of them is in the register"


def test_an_administrator_alone_asks_again_by_hand(world: ErasureWorld) -> None:
    from_desk: Actor = world.lena
    _row, uid = told(world)
    with pytest.raises(NotAllowed):
        platform.ask_again(from_desk, uid)
    platform.ask_again(SYSTEM, uid)
    assert rounds(uid) == 2
