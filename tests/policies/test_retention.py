"""Retention: nothing younger goes, holds keep and their release lets go, batches are small, a class without a rule
fails loudly, and a killed run goes on where it stopped."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session as OrmSession

from support.accounts.models import ContactPoint, Person, SignIn
from support.core import keeping as places
from support.core.actors import SYSTEM
from support.core.config import ConfigError
from support.core.context import hooks, register
from support.core.db import changed, db, transaction
from support.core.keeping import Keeping
from support.notifications.models import Delivery
from support.policies import queries_legal_holds as holds
from support.policies import queries_retention as queries
from support.policies import retention, retention_pages, service_legal_holds
from support.policies import service_retention as service
from support.policies.data_classes import Class
from support.policies.models_legal_holds import Ground
from support.policies.models_retention import RetentionPart, RetentionRun, RunState
from support.workorders.models import Message, WorkOrder
from tests.policies.retention_world import MONTHS, NOW, carry_out, closed_at, sign_in_at
from tests.workorders.desk_world import (
    make_guest_order,
    make_member,
    make_order,
)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def part(run: RetentionRun, code: str) -> RetentionPart:
    return next(each for each in queries.parts_of(run.id) if each.code == code)


def subject_of(order: WorkOrder) -> str:
    subject: str = db.session.execute(
        select(WorkOrder.subject).where(WorkOrder.id == order.id)
    ).scalar_one()
    return subject


def test_every_class_has_a_term_and_a_place_that_ends_it() -> None:
    assert set(retention.TERMS) == set(Class)
    assert retention.uncovered(Class, hooks(Keeping)) == []
    codes = [each.code for each in hooks(Keeping)]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("lacking", ["rule", "place", "class"])
def test_a_class_that_nobody_ends_fails_the_run_before_anything_goes(
    app: Flask,
    lacking: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    old = sign_in_at(NOW - 12 * MONTHS)
    code = "messages"
    if lacking == "rule":
        monkeypatch.delitem(retention.TERMS, Class.MESSAGES)
    elif lacking == "place":
        found = app.extensions["ground"].hooks[Keeping]
        kept = [each for each in found if each.data_class != "messages"]
        monkeypatch.setitem(app.extensions["ground"].hooks, Keeping, kept)
    else:
        code = "moods"
        stray = places.plain("x.moods", ("Moods", "since"), code, SignIn, SignIn.at, timedelta(1))
        register(app, stray)
    with caplog.at_level(logging.ERROR):
        service.begin_nightly(NOW)
    run = queries.newest_run()
    assert (run.status, run.reason) == (RunState.FAILED, code)
    assert "retention_class_without_rule" in caplog.text
    assert db.session.get(SignIn, old) is not None
    with app.test_request_context():
        [(title, words, address)] = retention_pages.notices()
    assert title == "The nightly deletion failed"
    assert ("Messages we sent" if lacking != "class" else "moods") in words
    assert address == "/desk/retention"


def test_closed_orders_lose_their_words_after_their_months_and_nothing_younger_does() -> None:
    alice = make_member("Alice", "alice@example.org")
    over = closed_at(
        make_order(alice, "Old shop"),
        retention.months_before(NOW, 36, "Asia/Shanghai") - timedelta(minutes=1),
    )
    just = closed_at(
        make_order(alice, "Young shop"),
        retention.months_before(NOW, 36, "Asia/Shanghai") + timedelta(minutes=1),
    )
    still = make_order(alice, "Open shop")
    run = carry_out(NOW)
    assert run.status is RunState.DONE
    assert (part(run, "workorders.orders").found, part(run, "workorders.orders").done) == (1, 1)
    assert [subject_of(each) for each in (over, just, still)] == ["", "Young shop", "Open shop"]
    words = select(Message.body, Message.redacted_at).where(Message.order_id == over.id)
    assert [row.body for row in db.session.execute(words)] == [""]


def test_a_dry_run_counts_and_touches_nothing() -> None:
    old = sign_in_at(NOW - 12 * MONTHS)
    run = carry_out(NOW, dry=True)
    assert (run.status, run.dry) == (RunState.DONE, True)
    assert part(run, "accounts.sign_ins").found == 1
    assert part(run, "accounts.sign_ins").done == 0
    assert db.session.get(SignIn, old, populate_existing=True).address == "203.0.113.77"  # type: ignore[union-attr]


def test_what_a_hold_keeps_is_counted_as_held_and_goes_with_the_run_after_its_release() -> None:
    alice, bob = make_member("Alice", "a@example.org"), make_member("Bob", "b@example.org")
    held = closed_at(make_order(alice, "Held"), NOW - 40 * MONTHS)
    by_person = closed_at(make_order(bob, "Of Bob"), NOW - 40 * MONTHS)
    free = closed_at(make_order(make_member("Cy", "c@example.org"), "Free"), NOW - 40 * MONTHS)
    bobs = sign_in_at(NOW - 12 * MONTHS, person=bob.id)
    hold = service_legal_holds.place_hold(SYSTEM, held.stream, Ground.DISPUTE)
    service_legal_holds.place_hold(SYSTEM, f"person:{bob.id}", Ground.DISPUTE)
    run = carry_out(NOW)
    assert [subject_of(each) for each in (held, by_person, free)] == ["Held", "Of Bob", ""]
    counted = part(run, "workorders.orders")
    assert (counted.found, counted.done, counted.held) == (1, 1, 2)
    assert part(run, "accounts.sign_ins").held == 1
    service_legal_holds.release_hold(SYSTEM, hold)
    later = carry_out(NOW + timedelta(days=1))
    assert [subject_of(each) for each in (held, by_person)] == ["", "Of Bob"]
    assert part(later, "workorders.orders").held == 1
    service_legal_holds.release_hold(SYSTEM, holds.standing_holds()[0])
    carry_out(NOW + timedelta(days=2))
    assert subject_of(by_person) == ""
    assert db.session.get(SignIn, bobs, populate_existing=True) is None


def test_a_hold_that_is_placed_between_counting_and_deleting_keeps_as_well() -> None:
    order = closed_at(make_order(make_member("Alice", "a@example.org"), "Kept"), NOW - 40 * MONTHS)
    run = service.begin_run(SYSTEM, dry=False, now=NOW)
    while queries.run_by_id(run.id).status is RunState.COUNTING:
        service.go_on(run.id, NOW, seconds=0.01)
        db.session.rollback()
    assert part(run, "workorders.orders").found == 1
    service_legal_holds.place_hold(SYSTEM, order.stream, Ground.DISPUTE)
    while service.go_on(run.id, NOW):
        pass
    assert subject_of(order) == "Kept"
    assert part(run, "workorders.orders").done == 0


def test_sign_ins_lose_address_and_device_after_30_days_and_go_after_six_months() -> None:
    gone = sign_in_at(NOW - timedelta(days=185))
    cut = sign_in_at(NOW - timedelta(days=31))
    cut6 = sign_in_at(NOW - timedelta(days=180), address="2001:db8:1:2::7")
    whole = sign_in_at(NOW - timedelta(days=29))
    carry_out(NOW)
    db.session.expire_all()
    assert db.session.get(SignIn, gone) is None
    rows = [db.session.get_one(SignIn, each) for each in (cut, cut6, whole)]
    assert [row.address for row in rows] == ["203.0.113.x", "2001:db8:x", "203.0.113.77"]
    assert [row.device == "Firefox on Linux" for row in rows] == [False, False, True]
    again = carry_out(NOW + timedelta(hours=1))
    assert part(again, "accounts.sign_ins_whole").found == 0


def test_deliveries_go_after_their_months() -> None:
    with transaction() as session:
        session.add_all(
            _delivery(number, NOW - days * MONTHS) for number, days in ((1, 40), (2, 1))
        )
    carry_out(NOW)
    left = db.session.execute(select(Delivery.dedup_key).where(Delivery.dedup_key.like("t:%")))
    assert left.scalars().all() == ["t:2"]


def _delivery(number: int, at: datetime) -> Delivery:
    return Delivery(
        uid=f"{number:032d}", dedup_key=f"t:{number}", person_id=None, contact_id=None,
        channel="mail", template="x", purpose="orders", about=f"order:{number}", ids={},
        language="en", check_code=f"C{number:07d}", priority=1, state="sent", attempts=1,
        last_error=None, created_at=at,
    )  # fmt: skip


def test_a_guest_of_whom_nothing_is_left_is_forgotten_and_one_with_an_order_is_not() -> None:
    over = closed_at(make_guest_order("old@example.org"), NOW - 40 * MONTHS)
    live = make_guest_order("live@example.org")
    with transaction():
        changed(update(Person).values(created_at=NOW - 40 * MONTHS))
    carry_out(NOW)
    carry_out(NOW + timedelta(days=1))
    sealed = select(ContactPoint.person_id, ContactPoint.sealed)
    found = {row.person_id: row.sealed for row in db.session.execute(sealed)}
    assert found[over.requester_id] == b""
    assert found[live.requester_id] != b""


def test_no_batch_is_larger_than_it_may_be_and_each_is_a_transaction_of_its_own() -> None:
    for minute in range(50):
        sign_in_at(NOW - 12 * MONTHS - timedelta(minutes=minute))
    run = service.begin_run(SYSTEM, dry=False, now=NOW)
    keeping = next(each for each in hooks(Keeping) if each.code == "accounts.sign_ins")
    commits: list[int] = []

    def committed(_session: Any) -> None:
        commits.append(1)

    sizes = []
    event.listen(OrmSession, "after_commit", committed)
    try:
        before = retention.months_before(NOW, 6, "Asia/Shanghai")
        while (batch := places.carry_out_some(keeping, NOW, before, most=7)) is not None:
            sizes.append(batch.done)
    finally:
        event.remove(OrmSession, "after_commit", committed)
    assert sizes == [7] * 7 + [1]
    assert len(commits) == len(sizes)
    assert all(each.most <= places.MOST for each in hooks(Keeping))
    assert run.is_open


def test_a_place_that_moves_nothing_fails_and_the_others_go_on(app: Flask) -> None:
    sign_in_at(NOW - 12 * MONTHS)
    stuck = places.plain(
        "x.stuck", ("Stuck", "since"), Class.TRACES, SignIn, SignIn.at, timedelta(1),
        act=lambda now, ids: 0,
    )  # fmt: skip
    app.extensions["ground"].hooks[Keeping].insert(0, stuck)
    run = carry_out(NOW)
    assert (run.status, part(run, "x.stuck").error) == (RunState.FAILED, "Stuck")
    assert part(run, "accounts.sign_ins").done == 1


def test_one_process_works_on_a_run_and_another_takes_over_when_it_died() -> None:
    run = service.begin_run(SYSTEM, dry=True, now=NOW)
    with transaction():
        dead = {"worker": "dead", "busy_until": datetime.now(UTC) + timedelta(seconds=20)}
        changed(update(RetentionRun).values(**dead))
    assert not service.go_on(run.id, NOW)
    assert queries.run_by_id(run.id).is_open
    with transaction():
        changed(update(RetentionRun).values(busy_until=datetime.now(UTC) - timedelta(seconds=1)))
    service.go_on(run.id, NOW)
    assert queries.run_by_id(run.id).status is RunState.DONE


@pytest.mark.parametrize(
    ("utc", "begins"),
    [
        ("2030-03-15T17:59:00", None),  # 01:59 in Shanghai
        ("2030-03-15T18:00:00", date(2030, 3, 16)),
        ("2030-03-15T21:59:00", date(2030, 3, 16)),
        ("2030-03-15T22:00:00", None),
    ],
)
def test_the_run_begins_at_night_in_china_once(utc: str, begins: date | None) -> None:
    now = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    for later in range(4):
        service.go_on_nightly(now + timedelta(seconds=later) if begins else now)
    nights = db.session.execute(select(RetentionRun.night)).scalars().all()
    assert nights == ([begins] if begins else [])


def test_a_night_on_which_nothing_ran_is_made_up_for_by_day() -> None:
    service.go_on_nightly(NOW)
    service.go_on_nightly(NOW + timedelta(hours=12))
    assert db.session.execute(select(func.count(RetentionRun.id))).scalar_one() == 1
    service.go_on_nightly(NOW + timedelta(hours=33))
    assert db.session.execute(select(func.count(RetentionRun.id))).scalar_one() == 2


def test_a_run_that_is_killed_between_batches_goes_on_and_counts_each_row_once(app: Flask) -> None:
    for minute in range(700):
        sign_in_at(NOW - 12 * MONTHS - timedelta(minutes=minute))
    config = app.extensions["ground"].config
    run = service.begin_run(SYSTEM, dry=False, now=NOW)
    db.session.remove()
    db.engine.dispose()
    given = [config.instance_dir, config.database_url, str(run.id), NOW.isoformat()]
    said = subprocess.run(
        [sys.executable, "-m", "tests.policies.killed_retention", *given],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert int(said.stdout) > 20, said.stderr
    assert queries.run_by_id(run.id).status is RunState.DONE
    counted = part(run, "accounts.sign_ins")
    assert (counted.found, counted.done) == (700, 700)
    assert db.session.execute(select(func.count(SignIn.id))).scalar_one() == 0


def test_the_law_sets_the_fewest_months(app: Flask) -> None:
    config = app.extensions["ground"].config
    for name, months in (("retention_orders_months", 35), ("retention_sign_ins_months", 5)):
        with pytest.raises(ConfigError):
            config.with_changes(**{name: months})
    assert config.with_changes(retention_orders_months=60).retention_orders_months == 60


@pytest.mark.parametrize(
    ("now", "months", "before"),
    [
        ("2030-08-31", 6, "2030-02-28"),
        ("2030-03-15", 36, "2027-03-15"),
        ("2030-01-10", 1, "2029-12-10"),
        ("2028-02-29", 12, "2027-02-28"),
    ],
)
def test_months_are_counted_back_by_the_calendar(now: str, months: int, before: str) -> None:
    moment = datetime.fromisoformat(now).replace(hour=12, tzinfo=UTC)
    found = retention.months_before(moment, months, "UTC")
    assert found.date().isoformat() == before


def test_the_command_shows_what_it_did_and_fails_with_status_1(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in_at(datetime.now(UTC) - 12 * MONTHS)
    runner = app.test_cli_runner()
    counted = runner.invoke(args=["retention", "run", "--dry-run"])
    assert counted.exit_code == 0, counted.output
    assert "accounts.sign_ins: over 1, done 0, held 0" in counted.output
    done = runner.invoke(args=["retention", "run"])
    assert "accounts.sign_ins: over 1, done 1, held 0" in done.output
    monkeypatch.delitem(retention.TERMS, Class.ORDERS)
    failed = runner.invoke(args=["retention", "run"])
    assert failed.exit_code == 1
    assert "orders" in failed.output


def test_the_indexes_find_what_is_over(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL chooses by its statistics")
    wanted = {
        "accounts.sign_ins": "ix_sign_in_at",
        "accounts.sign_ins_whole": "ix_sign_in_whole",
        "workorders.orders": "ix_work_order_over",
        "workorders.messages": "ix_message_whole",
        "workorders.notes": "ix_note_whole",
        "notifications.deliveries": "ix_delivery_created",
    }
    for keeping in hooks(Keeping):
        if keeping.code in wanted:
            found = select(keeping.table.id).where(*keeping.over(NOW)).order_by(keeping.first)
            said = found.compile(db.engine, compile_kwargs={"literal_binds": True})
            plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}").all()
            assert wanted[keeping.code] in str(plan), plan
