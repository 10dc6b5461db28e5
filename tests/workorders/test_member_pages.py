"""What a requester sees of an order: the question that waits for them, a thread without echoes, true progress."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core.clock import utcnow
from support.core.web_parts import html_lang
from support.workorders import member_pages, queries, service
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Status
from support.workorders.thread import Mark
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

pytestmark = pytest.mark.usefixtures("context")
QUESTION = "Which number did you use before the change?"


def test_a_waiting_order_quotes_the_question_in_its_own_language(app: Flask) -> None:
    alice, agent = make_member(), make_agent()
    order = make_order(alice)
    asked = "请问更换之前使用的是哪个号码？"
    service.reply(
        agent, order, body=asked, version=order.version, then=Status.WAITING, language="zh"
    )
    page = client_of(app, alice).get(f"/orders/{order.reference}").text
    banner = page[page.index('class="banner warn"') : page.index("Answer now")]
    assert asked in banner
    assert f'lang="{html_lang("zh")}"' in banner


def test_moves_and_assignments_that_came_with_a_message_do_not_echo_it(app: Flask) -> None:
    alice, agent = make_member(), make_agent()
    order = make_order(alice)
    service.reply(
        agent, order, body=QUESTION, version=order.version, then=Status.WAITING, language="en"
    )
    service.answer(alice, order, body="The old one.", language="en")
    service.reply(
        agent, order, body="Done.", version=order.version, then=Status.RESOLVED, language="en"
    )
    with app.test_request_context():
        shown = member_pages.entries(alice, queries.thread(alice, order), {}, [])
    marks = [entry.words for entry in shown if isinstance(entry, Mark)]
    assert marks == ["Work order filed", "Status changed to Solved, please confirm"]


@pytest.mark.parametrize(
    ("solved", "titles"),
    [
        (True, ["Received", "An agent is on it", "Solved", "Closed"]),
        (False, ["Received", "An agent is on it", "Closed"]),
    ],
)
def test_progress_says_solved_only_of_what_was(app: Flask, solved: bool, titles: list[str]) -> None:
    alice, agent = make_member(), make_agent()
    order = make_order(alice)
    then = Status.RESOLVED if solved else Status.OPEN
    service.reply(agent, order, body="Done.", version=order.version, then=then, language="en")
    if solved:
        service.rate_order(alice, order, solved=True, comment="")
    else:
        service.close_own_order(alice, order)
    with app.test_request_context():
        found = member_pages.stages(kind_named(order.kind), order)
    assert [stage["title"] for stage in found] == titles
    assert {stage["state"] for stage in found} == {"done"}


def test_lists_speak_of_an_answer_first_and_of_the_solution_after_it(app: Flask) -> None:
    alice, agent = make_member(), make_agent()
    order = make_order(alice)

    def due() -> str:
        with app.test_request_context():
            [item] = member_pages.order_items(queries.own_orders(alice))
        return str(item["due_words"])

    assert due().startswith("Answer due")
    service.reply(
        agent, order, body="We look.", version=order.version, then=Status.OPEN, language="en"
    )
    assert due().startswith("Solution expected")
    assert order.due_at > utcnow()
