"""What the ground keeps of people: uploads that wait to be sent, and what calls to the platform said of them.

Files that are attached to something belong to the room of what they are attached to, since it knows how long that
stays. The audit trail, the outbox and the search index hold ids, or words that stand and go elsewhere; a late form is
sealed, nobody knows whose it is, and it is gone after a day (`web_kept`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select

from support.core import file_upkeep, platform
from support.core.db import db
from support.core.files import StoredFile
from support.core.holders import BATCH, Holder, Item, Measure, NotPersonal, Removal, count_of
from support.core.platform_calls import CallState, Name, PlatformCall
from support.core.vault import KeyDestroyed
from support.core.web_parts import words as gettext
from support.core.words import N_

_TRACES = "traces"
"""The class of both: the table of classes stands on a higher floor."""


def _waiting(person_id: int) -> tuple[Any, ...]:
    """Say, as SQL, which files somebody uploaded and did not send."""
    return StoredFile.owner == f"person:{person_id}", StoredFile.attached_to.is_(None)


def _uploads(person_id: int) -> Iterator[Item]:
    found = select(StoredFile).where(*_waiting(person_id)).order_by(StoredFile.id)
    for file in db.session.execute(found).scalars():
        try:
            fields = {N_("Name"): file.name}
        except KeyDestroyed:
            continue
        yield Item(N_("A file that was not sent"), file.created_at, fields, (file.uid,))


def _erase_uploads(removal: Removal) -> int:
    some = select(StoredFile.uid).where(*_waiting(removal.person_id)).order_by(StoredFile.id)
    return file_upkeep.discard(db.session.execute(some.limit(BATCH)).scalars().all())


def _about(person_id: int) -> Sequence[PlatformCall]:
    """Return the calls about somebody, but for those that ask to erase them: they forget themselves when answered."""
    named = (
        PlatformCall.payload["person"].as_integer() == person_id,
        PlatformCall.name != Name.ERASE_PERSON,
    )
    found = select(PlatformCall).where(*named).order_by(PlatformCall.id)
    fresh = found.execution_options(populate_existing=True)
    return db.session.execute(fresh).scalars().all()


def _calls(person_id: int) -> Iterator[Item]:
    for call in _about(person_id):
        fields = {N_("Status"): gettext(call.status.title)}
        try:
            said = platform.said(call)
        except KeyDestroyed:
            continue
        told = [*said.pop("member", {}).values(), *said.values()]
        if told:
            fields[N_("What was told of you")] = ", ".join(str(each) for each in told if each)
        yield Item(Name(call.name).title, call.asked_at, fields)


def _says_something(call: PlatformCall) -> bool:
    return call.sealed is not None or bool(call.answer) or call.status is CallState.ASKED


def _erase_calls(removal: Removal) -> int:
    """Forget what they said and what was answered; one that has not left is not made any more."""
    rows = [call for call in _about(removal.person_id) if _says_something(call)][:BATCH]
    for call in rows:
        if call.status is CallState.ASKED:
            platform.note_failure(call.uid, call.round, call.attempts, platform.ERASED, removal.now)
        platform.destroy_sealed(call.uid)
        call.answer = {}
    db.session.flush()
    return len(rows)


HOLDERS: tuple[Holder | NotPersonal, ...] = (
    Holder(
        code="core.uploads",
        title=N_("Files that were not sent"),
        data_class=_TRACES,
        columns={"stored_file": "owner name_owner name_sealed sha256"},
        count=lambda person_id: count_of(StoredFile, *_waiting(person_id)),
        collect=_uploads,
        measures={Measure.ERASE: _erase_uploads},
        keyed=lambda person_id: count_of(StoredFile, *_waiting(person_id)),
    ),
    Holder(
        code="core.calls",
        title=N_("Calls to other systems"),
        data_class=_TRACES,
        columns={"platform_call": "payload sealed note answer"},
        count=lambda person_id: sum(map(_says_something, _about(person_id))),
        collect=_calls,
        measures={Measure.ERASE: _erase_calls},
    ),
    NotPersonal(
        {
            "stored_file": "uid media_type thumbnail_type state attached_to",
            "platform_call": "uid dedup_key name about reference state",
            "platform_message": "digest",
            # Ids, counts and codes alone; append-only, so that nobody can take a word back.
            "event": "stream action actor_kind data hash",
            "stream_head": "stream hash",
            "outbox": "dedup_key topic handler payload state owner last_error",
            # Hashes under a key; two days.
            "idempotency_key": "scope_key fingerprint result",
            # Sealed and gone after a day, and nobody knows whose it is.
            "kept_form": "uid visitor path fields",
            # Made from the words of rooms above, which take them out with those.
            "search_doc": "kind part tokens",
            # Names owners by number; of what it opens nothing can be read once it is destroyed.
            "vault_key": "owner wrapped wrapped_by",
            "timer_run": "task_slot",
        }
    ),
)
