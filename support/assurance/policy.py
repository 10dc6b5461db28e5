"""Levels, acts and proofs as data: which act needs which level, which proofs make a level, how long they live."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum

from support.core.words import N_


class Level(IntEnum):
    """How sure we are who is asking (`law.md` 3.2, V0 to V3)."""

    NOBODY = 0
    SAME_PERSON = 1
    TWO_WAYS = 2
    CHECKED = 3


class ProofKind(StrEnum):
    """Something that was shown, once, at a known moment."""

    FRESH_SESSION = "fresh_session"
    CODE = "code"
    SECOND_FACTOR = "second_factor"


PROOF_LIVES: Mapping[ProofKind, timedelta] = {
    ProofKind.FRESH_SESSION: timedelta(minutes=15),
    ProofKind.CODE: timedelta(minutes=15),
    ProofKind.SECOND_FACTOR: timedelta(minutes=15),
}


class Act(StrEnum):
    """What is protected. A verb that does one of these calls `assurance.service.require` first."""

    CHANGE_PASSWORD = "change_password"  # noqa: S105 (the name of an act)
    CHANGE_CONTACT = "change_contact"
    CHANGE_SECOND_FACTOR = "change_second_factor"
    CHANGE_PROFILE = "change_profile"
    END_SESSIONS = "end_sessions"
    RESET_OTHERS_FACTOR = "reset_others_factor"
    CHANGE_ROLES = "change_roles"


@dataclass(frozen=True, slots=True)
class ActRule:
    """The level that an act needs and the words that name it to the person who is asked for proof."""

    level: Level
    title: str


ACTS: Mapping[Act, ActRule] = {
    Act.CHANGE_PASSWORD: ActRule(Level.SAME_PERSON, N_("change the password")),
    Act.CHANGE_CONTACT: ActRule(Level.SAME_PERSON, N_("change how you are reached")),
    Act.CHANGE_SECOND_FACTOR: ActRule(Level.SAME_PERSON, N_("change the second factor")),
    Act.CHANGE_PROFILE: ActRule(Level.NOBODY, N_("change basic information")),
    Act.END_SESSIONS: ActRule(Level.NOBODY, N_("end sessions")),
    Act.RESET_OTHERS_FACTOR: ActRule(Level.TWO_WAYS, N_("reset somebody's second factor")),
    Act.CHANGE_ROLES: ActRule(Level.TWO_WAYS, N_("change what staff may do")),
}


def level_of(proofs: Collection[ProofKind]) -> Level:
    """Return the level that the live `proofs` of one session make together."""
    kinds = set(proofs)
    if len(kinds) >= 2:
        return Level.TWO_WAYS
    return Level.SAME_PERSON if kinds else Level.NOBODY
