"""Pasted links with who answers for each, as the platform told: a member here, somebody with an address, or nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.accounts import queries as people
from support.accounts import service as accounts
from support.core.errors import Invalid
from support.infringement.listing_door import Known
from support.infringement.listings import Line
from support.infringement.service import Listing


def named(lines: Sequence[Line], known: Known) -> list[Listing]:
    """Return what the good lines name; whose address signs in to an account answers with it, others as a guest."""
    addresses = {line.item: _address(known.get(line.item, {})) for line in lines}
    members = {each: _member(each) for each in set(addresses.values()) if each}
    return [
        Listing(
            url=line.url,
            normal=f"item {line.item}" if line.item else line.url,
            platform_item=line.item,
            title=line.title,
            words=line.reason,
            owner_id=members.get(addresses[line.item]),
            owner_address=addresses[line.item],
            since=known.get(line.item, {}).get("since", ""),
        )
        for line in lines
    ]


def _member(address: str) -> int | None:
    found = people.bound_contact(*accounts.normalise_address("auto", address))
    return found[0] if found else None


def _address(said: Mapping[str, str]) -> str:
    """Return how the seller is reached, where the platform told us; what is no address is none."""
    try:
        return accounts.normalise_address("auto", said.get("owner", ""))[1]
    except Invalid:
        return ""
