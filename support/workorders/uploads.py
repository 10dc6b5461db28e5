"""Files on their way into a draft and from there onto an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, cast

from flask_babel import gettext
from werkzeug.datastructures import FileStorage

from support.core import file_upkeep, files
from support.core.errors import DomainError, TooLarge
from support.core.files import ScanState, StoredFile
from support.core.text import clean_line
from support.core.web_bodies import Dropped
from support.workorders.service_drafts import Saved

LONGEST_NAME = 120
_STATES = {ScanState.CLEAN: "ready", ScanState.PENDING: "scanning", ScanState.BLOCKED: "blocked"}


class Refused(str):
    """Words about a file that was not taken, and the status of its refusal."""

    status = 422


def refusal(problems: Sequence[Refused]) -> int:
    """Return the status of a form that comes back: 413 or 415 for its first refused file, else 422."""
    return problems[0].status if problems else Refused.status


def take(draft: Saved, uploads: Iterable[FileStorage]) -> list[Refused]:
    """Take the posted files into the draft; return words for those that were refused, the rest stays."""
    problems: list[Refused] = []
    for upload in uploads:
        if not upload.filename:
            continue
        if isinstance(upload.stream, Dropped):
            return [refused(_too_much())]
        try:
            files.intake(
                cast(BinaryIO, upload.stream),
                upload.filename,
                upload.content_length or None,
                draft.files_owner,
            )
        except DomainError as error:
            problems.append(refused(error, clean_line(upload.filename, LONGEST_NAME)))
    return problems


def refused(error: DomainError, name: str = "") -> Refused:
    """Return the words for a file that was not taken, or for all of them."""
    said = gettext(error.words, **error.facts)
    words = Refused(f"{name}: {said}" if name else said)
    words.status = error.status
    return words


def take_one(draft: Saved, upload: FileStorage) -> dict[str, Any]:
    """Take one file that a script sent alone; return what the list shows (`docs/face.md`)."""
    if isinstance(upload.stream, Dropped):
        raise files.too_large()
    return described(
        files.intake(
            cast(BinaryIO, upload.stream),
            upload.filename or "",
            upload.content_length or None,
            draft.files_owner,
        )
    )


def _too_much() -> TooLarge:
    """The refusal of a body whose files were dropped while it was read."""
    most = files.LIMITS.message_bytes
    return TooLarge(most, files.MESSAGE_TOO_LARGE, limit=most // 1024**2)


def waiting(draft: Saved | None) -> list[dict[str, Any]]:
    """Return the draft's files as the list on the form shows them."""
    return [described(file) for file in files.waiting_files(draft.files_owner)] if draft else []


def remove(draft: Saved, uid: str) -> None:
    """Take a file out of the draft again."""
    file_upkeep.withdraw(uid, draft.files_owner)


def attach_all(draft: Saved | None, stream: str, *, person: str | None) -> Sequence[StoredFile]:
    """Attach every file of the draft to a message's stream, inside the verb's transaction."""
    if draft is None:
        return []
    uids = [file.uid for file in files.waiting_files(draft.files_owner)]
    return files.attach(uids, draft.files_owner, stream, person=person) if uids else []


def described(file: StoredFile) -> dict[str, Any]:
    """Return one file as the page's list and its script take it."""
    state = ScanState(file.state)
    return {
        "id": file.uid,
        "name": file.name,
        "size": readable_size(file.size),
        "state": _STATES[state],
        "reason": None if state is not ScanState.BLOCKED else gettext(state.label),
        "image": file.has_thumbnail,
        "width": file.thumbnail_width,
        "height": file.thumbnail_height,
    }


def readable_size(size: int) -> str:
    """Return "184 KB" or "2.4 MB"."""
    return f"{max(1, round(size / 1024))} KB" if size < 1024**2 else f"{size / 1024**2:.1f} MB"
