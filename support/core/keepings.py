"""What of the ground itself ends by its own time: forms, their keys, uploads, calls to the platform."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from support.core import file_upkeep, once, platform, web_kept
from support.core.db import db
from support.core.files import StoredFile
from support.core.keeping import Keeping, plain, sweep
from support.core.platform_calls import PlatformCall
from support.core.words import N_

_TRACES = "traces"
"""The table of classes stands on a higher floor."""


def _discard(_now: datetime, ids: Sequence[int]) -> int:
    uids = select(StoredFile.uid).where(StoredFile.id.in_(ids))
    return file_upkeep.discard(db.session.execute(uids).scalars().all())


def _seals(_now: datetime, ids: Sequence[int]) -> int:
    found = select(PlatformCall.uid).where(PlatformCall.id.in_(ids))
    uids = db.session.execute(found).scalars().all()
    for uid in uids:
        platform.destroy_sealed(uid)
    return len(uids)


def _calls(held: Any) -> Any:
    return PlatformCall.about.in_(held)


SEALED_CALLS = Keeping(
    "core.platform_calls",
    N_("What calls to the platform said"),
    N_("after the answer"),
    _TRACES,
    PlatformCall,
    over=lambda before: (PlatformCall.answered_at < before, PlatformCall.sealed.is_not(None)),
    first=PlatformCall.id,
    held=_calls,
    act=_seals,
    kept=platform.SEALED_KEPT,
    most=100,
)
FORM_KEYS = plain(
    "core.form_keys",
    (N_("Keys of sent forms"), N_("after sending")),
    _TRACES,
    once.IdempotencyKey,
    once.IdempotencyKey.created_at,
    once.KEPT,
)
LATE_FORMS = plain(
    "core.late_forms",
    (N_("Forms that came too late"), N_("after sending")),
    _TRACES,
    web_kept.KeptForm,
    web_kept.KeptForm.created_at,
    web_kept.KEPT,
)
UPLOADS = Keeping(
    "core.uploads",
    N_("Uploads that nobody sent"),
    N_("after the upload"),
    _TRACES,
    StoredFile,
    over=lambda before: (StoredFile.attached_to.is_(None), StoredFile.created_at < before),
    first=StoredFile.created_at,
    act=_discard,
    kept=file_upkeep.ORPHAN_AGE,
    most=100,
)
KEEPINGS: tuple[Keeping, ...] = (SEALED_CALLS, FORM_KEYS, LATE_FORMS, UPLOADS)


def forget_old_forms(now: datetime) -> None:
    """Delete late forms after a day, sooner than at night (a periodic task). Safe to run twice."""
    sweep(LATE_FORMS, now)
