"""What the ground keeps of people: uploads that wait, and what calls to the platform said; both end, others' stay."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import files, platform, vault
from support.core.clock import utcnow
from support.core.context import register
from support.core.db import db, transaction
from support.core.files import StoredFile
from support.core.holders import Measure
from support.core.outbox_rows import OutboxRow
from support.core.platform import Addressee
from support.core.platform_calls import CallState, Name, PlatformCall, call_named
from support.core.platform_door import Answer
from support.core.vault import KeyDestroyed
from tests.fixtures.removals import carry_out, collected, holder, left_of, said

ALICE, BOB = 11, 12
UPLOADS, CALLS = "core.uploads", "core.calls"


@pytest.fixture(autouse=True)
def context(app: Flask) -> Any:
    """An application context, and a platform that knows people by a name."""
    register(app, Addressee(lambda person: {"id": f"uid-{person}"}))
    with app.app_context():
        app.extensions["ground"].hooks[Addressee][:-1] = []
        yield
        db.session.remove()


def upload(person: int, name: str = "canary.txt") -> str:
    return files.intake(io.BytesIO(b"a canary sang"), name, None, f"person:{person}").uid


def call(name: Name, key: str, person: int = ALICE, **sealed: str) -> str:
    return platform.call(name, key, about="order:1", person=person, sealed=sealed)


def fresh(uid: str) -> PlatformCall:
    db.session.rollback()
    return call_named(uid)


def kept() -> set[str]:
    db.session.rollback()
    return set(db.session.execute(select(StoredFile.uid)).scalars())


def test_an_upload_that_waits_goes_with_its_bytes_and_name(app: Flask) -> None:
    mine, theirs = upload(ALICE), upload(BOB)
    [item] = collected(ALICE, holder(UPLOADS))
    assert (item.files, said([item])) == ((mine,), "canary.txt")
    assert holder(UPLOADS).count(ALICE) == 1
    assert carry_out(Measure.ERASE, ALICE, holder(UPLOADS)) == {UPLOADS: 1}
    assert kept() == {theirs}
    with pytest.raises(FileNotFoundError):
        files.store().open(mine)
    with files.store().open(theirs) as stream:
        assert stream.read() == b"a canary sang"
    assert carry_out(Measure.ERASE, ALICE, holder(UPLOADS)) == {UPLOADS: 0}


def test_an_upload_goes_whose_name_nobody_can_open_any_more() -> None:
    upload(ALICE)
    with transaction():
        vault.destroy(f"person:{ALICE}")
    assert collected(ALICE, holder(UPLOADS)) == []
    carry_out(Measure.ERASE, ALICE, holder(UPLOADS))
    assert kept() == set()


def test_a_file_that_is_attached_is_left_to_the_room_of_what_it_is_attached_to() -> None:
    uid = upload(ALICE)
    with transaction():
        files.attach([uid], f"person:{ALICE}", "message:1")
    carry_out(Measure.ERASE, ALICE, holder(UPLOADS))
    assert kept() == {uid}


def test_what_calls_said_of_somebody_is_in_their_copy_and_then_forgotten() -> None:
    uid = call(Name.SET_REALNAME, "1", verified_name="Alice Canary")
    other = call(Name.SET_REALNAME, "2", BOB, verified_name="Bob")
    platform.note_answer(uid, Answer(done=False, facts={"items": 2}), utcnow())
    assert said(collected(ALICE, holder(CALLS))) == "Not done\nuid-11, Alice Canary"
    assert holder(CALLS).count(ALICE) == 1
    sealed = fresh(uid).sealed or b"none"
    assert carry_out(Measure.ERASE, ALICE, holder(CALLS)) == {CALLS: 1}
    row = fresh(uid)
    assert (row.sealed, row.answer, row.status) == (None, {}, CallState.NOT_DONE)
    assert left_of([sealed], "core") == []
    with pytest.raises(KeyDestroyed):
        vault.unseal(platform.owner(uid), f"platform_call.sealed:{uid}", sealed)
    assert platform.said(fresh(other))["verified_name"] == "Bob"
    assert holder(CALLS).count(ALICE) == 0
    assert carry_out(Measure.ERASE, ALICE, holder(CALLS)) == {CALLS: 0}


def test_a_call_that_has_not_left_is_not_made_any_more_and_whoever_waits_is_told() -> None:
    uid = call(Name.SET_REALNAME, "1", verified_name="Alice Canary")
    carry_out(Measure.ERASE, ALICE, holder(CALLS))
    row = fresh(uid)
    assert (row.status, row.note, row.sealed) == (CallState.FAILED, platform.ERASED, None)
    told = select(OutboxRow.payload).where(OutboxRow.topic == platform.ANSWERED)
    assert {each["call"] for each in db.session.execute(told).scalars()} <= {uid}


def test_the_call_that_asks_to_erase_them_is_left_alone() -> None:
    uid = call(Name.ERASE_PERSON, "1")
    assert carry_out(Measure.ERASE, ALICE, holder(CALLS)) == {CALLS: 0}
    assert (fresh(uid).status, platform.said(fresh(uid))["member"]) == (
        CallState.ASKED,
        {"id": "uid-11"},
    )
