"""What members tell about themselves, all of it optional, and their settings (PP-2.1.2, M4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeGuard
from zoneinfo import available_timezones

from sqlalchemy import delete, select, update

from support.accounts import queries, queries_names
from support.accounts.models import BasicInformation, NameStart, Person
from support.accounts.policy import require_self
from support.accounts.queries_names import VerifiedName
from support.assurance import service as assurance
from support.assurance.policy import Act
from support.core import audit, vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import changed, compare_and_set, db, insert_new, transaction
from support.core.errors import Invalid, Stale
from support.core.words import N_

FIELDS = (
    "organisation",
    "years",
    "size",
    "industry",
    "business",
    "products",
    "website",
    "country",
    "region",
    "street",
    "phone",
    "fax",
)
MADE_KNOWN_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Profile:
    """Basic information as the form shows it. A company's verified name wins and can't be edited."""

    enterprise: bool
    values: Mapping[str, str]
    verified: VerifiedName | None
    version: int


def profile_of(person_id: int) -> Profile:
    """Return a person's basic information; blanks where nothing was told."""
    row = _information(person_id)
    if row is None:
        return Profile(False, {}, queries_names.verified_name_of(person_id), 0)
    return _opened(row)


def _opened(row: BasicInformation) -> Profile:
    owner = queries.owner(row.person_id)
    values = json.loads(vault.unseal(owner, _place("sealed", row.person_id), row.sealed))
    verified = queries_names.verified_name_of(row.person_id)
    if _is_company(verified):
        values["organisation"] = verified.name
    return Profile(row.enterprise, values, verified, row.version)


def save_profile(
    actor: Actor,
    *,
    enterprise: bool,
    values: Mapping[str, str],
    version: int,
    now: datetime | None = None,
) -> None:
    """Keep the actor's basic information; every field is optional, an unknown one is dropped (PP-2.1.2).

    `version` is the one that the form was made from; `Stale` when another tab was faster.
    """
    person_id, now = require_self(actor), now or utcnow()
    assurance.require(actor, Act.CHANGE_PROFILE, now=now)
    kept = {name: values[name].strip() for name in FIELDS if values.get(name, "").strip()}
    with transaction():
        row = _made_information(person_id, now)
        if row.version != max(version, 1):
            raise Stale()
        if _is_company(queries_names.verified_name_of(person_id)):
            kept.pop("organisation", None)
        text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
        sealed = vault.seal(queries.owner(person_id), _place("sealed", person_id), text)
        compare_and_set(
            row, version=row.version, enterprise=enterprise, sealed=sealed, changed_at=now
        )
        _make_known(row)
        audit.record(
            f"person:{person_id}", "profile.changed", actor=actor, at=now, fields=sorted(kept)
        )


def know_verified(person_id: int, *, now: datetime) -> None:
    """Let the organisation be found by its verified name, inside the transaction that wrote that down (M4)."""
    _made_information(person_id, now)
    own = select(BasicInformation).where(BasicInformation.person_id == person_id)
    row = db.session.execute(own.with_for_update()).scalar_one()
    compare_and_set(row, version=row.version, changed_at=now)
    _make_known(row)


def make_organisations_known(now: datetime) -> None:
    """Make organisations findable that were told before they could be found (a periodic task); some at a time."""
    with transaction():
        rows = db.session.execute(
            select(BasicInformation)
            .where(~BasicInformation.organisation_known)
            .order_by(BasicInformation.id)
            .limit(MADE_KNOWN_AT_ONCE)
            .with_for_update()
        ).scalars()
        for row in rows:
            _make_known(row)


def _make_known(row: BasicInformation) -> None:
    """Write anew by which beginnings the organisation is found, inside the transaction that holds the row."""
    try:
        name = _opened(row).values.get("organisation", "")
    except (vault.KeyDestroyed, vault.SealBroken):
        name = ""  # erased, or an alarm was raised: the others are made known all the same
    db.session.execute(delete(NameStart).where(NameStart.person_id == row.person_id))
    starts = queries_names.name_starts(name)
    db.session.add_all(NameStart(person_id=row.person_id, blind=each) for each in sorted(starts))
    row.organisation_known = True


def save_settings(
    actor: Actor, *, language: str, timezone: str, character_keys: bool, now: datetime | None = None
) -> None:
    """Keep the actor's language, time zone and whether single keys act; raise `Invalid` for an unknown zone."""
    person_id, now = require_self(actor), now or utcnow()
    if timezone not in available_timezones():
        raise Invalid("timezone", N_("This time zone is not known. Write it like Asia/Shanghai."))
    with transaction():
        values = {"language": language, "timezone": timezone, "character_keys": character_keys}
        changed(update(Person).where(Person.id == person_id).values(**values))
        audit.record(f"person:{person_id}", "settings.changed", actor=actor, at=now)


def save_language(actor: Actor, language: str) -> None:
    """Keep the language that a signed-in person chose with the switch."""
    with transaction():
        changed(update(Person).where(Person.id == actor.id).values(language=language))


def character_keys(person_id: int) -> bool:
    """True when single-key shortcuts may act for this person."""
    return db.session.execute(
        select(Person.character_keys).where(Person.id == person_id)
    ).scalar_one()


def _is_company(verified: VerifiedName | None) -> TypeGuard[VerifiedName]:
    return verified is not None and verified.kind == "company"


def _place(column: str, person_id: int) -> str:
    return f"basic_information.{column}:{person_id}"


def _information(person_id: int) -> BasicInformation | None:
    return db.session.execute(
        select(BasicInformation).where(BasicInformation.person_id == person_id)
    ).scalar_one_or_none()


def _made_information(person_id: int, now: datetime) -> BasicInformation:
    """The row of a person, made empty at first use; the unique person decides between two."""
    empty = vault.seal(queries.owner(person_id), _place("sealed", person_id), "{}")
    insert_new(
        BasicInformation,
        person_id=person_id,
        enterprise=False,
        sealed=empty,
        changed_at=now,
        version=1,
    )
    row = _information(person_id)
    assert row is not None
    return row
