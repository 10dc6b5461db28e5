"""Evidence: pictures that are sealed before they reach the store, under the key of their case.

What comes in is checked and re-encoded like every picture (`core.images`), then sealed as a whole: the store, its
copies and whoever reads the disk see noise, and destroying the key of the case destroys every copy at once.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO

from support.core import vault
from support.core.context import settings
from support.core.db import after_commit, in_transaction, new_uid, transaction
from support.core.errors import Unavailable, WrongType
from support.core.files import NO_ROOM, UNSAFE, receive, refuse_length, store
from support.core.filetypes import BY_MEDIA_TYPE, clean_name, identify
from support.core.images import reencode, watermark
from support.core.scanner import Verdict, scan
from support.core.words import N_

log = logging.getLogger(__name__)

NOT_A_PICTURE = N_("This must be a photo: JPEG, PNG, WebP or HEIC.")
UNREADABLE = N_("This picture can't be read from our store right now. We have been told.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed picture: its name in the store, and what it was before it was sealed."""

    uid: str
    media_type: str
    width: int
    height: int
    size: int
    sha256: bytes


def keep(owner: str, stream: BinaryIO, declared_name: str, declared_length: int | None) -> Kept:
    """Check, re-encode, scan and seal one picture for `owner`, and put it into the store.

    Call it outside a transaction. Raises `TooLarge`, `WrongType` (no picture, damaged, unsafe), `Invalid` (empty,
    incomplete), `Unavailable` (disk, store, scanner: what can't be scanned now is not taken now).
    """
    if in_transaction():
        raise ValueError("taking a picture stands outside transactions")
    refuse_length(declared_length)
    files, uid = store(), new_uid()
    with ExitStack() as stack:
        try:
            source, target, small = (
                stack.enter_context(files.incoming.temporary()) for _each in range(3)
            )
            receive(stream, source, declared_length)
            kind = identify(source, clean_name(declared_name))
            if not kind.image:
                raise WrongType(NOT_A_PICTURE)
            picture = reencode(source, kind.image, target, small)
            verdict = scan(target, settings().scanner_command)
            if verdict == Verdict.UNAVAILABLE:
                raise Unavailable()
            if verdict == Verdict.BLOCKED:
                log.warning("file_blocked", extra={"file": uid})
                raise WrongType(UNSAFE)
            data = target.read_bytes()
            with transaction():
                sealed = vault.seal_bytes(owner, _place(uid), data)
            source.write_bytes(sealed)
            files.put(source, uid)
        except OSError as error:
            log.exception("file_store_failed")
            raise Unavailable(NO_ROOM) from error
    digest = hashlib.sha256(data).digest()
    return Kept(uid, picture.media_type, picture.width, picture.height, len(data), digest)


def show(owner: str, uid: str, media_type: str, words: str) -> bytes:
    """Return the picture as JPEG with `words` drawn across it; raises `Unavailable`, `vault.KeyDestroyed`."""
    try:
        with store().open(uid) as stream:
            sealed = stream.read()
    except OSError as error:
        log.exception("file_unreadable", extra={"file": uid})
        raise Unavailable(UNREADABLE) from error
    try:
        data = vault.unseal_bytes(owner, _place(uid), sealed)
    except vault.SealBroken as error:
        raise Unavailable(UNREADABLE) from error
    return watermark(data, BY_MEDIA_TYPE[media_type].image or "JPEG", words)


def forget(uids: list[str]) -> None:
    """Remove pictures from the store; one that is gone already is no fault."""
    for uid in uids:
        try:
            store().remove(uid)
        except OSError:
            log.exception("file_not_removed", extra={"file": uid})


def forget_later(uids: list[str]) -> None:
    """Remove pictures from the store once the open unit of work is committed."""
    after_commit(lambda: forget(uids))


def _place(uid: str) -> str:
    return f"sealed_file:{uid}"
