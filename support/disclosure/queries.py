"""What the desk and the member may read of penalties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from support.accounts import queries as people
from support.accounts import queries_names
from support.core import vault
from support.core.actors import Actor, Role
from support.core.calendars import CN_ZONE, Due, cn_working_days, never_shorter
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import NotFound
from support.core.text import clean_line
from support.disclosure import policy, redaction
from support.disclosure.lifecycle import UNSEEN, PenaltyState
from support.disclosure.models import Penalty, PenaltyAppeal, PenaltyCorrection
from support.disclosure.wording import Wording, load
from support.policies.models_publications import Publication
from support.policies.public_names import folded, holds, names_organisation

PAGE = 100
S = PenaltyState


@dataclass(frozen=True, slots=True)
class Shown:
    """How the member of a penalty is named in public: an organisation's verified name, else a role.

    `own` are names of theirs that must not stand there.
    """

    name: str
    personal: bool
    own: tuple[str, ...]

    def allows(self, said: Wording, *, personal: bool) -> bool:
        """True where what was written about a person, or an organisation, may go out about the member as they are."""
        if not personal and (self.personal or said.name != self.name):
            return False
        shop = (said.name,) if personal else ()
        return not any(redaction.holds_own(text, self.own) for text in (*shop, *said.texts))


def shown_of(person_id: int) -> Shown:
    """Return how a member is named in public, and the names that must not stand there.

    A sole trader's papers verify a company, too (their code begins with 92), and of the code nothing is kept that tells
    it. So an organisation is named only where its name has a word that organisations alone have, such as 公司; in doubt
    it is a person.
    """
    verified = queries_names.verified_name_of(person_id)
    account = people.names([person_id]).get(person_id, "")
    if verified is None:
        return Shown("", True, tuple(filter(None, (account,))))
    if verified.kind == "company" and names_organisation(verified.name):
        name = clean_line(verified.name, len(verified.name))
        return Shown(name, False, () if holds(folded(name), account) else (account,))
    return Shown("", True, tuple(filter(None, (verified.name, verified.other_name, account))))


def is_held_back(row: Penalty) -> bool:
    """True where a penalty can't be published as it was agreed to, for its member is named otherwise by now."""
    said = wording_of(row)
    return said is None or not shown_of(row.person_id).allows(said, personal=row.personal)


def is_ready(row: Penalty, now: datetime) -> bool:
    """True for the moments in which the tick publishes a penalty, and for as long as it can't."""
    over = row.appeal_until is not None and row.appeal_until <= now
    return row.status is S.UPHELD or (row.status is S.TOLD and over)


def ready(now: datetime) -> ColumnElement[bool]:
    """Return the same as SQL."""
    over = and_(Penalty.state == S.TOLD, Penalty.appeal_until <= now)
    return or_(Penalty.state == S.UPHELD, over)


def penalties(actor: Actor) -> Sequence[Penalty]:
    """Return the newest penalties for the desk, those that wait for somebody first."""
    policy.require_desk(actor)
    waits = or_(Penalty.state.in_((S.PROPOSED, S.APPEALED)), ready(utcnow()))
    found = select(Penalty).order_by(waits.desc(), Penalty.id.desc()).limit(PAGE)
    return db.session.execute(found).scalars().all()


def penalty_at_desk(actor: Actor, uid: str) -> Penalty:
    """Return one penalty for the desk; raise `NotFound`, for strangers too, or `NotAllowed`."""
    policy.require_desk(actor)
    return _one(Penalty.uid == uid)


def own_penalties(actor: Actor) -> Sequence[Penalty]:
    """Return what a member was told of, the newest first."""
    found = select(Penalty).where(*_seen_by(actor)).order_by(Penalty.id.desc())
    return db.session.execute(found).scalars().all()


def own_penalty(actor: Actor, uid: str) -> Penalty:
    """Return a penalty to the member whom it is about; raise `NotFound` for anybody else and before they are told."""
    return _one(Penalty.uid == uid, *_seen_by(actor))


def penalty_by_id(penalty_id: int) -> Penalty:
    """Return a penalty by its row id, for jobs; raise `NotFound`."""
    return _one(Penalty.id == penalty_id)


def _seen_by(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    if actor.kind != "member" or actor.id is None:
        raise NotFound()
    return Penalty.person_id == actor.id, Penalty.state.not_in(UNSEEN)


def _one(*which: ColumnElement[bool]) -> Penalty:
    found = db.session.execute(select(Penalty).where(*which)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def place(row: Penalty, column: str) -> str:
    """Return the vault place of a sealed column of a penalty, of its appeal or of a correction."""
    return f"penalty.{column}:{row.uid}"


def opened(row: Penalty, column: str, sealed: bytes | None) -> str:
    """Return a sealed text of a penalty, "" where there is none or its key was destroyed."""
    try:
        return vault.unseal(row.stream, place(row, column), sealed) if sealed else ""
    except vault.KeyDestroyed:
        return ""


def wording_of(row: Penalty) -> Wording | None:
    """Return what is published of a penalty; None once its key is destroyed."""
    said = opened(row, "sealed", row.sealed)
    return load(said) if said else None


def appeal_of(row: Penalty) -> PenaltyAppeal | None:
    """Return the appeal against a penalty."""
    found = select(PenaltyAppeal).where(PenaltyAppeal.penalty_id == row.id)
    return db.session.execute(found).scalar_one_or_none()


def decisions_due(rows: Sequence[Penalty]) -> dict[int, datetime]:
    """Return by when the appeals that run are decided, by the row id of their penalty; one query for all."""
    running = [row.id for row in rows if row.status is S.APPEALED]
    found = select(PenaltyAppeal.penalty_id, PenaltyAppeal.due_at)
    mine = db.session.execute(found.where(PenaltyAppeal.penalty_id.in_(running))).all()
    return {row.penalty_id: row.due_at for row in mine}


def correction_of(row: Penalty) -> PenaltyCorrection | None:
    """Return the correction that waits for a second person."""
    mine = (PenaltyCorrection.penalty_id == row.id, PenaltyCorrection.settled_at.is_(None))
    return db.session.execute(select(PenaltyCorrection).where(*mine)).scalar_one_or_none()


def correction_by_uid(row: Penalty, uid: str) -> PenaltyCorrection:
    """Return one correction of a penalty, settled or not; raise `NotFound`."""
    mine = (PenaltyCorrection.penalty_id == row.id, PenaltyCorrection.uid == uid)
    found = db.session.execute(select(PenaltyCorrection).where(*mine)).scalar_one_or_none()
    if found is None:
        raise NotFound()
    return found


def correction_wording(row: Penalty, correction: PenaltyCorrection) -> Wording | None:
    """Return the wording that a correction proposes."""
    said = opened(row, f"correction:{correction.uid}", correction.sealed)
    return load(said) if said else None


def publication_of(row: Penalty) -> Publication | None:
    """Return the entry of the public ledger that stands for a penalty, withdrawn or not."""
    return db.session.get(Publication, row.publication_id) if row.publication_id else None


def appeal_term(row: Penalty) -> Due | None:
    """Return until when the member may appeal, with its steps, never shorter than promised; None before they know."""
    if row.told_at is None or row.appeal_until is None:
        return None
    return _kept(row.told_at, row.appeal_until, estimated=row.appeal_estimated)


def decision_term(appeal: PenaltyAppeal) -> Due:
    """Return by when an appeal is decided, with its steps, never shorter than promised."""
    return _kept(appeal.at, appeal.due_at, estimated=appeal.due_estimated)


def _kept(start: datetime, promised: datetime, *, estimated: bool) -> Due:
    counted = cn_working_days(start, policy.APPEAL_DAYS)
    return never_shorter(Due(promised, CN_ZONE, estimated, ()), counted)


def waiting_for(actor: Actor) -> int:
    """Return how many penalties, appeals and corrections wait for a decision that is the actor's to give.

    To legal those are among them that can't be published as they were agreed to, and wait to be set aside.
    """
    mine = [
        and_(Penalty.state == S.PROPOSED, Penalty.proposed_by != actor.id),
        Penalty.id.in_(
            select(PenaltyCorrection.penalty_id).where(
                PenaltyCorrection.settled_at.is_(None), PenaltyCorrection.proposed_by != actor.id
            )
        ),
    ]
    if actor.has(Role.LEGAL):
        apart = (Penalty.proposed_by != actor.id, Penalty.approved_by != actor.id)
        mine.append(and_(Penalty.state == S.APPEALED, *apart))
    due = ready(utcnow())
    waiting, published_next = (
        select(func.count()).select_from(Penalty).where(which).scalar_subquery()
        for which in (or_(*mine), due)
    )
    number, coming = db.session.execute(select(waiting, published_next)).one()
    return int(number) + (_held_back(due) if coming and actor.has(Role.LEGAL) else 0)


def _held_back(due: ColumnElement[bool]) -> int:
    """Return how many of those that would be published now are held back; the rest is gone with the next tick."""
    rows = db.session.execute(select(Penalty).where(due).limit(PAGE)).scalars().all()
    vault.load_keys(row.stream for row in rows)
    return sum(map(is_held_back, rows))


def unstaffed() -> list[str]:
    """Return what nobody could do now: "propose", "approve" (another person), "hear" (a third one, of legal)."""
    legal = {one.id for one in people.staff(Role.LEGAL)}
    either = legal | {one.id for one in people.staff(Role.APPROVER)}
    seats = {"propose": bool(legal), "approve": len(either) > 1, "hear": _third(legal, either)}
    return [seat for seat, held in seats.items() if not held]


def _third(legal: set[int], either: set[int]) -> bool:
    """One of legal proposes, anybody else approves, and one more of legal is left to hear the appeal."""
    return len(legal) > 1 and len(either) > 2


def unstaffed_waiting() -> int:
    """Return how many proposals and appeals wait that nobody can decide on; no appeal counts while it is staffed."""
    missing = unstaffed()
    states = [S.PROPOSED] if "approve" in missing else []
    states += [S.APPEALED] if "hear" in missing else []
    if not states:
        return 0
    found = select(func.count()).select_from(Penalty).where(Penalty.state.in_(states))
    return db.session.execute(found).scalar_one()
