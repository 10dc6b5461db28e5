"""What crosses from one side of a notice to the other: no pasted number of an ID, no link before its time."""

from __future__ import annotations

from dataclasses import replace

from support.infringement import answer_pages, sides
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
    assert [line.position for line in lines] == [1]
