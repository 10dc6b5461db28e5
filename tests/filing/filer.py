"""Somebody who files a notice, page by page, as a browser does."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from support.accounts import service_codes
from support.accounts.models import Code
from support.core.db import db
from tests.core.files.uploads import jpeg
from tests.fixtures.pages import PageClient

NEW = "/notices/new"
SHOP = "https://shop.example.com/item"
FILER = {"filer_type": "holder", "signer": "Wen Halden", "reach": "wen@halden.example"}
HOLDER = {
    "holder_name": "Halden Outdoor AS",
    "country": "NO",
    "address": "Storgata 1, Halden",
    "holder_id_type": "licence",
    "holder_id_no": "ID-918273645",
}
RIGHT = {
    "right_type": "trademark",
    "right_name": "HALDEN",
    "right_no": "018442190",
    "territory": "CN",
    "valid_until": "2099-12-31",
}
REASON = {"explanation": "The same mark on the same goods, and nobody was allowed to use it."}
SHOWN = {"shown_contact": "Storgata 2, care of Lind Legal"}
TICKED = {"truth": "y", "good_faith": "y", "signature": "Wen Halden"}


def links(*numbers: int) -> str:
    """Pasted lines, one for each listing."""
    return "\n".join(f"{SHOP}/{number}" for number in numbers)


def answer(client: PageClient, step: str, values: dict[str, Any], **how: Any) -> TestResponse:
    """Fill in one page and go on."""
    path = f"{NEW}/{step}"
    return client.submit(path, values, action=path, **how)


def give_file(client: PageClient, part: str, name: str = "proof.jpg") -> TestResponse:
    """Give one file on the page of `part`."""
    return answer(client, f"files/{part}", {"files": (io.BytesIO(jpeg()), name)})


def fill(client: PageClient, *, pasted: str = "", **more: dict[str, Any]) -> None:
    """Fill in every page that a rights holder has, with what `more` says instead."""
    pages = {"filer": FILER, "holder": HOLDER, "right": RIGHT, "reason": REASON, "shown": SHOWN}
    for step, values in pages.items():
        given = {name: each for name, each in (values | more.get(step, {})).items() if each}
        said = answer(client, step, given)
        assert said.status_code == 303, said.get_data(as_text=True)
    for part in ("right", "evidence"):
        assert give_file(client, part).status_code == 303
    assert answer(client, "listings", {"links": pasted or links(1001, 1002)}).status_code == 303


def send(client: PageClient, **said: Any) -> TestResponse:
    """Tick, sign and send, with what `said` says instead."""
    return client.submit(f"{NEW}/check", TICKED | said, button="Send notice")


def digits_for(app: Flask, purpose: str) -> str:
    """Return the digits of the newest code of this purpose, as its message says them."""
    with app.app_context():
        code = db.session.query(Code).filter(Code.purpose == purpose).order_by(Code.id.desc())
        found = code.first()
        assert found is not None, f"no code for {purpose} was sent"
        told = service_codes.reveal_code(found.id)
        assert told is not None
        db.session.rollback()
        return told.digits


def link_sent(app: Flask) -> str:
    """Return the path of the newest link to go on."""
    with app.app_context():
        code = db.session.query(Code).filter(Code.purpose == "notice_link").order_by(Code.id.desc())
        found = code.first()
        assert found is not None
        told = service_codes.reveal_code(found.id)
        assert told is not None
        assert not told.digits
        db.session.rollback()
        return told.path


def other_browser(app: Flask) -> PageClient:
    """Another device of the same person, or somebody else's."""
    client = app.test_client()
    assert isinstance(client, PageClient)
    client.page("/cookies")
    return client
