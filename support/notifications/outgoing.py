"""The demo's doors: what would be sent is kept as files in `instance/outgoing/`, and read back for `/mailbox`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

from support.core.clock import utcnow
from support.core.context import settings

_NAME = re.compile(
    r"^(\d{8}T\d{12})-[0-9a-f]{32}\.(eml|sms\.json|transfer\.json)$"
)  # the moment, the delivery's uid
_UID = re.compile(r"-([0-9a-f]{32})\.")
_STAMP = "%Y%m%dT%H%M%S%f"
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept message; `html` is the source of the HTML part, never to be put into a page of ours."""

    name: str
    kind: Literal["mail", "sms", "transfer"]
    at: datetime
    to: str
    subject: str
    text: str
    html: str
    code: str


def keep(uid: str, ending: Literal["eml", "sms.json", "transfer.json"], content: bytes) -> None:
    """Write one message; a reader never sees half of it."""
    folder = settings().outgoing_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{utcnow().strftime(_STAMP)}-{uid}.{ending}"
    temporary = folder / f".{path.name}.new"
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    temporary.replace(path)


def kept_messages(most: int = SHOWN) -> list[Kept]:
    """Return the newest kept messages, newest first."""
    folder = settings().outgoing_dir
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir() if _NAME.match(path.name)), reverse=True)
    return [_read(folder / name) for name in names[:most]]


def kept_before(moment: datetime) -> dict[str, str]:
    """Return the file names of messages that were kept before `moment`, by the uid of their delivery."""
    folder = settings().outgoing_dir
    if not folder.is_dir():
        return {}
    before = moment.strftime(_STAMP)
    names = [path.name for path in folder.iterdir() if _NAME.match(path.name)]
    return {name[len(before) + 1 :][:32]: name for name in names if name < before}


def forget_of(uids: Collection[str]) -> int:
    """Remove what was kept of these deliveries, also half a file that a killed process left; return how many."""
    wanted = set(uids)
    return _forget_where(lambda path: bool((own := _UID.search(path.name)) and own[1] in wanted))


def forget_which(is_theirs: Callable[[Kept], bool]) -> int:
    """Remove the kept messages of which `is_theirs` is True, whatever is known of them; return how many."""
    return _forget_where(lambda path: bool(_NAME.match(path.name)) and is_theirs(_read(path)))


def _forget_where(fits: Callable[[Path], bool]) -> int:
    folder = settings().outgoing_dir
    gone = [path for path in folder.iterdir() if fits(path)] if folder.is_dir() else []
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def forget(name: str) -> None:
    """Remove one kept message; harmless when it is gone."""
    (settings().outgoing_dir / name).unlink(missing_ok=True)


def kept_message(name: str) -> Kept | None:
    """Return the kept message called `name`, or None."""
    path = settings().outgoing_dir / name
    return _read(path) if _NAME.match(name) and path.is_file() else None


def _read(path: Path) -> Kept:
    match = _NAME.match(path.name)
    assert match is not None
    at = datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC)
    if match[2] == "sms.json":
        said = json.loads(path.read_text("utf-8"))
        text = str(said["text"])
        return Kept(path.name, "sms", at, str(said["to"]), "", text, "", _code_in(text))
    if match[2] == "transfer.json":
        said = json.loads(path.read_text("utf-8"))
        amount = f"CNY {said['amount']}"
        text = f"{said['bank']}, {said['region']}: {amount}"
        return Kept(path.name, "transfer", at, str(said["holder"]), amount, text, "", "")
    mail = message_from_bytes(path.read_bytes(), EmailMessage, policy=policy.default)
    text, html = _part(mail, "plain"), _part(mail, "html")
    subject = str(mail["Subject"] or "")
    return Kept(path.name, "mail", at, str(mail["To"] or ""), subject, text, html, _code_in(text))


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _code_in(text: str) -> str:
    """Return the six digits that stand alone in a text, for the card that shows them large."""
    found = re.search(r"(?<![\d-])\d{6}(?![\d-])", text)
    return found[0] if found else ""
