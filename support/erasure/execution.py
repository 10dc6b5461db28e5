"""How a decided deletion is carried out: its steps in order, each harmless when it is done again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from support.core.context import hooks
from support.core.holders import Holder, Measure
from support.core.words import N_
from support.policies.data_classes import Class

TOLD = "told"
LEDGER = "ledger"
MENTIONS = "mentions"
PLATFORM = "platform"
KEY = "key"
CLEAN = "clean"
PROOF = "proof"

OWN_STEPS: Mapping[str, str] = {
    TOLD: N_("The letter with this address has left"),
    LEDGER: N_("Entry in the deletion ledger, so that a restored backup is cleaned again"),
    MENTIONS: N_("Mentions in what other people wrote"),
    PLATFORM: N_("The platform is told"),
    KEY: N_("The key of the person is destroyed"),
    CLEAN: N_("Leftovers in the files of the database"),
    PROOF: N_("The signed proof"),
}
"""The steps that belong to no place in particular, in words for everybody."""


def titles() -> dict[str, str]:
    """Return what each step is called, by its code; message ids."""
    return {holder.code: holder.title for holder in hooks(Holder)} | dict(OWN_STEPS)


@dataclass(frozen=True, slots=True)
class Planned:
    """A step to be: its code, and the measure of a holder."""

    code: str
    measure: str = ""


def is_whole(measures: Mapping[str, Measure]) -> bool:
    """True where the account itself goes, and with it the person's key, mentions, and the account at the platform."""
    return measures.get(Class.ACCOUNT) is Measure.ERASE


def steps_for(measures: Mapping[str, Measure], *, cleans: bool = True) -> Sequence[Planned]:
    """Return the steps of a decision (class: measure) in order: the ledger before anything is destroyed, the key after
    all that it opens, the leftovers after that, the proof last.

    The key and the account at the platform go only with the account. Where many are deleted one after the other, the
    leftovers are cleaned once, after the last (`cleans`).
    """
    whole = is_whole(measures)
    steps = [Planned(TOLD), Planned(LEDGER)]
    if whole:
        steps += [Planned(MENTIONS), Planned(PLATFORM)]
    for holder in hooks(Holder):
        measure = measures.get(holder.data_class, Measure.KEEP)
        if measure is not Measure.KEEP:
            steps.append(Planned(holder.code, measure.value))
    after = [Planned(KEY)] if whole else []
    if cleans:
        after.append(Planned(CLEAN))
    return [*steps, *after, Planned(PROOF)]
