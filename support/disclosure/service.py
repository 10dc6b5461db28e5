"""The verbs of two people: a penalty is written, proposed, sent back, approved, or given up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from support.accounts import queries as people
from support.accounts.models import PersonKind
from support.core import audit, outbox, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import compare_and_set, new_uid, transaction
from support.core.errors import DomainError, Invalid, NotAllowed, NotFound
from support.core.text import clean_text, too_long
from support.core.words import N_
from support.disclosure import policy, queries
from support.disclosure.lifecycle import LIFECYCLE, OPEN, PenaltyState
from support.disclosure.models import Penalty
from support.disclosure.wording import NEEDED, TOO_LONG, Wording, checked
from support.policies import service_legal_holds
from support.policies.models_legal_holds import Ground
from support.workorders import queries as orders_at_desk

NEWS = "penalty.news"
NO_MEMBER = N_("No member has this name.")
NO_ORDER = N_("There is no work order %(reference)s.")
MONTHS = N_("Between 1 and %(most)s months.")
S = PenaltyState


def write_penalty(
    actor: Actor,
    member: str,
    wording: Wording,
    *,
    reasons: str,
    months: int = policy.MONTHS,
    orders: Iterable[str] = (),
    now: datetime | None = None,
) -> Penalty:
    """Write a draft about the member of this name, sealed under a key of its own, and return it.

    Raises `Invalid` for nobody, for what is missing, and for what may not be shown of a person.
    """
    now = now or utcnow()
    policy.require_legal(actor)
    person_id = _member(member)
    shown = queries.shown_of(person_id)
    said = _said(actor, wording, shown, reasons, months, orders)
    row = Penalty(
        uid=new_uid(),
        series=new_uid(),
        person_id=person_id,
        state=S.DRAFT,
        personal=shown.personal,
        proposed_by=actor.id,
        at=now,
        changed_at=now,
    )
    with transaction() as session:
        for column, value in sealed(row, said).items():
            setattr(row, column, value)
        session.add(row)
        session.flush()
        audit.record(row.stream, "penalty.written", actor=actor, at=now, penalty=row.id)
    return row


def change_penalty(
    actor: Actor,
    row: Penalty,
    wording: Wording,
    *,
    reasons: str,
    months: int,
    orders: Iterable[str],
    version: int,
    now: datetime | None = None,
) -> Penalty:
    """Change a draft of one's own; raises `Stale`, `Invalid`, or `NotAllowed` once it is proposed."""
    now = now or utcnow()
    require_author(actor, row)
    if row.status is not S.DRAFT:
        raise NotAllowed(N_("It is proposed already; have it sent back to change it."))
    shown = queries.shown_of(row.person_id)
    said = _said(actor, wording, shown, reasons, months, orders)
    with transaction():
        values = sealed(row, said) | {"personal": shown.personal, "changed_at": now}
        compare_and_set(row, version=version, **values)
        audit.record(row.stream, "penalty.changed", actor=actor, at=now, penalty=row.id)
    return row


def propose_penalty(
    actor: Actor, row: Penalty, *, version: int, now: datetime | None = None
) -> Penalty:
    """Give a draft of one's own to a second person; twice is harmless."""
    require_author(actor, row)
    return row if row.status is S.PROPOSED else move(actor, row, S.PROPOSED, version, now)


def return_penalty(
    actor: Actor, row: Penalty, words: str, *, version: int, now: datetime | None = None
) -> Penalty:
    """Send a proposal back to who wrote it, saying why."""
    policy.require_desk(actor)
    with transaction():
        remark = vault.seal(row.stream, queries.place(row, "remark"), said_words(words))
        return move(actor, row, S.DRAFT, version, now, remark=remark)


def drop_penalty(
    actor: Actor, row: Penalty, *, version: int, now: datetime | None = None
) -> Penalty:
    """Give a penalty up that its member was not told of; twice is harmless."""
    policy.require_legal(actor)
    return row if row.status is S.DROPPED else move(actor, row, S.DROPPED, version, now)


def approve_penalty(
    actor: Actor, row: Penalty, *, version: int, now: datetime | None = None
) -> Penalty:
    """Agree as the second person, so that the member is told; twice by the same person is harmless.

    Raises `NotAllowed` for who proposed it, and `Stale` where it would be shown otherwise by now than it says.
    """
    policy.require_desk(actor)
    if not policy.may_approve(actor, row.proposed_by):
        raise NotAllowed(N_("Another person than who proposed it has to agree."))
    if row.status is not S.PROPOSED and row.approved_by == actor.id:
        return row
    with transaction():
        check_names(row, queries.wording_of(row))
        move(actor, row, S.APPROVED, version, now, approved_by=actor.id)
        tell(row, "told")
    return row


def require_author(actor: Actor, row: Penalty) -> None:
    """Let who wrote a penalty pass, as long as they are of legal."""
    policy.require_legal(actor)
    if actor.id != row.proposed_by:
        raise NotAllowed(N_("Only who wrote it changes and proposes it."))


def check_names(row: Penalty, wording: Wording | None) -> None:
    """Refuse a wording whose member is named otherwise by now, or that holds a name of theirs."""
    shown = queries.shown_of(row.person_id)
    fits = wording is not None and shown.allows(wording, personal=row.personal)
    if shown.personal != row.personal or not fits:
        raise DomainError(
            N_("The member's verified name has changed since. Send it back and save it anew.")
        )


def move(
    actor: Actor,
    row: Penalty,
    new: PenaltyState,
    version: int,
    now: datetime | None = None,
    **values: Any,
) -> Penalty:
    """Carry a penalty into another state, if it still has `version`; raise `IllegalMove` or `Stale`."""
    now = now or utcnow()
    with transaction():
        LIFECYCLE.check_move(row.status, new)
        compare_and_set(row, version=version, state=new, changed_at=now, **values)
        audit.record(row.stream, f"penalty.{new}", actor=actor, at=now, penalty=row.id)
        service_legal_holds.hold_while(new in OPEN, row.stream, Ground.CASE, now=now)
    return row


def tell(row: Penalty, what: str) -> None:
    """Put the news for the member, inside the transaction of the act that they are of."""
    outbox.put(NEWS, f"{row.uid}:{row.version}:{what}", penalty=row.id, what=what)


def said_words(words: str, field: str = "words") -> str:
    """Return what was typed, tidied; raise `Invalid` where nothing or too much was."""
    if too_long(words, policy.LONGEST_REASONS):
        raise Invalid(field, TOO_LONG, most=policy.LONGEST_REASONS)
    text = clean_text(words, policy.LONGEST_REASONS)
    if not text:
        raise Invalid(field, NEEDED)
    return text


def sealed(row: Penalty, said: dict[str, Any]) -> dict[str, Any]:
    """Return columns with their texts sealed; call it inside a transaction."""
    texts = {name: value for name, value in said.items() if name in ("sealed", "reasons")}
    return said | {
        name: vault.seal(row.stream, queries.place(row, name), text) for name, text in texts.items()
    }


def _member(name: str) -> int:
    person_id = people.person_id_by_name(name.strip()) if name.strip() else None
    if person_id is None or people.person(person_id).kind is not PersonKind.MEMBER:
        raise Invalid("member", NO_MEMBER)
    return person_id


def _said(
    actor: Actor,
    wording: Wording,
    shown: queries.Shown,
    reasons: str,
    months: int,
    names: Iterable[str],
) -> dict[str, Any]:
    if not 1 <= months <= policy.MOST_MONTHS:
        raise Invalid("months", MONTHS, most=policy.MOST_MONTHS)
    named = wording if shown.personal else replace(wording, name=shown.name)
    fit = checked(named, personal=shown.personal, own=shown.own)
    return {
        "sealed": fit.dump(),
        "reasons": said_words(reasons, "reasons"),
        "months": months,
        "orders": [_reference(actor, name) for name in names],
    }


def _reference(actor: Actor, name: str) -> str:
    try:
        return orders_at_desk.order_at_desk(actor, name).reference
    except (NotFound, NotAllowed) as error:
        raise Invalid("orders", NO_ORDER, reference=name) from error
