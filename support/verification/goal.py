"""What a check is for. A room whose act needs one declares a `Goal` and hands it to `wiring.py`.

Nothing in this room asks which act a check is about: steps, ways, what the people who decide compare, and what is
done at the end, all come from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from support.assurance.policy import Act
from support.core.actors import Actor
from support.core.context import hooks
from support.core.errors import NotFound
from support.policies.models import Purpose
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import OWN_DOCUMENT, VERDICT_REASONS, Way, WayRule


@dataclass(frozen=True, slots=True)
class Step:
    """One task of the person before the pictures: its words for them and at the desk (message ids), its page.

    `note` is a message id that says how it was done, "" for nothing; `desk_note` is the same for the desk. An
    `optional` one may stay undone; `applies` says in which checks it is asked at all. `consent` is what it rests on:
    once that is taken back, what was done in it goes.
    """

    code: str
    title: str
    desk: str
    endpoint: str
    done: Callable[[Check], bool]
    note: Callable[[Check], str] = lambda check: ""
    desk_note: Callable[[Check], str] = lambda check: ""
    optional: bool = False
    applies: Callable[[Check], bool] = lambda check: True
    consent: Purpose | None = None


@dataclass(frozen=True, slots=True)
class Company:
    """The company that a check is about: its names, and its licence's number, "" where that is not known."""

    names: tuple[str, ...]
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """The declaration of what checks of one act ask, show and do.

    `title` heads the person's page, which `page` draws (it extends `verification/check.html`); `given_up` says what
    follows when they give it up; `claim` is the template of what is compared, with what `facts` finds; `letter` names
    the message about it. `ways` are those offered now,
    the first one by default; `rules` are all that a check may have begun with.
    `subjects` are the kinds of people whom one may be about.
    `may_open(actor, asker_id, subject_id)` raises for whoever may not begin one. All others run inside the transaction
    of the check's move: `weigh` writes down, or withdraws, proofs that only count at the moment of the second decision;
    `carry_out` does the act and moves the check; `on_move` follows each move; `forget` lets go of what the room keeps
    under the key of the check, which is destroyed then; `take_back` undoes the act of a done check as somebody decided,
    None where nothing of it can be undone. `company_of` names the company whose own account a payment
    has to go to, None where none is known.
    """

    act: Act
    title: str
    page: str
    given_up: str
    claim: str
    facts: Callable[[Check], Mapping[str, Any]]
    steps: tuple[Step, ...]
    rules: Mapping[Way, WayRule]
    may_open: Callable[[Actor, int, int], None]
    carry_out: Callable[[Check, datetime], None]
    ways: Callable[[], tuple[Way, ...]]
    weigh: Callable[[Check, datetime], None] = lambda check, now: None
    on_move: Callable[[Check, CheckState, datetime], None] = lambda check, new, now: None
    forget: Callable[[Check], None] = lambda check: None
    take_back: Callable[[Actor, Check, datetime], None] | None = None
    company_of: Callable[[Check], Company | None] = lambda check: None
    letter: str = "verification.check"
    reasons: tuple[str, ...] = VERDICT_REASONS
    subjects: frozenset[str] = frozenset({"member"})


def goal_for(act: str) -> Goal:
    """Return the declaration of an act; raise `NotFound` for one that no check is for."""
    for goal in hooks(Goal):
        if goal.act == act:
            return goal
    raise NotFound()


def goal_of(check: Check) -> Goal:
    """Return what a check is for."""
    return goal_for(check.act)


def steps_of(check: Check) -> list[Step]:
    """Return the person's steps in this very check, in order."""
    return [step for step in goal_of(check).steps if step.applies(check)]


def rule_of(check: Check) -> WayRule:
    """Return the way that the person takes, with what stands for a payment where none is possible.

    These are the pictures, and the point that people compare in them.
    """
    rule = goal_of(check).rules[Way(check.way)]
    if not check.unpaid:
        return rule
    return replace(rule, parts=rule.parts + rule.unpaid_parts, marks=(*rule.marks, OWN_DOCUMENT))


def other_ways(check: Check) -> list[tuple[Way, WayRule]]:
    """Return the other ways that are offered now."""
    goal = goal_of(check)
    return [(way, goal.rules[way]) for way in goal.ways() if way != check.way]


def part_words() -> dict[str, str]:
    """Return the words of every picture that any goal asks for."""
    return {
        part: words
        for goal in hooks(Goal)
        for rule in goal.rules.values()
        for part, words in rule.parts + rule.unpaid_parts
    }
