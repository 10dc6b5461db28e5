"""The door to the platform's listings: which of these items are there, what they are called, who sells them.

`LISTING_CHECK_URL` is asked by a signed POST, as calls to the platform are (`docs/platform.md`); a demo has a console
version. Where nobody answers, links are taken and looked at by hand.
"""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from support.core import outward, platform_signing
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import in_transaction, new_uid
from support.core.installation import is_demo
from support.core.partners import ENDED, OutsideDoor, partner_open
from support.core.text import clean_line
from support.core.words import N_

log = logging.getLogger(__name__)

DOOR = OutsideDoor(
    "listings",
    N_("The platform's list of content"),
    role="platform",
    data=("listing",),
    aim="content",
    basis="contract",
    is_set=lambda config: bool(config.listing_check_url),
)
_AT_ONCE = 100
_PATIENCE = 5.0
_LONGEST = 120
Known = Mapping[str, Mapping[str, str]]


class ListingDoor(Protocol):
    """What knows listings: `check` returns title, seller, owner's address and first day of those there.

    None where it can't say. The address is for us alone: it is never shown to who gives notice.
    """

    def check(self, items: Sequence[str]) -> Known | None: ...


class ConsoleListings:
    """Knows the listings 1000 to 9999, of ten shops; every other one is gone. The tenth is the demo's respondent."""

    def check(self, items: Sequence[str]) -> Known | None:
        """Return what a platform would say."""
        return {item: _invented(item) for item in items if item.isdigit() and len(item) == 4}


def _invented(item: str) -> Mapping[str, str]:
    shop = int(item) % 10 + 1
    owner = f"shop{shop}@shops.example" if shop < 10 else "respondent@example.com"
    title, since = f"Listing {item}", f"2025-{int(item) % 12 + 1:02}-01"
    return {"title": title, "seller": f"Shop {shop}", "owner": owner, "since": since}


class BridgeListings:
    """Asks the operator's platform, a hundred at once."""

    def __init__(self, url: str, keys: list[bytes]) -> None:
        self._url, self._keys = urlsplit(url), keys

    def check(self, items: Sequence[str]) -> Known | None:
        """Return what the platform says; None for silence or an answer that can't be read, for all of them."""
        known: dict[str, Mapping[str, str]] = {}
        try:
            for start in range(0, len(items), _AT_ONCE):
                known.update(self._ask(items[start : start + _AT_ONCE]))
        except (OSError, http.client.HTTPException, ValueError) as trouble:
            log.warning("listings_unchecked", extra={"error": type(trouble).__name__})
            return None
        return known

    def _ask(self, items: Sequence[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
        body = json.dumps({"type": "check_listing", "items": list(items)}).encode()
        signed = platform_signing.signed_headers(new_uid(), body, self._keys, at=utcnow())
        headers = {"Content-Type": "application/json", **signed}
        reply = outward.post(self._url, body, headers, patience=_PATIENCE)
        if reply.status != 200:
            raise ValueError(f"listings {reply.status}")
        said = json.loads(reply.body)
        found = said.get("listings") if isinstance(said, dict) else None
        if not isinstance(found, dict):
            raise ValueError("no listings")
        return ((item, _plain(found[item])) for item in items if item in found)


def _plain(said: Any) -> Mapping[str, str]:
    """Return four short lines, whatever came."""
    if not isinstance(said, Mapping):
        raise ValueError("no listing")
    names = ("title", "seller", "owner", "since")
    return {name: clean_line(str(said.get(name, "")), _LONGEST) for name in names}


def look_up(items: Sequence[str]) -> Known | None:
    """Ask which of `items` are there, with no transaction open; None where nobody could say."""
    if in_transaction():
        raise RuntimeError("no call goes out inside a transaction")
    door = _door()
    return door.check(items) if door is not None and items else None


def _door() -> ListingDoor | None:
    config = settings()
    if not partner_open(DOOR.code):
        log.warning("listings_unchecked", extra={"error": ENDED})
        return None
    if is_demo():
        return ConsoleListings()
    if not config.listing_check_url:
        return None
    return BridgeListings(config.listing_check_url, platform_signing.keys_in_force(config))
