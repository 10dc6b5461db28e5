"""What the desk can decide about chosen links: each act with the states that it is offered from, and its fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from support.core.words import N_
from support.infringement.lifecycle import Content, ItemState
from support.infringement.models import Item

S = ItemState


@dataclass(frozen=True, slots=True)
class Act:
    """One decision about chosen links: from which states it is offered, and which fields it has.

    `shown`: only while a dispute that the holder showed waits for a clerk.
    """

    code: str
    title: str
    icon: str
    states: Collection[ItemState]
    fields: tuple[str, ...] = ()
    standing: Collection[Content] = tuple(Content)
    shown: bool | None = None

    def takes(self, item: Item) -> bool:
        """True where it can be decided about an item, as far as its state says."""
        shown = self.shown is None or (item.shown_at is not None) is self.shown
        return item.status in self.states and item.standing in self.standing and shown


ACTS: tuple[Act, ...] = (
    Act("measure", N_("Take a measure"), "gavel", (S.QUALIFIED,), ("measure",)),
    Act(
        "refuse",
        N_("Take no measure"),
        "circle-x",
        (S.QUALIFIED, S.MEASURE_ASKED),
        ("refusal", "words"),
    ),
    Act("forward", N_("Send the notice on"), "send", (S.MEASURE_TAKEN, S.NO_MEASURE)),
    Act(
        "arrived",
        N_("Note that it arrived"),
        "mail-check",
        (S.FORWARDED, S.COUNTER_FORWARDED),
        ("channel", "at"),
    ),
    Act(
        "counter",
        N_("Send the counter-notice on"),
        "reply",
        (S.COUNTER_CHECK,),
        ("at_once", "words"),
    ),
    Act(
        "pending",
        N_("Keep it: a dispute is pending"),
        "scale",
        (S.COUNTER_FORWARDED, S.WAITING, S.EXTENDED),
        ("authority", "number"),
    ),
    Act(
        "unproved",
        N_("What was shown is no proof"),
        "circle-help",
        (S.COUNTER_FORWARDED, S.WAITING, S.EXTENDED),
        ("words",),
        shown=True,
    ),
    Act("extend", N_("Extend the waiting period"), "hourglass", (S.WAITING,), ("days", "words")),
    Act("restore", N_("Restore it"), "rotate-ccw", (S.WAITING, S.EXTENDED, S.PENDING)),
    Act(
        "decided",
        N_("Carry out a decision of a court or an authority"),
        "landmark",
        (
            S.MEASURE_TAKEN,
            S.NO_MEASURE,
            S.FORWARDED,
            S.NO_MEASURE_FORWARDED,
            S.AWAITING,
            S.FINAL,
            S.COUNTER_CHECK,
            S.COUNTER_TO_COMPLETE,
            S.COUNTER_FORWARDED,
            S.WAITING,
            S.EXTENDED,
            S.PENDING,
            S.RESTORE_ASKED,
            S.RESTORED,
        ),
        ("keep", "authority", "number"),
    ),
    Act("settle", N_("Decide the complaint"), "megaphone", (S.COMPLAINT,), ("upheld",)),
    Act(
        "gone",
        N_("Its owner removed it"),
        "trash-2",
        (S.RECEIVED, S.CHECKING, S.TO_COMPLETE, S.QUALIFIED, S.FORWARDED, S.AWAITING),
    ),
    Act(
        "again",
        N_("Ask the platform again"),
        "plug",
        tuple(ItemState),
        standing=(Content.DOWN_REFUSED, Content.UP_REFUSED),
    ),
)


def offered(items: Iterable[Item]) -> list[Act]:
    """Return what may be done with at least one of the items."""
    alike = {(item.state, item.content, item.shown_at is None): item for item in items}
    return [act for act in ACTS if any(act.takes(item) for item in alike.values())]


def act_named(code: str) -> Act | None:
    """Return the act of this code; None for a made-up one."""
    return next((act for act in ACTS if act.code == code), None)
