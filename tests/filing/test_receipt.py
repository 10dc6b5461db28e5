"""What a guest reads right after sending, and what the desk reads of who sent it."""

from __future__ import annotations

from flask import Flask

from support.core.actors import Role
from support.infringement import desk_history, queries_case
from tests.filing.filer import fill, send
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import make_agent


def test_where_no_code_could_be_sent_the_receipt_says_so_and_leads_to_one(
    app: Flask, filer: PageClient
) -> None:
    fill(filer)
    send(filer)
    filer.get("/notices/new")
    fill(filer)
    receipt = filer.page(send(filer).headers["Location"])
    assert "Ask for a code with this reference and your address" in receipt.text
    assert "We sent you a code" not in receipt.text
    assert any(link.attributes.get("href") == "/follow" for link in receipt.all("a"))


def test_the_history_names_a_guest_by_their_part_and_not_the_system(
    app: Flask, filer: PageClient
) -> None:
    fill(filer)
    reference = send(filer).headers["Location"].rsplit("/", 1)[-1]
    with app.test_request_context():
        case = queries_case.case_at_desk(make_agent("Ivy", Role.IP_CLERK), reference)
        who = {line.title: line.who for line in desk_history.page_of(case).lines}
    assert who["Notice filed"] == "The filer"
