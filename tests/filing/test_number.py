"""The number of an ID in a begun notice: given once, kept, and on no page again."""

from __future__ import annotations

from flask import Flask

from support.core.db import db
from support.infringement import service_drafts
from tests.filing.filer import HOLDER, NEW, answer
from tests.filing.test_pages import draft_uid
from tests.fixtures.pages import PageClient

NUMBER = HOLDER["holder_id_no"]


def kept(app: Flask) -> dict[str, str]:
    """What the draft holds of the rights holder."""
    uid = draft_uid(app)
    with app.app_context():
        draft = service_drafts.load_draft(uid)
        assert draft is not None
        db.session.remove()
        return draft.part("holder")


def test_the_number_is_not_shown_again_and_stays_when_the_page_is_saved_once_more(
    app: Flask, filer: PageClient
) -> None:
    answer(filer, "holder", HOLDER)
    page = filer.get(f"{NEW}/holder").get_data(as_text=True)
    assert NUMBER not in page
    assert "Given, not shown again" in page
    answer(filer, "holder", HOLDER | {"address": "Storgata 9", "holder_id_no": ""})
    assert (kept(app)["address"], kept(app)["holder_id_no"]) == ("Storgata 9", NUMBER)


def test_another_number_or_another_kind_of_document_takes_its_place(
    app: Flask, filer: PageClient
) -> None:
    answer(filer, "holder", HOLDER)
    answer(filer, "holder", HOLDER | {"holder_id_no": "ID-2"})
    assert kept(app)["holder_id_no"] == "ID-2"
    answer(filer, "holder", HOLDER | {"holder_id_type": "passport", "holder_id_no": ""})
    assert kept(app)["holder_id_no"] == ""


def test_the_late_page_does_not_show_the_number_that_was_kept(
    app: Flask, filer: PageClient
) -> None:
    page = filer.page(f"{NEW}/holder")
    typed = page.values(page.form(action=f"{NEW}/holder")) | HOLDER
    answer(filer, "holder", HOLDER)
    late = filer.post(f"{NEW}/holder", data=typed | {"address": "Storgata 9", "holder_id_no": ""})
    assert late.status_code == 409
    text = late.get_data(as_text=True)
    assert "Storgata 1" in text
    assert NUMBER not in text
