"""Who may do what with penalties, and what can be said of one: grounds and measures as codes."""

from __future__ import annotations

from collections.abc import Mapping

from support.core.actors import Actor, Role
from support.core.errors import NotAllowed, NotFound
from support.core.words import N_
from support.disclosure.models import Penalty

DESK = frozenset({Role.LEGAL, Role.APPROVER})
APPEAL_DAYS = 10
"""PRC working days in which a member may appeal, and in which an appeal is decided (`law.md` 5.9)."""
MONTHS, MOST_MONTHS = 12, 36
MOST_DAYS = 365
LONGEST_NAME, LONGEST_RULE, LONGEST_WORDS, LONGEST_REASONS = 80, 300, 2_000, 5_000

GROUNDS: Mapping[str, str] = {
    "counterfeit": N_("Selling counterfeit goods"),
    "pirated": N_("Selling pirated works"),
    "repeated": N_("Repeated infringement"),
    "false": N_("False information"),
    "other": N_("Another breach of the platform's rules"),
}
MEASURES: Mapping[str, str] = {
    "warning": N_("Warning"),
    "taken_down": N_("Goods taken down"),
    "closed_for": N_("Shop closed for a time"),
    "account_closed": N_("Account closed"),
}
TIMED = "closed_for"
"""The measure that has a number of days."""


def require_desk(actor: Actor) -> None:
    """Let legal and approvers pass; raise `NotFound` for strangers, `NotAllowed` for other staff."""
    if not actor.has(*DESK):
        raise NotAllowed() if actor.is_staff else NotFound()


def require_legal(actor: Actor) -> None:
    """Let legal pass, who propose penalties, hear appeals and set aside."""
    require_desk(actor)
    if not actor.has(Role.LEGAL):
        raise NotAllowed()


def may_approve(actor: Actor, proposed_by: int) -> bool:
    """True for an approver or legal who is another person than who proposed it."""
    return actor.has(*DESK) and actor.id != proposed_by


def may_hear(actor: Actor, penalty: Penalty) -> bool:
    """True for somebody of legal who had no part in the penalty."""
    return actor.has(Role.LEGAL) and actor.id not in (penalty.proposed_by, penalty.approved_by)


def is_own(actor: Actor, penalty: Penalty) -> bool:
    """True for the member whom it is about."""
    return actor.kind == "member" and actor.id == penalty.person_id
