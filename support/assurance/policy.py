"""Levels, acts and proofs as data: which act needs which level, which proofs make a level, how long they live.

The table has a number (`POLICIES`). A check keeps the number under which it began, so that a change of rules never
moves the ground under somebody who is proving who they are. `docs/identity.md` is generated from this module.
"""

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

    @property
    def title(self) -> str:
        """A message id."""
        return _LEVELS[self]


_LEVELS = {
    Level.NOBODY: N_("nothing shown"),
    Level.SAME_PERSON: N_("the person who signed in"),
    Level.TWO_WAYS: N_("shown in two ways"),
    Level.CHECKED: N_("checked by two people, or by a service that vouches"),
}


class ProofKind(StrEnum):
    """Something that was shown, once, at a known moment."""

    FRESH_SESSION = "fresh_session"
    CODE = "code"
    SECOND_FACTOR = "second_factor"
    SECOND_CHANNEL = "second_channel"
    RECORD_MATCH = "record_match"
    DOCUMENT = "document"
    COMPANY = "company"
    FACE = "face"
    SETTLED = "settled"
    SOURCE = "source"
    DECISION = "decision"
    APPROVAL = "approval"

    @property
    def title(self) -> str:  # type: ignore[override]  # a proof's title, not str.title()
        """A message id."""
        return _PROOFS[self]


_PROOFS = {
    ProofKind.FRESH_SESSION: N_("signed in a moment ago"),
    ProofKind.CODE: N_("a code sent to an address"),
    ProofKind.SECOND_FACTOR: N_("a second factor"),
    ProofKind.SECOND_CHANNEL: N_("a code sent to an older address of the account"),
    ProofKind.RECORD_MATCH: N_("name and last digits of the verified record"),
    ProofKind.DOCUMENT: N_("a photo of an ID document with a phrase of the day"),
    ProofKind.COMPANY: N_("company licence and letter of authority"),
    ProofKind.FACE: N_("both sides of an ID card and one's own face"),
    ProofKind.SETTLED: N_(
        "no way into the account changed within 72 hours before it was asked for, or since"
    ),
    ProofKind.SOURCE: N_("a verified name by the service that somebody signs in with"),
    ProofKind.DECISION: N_("a verifier's decision"),
    ProofKind.APPROVAL: N_("a second person's decision"),
}

SESSION_PROOFS = frozenset({ProofKind.FRESH_SESSION, ProofKind.CODE, ProofKind.SECOND_FACTOR})
"""What a session can show by itself; everything else is shown in a check."""


class Act(StrEnum):
    """What is protected. A verb that does one of these calls `assurance.service.require` first."""

    CHANGE_PASSWORD = "change_password"  # noqa: S105 (the name of an act)
    CHANGE_CONTACT = "change_contact"
    CHANGE_SECOND_FACTOR = "change_second_factor"
    CHANGE_PROFILE = "change_profile"
    END_SESSIONS = "end_sessions"
    RESET_OTHERS_FACTOR = "reset_others_factor"
    CHANGE_ROLES = "change_roles"
    RECOVER_ACCOUNT = "recover_account"
    SET_REALNAME = "set_realname"
    CHANGE_REALNAME = "change_realname"
    ERASE_ACCOUNT = "erase_account"
    ERASE_GUEST = "erase_guest"
    EXPORT_DATA = "export_data"
    ERASE_LOST = "erase_lost"
    ERASE_WARD = "erase_ward"
    ERASE_HEIR = "erase_heir"


@dataclass(frozen=True, slots=True)
class ActRule:
    """The level that an act needs and the words that name it to the person who is asked for proof.

    `by_check`: the proofs are those of a check, since whoever asks can't sign in or a sign-in is not enough. One
    proof of `sure` spares the waiting period; without one the act is held for `HOLD_LASTS`.
    """

    level: Level
    title: str
    by_check: bool = False
    sure: frozenset[ProofKind] = frozenset()


FOR_OTHERS = frozenset({Act.ERASE_WARD, Act.ERASE_HEIR})
"""By people who do not say that the account is theirs."""

HOLD_LASTS = timedelta(hours=72)
"""In clock hours (`law.md` 5.4): the account's older addresses are told and may stop the act meanwhile."""

TOO_NEW = timedelta(hours=72)
"""An address that was changed within this time proves nothing about the account's owner."""

STILL_TOLD = timedelta(days=30)
"""An address that was taken off the account within this time is told of a waiting period, and may object."""

PROOF_LIVES: Mapping[ProofKind, timedelta] = {
    ProofKind.FRESH_SESSION: timedelta(minutes=15),
    ProofKind.CODE: timedelta(minutes=15),
    ProofKind.SECOND_FACTOR: timedelta(minutes=15),
    ProofKind.SECOND_CHANNEL: timedelta(days=14),
    ProofKind.RECORD_MATCH: timedelta(days=14),
    ProofKind.DOCUMENT: timedelta(days=14),
    ProofKind.COMPANY: timedelta(days=14),
    ProofKind.FACE: timedelta(days=14),
    ProofKind.SETTLED: timedelta(minutes=15),
    ProofKind.SOURCE: timedelta(minutes=15),
    ProofKind.DECISION: timedelta(days=14),
    ProofKind.APPROVAL: timedelta(days=14),
}

_FIRST_LADDER: tuple[tuple[Level, frozenset[ProofKind]], ...] = (
    (Level.CHECKED, frozenset({ProofKind.DOCUMENT, ProofKind.DECISION, ProofKind.APPROVAL})),
    (Level.CHECKED, frozenset({ProofKind.COMPANY, ProofKind.DECISION, ProofKind.APPROVAL})),
    (Level.TWO_WAYS, frozenset({ProofKind.FRESH_SESSION, ProofKind.CODE})),
    (Level.TWO_WAYS, frozenset({ProofKind.FRESH_SESSION, ProofKind.SECOND_FACTOR})),
    (Level.TWO_WAYS, frozenset({ProofKind.CODE, ProofKind.SECOND_FACTOR})),
    (Level.TWO_WAYS, frozenset({ProofKind.CODE, ProofKind.SECOND_CHANNEL})),
    (Level.TWO_WAYS, frozenset({ProofKind.CODE, ProofKind.RECORD_MATCH})),
    (Level.SAME_PERSON, frozenset({ProofKind.FRESH_SESSION})),
    (Level.SAME_PERSON, frozenset({ProofKind.CODE})),
    (Level.SAME_PERSON, frozenset({ProofKind.SECOND_FACTOR})),
)

LADDER: tuple[tuple[Level, frozenset[ProofKind]], ...] = (
    (Level.CHECKED, frozenset({ProofKind.FACE, ProofKind.DECISION, ProofKind.APPROVAL})),
    (Level.CHECKED, frozenset({ProofKind.SOURCE, ProofKind.FRESH_SESSION})),
    *_FIRST_LADDER,
)
"""Each line: these proofs together make at least this level; the highest line counts."""

_SHOWN = frozenset({ProofKind.DOCUMENT})
"""The check is about who asks. That the account is theirs to ask for is found afterwards, and waited for then."""

ACTS: Mapping[Act, ActRule] = {
    Act.CHANGE_PASSWORD: ActRule(Level.SAME_PERSON, N_("change the password")),
    Act.CHANGE_CONTACT: ActRule(Level.SAME_PERSON, N_("change how you are reached")),
    Act.CHANGE_SECOND_FACTOR: ActRule(Level.SAME_PERSON, N_("change the second factor")),
    Act.CHANGE_PROFILE: ActRule(Level.NOBODY, N_("change basic information")),
    Act.END_SESSIONS: ActRule(Level.NOBODY, N_("end sessions")),
    Act.RESET_OTHERS_FACTOR: ActRule(Level.TWO_WAYS, N_("reset somebody's second factor")),
    Act.CHANGE_ROLES: ActRule(Level.TWO_WAYS, N_("change what staff may do")),
    Act.RECOVER_ACCOUNT: ActRule(
        Level.CHECKED,
        N_("give a lost account back with a new address"),
        by_check=True,
        sure=frozenset({ProofKind.SECOND_CHANNEL}),
    ),
    Act.SET_REALNAME: ActRule(
        Level.CHECKED,
        N_("write down a verified name"),
        by_check=True,
        sure=frozenset({ProofKind.DOCUMENT, ProofKind.COMPANY, ProofKind.FACE, ProofKind.SOURCE}),
    ),
    Act.CHANGE_REALNAME: ActRule(
        Level.CHECKED,
        N_("change the verified name"),
        by_check=True,
        sure=frozenset({ProofKind.SETTLED}),
    ),
    Act.ERASE_ACCOUNT: ActRule(Level.TWO_WAYS, N_("have the data of an account deleted")),
    Act.ERASE_GUEST: ActRule(
        Level.SAME_PERSON, N_("have deleted what stands under an address without an account")
    ),
    Act.EXPORT_DATA: ActRule(Level.SAME_PERSON, N_("get a copy of what is kept about you")),
    Act.ERASE_LOST: ActRule(
        Level.CHECKED,
        N_("delete the data of an account that its owner can't sign in to any more"),
        by_check=True,
        sure=_SHOWN,
    ),
    Act.ERASE_WARD: ActRule(
        Level.CHECKED,
        N_("delete the data of an account, as guardian of its holder"),
        by_check=True,
        sure=_SHOWN,
    ),
    Act.ERASE_HEIR: ActRule(
        Level.CHECKED,
        N_(
            "delete the data of an account, as a near relative of its holder, who is said to have died"
        ),
        by_check=True,
        sure=_SHOWN,
    ),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the whole table."""

    number: int
    lives: Mapping[ProofKind, timedelta]
    ladder: tuple[tuple[Level, frozenset[ProofKind]], ...]
    acts: Mapping[Act, ActRule]

    def level_of(self, proofs: Collection[ProofKind]) -> Level:
        """Return the level that `proofs` make together."""
        shown = frozenset(proofs)
        return max((level for level, line in self.ladder if line <= shown), default=Level.NOBODY)


_REALNAME = frozenset({Act.SET_REALNAME, Act.CHANGE_REALNAME})
ERASES_BY_CHECK = frozenset({Act.ERASE_LOST, Act.ERASE_WARD, Act.ERASE_HEIR})
_OWN_DATA = frozenset({Act.ERASE_ACCOUNT, Act.ERASE_GUEST, Act.EXPORT_DATA}) | ERASES_BY_CHECK

POLICIES: Mapping[int, Policy] = {
    1: Policy(
        1,
        PROOF_LIVES,
        _FIRST_LADDER,
        {act: rule for act, rule in ACTS.items() if act not in _REALNAME | _OWN_DATA},
    ),
    2: Policy(
        2, PROOF_LIVES, LADDER, {act: rule for act, rule in ACTS.items() if act not in _OWN_DATA}
    ),
    3: Policy(
        3,
        PROOF_LIVES,
        LADDER,
        {act: rule for act, rule in ACTS.items() if act not in ERASES_BY_CHECK},
    ),
    4: Policy(4, PROOF_LIVES, LADDER, ACTS),
}
"""Every version that a running check may have begun under; a new one is added, none is changed."""

CURRENT = POLICIES[max(POLICIES)]


def level_of(proofs: Collection[ProofKind]) -> Level:
    """Return the level that the live `proofs` of one session make together, by the current table."""
    return CURRENT.level_of(proofs)
