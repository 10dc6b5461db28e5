"""What the room of real names keeps of people: read in their copy, erased with nothing of it left, others' kept."""

from __future__ import annotations

from sqlalchemy import select

from support.core import vault
from support.core.db import db
from support.core.holders import Measure
from support.realname import queries, queries_changes
from support.realname.models import NameChange, NameClaim, UsedDocument
from support.verification.lifecycle import CheckState
from support.workorders.queries import order_by_id
from tests.fixtures.removals import carry_out, collected, holders_of, left_of, said
from tests.realname.world import PASSPORT, NameWorld

ROOM = "realname"
NEW_NAME = "LIDDELL-CARROLL ALICE"


def kept(table: type) -> list[object]:
    db.session.rollback()
    return list(db.session.execute(select(table)).scalars())


def test_somebody_reads_in_their_copy_what_they_wrote_of_documents_and_changes(
    world: NameWorld,
) -> None:
    world.asked_change(NEW_NAME)
    text = said(collected(world.alice.id, *holders_of(ROOM)))
    assert all(each in text for each in ("LIDDELL ALICE", PASSPORT["other_name"], "P12345678"))
    assert PASSPORT["valid_until"].isoformat() in text
    assert "Passport" in text
    assert text.count(NEW_NAME) == 2, "in the change, and in what the document is said to show"
    assert [each.count(world.alice.id or 0) for each in holders_of(ROOM)] == [2, 1, 1]


def test_nothing_of_a_real_name_is_left_in_the_room_once_it_is_erased(world: NameWorld) -> None:
    check = world.asked_change(NEW_NAME)
    claim = queries.claim_of(check)
    assert claim is not None
    values: list[str | bytes] = [claim.blind, claim.sealed or b"", NEW_NAME, "P12345678"]
    carry_out(Measure.ERASE, world.alice.id, *holders_of(ROOM))
    assert left_of(values, ROOM) == []
    assert kept(NameClaim) == kept(NameChange) == kept(UsedDocument) == []
    assert queries.details_of(world.fresh(check)) is None
    assert queries_changes.wanted_name(world.fresh(check)) == ""
    again = carry_out(Measure.ERASE, world.alice.id, *holders_of(ROOM))
    assert not any(again.values()), "twice is harmless"


def test_what_is_left_out_of_a_copy_is_what_nobody_can_open(world: NameWorld) -> None:
    check = world.asked()
    with world.writing():
        vault.destroy(check.stream)
    [item] = collected(world.alice.id, *holders_of(ROOM))
    assert said([item]) == "Passport"


def test_the_document_of_somebody_erased_can_verify_another_account(world: NameWorld) -> None:
    world.verified()
    carry_out(Measure.ERASE, world.alice.id, *holders_of(ROOM))
    assert world.agree(world.asked(world.bob)).state == CheckState.DONE


def test_the_names_of_others_stay(world: NameWorld) -> None:
    world.verified()
    check = world.asked(world.bob, number="x7654321", name="BOB")
    taken = carry_out(Measure.ERASE, world.alice.id, *holders_of(ROOM))
    assert taken == {"realname.claims": 1, "realname.changes": 0, "realname.documents": 1}
    details = queries.details_of(check)
    assert details is not None
    assert details.name == "BOB"


def test_the_order_of_an_erased_change_is_drawn_on_both_sides(world: NameWorld) -> None:
    check = world.asked_change(NEW_NAME)
    reference = order_by_id(int(check.about.partition(":")[2])).reference
    world.checks.clear()
    everything = [*holders_of(ROOM), *holders_of("workorders"), *holders_of("verification")]
    for measure in (Measure.ERASE, Measure.ANONYMISE):
        carry_out(measure, world.alice.id, *(one for one in everything if measure in one.measures))
    with world.outside():
        assert world.browser(world.alice).get(f"/orders/{reference}").status_code == 200
        desk = world.browser(world.mei).get(f"/desk/orders/{reference}")
        assert desk.status_code == 200
        assert "(removed)" in desk.text
