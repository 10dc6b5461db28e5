"""Calls to the platform: asked in the verb's transaction, posted signed until answered, told where they belong."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from support.core import (
    audit,
    outbox,
    platform,
    platform_jobs,
    platform_queries,
    vault,
)
from support.core import keeping as places
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.context import register
from support.core.db import changed, db, transaction
from support.core.errors import AlreadyDone, NotAllowed
from support.core.keepings import SEALED_CALLS
from support.core.outbox import Subscription
from support.core.outbox_rows import OutboxRow
from support.core.platform_calls import (
    LIFECYCLE,
    CallState,
    Name,
    PlatformCall,
    call_named,
)
from support.core.platform_door import Answer, read_answer
from support.core.vault import KeyDestroyed, VaultKey
from tests.fixtures.platform import Platform, run_due
from tests.fixtures.platform_service import NEWER, SECRET

pytestmark = pytest.mark.usefixtures("context")
ADMIN = Actor("staff", 7, frozenset({Role.ADMIN}))


def ask(name: Name = Name.TAKE_DOWN, key: str = "1", **ids: Any) -> str:
    return platform.call(name, key, about="order:12", reference="WO-26-000012-AA", **ids)


def trail(stream: str = "order:12") -> list[str]:
    events = select(audit.Event.action).where(audit.Event.stream == stream)
    return list(db.session.execute(events.order_by(audit.Event.seq)).scalars())


def fresh(uid: str) -> PlatformCall:
    db.session.rollback()
    return call_named(uid)


@pytest.mark.parametrize(("old", "new", "legal"), list(LIFECYCLE.pairs()))
def test_every_pair_of_states_is_a_move_or_none(
    old: CallState, new: CallState, legal: bool
) -> None:
    last = {CallState.DONE: set(), CallState.NOT_DONE: {CallState.ASKED}}
    known = {
        CallState.ASKED: set(CallState) - {CallState.ASKED},
        CallState.LATER: {CallState.ASKED, CallState.DONE, CallState.NOT_DONE},
        CallState.FAILED: {CallState.ASKED, CallState.DONE, CallState.NOT_DONE},
        **last,
    }
    assert legal == (new in known[old])


def test_a_call_is_posted_signed_and_its_answer_stands_on_the_order(
    platform_there: Platform,
) -> None:
    platform_there.told(next=[{"done": True, "note": "removed", "items": 2, "said": "Hello Alice"}])
    uid = ask(item=31, reason="copyright")
    assert platform_there.taken()["calls"] == []
    outbox.drain()
    [came] = platform_there.taken()["calls"]
    assert (came["id"], came["call"], came["reference"]) == (uid, "take_down", "WO-26-000012-AA")
    assert came["ids"] == {"item": 31, "reason": "copyright"}
    assert came["answer_to"] == "http://localhost/platform/answers"
    assert came["query"] == ""
    found = fresh(uid)
    assert (found.state, found.note, found.answer) == ("done", "removed", {"items": 2})
    assert found.attempts == 1
    assert trail() == ["platform.asked", "platform.done"]


def test_asking_twice_is_harmless(platform_there: Platform) -> None:
    assert ask() == ask()
    outbox.drain()
    assert ask() == ask()
    outbox.drain()
    assert len(platform_there.taken()["calls"]) == 1
    assert trail().count("platform.asked") == 1


def test_a_verb_that_fails_asks_for_nothing(platform_there: Platform) -> None:
    def fail() -> None:
        with transaction():
            ask()
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    outbox.drain()
    assert platform_there.taken()["calls"] == []


def test_no_call_has_a_name_that_the_contract_lacks() -> None:
    with pytest.raises(ValueError, match="drop_tables"):
        platform.call("drop_tables", "1", about="system")


def test_two_refusals_of_the_moment_and_then_done_is_done_once(platform_there: Platform) -> None:
    platform_there.told(next=[500, 500])
    uid = ask()
    outbox.drain()
    found = fresh(uid)
    assert (found.state, found.note, found.attempts) == ("asked", "platform 500", 1)
    run_due()
    run_due()
    taken = platform_there.taken()
    assert [each["id"] for each in taken["calls"]] == [uid] * 3
    assert taken["done"] == [uid]
    assert (fresh(uid).state, fresh(uid).attempts) == ("done", 3)


@pytest.mark.parametrize(("how", "why"), [(403, "platform 403"), ("redirect", "platform 307")])
def test_a_final_refusal_and_a_redirect_fail_at_once(
    platform_there: Platform, how: Any, why: str
) -> None:
    platform_there.told(next=[how])
    uid = ask()
    run_due()
    run_due()
    assert len(platform_there.taken()["calls"]) == 1
    found = fresh(uid)
    assert (found.state, found.note) == ("failed", why)
    assert trail() == ["platform.asked", "platform.failed"]


@pytest.mark.parametrize("how", ["huge", "page", {"note": "ok"}, {"done": "yes"}])
def test_an_answer_that_cant_be_read_is_asked_for_again(platform_there: Platform, how: Any) -> None:
    platform_there.told(next=[how])
    uid = ask()
    outbox.drain()
    assert fresh(uid).state == "asked"
    run_due()
    assert fresh(uid).state == "done"


@pytest.mark.slow
def test_a_platform_that_hangs_holds_the_worker_ten_seconds_and_is_asked_again(
    platform_there: Platform,
) -> None:
    platform_there.told(next=["hang"])
    uid = ask()
    began = utcnow()
    outbox.drain()
    assert timedelta(seconds=9) < utcnow() - began < timedelta(seconds=13)
    assert (fresh(uid).state, fresh(uid).note) == ("asked", "platform TimeoutError")


def test_a_platform_that_is_away_is_left_alone_after_five_tries(
    app: Flask, platform_there: Platform
) -> None:
    platform_there.told(next=[503] * 50)
    for number in range(8):
        ask(key=str(number))
    outbox.drain()
    assert len(platform_there.taken()["calls"]) == 5
    notes = set(db.session.execute(select(PlatformCall.note)).scalars())
    assert notes == {"platform 503", "platform door rests"}


def test_not_done_is_an_answer_and_can_be_asked_again_under_the_same_id(
    platform_there: Platform,
) -> None:
    platform_there.told(next=["not_done"])
    uid = ask()
    outbox.drain()
    assert (fresh(uid).state, fresh(uid).note) == ("not_done", "no_such_listing")
    with pytest.raises(NotAllowed):
        platform.ask_again(Actor("staff", 8, frozenset({Role.AGENT})), uid)
    platform.ask_again(ADMIN, uid)
    with pytest.raises(AlreadyDone):
        platform.ask_again(ADMIN, uid)
    outbox.drain()
    assert [each["id"] for each in platform_there.taken()["calls"]] == [uid, uid]
    assert (fresh(uid).state, fresh(uid).round) == ("done", 2)
    with pytest.raises(AlreadyDone):
        platform.ask_again(ADMIN, uid)
    assert trail() == ["platform.asked", "platform.not_done", "platform.again", "platform.done"]


def test_whoever_waits_for_the_answer_is_told_once_for_each_end(
    app: Flask, platform_there: Platform
) -> None:
    heard: list[dict[str, Any]] = []

    def hear(payload: dict[str, Any]) -> None:
        heard.append(payload)

    register(app, Subscription(platform.ANSWERED, hear))
    platform_there.told(next=["not_done", 500])
    uid = ask()
    outbox.drain()
    platform.ask_again(ADMIN, uid)
    run_due()
    run_due()
    assert [(each["call"], each["state"], each["about"]) for each in heard] == [
        (uid, "not_done", "order:12"),
        (uid, "done", "order:12"),
    ]


def test_silence_is_told_once_when_the_answer_is_overdue(platform_there: Platform) -> None:
    platform_there.told(next=["later", "later"])
    slow, urgent = ask(), ask(Name.LOCK_ACCOUNT)
    outbox.drain()
    assert fresh(slow).state == "later"
    now = utcnow()
    platform.escalate(now + timedelta(minutes=14))
    assert trail().count("platform.silent") == 0
    platform.escalate(now + timedelta(minutes=16))
    platform.escalate(now + timedelta(minutes=17))
    assert trail().count("platform.silent") == 1
    assert (fresh(urgent).silent_at is not None, fresh(slow).silent_at) == (True, None)
    later = now + timedelta(hours=4, minutes=1)
    platform.escalate(later)
    assert trail().count("platform.silent") == 2
    seen = platform_queries.CONDITION.look(later)
    assert (seen.mood, seen.facts["count"]) == ("bad", 2)


def test_what_is_personal_is_sealed_told_and_destroyed_when_it_is_done(
    platform_there: Platform, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    platform_there.told(next=[500])
    name = "李小鱼"
    uid = platform.call(
        Name.SET_REALNAME, "1", about="order:12", sealed={"verified_name": name}, case=4
    )
    run_due()
    found = fresh(uid)
    assert found.sealed is not None
    assert name.encode() not in found.sealed
    assert platform.said(found) == {"verified_name": name}
    for table in (OutboxRow, PlatformCall):
        assert name not in repr(db.session.execute(select(table.payload)).all())
    assert name not in repr([event.data for event in platform_queries.history_of(found)])
    run_due()
    assert platform_there.taken()["calls"][1]["verified_name"] == name
    assert fresh(uid).sealed is None
    wrapped = select(VaultKey.wrapped).where(VaultKey.owner == platform.owner(uid))
    assert db.session.execute(wrapped).scalar_one() is None
    for secret in (name, SECRET, SECRET.removeprefix("whsec_"), "canary-of-the-platforms-door"):
        assert secret not in caplog.text
    assert "platform" in "".join(trail())


def test_what_a_failed_call_said_is_destroyed_after_thirty_days(platform_there: Platform) -> None:
    platform_there.told(next=[400])
    uid = platform.call(Name.SET_REALNAME, "1", about="system", sealed={"verified_name": "Alice"})
    outbox.drain()
    places.sweep(SEALED_CALLS, utcnow() + timedelta(days=29))
    assert fresh(uid).sealed is not None
    for _time in range(2):
        places.sweep(SEALED_CALLS, utcnow() + timedelta(days=31))
    assert fresh(uid).sealed is None
    with pytest.raises(KeyDestroyed):
        vault.seal(platform.owner(uid), "x", "x")


def test_while_a_secret_is_replaced_both_sign(app: Flask, platform_there: Platform) -> None:
    use(app, platform_secret=NEWER, platform_secret_before=SECRET)
    first = ask()
    outbox.drain()
    platform_there.told(secret=NEWER)
    second = ask(key="2")
    outbox.drain()
    assert [fresh(first).state, fresh(second).state] == ["done", "done"]
    use(app, platform_secret=SECRET, platform_secret_before="")
    third = ask(key="3")
    outbox.drain()
    assert (fresh(third).state, fresh(third).note) == ("asked", "platform 401")
    assert platform_there.taken()["unsigned"] == 1


@pytest.mark.parametrize(
    "setting",
    [
        {"platform_secret": ""},
        {"platform_url": ""},
        {"platform_secret": "whsec_c2hvcnQ="},
        {"platform_secret": "no base64, this"},
        {"platform_url": "http://platform.example.com/calls"},
        {"platform_url": "https://user:password@platform.example.com/calls"},
        {"platform_secret_before": "c2hvcnQ="},
    ],
)
def test_a_door_that_is_set_by_halves_calls_nobody_and_counts_nothing_as_done(
    app: Flask, platform_there: Platform, setting: dict[str, str]
) -> None:
    use(app, **setting)
    uid = ask()
    outbox.drain()
    assert platform_there.taken()["calls"] == []
    assert (fresh(uid).state, fresh(uid).note) == ("asked", "platform half configured")
    assert platform_queries.CONDITION.look(utcnow()).mood == "bad"


def test_without_a_platform_the_console_version_answers_and_says_so(
    app: Flask, platform_there: Platform
) -> None:
    use(app, platform_url="", platform_secret="")
    uid = ask()
    outbox.drain()
    assert platform_there.taken()["calls"] == []
    assert (fresh(uid).state, fresh(uid).note) == ("done", "console")
    [asked, done] = platform_queries.history_of(fresh(uid))
    assert (asked.action, done.action, done.data["console"]) == (
        "platform.asked",
        "platform.done",
        True,
    )
    assert "console version" in platform_queries.CONDITION.look(utcnow()).words


def test_a_result_that_comes_after_the_call_was_asked_anew_changes_nothing(
    platform_there: Platform,
) -> None:
    platform_there.told(next=["not_done"])
    uid = ask()
    outbox.drain()
    platform.ask_again(ADMIN, uid)
    with transaction():
        platform.note_taken_up(uid, 1, 1, utcnow())
        platform.note_trouble(uid, 1, 1, "late")
        platform.note_failure(uid, 1, 1, "late", utcnow())
        assert not platform.note_answer(uid, Answer(False, "late"), utcnow(), round=1, attempts=1)
    assert (fresh(uid).state, fresh(uid).note) == ("asked", "")
    stale = {"call": uid, "round": 1}
    assert platform_jobs.post_call(stale) == platform_jobs.NOTHING


def test_two_at_once_ask_again_once(platform_there: Platform) -> None:
    platform_there.told(next=[404])
    uid = ask()
    outbox.drain()
    seen = call_named(uid)
    platform.ask_again(ADMIN, uid)
    with transaction():
        fresh_round = {"in_round": 1, "round": 2}
        assert not platform._move(seen, CallState.ASKED, **fresh_round)
    due = select(func.count()).where(OutboxRow.topic == platform.DUE)
    assert db.session.execute(due).scalar_one() == 2


def test_only_codes_numbers_and_yes_or_no_are_kept_of_an_answer() -> None:
    more = {
        "seller": "m-1042", "found": True, "count": 3, "name": "Alice Li", "phone": 13800138000000000,
        "list": ["a"], "none": None, "x y": "a", "type": "platform.answer", "call": "0" * 32,
    }  # fmt: skip
    answer = read_answer(json.dumps({"done": True, "note": "It is done, Alice", **more}).encode())
    assert answer == Answer(True, "", {"seller": "m-1042", "found": True, "count": 3})
    for body in (b"", b"[]", b"{}", b'"done"', b"[" * 60_000, b"\xff", b'{"done": 1}'):
        with pytest.raises(ValueError):  # noqa: PT011  (json's own, and ours)
            read_answer(body)


def use(app: Flask, **settings: str) -> None:
    """Change the configuration of the running application."""
    found = app.extensions["ground"]
    object.__setattr__(found, "config", found.config.with_changes(**settings))


def test_a_name_that_a_newer_one_replaced_is_not_asked_for_again(platform_there: Platform) -> None:
    older, newer = (
        platform.call(Name.SET_REALNAME, key, about="person:7") for key in ("one", "two")
    )
    with transaction():
        changed(update(PlatformCall).values(state=CallState.FAILED))
    with pytest.raises(AlreadyDone):
        platform.ask_again(ADMIN, older)
    platform.ask_again(ADMIN, newer)
