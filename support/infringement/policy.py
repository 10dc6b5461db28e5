"""Who decides what about a rights notice (`law.md` 5.7), and the words of what they choose."""

from __future__ import annotations

from collections.abc import Mapping

from support.core.actors import Actor, Role
from support.core.errors import NotAllowed
from support.core.words import N_
from support.infringement.models import Item
from support.infringement.regimes import Regime, RightType

CLERKS = frozenset({Role.IP_CLERK, Role.LEGAL})
CONDUCT_ROLES = CLERKS | {Role.APPROVER}
"""Who sees the conduct of people; an approver is the second person of a suspension."""

NOT_A_CLERK = N_("An IP clerk or somebody of legal decides this.")
NOT_LEGAL = N_("Somebody of legal decides this.")
SECOND_LOOK = N_(
    "For this kind of right, legal takes a second look: not the person who found it qualified."
)

MEASURES: Mapping[str, str] = {
    "delete": N_("Delete the content"),
    "block": N_("Block it"),
    "disconnect": N_("Disconnect the link"),
    "end_trade": N_("End the trade and the service"),
}
"""What can be asked for, and done."""

REFUSALS: Mapping[str, str] = {
    "no_evidence": N_("The evidence does not show an infringement."),
    "other_service": N_("The service only passes it on and holds no content."),
    "lawful": N_("The use is plainly lawful."),
    "unstable": N_("The right is plainly void or revoked."),
}
"""Why no measure is taken, by evidence and kind of service (Civil Code 1195)."""

ARRIVALS: Mapping[str, str] = {
    "inbox": N_("It entered the inbox here"),
    "mail": N_("The reader's mail server took it"),
    "opened": N_("It was opened"),
    "answered": N_("It was answered"),
    "post": N_("It was signed for"),
    "published": N_("It was published, since nobody could be reached"),
}
"""What counts as evidence of an arrival; a text message that was sent is none."""

REASONS: Mapping[str, str] = {
    **MEASURES,
    **REFUSALS,
    "lapsed": N_("What was missing did not come in time."),
    "article_17": N_(
        "It was restored after a counter-notice, and the same holder can't give notice of it again (Regulation, "
        "article 17)."
    ),
    "accepted": N_("The respondent accepts the measure."),
    "no_counter": N_("No counter-notice came in time."),
    "no_proof": N_("No proof of a complaint or a lawsuit came by the end of the waiting period."),
    "holder_accepts": N_("The rights holder accepts the counter-notice."),
    "at_once": N_("Restored at once after the counter-notice (Regulation, article 17)."),
    "dispute_over": N_("The dispute ended without an order."),
    "upheld": N_("The complaint was upheld."),
    "dismissed": N_("The complaint was dismissed."),
    "down": N_("The order says that the measure stays or is taken."),
    "up": N_("The order says that the content comes back."),
}
"""Why an item stands where it does, in words."""


def is_clerk(actor: Actor) -> bool:
    """True for those who decide about notices, and for the system itself."""
    trained = actor.is_staff and not actor.untrained
    return actor.kind == "system" or (trained and actor.has(*CLERKS))


def require_clerk(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor decides about notices."""
    if not is_clerk(actor):
        raise NotAllowed(NOT_A_CLERK if actor.is_staff else None)


def is_legal(actor: Actor) -> bool:
    """True for people of legal."""
    return actor.is_staff and not actor.untrained and actor.has(Role.LEGAL)


def require_legal(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor is of legal."""
    if not is_legal(actor):
        raise NotAllowed(NOT_LEGAL if actor.is_staff else None)


def require_decider(actor: Actor, item: Item, regime: Regime, right: RightType) -> None:
    """Raise `NotAllowed` unless the actor may take a measure: for some rights only legal, and a second person."""
    require_clerk(actor)
    if right in regime.legal_rights:
        require_legal(actor)
        if actor.id == item.qualified_by:
            raise NotAllowed(SECOND_LOOK)
