"""What the page of one order may cost: as many queries for a long thread as for a short one."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core import installation
from support.core.actors import Actor
from support.core.db import db
from support.workorders import service
from support.workorders.lifecycle import Status
from support.workorders.models import WorkOrder
from tests.workorders.desk_world import (
    client_of,
    counted,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)

MOST_QUERIES = 8
"""Without files; the aim of the design is 6. Here: session with the bell, order, draft, surroundings, addresses with
their key, thread, messages sent, and names of guests beside it. The counters are read once a second for all pages."""


def write(agent: Actor, requester: Actor, order: WorkOrder, messages: int) -> None:
    """Write a thread: replies and answers in turn, and a note for each pair."""
    for place in range(messages):
        if place % 2:
            service.answer(requester, order, body=f"Answer {place}", language="en")
            service.add_note(agent, order, body=f"Note {place}")
        else:
            service.reply(
                agent,
                order,
                body=f"Reply {place}",
                version=order.version,
                then=Status.WAITING,
                language="en",
            )


@pytest.mark.usefixtures("context")
def test_a_long_thread_costs_no_more_queries_than_a_short_one(app: Flask) -> None:
    installation.mark(demo=True)
    agent, alice = make_agent(), make_member(email="alice@example.com")
    orders = []
    for number, messages in enumerate(
        (1, 16)
    ):  # each has guests beside it, whose names are read too
        orders.append(make_order(alice, f"{messages} messages"))
        write(agent, alice, orders[-1], messages)
        for place in range(4):
            make_guest_order(f"guest{number}-{place}@example.com")
    client = client_of(app, agent)
    client.get(f"/desk/orders/{orders[0].reference}?sort=newest")  # what is kept is made now
    seen = []
    for order in orders:
        db.session.remove()
        with counted() as statements:
            page = client.get(f"/desk/orders/{order.reference}?sort=newest")
        assert page.status_code == 200
        seen.append(statements)
    few, many = seen
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= MOST_QUERIES, "\n".join(many)
