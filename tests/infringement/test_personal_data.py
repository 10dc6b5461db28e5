"""Each side of a notice is taken out at its request: erased or locked away, while the other side keeps its own."""

from __future__ import annotations

import base64
import json

import pytest
from flask import url_for
from sqlalchemy import select

from support.core import vault
from support.core.context import hooks
from support.core.db import db, transaction
from support.core.files import StoredFile
from support.core.holders import Holder, Measure
from support.core.vault import KeyDestroyed
from support.infringement import (
    answer_pages,
    queries,
    queries_counters,
    queries_publishing,
    service,
    sides,
)
from support.infringement.models import HeldRight, item_place
from support.infringement.publishing import draft_of
from support.notifications.models import SentText
from support.notifications.queries_letters import letters_about
from support.policies import queries_legal_holds as holds
from tests.fixtures.removals import carry_out, collected, holder, left_of, said
from tests.infringement.removal_world import (
    ANSWERS,
    DRAFTS,
    FILER,
    HANAS,
    RIGHTS,
    RONGS,
    answer_words,
    counter_words,
    do,
    ended,
    fresh,
    lock,
    part_of,
)
from tests.infringement.world import FACTS, NoticeWorld
from tests.workorders.desk_world import client_of


def test_an_open_notice_is_held_for_both_sides_and_a_closed_one_is_not(world: NoticeWorld) -> None:
    notice = world.qualified()
    for code, who in ((FILER, world.hana), (ANSWERS, world.rong)):
        assert holds.is_held(*holder(code).streams(who.id or 0)), code
        assert holder(code).since(who.id or 0) is None
    closed = ended(world)
    for one in world.items(notice):
        service.withdraw_item(world.hana, one, version=one.version, now=world.now)
    for code, who in ((FILER, world.hana), (ANSWERS, world.rong)):
        assert not holds.is_held(*holder(code).streams(who.id or 0)), code
        assert holder(code).since(who.id or 0) == max(one.changed_at for one in world.items(closed))


def test_each_side_finds_its_own_words_in_its_copy_and_nothing_of_the_other(
    world: NoticeWorld,
) -> None:
    ended(world)
    hanas = collected(world.hana.id, holder(FILER), holder(RIGHTS))
    rongs = collected(world.rong.id, holder(ANSWERS))
    assert all(value in said(hanas) for value in (*HANAS, "canary complaint", FACTS.right_no))
    assert all(value in said(rongs) for value in (*RONGS, "Canary shirt 1"))
    assert not any(value in said(hanas) for value in RONGS)
    assert not any(value in said(rongs) for value in (*HANAS, "canary complaint"))
    assert len(hanas[0].files) == 4
    assert sum(len(item.files) for item in rongs) == 1
    assert [holder(code).count(world.hana.id or 0) for code in (FILER, ANSWERS, RIGHTS)] == [
        1,
        0,
        1,
    ]
    assert [holder(code).count(world.rong.id or 0) for code in (FILER, ANSWERS)] == [0, 1]


@pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])
def test_the_filer_goes_and_the_respondent_keeps_the_case(
    world: NoticeWorld, measure: Measure
) -> None:
    notice = ended(world)
    before = (
        counter_words(notice),
        answer_words(notice),
        queries.listing_of(notice, world.item(notice)).url,
    )
    taken = do(measure, world.hana.id, holder(FILER), holder(RIGHTS))
    assert all(taken.values())
    notice = fresh(notice)
    facts = queries.facts_of(notice)
    assert not any(
        str(getattr(facts, name)) for name in ("holder_name", "explanation", "signature")
    )
    item = queries.items_of(notice)[0]
    listing = queries.listing_of(notice, item)
    assert (counter_words(notice), answer_words(notice), listing.url) == before
    assert (listing.title, listing.words) == ("Canary shirt 1", "")
    assert queries.complaint_words(notice, item) == ""
    assert len(notice.holder_blind) == 16
    assert (notice.valid_until, notice.right_id) == (None, None)
    assert db.session.execute(select(HeldRight)).first() is None
    assert not any(do(measure, world.hana.id, holder(FILER), holder(RIGHTS)).values())
    assert holder(FILER).count(world.hana.id or 0) == 0


@pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])
def test_the_respondent_goes_and_the_filer_keeps_the_case(
    world: NoticeWorld, measure: Measure
) -> None:
    notice = ended(world)
    assert do(measure, world.rong.id, holder(ANSWERS))[ANSWERS]
    notice = fresh(notice)
    assert (counter_words(notice), answer_words(notice)) == ("", "")
    item = queries.items_of(notice)[0]
    listing = queries.listing_of(notice, item)
    assert (listing.url, listing.title) == ("https://market.example/items/1", "")
    assert queries.complaint_words(notice, item) == "canary complaint"
    assert queries.facts_of(notice).holder_name == FACTS.holder_name
    part = part_of(notice)
    assert (part.address_sealed, part.address_blind, part.contact_id) == (None, None, None)
    assert not any(do(measure, world.rong.id, holder(ANSWERS)).values())


@pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])
def test_with_the_second_side_the_links_go_too(world: NoticeWorld, measure: Measure) -> None:
    notice = ended(world)
    do(measure, world.rong.id, holder(ANSWERS))
    do(measure, world.hana.id, holder(FILER))
    notice = fresh(notice)
    for item in queries.items_of(notice):
        assert queries.listing_of(notice, item).url == ""
        assert len(item.url_blind) == 16
        assert (item.platform_item, queries.reason_words(notice, item)) == ("", "")
        assert (item.sealed is None) is (measure is Measure.ERASE)


def test_what_is_locked_away_opens_under_its_own_key_alone_and_dies_with_it(
    world: NoticeWorld,
) -> None:
    notice = ended(world)
    lock(world.hana.id, holder(FILER))
    notice = fresh(notice)
    place = f"notice.sealed:{notice.uid}"
    assert notice.sealed is not None
    with pytest.raises(KeyDestroyed):
        vault.unseal(notice.stream, place, notice.sealed)
    assert FACTS.explanation in vault.unseal_restricted(place, notice.sealed)
    item = queries.items_of(notice)[0]
    locked = queries.opened(notice.stream, item_place(item.uid), item.sealed)["locked"]
    kept = base64.b64decode(locked["filer"])
    assert json.loads(vault.unseal_restricted(item_place(item.uid), kept)) == {"words": ""}
    with transaction():
        vault.destroy("restriction:test:rights")
    with pytest.raises(KeyDestroyed):
        vault.unseal_restricted(place, notice.sealed)


def test_with_destroyed_keys_what_was_to_be_locked_away_is_emptied(world: NoticeWorld) -> None:
    notice = ended(world)
    with transaction():
        vault.destroy(notice.stream)
        for who in (world.hana, world.rong):
            vault.destroy(f"person:{who.id}")
    every = [holder(code) for code in (FILER, ANSWERS, RIGHTS, DRAFTS)]
    for who in (world.hana, world.rong):
        assert collected(who.id, *every) is not None
        lock(who.id, *every[:3])
    notice = fresh(notice)
    assert notice.sealed is None
    assert all(item.sealed is None for item in queries.items_of(notice))
    counter = queries_counters.counter_of(part_of(notice))
    assert counter is not None
    assert counter.sealed is None
    assert db.session.execute(select(StoredFile)).first() is None


def test_who_was_only_named_by_address_is_found_by_it_and_taken_out(world: NoticeWorld) -> None:
    notice = world.file(owner_address="eve@example.org")
    eve, part = holder(ANSWERS), part_of(notice)
    assert part.address_sealed is not None
    assert (eve.count(world.eve.id or 0), eve.count(world.rong.id or 0)) == (1, 0)
    assert "eve@example.org" in said(collected(world.eve.id, eve))
    with transaction():
        vault.destroy(f"person:{world.eve.id}")  # her own key is not needed to find it
    carry_out(Measure.ERASE, world.eve.id, eve)
    part = part_of(fresh(notice))
    assert (part.address_sealed, part.address_blind) == (None, None)
    assert eve.count(world.eve.id or 0) == 0


def test_another_filer_is_not_touched(world: NoticeWorld) -> None:
    ended(world)
    other = world.qualified(who=world.eve)
    for measure in (Measure.RESTRICT, Measure.ERASE):
        do(measure, world.hana.id, *(holder(code) for code in (FILER, RIGHTS, ANSWERS)))
    other = fresh(other)
    assert queries.facts_of(other).holder_name == FACTS.holder_name
    assert queries.listing_of(other, queries.items_of(other)[0]).title == "Canary shirt 1"
    assert len(db.session.execute(select(HeldRight)).all()) == 1


def test_pages_of_the_other_side_say_that_it_was_taken_out(world: NoticeWorld) -> None:
    notice = ended(world)
    with world.app.test_request_context():
        before = dict(sides.forwarded_rows(notice))
        assert before["Rights holder"] == FACTS.holder_name
        carry_out(Measure.ERASE, world.hana.id, holder(FILER))
        rows = dict(sides.forwarded_rows(fresh(notice)))
        assert rows["The notice"].startswith("Taken out")
        assert "Rights holder" not in rows
        assert answer_pages.answers_page(part_of(fresh(notice)))["lines"]
        carry_out(Measure.ERASE, world.rong.id, holder(ANSWERS))
        [sent] = answer_pages.counters_sent(fresh(notice))
        assert sent["rows"][0]["value"].startswith("Taken out")


@pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])
def test_every_page_of_the_case_stands_without_both_sides(
    world: NoticeWorld, measure: Measure
) -> None:
    notice = ended(world)
    world.drain()
    due = [one.row.uid for one in queries_publishing.waiting(world.ivy)]
    reference, part = world.order(notice).reference, part_of(notice).uid
    kept = select(SentText.owner).where(SentText.owner == notice.stream)
    assert db.session.execute(kept).first() is not None, (
        "a letter holds the notice as it was sent on"
    )
    letters = [one.uid for one in letters_about([notice.stream], world.rong.id)]
    do(measure, world.hana.id, holder(FILER), holder(RIGHTS))
    do(measure, world.rong.id, holder(ANSWERS))
    assert db.session.execute(kept).first() is None
    tabs = ("show", "links", "counters", "clock", "letters", "conduct", "history")
    with world.app.test_request_context():
        desk = [url_for(f"notice_desk.{tab}", reference=reference) for tab in tabs]
        desk += [url_for("publishing.show", uid=uid) for uid in due]
        desk += [url_for("desk.show", reference=reference), url_for("publishing.index")]
        pages = ("status", "receipt", "counter")
        own = [url_for(f"notices.{page}", reference=reference) for page in pages]
        own += [url_for("workorders.show", reference=reference)]
        theirs = [url_for("notices.answers", uid=part), url_for("notices.parts")]
        theirs += [url_for("notices.answers_letter", uid=part, letter=one) for one in letters]
    assert due
    world.leave()
    try:
        for who, paths in ((world.ivy, desk), (world.hana, own), (world.rong, theirs)):
            client = client_of(world.app, who)
            for path in paths:
                answer = client.get(path)
                assert answer.status_code == 200, path
                text = answer.get_data(as_text=True)
                assert not any(value in text for value in (*HANAS, *RONGS, "market.example")), path
    finally:
        world.context = world.app.app_context()
        world.context.push()


def test_nothing_that_was_said_is_published_once_a_side_is_gone(world: NoticeWorld) -> None:
    notice = ended(world)
    world.drain()
    rows = queries_publishing.waiting(world.ivy)
    counter = next(one.row for one in rows if one.row.kind == "counter")
    assert draft_of(counter).pieces
    carry_out(Measure.ERASE, world.hana.id, holder(FILER))
    assert draft_of(counter).pieces == []
    assert fresh(notice).erasure == "gone"


def test_no_value_stands_in_the_clear_after_all_is_taken_out(world: NoticeWorld) -> None:
    ended(world)
    mine = [each for each in hooks(Holder) if each.code.startswith("infringement.")]
    for who in (world.hana, world.rong):
        carry_out(Measure.ERASE, who.id, *mine)
    assert left_of((*HANAS, *RONGS, "Canary", "canary", "market.example"), "infringement") == []
