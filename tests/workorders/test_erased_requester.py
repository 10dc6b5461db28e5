"""Pages of the desk that show somebody whose account was erased."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core.actors import Role
from support.core.holders import Measure
from tests.fixtures.removals import carry_out, holders_of
from tests.workorders.desk_world import (
    client_of,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)


@pytest.mark.parametrize("kind", ["member", "guest"])
def test_the_desk_says_deleted_account_where_the_requester_stood(app: Flask, kind: str) -> None:
    with app.app_context():
        mei = make_agent("Mei", *Role)
        alice = make_member("Alice Canary", "alice.canary@example.org")
        order = (
            make_order(alice) if kind == "member" else make_guest_order("guest.canary@example.org")
        )
        reference, requester = order.reference, order.requester_id
        for room in ("notifications", "accounts"):
            holders = [each for each in holders_of(room) if Measure.ERASE in each.measures]
            carry_out(Measure.ERASE, requester, *holders)
    desk = client_of(app, mei)
    for path in ("/desk/", f"/desk/orders/{reference}", f"/desk/orders/{reference}/history"):
        answer = desk.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert f"{kind}.canary" not in answer.text
        assert "Alice Canary" not in answer.text
    assert "Deleted account" in desk.get(f"/desk/orders/{reference}").text
    assert "Deleted account" in desk.get("/desk/", follow_redirects=True).text
