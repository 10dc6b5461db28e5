"""What this room keeps of people: what was written of a document, changes of a name, documents that were used.

Pictures and payments of the same checks are the check's own (`verification/personal_data.py`). What the automatic
comparison of faces said is a remark for the people who decide, and no part of anybody's copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from support.core import vault
from support.core.db import db
from support.core.holders import Holder, Item, NotPersonal, whole
from support.core.vault import KeyDestroyed
from support.core.web_parts import words as gettext
from support.core.words import N_
from support.policies.data_classes import Class
from support.realname import queries, queries_changes
from support.realname.documents import DOCUMENTS, Document
from support.realname.models import NameChange, NameClaim, UsedDocument
from support.realname.policy import CHANGE_REASONS

_LABELS = {
    "name": N_("Name"),
    "other_name": N_("Name in another script"),
    "number": N_("Number"),
    "country": N_("Issued by"),
    "valid_until": N_("Valid until"),
}


def _mine(table: Any, person_id: int) -> Any:
    found = select(table).where(table.person_id == person_id).order_by(table.id)
    return db.session.execute(found).scalars()


def _opened(check_uid: str, place: str, sealed: bytes | None) -> str:
    """Return what is sealed under the key of a check, "" once it is gone."""
    if sealed is None:
        return ""
    try:
        return vault.unseal(f"check:{check_uid}", place, sealed)
    except KeyDestroyed:
        return ""


def _claims(person_id: int) -> Iterator[Item]:
    for claim in _mine(NameClaim, person_id):
        text = _opened(claim.check_uid, queries.place_of(claim.check_uid), claim.sealed)
        said = json.loads(text) if text else {}
        fields = {label: said[name] for name, label in _LABELS.items() if said.get(name)}
        fields[N_("Document")] = gettext(DOCUMENTS[Document(claim.document)].title)
        yield Item(N_("What you wrote of a document"), claim.at, fields)


def _changes(person_id: int) -> Iterator[Item]:
    for change in _mine(NameChange, person_id):
        place = queries_changes.place_of(change.order_id)
        fields = {
            N_("Why"): gettext(CHANGE_REASONS[change.reason]),
            N_("Status"): gettext(change.status.title),
        }
        if name := _opened(change.check_uid or "", place, change.sealed):
            fields[N_("New name")] = name
        yield Item(N_("A change of your verified name"), change.at, fields)


def _documents(person_id: int) -> Iterator[Item]:
    """A document is kept by a code alone, from which its number can't be read."""
    for used in _mine(UsedDocument, person_id):
        yield Item(N_("A document that verified your name"), used.at)


def _streams(person_id: int) -> Iterator[str]:
    yield f"person:{person_id}"
    for claim in _mine(NameClaim, person_id):
        yield f"check:{claim.check_uid}"
    for change in _mine(NameChange, person_id):
        yield f"order:{change.order_id}"
        if change.check_uid:
            yield f"check:{change.check_uid}"


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    whole(
        "realname.claims",
        N_("Details of documents"),
        Class.IDENTITY,
        NameClaim,
        "person_id document sealed blind face",
        _claims,
        streams=_streams,
    ),
    whole(
        "realname.changes",
        N_("Changes of a verified name"),
        Class.IDENTITY,
        NameChange,
        "person_id bears reason source sealed",
        _changes,
        streams=_streams,
    ),
    whole(
        "realname.documents",
        N_("Documents that verified a name"),
        Class.IDENTITY,
        UsedDocument,
        "person_id blind",
        _documents,
        streams=_streams,
    ),
    NotPersonal(
        {
            "name_claim": "check_uid",
            "name_change": "state check_uid",
            # Who assessed the way by face did so in their office, and PIPL 56 asks for it for three years.
            "face_assessment": "assessed_on assessor document",
        }
    ),
)
