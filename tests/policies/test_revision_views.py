"""The pages of next versions: at the desk, open for comment, and what a version changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from support.core.actors import Role
from support.core.clock import utcnow
from support.core.db import transaction
from support.policies import queries_revisions, service_revisions
from support.policies import service as policies
from support.policies.models_revisions import Revision
from tests.fixtures.pages import PageClient
from tests.fixtures.versions import WORDS, version_parts
from tests.policies.conftest import ADMIN
from tests.workorders.desk_world import make_member, sign_in

pytestmark = pytest.mark.usefixtures("published")
Staff = Callable[[Role], PageClient]
TYPED = {
    "label": "2027-1",
    "summary_en": "Clearer words.",
    "summary_zh": "措辞更清楚。",
    "text_en": "# Own policy\n\nOurs, and yours.",
    "text_zh": "# 自己的政策\n\n我们的，也是您的。",
    "shrinks": "no",
}


def open_one(app: Flask) -> str:
    with app.app_context():
        return version_parts(ADMIN)["policies.proposal"]["uid"]


def end_comments(app: Flask, uid: str) -> None:
    with app.app_context(), transaction():
        row = queries_revisions.revision_for(ADMIN, uid)
        row.comment_until = utcnow() - timedelta(minutes=1)


def stands(app: Flask, uid: str) -> Revision:
    with app.app_context():
        return queries_revisions.revision_for(ADMIN, uid)


def test_a_version_goes_from_the_first_word_to_the_public_page(
    app: Flask, staff_client: Staff
) -> None:
    desk = staff_client(Role.LEGAL)
    page = desk.page("/desk/policies/new")
    assert "Ours." in page.text, "it begins with the words of the newest version"
    first = "/desk/policies/new"
    save: dict[str, Any] = {"button": "Save and preview"}
    assert desk.submit(first, TYPED, **save).status_code == 422, "it says why it is minor"
    answer = desk.submit(first, TYPED | {"tests": ["8.4.1", "8.4.3"]}, **save)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    uid = address.rsplit("/", 1)[1]
    assert "Major change" in desk.page(address).text
    assert desk.submit(address, {"days": "3"}, button="Open for comment").status_code == 422
    assert desk.submit(address, {"days": "7"}, button="Open for comment").status_code == 303
    assert "Ours, and yours." in desk.page(f"/proposals/{uid}").text
    end_comments(app, uid)
    day = utcnow() + timedelta(days=40)
    soon, late = ({"day": f"{each:%Y-%m-%d}"} for each in (utcnow(), day))
    assert desk.submit(address, soon, button="Announce").status_code == 422
    assert desk.submit(address, late, button="Announce").status_code == 303
    shown = desk.page("/policies/2027-1/changes")
    assert [each.text for each in shown.all("ins")]
    assert "8.4.1" in shown.text
    assert desk.get(f"/proposals/{uid}").headers["Location"].endswith("/policies/2027-1/changes")


def test_a_stale_editor_keeps_what_was_typed(app: Flask, staff_client: Staff) -> None:
    desk = staff_client(Role.ADMIN)
    with app.app_context():
        uid = service_revisions.write_revision(ADMIN, WORDS).uid
    address = f"/desk/policies/{uid}/text"
    page = desk.page(address)
    mine = page.values(page.form(button="Save and preview"), button="Save and preview") | TYPED
    assert desk.post(address, data=mine).status_code == 303
    answer = desk.post(address, data=mine | {"summary_en": "My own summary."})
    assert answer.status_code == 409
    assert "My own summary." in answer.get_data(as_text=True)


def test_the_desk_of_versions_is_closed_to_everybody_else(staff_client: Staff) -> None:
    assert staff_client(Role.AGENT).get("/desk/policies").status_code == 403


def test_a_visitor_reads_what_is_proposed_and_a_member_comments(
    app: Flask, client: PageClient
) -> None:
    uid = open_one(app)
    page = client.page(f"/proposals/{uid}")
    assert "Members comment here after signing in." in page.text
    assert not page.all("textarea")
    assert f"/proposals/{uid}" in {
        each.attributes.get("href") for each in client.page("/policies").all("a")
    }
    with app.app_context():
        sign_in(client, make_member("Alice", "alice@example.org"))
    send: dict[str, Any] = {"button": "Send comment"}
    said = client.submit(f"/proposals/{uid}", {"text": "这里写得不清楚。"}, **send)
    assert said.status_code == 303
    assert "这里写得不清楚。" in client.page(f"/proposals/{uid}").text
    page = client.page(f"/proposals/{uid}")
    late = page.values(page.form(button="Send comment")) | {"text": "Late."}
    end_comments(app, uid)
    assert client.post(f"/proposals/{uid}", data=late).status_code == 422


def test_nobody_reads_a_draft(app: Flask, client: PageClient) -> None:
    with app.app_context():
        uid = service_revisions.write_revision(ADMIN, WORDS).uid
    assert client.get(f"/proposals/{uid}").status_code == 404
    assert client.get(f"/desk/policies/{uid}").status_code in (302, 303, 401)


def test_any_two_versions_are_compared_and_the_first_has_none_before_it(
    app: Flask, client: PageClient
) -> None:
    assert "This is the first version" in client.page("/policies/2026-1/changes").text
    with app.app_context():
        for label, text in (("2", "One two."), ("3", "One three.")):
            policies.publish_version(
                ADMIN, label=label, text_en=f"# Own policy\n\n{text}", text_zh=f"# 政策\n\n{label}"
            )
    page = client.page("/policies/3/changes")
    assert [each.text for each in page.all("del")] == ["Taken out: two (end) "]
    page = client.page("/policies/3/changes?from=2026-1")
    assert "Against version 2026-1" in page.text
    assert client.get("/policies/3/changes?from=none").status_code == 404
    assert client.get("/policies/none/changes").status_code == 404
