"""Cases end by their time, also where one side was taken out of them before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from support.core.db import db, transaction
from support.core.holders import Measure
from support.core.keeping import sweep
from support.infringement import queries
from support.infringement.service_retention import NOTICES
from support.notifications.models import SentText
from support.workorders import queries as orders
from tests.fixtures.removals import holder
from tests.infringement.removal_world import (
    FILER,
    answer_words,
    counter_words,
    do,
    ended,
    fresh,
)
from tests.infringement.world import COUNTER, NoticeWorld
from tests.policies.retention_world import closed_at


@pytest.mark.parametrize("measure", [Measure.ERASE, Measure.RESTRICT])
def test_what_the_other_side_said_ends_by_its_time_also_when_the_filer_is_gone(
    world: NoticeWorld, measure: Measure
) -> None:
    notice, later = ended(world), world.now + timedelta(days=1200)
    closed_at(orders.order_by_id(notice.order_id), world.now)
    do(measure, world.hana.id, holder(FILER))
    assert counter_words(fresh(notice)) == COUNTER.explanation
    assert sweep(NOTICES, later, before=later) == 1
    assert (counter_words(fresh(notice)), answer_words(notice)) == ("", "")
    assert sweep(NOTICES, later, before=later) == 0


def test_nothing_of_either_side_is_left_of_a_case_that_is_over_its_time(world: NoticeWorld) -> None:
    notice, later = ended(world), world.now + timedelta(days=1200)
    closed_at(orders.order_by_id(notice.order_id), world.now)
    words = select(func.count()).select_from(SentText).where(SentText.owner == notice.stream)
    with transaction() as session:
        session.add(SentText(delivery_uid="canary", owner=notice.stream, sealed=b"canary"))
    assert sweep(NOTICES, later, before=later) == 1
    notice = fresh(notice)
    assert notice.valid_until is None
    assert {link.platform_item for link in queries.items_of(notice)} == {""}
    assert {one.contact_id for one in queries.respondents_of(notice)} == {None}
    assert db.session.execute(words).scalar_one() == 0
