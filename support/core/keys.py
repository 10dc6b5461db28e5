"""Server keys: one file each in the instance's `keys/` directory, made at the first start.

Each purpose has a key of its own, so that a leak of one opens nothing else: `session` signs cookies,
`codes` derives one-time codes, `blind` makes look-up indexes, `kek` wraps the data keys of people (and is the only
one that is replaced from time to time, `core/wrapping.py`), `audit` chains the audit trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from support.core.config import ConfigError
from support.core.words import N_
from support.core.wrapping import WrappingKeys, read_key, write_key

NAMES = ("session", "codes", "blind", "kek", "audit")


@dataclass(frozen=True, slots=True)
class Keyring:
    """The loaded keys, 32 bytes each; those that wrap may be replaced while we run."""

    session: bytes
    codes: bytes
    blind: bytes
    audit: bytes
    wrapping: WrappingKeys


def load_keys(directory: Path) -> Keyring:
    """Return the keys in `directory`, making those of a first start; raise `ConfigError` for a weak or open one.

    A missing key beside existing ones is an error: making a new one would silently lose what the old one sealed.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    present = [name for name in NAMES if (directory / name).exists()]
    if not present:
        for name in NAMES:
            write_key(directory / name)
    elif missing := sorted(set(NAMES) - set(present)):
        raise ConfigError(
            N_("keys/%(name)s is missing; restore it from the backup of keys"), name=missing[0]
        )
    fixed = {name: read_key(directory / name) for name in NAMES if name != "kek"}
    return Keyring(**fixed, wrapping=WrappingKeys(directory))
