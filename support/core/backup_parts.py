"""What writing and reading a backup share: names, hashes, the signed manifest.

A backup is a directory, PATH/<stamp>, and its keys lie apart from it, in PATH/keys/<stamp>. Each has a `manifest.json`
with the hash of every file in it, signed with the audit key: a changed byte, a missing file or another desk's keys are
found before anything is done with them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from support.core.context import keys
from support.core.errors import DomainError
from support.core.words import N_

ROOT = Path(__file__).resolve().parents[2]
STAMP = "%Y%m%dT%H%M%SZ"
STAMPED = re.compile(r"[0-9]{8}T[0-9]{6}Z")
KEYS, DATA, FILES, LIST, MANIFEST = "keys", "data", "files", "files.sha256", "manifest.json"
KEY_TABLE = "vault_key"
FORMAT = 1
CHUNK = 1 << 20
Tell = Callable[[str, int, int], None]
"""`tell(words, done, total)`: how far the part of the work is that `words` (a message id) names."""


class BackupError(DomainError):
    """A backup that could not be made, or one that can't be restored here; the words say why and what helps."""


DAMAGED = N_("%(file)s is not as the backup wrote it. Nothing was restored; take another backup.")
NO_BACKUP = N_(
    "%(path)s is no backup: it has no manifest.json. Name one directory like %(example)s."
)
OTHER_KEYS = N_(
    "This backup belongs to other keys than those in %(path)s. Put the kept copy of that directory in place first."
)


class Hashed:
    """A file that is being written, with the hash of what went into it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        """Write and count."""
        self._digest.update(data)
        self.size += len(data)
        return self._stream.write(data)

    def flush(self) -> None:
        """As a stream has it."""
        self._stream.flush()

    @property
    def sha256(self) -> str:
        """The hash of all that was written, in hex digits."""
        return self._digest.hexdigest()


@contextmanager
def new_file(path: Path) -> Iterator[Hashed]:
    """Make a file that only we can read; it is on the disk when the block ends."""
    _private(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        yield Hashed(stream)
        stream.flush()
        os.fsync(stream.fileno())


def _private(path: Path) -> None:
    """Make a directory and those above it for us alone; `parents=True` would ignore the mode."""
    if not path.exists():
        _private(path.parent)
        path.mkdir(mode=0o700)


def flush_directory(path: Path) -> None:
    """Bring the names in a directory to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def release() -> str:
    """Return the version of this code."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return str(project["version"])


def write_manifest(directory: Path, body: dict[str, Any]) -> None:
    """Write and sign what a finished directory holds."""
    body = {"format": FORMAT, "release": release(), "keys_of": _fingerprint()} | body
    with new_file(directory / MANIFEST) as out:
        signed = {"body": body, "signature": _signature(body)}
        out.write(json.dumps(signed, indent=1, sort_keys=True).encode() + b"\n")


def no_backup(path: Path) -> BackupError:
    """Return what is said of a directory that is none; it names one that is, where there is one."""
    places = path.parent.parent if path.parent.name == KEYS else path
    found = sorted(each for each in places.glob("*") if STAMPED.fullmatch(each.name))
    return BackupError(
        NO_BACKUP, path=path, example=found[-1] if found else "PATH/20270101T020000Z"
    )


def read_manifest(directory: Path) -> dict[str, Any]:
    """Return what a directory should hold; raises `BackupError` for none, a changed one, and one of other keys."""
    try:
        found = json.loads((directory / MANIFEST).read_bytes())
        body: dict[str, Any] = found["body"]
        signature, owner = str(found["signature"]), body["keys_of"]
    except FileNotFoundError as error:
        raise no_backup(directory) from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupError(DAMAGED, file=directory / MANIFEST) from error
    if hmac.compare_digest(signature, _signature(body)):
        return body
    if owner != _fingerprint():
        raise BackupError(OTHER_KEYS, path="instance/keys")
    raise BackupError(DAMAGED, file=directory / MANIFEST)


def _signature(body: dict[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(keys().audit, b"gongdan backup\0" + canonical, hashlib.sha256).hexdigest()


def _fingerprint() -> str:
    return hmac.new(keys().audit, b"gongdan backup of", hashlib.sha256).hexdigest()[:16]


def check_file(path: Path, sha256: str) -> None:
    """Raise `BackupError` unless the file is there and has this hash."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BackupError(DAMAGED, file=path) from error
    if not hmac.compare_digest(digest, sha256):
        raise BackupError(DAMAGED, file=path)


def copy(stream: IO[bytes], out: Hashed) -> None:
    """Copy all that `stream` gives."""
    while chunk := stream.read(CHUNK):
        out.write(chunk)
