"""News of a notice: each side is told of its own, once, in its language; letters that arrive start the clocks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from support.accounts import queries as people
from support.core import installation
from support.core.db import db
from support.infringement import (
    jobs,
    queries,
    queries_acts,
    queries_counters,
    service,
    service_counter,
    service_forwarding,
    service_rulings,
)
from support.infringement.letters import HOLDER, RESPONDENT
from support.infringement.lifecycle import ItemState
from support.infringement.models import Arrival, Notice
from support.notifications import letters
from support.notifications.models import Channel, Delivery
from support.notifications.service import reader_of
from support.notifications.templates import facts_for, template
from tests.infringement.world import COUNTER, FACTS, NoticeWorld, without

S = ItemState
NEVER = (
    FACTS.holder_id_no,
    FACTS.email,
    FACTS.phone,
    FACTS.address,
    COUNTER.id_no,
    COUNTER.address,
)
"""What neither side's letters may hold."""


def told(person_id: int | None, code: str) -> list[Delivery]:
    """The messages of one template to somebody, one for each act (a mail, or the inbox)."""
    db.session.rollback()
    mine = (Delivery.person_id == person_id, Delivery.template == code)
    found = db.session.execute(select(Delivery).where(*mine).order_by(Delivery.id)).scalars()
    seen: dict[str, Delivery] = {}
    for each in found:
        seen.setdefault(each.dedup_key.split("|")[1], each)
    return list(seen.values())


def words(delivery: Delivery, language: str = "en") -> str:
    """The whole mail, as its reader gets it."""
    reader = replace(reader_of(people.person(delivery.person_id or 0)), language=language)
    facts = facts_for(template(delivery.template), delivery.ids, reader)
    assert facts is not None
    facts |= {"check_code": "AAAA-BBBB", "unsubscribe_url": "", "notices_url": ""}
    letter = letters.write_letter(delivery.template, reader, facts)
    return "\n".join((letter.subject, letter.text, letter.html))


def said(person_id: int | None, code: str) -> list[str]:
    """Which news they had, in order."""
    return [each.ids["what"] for each in told(person_id, code)]


def waiting(world: NoticeWorld) -> Notice:
    """A notice whose counter-notice has reached the holder by itself."""
    notice = world.qualified(links=("https://market.example/items/1",))
    world.forwarded(notice)
    world.drain()
    world.answer(notice, {1: "contest"})
    counter = queries_counters.counter_of(world.respondent(notice))
    assert counter is not None
    service_counter.check_counter(world.ivy, counter, version=counter.version, now=world.now)
    item = world.item(notice)
    service_forwarding.forward_counter(world.ivy, item, version=item.version, now=world.now)
    world.drain()
    return notice


def test_what_lacks_is_named_with_the_way_to_supply_it(world: NoticeWorld) -> None:
    world.check(world.file(without("truth")))
    world.drain()
    (letter,) = told(world.hana.id, HOLDER)
    text = words(letter)
    assert "Your written guarantee that the notice is true." in text
    assert "/notice/supplement" in text
    assert "please add it by" in text
    assert "How the date is counted:" in text
    assert not told(world.rong.id, RESPONDENT), "nothing was forwarded"


def test_a_respondent_reads_the_notice_and_its_arrival_starts_their_time(
    world: NoticeWorld,
) -> None:
    notice = world.qualified()
    world.forwarded(notice, 1)
    world.drain()
    assert world.states(notice) == [S.AWAITING, S.QUALIFIED, S.QUALIFIED]
    arrival = db.session.execute(select(Arrival)).scalar_one()
    assert (arrival.what, arrival.channel) == ("notice", "inbox")
    assert arrival.delivery
    (letter,) = told(world.rong.id, RESPONDENT)
    text = words(letter)
    for shown in (FACTS.holder_name, FACTS.right_no, FACTS.explanation, FACTS.shown_contact):
        assert shown in text
    assert "items/1" in text
    assert "Measure: Delete the content" in text
    assert "items/2" not in text, "other links were not forwarded"
    (complete,) = (one for one in told(world.hana.id, HOLDER) if one.ids["what"] == S.QUALIFIED)
    assert "Delete the content" not in words(complete), "a measure is no reason to be complete"
    assert "You can answer until" in text
    assert "No machine" in text or "no machine did" in text
    assert "声明" in words(letter, "zh") or "答复" in words(letter, "zh")
    assert [secret for secret in NEVER if secret in text] == []


def test_each_side_hears_of_every_move_and_of_the_right_to_sue(world: NoticeWorld) -> None:
    notice = waiting(world)
    assert world.states(notice) == [S.WAITING]
    assert said(world.hana.id, HOLDER) == [
        "qualified", "measure_taken", "forwarded", "counter_sent", "waiting",
    ]  # fmt: skip
    assert said(world.rong.id, RESPONDENT) == [
        "forwarded", "counter_check", "counter_sent", "waiting",
    ]  # fmt: skip
    texts = [words(one) for one in told(world.hana.id, HOLDER)]
    assert "You may complain to the competent authority or sue before a court" in texts[3]
    assert "Show us by" in texts[4]
    others = [words(one) for one in told(world.rong.id, RESPONDENT)]
    assert "unless the rights holder shows by" in others[3]
    everything = "\n".join([*texts, *others])
    assert [secret for secret in NEVER if secret in everything] == []
    assert COUNTER.explanation not in everything, "it stands on the page"


def test_an_extension_a_dispute_and_a_withdrawal_are_told_to_both(world: NoticeWorld) -> None:
    notice = waiting(world)
    item = world.item(notice)
    service_rulings.extend_wait(
        world.leo, item, days=5, words="Papers from abroad", version=item.version
    )
    service_rulings.keep_pending(
        world.ivy, item, authority="Canary court", number="7", version=item.version
    )
    service.withdraw_item(world.hana, item, version=item.version)
    world.drain()
    for person, code in ((world.hana.id, HOLDER), (world.rong.id, RESPONDENT)):
        assert said(person, code)[-3:] == ["extended", "pending", "withdrawn"]


def test_one_decision_about_many_links_is_one_letter(world: NoticeWorld) -> None:
    world.qualified()
    world.drain()
    (letter,) = told(world.hana.id, HOLDER)
    assert len(letter.ids["items"]) == 3


def test_running_the_jobs_again_tells_nobody_twice(world: NoticeWorld) -> None:
    notice = waiting(world)
    number = len(db.session.execute(select(Delivery)).all())
    for event in queries.history(notice):
        if event.action.startswith("item.") and event.action.removeprefix("item.") in set(S):
            payload = {"notice": notice.id, "key": f"{notice.id}:{event.seq}"}
            answered = event.action.removeprefix("item.") in queries_acts.ASKED
            (jobs.tell_answered if answered else jobs.tell_sides)(payload)
    assert len(db.session.execute(select(Delivery)).all()) == number


def test_a_stranger_behind_an_address_is_told_of_a_page_and_of_nothing_that_was_typed(
    world: NoticeWorld,
) -> None:
    installation.mark(demo=True)
    notice = world.qualified(owner_address="seller@example.org")
    world.forwarded(notice)
    world.drain()
    guest = world.respondent(notice)
    (letter,) = told(guest.person_id, RESPONDENT)
    assert letter.channel == Channel.MAIL
    text = words(letter)
    assert f"/notices/answers/{guest.uid}" in text
    for typed in (FACTS.holder_name, FACTS.explanation, FACTS.right_no, "market.example"):
        assert typed not in text
    assert world.item(notice).status is S.FORWARDED
    jobs.note_arrivals(world.now)
    arrival = db.session.execute(select(Arrival)).scalar_one()
    assert arrival.channel == "mail"


@pytest.mark.parametrize("code", [HOLDER, RESPONDENT])
def test_nobody_else_reads_a_letter(world: NoticeWorld, code: str) -> None:
    notice = waiting(world)
    ids = {"notice": notice.id, "what": "waiting", "items": [world.item(notice).id]}
    stranger = reader_of(people.person(world.eve.id or 0))
    assert facts_for(template(code), ids, stranger) is None
