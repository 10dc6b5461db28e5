"""Server keys: one file each in the instance's `keys/` directory, made at the first start.

Each purpose has a key of its own, so that a leak of one opens nothing else: `session` signs cookies,
`codes` derives one-time codes, `blind` makes look-up indexes, `kek` wraps the data keys of people,
`audit` chains the audit trail.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from support.core.config import ConfigError
from support.core.words import N_

KEY_BYTES = 32
NAMES = ("session", "codes", "blind", "kek", "audit")


@dataclass(frozen=True, slots=True)
class Keyring:
    """The loaded keys, 32 bytes each."""

    session: bytes
    codes: bytes
    blind: bytes
    kek: bytes
    audit: bytes


def load_keys(directory: Path) -> Keyring:
    """Return the keys in `directory`, making those of a first start; raise `ConfigError` for a weak or open one.

    A missing key beside existing ones is an error: making a new one would silently lose what the old one sealed.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    present = [name for name in NAMES if (directory / name).exists()]
    if not present:
        _make_keys(directory)
    elif missing := sorted(set(NAMES) - set(present)):
        raise ConfigError(
            N_("keys/%(name)s is missing; restore it from the backup of keys"), name=missing[0]
        )
    return Keyring(**{name: _read_key(directory / name) for name in NAMES})


def _make_keys(directory: Path) -> None:
    """Write all keys; linking into place lets exactly one of two simultaneous starters win each name."""
    for name in NAMES:
        temporary = directory / f".{name}.{os.getpid()}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(secrets.token_bytes(KEY_BYTES))
            os.fsync(stream.fileno())
        try:
            os.link(temporary, directory / name)
        except FileExistsError:
            pass
        finally:
            temporary.unlink()


def _read_key(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise ConfigError(N_("keys/%(name)s can be read by others; make it 0600"), name=path.name)
    key = path.read_bytes()
    if len(key) != KEY_BYTES or len(set(key)) < KEY_BYTES // 4:
        raise ConfigError(
            N_("keys/%(name)s is not a key of %(size)s random bytes"),
            name=path.name,
            size=KEY_BYTES,
        )
    return key
