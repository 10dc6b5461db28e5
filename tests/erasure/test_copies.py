"""A copy of one's data: asked for by its person alone, whole, harmless to open, sealed, gone in time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import file_upkeep, outbox, vault
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import db, transaction
from support.core.errors import Expired, NeedsProof, NotAllowed, NotFound, TooMany
from support.core.files import store
from support.core.holders import Holder, Item, Removal, count_of
from support.core.outbox import Outcome, Retry
from support.core.outbox_rows import OutboxRow, OutboxState
from support.erasure import copying, queries_copies, service_copies
from support.erasure.models_copies import CopyState, DataCopy
from support.notifications.letters import write_letter
from support.notifications.models import Delivery
from support.notifications.templates import facts_for, template
from tests.erasure import leftovers
from tests.erasure.copies import (
    data_in,
    fresh,
    keep_only,
    kept_file,
    names_in_store,
    place,
    ready_copy,
    saved,
)
from tests.erasure.everything import CANARIES, Everything
from tests.erasure.world import ErasureWorld

S = CopyState
AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


def test_without_a_fresh_proof_nothing_is_asked_for_and_nothing_saved(world: ErasureWorld) -> None:
    row = ready_copy(world)
    old = utcnow() + timedelta(minutes=16)
    shown = world.shown(world.alice)
    for actor, now in ((world.alice, utcnow()), (shown, old)):
        with pytest.raises(NeedsProof):
            service_copies.ask_copy(actor, now=now)
        with pytest.raises(NeedsProof):
            service_copies.open_copy(actor, row.uid, now=now)
    assert count_of(DataCopy, DataCopy.person_id == world.alice.id) == 1


def test_another_members_copy_is_not_there(world: ErasureWorld) -> None:
    row = ready_copy(world)
    bob = world.shown(world.bob)
    with pytest.raises(NotFound):
        service_copies.open_copy(bob, row.uid)
    with pytest.raises(NotFound):
        service_copies.remove_copy(bob, row.uid)
    assert fresh(row).status is S.READY
    assert queries_copies.own_copies(bob) == []


def test_who_works_here_gets_none(world: ErasureWorld) -> None:
    with pytest.raises(NotAllowed):
        service_copies.ask_copy(world.shown(world.mei))


def test_a_double_click_makes_one_and_the_fourth_of_a_day_is_refused(world: ErasureWorld) -> None:
    alice = world.shown(world.alice)
    first = service_copies.ask_copy(alice)
    assert service_copies.ask_copy(alice).id == first.id
    for _time in range(3):
        service_copies.ask_copy(alice)
        world.drain()
    with pytest.raises(TooMany):
        service_copies.ask_copy(alice)
    rows = queries_copies.own_copies(alice)
    assert [row.status for row in rows] == [S.READY, S.GONE, S.GONE], "a newer one replaces it"
    assert names_in_store() == {rows[0].run}


def test_what_every_place_yields_stands_in_the_copy_with_its_files(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = kept_file(world.alice, "receipt.pdf", b"%PDF paid")
    bad = kept_file(world.alice, "virus.pdf", b"%PDF bad", state="blocked")
    items = [
        Item("Message", AT, {"Text": "first", "Number": 7, "Sent": AT, "None": None}, (uid, bad)),
        Item("Message", None, {"Text": "second"}, (uid, "0" * 32)),
    ]
    keep_only(monkeypatch, place("messages", items), place("account", [Item("Name")], "account"))
    archive = saved(world, ready_copy(world))
    found = data_in(archive)
    assert [each["class"] for each in found["items"]] == ["account", "orders", "orders"]
    first = found["items"][1]
    assert first["at"] == "2026-03-04T05:06:00+00:00"
    assert first["fields"] == {
        "Text": "first",
        "Number": 7,
        "Sent": "2026-03-04T05:06:00+00:00",
        "None": None,
    }
    (path,) = first["files"]
    assert found["items"][2]["files"] == [path], "the same file stands there once"
    assert archive.read(path) == b"%PDF paid"
    assert [name for name in archive.namelist() if name.startswith("files/")] == [path]
    assert found["left_out"] == ["virus.pdf", "3"]
    page = archive.read("index.html").decode()
    assert f'href="{path}"' in page
    assert "virus.pdf (not in this copy)" in page
    assert archive.testzip() is None


def test_it_is_written_in_the_language_of_its_person(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_only(monkeypatch, place("orders", [Item("Sent", AT, {"Why": "因为"})]))
    alice = world.shown(world.alice)
    row = service_copies.ask_copy(
        type(alice)(alice.kind, alice.id, session=alice.session, language="zh")
    )
    world.drain()
    archive = saved(world, fresh(row))
    page, words = archive.read("index.html").decode(), archive.read("README.txt").decode()
    assert 'lang="zh-Hans"' in page
    assert "示例平台" in page
    assert '<dt>原因</dt><dd dir="auto">因为</dd>' in page
    assert "供程序读取" in words


def test_hostile_words_do_nothing_when_the_page_is_opened(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "</dd><script>alert(1)</script><img src=x onerror=alert(2)>"
    uid = kept_file(world.alice, "../../<script>x'\".pdf", b"%PDF")
    item = Item(evil, AT, {evil: evil, "Text": "{{ 7 * 7 }} %(name)s %s"}, (uid,))
    keep_only(monkeypatch, place("orders", [item]))
    archive = saved(world, ready_copy(world))
    page = archive.read("index.html").decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "{{ 7 * 7 }} %(name)s %s" in page
    assert "default-src 'none'" in page
    assert data_in(archive)["items"][0]["fields"][evil] == evil
    for name in archive.namelist():
        assert ".." not in name
        assert name.count("/") <= 1


def test_how_far_it_is_can_be_seen_while_it_is_made(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int, int]] = []

    def look(_person: int) -> Iterator[Item]:
        row = fresh(asked)
        seen.append((row.state, row.done, row.total))
        yield Item("Last")

    three = [Item("One"), Item("Two"), Item("Three")]
    keep_only(monkeypatch, place("first", three), place("second", look))
    asked = service_copies.ask_copy(world.shown(world.alice))
    world.drain()
    assert seen == [("building", 3, 3)]
    assert fresh(asked).status is S.READY


def test_in_the_store_it_is_noise_and_nothing_else_is_left_there(
    app: Flask, world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "The toucan was blue and cost a lot"
    keep_only(monkeypatch, place("orders", [Item("Message", AT, {"Text": canary})] * 20))
    row = ready_copy(world)
    assert canary in saved(world, row).read("index.html").decode()
    assert leftovers.in_files(Path(app.instance_path) / "files", [canary]) == []
    assert names_in_store() == {row.run}
    assert list(store().incoming.directory.iterdir()) == []


def test_its_time_is_over_after_seven_days_and_it_can_be_deleted_before(
    world: ErasureWorld,
) -> None:
    first, other = ready_copy(world), ready_copy(world, world.bob)
    file_upkeep.sweep_orphans(utcnow() + timedelta(days=2))
    assert names_in_store() == {first.run, other.run}, "the sweep of orphans leaves them"
    service_copies.remove_copy(world.bob, other.uid)
    service_copies.remove_copy(world.bob, other.uid)
    over = utcnow() + timedelta(days=7, minutes=1)
    service_copies.end_copies(over - timedelta(minutes=2))
    assert names_in_store() == {first.run}
    with pytest.raises(Expired):
        service_copies.open_copy(world.shown(world.alice), first.uid, now=over)
    service_copies.end_copies(over)
    assert names_in_store() == set()
    assert (fresh(first).status, fresh(other).status) == (S.GONE, S.GONE)
    with pytest.raises(vault.KeyDestroyed), transaction():
        vault.seal_bytes(first.stream, "x", b"")
    with pytest.raises(Expired):
        service_copies.open_copy(world.shown(world.alice), first.uid)
    service_copies.end_copies(over + timedelta(days=31))
    assert db.session.execute(select(DataCopy)).scalars().all() == []


def test_a_letter_says_that_it_is_ready_and_where_and_holds_no_way_to_it(
    world: ErasureWorld,
) -> None:
    row = ready_copy(world)
    mine = Delivery.person_id == world.alice.id
    sent = db.session.execute(select(Delivery).where(mine)).scalars().all()
    assert {each.channel for each in sent} == {"mail", "sms", "inbox"}
    facts = facts_for(template("erasure.copy"), {"copy": row.id}, world.alice)
    assert facts is not None
    letter = write_letter("erasure.copy", world.alice, facts | {"check_code": "AAAA-BBBB"})
    assert "http://localhost/account/data/copies\n" in letter.text
    assert row.uid not in letter.text + letter.html
    assert facts_for(template("erasure.copy"), {"copy": row.id}, world.bob) is None
    events = db.session.execute(select(Event.action).where(Event.action.like("data_copy.%")))
    assert list(events.scalars()) == ["data_copy.asked", "data_copy.ready"]
    saved(world, row)
    saved(world, row)
    events = db.session.execute(select(Event.action).where(Event.action == "data_copy.saved"))
    assert len(list(events.scalars())) == 2


def test_an_erasure_takes_copies_away_also_one_that_is_being_made(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = world.alice.id or 0
    ready_copy(world)
    rows: list[int] = []

    def erased(_person: int) -> Iterator[Item]:
        with transaction():
            rows.append(service_copies.erase_copies(Removal(person, utcnow())))
        yield Item("Too late")

    keep_only(monkeypatch, place("orders", erased))
    service_copies.ask_copy(world.shown(world.alice))
    world.drain()
    assert rows == [2]
    assert count_of(DataCopy, DataCopy.person_id == person) == 0
    assert names_in_store() == set()
    assert list(store().incoming.directory.iterdir()) == []
    with transaction():
        assert service_copies.erase_copies(Removal(person, utcnow())) == 0


def test_a_dead_run_is_followed_by_another_and_a_living_one_is_left_alone(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """As far as the rows are concerned, the process is no more."""

    def die(_person: int) -> Iterator[Item]:
        yield Item("First")
        raise Killed()

    keep_only(monkeypatch, place("orders", die))
    row = service_copies.ask_copy(world.shown(world.alice))
    with pytest.raises(Killed):
        copying.make_copy(row.id)
    assert fresh(row).status is S.BUILDING
    before = fresh(row).run
    with pytest.raises(Retry):
        copying.make_copy(row.id)
    with transaction():
        late = utcnow() - copying.STALE
        db.session.merge(fresh(row)).beat_at = late
    keep_only(monkeypatch, place("orders", [Item("First")]))
    copying.make_copy(row.id)
    assert fresh(row).status is S.READY
    assert fresh(row).run != before
    copying.make_copy(row.id)
    assert names_in_store() == {fresh(row).run}


def test_what_can_not_be_made_says_so_and_another_may_be_asked_for(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_person: int) -> Iterator[Item]:
        yield Item("First")
        raise ValueError("broken place")

    keep_only(monkeypatch, place("orders", broken))
    row = service_copies.ask_copy(world.shown(world.alice))
    outbox.drain()
    assert fresh(row).status is S.BUILDING, "it is tried again"
    job = db.session.execute(select(OutboxRow).where(OutboxRow.topic == "data_copy.asked"))
    assert job.scalar_one().state == OutboxState.PENDING
    with transaction():
        dead = Outcome(OutboxState.DEAD, "ValueError", 8, utcnow())
        service_copies.note_failure({"copy": row.id}, dead)
    assert fresh(row).status is S.FAILED
    assert names_in_store() == set()
    assert service_copies.ask_copy(world.shown(world.alice)).id != row.id


def test_large_files_are_never_held_in_memory(
    world: ErasureWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    large = tmp_path / "large"
    with large.open("wb") as out:
        for number in range(60):
            out.write(bytes([number]) * 1024 * 1024)
    uid = kept_file(world.alice, "large.pdf", large)

    def many(_person: int) -> Iterator[Item]:
        for number in range(3000):
            yield Item("Message", AT, {"Text": f"{number} " + "words " * 100}, (uid,))

    keep_only(monkeypatch, place("orders", many))
    row = service_copies.ask_copy(world.shown(world.alice))
    copying.make_copy(row.id)  # once before, so that what is loaded once is not counted
    row = service_copies.ask_copy(world.shown(world.alice))
    tracemalloc.start()
    try:
        copying.make_copy(row.id)
        pieces = service_copies.open_copy(world.shown(world.alice), row.uid).pieces
        length = sum(len(piece) for piece in pieces)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert length == fresh(row).bytes > 60 * 1024**2
    assert peak < 16 * 1024**2, f"{peak / 1024**2:.0f} MB"


def test_what_somebody_wrote_and_sent_is_in_their_copy_and_nobody_elses(
    world: ErasureWorld,
) -> None:
    life = Everything(world.mei, world.bob)
    archive = saved(world, ready_copy(world, life.alice), life.alice)
    page = archive.read("index.html").decode()
    text = archive.read("data.json").decode() + "".join(archive.namelist())
    for name in ("subject", "message", "later message", "file name", "draft"):
        assert CANARIES[name] in text, name
        assert CANARIES[name] in page, name
    (path,) = (name for name in archive.namelist() if name.startswith("files/"))
    assert archive.read(path) == CANARIES["file"].encode()
    theirs = saved(world, ready_copy(world, world.bob), world.bob).read("data.json").decode()
    assert CANARIES["subject"] not in theirs


def test_every_place_that_keeps_anything_is_in_the_copy(world: ErasureWorld) -> None:
    life = Everything(world.mei, world.bob)
    row = ready_copy(world, life.alice)
    kept = {each.code for each in hooks(Holder) if each.count(life.id)}
    places = {each["place"] for each in data_in(saved(world, row, life.alice))["items"]}
    assert kept <= places
