"""A guest fills in a notice page by page: what is saved, what is asked, what a slip says, and whose it is."""

from __future__ import annotations

import io
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from support.core import file_upkeep
from support.core.clock import utcnow
from support.core.db import db
from support.core.files import StoredFile
from support.core.vault import VaultKey
from support.infringement import service_drafts, service_retention
from support.infringement.models_drafts import NoticeDraft
from tests.filing.filer import (
    FILER,
    HOLDER,
    NEW,
    RIGHT,
    answer,
    fill,
    give_file,
    other_browser,
)
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, make_member


def draft_uid(app: Flask) -> str:
    """The uid of the one begun notice."""
    with app.app_context():
        uid = db.session.execute(select(NoticeDraft.uid)).scalar_one()
        db.session.rollback()
    return uid


def test_a_guest_begins_at_the_start_page_and_sees_how_far_it_is(filer: PageClient) -> None:
    start = filer.page("/notices").text
    for words in ("Who may file", "about 15 minutes", "14 days", "What the seller will see"):
        assert words in start
    assert "False notices" in start
    tasks = filer.page(NEW).text
    assert "0 of 8 parts done" in tasks
    assert "Can't start yet" in tasks
    done = answer(filer, "filer", FILER)
    assert done.location == f"{NEW}/holder"
    tasks = filer.page(NEW).text
    assert "1 of 8 parts done" in tasks
    assert "Wen Halden, rights holder" in tasks
    assert "You have begun a notice" in filer.page("/notices").text


def test_the_whole_of_a_draft_is_sealed_and_goes_with_its_key(
    app: Flask, filer: PageClient
) -> None:
    fill(filer)
    uid = draft_uid(app)
    with app.app_context():
        row = db.session.execute(select(NoticeDraft.sealed)).scalar_one()
        assert b"Halden" not in row
        assert b"918273645" not in row
        assert len(service_drafts.all_files(uid)) == 2
        db.session.rollback()
    filer.submit(NEW, button="Give it up and destroy everything")
    with app.app_context():
        assert db.session.execute(select(NoticeDraft)).first() is None
        assert db.session.execute(select(StoredFile)).first() is None
        key = select(VaultKey).where(VaultKey.owner == service_drafts.key_of(uid))
        assert db.session.execute(key).scalar_one().wrapped is None
        db.session.rollback()
    assert "0 of 8 parts done" in filer.page(NEW).text


def test_files_of_a_draft_outlive_the_sweep_of_what_nobody_sent(
    app: Flask, filer: PageClient
) -> None:
    give_file(filer, "right")
    with app.app_context():
        later = utcnow() + timedelta(days=13)
        file_upkeep.sweep_orphans(later)
    assert "proof.jpg" in filer.page(f"{NEW}/files/right").text


def test_what_nobody_touched_for_fourteen_days_is_destroyed_and_twice_is_harmless(
    app: Flask, filer: PageClient
) -> None:
    answer(filer, "filer", FILER)
    uid = draft_uid(app)
    with app.app_context():
        service_retention.forget_old_drafts(utcnow() + timedelta(days=13, hours=23))
        assert service_drafts.load_draft(uid) is not None
        db.session.rollback()
        later = utcnow() + timedelta(days=14, minutes=1)
        assert service_drafts.load_draft(uid, now=later) is None
        db.session.rollback()
        for _time in range(2):
            service_retention.forget_old_drafts(later)
        assert db.session.execute(select(NoticeDraft)).first() is None
        db.session.rollback()


def test_another_browser_sees_nothing_of_it(app: Flask, filer: PageClient) -> None:
    fill(filer)
    stranger = other_browser(app)
    assert "0 of 8 parts done" in stranger.page(NEW).text
    assert "HALDEN" not in stranger.page(f"{NEW}/right").text


def test_a_members_notice_is_theirs_wherever_they_sign_in(app: Flask, filer: PageClient) -> None:
    with app.app_context():
        member, other = make_member("Alice", "a@example.org"), make_member("Bob", "b@example.org")
    first, second = client_of(app, member), client_of(app, member)
    assert "Where we reach you" not in first.page(f"{NEW}/filer").text
    answer(first, "holder", HOLDER)
    assert "Halden Outdoor AS" in second.page(NEW).text
    assert "Halden Outdoor AS" not in client_of(app, other).page(NEW).text
    assert "Send me a link" not in first.page(NEW).text


def test_two_devices_save_different_pages_and_the_later_of_one_page_is_told(
    app: Flask, filer: PageClient
) -> None:
    with app.app_context():
        member = make_member("Alice", "a@example.org")
    one, two = client_of(app, member), client_of(app, member)
    answer(one, "filer", {"filer_type": "holder", "signer": "Alice Liddell"})
    page = two.page(f"{NEW}/holder")
    form = page.form(action=f"{NEW}/holder")
    answer(one, "right", RIGHT)
    typed = page.values(form) | HOLDER
    assert two.post(f"{NEW}/holder", data=typed).status_code == 303, "another page is no conflict"
    late = two.post(f"{NEW}/holder", data=typed | {"holder_name": "Halden Ltd"})
    assert late.status_code == 409
    text = late.get_data(as_text=True)
    assert "Halden Outdoor AS" in text
    assert "Halden Ltd" in text
    with app.app_context():
        draft = service_drafts.draft_of(member.id or 0)
        assert draft is not None
        assert draft.part("holder")["holder_name"] == "Halden Outdoor AS"
        db.session.rollback()


def test_the_late_page_of_a_right_with_a_day_can_be_saved_all_the_same(
    app: Flask, filer: PageClient
) -> None:
    page = filer.page(f"{NEW}/right")
    typed = page.values(page.form(action=f"{NEW}/right")) | RIGHT
    answer(filer, "right", RIGHT | {"right_no": "1"})
    late = filer.post(f"{NEW}/right", data=typed)
    assert late.status_code == 409
    assert "018442190" in late.get_data(as_text=True)


def test_a_slip_is_said_at_its_field_and_what_was_typed_stays(filer: PageClient) -> None:
    wrong = answer(filer, "filer", FILER | {"reach": "nowhere"})
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert 'id="reach-error"' in text
    assert "Wen Halden" in text
    wrong = answer(filer, "holder", HOLDER | {"email": "no@"})
    assert wrong.status_code == 422
    assert 'id="email-error"' in wrong.get_data(as_text=True)
    wrong = answer(filer, "right", RIGHT | {"valid_until": "soon"})
    assert "Enter a day, for example" in wrong.get_data(as_text=True)


def test_an_agent_is_asked_for_a_letter_of_authority(filer: PageClient) -> None:
    assert "Letter of authority" not in filer.page(NEW).text
    done = answer(filer, "filer", FILER | {"filer_type": "agent", "agent_name": "Lind Legal"})
    assert done.location == f"{NEW}/files/authority"
    tasks = filer.page(NEW).text
    assert "Letter of authority" in tasks
    assert "0 of 9" not in tasks
    assert "1 of 9 parts done" in tasks


def test_a_patent_is_asked_for_its_comparison_and_report(filer: PageClient) -> None:
    answer(filer, "right", RIGHT | {"right_type": "patent_design"})
    tasks = filer.page(NEW).text
    assert "Comparison of technical features" in tasks
    assert "Patent evaluation report" in tasks


def test_an_expired_right_is_said_and_nothing_is_lost(filer: PageClient) -> None:
    done = answer(filer, "right", RIGHT | {"valid_until": "2020-01-31"})
    assert done.status_code == 303
    page = filer.page(f"{NEW}/right").text
    assert "This right has expired" in page
    fill(filer, right={"valid_until": "2020-01-31"})


def test_a_file_of_a_wrong_type_is_named_and_the_others_stay(filer: PageClient) -> None:
    give_file(filer, "evidence", "one.jpg")
    path = f"{NEW}/files/evidence"
    bad = filer.submit(path, {"files": (io.BytesIO(b"MZ\x90\x00program"), "tool.exe")}, action=path)
    assert bad.status_code == 415
    text = bad.get_data(as_text=True)
    assert "tool.exe" in text
    assert "one.jpg" in text
    filer.submit(path, button="Remove one.jpg")
    assert "one.jpg" not in filer.page(path).text


def test_a_file_of_somebody_elses_draft_is_not_taken_out(app: Flask, filer: PageClient) -> None:
    give_file(filer, "evidence", "one.jpg")
    stranger = other_browser(app)
    give_file(stranger, "evidence", "two.jpg")
    with app.app_context():
        theirs = db.session.execute(select(StoredFile.uid).order_by(StoredFile.id)).scalars().all()
        db.session.rollback()
    page = stranger.page(f"{NEW}/files/evidence")
    sent = page.values(page.form(action=f"{NEW}/files/evidence")) | {"remove_file": theirs[0]}
    stranger.post(f"{NEW}/files/evidence", data=sent)
    assert "one.jpg" in filer.page(f"{NEW}/files/evidence").text


def test_a_script_sends_files_one_by_one(filer: PageClient) -> None:
    page = filer.page(f"{NEW}/files/evidence")
    token = page.values(page.form(action=f"{NEW}/files/evidence"))["csrf_token"]
    path = f"{NEW}/files/evidence/upload"
    sent = {"csrf_token": token, "file": (io.BytesIO(b"words of a file"), "list.txt")}
    shown = filer.post(path, data=sent).get_json()
    assert (shown["name"], shown["state"]) == ("list.txt", "ready")
    assert "list.txt" in filer.page(f"{NEW}/files/evidence").text
    gone = filer.post(path, data={"csrf_token": token, "remove_file": shown["id"]})
    assert gone.get_json() == {"removed": shown["id"]}
    assert "list.txt" not in filer.page(f"{NEW}/files/evidence").text


def test_single_links_have_reasons_of_their_own(filer: PageClient) -> None:
    fill(filer)
    path = f"{NEW}/listings/reasons"
    filer.submit(path, {"reason-2": "The same photograph."}, action=path)
    assert "The same photograph." in filer.page(f"{NEW}/check").text


def test_pages_that_do_not_exist_are_not_found(filer: PageClient) -> None:
    for path in ("nothing", "files/nothing"):
        assert filer.get(f"{NEW}/{path}").status_code == 404


def test_it_is_all_there_in_chinese(filer: PageClient) -> None:
    fill(filer)
    for step in ("", "/filer", "/holder", "/right", "/reason", "/listings", "/files/right"):
        page = filer.page(NEW + step, headers={"Accept-Language": "zh-CN"})
        assert page.all("html")[0].attributes["lang"] == "zh-Hans"
        assert "Go on" not in page.text
