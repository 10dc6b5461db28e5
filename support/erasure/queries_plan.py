"""The dry run: what stands about somebody, class by class, and what the retention table proposes for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from support.core.calendars import months
from support.core.context import hooks
from support.core.holders import Holder, Measure
from support.policies import queries_legal_holds
from support.policies.data_classes import RULES, Class, Rule


@dataclass(frozen=True, slots=True)
class Planned:
    """One class: its rule, what its places hold (title, number), what is proposed, until when, and whether it is held.

    A class whose term is over already is deleted like any other; one that is not `asked` for stays.
    """

    data_class: Class
    rule: Rule
    stores: tuple[tuple[str, int], ...]
    measure: Measure
    until: datetime | None
    held: bool
    asked: bool = True

    @property
    def found(self) -> int:
        """How many things stand there."""
        return sum(number for _title, number in self.stores)

    @property
    def choices(self) -> tuple[Measure, ...]:
        """What may be decided: what the table allows while its term runs, or that it is refused."""
        if not self.asked:
            return (Measure.KEEP,)
        open_to = [each for each in Measure if each in self.rule.allowed]
        if self.until is None and Measure.RESTRICT in open_to:
            open_to.remove(Measure.RESTRICT)
        return tuple(dict.fromkeys([*open_to, Measure.KEEP]))


def holders_by_class() -> Mapping[str, list[Holder]]:
    """Return the places of each class, in the order in which they are worked through."""
    found: dict[str, list[Holder]] = defaultdict(list)
    for holder in hooks(Holder):
        found[holder.data_class].append(holder)
    return found


def plan_of(person_id: int, now: datetime, scope: Collection[str] = ()) -> list[Planned]:
    """Return every class of data about somebody. Nothing is changed; other people's data is not counted.

    `scope` are the classes that they asked for, none for all: the others stay, whatever the table says.
    """
    places, wanted = holders_by_class(), scope or [*Class]
    plan = [_planned(each, places.get(each, []), person_id, now) for each in Class]
    return [
        each
        if each.data_class in wanted
        else replace(each, measure=Measure.KEEP, until=None, asked=False)
        for each in plan
    ]


def _planned(data_class: Class, holders: list[Holder], person_id: int, now: datetime) -> Planned:
    rule = RULES[data_class]
    stores = tuple((holder.title, holder.count(person_id)) for holder in holders)
    since = max(filter(None, (holder.since(person_id) for holder in holders)), default=None)
    until = months(since, rule.months).at if since is not None and rule.months else None
    if until is not None and until <= now:
        until = None
    measure = rule.measure
    if measure is Measure.RESTRICT and until is None:
        measure = Measure.ERASE
    return Planned(
        data_class,
        rule,
        stores,
        measure,
        until,
        any(is_held(holder, person_id) for holder in holders),
    )


def is_held(holder: Holder, person_id: int) -> bool:
    """True while a legal hold keeps what one place has of somebody."""
    return queries_legal_holds.is_held(f"person:{person_id}", *holder.streams(person_id))
