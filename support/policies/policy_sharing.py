"""Who may do what with partners, records of sharing and gates."""

from __future__ import annotations

from support.core.actors import Actor, Role
from support.core.errors import NotAllowed, NotFound

KEEPERS = frozenset({Role.PRIVACY_OFFICER, Role.LEGAL})
"""Who keeps the register of partners."""
READERS = KEEPERS | {Role.ADMIN}
"""Who reads it: it is about organisations, and shows nobody's personal data."""
LEDGER = frozenset({Role.PRIVACY_OFFICER})
"""Who may look at what was given of somebody; each look is written down."""


def may_keep_partners(actor: Actor) -> bool:
    """True for those who keep the register."""
    return actor.has(*KEEPERS) and not actor.untrained


def check_may_keep_partners(actor: Actor) -> None:
    """Let those pass who keep the register, and the system; raise `NotAllowed` for other staff, else `NotFound`."""
    _check(actor, actor.kind == "system" or may_keep_partners(actor))


def check_may_read_partners(actor: Actor) -> None:
    """Let those pass who read the register; raise `NotAllowed` for other staff, else `NotFound`."""
    _check(actor, actor.kind == "system" or actor.has(*READERS))


def check_may_read_ledger(actor: Actor) -> None:
    """Let the privacy officer pass; raise `NotAllowed` for other staff, else `NotFound`."""
    _check(actor, actor.has(*LEDGER) and not actor.untrained)


def may_approve_gate(actor: Actor, *, exception: bool) -> bool:
    """True for those who decide about a gate; an exception from consent is for legal alone (`law.md` 0.8)."""
    return actor.has(*({Role.LEGAL} if exception else KEEPERS)) and not actor.untrained


def check_may_approve_gate(actor: Actor, *, exception: bool) -> None:
    """Let those pass who decide about a gate; raise `NotAllowed` for other staff, else `NotFound`."""
    _check(actor, may_approve_gate(actor, exception=exception))


def _check(actor: Actor, allowed: bool) -> None:
    if not allowed:
        raise NotAllowed() if actor.is_staff else NotFound()
