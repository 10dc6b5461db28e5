"""Files of both sides, and begun notices with theirs: deleted with their bytes, or sealed where they are kept."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from support.core import files, vault
from support.core.db import db, transaction
from support.core.files import StoredFile
from support.core.holders import Measure
from support.core.locking import file_place
from support.core.vault import KeyDestroyed
from support.infringement import queries, service_drafts
from support.infringement.models import Paper
from support.infringement.models_drafts import NoticeDraft
from tests.fixtures.removals import carry_out, collected, holder, said
from tests.infringement.removal_world import ANSWERS, DRAFTS, FILER, ended, fresh, lock
from tests.infringement.world import NoticeWorld


def test_files_are_deleted_or_sealed_and_nobody_opens_them(world: NoticeWorld) -> None:
    notice = ended(world)
    bytes_of = {row.uid for row in db.session.execute(select(StoredFile)).scalars()}
    lock(world.hana.id, holder(FILER))
    rows = db.session.execute(select(StoredFile)).scalars().all()
    locked = [row for row in rows if row.uid not in bytes_of]
    assert len(locked) == 4
    assert len(rows) == 5, "the respondent's own stays"
    for row in locked:
        assert not row.servable
        assert row.owner.startswith("restriction:")
        with pytest.raises(KeyDestroyed):
            _ = row.name
        with files.store().open(row.uid) as stream:
            data = stream.read()
        assert b"%PDF" not in data
        opened = vault.unseal_bytes(row.name_owner, file_place(row.uid), data)
        assert opened.startswith(b"%PDF")
    for uid in bytes_of - {row.uid for row in rows}:
        with pytest.raises(FileNotFoundError):
            files.store().open(uid)
    carry_out(Measure.ERASE, world.rong.id, holder(ANSWERS))
    left = {row.uid for row in db.session.execute(select(StoredFile)).scalars()}
    assert left == {row.uid for row in locked}
    assert len(queries.papers_of(fresh(notice))) == 4


def test_erasing_deletes_the_files_and_their_bytes(world: NoticeWorld) -> None:
    ended(world)
    uids = [row.uid for row in db.session.execute(select(StoredFile)).scalars()]
    carry_out(Measure.ERASE, world.hana.id, holder(FILER))
    carry_out(Measure.ERASE, world.rong.id, holder(ANSWERS))
    assert db.session.execute(select(StoredFile)).first() is None
    for uid in uids:
        with pytest.raises(FileNotFoundError):
            files.store().open(uid)
    assert len(db.session.execute(select(Paper)).all()) == 5


def test_begun_notices_go_with_their_files_and_keys(world: NoticeWorld) -> None:
    uid = service_drafts.begin_draft(world.hana.id).uid
    service_drafts.save_part(
        uid, "holder", {"holder_name": "Canary Begun", "more": ["Deep canary"]}
    )
    draft = service_drafts.load_draft(uid)
    assert draft is not None

    files.intake(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "a.pdf", None, draft.uploads.files_owner)
    service_drafts.keep_files(draft, "right")
    files.intake(io.BytesIO(b"%PDF-1.4\n%%EOF\n"), "b.pdf", None, draft.uploads.files_owner)
    others = service_drafts.begin_draft(world.eve.id).uid
    [item] = collected(world.hana.id, holder(DRAFTS))
    assert "Canary Begun" in said([item])
    assert "Deep canary" in said([item])
    assert len(item.files) == 1
    assert carry_out(Measure.ERASE, world.hana.id, holder(DRAFTS)) == {DRAFTS: 1}
    assert db.session.execute(select(StoredFile)).first() is None
    assert [row.uid for row in db.session.execute(select(NoticeDraft)).scalars()] == [others]
    with pytest.raises(KeyDestroyed), transaction():
        vault.seal(f"notice_draft:{uid}", "a:b", "c")
    assert not any(carry_out(Measure.ERASE, world.hana.id, holder(DRAFTS)).values())
