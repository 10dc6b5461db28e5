"""What an administrator sees of the system, and what they can try again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from support.accounts import service_codes
from support.accounts.models import ContactKind
from support.core import audit, conditions, outbox
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.context import ground
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow, OutboxState
from support.core.worker import tick
from tests.accounts.people import browse, make_staff


@pytest.fixture
def admin(app: Flask) -> int:
    with app.app_context():
        made = make_staff("Ann", Role.ADMIN)
        make_staff("Bob", Role.AGENT)
        db.session.remove()
    return made


def die(topic: str, *, reason: str) -> int:
    """Leave one dead row of `topic` behind, and return its id."""
    with transaction() as session:
        outbox.put(topic, f"{topic} {reason}", person=1, how="test")
        dead = {"state": OutboxState.DEAD, "last_error": reason, "done_at": utcnow(), "attempts": 8}
        session.execute(update(OutboxRow).where(OutboxRow.topic == topic).values(**dead))
        found: int = session.execute(
            select(OutboxRow.id).where(OutboxRow.topic == topic)
        ).scalar_one()
    db.session.remove()
    return found


def state_of(row_id: int) -> tuple[str, int]:
    row = db.session.get_one(OutboxRow, row_id)
    found = (row.state, row.attempts)
    db.session.remove()
    return found


def test_each_part_says_how_it_is(app: Flask, admin: int) -> None:
    ann = browse(app, "Ann")
    before = ann.page("/admin/system").text
    assert "It never ran. Start “flask tick”." in before
    assert "Nothing waits." in before
    with app.app_context():
        tick(utcnow())
        service_codes.note_door(ContactKind.EMAIL, answers=False)
        db.session.remove()
    after = ann.page("/admin/system").text
    assert "It ran" in after
    assert "It never ran" not in after
    assert "What waits is tried again for 24 hours." in after


def test_a_sweep_that_stopped_and_work_that_waits_are_told(app: Flask, admin: int) -> None:
    later = utcnow() + timedelta(minutes=5)
    looks = {each.title: each.look for each in conditions.GROUND}
    with app.app_context():
        tick(utcnow())
        assert looks["Sweep"](utcnow()).mood == "ok"
        assert looks["Sweep"](later).mood == "bad"
        with transaction():
            outbox.put("identity.changed", "waits", person=1, how="bound")
        assert looks["Jobs"](utcnow()).mood == "ok"
        assert looks["Jobs"](later).mood == "wait"
        db.session.remove()


def test_little_space_is_told_before_it_is_none(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = next(each for each in conditions.GROUND if each.title == "Space")
    with app.app_context():
        assert space.look(utcnow()).mood in ("ok", "wait")
        monkeypatch.setattr(conditions, "LITTLE_SPACE", 1 << 62)
        assert space.look(utcnow()).mood == "wait"


def test_a_failed_job_is_shown_with_its_reason_and_tried_again_once(app: Flask, admin: int) -> None:
    with app.app_context():
        row = die("identity.changed", reason="ValueError")
    ann = browse(app, "Ann")
    page = ann.page("/admin/system")
    assert "ValueError" in page.text
    done = ann.submit("/admin/system", action=f"/admin/system/jobs/{row}/again")
    assert done.status_code == 303
    assert "ValueError" not in ann.page("/admin/system").text
    with app.app_context():
        assert state_of(row) == (OutboxState.PENDING, 0)
        found = select(audit.Event.data).where(audit.Event.action == "job.revived")
        assert db.session.execute(found).scalar_one()["row"] == row
        db.session.remove()


def test_only_administrators_see_it_and_try_again(app: Flask, admin: int) -> None:
    with app.app_context():
        row = die("identity.changed", reason="ValueError")
    bob = browse(app, "Bob")
    assert bob.get("/admin/system").status_code == 403
    token = bob.page("/account/settings").all("input")[0].attributes["value"]
    answer = bob.post(f"/admin/system/jobs/{row}/again", data={"csrf_token": token})
    assert answer.status_code == 403
    with app.app_context():
        assert state_of(row)[0] == OutboxState.DEAD


def test_what_flask_check_finds_stands_there_in_the_readers_language(
    app: Flask, admin: int
) -> None:
    with app.app_context():
        found = ground()
        app.extensions["ground"] = replace(found, config=found.config.with_changes(redis_url=""))
    ann = browse(app, "Ann")
    assert "No Valkey or Redis" in ann.page("/admin/system").text
    ann.submit("/policies", action="/language")
    assert "没有 Valkey" in ann.page("/admin/system").text


def test_who_is_only_an_administrator_starts_at_the_administration(app: Flask, admin: int) -> None:
    with app.app_context():
        make_staff("Cid", Role.ADMIN, Role.AGENT)
        db.session.remove()
    where = {
        name: browse(app, name).get("/login").headers["Location"] for name in ("Ann", "Bob", "Cid")
    }
    assert where == {"Ann": "/admin", "Bob": "/desk", "Cid": "/desk"}
