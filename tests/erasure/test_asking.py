"""Somebody asks for deletion without signing in to the account: who they are is shown, then the account is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update

from support.accounts import queries as people
from support.accounts.models import ContactPoint
from support.assurance import queries as assurance
from support.assurance.policy import Act
from support.core.actors import Actor
from support.core.db import db, transaction
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound
from support.core.holders import Removal
from support.erasure import (
    asking,
    letters,
    personal_data,
    queries_asking,
    service,
    service_asking,
    service_matching,
    service_retention,
)
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure
from support.erasure.models_asking import Asking
from support.verification import service as verification
from support.verification.lifecycle import CheckState
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from tests.erasure.asking_world import ASKED, WARD, AskingWorld
from tests.erasure.world import EMAIL

S = ErasureState


@pytest.fixture
def world(app: Flask) -> Iterator[AskingWorld]:
    """The people, and Gina who has no account."""
    made = AskingWorld(app)
    with transaction():  # addresses of old: each may stop what is asked for
        old = made.now - timedelta(days=90)
        mine = ContactPoint.person_id == made.alice.id
        db.session.execute(update(ContactPoint).where(mine).values(changed_at=old))
    yield made
    made.leave()


@pytest.mark.parametrize("ground", ASKED)
def test_who_asks_is_shown_by_two_people_and_the_data_erased_is_whose_they_named(
    world: AskingWorld, ground: str
) -> None:
    row = world.waited(ground=ground)
    assert (row.status, row.person_id, row.told_id) == (S.REVIEW, world.alice.id, world.gina.id)
    done = world.carried_out(world.approved(world.proposed(row)))
    assert done.status in (S.COMPLETED, S.RESTRICTED)
    assert people.person(world.alice.id or 0).erased
    assert not people.person(world.gina.id or 0).erased, "who asked stays as they are"
    assert not people.person(world.bob.id or 0).erased
    assert done.receipt is not None


@pytest.mark.parametrize("ground", ASKED)
def test_each_document_has_a_reason_and_none_is_asked_for_beside(
    world: AskingWorld, ground: str
) -> None:
    way = asking.RELATIONS[ground].way
    parts = [part for part, _words in way.parts]
    assert (
        parts
        == {
            "lost": ["photo"],
            "ward": ["photo", "guardian"],
            "heir": ["photo", "death", "kinship"],
        }[ground]
    )
    assert set(way.whys) == set(parts) - {"photo"}
    assert verification.phrase_of(world.check(world.ask(ground)))


def test_nothing_of_any_account_is_read_before_who_asks_is_shown(world: AskingWorld) -> None:
    def statements(who: str) -> list[str]:
        found: list[str] = []
        engine = db.session.get_bind()

        def note(_c: object, _cur: object, text: str, *_rest: object) -> None:
            found.append(text)

        event.listen(engine, "before_cursor_execute", note)
        try:
            world.ask("ward", world.bob, handles=[who])
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return found

    statements("Somebody else")  # the first of Bob's writes begins his trail
    known, unknown = statements("Alice"), statements("Nobody at all")
    assert known == unknown, "an account that is there takes the same steps as one that is not"
    row = world.ask(handles=["Alice"])
    with pytest.raises(NotFound):
        service.confirm_request(world.gina, row, region="cn", version=row.version, now=world.now)
    with pytest.raises(IllegalMove):
        service_matching.match(
            world.priya, row, world.alice.id or 0, version=row.version, now=world.now
        )
    assert world.fresh(row).person_id == world.gina.id


def test_a_sign_in_of_who_asks_never_erases_their_own_data_instead(world: AskingWorld) -> None:
    row = world.ask("ward", world.bob)
    with pytest.raises(NotFound):
        service.confirm_request(
            world.shown(world.bob), row, region="cn", version=row.version, now=world.now
        )
    assert world.fresh(row).status is S.IDENTITY


def test_a_request_for_somebody_of_age_ends_with_the_check_and_nothing_is_looked_at(
    world: AskingWorld,
) -> None:
    row = world.ask()
    world.look(world.vera, world.give(row), "fail", "of_age")
    world.look(world.paul, world.check(row), "fail", "of_age")
    row = world.fresh(row)
    assert (row.status, row.person_id) == (S.UNVERIFIED, world.gina.id)
    assert world.order(row).state is Status.CLOSED
    assert queries_asking.hold_of(row) is None
    assert assurance.hold_of(f"erasure:{row.uid}:{world.alice.id}") is None


def test_one_verdict_is_not_enough_and_pictures_can_be_asked_for_again(world: AskingWorld) -> None:
    row = world.ask()
    check = world.give(row)
    assert (world.fresh(row).status, world.order(row).state) == (S.CHECKING, Status.OPEN)
    world.look(world.vera, check)
    assert world.fresh(row).status is S.CHECKING
    world.look(world.paul, world.check(row), "again", "unreadable")
    assert (world.fresh(row).status, world.order(row).state) == (S.IDENTITY, Status.WAITING)
    assert world.fresh(row).complete_at is None, "the clock does not run yet"


def test_until_it_is_decided_who_asks_reads_one_sentence_account_or_none(
    world: AskingWorld,
) -> None:
    kind, said = kind_named("erasure"), set()

    def note(row: Erasure) -> None:
        said.add(kind.sentence(world.order(row), "requester", world.now).words)

    row = world.shown_by()
    note(row)
    row = world.found(row)
    note(row)
    row = world.waited(row)
    note(row)
    note(world.proposed(row))
    other = world.shown_by(handles=["Nobody at all"])
    note(other)
    note(service_matching.refuse(world.priya, other, "nothing", version=other.version))
    assert len(said) == 1, said


def test_every_address_of_the_account_is_told_and_one_can_stop_it_for_72_hours(
    world: AskingWorld,
) -> None:
    row = world.found()
    hold = queries_asking.hold_of(row)
    assert hold is not None
    assert hold.told == sorted(one.id for one in people.contacts_of(world.alice.id or 0))
    assert hold.act == Act.ERASE_WARD
    row = world.say_no(row)
    assert (row.status, row.person_id) == (S.MATCHING, world.gina.id)
    assert queries_asking.stopped_for(row) == [world.alice.id]
    again = world.found(row)
    second = queries_asking.hold_of(again)
    assert second is not None
    assert second.round == 2
    assert world.say_no(again).status is S.HELD, "heard already: noted, and people decide"


def test_it_is_not_decided_before_the_72_hours_are_over(world: AskingWorld) -> None:
    row = world.found()
    world.later(hours=71)
    service_matching.go_on(world.now)
    assert world.fresh(row).status is S.HELD
    assert world.waited(row).status is S.REVIEW


def test_no_account_is_refused_by_two_people_with_the_reason(world: AskingWorld) -> None:
    row = world.shown_by(handles=["Nobody at all"])
    asked = queries_asking.asked_in(row)
    assert asked is not None
    assert queries_asking.candidates(row, asked) == []
    row = service_matching.refuse(
        world.priya, row, "nothing", words="canary", version=row.version, now=world.now
    )
    with pytest.raises(NotAllowed):
        service_matching.agree_to_refusal(world.priya, row, version=row.version, now=world.now)
    row = service_matching.send_refusal_back(
        world.lena, row, "Look again.", version=row.version, now=world.now
    )
    assert row.status is S.MATCHING
    row = service_matching.refuse(world.priya, row, "nothing", version=row.version, now=world.now)
    row = service_matching.agree_to_refusal(world.lena, row, version=row.version, now=world.now)
    again = service_matching.agree_to_refusal(world.lena, row, version=row.version, now=world.now)
    assert (again.status, again.version) == (S.REFUSED, row.version), "twice is harmless"
    assert world.order(row).state is Status.RESOLVED


def test_only_a_privacy_officer_looks_for_the_account(world: AskingWorld) -> None:
    row = world.shown_by()
    for who in (world.lena, world.mei, world.vera):
        with pytest.raises(NotAllowed):
            service_matching.match(who, row, world.alice.id or 0, version=row.version)
    with pytest.raises(NotFound):
        service_matching.match(world.gina, row, world.alice.id or 0, version=row.version)


def test_staff_erased_people_and_who_asks_are_never_found(world: AskingWorld) -> None:
    row = world.shown_by(handles=["Mei", "gina@example.org", "Alice"])
    asked = queries_asking.asked_in(row)
    assert asked is not None
    found = [each.person_id for each in queries_asking.candidates(row, asked)]
    assert found == [world.alice.id]
    for person in (world.mei.id, world.gina.id, 999_999):
        with pytest.raises(Invalid):
            service_matching.match(world.priya, row, person or 0, version=row.version)


def test_the_same_asked_twice_by_somebody_signed_in_is_one_request(world: AskingWorld) -> None:
    first, second = world.ask("ward", world.bob), world.ask("ward", world.bob)
    assert first.id == second.id
    assert world.ask("ward", world.bob, handles=["Alice"]).id != first.id


def test_the_same_asked_twice_without_an_account_is_found_once(world: AskingWorld) -> None:
    first = world.found()
    second = world.shown_by()
    assert second.id != first.id
    with pytest.raises(Invalid) as error:
        world.found(second)
    assert error.value.words == service_matching.TWICE


def test_another_request_about_the_same_data_is_decided_first(world: AskingWorld) -> None:
    row = world.found()
    own = world.confirmed()
    row = world.waited(row)
    assert row.status is S.HELD
    waits = queries_asking.waits_for(row)
    own = world.fresh(own)
    assert waits is not None
    assert waits.id == own.id
    service.withdraw(world.alice, own, version=own.version, now=world.now)
    service_matching.go_on(world.now)
    assert world.fresh(row).status is S.REVIEW


def test_taken_back_it_ends_with_its_check_and_its_waiting_period(world: AskingWorld) -> None:
    row = world.ask()
    service.withdraw(world.gina, row, version=row.version, now=world.now)
    assert world.check(row).state == CheckState.WITHDRAWN
    row = world.found()
    service.withdraw(world.gina, row, version=row.version, now=world.now)
    world.drain()
    world.later(hours=80)
    service_matching.go_on(world.now)
    assert world.fresh(row).status is S.WITHDRAWN


def test_giving_the_check_up_ends_the_request(world: AskingWorld) -> None:
    row = world.ask()
    verification.withdraw_check(world.gina, world.check(row), now=world.now)
    assert world.fresh(row).status is S.WITHDRAWN
    assert world.order(row).state is Status.CLOSED


def test_the_desk_can_neither_solve_nor_close_what_is_decided_on(world: AskingWorld) -> None:
    guard = kind_named("erasure").guard
    row = world.shown_by()
    for status in (Status.RESOLVED, Status.CLOSED):
        with pytest.raises(NotAllowed):
            guard(world.order(row), status)


@pytest.mark.parametrize(
    ("ground", "more", "field"),
    [
        ("ward", {"subject": ""}, "subject"),
        ("ward", {"age": ""}, "age"),
        ("ward", {"handles": []}, "handles"),
        ("ward", {"handles": [str(each) for each in range(6)]}, "handles"),
        ("lost", {"name": "x" * 201}, "name"),
        ("heir", {"kin": "uncle"}, "kin"),
        ("heir", {"purpose": ""}, "purpose"),
        ("heir", {"purpose": "x" * 2001}, "purpose"),
    ],
)
def test_what_lacks_is_said_at_its_field_and_nothing_is_filed(
    world: AskingWorld, ground: str, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        world.ask(ground, **more)
    assert error.value.field == field
    assert db.session.execute(select(func.count()).select_from(WorkOrder)).scalar_one() == 0


def test_staff_cannot_ask_and_nobody_opens_such_a_check_by_hand(world: AskingWorld) -> None:
    with pytest.raises((Invalid, NotAllowed)):
        world.ask("ward", world.mei)
    with pytest.raises(NotAllowed):
        verification.open_check(
            world.mei,
            about="order:1",
            reference="WO-26-000001-AA",
            asker_id=world.gina.id or 0,
            subject_id=world.gina.id or 0,
            act=Act.ERASE_WARD,
        )
    with pytest.raises(NotAllowed):
        service_asking.require_filed(Actor("system", None), 1, 2)


def test_what_was_written_is_sealed_and_goes_30_days_after_the_end(world: AskingWorld) -> None:
    row = world.ask("heir")
    known = queries_asking.asking_of(row)
    assert known is not None
    assert known.sealed is not None
    assert b"Liddell" not in known.sealed
    assert b"canary" not in known.sealed
    assert queries_asking.asked_in(row) == replace(ASKED["heir"])
    service.withdraw(world.gina, row, version=row.version, now=world.now)
    over = service_retention.ASKINGS.over
    before = world.now - timedelta(seconds=1)
    assert not _over(over(before))
    assert _over(over(world.now))
    with transaction():
        assert service_retention.forget(*over(world.now)) == 1
    db.session.expire_all()
    assert queries_asking.asked_in(world.fresh(row)) is None


def _over(which: object) -> int:
    known = Asking
    found = select(func.count()).select_from(known).where(*which)  # type: ignore[misc]
    return int(db.session.execute(found).scalar_one())


def test_the_letters_go_to_who_asks_and_none_to_whom_they_named(world: AskingWorld) -> None:

    row = world.waited()
    ids = {"erasure": row.id, "what": "review"}
    assert letters.erasure_facts(ids, world.gina) is not None
    assert letters.erasure_facts(ids, world.alice) is None
    assert letters.asker_facts({"check": world.check(row).uid, "what": "done"}, world.gina) is None


def test_a_request_is_known_again_by_what_it_names(world: AskingWorld) -> None:
    blind = queries_asking.blind_of(1, "ward", WARD)
    assert blind == queries_asking.blind_of(1, "ward", replace(WARD, handles=[EMAIL.upper()]))
    assert blind != queries_asking.blind_of(2, "ward", WARD)
    assert blind != queries_asking.blind_of(1, "ward", replace(WARD, subject="Bob"))


def test_who_asked_reads_what_they_wrote_and_has_it_taken_out(world: AskingWorld) -> None:
    row = world.ask("heir")
    me = world.gina.id or 0
    (item,) = personal_data.askings(me)
    assert {"Alice Liddell", "Gina Liddell"} <= set(item.fields.values())
    assert list(personal_data.askings(world.alice.id or 0)) == []
    with transaction():
        assert personal_data.erase_askings(Removal(me, world.now)) == 1
    with transaction():
        assert personal_data.erase_askings(Removal(me, world.now)) == 0, "twice is harmless"
    assert queries_asking.asked_in(world.fresh(row)) is None
