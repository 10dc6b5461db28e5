"""A notice that has ended, what is read of it, and taking a side of it out as the runner does."""

from __future__ import annotations

from datetime import datetime, timedelta

from support.core import vault
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.holders import Holder, Measure, Removal
from support.infringement import (
    queries,
    queries_counters,
    service,
    service_disputes,
    service_rulings,
)
from support.infringement.models import Notice, Respondent
from tests.fixtures.removals import carry_out
from tests.infringement.world import COUNTER, FACTS, NoticeWorld

FILER, ANSWERS, RIGHTS, DRAFTS = (
    f"infringement.{name}" for name in ("notices", "answers", "rights", "drafts")
)
HANAS = (FACTS.holder_name, FACTS.holder_id_no, FACTS.address, FACTS.explanation, FACTS.signature)
RONGS = (COUNTER.name, COUNTER.id_no, COUNTER.address, COUNTER.explanation, "Mine.")


def lock(person_id: int | None, *which: Holder) -> dict[str, int]:
    """Restrict as the runner does it, with a key that ends in three years."""
    until, taken = utcnow() + timedelta(days=1095), dict[str, int]()
    for each in which:
        taken[each.code] = 0
        while some := _lock_step(each, person_id or 0, until):
            taken[each.code] += some
            assert taken[each.code] < 1000, f"{each.code} never ends"
    db.session.expire_all()
    return taken


def _lock_step(each: Holder, person_id: int, until: datetime) -> int:
    with transaction():
        key = vault.restriction_key(f"test:{each.data_class}", until)
        return each.measures[Measure.RESTRICT](Removal(person_id, utcnow(), key, until))


def do(measure: Measure, person_id: int | None, *which: Holder) -> dict[str, int]:
    """One measure, carried out until nothing is left."""
    if measure is Measure.RESTRICT:
        return lock(person_id, *which)
    return carry_out(measure, person_id, *which)


def ended(world: NoticeWorld) -> Notice:
    """A notice of three links: contested and restored, complained about by the filer; refused; withdrawn."""
    notice = world.qualified()
    world.waiting(notice)
    service_disputes.accept_counter(world.hana, notice, [world.item(notice)], now=world.now)
    world.platform(world.item(notice))
    item = world.item(notice)
    service_rulings.complain(
        world.hana, item, words="canary complaint", version=item.version, now=world.now
    )
    item = world.item(notice)
    service_rulings.settle_complaint(
        world.lena, item, upheld=False, version=item.version, now=world.now
    )

    for position in (2, 3):
        item = world.item(notice, position)
        service.withdraw_item(world.hana, item, version=item.version, now=world.now)
    return fresh(notice)


def fresh(notice: Notice) -> Notice:
    """The notice as it is now."""
    db.session.rollback()
    return queries.notice_by_id(notice.id)


def part_of(notice: Notice) -> Respondent:
    """Who answers for it."""
    return queries.respondents_of(notice)[0]


def counter_words(notice: Notice) -> str:
    """What the counter-notice explains."""
    counter = queries_counters.counter_of(part_of(notice))
    assert counter is not None
    return queries_counters.counter_facts(notice, counter).explanation


def answer_words(notice: Notice) -> str:
    """What the respondent wrote about the first link."""
    item = queries.items_of(notice)[0]
    answer = queries_counters.answers_of(part_of(notice))[item.id]
    return queries_counters.answer_words(notice, item, answer)
