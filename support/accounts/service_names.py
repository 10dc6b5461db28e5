"""Writing down the name that real-name authentication found (M7, PP-2.2.1); accounts owns it and its read-only rule."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Literal

from sqlalchemy import select

from support.accounts import queries, queries_names, service_profile
from support.accounts.models import Person, PersonKind, RealName
from support.assurance import service as assurance
from support.assurance.policy import TOO_NEW, Act
from support.assurance.queries import Case
from support.core import audit, outbox, platform, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, new_uid, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.platform_calls import Name
from support.core.words import N_

VERIFIED, TAKEN_BACK = "name.verified", "name.taken_back"
SOURCES = ("document", "face", "company", "alipay", "taobao")
RENEWABLE = ("alipay", "taobao")
"""A source that answers for its own name may renew it; any other new name is a change (`Act.CHANGE_REALNAME`)."""
_OTHER_ACCOUNT = N_(
    "Another account of that service vouched for your verified name; change the name by a work order."
)
_TOO_NEW = N_(
    "A way into your account changed within the last 72 hours, so nothing takes the place of your verified name; "
    "change it by a work order."
)
LONGEST = 200


def set_verified_name(
    actor: Actor,
    case: Case,
    name: str,
    *,
    kind: Literal["individual", "company"],
    source: str,
    other_name: str = "",
    number: str = "",
    voucher: bytes = b"",
    act: Act,
    now: datetime | None = None,
) -> None:
    """Write down the verified name of the account of `case`; every address and the platform hear; twice is harmless.

    Of the document's `number` only a blind index with the name is kept; `voucher` is the blind index of the account
    elsewhere that vouches, and only that one renews its name. Raises `NeedsProof` or `OnHold` while the
    check does not suffice for `act`, `NotAllowed` for staff and where a name would be replaced without a change.
    """
    now = now or utcnow()
    if act not in (Act.SET_REALNAME, Act.CHANGE_REALNAME) or source not in SOURCES:
        raise NotAllowed()
    assurance.require(actor, act, case=case, now=now)
    names = [" ".join(each.split()) for each in (name, other_name)]
    if not names[0] or max(map(len, names)) > LONGEST:
        raise Invalid("name", N_("A name has 1 to 200 characters."))
    person_id = case.person_id
    with transaction() as session:
        db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        if queries.person(person_id).kind != PersonKind.MEMBER:
            raise NotAllowed(N_("This way is for members' accounts only."))
        before = _present(person_id)
        if before is not None and before.about == case.about:
            return
        if before is not None and act == Act.SET_REALNAME:
            _require_renewal(before, source, voucher, now)
        row = before or RealName(person_id=person_id)
        row.kind, row.source, row.about, row.at = kind, source, case.about, now
        row.voucher = voucher
        text, place = (
            json.dumps(names, ensure_ascii=False),
            queries_names.real_name_place(person_id),
        )
        row.sealed = vault.seal(queries.owner(person_id), place, text)
        row.records = _records(person_id, names, number)
        session.add(row)
        session.flush()  # the organisation is found by what the queries read
        service_profile.know_verified(person_id, now=now)
        facts = {"kind": kind, "source": source, "check": case.about, "act": act.value}
        stream = f"person:{person_id}"
        audit.record(stream, VERIFIED, actor=actor, at=now, **facts)
        platform.call(
            Name.SET_REALNAME,
            case.about,
            about=stream,
            sealed={"verified_name": names[0], "other_name": names[1], "kind": kind},
            person=person_id,
            now=now,
        )
        tell = [one.id for one in queries.contacts_of(person_id) if one.verified]
        outbox.put(VERIFIED, f"{person_id}:{new_uid()}", person=person_id, tell=tell)


def take_verified_name_back(
    actor: Actor, person_id: int, about: str, *, now: datetime | None = None
) -> None:
    """Take back the name that the check `about` has verified, and tell the platform; one that came since stays.

    Whoever calls it has asked whether the actor may decide so. Twice is harmless.
    """
    now = now or utcnow()
    with transaction() as session:
        db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        row = _present(person_id)
        if row is None or row.about != about:
            return
        session.delete(row)
        session.flush()  # the organisation is found by what the queries read
        service_profile.know_verified(person_id, now=now)
        stream = f"person:{person_id}"
        audit.record(stream, TAKEN_BACK, actor=actor, at=now, check=about)
        platform.call(
            Name.SET_REALNAME,
            f"{about}:back",
            about=stream,
            sealed={"verified_name": "", "other_name": "", "kind": row.kind},
            person=person_id,
            now=now,
        )


def _present(person_id: int) -> RealName | None:
    own = select(RealName).where(RealName.person_id == person_id)
    return db.session.execute(own).scalar_one_or_none()


def _require_renewal(before: RealName, source: str, voucher: bytes, now: datetime) -> None:
    """Let the account elsewhere that vouched renew its name, unless somebody could have got in here lately."""
    if source not in RENEWABLE or before.source != source:
        raise NotAllowed(N_("This account has a verified name already; ask for a change of it."))
    if not voucher or before.voucher != voucher:
        raise NotAllowed(_OTHER_ACCOUNT)
    if queries_names.changes_since(before.person_id, now - TOO_NEW):
        raise NotAllowed(_TOO_NEW)


def _records(person_id: int, names: list[str], number: str) -> list[str]:
    if not number.strip():
        return []
    return sorted({queries_names.record(person_id, each, number) for each in names if each})
