"""One-time codes as pages see them: what waits for digits, and whether the door answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, or_, select

from support.accounts.addresses import mask
from support.accounts.models import Code, ContactKind, ContactPoint, Door
from support.accounts.policy import CODE_TRIES, DOOR_AWAY_LIVES, FOR_THE_KNOWN
from support.core import vault
from support.core.clock import utcnow
from support.core.db import db, fetch


@dataclass(frozen=True, slots=True)
class OpenCode:
    """The code that a browser was told to type: where it went, until when it is good, whether sending failed.

    `failed` is this message's own fate, and False for a purpose `FOR_THE_KNOWN`; `door_away` is the same for everybody.
    """

    uid: str
    kind: ContactKind
    masked: str
    expires_at: datetime
    failed: bool
    door_away: bool


def open_code(visitor: str, purpose: str, now: datetime | None = None) -> OpenCode | None:
    """Return the newest unused code that `visitor` asked for `purpose`, live or not; None when there is none."""
    now = now or utcnow()
    row = db.session.execute(
        select(Code)
        .where(Code.visitor == visitor, Code.purpose == purpose, Code.used_at.is_(None))
        .order_by(Code.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        return None
    masked = mask(row.target_kind, vault.unseal("codes", code_place(row.uid), row.target_sealed))
    return OpenCode(
        row.uid,
        ContactKind(row.target_kind),
        masked,
        row.expires_at,
        failed=row.failed_at is not None and purpose not in FOR_THE_KNOWN,
        door_away=is_door_away(row.target_kind, now),
    )


def is_door_away(kind: str, now: datetime) -> bool:
    """True when the door for this kind of address gave no answer in the last minutes, and none since."""
    return fetch(_AWAY, {"door": kind, "since": now - DOOR_AWAY_LIVES}).first() is not None


_AWAY = select(Door.kind).where(
    Door.kind == bindparam("door"), Door.away_at > bindparam("since", type_=Door.away_at.type)
)


def has_live_code(visitor: str, purpose: str, now: datetime) -> bool:
    """True while the newest code of `visitor` and `purpose` takes tries."""
    row = db.session.execute(
        select(Code.tries, Code.used_at, Code.expires_at)
        .where(Code.visitor == visitor, Code.purpose == purpose)
        .order_by(Code.id.desc())
        .limit(1)
    ).one_or_none()
    return row is not None and row[0] < CODE_TRIES and row[1] is None and row[2] > now


def person_of_code(visitor: str, purpose: str) -> int | None:
    """Return whose account the newest code of `visitor` and `purpose` is about, if anyone's."""
    found: int | None = db.session.execute(
        select(Code.person_id)
        .where(Code.visitor == visitor, Code.purpose == purpose)
        .order_by(Code.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return found


def code_place(uid: str) -> str:
    """Return the vault place of a code's target."""
    return f"code.target_sealed:{uid}"


def live_codes(code_ids: Iterable[int], now: datetime) -> set[int]:
    """Return those of these codes that have not expired."""
    alive = select(Code.id).where(Code.id.in_(list(code_ids)), Code.expires_at > now)
    return {row.id for row in fetch(alive)}


def code_target(code_id: int) -> str | None:
    """Return where the message of a code went, as long as the code is kept: to ask the door what became of it."""
    code = db.session.get(Code, code_id)
    return vault.unseal("codes", code_place(code.uid), code.target_sealed) if code else None


def about_person(person_id: int) -> tuple[ColumnElement[bool], ...]:
    """Say, as SQL, which codes are about somebody: also those that went to their addresses before they were known."""
    theirs = select(ContactPoint.blind).where(
        ContactPoint.person_id == person_id, ContactPoint.sealed != b""
    )
    return (or_(Code.person_id == person_id, Code.target_blind.in_(theirs)),)
