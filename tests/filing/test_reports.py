"""A content report through its pages: three questions without an account, a decision, both sides, an appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.core import outbox
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.infringement import queries_reports as queries
from support.infringement.lifecycle_reports import CaseState
from support.infringement.models_reports import ContentReport, ReportedContent
from support.notifications import outgoing
from support.workorders import queries as orders
from tests.filing.filer import SHOP, digits_for, other_browser
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, make_agent, make_member

NEW = "/orders/new/report"
ADDRESS = "canary-reporter@example.org"
SAID = {
    "own": f"{SHOP}/1001",
    "topic": "fraud",
    "body": "I, Canary Wen, paid and got nothing.",
    "address": ADDRESS,
}
CHECK = "Check and send"
CANARIES = ("canary-reporter", "Canary Wen", "ca•••r")


def send(client: PageClient, **said: str | None) -> str:
    """File a report and return its reference."""
    answer = client.submit(NEW, SAID | said, button=CHECK)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    answer = client.submit(f"{NEW}/check", {}, button="Send work order")
    assert answer.status_code == 303
    return str(answer.location).split("/")[2]


def case_of(reference: str) -> tuple[str, CaseState]:
    """The uid and the state of the first link of a report."""
    db.session.rollback()
    report = queries.report_of(orders.order_named(reference))
    assert report is not None
    case = queries.named_in(report)[0].case
    return case.uid, case.status


def decide(client: PageClient, reference: str, act: str, **said: str) -> None:
    """Decide about the only link of a report at the desk, and let the platform answer."""
    path = f"/desk/orders/{reference}/report"
    page = client.page(path)
    form = page.form(action=f"{path}/decisions")
    values = page.values(form) | {"act": act} | said
    chosen = next(
        box.attributes["value"]
        for box in page.controls(form)
        if box.attributes.get("name") == "chosen"
    )
    answer = client.post(f"{path}/decisions", data=values | {"chosen": chosen})
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        text = answer.get_data(as_text=True)
        assert all(words in text for words in said.values()), "what was typed is kept"
    outbox.drain()
    outbox.drain()


def guest_opens(app: Flask, client: PageClient, uid: str) -> PageClient:
    """Whoever was reached by an address opens their page with the code."""
    path = f"/reports/answers/{uid}"
    assert client.get(path).status_code in (302, 303, 404), "not without the code"
    assert client.submit(f"{path}/open", {}, action=f"{path}/open").status_code == 303
    code = {"code": digits_for(app, "notice_answer")}
    assert client.submit(f"{path}/code", code, action=f"{path}/code").status_code == 303
    return client


def test_a_guest_reports_a_shop_and_the_other_side_never_learns_who(
    app: Flask, filer: PageClient
) -> None:
    assert NEW in filer.page("/").text or any(
        link.attributes.get("href") == NEW for link in filer.page("/").all("a")
    )
    guide = filer.page(NEW)
    assert any(link.attributes.get("href") == "/notices" for link in guide.all("a"))
    reference = send(filer)
    receipt = filer.page(f"/orders/{reference}/receipt").text
    assert reference in receipt
    with app.app_context():
        ivy, lena = make_agent("Ivy", Role.IP_CLERK), make_agent("Lena", Role.LEGAL)
        uid, state = case_of(reference)
        assert state is CaseState.CHECK
    clerk = client_of(app, ivy)
    assert "Open the report" in clerk.page(f"/desk/orders/{reference}").text
    with app.app_context():
        decide(clerk, reference, "remove", words_remove="The shop is not what it says.")
        assert case_of(reference) == (uid, CaseState.REMOVED)
    seller = guest_opens(app, other_browser(app), uid)
    path = f"/reports/answers/{uid}"
    assert any(
        link.attributes.get("href") == path for link in seller.page("/notices/answers").all("a")
    )
    answer = seller.page(path).text
    assert "The shop is not what it says." in answer
    assert "Who reported it is not told." in answer
    refused = seller.submit(path, {"words": ""}, action=f"{path}/appeal")
    assert refused.status_code == 422
    said = {"words": "It is a real shop."}
    assert seller.submit(path, said, action=f"{path}/appeal").status_code == 303
    judge = client_of(app, lena)
    assert "It is a real shop." in seller.page(path).text, "they read what they wrote"
    case = judge.page(f"/desk/orders/{reference}/report").text
    assert "It is a real shop." in case
    with app.app_context():
        decide(judge, reference, "settle", upheld="yes", words_settle="It is real.")
        assert case_of(reference) == (uid, CaseState.RESTORED)
        told = [one.text for one in outgoing.kept_messages() if "shop2@shops.example" in one.to]
    assert told
    everything = "\n".join([*told, answer, seller.page(path).text])
    for canary in CANARIES:
        assert canary not in everything, canary


def test_a_reporter_follows_appeals_and_sees_what_legal_decided_about_their_name(
    app: Flask, filer: PageClient
) -> None:
    reference = send(filer)
    filer.submit("/follow/code", {"code": digits_for(app, "follow")}, action="/follow/code")
    with app.app_context():
        leo, lena = make_agent("Leo", Role.LEGAL), make_agent("Lena", Role.LEGAL)
    legal = client_of(app, leo)
    with app.app_context():
        decide(legal, reference, "keep", words_keep="It is lawful.")
        uid, state = case_of(reference)
        assert state is CaseState.KEPT
    page = filer.page(f"/orders/{reference}").text
    assert "It is lawful." in page
    assert "Every link of your report is decided" in page
    path = f"/orders/{reference}/report/appeal"
    typed = {"words": "Look again.", "links": None}
    missing = filer.submit(path, typed, action=path)
    assert missing.status_code == 422
    assert "Look again." in missing.get_data(as_text=True), "what was typed is kept"
    assert filer.submit(path, {"words": "Look again."}, action=path).status_code == 303
    assert "An appeal is heard" in filer.page(f"/orders/{reference}").text
    with app.app_context():
        decide(legal, reference, "settle", upheld="no", words_settle="It stays as it was.")
        assert case_of(reference)[1] is CaseState.APPEAL, "who decided hears no appeal"
    case = f"/desk/orders/{reference}/report"
    blank = legal.submit(case, {"reason": " "}, action=f"{case}/name")
    assert blank.status_code == 422
    said = {"reason": "A court asks for it."}
    assert legal.submit(case, said, action=f"{case}/name").status_code == 303
    shown = filer.page(f"/orders/{reference}").text
    assert "The other side will know who reported" in shown
    assert "A court asks for it." in shown
    with app.app_context():
        seller = queries.case_told(uid)
        report = db.session.execute(select(ContentReport)).scalar_one()
        assert queries.revealed_names(seller, utcnow()) == []
        assert len(queries.revealed_names(seller, utcnow() + timedelta(days=20))) == 1
        assert report.reveal_by == leo.id
        db.session.remove()
    decide_as(app, lena, reference)


def decide_as(app: Flask, who: Actor, reference: str) -> None:
    """Somebody of legal who had no part dismisses the appeal."""
    judge = client_of(app, who)
    with app.app_context():
        decide(judge, reference, "settle", upheld="no", words_settle="It stays.")
        assert case_of(reference)[1] is CaseState.KEPT


BAD = (
    ({"topic": None}, "Choose what it is about."),
    ({"own": ""}, "Paste at least one link."),
    ({"own": "https://elsewhere.example/item/1001"}, "Not an address of ours, in line: 1."),
    ({"own": "javascript:alert(1)"}, "Not an address of ours, in line: 1."),
    ({"own": f"{SHOP}/1001\n\n<script>alert(1)</script>"}, "Not an address of ours, in line: 3."),
    ({"own": f"{SHOP}/77"}, "Nothing is there any more, in line: 1."),
    ({"own": "\n".join(f"{SHOP}/{n}" for n in range(1000, 1021))}, "holds up to 20"),
    ({"own": "\n".join(f"{SHOP}/{n}" for n in range(1000, 1500))}, "different links"),
    ({"own": "x" * 25_000}, "This is too long"),
    ({"body": "  "}, "Tell us what happened."),
    ({"address": "nobody"}, "e-mail"),
)


def test_a_reporter_looks_once_more_and_withdraws(app: Flask, filer: PageClient) -> None:
    reference = send(filer)
    filer.submit("/follow/code", {"code": digits_for(app, "follow")}, action="/follow/code")
    own, path = f"/orders/{reference}", f"/orders/{reference}/report/withdrawal"
    assert any(link.attributes.get("href") == path for link in filer.page(own).all("a"))
    with app.app_context():
        before = case_of(reference)
    assert "The other side is not told" in filer.page(path).text
    with app.app_context():
        assert case_of(reference) == before
    assert filer.submit(path, {}, action=path).status_code == 303
    assert "Report withdrawn" in filer.page(own).text
    assert "can be withdrawn no more" in filer.page(path).text
    with app.app_context():
        assert case_of(reference)[1] is CaseState.WITHDRAWN


def test_bad_reports_are_named_and_keep_what_was_typed(app: Flask, filer: PageClient) -> None:
    for said, words in BAD:
        answer = filer.submit(NEW, SAID | said, button=CHECK)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422, said
        assert words in text, (words, said)
        if said.get("body") is None:
            assert "paid and got nothing" in text
        assert "<script>alert(1)" not in text
    page = filer.page(NEW)
    sent = page.values(page.form(button=CHECK)) | SAID | {"topic": "copyright"}
    assert filer.post(NEW, data=sent).status_code == 422
    with app.app_context():
        assert db.session.execute(select(ReportedContent)).first() is None


def test_nobody_else_reaches_a_report(app: Flask, filer: PageClient) -> None:
    reference = send(filer)
    with app.app_context():
        eve, agent = make_member("Eve", "eve@example.org"), make_agent("Arjun")
        uid, _state = case_of(reference)
        with transaction():
            case = db.session.execute(select(ReportedContent)).scalar_one()
            case.told_at, case.person_id = utcnow(), agent.id
    stranger = client_of(app, eve)
    for path in (
        f"/orders/{reference}/report/appeal",
        f"/orders/{reference}/report/withdrawal",
        f"/reports/answers/{uid}",
        f"/reports/answers/{uid}/open",
        "/reports/answers/nothing/open",
        f"/desk/orders/{reference}/report",
    ):
        assert stranger.get(path).status_code == 404, path
    clerks = client_of(app, agent)
    assert clerks.get(f"/desk/orders/{reference}/report").status_code in (403, 404)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_member_reports_on_the_same_page_in_each_language(app: Flask, language: str) -> None:
    with app.app_context():
        member = make_member("Alice", "alice@example.org", language=language)
    client = client_of(app, member)
    page = client.page(NEW)
    assert "address" not in {one.attributes.get("name") for one in page.all("input")}
    assert ("举报哪个链接" if language == "zh" else "Which link is it?") in page.text
