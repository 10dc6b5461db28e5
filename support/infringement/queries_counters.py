"""What is known of counter-notices and of what respondents answered, opened where something is sealed."""

from __future__ import annotations

from sqlalchemy import func, select

from support.core.db import db
from support.core.errors import NotFound
from support.infringement.elements import CounterFacts, Meter, counter_meter
from support.infringement.models import (
    Answer,
    CounterNotice,
    Item,
    Notice,
    Respondent,
    answer_place,
    counter_place,
)
from support.infringement.queries import opened, papers_of
from support.infringement.regimes import RULES, RegimeCode


def counter_of(respondent: Respondent) -> CounterNotice | None:
    """Return a respondent's counter-notice."""
    found = select(CounterNotice).where(CounterNotice.respondent_id == respondent.id)
    return db.session.execute(found).scalar_one_or_none()


def counter_by_id(notice: Notice, counter_id: int) -> CounterNotice:
    """Return a counter-notice to this notice; raises `NotFound` for another's."""
    found = db.session.get(CounterNotice, counter_id)
    if found is None or found.notice_id != notice.id:
        raise NotFound()
    return found


def counter_of_item(item: Item) -> CounterNotice | None:
    """Return the counter-notice that contests an item."""
    found = (
        select(CounterNotice)
        .join(Answer, Answer.respondent_id == CounterNotice.respondent_id)
        .where(Answer.item_id == item.id, Answer.choice == "contest")
    )
    return db.session.execute(found).scalar_one_or_none()


def counter_facts(notice: Notice, counter: CounterNotice) -> CounterFacts:
    """Return what a counter-notice says, opened."""
    contested = select(func.count()).where(
        Answer.respondent_id == counter.respondent_id, Answer.choice == "contest"
    )
    kinds = frozenset(paper.kind for paper in papers_of(notice, counter))
    return counter_with(notice, counter, kinds, db.session.execute(contested).scalar_one())


def counter_with(
    notice: Notice, counter: CounterNotice, papers: frozenset[str], items: int
) -> CounterFacts:
    """Return what a counter-notice says, for a page that knows its papers and counted what is contested."""
    return CounterFacts(
        statements=frozenset(counter.statements),
        papers=papers,
        items=items,
        **opened(notice.stream, counter_place(counter.uid), counter.sealed),
    )


def counter_meter_of(notice: Notice, counter: CounterNotice, item: Item) -> Meter:
    """Return how complete a counter-notice is under the regime of an item."""
    rules = RULES[item.rules]
    return counter_meter(counter_facts(notice, counter), RegimeCode(item.regime or ""), rules=rules)


def answers_of(respondent: Respondent) -> dict[int, Answer]:
    """Return a respondent's answers by item."""
    found = select(Answer).where(Answer.respondent_id == respondent.id)
    return {answer.item_id: answer for answer in db.session.execute(found).scalars()}


def answer_words(notice: Notice, item: Item, answer: Answer) -> str:
    """Return what a respondent wrote about one item."""
    text: str = opened(notice.stream, answer_place(item.uid), answer.sealed).get("words", "")
    return text
