"""A company verifies its name: the payment goes to that company's own account, and help is where it is promised."""

from __future__ import annotations

import pytest

from support.core.errors import NotFound
from support.realname import service
from support.realname.documents import Document
from support.verification import service_steps
from support.verification.policy import Way
from tests.realname.world import LICENCE, NameWorld


def test_where_no_work_order_is_a_person_is_asked_by_a_new_one(world: NameWorld) -> None:
    check = world.begin(way=Way.COMPANY)
    service.write_details(world.alice, check, Document.COMPANY_CN, **LICENCE)
    with pytest.raises(NotFound):
        service_steps.ask_for_person(world.alice, check, "payment")
    path = f"/checks/{check.uid}/payment/absence"
    with world.outside():
        shown = world.browser(world.alice).page(path).text
    assert "Ask a person instead" in shown
    assert f"/checks/{check.uid}/person" not in shown
