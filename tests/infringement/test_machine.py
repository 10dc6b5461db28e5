"""Random people do random things to a notice: only legal histories result, and nothing incomplete is ever qualified."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from support.core import files
from support.core.actors import SYSTEM, Actor
from support.core.db import db
from support.core.errors import DomainError, NotFound
from support.core.platform_calls import CallState
from support.infringement import (
    queries,
    queries_counters,
    service,
    service_checks,
    service_counter,
    service_forwarding,
    service_measures,
    service_rulings,
    timers,
)
from support.infringement.lifecycle import ALIVE, LIFECYCLE, MEASURED, Content, ItemState
from support.infringement.models import Item, Notice
from support.infringement.regimes import RegimeCode
from support.workorders.lifecycle import Status
from tests.infringement.world import COUNTER, FACTS, NoticeWorld, without

PEOPLE = ("hana", "rong", "eve", "ivy", "leo", "lena", "agent")
CLERKS = {"ivy", "leo", "lena"}
LEGAL = {"leo", "lena"}
MAY = {
    "check": CLERKS, "gone": CLERKS, "take": CLERKS, "refuse": LEGAL, "again": CLERKS,
    "forward": CLERKS, "arrived": CLERKS, "check_counter": CLERKS, "forward_counter": CLERKS,
    "extend": LEGAL, "pending": CLERKS, "restore": CLERKS, "decided": LEGAL, "settle": LEGAL,
    "complain": {"hana", "rong"}, "withdraw": {"hana"}, "supplement": {"hana"}, "answer": {"rong"},
}  # fmt: skip
"""Who alone may ever succeed with what."""

anybody = st.sampled_from(PEOPLE)
numbers = st.integers(0, 1)
Verb = Callable[[Actor, Notice, Item], Any]


class Machine(RuleBasedStateMachine):
    """One notice of two items; whole or not; under a regime that the clerk chooses."""

    world: NoticeWorld

    def __init__(self) -> None:
        super().__init__()
        self.notice_id = 0
        self.whole = False
        self.taken: set[int] = set()

    @initialize(whole=st.booleans(), right=st.sampled_from(["trademark", "copyright"]))
    def filed(self, whole: bool, right: str) -> None:
        """Somebody files."""
        from_which = FACTS if whole else without("truth")
        facts = replace(from_which, right_type=right)
        self.whole = whole
        self.notice_id = self.world.file(facts, links=_fresh_links()).id

    @property
    def notice(self) -> Notice:
        """The notice as it is now."""
        db.session.rollback()
        return queries.notice_by_id(self.notice_id)

    def do(self, what: str, who: str, number: int, verb: Verb) -> None:
        """Let somebody try it; a refusal is fine, success only for those who may."""
        notice = self.notice
        item = queries.items_of(notice)[number]
        try:
            verb(getattr(self.world, who), notice, item)
        except DomainError:
            return
        finally:
            db.session.rollback()
        assert who in MAY[what], f"{who} did {what}"

    @rule(who=anybody, regime=st.sampled_from(RegimeCode))
    def check(self, who: str, regime: RegimeCode) -> None:
        """The formal check."""
        self.do("check", who, 0, lambda actor, notice, item: service_checks.check_formally(
            actor, notice, regime=regime, version=notice.version, now=self.world.now))  # fmt: skip

    @rule(who=st.sampled_from(["hana", "rong"]))
    def supplement(self, who: str) -> None:
        """What was missing."""

        def verb(actor: Actor, notice: Notice, item: Item) -> None:
            facts = replace(FACTS, right_type=notice.right_type)
            service.supplement_notice(
                actor, notice, facts, papers={}, files_owner="", version=notice.version,
                now=self.world.now,
            )  # fmt: skip
            self.whole = True

        self.do("supplement", who, 0, verb)

    @rule(who=anybody, number=numbers)
    def take(self, who: str, number: int) -> None:
        """A measure."""
        self.do("take", who, number, lambda actor, _notice, item: self.world.take(item, actor))

    @rule(number=numbers, state=st.sampled_from([CallState.DONE, CallState.NOT_DONE]))
    def answered(self, number: int, state: CallState) -> None:
        """The platform answers the newest call, or says it once more."""
        item = queries.items_of(self.notice)[number]
        if item.call_uid is None:
            return
        if state is CallState.DONE and item.standing in (Content.DOWN_ASKED, Content.DOWN_REFUSED):
            self.taken.add(item.id)
        self.world.platform(item, state)

    @rule(
        what=st.sampled_from([
            "refuse", "again", "forward", "forward_counter", "extend", "pending", "restore",
            "decided", "settle", "complain", "withdraw", "gone", "arrived",
        ]),
        who=anybody, number=numbers, flag=st.booleans(),
    )  # fmt: skip
    def decide(self, what: str, who: str, number: int, flag: bool) -> None:
        """Any other decision."""
        self.do(
            what, who, number, lambda actor, _notice, item: self._decide(what, actor, item, flag)
        )

    def _decide(self, what: str, actor: Actor, item: Item, flag: bool) -> object:
        now = self.world.now
        at: dict[str, Any] = {"version": item.version, "now": now}
        court: dict[str, Any] = {"authority": "Court", "number": "1"}
        acts: dict[str, Callable[[], object]] = {
            "refuse": lambda: service_measures.refuse_measure(
                actor, item, reason="lawful", words="x", **at),
            "again": lambda: service_measures.ask_again(actor, item, **at),
            "forward": lambda: service_forwarding.forward_notice(actor, item, **at),
            "forward_counter": lambda: service_forwarding.forward_counter(
                actor, item, at_once=flag if item.regime == "rtnic" else None, words="x", **at),
            "extend": lambda: service_rulings.extend_wait(actor, item, days=3, words="x", **at),
            "pending": lambda: service_rulings.keep_pending(actor, item, **court, **at),
            "restore": lambda: service_measures.restore_item(actor, item, **at),
            "decided": lambda: service_rulings.record_decision(
                actor, item, keep=flag, **court, **at),
            "settle": lambda: service_rulings.settle_complaint(actor, item, upheld=flag, **at),
            "complain": lambda: service_rulings.complain(actor, item, words="x", **at),
            "withdraw": lambda: service.withdraw_item(actor, item, **at),
            "gone": lambda: service_checks.note_gone(actor, item, **at),
            "arrived": lambda: service_forwarding.note_arrival(
                actor, item, "counter" if item.status is ItemState.COUNTER_FORWARDED else "notice",
                channel="post", at=now, now=now),
        }  # fmt: skip
        return acts[what]()

    @rule(who=st.sampled_from(["rong", "eve", "hana"]), number=numbers, accept=st.booleans(),
          whole=st.booleans())  # fmt: skip
    def answer(self, who: str, number: int, accept: bool, whole: bool) -> None:
        """The respondent answers."""

        def verb(actor: Actor, notice: Notice, item: Item) -> None:
            part = queries.respondents_of(notice)[0]
            facts = COUNTER if whole else type(COUNTER)()
            choice = service_counter.Choice("accept" if accept else "contest")
            papers = self._paper(actor)
            service_counter.answer_items(
                actor, part, service_counter.Response(
                    {item.id: choice}, facts, papers, f"person:{actor.id}"),
                now=self.world.now,
            )  # fmt: skip

        self.do("answer", who, number, verb)

    def _paper(self, actor: Actor) -> dict[str, str]:
        """A document that still waits from an answer that was refused, or a new one."""
        waiting = files.waiting_files(f"person:{actor.id}")
        db.session.rollback()
        return {waiting[0].uid: "evidence"} if waiting else self.world.papers(actor, "evidence")

    @rule(who=anybody)
    def check_counter(self, who: str) -> None:
        """The clerk looks at the counter-notice."""
        counter = queries_counters.counter_of(queries.respondents_of(self.notice)[0])
        if counter is None:
            return
        version = counter.version
        self.do("check_counter", who, 0, lambda actor, notice, item: service_counter.check_counter(
            actor, counter, version=version, now=self.world.now))  # fmt: skip

    @rule(number=numbers, flags=st.lists(st.booleans(), min_size=3, max_size=9))
    def goes_on(self, number: int, flags: list[bool]) -> None:
        """A few times what usually comes next, by who usually does it: so that walks get far."""
        for flag in flags:
            self._goes_on(number, flag)

    def _goes_on(self, number: int, flag: bool) -> None:
        status = queries.items_of(self.notice)[number].status
        if status in (ItemState.RECEIVED, ItemState.CHECKING):
            self.check("leo", RegimeCode.ECL)
        elif status is ItemState.TO_COMPLETE:
            self.supplement("hana")
        elif status is ItemState.QUALIFIED:
            self.take("ivy", number)
        elif status in (ItemState.MEASURE_ASKED, ItemState.RESTORE_ASKED):
            self.answered(number, CallState.DONE)
        elif status is ItemState.AWAITING:
            self.answer("rong", number, accept=False, whole=flag or number == 0)
        elif status is ItemState.COUNTER_CHECK:
            self.check_counter("ivy")
            self.decide("forward_counter", "leo", number, flag)
        elif status in (ItemState.WAITING, ItemState.EXTENDED):
            self.decide("pending" if flag else "extend", "leo", number, flag)
        elif status in USUAL:
            self.decide(USUAL[status], "hana" if status in ENDS else "lena", number, flag)

    @rule(days=st.sampled_from([0, 1, 16, 40]), twice=st.booleans())
    def time_passes(self, days: int, twice: bool) -> None:
        """Time passes, and the tick runs, perhaps twice."""
        self.world.now += timedelta(days=days)
        self.world.tick()
        before = self._all()
        if twice:
            self.world.tick()
            assert self._all() == before, "the second tick changed something"
        timers.recount_items(self.world.now)

    def _all(self) -> list[tuple[str, str, int]]:
        return [(item.state, item.content, item.version) for item in queries.items_of(self.notice)]

    @invariant()
    def only_legal_histories(self) -> None:
        """Each item's history is a walk through the table."""
        if not self.notice_id:
            return
        walks: dict[int, list[ItemState]] = {}
        for event in queries.history(self.notice):
            name = event.action.removeprefix("item.")
            if event.action.startswith("item.") and name in set(ItemState):
                for item_id in event.data["items"]:
                    walk = walks.setdefault(item_id, [ItemState.RECEIVED])
                    assert LIFECYCLE.can(walk[-1], ItemState(name)), (walk, name)
                    walk.append(ItemState(name))
        for item in queries.items_of(self.notice):
            assert walks.get(item.id, [ItemState.RECEIVED])[-1] == item.status
            seen.update(walks.get(item.id, []))
            self._is_sound(item, walks.get(item.id, []))

    def _is_sound(self, item: Item, walk: list[ItemState]) -> None:
        assert self.whole or ItemState.QUALIFIED not in walk, "incomplete, and yet qualified"
        if item.status in MEASURED:
            assert item.id in self.taken, "taken without a word of the platform"
            assert item.standing is Content.DOWN
        if item.status is ItemState.RESTORED:
            assert item.standing is Content.UP

    @invariant()
    def the_order_follows(self) -> None:
        """The order is solved exactly when nothing is alive; strangers see nothing."""
        if not self.notice_id:
            return
        notice = self.notice
        alive = {item.status for item in queries.items_of(notice)} & ALIVE
        order = self.world.order(notice)
        assert (order.state in (Status.NEW, Status.OPEN)) == bool(alive)
        for who in (self.world.eve, self.world.rong, SYSTEM):
            try:
                queries.notice_for(who, order.reference)
            except NotFound:
                continue
            raise AssertionError("somebody else sees it")


USUAL = {
    ItemState.MEASURE_TAKEN: "forward",
    ItemState.NO_MEASURE: "forward",
    ItemState.FORWARDED: "arrived",
    ItemState.COUNTER_FORWARDED: "arrived",
    ItemState.PENDING: "decided",
    ItemState.COMPLAINT: "settle",
    ItemState.FINAL: "complain",
    ItemState.RESTORED: "complain",
}
ENDS = (ItemState.FINAL, ItemState.RESTORED)
seen = set[ItemState]()
REACHED = {ItemState.QUALIFIED, ItemState.AWAITING, ItemState.COUNTER_CHECK, ItemState.WAITING}
_notices = count(1)


def _fresh_links() -> tuple[str, str]:
    """Links that no earlier walk has named: what came back once is refused to its holder."""
    number = next(_notices)
    return f"https://market.example/{number}/a", f"https://market.example/{number}/b"


def test_whoever_does_whatever_only_legal_histories_result(world: NoticeWorld) -> None:
    began = world.now

    class Here(Machine):
        """On the database of this test."""

        def __init__(self) -> None:
            super().__init__()
            self.world = world
            world.now = began

    run_machine(
        Here,
        settings=settings(
            max_examples=15,
            stateful_step_count=30,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    assert seen >= REACHED, "the walks did not get far: give them more steps"
