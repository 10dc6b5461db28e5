"""The key-encryption keys: the present one, which wraps data keys, and those of before, which still unwrap.

They lie beside the other server keys: `kek` is the present one, `kek.before` the one that the last rotation
replaced, `kek.new` one that the next rotation will take (so that it can be put on every machine first). A key is
named by a hash of itself, and each wrapped data key says which one wrapped it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from support.core.config import ConfigError
from support.core.words import N_

KEY_BYTES = 32
PRESENT, BEFORE, NEXT = "kek", "kek.before", "kek.new"


def key_name(key: bytes) -> str:
    """Return the name of a key-encryption key: 16 hex digits that tell nothing about it."""
    return hashlib.sha256(b"gongdan kek\0" + key).hexdigest()[:16]


class WrappingKeys:
    """The key-encryption keys in a directory; read anew when a rotation changed the files under a running process."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read()

    def present(self) -> tuple[str, bytes]:
        """Return (name, key) of the key that wraps now."""
        if self._stamp() != self._seen:
            self._read()
        return self._present, self._keys[self._present]

    def named(self, name: str) -> list[bytes]:
        """Return the key called `name`, or all keys for a data key that was wrapped before keys had names."""
        if name and name not in self._keys:
            self._read()
        if name:
            return [self._keys[name]] if name in self._keys else []
        return list(self._keys.values())

    def may_be_unfinished(self) -> bool:
        """True when there was a rotation before: data keys may still hang on the key that it replaced."""
        return (self._directory / BEFORE).exists()

    def prepare(self) -> str:
        """Make the key that the next rotation will take, once, and return its name; put it on every machine."""
        path = self._directory / NEXT
        if not path.exists():
            write_key(path)
        return key_name(read_key(path))

    def replace(self) -> str:
        """Make the prepared key the present one and return its name; the present one becomes the one before.

        Killed in between, the next call goes on: each step is one rename and can be done again.
        """
        self.prepare()
        before = self._directory / f".{BEFORE}.{os.getpid()}"
        before.unlink(missing_ok=True)
        os.link(self._directory / PRESENT, before)
        before.replace(self._directory / BEFORE)
        (self._directory / NEXT).replace(self._directory / PRESENT)
        self._read()
        return self._present

    def _stamp(self) -> tuple[int, int]:
        found = (self._directory / PRESENT).stat()
        return found.st_ino, found.st_mtime_ns

    def _read(self) -> None:
        self._seen = self._stamp()
        paths = [self._directory / name for name in (PRESENT, BEFORE, NEXT)]
        found = [read_key(path) for path in paths if path.exists()]
        self._keys = {key_name(key): key for key in found}
        self._present = key_name(found[0])


def read_key(path: Path) -> bytes:
    """Return the key in a file; raise `ConfigError` for one that others can read or that is no random key."""
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


def write_key(path: Path) -> None:
    """Make a random key at `path`, whole or not at all; of two that start at once exactly one wins the name."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(KEY_BYTES))
        os.fsync(stream.fileno())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
