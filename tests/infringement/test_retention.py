"""Cases end by their time, also where one side was taken out of them before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.core.holders import Measure
from support.core.keeping import sweep
from support.infringement.service_retention import NOTICES
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
