"""When a version is major, as data (PP-8.4), and which version binds a person (PP-8.2). Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from support.core.words import N_

TESTS: Mapping[str, str] = {
    "8.4.1": N_(
        "The way the service works changes much: what data is handled for, which data, or how it is used"
    ),
    "8.4.2": N_(
        "Control or organisation changes much: another owner, by a reorganisation, a bankruptcy or a merger"
    ),
    "8.4.3": N_("The main recipients of sharing, transfer or public disclosure change"),
    "8.4.4": N_("People's rights over their data, or how they use them, change much"),
    "8.4.5": N_(
        "The department responsible for data security, its contact or the complaints channel changes"
    ),
    "8.4.6": N_("An assessment of the impact on data security finds a high risk"),
}
"""Any of them makes a version major."""
NOTICE_STAYS = timedelta(days=14)
"""After a major version has taken effect its notice stays this long on every page."""


class Binding(Protocol):
    """What is asked of a version."""

    @property
    def id(self) -> int:
        """Its row id."""

    @property
    def shrinks(self) -> bool:
        """Whether it takes rights away."""


V = TypeVar("V", bound=Binding)


def named_tests(codes: str) -> list[tuple[str, str]]:
    """Return the tests that apply, each with its words (a message id), in the order of the policy."""
    return [(code, words) for code, words in TESTS.items() if code in codes.split()]


def joined(codes: Iterable[str]) -> str:
    """Return codes as a row keeps them: known ones, in order, apart by spaces."""
    chosen = set(codes)
    return " ".join(code for code in TESTS if code in chosen)


def binding(in_force: Sequence[V], accepted: Collection[int]) -> V | None:
    """Return the version that binds whoever accepted these ones, of all that are in force, the oldest first.

    It is the newest one up to which nothing took rights away that they did not agree to (PP-8.2): what comes after
    such a version holds its words too, so it waits with it. Silence is no agreement.
    """
    found: V | None = None
    last = max((number for number, one in enumerate(in_force) if one.id in accepted), default=-1)
    for number, one in enumerate(in_force):
        if number > max(last, 0) and one.shrinks:
            break
        found = one
    return found


def first_day(now: datetime, days: int, zone: str) -> datetime:
    """Return the earliest start of a day, where the operator sits, that is at least `days` whole days away."""
    local = now.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if midnight < local:
        midnight += timedelta(days=1)
    return midnight.astimezone(now.tzinfo)
