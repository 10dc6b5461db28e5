"""A holder, a seller, a clerk and legal, and notices in any state, made by the verbs alone."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from support.core import files, outbox
from support.core.actors import SYSTEM, Actor, Role
from support.core.db import db
from support.core.platform_calls import CallState, call_named
from support.infringement import (
    queries,
    queries_counters,
    service,
    service_checks,
    service_counter,
    service_forwarding,
    service_measures,
    timers,
)
from support.infringement.elements import CounterFacts, NoticeFacts
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice, Respondent
from support.infringement.regimes import ContentKind, RegimeCode
from support.infringement.service import Filing, Listing
from support.infringement.service_counter import Choice, Response
from support.workorders.models import WorkOrder
from support.workorders.queries import order_by_id
from tests.workorders.desk_world import make_agent, make_member

FACTS = NoticeFacts(
    holder_name="Canary Mark Holdings",
    holder_id_type="licence",
    holder_id_no="91110000600037341L",
    country="CN",
    address="1 Canary Road",
    email="holder-canary@example.org",
    phone="+8613800001111",
    shown_name="Canary counsel",
    shown_contact="counsel-canary@example.org",
    right_type="trademark",
    right_name="CANARYMARK",
    right_no="TM-777-canary",
    right_class="25",
    territory="CN",
    work="The canary on every box",
    explanation="They print our canary on shirts.",
    measure="delete",
    signature="Hana Canary",
    statements=frozenset({"truth", "good_faith", "perjury"}),
)
PDF = b"%PDF-1.4\n%%EOF\n"
PAPERS = ("right", "evidence", "comparison", "evaluation")
COUNTER = CounterFacts(
    name="Rong Canary",
    id_no="11010519491231002X",
    address="2 Canary Road",
    email="rong-canary@example.org",
    phone="+8613800002222",
    explanation="I bought them from the holder.",
    signature="Rong Canary",
    statements=frozenset({"no_infringement", "truth", "mistake", "jurisdiction"}),
)
LISTINGS = tuple(f"https://market.example/items/{number}" for number in (1, 2, 3))
MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""Ten in the morning in Shanghai, with plain weeks behind it."""


class NoticeWorld:
    """The people, and what they do."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.context = app.app_context()
        self.context.push()
        self.hana = make_member("Hana", "hana@example.org")
        self.rong = make_member("Rong", "rong@example.org")
        self.eve = make_member("Eve", "eve@example.org")
        self.ivy = make_agent("Ivy", Role.IP_CLERK)
        self.leo = make_agent("Leo", Role.LEGAL)
        self.lena = make_agent("Lena", Role.LEGAL)
        self.agent = make_agent("Arjun", Role.AGENT)
        self.now = MONDAY

    def leave(self) -> None:
        """Give the session back."""
        db.session.remove()
        self.context.pop()

    def pass_time(self, **span: float) -> datetime:
        """Let time pass without any tick."""
        self.now += timedelta(**span)
        return self.now

    def upload(self, who: Actor) -> str:
        """A document that somebody has sent."""
        row = files.intake(io.BytesIO(PDF), "proof.pdf", len(PDF), f"person:{who.id}")
        return row.uid

    def papers(self, who: Actor, *kinds: str) -> dict[str, str]:
        """Documents for these purposes."""
        return {self.upload(who): kind for kind in kinds}

    def file(
        self,
        facts: NoticeFacts = FACTS,
        *,
        who: Actor | None = None,
        content: ContentKind = ContentKind.LISTING,
        links: tuple[str, ...] = LISTINGS,
        papers: tuple[str, ...] = PAPERS,
        owner_address: str = "",
        nobody: bool = False,
        **more: Any,
    ) -> Notice:
        """A notice as somebody files it; Rong owns what it names, or somebody behind an address, or nobody known."""
        filer = who or self.hana
        owner = None if owner_address or nobody else self.rong.id
        listings = [
            Listing(link, link, f"item-{number}", f"Canary shirt {number}", owner, owner_address)
            for number, link in enumerate(links, 1)
        ]
        filing = Filing(
            facts, content, listings, self.papers(filer, *papers), f"person:{filer.id}", **more
        )
        return service.file_notice(
            filer,
            filing,
            requester_id=filer.id or 0,
            contact_id=None,
            subject="A rights notice",
            body="Please see the notice.",
            language="en",
            now=self.now,
        )

    def check(
        self, notice: Notice, regime: RegimeCode = RegimeCode.ECL, who: Actor | None = None
    ) -> None:
        """The clerk checks what a notice has."""
        service_checks.check_formally(
            who or self.ivy, notice, regime=regime, version=notice.version, now=self.now
        )

    def qualified(self, regime: RegimeCode = RegimeCode.ECL, **more: Any) -> Notice:
        """A qualified notice."""
        notice = self.file(**more)
        self.check(notice, regime)
        return notice

    def items(self, notice: Notice) -> list[Item]:
        """The items as they are now."""
        db.session.rollback()
        return list(queries.items_of(queries.notice_by_id(notice.id)))

    def item(self, notice: Notice, position: int = 1) -> Item:
        """One of them."""
        return self.items(notice)[position - 1]

    def states(self, notice: Notice) -> list[ItemState]:
        """Where they stand."""
        return [item.status for item in self.items(notice)]

    def order(self, notice: Notice) -> WorkOrder:
        """The work order as it is now."""
        db.session.rollback()
        return order_by_id(notice.order_id)

    def take(self, item: Item, who: Actor | None = None) -> Item:
        """The clerk takes a measure."""
        return service_measures.take_measure(
            who or self.ivy, item, measure="delete", version=item.version, now=self.now
        )

    def platform(
        self, item: Item, state: CallState = CallState.DONE, *, call: str | None = None
    ) -> None:
        """The platform answers the newest call about an item, or another one; the news comes to us."""
        db.session.rollback()
        found = call_named(call or db.session.get_one(Item, item.id).call_uid or "")
        db.session.expunge(found)
        found.state = state
        service_measures.follow_platform(found, self.now)

    def taken(self, notice: Notice, position: int = 1) -> Item:
        """One item is taken down."""
        self.platform(self.take(self.item(notice, position)))
        return self.item(notice, position)

    def forwarded(self, notice: Notice, position: int = 1) -> Item:
        """One item is taken down and the notice sent on."""
        item = self.taken(notice, position)
        return service_forwarding.forward_notice(self.ivy, item, version=item.version, now=self.now)

    def awaiting(self, notice: Notice, position: int = 1) -> Item:
        """The notice has arrived with the respondent."""
        item = self.forwarded(notice, position)
        return self.arrived(item, "notice")

    def arrived(self, item: Item, what: service_forwarding.What) -> Item:
        """It is in the inbox."""
        return service_forwarding.note_arrival(
            SYSTEM, item, what, channel="inbox", at=self.now, now=self.now
        )

    def respondent(self, notice: Notice) -> Respondent:
        """The one who answers."""
        db.session.rollback()
        return queries.respondents_of(notice)[0]

    def answer(
        self,
        notice: Notice,
        choices: Mapping[int, str],
        facts: CounterFacts = COUNTER,
        *,
        who: Actor | None = None,
        papers: tuple[str, ...] = ("evidence",),
    ) -> None:
        """The respondent accepts or contests items, by position."""
        speaker = who or self.rong
        items = self.items(notice)
        chosen = {
            items[position - 1].id: Choice("accept" if said == "accept" else "contest", "Mine.")
            for position, said in choices.items()
        }
        response = Response(
            chosen, facts, self.papers(speaker, *papers), f"person:{speaker.id}", "en"
        )
        service_counter.answer_items(speaker, self.respondent(notice), response, now=self.now)

    def contested(self, notice: Notice, position: int = 1, **more: Any) -> Item:
        """A counter-notice that waits for the clerk."""
        self.awaiting(notice, position)
        self.answer(notice, {position: "contest"}, **more)
        return self.item(notice, position)

    def checked(self, notice: Notice, position: int = 1) -> Item:
        """A counter-notice that a clerk found complete."""
        self.contested(notice, position)
        counter = queries_counters.counter_of(self.respondent(notice))
        assert counter is not None
        service_counter.check_counter(self.ivy, counter, version=counter.version, now=self.now)
        return self.item(notice, position)

    def counter_sent(self, notice: Notice, position: int = 1) -> Item:
        """The counter-notice is on its way to the holder."""
        item = self.checked(notice, position)
        return service_forwarding.forward_counter(
            self.ivy, item, version=item.version, now=self.now
        )

    def waiting(self, notice: Notice, position: int = 1) -> Item:
        """The waiting period runs."""
        return self.arrived(self.counter_sent(notice, position), "counter")

    def tick(self) -> None:
        """The timed moves of this moment."""
        db.session.rollback()
        timers.end_terms(self.now)

    @staticmethod
    def drain() -> None:
        """Let the worker run."""
        outbox.drain()


def without(*elements: str) -> NoticeFacts:
    """Facts that lack something."""
    gone: dict[str, dict[str, Any]] = {
        "identity": {"holder_id_no": ""},
        "measure": {"measure": ""},
        "signature": {"signature": ""},
        "truth": {"statements": frozenset({"good_faith"})},
        "in_force": {"territory": "US"},
    }
    facts = FACTS
    for element in elements:
        facts = replace(facts, **gone[element])
    return facts
