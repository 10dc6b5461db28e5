"""Numbers and rules of accounts: how long sessions and codes live, how often things may be tried."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from support.accounts.models import PersonKind
from support.core.actors import Actor, Role
from support.core.errors import NotAllowed, NotFound
from support.core.words import N_


@dataclass(frozen=True, slots=True)
class Life:
    """A session ends after `idle` without a request, and after `absolute` in any case."""

    idle: timedelta
    absolute: timedelta


SESSION_LIVES: Mapping[str, Life] = {
    PersonKind.MEMBER: Life(timedelta(days=14), timedelta(days=90)),
    PersonKind.GUEST: Life(timedelta(hours=2), timedelta(hours=24)),
    PersonKind.STAFF: Life(timedelta(minutes=30), timedelta(hours=12)),
}
TOUCH_EVERY = timedelta(minutes=1)
SECOND_STEP_LIVES = timedelta(minutes=5)


class CodePurpose(StrEnum):
    """What a one-time code is for; a code of one purpose is worth nothing for another (PP-2.1.1)."""

    REGISTER = "register"
    LOGIN = "login"
    BIND = "bind"
    RETRIEVE = "retrieve"
    FOLLOW = "follow"
    CONFIRM = "confirm"
    CONTACT = "contact"
    PHONE_CALL = "phone_call"
    INVITE = "invite"
    IDENTITY = "identity"
    OLD_ADDRESS = "old_address"
    NOTICE_LINK = "notice_link"
    NOTICE_RESUME = "notice_resume"
    NOTICE_DOMAIN = "notice_domain"
    NOTICE_ANSWER = "notice_answer"


FOR_THE_KNOWN = frozenset(
    {CodePurpose.LOGIN, CodePurpose.RETRIEVE, CodePurpose.FOLLOW, CodePurpose.PHONE_CALL}
) | {CodePurpose.OLD_ADDRESS}
"""Codes of these purposes leave only if somebody is known: what becomes of their messages must show nowhere."""

CODE_DIGITS = 6
CODE_LIVES = timedelta(minutes=10)
CODE_TRIES = 5
DOOR_AWAY_LIVES = timedelta(minutes=10)
PROVED_LIVES = timedelta(minutes=30)
INVITATION_LIVES = timedelta(hours=72)
NOTICE_LINK_LIVES = timedelta(days=14)
OTHER_SIGN_IN_LIVES = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` in each `within`."""

    most: int
    within: timedelta


A_MOMENT = timedelta(minutes=1)
SENDS_A_TARGET = (
    Limit(1, A_MOMENT),
    Limit(5, timedelta(hours=1)),
    Limit(10, timedelta(days=1)),
)
SENDS_AN_ADDRESS = (Limit(30, timedelta(hours=1)), Limit(120, timedelta(days=1)))
SENDS_A_NETWORK = (Limit(150, timedelta(hours=1)), Limit(600, timedelta(days=1)))
SENDS_IN_ALL = Limit(20_000, timedelta(days=1))

FAILURES_A_TARGET = (Limit(10, timedelta(minutes=15)), Limit(60, timedelta(days=1)))
FAILURES_AN_ADDRESS = (Limit(60, timedelta(minutes=15)),)
FAILURES_A_NETWORK = (Limit(300, timedelta(minutes=15)),)
FAILURES_IN_ALL = Limit(3_000, timedelta(minutes=15))
FACTOR_FAILURES = (Limit(5, timedelta(minutes=15)), Limit(30, timedelta(days=1)))

SLOWER = 10
"""While an alarm sounds, an address or network from which the account was never used gets this part of its tries."""


class Alarm(StrEnum):
    """What rises above its number in all. It is told to the administrators and slows strangers; it refuses nobody."""

    SIGN_INS = "sign_ins"
    CODES = "codes"

    @property
    def title(self) -> str:  # type: ignore[override]  # the alarm's name, not str.title()
        """A message id."""
        return {
            Alarm.SIGN_INS: N_("Far more sign-ins fail than usual"),
            Alarm.CODES: N_("Far more codes are asked for than usual"),
        }[self]


SIGN_IN_WHOLE = timedelta(days=30)
SIGN_INS_REACH = timedelta(days=180)
"""The log of sign-ins reaches back so far at least; how long it is kept is a setting."""
CODES_KEPT = timedelta(days=2)
SESSIONS_KEPT = timedelta(days=30)

MOST_CONTACT_POINTS = 10
MOST_CONTACT_PERSONS = 20
RECOVERY_CODES = 10
MOST_PASSKEYS = 10
CHALLENGE_LIVES = timedelta(minutes=5)


class Ceremony(StrEnum):
    """What a passkey signs for; a challenge of one is worth nothing for another."""

    ADD = "add"
    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    CONFIRM = "confirm"


TRAINING_MONTHS = 12
LONGEST_TRAINING_MONTHS = 36


class LapseStep(IntEnum):
    """The letters before a training lapses, and the one when it did; each goes out once."""

    MONTH = 1
    WEEK = 2
    LAPSED = 3


LAPSE_TOLD = {
    LapseStep.MONTH: timedelta(days=30),
    LapseStep.WEEK: timedelta(days=7),
    LapseStep.LAPSED: timedelta(0),
}


def lapse_step(expires_at: datetime, now: datetime) -> LapseStep | None:
    """Return how near its end a training is; None while that is more than a month away."""
    reached = [step for step, before in LAPSE_TOLD.items() if now >= expires_at - before]
    return max(reached, default=None)


def is_untrained(kind: str, trained_until: datetime | None, now: datetime) -> bool:
    """True for staff without a valid training, from the moment of its end on; asked only where one is required."""
    return kind == PersonKind.STAFF and (trained_until is None or trained_until <= now)


def usable_roles(held: Iterable[str], *, untrained: bool) -> frozenset[Role]:
    """Return what somebody may do of the roles that they hold: without training, administer and nothing else."""
    roles = frozenset(Role(role) for role in held)
    return roles & {Role.ADMIN} if untrained else roles


class Outcome(StrEnum):
    """How a try to sign in ended. It is written as failed before the secret is looked at."""

    FAILED = "failed"
    FIRST_STEP = "first_step"
    OK = "ok"

    @property
    def title(self) -> str:  # type: ignore[override]  # the outcome's name, not str.title()
        """A message id."""
        return {
            Outcome.FAILED: N_("Did not succeed"),
            Outcome.FIRST_STEP: N_("Right, second factor still asked"),
            Outcome.OK: N_("Signed in"),
        }[self]


class Method(StrEnum):
    """With what somebody tried to sign in."""

    PASSWORD = "password"  # noqa: S105  (the name of a way, no secret)
    CODE = "code"
    TOTP = "totp"
    RECOVERY = "recovery"
    PASSKEY = "passkey"
    INVITATION = "invitation"
    OIDC = "oidc"
    TAOBAO = "taobao"
    ALI1688 = "1688"
    DINGTALK = "dingtalk"
    ALIPAY = "alipay"
    WEIBO = "weibo"

    @property
    def title(self) -> str:  # type: ignore[override]  # the method's name, not str.title()
        """A message id."""
        return _METHOD_TITLES[self]


_METHOD_TITLES = {
    Method.PASSWORD: N_("Password"),
    Method.CODE: N_("One-time code"),
    Method.TOTP: N_("Authenticator app"),
    Method.RECOVERY: N_("Recovery code"),
    Method.PASSKEY: N_("Passkey"),
    Method.INVITATION: N_("Invitation"),
    Method.OIDC: N_("Account service"),
    Method.TAOBAO: N_("Taobao"),
    Method.ALI1688: N_("1688"),
    Method.DINGTALK: N_("DingTalk"),
    Method.ALIPAY: N_("Alipay"),
    Method.WEIBO: N_("Weibo"),
}


def require_self(actor: Actor) -> int:
    """Return the person's id of a member or staff; raise `NotAllowed` for anyone without an account."""
    if actor.kind not in ("member", "staff") or actor.id is None:
        raise NotAllowed()
    return actor.id


def require_admin(actor: Actor) -> None:
    """Let administrators and the command line pass; a stranger learns nothing (`NotFound`), staff get `NotAllowed`."""
    if actor.kind == "system" or actor.has(Role.ADMIN):
        return
    raise NotAllowed() if actor.is_staff else NotFound()


def network_of(address: str) -> str | None:
    """Return the /48 of an IPv6 address, which one customer holds whole; None for any other address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return None if found.version == 4 else str(ipaddress.ip_network((found, 48), strict=False))


def cut_address(address: str) -> str:
    """Return a network address without its last part: `203.0.113.x`, `2001:db8:x`; done twice it stays the same."""
    mark = "." if "." in address else ":"
    head = (
        address.rstrip(":").rpartition(mark)[0] if mark == "." else ":".join(address.split(":")[:2])
    )
    return address if is_cut(address) else f"{head}{mark}x"


def is_cut(address: str) -> bool:
    """True for what `cut_address` returned."""
    return address.endswith("x")
