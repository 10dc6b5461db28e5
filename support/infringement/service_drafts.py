"""Begun notices: saved page by page under a key of their own, for 14 days, on several devices at once."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from support.core import file_upkeep, files, vault
from support.core.actors import ANONYMOUS
from support.core.clock import utcnow
from support.core.db import changed, fetch, new_uid, transaction
from support.core.errors import Invalid, NotFound, Stale
from support.core.files import StoredFile
from support.core.vault import KeyDestroyed
from support.core.words import N_
from support.infringement.elements import PAPERS
from support.infringement.models_drafts import NoticeDraft
from support.policies import intake
from support.workorders.service_drafts import Saved

KEPT = timedelta(days=14)
MOST_FILES = 30
FILE_PARTS = tuple(PAPERS)
_BATCH = 100
_VERSIONS = "_versions"
TOO_MANY_FILES = N_(
    "A notice can have %(limit)s files in all. Take one out first, or put several pages into one PDF."
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A begun notice as it was last saved: what was filled in, by part."""

    uid: str
    person_id: int | None
    fields: Mapping[str, Any]
    version: int
    updated_at: datetime
    ends_at: datetime

    def part(self, name: str) -> dict[str, Any]:
        """Return what was filled in on one page; empty before that."""
        return dict(self.fields.get(name) or {})

    def version_of(self, name: str) -> int:
        """Return how often a part was saved, which its form says again when it is sent."""
        return int((self.fields.get(_VERSIONS) or {}).get(name, 0))

    @property
    def uploads(self) -> Saved:
        """The draft as uploads know one: files come in under its name before they belong to a part."""
        return Saved(self.uid, {}, self.version, self.updated_at)


_COLUMNS = select(
    NoticeDraft.uid,
    NoticeDraft.person_id,
    NoticeDraft.sealed,
    NoticeDraft.version,
    NoticeDraft.updated_at,
    NoticeDraft.ends_at,
)


def load_draft(uid: str, *, now: datetime | None = None) -> Draft | None:
    """Return the begun notice `uid`; None once it was sent, given up, or not touched for 14 days."""
    alive = (NoticeDraft.uid == uid, NoticeDraft.ends_at > (now or utcnow()))
    row = fetch(_COLUMNS.where(*alive)).one_or_none()
    return None if row is None else _readable(row)


def draft_of(person_id: int, *, now: datetime | None = None) -> Draft | None:
    """Return the notice that a member began and touched last."""
    mine = (NoticeDraft.person_id == person_id, NoticeDraft.ends_at > (now or utcnow()))
    newest = _COLUMNS.where(*mine).order_by(NoticeDraft.updated_at.desc(), NoticeDraft.id.desc())
    row = fetch(newest.limit(1)).one_or_none()
    return None if row is None else _readable(row)


def begin_draft(person_id: int | None, *, now: datetime | None = None) -> Draft:
    """Begin a notice with nothing in it. Raises `Ceased` once nothing new is taken in."""
    now, uid = now or utcnow(), new_uid()
    intake.require_intake(ANONYMOUS, now)
    with transaction() as session:
        row = NoticeDraft(
            uid=uid,
            person_id=person_id,
            sealed=_sealed(uid, {}),
            version=1,
            updated_at=now,
            ends_at=now + KEPT,
        )
        session.add(row)
    return Draft(uid, person_id, {}, 1, now, row.ends_at)


def save_part(
    uid: str,
    name: str,
    values: Mapping[str, Any],
    *,
    seen: int | None = None,
    person_id: int | None = None,
    now: datetime | None = None,
) -> Draft:
    """Save one page of a begun notice and return the whole; it is kept for 14 days from now.

    `seen` is the version of the part that the form was drawn from: raises `Stale` where another device saved this
    part since. Another part saved meanwhile is left as it is. `person_id` makes it the member's. Raises `NotFound`,
    and `Ceased` once nothing new is taken in.
    """
    now = now or utcnow()
    intake.require_intake(ANONYMOUS, now)
    with transaction():
        draft = load_draft(uid, now=now)
        if draft is None:
            raise NotFound()
        if seen is not None and seen != draft.version_of(name):
            raise Stale()
        versions = {**(draft.fields.get(_VERSIONS) or {}), name: draft.version_of(name) + 1}
        fields = {**draft.fields, name: dict(values), _VERSIONS: versions}
        owner = draft.person_id or person_id
        here = (NoticeDraft.uid == uid, NoticeDraft.version == draft.version)
        new = {"person_id": owner, "updated_at": now, "ends_at": now + KEPT}
        statement = update(NoticeDraft).where(*here)
        sealed = _sealed(uid, fields)
        if changed(statement.values(sealed=sealed, version=draft.version + 1, **new)) != 1:
            raise Stale()
    return Draft(uid, owner, fields, draft.version + 1, now, now + KEPT)


def discard_draft(uid: str) -> None:
    """Give a begun notice up: its row, its files and its key go. Doing it again changes nothing."""
    with transaction() as session:
        row = session.execute(
            select(NoticeDraft).where(NoticeDraft.uid == uid)
        ).scalar_one_or_none()
        if row is not None:
            session.delete(row)
            file_upkeep.discard(file.uid for file in all_files(uid))
            vault.destroy(key_of(uid))


def keep_files(draft: Draft, part: str) -> None:
    """Put the files that have just come in under one part, where they stay as long as the draft.

    Raises `Invalid("files")` where they would be more than a notice can have; those are let go.
    """
    came = files.waiting_files(draft.uploads.files_owner)
    with transaction():
        room = MOST_FILES - len(all_files(draft.uid))
        for file in came[:room]:
            files.attach([file.uid], draft.uploads.files_owner, stream_of(draft.uid, part))
        file_upkeep.discard(file.uid for file in came[room:])
    if len(came) > room:
        raise Invalid("files", TOO_MANY_FILES, limit=MOST_FILES)


def drop_file(draft: Draft, uid: str) -> None:
    """Take a file out of a begun notice; one that is gone, or is no file of it, changes nothing."""
    with transaction():
        file_upkeep.discard({uid} & {file.uid for file in all_files(draft.uid)})


def files_of(uid: str, part: str) -> list[StoredFile]:
    """Return the files of one part, oldest first."""
    return files.files_of([stream_of(uid, part)])


def papers(uid: str) -> dict[str, int]:
    """Return how many files each part has, in one query; those without any are left out."""
    streams = {stream_of(uid, part): part for part in FILE_PARTS}
    count = select(StoredFile.attached_to, func.count()).where(StoredFile.attached_to.in_(streams))
    found = fetch(count.group_by(StoredFile.attached_to))
    return {streams[stream]: number for stream, number in found if stream}


def all_files(uid: str) -> Sequence[StoredFile]:
    """Return the files of all parts."""
    return files.files_of([stream_of(uid, part) for part in FILE_PARTS])


def stream_of(uid: str, part: str) -> str:
    """Return the name under which the files of a part are kept."""
    return f"{key_of(uid)}:{part}"


def key_of(uid: str) -> str:
    """Return the owner of the key under which a begun notice is sealed."""
    return f"notice_draft:{uid}"


def _place(uid: str) -> str:
    return f"notice_draft.sealed:{uid}"


def _sealed(uid: str, fields: Mapping[str, Any]) -> bytes:
    return vault.seal(key_of(uid), _place(uid), json.dumps(fields, ensure_ascii=False))


def _readable(row: Any) -> Draft | None:
    """Return a begun notice; None where its key is destroyed: it was given up, and a restored backup has its row."""
    try:
        return opened(row)
    except KeyDestroyed:
        return None


def opened(row: Any) -> Draft:
    """Return a begun notice from its columns; raises `KeyDestroyed`."""
    fields = json.loads(vault.unseal(key_of(row.uid), _place(row.uid), row.sealed))
    return Draft(row.uid, row.person_id, fields, row.version, row.updated_at, row.ends_at)
