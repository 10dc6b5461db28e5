"""After a restore a deletion is carried out like any other: held is held, locked is locked, and its request ends."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from support.accounts.models import Person
from support.core import ledger, outbox, readiness, vault
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.core.holders import Measure
from support.erasure import queries, service, service_execution, service_ledger
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure
from support.policies import queries_legal_holds, service_legal_holds
from support.policies.models_legal_holds import Ground
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders.models import Message, Note
from tests.core.backup_world import back_up, restore
from tests.erasure import leftovers
from tests.erasure.everything import CANARIES, Everything
from tests.erasure.test_execution import agreed
from tests.erasure.world import ErasureWorld
from tests.workorders.desk_world import make_member, make_order

S = ErasureState
DONE = (S.COMPLETED, S.RESTRICTED)


class Desk:
    """A desk that is backed up, goes on, and comes back from before."""

    def __init__(self, app: Flask, world: ErasureWorld, other: Flask, path: Path) -> None:
        self.app, self.world, self.other, self.path = app, world, other, path

    def back_up(self) -> Path:
        """Make a backup of now."""
        with self.world.outside():
            made = back_up(self.app, self.path)
        assert made.data is not None
        return made.data

    def restored(self, data: Path, look: Callable[[], Any], *, keys: bool = True) -> Any:
        """Bring `data` back with the keys of now, or of then, and return what `look` sees there."""
        with self.world.outside():
            if keys:
                back_up(self.app, self.path, only_keys=True)
            else:
                here, there = (
                    Path(each.instance_path) / "files" for each in (self.app, self.other)
                )
                shutil.copytree(here / "ledger", there / "ledger", dirs_exist_ok=True)
            assert restore(self.other, data).behind == 0
            with self.other.app_context():
                try:
                    assert readiness.closed() is None
                    return look()
                finally:
                    db.session.remove()


@pytest.fixture
def desk(app: Flask, world: ErasureWorld, same_engine: Flask, tmp_path: Path) -> Desk:
    return Desk(app, world, same_engine, tmp_path / "out")


def hold(world: ErasureWorld, about: str) -> None:
    service_legal_holds.place_hold(world.lena, about, Ground.LAWSUIT, reference="(2026) 7")


def release_all(world: ErasureWorld) -> None:
    for each in queries_legal_holds.standing_holds():
        service_legal_holds.release_hold(world.lena, each)


def go_on() -> None:
    service_execution.go_on(utcnow() + timedelta(hours=2))
    while outbox.drain():
        pass


def test_what_a_hold_keeps_is_kept_by_a_replay_and_goes_with_its_release(
    desk: Desk, world: ErasureWorld
) -> None:
    life = Everything(world.mei, world.bob)
    order_id, uid = life.orders[0].id, ""
    hold(world, f"order:{order_id}")
    row = agreed(world, life)
    uid = row.uid
    data = desk.back_up()
    world.carried_out(row)
    release_all(world)
    go_on()
    assert world.fresh(row).status in DONE

    def said() -> str:
        db.session.expire_all()
        found = select(Message.body).where(Message.order_id == order_id).order_by(Message.id)
        return "\n".join(db.session.execute(found).scalars())

    def look() -> None:
        again = queries.erasure_by_uid(uid)
        assert CANARIES["message"] in said()
        assert again.status is S.EXECUTING
        held = [step.code for step in queries.steps_of(again) if step.note == "held"]
        assert "workorders.messages" in held
        free = {step.code for step in queries.steps_of(again) if step.done_at is not None}
        assert "accounts.addresses" in free
        release_all(world)
        go_on()
        db.session.expire_all()
        assert queries.erasure_by_uid(uid).status in DONE
        assert CANARIES["message"] not in said()
        assert CANARIES["Latin name"] not in said()

    desk.restored(data, look)
    with world.outside():
        assert leftovers.in_tables(desk.other, CANARIES.values()) == []


@pytest.mark.parametrize("how_far", ["asked", "confirmed", "proposed", "approved"])
def test_wherever_a_request_stood_in_the_backup_it_ends_as_executed(
    desk: Desk, world: ErasureWorld, how_far: str
) -> None:
    row: Erasure = getattr(world, how_far)()
    data = desk.back_up()
    row = world.fresh(row)
    if row.status is S.IDENTITY:
        service.confirm_request(
            world.shown(world.alice), row, region="cn", version=row.version, now=world.now
        )
    if how_far in ("asked", "confirmed"):
        row = world.proposed(row)
    if how_far != "approved":
        row = world.approved(row)
    row = world.carried_out(row)
    receipt = row.receipt
    assert receipt is not None
    wanted = [(line.data_class, line.measure, line.until) for line in queries.lines_of(row)]
    uid, alice = row.uid, world.alice.id

    def look() -> None:
        again = queries.erasure_by_uid(uid)
        lines = [(line.data_class, line.measure, line.until) for line in queries.lines_of(again)]
        assert again.status in DONE
        assert lines == wanted
        assert again.receipt is not None
        assert again.receipt["facts"]["reference"] == receipt["facts"]["reference"]
        assert not orders.order_by_id(again.order_id).active
        assert db.session.get_one(Person, alice).erased_at is not None
        go_on()

    desk.restored(data, look)


def test_a_request_that_came_after_the_backup_is_there_again_under_its_address(
    desk: Desk, world: ErasureWorld
) -> None:
    life = Everything(world.mei, world.bob)
    data = desk.back_up()
    row = world.carried_out(agreed(world, life))
    uid, ground, at = row.uid, row.ground, row.at

    def look() -> None:
        again = queries.erasure_by_uid(uid)
        assert again.status in DONE
        assert (again.ground, again.at) == (ground, at)
        assert again.receipt is not None
        go_on()

    desk.restored(data, look)
    with world.outside():
        assert leftovers.in_tables(desk.other, CANARIES.values()) == []


def test_another_request_that_stood_in_the_backup_gives_way_to_the_one_of_the_ledger(
    desk: Desk, world: ErasureWorld
) -> None:
    first = world.confirmed()
    data = desk.back_up()
    first = world.fresh(first)
    service.withdraw(world.alice, first, version=first.version)
    world.carried_out(world.approved(world.proposed(world.confirmed())))
    uid, alice = world.fresh(first).uid, world.alice.id

    def look() -> None:
        assert queries.erasure_by_uid(uid).status is S.WITHDRAWN
        assert db.session.get_one(Person, alice).erased_at is not None

    desk.restored(data, look)


def test_what_a_law_keeps_is_locked_away_again_where_it_can_be_opened(
    desk: Desk, world: ErasureWorld
) -> None:
    life = Everything(world.mei, world.bob)
    row = agreed(world, life)
    data = desk.back_up()
    row = world.carried_out(row)
    uid = row.uid
    assert row.status is S.RESTRICTED

    def look() -> None:
        again = queries.erasure_by_uid(uid)
        steps = {step.code: step for step in queries.steps_of(again)}
        assert again.status is S.RESTRICTED
        assert steps["accounts.sign_ins"].what is Measure.RESTRICT
        assert steps["accounts.sign_ins"].taken > 0

    desk.restored(data, look)


def test_a_replay_that_is_killed_leaves_the_database_closed_and_is_gone_on_with(
    desk: Desk, world: ErasureWorld
) -> None:
    life = Everything(world.mei, world.bob)
    row = agreed(world, life)
    number, entry = 1, service_ledger.entry_of(row, [])
    assert ledger.append(entry) == number
    now = utcnow()
    service_ledger.bring_back(row.person_id, number, entry, now=now)
    assert queries.erasure_by_uid(row.uid).status is S.EXECUTING
    assert ledger.behind() == 1, "killed here, it serves nobody"
    service_ledger.bring_back(row.person_id, number, entry, now=now)
    with transaction():
        ledger.mark_applied(number)
    go_on()
    assert world.fresh(row).status in DONE


def test_two_deletions_whose_entries_knew_the_same_text_are_both_done_again(
    desk: Desk, world: ErasureWorld
) -> None:
    both = ["alice@example.org", "bob@example.org"]
    order = make_order(make_member("Dora", "dora@example.org"), "Two sellers", "Please look.")
    note_id = workorders.add_note(
        world.mei, order, body=f"Write to {both[0]} and {both[1]}, please."
    ).id
    rows = [world.confirmed(who) for who in (world.alice, world.bob)]
    world.drain()
    rows = [world.approved(world.proposed(row)) for row in rows]
    data = desk.back_up()
    world.drain()
    world.hurry()
    for row in rows:
        service_execution.begin(world.fresh(row), utcnow())
        _step(row, "told", "ledger")
    for row in rows:
        service_execution.carry_on(world.fresh(row).id)
    assert both[0] not in _note(note_id)
    assert both[1] not in _note(note_id)
    after = _note(note_id)

    def look() -> None:
        assert _note(note_id) == after

    desk.restored(data, look)
    with world.outside():
        assert leftovers.in_tables(desk.other, both) == []


def _step(row: Erasure, *codes: str) -> None:
    """Do the first steps of a request and stop before the others."""
    row = ErasureWorld.fresh(row)
    for step in queries.steps_of(row):
        if step.code in codes:
            assert service_execution._do(row, step)


def _note(note_id: int) -> str:
    db.session.expire_all()
    return db.session.execute(select(Note.body).where(Note.id == note_id)).scalar_one()


def test_what_others_wrote_of_somebody_whom_the_backup_does_not_know_is_redacted_again(
    desk: Desk, world: ErasureWorld
) -> None:
    order = make_order(make_member("Dora", "dora@example.org"), "A seller", "Please look.")
    note_id = workorders.add_note(world.mei, order, body="Write to erin@example.org, please.").id
    data = desk.back_up()
    erin = make_member("Erin", "erin@example.org")
    row = world.confirmed(erin)
    world.drain()
    world.carried_out(world.approved(world.proposed(row)))
    assert "erin" not in _note(note_id)

    def look() -> None:
        assert "erin" not in _note(note_id)

    desk.restored(data, look)


def test_with_the_keys_of_then_nothing_of_the_person_can_be_opened_after_a_replay(
    desk: Desk, world: ErasureWorld
) -> None:
    life = Everything(world.mei, world.bob)
    row = agreed(world, life)
    data = desk.back_up()
    world.carried_out(row)

    def look() -> None:
        with pytest.raises(vault.KeyDestroyed):
            vault.unseal(f"person:{life.id}", "any.place:1", b"\1" + bytes(40))

    desk.restored(data, look, keys=False)
    with world.outside():
        assert leftovers.in_tables(desk.other, CANARIES.values()) == []


def test_what_is_written_under_a_hold_is_found_when_it_is_released_and_after_a_restore(
    desk: Desk, world: ErasureWorld
) -> None:
    life = Everything(world.mei, world.bob)
    order_id = life.orders[0].id
    row = agreed(world, life)
    hold(world, f"order:{order_id}")
    row = world.carried_out(row)
    assert row.status is S.EXECUTING
    order = orders.order_by_id(order_id)
    words = f"Wrote again to {CANARIES['e-mail']}, firm {CANARIES['organisation']}."
    note_id = workorders.add_note(world.mei, order, body=words).id
    data = desk.back_up()
    release_all(world)
    go_on()
    row = world.fresh(row)
    assert row.status in DONE
    assert row.identity is None
    after = _note(note_id)
    assert after.startswith("Wrote again to ")
    assert CANARIES["e-mail"] not in after
    assert CANARIES["organisation"] not in after
    assert ledger.last() == 2

    def look() -> None:
        assert ledger.applied() == 2
        if row_held():
            release_all(world)
            go_on()
        assert _note(note_id) == after

    def row_held() -> bool:
        return bool(queries_legal_holds.standing_holds())

    desk.restored(data, look)


def test_a_text_that_another_deletion_changed_is_told_to_the_ledger_anew(
    desk: Desk, world: ErasureWorld
) -> None:
    both = ["alice@example.org", "bob@example.org"]
    order = make_order(make_member("Dora", "dora@example.org"), "Two sellers", "Please look.")
    note_id = workorders.add_note(world.mei, order, body=f"Write to {both[0]} and {both[1]}.").id
    rows = [world.confirmed(who) for who in (world.alice, world.bob)]
    world.drain()
    rows = [world.approved(world.proposed(row)) for row in rows]
    data = desk.back_up()
    world.drain()
    service_execution.begin(world.fresh(rows[0]), utcnow())
    _step(rows[0], "told", "ledger")
    service_execution.begin(world.fresh(rows[1]), utcnow())
    _step(rows[1], "told", "ledger")
    with transaction():
        changed(update(Erasure).where(Erasure.id == world.fresh(rows[1]).id).values(ledger=None))
    _step(rows[0], "mentions")
    with transaction():
        changed(update(Erasure).where(Erasure.id == world.fresh(rows[1]).id).values(ledger=2))
    world.hurry()
    world.drain()
    go_on()
    after = _note(note_id)
    assert (both[0] in after, both[1] in after) == (False, False)
    assert ledger.last() == 3

    def look() -> None:
        assert _note(note_id) == after

    desk.restored(data, look)
    with world.outside():
        assert leftovers.in_tables(desk.other, both) == []
