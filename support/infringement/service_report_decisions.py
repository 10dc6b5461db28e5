"""What becomes of reported content: removed or kept, with reasons, once for all who reported it; and appeals.

A report alone never blocks or removes anything: a person decides, and only the platform's answer says that it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import update

from support.core import audit, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import changed, compare_and_set, db, insert_new, new_uid, transaction
from support.core.errors import AlreadyDone, DomainError, IllegalMove, Invalid, NotAllowed, NotFound
from support.core.platform_calls import CallState, Name, PlatformCall
from support.core.words import N_
from support.infringement import lifecycle_reports as rules
from support.infringement import moves_reports as moves
from support.infringement import policy
from support.infringement import queries_reports as queries
from support.infringement.lifecycle import CONTENT, Content
from support.infringement.lifecycle_reports import CaseState, Ground
from support.infringement.models_reports import (
    ContentReport,
    ReportAppeal,
    ReportedContent,
    appeal_place,
)
from support.infringement.service_bulk import Refused

Side = Literal["reporter", "respondent"]

ANOTHER = N_("An appeal is heard by somebody who had no part in the decision.")
HEARD = N_("This side has appealed before, and another person has heard it.")
TOO_LATE = N_("The six months for an appeal are over.")
CHOOSE = N_("Please choose one.")
STILL_ASKED = N_("The platform was asked to remove it; wait for its answer.")
AT_APPEAL = "block"
"""The measure where an appeal of a reporter is upheld: it can be undone."""
MINE: Mapping[Side, CaseState] = {"reporter": CaseState.KEPT, "respondent": CaseState.REMOVED}
"""Which outcome each side can appeal against."""


def remove_content(
    actor: Actor,
    case: ReportedContent,
    *,
    ground: str,
    measure: str,
    words: str,
    version: int,
    now: datetime | None = None,
) -> ReportedContent:
    """Have reported content removed, as a clerk, on a ground and for reasons that both sides read."""
    now = now or utcnow()
    policy.require_clerk(actor)
    if ground not in set(Ground) or measure not in policy.MEASURES:
        raise Invalid("ground", CHOOSE)
    with transaction():
        case = moves.move_case(
            actor,
            case,
            CaseState.REMOVAL_ASKED,
            version=version,
            now=now,
            ground=ground,
            measure=measure,
            reason_sealed=moves.sealed_reason(case, words),
            decided_by=actor.id,
        )
        moves.ask_platform(actor, case, Name.TAKE_DOWN, now=now)
    return case


def keep_content(
    actor: Actor, case: ReportedContent, *, words: str, version: int, now: datetime | None = None
) -> ReportedContent:
    """Decide, as a clerk, that reported content stays, for reasons that both sides read."""
    now = now or utcnow()
    policy.require_clerk(actor)
    if case.standing is Content.DOWN_ASKED:
        raise DomainError(STILL_ASKED)
    with transaction():
        reason = moves.sealed_reason(case, words)
        return moves.move_case(
            actor,
            case,
            CaseState.KEPT,
            version=version,
            now=now,
            reason_sealed=reason,
            decided_by=actor.id,
        )


def ask_again(
    actor: Actor, case: ReportedContent, *, version: int, now: datetime | None = None
) -> ReportedContent:
    """Ask the platform again, as a clerk, for what it did not do."""
    now = now or utcnow()
    policy.require_clerk(actor)
    wanted = {Content.DOWN_REFUSED: Name.TAKE_DOWN, Content.UP_REFUSED: Name.RESTORE}
    if case.version != version or case.standing not in wanted:
        raise IllegalMove(case.standing, case.standing)
    with transaction():
        moves.ask_platform(actor, case, wanted[case.standing], now=now)
    return case


def decide_many(
    report: ContentReport,
    chosen: Mapping[int, int],
    verb: Callable[[ReportedContent, int], object],
) -> list[Refused]:
    """Carry out `verb(case, version)` for each chosen link (row id: version) and return those that were refused.

    Raises `NotFound` for a link that the report does not name, before any is decided.
    """
    named = {one.case.id: one for one in queries.named_in(report)}
    if not set(chosen) <= set(named):
        raise NotFound()
    refused = []
    for one in [named[case_id] for case_id in sorted(chosen)]:
        try:
            verb(one.case, chosen[one.case.id])
        except DomainError as error:
            refused.append(Refused(one.position, error.words, error.facts))
    return refused


def follow_platform(found: PlatformCall, now: datetime) -> None:
    """Let a link follow what the platform answered; safe to run twice."""
    case_id = found.payload.get("reported")
    if case_id is None or found.name not in (Name.TAKE_DOWN, Name.RESTORE):
        return
    down = found.name == Name.TAKE_DOWN
    with transaction():
        case = db.session.get(ReportedContent, case_id, populate_existing=True)
        if case is None or case.call_uid != found.uid:
            return  # an older call: the newer one says how it stands
        if found.state == CallState.DONE:
            _done(case, Content.DOWN if down else Content.UP, now)
        elif found.state in (CallState.NOT_DONE, CallState.FAILED):
            refused = Content.DOWN_REFUSED if down else Content.UP_REFUSED
            if CONTENT.can(case.standing, refused):
                case = compare_and_set(case, version=case.version, content=refused)
                said = {"call": found.uid}
                audit.record(case.stream, "reported.refused_there", actor=SYSTEM, at=now, **said)


def _done(case: ReportedContent, new: Content, now: datetime) -> None:
    if not CONTENT.can(case.standing, new):
        return
    case = compare_and_set(case, version=case.version, content=new)
    after = {
        (Content.DOWN, CaseState.REMOVAL_ASKED): CaseState.REMOVED,
        (Content.UP, CaseState.RESTORE_ASKED): CaseState.RESTORED,
    }.get((new, case.status))
    if after is not None:
        moves.move_case(SYSTEM, case, after, version=case.version, now=now)
    elif new is Content.DOWN and case.status is CaseState.KEPT:
        moves.ask_platform(SYSTEM, case, Name.RESTORE, now=now)


def side_of(actor: Actor, case: ReportedContent) -> Side:
    """Return on which side of a link the actor stands; raises `NotFound` for a stranger."""
    if actor.id is not None and case.told_at is not None and case.person_id == actor.id:
        return "respondent"
    if actor.id is not None and actor.id in {one.person_id for one in queries.reports_of(case)}:
        return "reporter"
    raise NotFound()


def can_appeal(
    case: ReportedContent,
    side: Side,
    person_id: int | None,
    now: datetime,
    appeals: Sequence[ReportAppeal] | None = None,
) -> bool:
    """True while somebody can appeal against how a link was decided: once each, within six months.

    `appeals` are those about it, if known.
    """
    known = queries.appeals_of(case) if appeals is None else appeals
    open_yet = now < rules.term("term", case.rules, case.changed_at)
    again = person_id in {one.person_id for one in known if one.side == side}
    given_up = side == "respondent" and case.accepted_at is not None
    return case.status is MINE[side] and open_yet and not again and not given_up


def appeal(
    actor: Actor,
    case: ReportedContent,
    side: Side,
    *,
    words: str,
    now: datetime | None = None,
) -> ReportedContent:
    """Appeal against how a link was decided, as who reported it or who answers for it; another person hears it.

    Everybody can do so once, within six months, while nobody else is heard.
    Raises `NotFound`, `Invalid`, `AlreadyDone`, `IllegalMove`.
    """
    now = now or utcnow()
    mine = case.person_id if side == "respondent" else actor.id
    if side_of(actor, case) != side or actor.id != mine:
        raise NotFound()
    if not words.strip():
        raise Invalid("words", moves.WRITE_WHY)
    if case.status is not MINE[side] or (side == "respondent" and case.accepted_at is not None):
        raise IllegalMove(case.status, CaseState.APPEAL)
    if now >= rules.term("term", case.rules, case.changed_at):
        raise Invalid("words", TOO_LATE)
    with transaction():
        uid = new_uid()
        sealed = vault.seal(case.stream, appeal_place(uid), words.strip())
        if not insert_new(
            ReportAppeal,
            uid=uid,
            content_id=case.id,
            side=side,
            person_id=actor.id,
            sealed=sealed,
            at=now,
        ):
            raise AlreadyDone(HEARD)
        case = moves.move_case(
            actor, case, CaseState.APPEAL, version=case.version, now=now, before=case.state
        )
        for report in queries.reports_of(case):
            moves.tell(report, moves.APPEALED, now)
    return case


def accept(actor: Actor, case: ReportedContent, *, now: datetime | None = None) -> None:
    """Accept a removal, as who answers for the content; then there is no appeal of theirs. Twice is harmless."""
    now = now or utcnow()
    if side_of(actor, case) != "respondent":
        raise NotFound()
    if case.accepted_at is not None:
        return
    if case.status is not CaseState.REMOVED:
        raise IllegalMove(case.status, case.status)
    with transaction():
        compare_and_set(case, version=case.version, accepted_at=now)
        audit.record(case.stream, "reported.accepted", actor=actor, at=now)


def settle_appeal(
    actor: Actor,
    case: ReportedContent,
    *,
    upheld: bool,
    words: str,
    version: int,
    now: datetime | None = None,
) -> ReportedContent:
    """Decide an appeal, as somebody of legal who had no part in the decision nor in an earlier appeal."""
    now = now or utcnow()
    policy.require_legal(actor)
    heard = queries.appeals_of(case)
    if actor.id in {*audit.staff_of(case.stream), *(one.heard_by for one in heard)}:
        raise NotAllowed(ANOTHER)
    if case.status is not CaseState.APPEAL:
        raise IllegalMove(case.status, CaseState.APPEAL)
    before = CaseState(case.before)
    new = _UPHELD[before] if upheld else before
    with transaction():
        hearing = update(ReportAppeal).where(
            ReportAppeal.content_id == case.id, ReportAppeal.heard_at.is_(None)
        )
        changed(hearing.values(heard_by=actor.id, heard_at=now, upheld=upheld))
        removes = new is CaseState.REMOVAL_ASKED
        ground = {"ground": queries.first_report(case).ground, "measure": AT_APPEAL}
        case = moves.move_case(
            actor,
            case,
            new,
            version=version,
            now=now,
            reason_sealed=moves.sealed_reason(case, words),
            **(ground if removes else {}),
        )
        if new is CaseState.RESTORE_ASKED:
            moves.ask_platform(actor, case, Name.RESTORE, now=now)
        elif removes:
            moves.ask_platform(actor, case, Name.TAKE_DOWN, now=now)
    return case


_UPHELD = {
    CaseState.REMOVED: CaseState.RESTORE_ASKED,
    CaseState.KEPT: CaseState.REMOVAL_ASKED,
}
"""Where an upheld appeal leads from where the link stood."""
