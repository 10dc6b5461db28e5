"""The services outside to which data goes: what goes there, as data, and whether a contract lets it (PP-3.1.4).

A room declares each of its doors; the register of partners stands on a higher floor and says by a hook whether the
contract of a door is in force. Whoever sends asks right before, while the database is still open.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from support.core.config import Config
from support.core.context import hooks
from support.core.errors import Unavailable
from support.core.outbox import Retry
from support.core.words import N_

if TYPE_CHECKING:
    from support.core.platform_calls import PlatformCall

ENDED = "contract ended"
"""Why a message waits, as the outbox and the pages of what failed name it."""


@dataclass(frozen=True, slots=True)
class OutsideDoor:
    """A hook: one service outside. `code` never changes, `title` is a message id, `is_set` says whether it is in use.

    `role`, `data`, `aim` and `basis` are codes of `policies/sharing_words.py`: what goes
    there, what for, and why it may.
    """

    code: str
    title: str
    role: str
    data: tuple[str, ...]
    aim: str
    basis: str
    is_set: Callable[[Config], bool]


@dataclass(frozen=True, slots=True)
class Contracts:
    """A hook: whether the contract behind a door is in force; a door that nobody has registered is open."""

    is_open: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class PlatformTold:
    """A hook: what is written down, in the same transaction, when the platform took a call that names a person."""

    note: Callable[[PlatformCall, datetime], None]


class ContractEnded(Unavailable):
    """The contract with the service has ended, so nothing is sent there."""

    status: ClassVar[int] = 503
    default_words: ClassVar[str] = N_(
        "Our contract with that service has ended, so nothing is sent there. Nothing has changed."
    )


def partner_open(code: str) -> bool:
    """True while data may go to the service behind this door."""
    return all(each.is_open(code) for each in hooks(Contracts))


def require_partner(code: str) -> None:
    """Let the caller go on while data may go there; raise `ContractEnded` otherwise."""
    if not partner_open(code):
        raise ContractEnded()


def wait_for_partner(code: str) -> None:
    """The same for a job: raise `Retry`, so that the message waits for a day in case the contract is renewed."""
    if not partner_open(code):
        raise Retry(ENDED)
