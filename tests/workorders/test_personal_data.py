"""What orders keep of people: read in their copy, taken out of threads that others can still follow, nothing left."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import files, search
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.files import StoredFile
from support.core.holders import Holder, Measure
from support.workorders import index, queries, service, service_bulk, service_drafts
from support.workorders.lifecycle import Status
from support.workorders.models import Draft, Message, Note, Party, Tag, WorkOrder
from support.workorders.service_desk import Properties
from tests.fixtures.removals import carry_out, collected, holder, holders_of, left_of, said
from tests.workorders.desk_world import (
    client_of,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)

ROOM = "workorders"
SUBJECT, BODY, MORE = (
    "Wang Xiaoming 王小明 can't pay",
    "My card is of Quokkabank",
    "Call 13912345678",
)
FILE, TAG, BEGUN = "王小明.txt", "quokka-vip", "I began a zebra letter"
ANSWER, NOTE, BOBS = "We look at it.", "Seen before, marmot.", "Bob's ocelot is lost"
VALUES = (SUBJECT, "王小明", "Quokkabank", "13912345678", FILE, TAG, BEGUN)


@pytest.fixture
def world(context: None) -> dict[str, Any]:
    """What `make_world` makes, for tests that call verbs."""
    return make_world()


def make_world(language: str = "en") -> dict[str, Any]:
    """Alice with an order in every shape; Mei who answers, notes and tags; Bob whose order is his own."""
    alice = make_member("Alice", "alice@example.org", language=language)
    bob, mei = make_member("Bob"), make_agent(language=language)
    order = make_order(alice, SUBJECT, BODY)
    attach(alice, order)
    service.add_note(mei, order, body=NOTE)
    service.tag_order(mei, order, words=[TAG])
    service.reply(
        mei, order, body=ANSWER, version=order.version, then=Status.WAITING, language="en"
    )
    service.answer(alice, order, body=MORE, language="zh")
    service_drafts.save_draft(alice.ref, "new:question", {"subject": "S", "body": BEGUN})
    service_drafts.save_draft(mei.ref, order.stream, {"body": BEGUN})
    bobs = make_order(bob, BOBS, BOBS)
    service.tag_order(mei, bobs, words=["other"])
    service_drafts.save_draft(bob.ref, "new:question", {"subject": "S", "body": "Bob's"})
    return {"alice": alice, "bob": bob, "mei": mei, "order": order, "bobs": bobs}


def attach(actor: Actor, order: WorkOrder) -> None:
    """The person's first message has a file, as the form puts it there."""
    draft = service_drafts.save_draft(actor.ref, f"new:{order.kind}", {})
    file = files.intake(io.BytesIO(b"zebra in the file"), FILE, None, draft.files_owner)
    stream = service.first_message(order).stream
    with transaction():
        files.attach([file.uid], draft.files_owner, stream, person=actor.ref)


def of(measure: Measure) -> list[Holder]:
    return [each for each in holders_of(ROOM) if measure in each.measures]


def remove(world: dict[str, Any], who: str = "alice") -> None:
    """All that this room does at the person's request."""
    for measure in (Measure.ANONYMISE, Measure.ERASE):
        carry_out(measure, world[who].id, *of(measure))


def order_now(world: dict[str, Any]) -> WorkOrder:
    return queries.order_by_id(world["order"].id)


def found(words: str) -> list[int]:
    return [hit.thing_id for hit in search.find(index.KIND, words, staff=True)]


def test_the_copy_has_what_was_written_and_answered_and_none_of_the_desks_own_words(
    world: dict[str, Any],
) -> None:
    items = collected(world["alice"].id, *holders_of(ROOM))
    text = said(items)
    assert all(each in text for each in (SUBJECT, BODY, MORE, ANSWER, BEGUN))
    assert world["order"].reference in text
    assert NOTE not in text
    assert TAG not in text
    assert BOBS not in text
    [uid] = [uid for item in items for uid in item.files]
    assert files.file_by_uid(uid).name == FILE
    assert [each.count(world["alice"].id) for each in holders_of(ROOM)] == [2, 1, 1, 1]


def test_nothing_that_the_person_wrote_is_left_and_twice_is_harmless(world: dict[str, Any]) -> None:
    [uid] = db.session.execute(select(StoredFile.uid)).scalars()
    assert len(left_of(VALUES, ROOM)) == 5, "subject, texts and tag stand in plain words before"
    remove(world)
    assert left_of(VALUES, ROOM) == []
    assert db.session.execute(select(StoredFile)).first() is None
    with pytest.raises(FileNotFoundError):
        files.store().open(uid)
    assert [each.count(world["alice"].id) for each in holders_of(ROOM)] == [0, 0, 0, 0]
    for measure in (Measure.ANONYMISE, Measure.ERASE):
        assert not any(carry_out(measure, world["alice"].id, *of(measure)).values())
    assert len(collected(world["alice"].id, *holders_of(ROOM))) == 1, "the desk's answer stays"


def test_what_the_desk_wrote_and_what_is_counted_stays(world: dict[str, Any]) -> None:
    order = world["order"]
    service.rate_order(
        world["alice"],
        service.move_order(world["mei"], order, status=Status.RESOLVED, version=order.version),
        solved=True,
        comment="",
    )
    before = order_now(world)
    counted = (before.solved, before.rated_at, before.closed_reason, before.updated_at)
    remove(world)
    order = order_now(world)
    assert (order.solved, order.rated_at, order.closed_reason, order.updated_at) == counted
    assert db.session.execute(select(Note.body)).scalars().all() == [NOTE]
    said_here = select(Message.body).where(Message.order_id == order.id, Message.from_staff)
    assert db.session.execute(said_here).scalars().all() == [ANSWER]


def test_an_open_order_is_closed_for_a_reason_of_its_own_and_nobody_is_told(
    world: dict[str, Any],
) -> None:
    remove(world)
    order = order_now(world)
    assert (order.state, order.closed_reason, order.fresh) == (Status.CLOSED, "erased", False)
    [party] = db.session.execute(select(Party).where(Party.order_id == order.id)).scalars()
    assert (party.role, party.person_id, party.contact_id) == ("requester", world["alice"].id, None)


def test_an_agent_who_looked_at_it_meanwhile_is_told_that_it_changed(world: dict[str, Any]) -> None:
    before = world["order"].version
    remove(world)
    assert order_now(world).version > before


def test_the_address_that_a_guest_gave_is_let_go(context: None) -> None:
    order = make_guest_order("guest@example.net", SUBJECT)
    carry_out(Measure.ANONYMISE, order.requester_id, holder("workorders.orders"))
    [party] = db.session.execute(select(Party)).scalars()
    assert party.contact_id is None


def test_search_finds_what_the_desk_wrote_but_no_word_of_the_person(world: dict[str, Any]) -> None:
    order_id = world["order"].id
    assert all(order_id in found(words) for words in ("Quokkabank", "王小明", "marmot", "look"))
    remove(world)
    assert not any(found(words) for words in ("Quokkabank", "王小明", "13912345678", "Wang"))
    assert found("marmot") == found("look") == [order_id]
    assert found("ocelot") == [world["bobs"].id]


def test_the_orders_drafts_and_tags_of_others_stay(world: dict[str, Any]) -> None:
    remove(world)
    bobs = queries.order_by_id(world["bobs"].id)
    assert (bobs.subject, bobs.state) == (BOBS, Status.NEW)
    assert service.first_message(bobs).body == BOBS
    assert db.session.execute(select(Tag.word)).scalars().all() == ["other"]
    assert db.session.execute(select(Draft.owner)).scalars().all() == [world["bob"].ref]


def test_a_deleted_tag_is_not_brought_back_by_undoing_a_change(world: dict[str, Any]) -> None:
    order, mei = order_now(world), world["mei"]
    run = service_bulk.change_one(mei, order, Properties(tags=[]), version=order.version)
    assert run is not None
    assert left_of([TAG], ROOM) != []
    remove(world)
    assert left_of([TAG], ROOM) == []
    service_bulk.undo_many(mei, run.uid)
    assert queries.tags_of(order_now(world)) == []


def test_files_in_a_draft_go_with_it(world: dict[str, Any]) -> None:
    draft = service_drafts.load_draft(world["alice"].ref, "new:question")
    assert draft is not None
    file = files.intake(io.BytesIO(b"more"), "more.txt", None, draft.files_owner)
    uid = file.uid
    carry_out(Measure.ERASE, world["alice"].id, holder("workorders.drafts"))
    assert db.session.execute(select(StoredFile).where(StoredFile.uid == uid)).first() is None


def test_legal_holds_find_every_order_that_somebody_has_a_part_in(world: dict[str, Any]) -> None:
    alice, bobs = world["alice"].id, world["bobs"]
    with transaction() as session:
        session.add(Party(order_id=bobs.id, person_id=alice, role="participant"))
    streams = set(holder("workorders.messages").streams(alice))
    assert streams == {f"person:{alice}", world["order"].stream, bobs.stream}


def test_what_somebody_wrote_in_the_order_of_another_goes_and_that_order_runs_on(
    world: dict[str, Any],
) -> None:
    alice, bobs, now = world["alice"], world["bobs"], utcnow()
    with transaction() as session:
        part = Party(order_id=bobs.id, person_id=alice.id, role="participant")
        session.add(part)
        session.flush()
        session.add(
            Message(
                order_id=bobs.id,
                party_id=part.id,
                author_id=alice.id,
                from_staff=False,
                body=MORE,
                language="zh",
                created_at=now,
            )
        )
    remove(world)
    assert left_of([MORE], ROOM) == []
    bobs = queries.order_by_id(bobs.id)
    assert (bobs.state, bobs.subject) == (Status.NEW, BOBS)


WORDS = {
    "en": ("(removed)", "Removed: at the person's request"),
    "zh": ("（已删除）", "已删除：应当事人要求，或保存期限已满。"),
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_thread_desk_and_lists_say_in_words_that_it_was_removed(app: Flask, language: str) -> None:
    with app.app_context():
        world = make_world(language)
        remove(world)
        reference = world["order"].reference
    words, desk = WORDS[language], f"/desk/orders/{reference}"
    for who, thread, others in (
        ("alice", f"/orders/{reference}", ["/orders"]),
        ("mei", desk, ["/desk/?status=closed", f"{desk}/history", "/desk/search?q=marmot"]),
    ):
        client = client_of(app, world[who])
        page = client.get(thread)
        text = page.text.replace("&#39;", "'")
        assert page.status_code == 200
        assert all(each in text for each in words)
        assert ANSWER in text
        assert not any(each in text for each in VALUES)
        for address in others:
            page = client.get(address)
            assert (page.status_code, words[0] in page.text) == (200, True), address
