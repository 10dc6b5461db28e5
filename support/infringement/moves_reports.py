"""What the verbs of content reports share: moving a link's case with its clock, and the work orders that follow it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from support.accounts import service as accounts
from support.accounts import service_contacts
from support.core import audit, outbox, platform, vault
from support.core.actors import SYSTEM, Actor
from support.core.db import compare_and_set, db
from support.core.errors import Invalid, Stale
from support.core.platform_calls import Name
from support.core.words import N_
from support.infringement import lifecycle_reports as rules
from support.infringement import queries_reports as queries
from support.infringement.lifecycle import CONTENT, Content
from support.infringement.lifecycle_reports import CASE, REPORT, CaseState, ReportState
from support.infringement.models_reports import ContentReport, ReportedContent
from support.policies import service_legal_holds
from support.policies.models_legal_holds import Ground
from support.workorders import moves as order_moves
from support.workorders import queries as orders
from support.workorders.lifecycle import Status

DECIDED, APPEALED, REVEAL = "report.decided", "report.appealed", "report.reveal"
TO_REPORTER = (DECIDED, APPEALED, REVEAL)
"""News for who reported: every link decided, an appeal begun, what legal decided about their name. Payload: `report`
(row id) and `what`, the topic."""
MOVED = "reported.moved"
"""News for who answers for a link. Payload: `content` (row id) and `state`."""
TOLD = frozenset({CaseState.REMOVED, CaseState.KEPT, CaseState.APPEAL, CaseState.RESTORED})
"""States of which the other side is told."""
WRITE_WHY = N_("Please write why.")


def sealed_reason(case: ReportedContent, words: str) -> bytes:
    """Seal why a link is decided so; raises `Invalid` where nothing was written."""
    if not words.strip():
        raise Invalid("words", WRITE_WHY)
    return vault.seal(case.stream, case.place("reason_sealed"), words.strip())


def move_case(
    actor: Actor,
    case: ReportedContent,
    new: CaseState,
    *,
    version: int,
    now: datetime,
    **values: Any,
) -> ReportedContent:
    """Move a link in the caller's transaction: by its version, with the clock of the new state, event and news.

    Raises `IllegalMove`, `Stale`.
    """
    if case.version != version:
        raise Stale()
    old = case.status
    CASE.check_move(old, new)
    due = rules.due_in(new, case.rules, now, urgent=case.urgent)
    case = compare_and_set(
        case,
        version=version,
        state=new,
        changed_at=now,
        clock_start=now if due else None,
        due_at=due.at if due else None,
        due_estimated=due is not None and due.estimated,
        **values,
    )
    event = audit.record(case.stream, f"reported.{new}", actor=actor, at=now, old=old)
    if new in TOLD:
        _reach(case, now)
        outbox.put(MOVED, f"{case.id}:{event.seq}", content=case.id, state=new.value)
    for report in queries.reports_of(case):
        follow(report, now)
    return case


def _reach(case: ReportedContent, now: datetime) -> None:
    """Give whoever answers for a link a page of their own; without an account it opens after a code."""
    case.told_at = case.told_at or now
    if case.person_id is None and (address := queries.address_of(case)):
        kind, value = accounts.normalise_address("auto", address)
        guest = service_contacts.guest_for(kind, value, case.language, now)
        case.person_id, case.contact_id = guest.person_id, guest.contact_id
    db.session.flush()


def move_report(report: ContentReport, new: ReportState, **values: Any) -> ContentReport:
    """Move a report in the caller's transaction; raises `IllegalMove`."""
    REPORT.check_move(report.status, new)
    return compare_and_set(report, version=report.version, state=new, **values)


def follow(report: ContentReport, now: datetime) -> None:
    """Let a work order follow its links: in progress while one lives, then solved, of which its reporter is told."""
    order, left = orders.order_by_id(report.order_id), queries.living(report)
    hold_while(bool(left), report, now)
    if not left:
        if report.status is ReportState.ASKED:
            report = move_report(report, ReportState.OPEN)
        if order.active:
            order_moves.move(SYSTEM, order, Status.RESOLVED, version=order.version, now=now)
            tell(report, DECIDED, now)
        return
    begun = any(case.status is not CaseState.CHECK for case in left)
    if report.status is ReportState.ASKED:
        if not begun:
            return
        report = move_report(report, ReportState.OPEN)
    if order.state is not Status.OPEN and (order.state is not Status.NEW or begun):
        order = order_moves.move(SYSTEM, order, Status.OPEN, version=order.version, now=now)
    due = min(case.due_at for case in left if case.due_at is not None)
    if due != order.resolve_due or order.due_at != due:
        order = compare_and_set(
            order,
            version=order.version,
            resolve_due=due,
            first_replied_at=order.first_replied_at or now,
        )
        order_moves.reset_clock(order)


def hold_while(alive: bool, report: ContentReport, now: datetime) -> None:
    """Keep what belongs to the order of a report under a legal hold as long as one of its links is open."""
    service_legal_holds.hold_while(alive, f"order:{report.order_id}", Ground.CASE, now=now)


def tell(report: ContentReport, topic: str, now: datetime) -> None:
    """Put news for who reported, with its event, in the caller's transaction."""
    event = audit.record(report.stream, topic, actor=SYSTEM, at=now)
    outbox.put(topic, f"{report.id}:{event.seq}", report=report.id, what=topic)


def ask_platform(actor: Actor, case: ReportedContent, name: Name, *, now: datetime) -> None:
    """Ask the platform to remove or to restore a link, in the caller's transaction; only its answer counts."""
    new = Content.DOWN_ASKED if name is Name.TAKE_DOWN else Content.UP_ASKED
    CONTENT.check_move(case.standing, new)
    case = compare_and_set(case, version=case.version, content=new)
    order = orders.order_by_id(queries.first_report(case).order_id)
    case.call_uid = platform.call(
        name,
        f"{case.uid}:{case.version}",
        about=order.stream,
        reference=order.reference,
        sealed={"url": queries.url_of(case)},
        actor=actor,
        now=now,
        reported=case.id,
        content=case.platform_item,
        **({"measure": case.measure} if name is Name.TAKE_DOWN else {}),
    )
    db.session.flush()
