"""What crosses from one side of a notice to the other: no pasted number of an ID, no link before its time."""

from __future__ import annotations

from dataclasses import replace

from support.infringement import (
    answer_pages,
    desk_case,
    queries,
    queries_case,
    queries_counters,
    queries_parts,
    service_counter,
    service_forwarding,
    sides,
)
from support.infringement.lifecycle import ItemState
from tests.infringement.world import COUNTER, FACTS, NoticeWorld

S = ItemState
ID, CARD = "11010519491231002X", "6222021234567890128"


def test_a_seller_sees_no_number_of_an_id_or_a_card_that_was_pasted_into_the_reasons(
    world: NoticeWorld,
) -> None:
    typed = f"They print our canary. ID {ID}, card {CARD}."
    notice = world.qualified(facts=replace(FACTS, explanation=typed, work=typed))
    with world.app.test_request_context():
        text = str(sides.forwarded_rows(notice))
    assert "They print our canary." in text
    assert FACTS.right_no in text, "the number of the right is no secret"
    assert ID not in text
    assert CARD not in text


def test_a_holder_sees_no_number_of_an_id_or_a_card_in_a_counter_notice(world: NoticeWorld) -> None:
    facts = replace(COUNTER, explanation=f"I bought them. ID {ID}.")
    with world.app.test_request_context():
        text = str(answer_pages.preview(facts, [(1, "Shirt", f"Paid by {CARD}")]))
    assert "I bought them." in text
    assert ID not in text
    assert CARD not in text


def test_a_seller_learns_of_a_link_when_it_is_forwarded_and_not_before(world: NoticeWorld) -> None:
    notice = world.qualified()
    world.forwarded(notice, 1)
    assert world.states(notice) == [S.FORWARDED, S.QUALIFIED, S.QUALIFIED]
    with world.app.test_request_context():
        lines = answer_pages.lines_of(notice, world.respondent(notice))
        whole = answer_pages.answers_page(world.respondent(notice))["lines"]
    assert [line.position for line in lines] == [1]
    assert [line.position for line in whole] == [1]
    (part,) = queries_parts.parts_of(world.rong)
    assert (part.links, dict(part.where)) == (1, {S.FORWARDED: (1, None)})


def test_a_holder_reads_of_a_counter_notice_the_links_that_were_sent_on_alone(
    world: NoticeWorld,
) -> None:
    notice = world.qualified()
    world.awaiting(notice, 1)
    world.awaiting(notice, 2)
    world.answer(notice, {1: "contest", 2: "contest"})
    with world.app.test_request_context():
        assert answer_pages.counters_sent(notice) == []
    counter = queries_counters.counter_of(world.respondent(notice))
    assert counter is not None
    service_counter.check_counter(world.ivy, counter, version=counter.version, now=world.now)
    item = world.item(notice, 2)
    service_forwarding.forward_counter(world.ivy, item, version=item.version, now=world.now)
    with world.app.test_request_context():
        (sent,) = answer_pages.counters_sent(notice)
    labels = [row["label"] for row in sent["rows"]]
    assert "Link 2" in labels
    assert "Link 1" not in labels


def test_the_desk_sees_no_number_of_an_id_that_was_pasted_into_a_text(world: NoticeWorld) -> None:
    typed = f"They print our canary. ID {ID}, card {CARD}."
    notice = world.qualified(facts=replace(FACTS, explanation=typed, work=typed))
    world.awaiting(notice)
    world.answer(notice, {1: "contest"}, facts=replace(COUNTER, explanation=typed))
    reference = world.order(notice).reference
    with world.app.test_request_context():
        case = queries_case.case_at_desk(world.ivy, reference)
        said = str(desk_case.told(queries.facts_of(notice))) + str(
            [counter.told for counter in desk_case.counters_of(case)]
        )
    assert said.count("They print our canary.") == 3
    assert ID not in said
    assert CARD not in said
