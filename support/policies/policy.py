"""Who may do what with policies, consents and announcements."""

from __future__ import annotations

from support.core.actors import Actor, Role
from support.core.errors import NotAllowed, NotFound

ANNOUNCERS = frozenset({Role.ADMIN})
EDITORS = frozenset({Role.ADMIN, Role.LEGAL})
"""Who prepares and announces versions of the policy."""
PROPOSERS = frozenset({Role.PRIVACY_OFFICER, Role.LEGAL, Role.ADMIN})
"""Who sees the register of purposes and proposes new ones."""
HOLDERS = frozenset({Role.LEGAL, Role.PRIVACY_OFFICER})
"""Who places legal holds."""
RETENTION_READERS = frozenset({Role.PRIVACY_OFFICER, Role.ADMIN})
"""Who sees what ends when; it is numbers alone."""


def check_may_announce(actor: Actor) -> None:
    """Let an announcer (or the system) pass; raise `NotAllowed` for other staff, `NotFound` for anybody else."""
    if actor.kind == "system" or actor.has(*ANNOUNCERS):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def check_may_end_service(actor: Actor) -> None:
    """Let administrators pass; raise `NotAllowed` for other staff, `NotFound` for anybody else."""
    if not actor.has(Role.ADMIN):
        raise NotAllowed() if actor.is_staff else NotFound()


def check_may_publish_policy(actor: Actor) -> None:
    """Let an editor (or the system, from the command line) pass; raise `NotAllowed` otherwise."""
    if actor.kind != "system" and not actor.has(*EDITORS):
        raise NotAllowed()


def check_may_propose_purpose(actor: Actor) -> None:
    """Let those who propose purposes (and the system) pass; raise `NotAllowed` for other staff, else `NotFound`."""
    if actor.kind == "system" or actor.has(*PROPOSERS):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def check_may_decide_purpose(actor: Actor) -> None:
    """Let the privacy officer pass; raise `NotAllowed` for other staff, else `NotFound`."""
    if actor.has(Role.PRIVACY_OFFICER) and not actor.untrained:
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def check_may_comment(actor: Actor) -> None:
    """Let members pass, who are bound by the policy; raise `NotAllowed` for anybody else."""
    if actor.kind != "member":
        raise NotAllowed()


def check_may_hold(actor: Actor) -> None:
    """Let those who place legal holds (and the system) pass; raise `NotAllowed` for other staff, else `NotFound`."""
    if actor.kind == "system" or (actor.has(*HOLDERS) and not actor.untrained):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def check_may_read_retention(actor: Actor) -> None:
    """Let the privacy officer and administrators pass; raise `NotAllowed` for other staff, else `NotFound`."""
    if actor.kind == "system" or actor.has(*RETENTION_READERS):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def check_may_run_retention(actor: Actor) -> None:
    """Let the privacy officer (and the system) pass; raise `NotAllowed` for other staff, else `NotFound`."""
    if actor.kind == "system" or (actor.has(Role.PRIVACY_OFFICER) and not actor.untrained):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def check_own_consent(actor: Actor, person_id: int) -> None:
    """Let the person pass, and an unknown visitor who is becoming that person just now; nobody consents for another.

    Raises `NotAllowed` (PIPL 14: consent is the person's own act).
    """
    if actor.kind != "anonymous" and actor.id != person_id:
        raise NotAllowed()
