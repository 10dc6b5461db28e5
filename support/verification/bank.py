"""The bank's door: a payment of some cents by the operator's bridge (`docs/bank.md`), or a file on a demo."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache

from support.core.context import settings
from support.core.installation import is_demo
from support.core.outbox import Retry
from support.core.partners import OutsideDoor
from support.core.words import N_
from support.notifications import outgoing
from support.notifications.bridge import Bridge, checked_url

DOOR = OutsideDoor(
    "bank",
    N_("The bank's payments"),
    role="controller",
    data=("bank",),
    aim="payment",
    basis="consent",
    is_set=lambda config: bool(config.bank_url),
)
_URL_LIKE = N_(
    "bank_url must be like https://gongdan:SECRET@pay.example.com/send, the secret of 16 characters or more"
)


@dataclass(frozen=True, slots=True)
class Transfer:
    """A payment to an account of a company; `id` stays the same when it is asked for again. `amount` is in CNY."""

    id: str
    region: str
    bank: str
    holder: str
    number: str = field(repr=False)
    amount: str = field(repr=False)


def send(transfer: Transfer) -> None:
    """Ask for the payment by the door that is set; raise `Retry` without one, `Retry` or `GiveUp` as it does."""
    url = settings().bank_url
    if url:
        _bridge(url).post(asdict(transfer), transfer.id)
        return
    if not is_demo():
        raise Retry("no bank door")
    said = json.dumps(asdict(transfer), ensure_ascii=False, indent=1)
    outgoing.keep(transfer.id, "transfer.json", said.encode())


def is_from_bridge(body: bytes, stamp: str, signature: str, *, now: datetime) -> bool:
    """True when the bridge signed this within five minutes of `now`; never without a bridge."""
    url = settings().bank_url
    return has_bridge() and _bridge(url).signed(body, stamp, signature, now=now)


def has_bridge() -> bool:
    """True where a bridge is set, which alone may say here what the bank did."""
    return bool(settings().bank_url)


def check_door() -> None:
    """Raise `ConfigError` where the setting of the door can't be right."""
    if url := settings().bank_url:
        checked_url(url, _URL_LIKE)


def can_pay() -> bool:
    """True where payments leave, be it only to the demo's files."""
    return bool(settings().bank_url) or is_demo()


@lru_cache(maxsize=4)
def _bridge(url: str) -> Bridge:
    """The breaker of a door counts for the whole process."""
    return Bridge(checked_url(url, _URL_LIKE), "bank")
