"""What is known of a real name: the running check, what the person wrote, whether a document was used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from support.accounts import queries as people
from support.core import vault
from support.core.db import db
from support.realname.documents import DOCUMENTS, Document, DocumentRule, spellings
from support.realname.models import NameClaim, UsedDocument
from support.verification import queries as checks
from support.verification.models import Check


@dataclass(frozen=True, slots=True)
class Details:
    """What the person says that the document shows, opened."""

    document: Document
    name: str
    other_name: str
    number: str
    country: str
    valid_until: date | None

    @property
    def rule(self) -> DocumentRule:
        """The kind of document."""
        return DOCUMENTS[self.document]


def stream_of(person_id: int) -> str:
    """Return what a member's own authentication is about (`realname:<uid>`), as checks call it."""
    return f"realname:{people.person(person_id).uid}"


def newest_check(person_id: int) -> Check | None:
    """Return the newest check by which a member wanted their name verified."""
    return checks.check_of(stream_of(person_id))


def claim_of(check: Check) -> NameClaim | None:
    """Return what was written for a check, if it fits the way that the person takes now."""
    found = select(NameClaim).where(NameClaim.check_uid == check.uid)
    claim = db.session.execute(found).scalar_one_or_none()
    fits = claim is not None and check.way in DOCUMENTS[Document(claim.document)].ways
    return claim if fits else None


def details_of(check: Check) -> Details | None:
    """Return what was written for a check, opened; None before, and once its key is destroyed."""
    claim = claim_of(check)
    if claim is None or claim.sealed is None:
        return None
    try:
        said: dict[str, Any] = json.loads(
            vault.unseal(check.stream, place_of(check.uid), claim.sealed)
        )
    except vault.KeyDestroyed:
        return None
    until = said.pop("valid_until")
    return Details(
        Document(claim.document), valid_until=date.fromisoformat(until) if until else None, **said
    )


def used_by_another(claim: NameClaim, details: Details) -> bool:
    """True when the document has verified somebody else, however its zeros were written; whom is nobody's business."""
    said = spellings(details.document, details.country, details.number)
    blinds = [claim.blind, *(vault.blind_index("document", each) for each in said)]
    others = (UsedDocument.blind.in_(blinds), UsedDocument.person_id != claim.person_id)
    return db.session.execute(select(UsedDocument.id).where(*others)).first() is not None


def place_of(check_uid: str) -> str:
    """Return the vault place of what was written for a check."""
    return f"name_claim.sealed:{check_uid}"
