"""What was proved and what waits is read in its person's copy, and goes; others' stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from support.accounts import queries
from support.assurance import queries as assurance
from support.assurance import service_holds
from support.assurance.models import Hold, Proof
from support.assurance.policy import Act
from support.assurance.queries import Case
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import NotFound
from support.core.holders import Measure
from tests.accounts.people import make_member, signed_in
from tests.fixtures.removals import carry_out, collected, holders_of

pytestmark = pytest.mark.usefixtures("context")
ROOM = "assurance"


def wait(person_id: int, about: str) -> Hold:
    contact = queries.contacts_of(person_id)[0].id
    case = Case(person_id, about)
    return service_holds.place_hold(SYSTEM, Act.RECOVER_ACCOUNT, case, tell=[contact], now=utcnow())


def test_proofs_and_waiting_periods_are_in_the_copy_and_go_for_one_person_alone() -> None:
    alice, bob = make_member("Alice"), make_member("Bob")
    signed_in("Alice")
    signed_in("Bob")
    hold, other = wait(alice, "check:1"), wait(bob, "check:2").id
    token = service_holds.stop_path(hold, hold.told[0]).removeprefix("/holds/")
    titles = [item.title for item in collected(alice, *holders_of(ROOM))]
    assert titles == ["Proof of who you are", "A waiting period before something happened"]
    assert [each.count(alice) for each in holders_of(ROOM)] == [1, 1]
    taken = carry_out(Measure.ERASE, alice, *holders_of(ROOM))
    assert taken == {"assurance.proofs": 1, "assurance.holds": 1}
    assert list(db.session.execute(select(Proof.person_id)).scalars()) == [bob]
    assert list(db.session.execute(select(Hold.id)).scalars()) == [other]
    assert not any(carry_out(Measure.ERASE, alice, *holders_of(ROOM)).values())
    assert assurance.hold_of("check:1") is None
    with pytest.raises(NotFound):
        service_holds.hold_of_token(token)
    service_holds.end_holds(utcnow())
