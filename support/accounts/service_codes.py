"""One-time codes: asked for, sent, tried and used once. The digits are derived, never stored (design section 5)."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from support.accounts import code_secrets, limits, policy, queries, queries_codes
from support.accounts.addresses import digits_of
from support.accounts.models import Code, ContactKind, Door, Person
from support.accounts.policy import CodePurpose
from support.core import outbox, vault
from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.context import settings
from support.core.db import changed, db, in_transaction, insert_new, new_uid, transaction
from support.core.errors import Expired, Invalid, Unavailable
from support.core.installation import is_demo
from support.core.words import N_

OWNER = "codes"
ACCOUNT_EXISTS = "account_exists"
WRONG = N_(
    "This code is not right, or no longer good. Look at the newest message, or ask for a new code."
)
NOT_THERE = N_(
    "Codes can't be sent to mobile numbers of this country here. Please use an e-mail address."
)


@dataclass(frozen=True, slots=True)
class CheckedCode:
    """A code that was right: who and what it is for. `use_code` makes it good for exactly one act."""

    id: int
    uid: str
    purpose: CodePurpose
    person_id: int | None
    kind: ContactKind
    value: str
    about: str


@dataclass(frozen=True, slots=True)
class CodeToSend:
    """What the mail or SMS door needs. `purpose` is a code's, or `account_exists` (no digits, just the news).

    `path` is an address of ours to be put behind the public URL (invitation, opt-out), or ""; `person_id` and
    `about` are whose code it is and for what, as `request_code` was told.
    """

    purpose: str
    person_id: int | None
    about: str
    kind: ContactKind
    target: str
    digits: str
    language: str
    path: str
    expires_at: datetime


def request_code(
    actor: Actor,
    purpose: CodePurpose,
    *,
    kind: ContactKind,
    value: str,
    visitor: str,
    address: str,
    language: str,
    person_id: int | None = None,
    send: bool = True,
    about: str = "",
    counted: str = "",
    now: datetime | None = None,
) -> Code:
    """Write a code of `purpose` for the address and have it sent; older ones of this visitor and purpose die.

    For an unknown person pass `send=False`: the row, the limits and the answer are the same (C-11). Limits count the
    address, or `counted` where that is given: what the asker knows, when they don't know the address. Raises
    `TooMany` at a limit and `Unavailable` where no door for this kind of address is set up (PP-2.1.1).
    """
    now = now or utcnow()
    check_door(kind, "" if counted else value)
    blind = vault.blind_index("counted", counted) if counted else vault.blind_index(kind, value)
    with transaction() as session:
        signed_in = actor.session is not None
        limits.check_sending(blind, address, now, person_id=person_id, signed_in=signed_in)
        older = (Code.visitor == visitor, Code.purpose == purpose, Code.used_at.is_(None))
        changed(update(Code).where(*older, Code.expires_at > now).values(expires_at=now))
        code = new_code(purpose, kind, value, now=now, about=about, language=language)
        code.visitor, code.address, code.person_id, code.send = visitor, address, person_id, send
        code.target_blind, code.network = blind, policy.network_of(address)
        if purpose == CodePurpose.NOTICE_LINK:
            code.expires_at = now + policy.NOTICE_LINK_LIVES
        session.add(code)
        session.flush()
        post(code)
    return code


def request_again(
    actor: Actor, purpose: CodePurpose, *, visitor: str, address: str, now: datetime | None = None
) -> None:
    """Send a new code to where the visitor's last one of `purpose` went; raise `Expired` if there was none."""
    last = db.session.execute(
        select(Code)
        .where(Code.visitor == visitor, Code.purpose == purpose, Code.used_at.is_(None))
        .order_by(Code.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    if last is None:
        raise Expired()
    said = checked(last)
    request_code(
        actor,
        purpose,
        kind=said.kind,
        value=said.value,
        visitor=visitor,
        address=address,
        language=last.language,
        person_id=said.person_id,
        send=last.send,
        about=said.about,
        now=now,
    )


def request_account_code(
    purpose: CodePurpose,
    kind: ContactKind,
    value: str,
    *,
    visitor: str,
    address: str,
    language: str,
    now: datetime | None = None,
) -> None:
    """Have a code sent to whoever signs in with the address; for an unknown one all but the sending is the same."""
    found = queries.bound_contact(kind, value)
    person_id = found[0] if found else None
    request_code(
        SYSTEM,
        purpose,
        kind=kind,
        value=value,
        visitor=visitor,
        address=address,
        language=language_of(person_id, language),
        person_id=person_id,
        send=person_id is not None,
        now=now,
    )


def had_their_share(purpose: CodePurpose, person_id: int, now: datetime) -> bool:
    """True when as many codes of `purpose` as one address gets in an hour or a day went out to this person."""
    theirs = (Code.person_id == person_id, Code.purpose == purpose, Code.send)
    sent = select(func.count()).select_from(Code).where(*theirs)
    return any(
        db.session.execute(sent.where(Code.created_at > now - limit.within)).scalar_one()
        >= limit.most
        for limit in policy.SENDS_A_TARGET[1:]
    )


def check_code(
    purpose: CodePurpose, *, visitor: str, digits: str, now: datetime | None = None
) -> CheckedCode:
    """Count one try at the visitor's newest code of `purpose` and return it if `digits` are right.

    The try is committed before the digits are compared, so it can't be rolled back: call this outside any
    transaction, then `use_code` inside the verb's own. Raises `Invalid` for a wrong, old or used-up code.
    """
    if in_transaction():
        raise RuntimeError("a try must be committed by itself")
    now = now or utcnow()
    with transaction():
        code = db.session.execute(
            select(Code)
            .where(Code.visitor == visitor, Code.purpose == purpose)
            .order_by(Code.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        good = (
            Code.id == (code.id if code else None),
            Code.tries < policy.CODE_TRIES,
            Code.used_at.is_(None),
            Code.expires_at > now,
        )
        counted = (
            code is not None
            and changed(update(Code).where(*good).values(tries=Code.tries + 1)) == 1
        )
    if (
        code is None
        or not counted
        or not hmac.compare_digest(code_secrets.digits(code), digits_of(digits))
        or not code.send
    ):
        raise Invalid("code", WRONG)
    return checked(code)


def use_code(code_id: int, *, now: datetime) -> None:
    """Use up a checked code inside the verb's transaction; the second of two at once gets `Invalid`."""
    fresh = (Code.id == code_id, Code.used_at.is_(None), Code.expires_at > now)
    if changed(update(Code).where(*fresh).values(used_at=now)) != 1:
        raise Invalid("code", WRONG)


def proved_code(purpose: CodePurpose, *, visitor: str, uid: str, now: datetime) -> CheckedCode:
    """Return a code that this visitor used within the last half hour; raise `Expired` otherwise.

    So that an address is proved first, and what is typed on the next page doesn't cost another code.
    """
    code = db.session.execute(
        select(Code).where(
            Code.uid == uid,
            Code.purpose == purpose,
            Code.visitor == visitor,
            Code.used_at > now - policy.PROVED_LIVES,
        )
    ).scalar_one_or_none()
    if code is None:
        raise Expired()
    return checked(code)


def reveal_code(code_id: int, *, now: datetime | None = None) -> CodeToSend | None:
    """Derive what is to be sent for a code, or None when nothing is (unknown person, old, used).

    Only the handler of the topic `code.due` calls it. An address that already signs in somewhere gets no
    code to register or bind it, just the news that an account exists; the page said the same either way.
    """
    now = now or utcnow()
    code = db.session.get(Code, code_id)
    if code is None or not code.send or code.used_at is not None or code.expires_at <= now:
        return None
    target = vault.unseal(OWNER, queries_codes.code_place(code.uid), code.target_sealed)
    purpose, digits = str(code.purpose), code_secrets.digits(code)
    taken = queries.bound_contact(code.target_kind, target)
    if (
        code.purpose in (CodePurpose.REGISTER, CodePurpose.BIND)
        and taken
        and taken[0] != code.person_id
    ):
        purpose, digits = ACCOUNT_EXISTS, ""
    if code.purpose in (CodePurpose.INVITE, CodePurpose.NOTICE_LINK):
        digits = ""
    return CodeToSend(
        purpose=purpose,
        person_id=code.person_id,
        about=code.about,
        kind=ContactKind(code.target_kind),
        target=target,
        digits=digits,
        language=code.language,
        path=code_secrets.path(code),
        expires_at=code.expires_at,
    )


def mark_sent(code_id: int, *, now: datetime | None = None) -> None:
    """Note that the door took the message."""
    with transaction():
        changed(
            update(Code).where(Code.id == code_id).values(sent_at=now or utcnow(), failed_at=None)
        )


def mark_failed(code_id: int, *, now: datetime | None = None) -> None:
    """Note that this message did not leave."""
    with transaction():
        changed(
            update(Code)
            .where(Code.id == code_id, Code.sent_at.is_(None))
            .values(failed_at=now or utcnow())
        )


def mark_lost(code_id: int, *, now: datetime | None = None) -> None:
    """Note that a message which left did not arrive, so that the page that waits for it offers another way."""
    with transaction():
        lost = (Code.id == code_id, Code.used_at.is_(None))
        changed(update(Code).where(*lost).values(failed_at=now or utcnow()))


def note_door(kind: ContactKind, *, answers: bool, now: datetime | None = None) -> None:
    """Note whether the door for this kind of address answers, so that every page that waits for a code can say so.

    Told by messages that leave whoever asks: by a code `FOR_THE_KNOWN`, a page would show that somebody is known.
    """
    now = now or utcnow()
    if answers and not queries_codes.is_door_away(kind, now):
        return
    with transaction():
        insert_new(Door, kind=kind)
        changed(update(Door).where(Door.kind == kind).values(away_at=None if answers else now))


def has_door(kind: ContactKind, value: str = "") -> bool:
    """True where codes of this kind have a way out: a door is set, or this is a demo.

    With a number also only where texts go to its part of the world.
    """
    config = settings()
    url = config.smtp_url if kind == ContactKind.EMAIL else config.sms_url
    if not url:
        return is_demo()
    return not value or kind == ContactKind.EMAIL or config.texts_reach(value)


def check_door(kind: ContactKind, value: str = "") -> None:
    """Raise `Unavailable` where codes of this kind, or to the number `value`, have no way out (`has_door`)."""
    if not has_door(kind):
        words = {
            ContactKind.EMAIL: N_(
                "Codes can't be sent by e-mail here yet. Please use a mobile number."
            ),
            ContactKind.MOBILE: N_(
                "Codes can't be sent to mobiles here yet. Please use an e-mail address."
            ),
        }
        raise Unavailable(words[kind])
    if not has_door(kind, value):
        raise Unavailable(NOT_THERE)


def new_code(
    purpose: str, kind: str, value: str, *, now: datetime, about: str, language: str
) -> Code:
    """Return a new row for one code, sealed for its target, not yet added to the session."""
    uid = new_uid()
    return Code(
        uid=uid,
        nonce=os.urandom(16),
        purpose=purpose,
        target_kind=kind,
        target_sealed=vault.seal(OWNER, queries_codes.code_place(uid), value),
        target_blind=vault.blind_index(kind, value),
        about=about,
        language=language,
        send=True,
        tries=0,
        created_at=now,
        expires_at=now + policy.CODE_LIVES,
    )


def post(code: Code) -> None:
    """Have the code sent, at once and only as long as it lives; inside the transaction that wrote it."""
    outbox.put(
        "code.due", code.uid, priority=outbox.URGENT, expires_at=code.expires_at, code=code.id
    )


def checked(code: Code) -> CheckedCode:
    """Return what a code that was right stands for, its target opened."""
    return CheckedCode(
        id=code.id,
        uid=code.uid,
        purpose=CodePurpose(code.purpose),
        person_id=code.person_id,
        kind=ContactKind(code.target_kind),
        value=vault.unseal(OWNER, queries_codes.code_place(code.uid), code.target_sealed),
        about=code.about,
    )


def used_at(code_id: int) -> datetime:
    """Return when a code was used; it must have been."""
    moment = db.session.execute(select(Code.used_at).where(Code.id == code_id)).scalar_one()
    assert moment is not None
    return moment


def language_of(person_id: int | None, fallback: str) -> str:
    """Return the language that a person's messages are in."""
    if person_id is None:
        return fallback
    found: str | None = db.session.execute(
        select(Person.language).where(Person.id == person_id)
    ).scalar_one_or_none()
    return found or fallback
