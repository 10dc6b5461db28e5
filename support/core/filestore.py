"""Where the bytes of files are: a directory, or an S3-compatible store by URL.

Two small classes and not one through obstore: its local store writes and links without an fsync (seen with
strace, obstore 0.12), and "accepted" means that a power cut does not take the file. Names are ours (hex
digits), never a person's. The ledger of erasures lies beside them, and what is in it is neither written anew nor
removed: only `create` makes an entry. New bytes are built in `incoming/` on the same file system, so that
putting them in place is one rename.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from obstore.store import ObjectStore

PREFIXES = tuple(f"{number:02x}" for number in range(256))
LEDGER = "ledger"
_NAME = re.compile(r"[0-9a-f]{32}(-thumbnail)?")
_ENTRY = re.compile(rf"{LEDGER}/[0-9]{{8}}\.json")


class Incoming:
    """The private directory in which an upload is built (0700), and its files (0600)."""

    def __init__(self, root: Path) -> None:
        self.directory = root / "incoming"
        root.mkdir(mode=0o700, exist_ok=True)
        self.directory.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def temporary(self) -> Iterator[Path]:
        """Give an empty private file; it is gone afterwards unless it was put into the store."""
        path = self.directory / secrets.token_hex(16)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def sweep(self, before: datetime) -> int:
        """Remove what a killed process left here, if last written before `before`; return how many."""
        gone = 0
        for path in self.directory.iterdir():
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                path.unlink(missing_ok=True)
                gone += 1
        return gone


class FileStore(Protocol):
    """What the two stores promise. A name that is not there raises `FileNotFoundError`, any failure an `OSError`."""

    incoming: Incoming

    def put(self, temporary: Path, name: str) -> None:
        """Keep the bytes of `temporary` as `name`, durably, all or nothing."""

    def open(self, name: str) -> BinaryIO:
        """Open `name` for reading; the stream is seekable."""

    def remove(self, name: str) -> None:
        """Remove `name`; harmless when it is gone."""

    def names(self, prefix: str) -> dict[str, datetime]:
        """Return every name that begins with the two digits `prefix`, with its time of writing."""

    def create(self, temporary: Path, entry: str) -> bool:
        """Keep the bytes as `entry` of the ledger, durably, unless it is there: of two at once, one gets True."""

    def entries(self, after: str = "") -> list[str]:
        """Return the names in the ledger, in order; only those behind the name `after`."""


class DirectoryStore:
    """Files under `root/ab/cd/abcd...`, all directories 0700 and files 0600."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = Incoming(root)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return self.root / name[:2] / name[2:4] / name

    def _entry(self, name: str) -> Path:
        if not _ENTRY.fullmatch(name):
            raise FileNotFoundError(name)
        return self.root / name

    def put(self, temporary: Path, name: str) -> None:
        """Flush, rename into place, flush the directory: after that the file survives a power cut."""
        _flush(temporary)
        path = self._path(name)
        for directory in (path.parent.parent, path.parent):  # `parents=True` would ignore the mode
            directory.mkdir(mode=0o700, exist_ok=True)
        temporary.rename(path)
        for directory in (path.parent, path.parent.parent, self.root):
            _flush(directory)

    def open(self, name: str) -> BinaryIO:
        """Open the file itself."""
        return (self._entry(name) if name.startswith(LEDGER) else self._path(name)).open("rb")

    def remove(self, name: str) -> None:
        """Unlink the file."""
        self._path(name).unlink(missing_ok=True)

    def names(self, prefix: str) -> dict[str, datetime]:
        """Walk one of the 256 first-level directories."""
        found = (self.root / prefix).glob("*/*")
        return {path.name: datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in found}

    def create(self, temporary: Path, entry: str) -> bool:
        """Give the flushed bytes a second name: a link is there whole or not, and never replaces another."""
        path = self._entry(entry)
        _flush(temporary)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            for directory in (path.parent, self.root):
                _flush(directory)
        return True

    def entries(self, after: str = "") -> list[str]:
        """List the one directory of the ledger."""
        found = (f"{LEDGER}/{path.name}" for path in (self.root / LEDGER).glob("*.json"))
        return sorted(name for name in found if _ENTRY.fullmatch(name) and name > after)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class BucketStore:
    """Objects `ab/cd/abcd...` in any obstore store; the store itself makes a put durable and whole."""

    def __init__(self, objects: ObjectStore, scratch: Path) -> None:
        import obstore  # 5 MB that a process with files in a directory never needs

        self.api, self.objects = obstore, objects
        self.incoming = Incoming(scratch)

    def _path(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise FileNotFoundError(name)
        return f"{name[:2]}/{name[2:4]}/{name}"

    def _entry(self, name: str) -> str:
        if not _ENTRY.fullmatch(name):
            raise FileNotFoundError(name)
        return name

    @contextmanager
    def _asked(self, name: str) -> Iterator[None]:
        """Turn what the store raises into what the protocol promises."""
        try:
            yield
        except self.api.exceptions.NotFoundError as error:
            raise FileNotFoundError(name) from error
        except self.api.exceptions.AlreadyExistsError as error:
            raise FileExistsError(name) from error
        except self.api.exceptions.BaseError as error:
            raise OSError(name) from error

    def put(self, temporary: Path, name: str) -> None:
        """Send the bytes; returns once the store has acknowledged them."""
        with self._asked(name):
            self.api.put(self.objects, self._path(name), temporary)

    def open(self, name: str) -> BinaryIO:
        """Bring the object here, so that it can be checked whole before the first byte is served."""
        path = self._entry(name) if name.startswith(LEDGER) else self._path(name)
        stream = cast(BinaryIO, TemporaryFile(dir=self.incoming.directory))  # noqa: SIM115 - the caller closes it
        try:
            with self._asked(name):
                for chunk in self.api.get(self.objects, path):
                    stream.write(chunk)
        except BaseException:
            stream.close()
            raise
        stream.seek(0)
        return stream

    def remove(self, name: str) -> None:
        """Delete the object."""
        with suppress(FileNotFoundError), self._asked(name):
            self.api.delete(self.objects, self._path(name))

    def names(self, prefix: str) -> dict[str, datetime]:
        """List one of the 256 prefixes, page by page."""
        with self._asked(prefix):
            return {
                meta["path"].rpartition("/")[2]: meta["last_modified"]
                for page in self.api.list(self.objects, prefix)
                for meta in page
            }

    def create(self, temporary: Path, entry: str) -> bool:
        """Send the bytes on the condition that the name is free (`If-None-Match`), which the store has to know."""
        path = self._entry(entry)
        try:
            with self._asked(entry):
                self.api.put(
                    self.objects, path, temporary.read_bytes(), mode="create", use_multipart=False
                )
        except FileExistsError:
            return False
        return True

    def entries(self, after: str = "") -> list[str]:
        """List the ledger's prefix from `after` on, page by page."""
        with self._asked(LEDGER):
            pages = self.api.list(self.objects, LEDGER, offset=after or None)
            found = [meta["path"] for page in pages for meta in page]
        return sorted(name for name in found if _ENTRY.fullmatch(name) and name > after)


@lru_cache(maxsize=8)
def open_store(url: str, directory: Path) -> FileStore:
    """Return the store at `url`, or the one in `directory` when no URL is set; kept for the process.

    `s3://KEY:SECRET@bucket/prefix?region=cn-east-1&endpoint=https://oss.example.com`
    """
    if not url:
        return DirectoryStore(directory)
    parts, options = urlsplit(url), parse_qs(urlsplit(url).query)
    if parts.scheme != "s3" or not parts.hostname:
        raise ValueError(
            "files_url must be like s3://KEY:SECRET@bucket/prefix?region=...&endpoint=https://..."
        )
    settings = {
        name: values[-1] for name, values in options.items() if name in ("region", "endpoint")
    }
    if parts.username and parts.password:
        settings["access_key_id"] = unquote(parts.username)
        settings["secret_access_key"] = unquote(parts.password)
    client = {"timeout": "60s", "connect_timeout": "5s"}
    if settings.get("endpoint", "").startswith("http://"):
        client["allow_http"] = "true"
    prefix = parts.path.strip("/") or None
    from obstore.store import S3Store

    store = S3Store(parts.hostname, prefix=prefix, client_options=client, **settings)  # type: ignore[arg-type]
    return BucketStore(store, directory)
