"""What no announcement may show of a person: numbers of an ID, telephones, e-mail, where somebody lives (PP-3.3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from support.core.words import N_
from support.policies.public_names import folded, holds
from support.policies.public_shapes import Shape, shapes_in

NUMBER = N_("This holds a number of an ID document or a bank card, which is never published.")
PHONE = N_("This holds a telephone number, which is never published.")
MAIL = N_("This holds an e-mail address, which is never published.")
HOME = N_("This looks like the address of a place, which is never published.")
OWN_NAME = N_("This holds the member's own name; a person is named by their role.")

_WHY = {Shape.NUMBER: NUMBER, Shape.PHONE: PHONE, Shape.MAIL: MAIL, Shape.PLACE: HOME}


def refused(text: str, *, own: tuple[str, ...] = ()) -> str | None:
    """Return why `text` can't be published, a message id; None where nothing was found.

    `own` are names that the member bears. A person reads it all the same: what looks like nothing may be something.
    """
    return next(_found(text, own), None)


def holds_own(text: str, own: tuple[str, ...]) -> bool:
    """Tell whether a text holds one of these names, however it is spelt."""
    said = folded(text)
    return any(holds(said, name) for name in own)


def _found(text: str, own: tuple[str, ...]) -> Iterator[str]:
    for found in shapes_in(text):
        yield _WHY[found.shape]
    if holds_own(text, own):
        yield OWN_NAME
