"""The door to a service that compares faces. Its answer is a remark: people decide, always."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from support.core.words import N_


class Opinion(StrEnum):
    """What the comparison said."""

    NOT_ASKED = ""
    NONE = "none"
    SAME = "same"
    DIFFERENT = "different"

    @property
    def title(self) -> str:  # type: ignore[override]  # an opinion's title, not str.title()
        """A message id."""
        return _TITLES[self]


_TITLES = {
    Opinion.NOT_ASKED: N_("not asked yet"),
    Opinion.NONE: N_("no opinion"),
    Opinion.SAME: N_("looks like the same person"),
    Opinion.DIFFERENT: N_("looks like another person"),
}


class Matcher(Protocol):
    """A door: whether the faces of a check are one person's. It may go outside: no transaction is open."""

    def compare(self, check_uid: str) -> Opinion:
        """Return the opinion about the pictures of a check."""


class ConsoleMatcher:
    """The version without a service: it opens no picture and has no opinion."""

    def compare(self, check_uid: str) -> Opinion:
        """Return no opinion."""
        return Opinion.NONE


def matcher() -> Matcher:
    """Return the door of this installation."""
    return ConsoleMatcher()
