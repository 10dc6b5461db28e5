"""Who may do what with requests for deletion."""

from __future__ import annotations

from support.core.actors import Actor, Role
from support.core.errors import NotAllowed, NotFound

DESK = frozenset({Role.PRIVACY_OFFICER, Role.LEGAL, Role.APPROVER})
DECIDERS = frozenset({Role.PRIVACY_OFFICER})
LONGEST_WORDS = 5_000


def require_desk(actor: Actor) -> None:
    """Let those pass who decide on deletions; raise `NotAllowed` for other staff, `NotFound` for anybody else."""
    if not actor.has(*DESK) or actor.untrained:
        raise NotAllowed() if actor.is_staff else NotFound()


def require_decider(actor: Actor) -> None:
    """Let a privacy officer pass, who proposes what happens to each class of data."""
    require_desk(actor)
    if not actor.has(*DECIDERS):
        raise NotAllowed()


def may_approve(actor: Actor, decided_by: int | None) -> bool:
    """True for somebody of the desk who is another person than who proposed it."""
    return actor.has(*DESK) and not actor.untrained and actor.id != decided_by
