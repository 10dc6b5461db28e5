"""Somebody else's things: not found whoever asks and however, and nothing of them changed."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from support.accounts import queries as people
from support.accounts.models import Person, Session
from support.core import outbox
from support.core.db import db
from support.core.errors import NotAllowed
from support.notifications.models import Delivery
from support.workorders import queries, service
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import Message, WorkOrder
from tests.hostile.world import World, rows
from tests.workorders.desk_world import make_guest_order

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRET_NOTE = "zebra-note only for colleagues"
MEMBER_GETS = ("", "/why", "/receipt", "/files/{uid}", "/files/{uid}/thumbnail")
MEMBER_POSTS = ("messages", "draft", "uploads", "closure", "rating", "reopening")
DESK_POSTS = ("replies", "properties", "draft", "uploads", "files/{uid}")


@pytest.mark.parametrize("who", ["bob", "guest", "other guest"])
def test_an_order_of_somebody_else_is_not_found_by_any_route(world: World, who: str) -> None:
    world.post("alice", f"/orders/{world.orders['alice']}/draft", {"body": "Alice's draft"})
    client = world.client(who)
    before = rows(world.app)
    said = {
        "body": "x",
        "solved": "yes",
        "comment": "x",
        "status": "closed",
        "audience": "note",
        "then": "open",
    }
    for owner in {"alice", "bob", "guest", "other guest"} - {who}:
        reference = world.orders[owner]
        for form in (reference, reference.lower(), reference.replace("-", ""), f" {reference}"):
            for path in MEMBER_GETS:
                address = f"/orders/{form}{path.format(uid='a' * 32)}"
                assert client.get(address).status_code == 404, address
                assert client.head(address).status_code == 404, address
        for act in MEMBER_POSTS:
            assert world.post(who, f"/orders/{reference}/{act}", said).status_code == 404, act
        for act in DESK_POSTS:
            address = f"/desk/orders/{reference}/{act.format(uid='a' * 32)}"
            assert world.post(who, address, said).status_code == 404, act
        answer = client.get(f"/orders/new/complaint?about={reference}")
        assert f"Subject of {owner.split()[-1].capitalize()}" not in answer.text
    assert rows(world.app) == before


def test_a_complaint_about_an_order_one_may_not_see_is_not_linked_to_it(world: World) -> None:
    about = {"subject": "s", "body": "b", "about": world.orders["alice"]}
    world.post("bob", "/orders/new/complaint", about)
    world.post("bob", "/orders/new/complaint/sending")
    with world.app.app_context():
        newest = db.session.execute(
            select(WorkOrder).order_by(WorkOrder.id.desc()).limit(1)
        ).scalar_one()
        assert (newest.kind, newest.related_id) == ("complaint", None)


def test_sessions_contacts_messages_and_kept_forms_are_ones_own(world: World) -> None:
    world.client("alice")
    with world.app.app_context():
        alice = world.actors["alice"].id or 0
        session_id = db.session.execute(
            select(Session.id).where(Session.person_id == alice)
        ).scalar_one()
        contact = people.contacts_of(alice)[0].uid
        outbox.drain()
        letter = (
            db.session.execute(select(Delivery.uid).where(Delivery.person_id == alice))
            .scalars()
            .first()
        )
        assert letter is not None
    late = world.app.test_client().post(
        f"/orders/{world.orders['alice']}/messages", data={"body": "kept"}
    )
    kept = late.text.split("/kept/")[1][:32]
    assert world.client("bob").get(f"/kept/{kept}").status_code == 410
    before = rows(world.app)
    assert world.post("bob", f"/account/sessions/{session_id}/end").status_code == 404
    for path in (f"/account/contacts/{contact}/removal", f"/account/inbox/{letter}"):
        assert world.client("bob").get(path).status_code == 404, path
    assert world.post("bob", f"/account/contacts/{contact}/removal").status_code == 404
    assert world.post("bob", f"/account/inbox/{letter}/reading").status_code == 404
    assert rows(world.app) == before


def test_a_guest_session_opens_the_orders_of_the_proved_address_only(world: World) -> None:
    page = world.client("guest").page("/orders").text
    assert "Subject of the guest" in page
    assert "Subject of the other guest" not in page
    for path in ("/account", "/account/contacts", "/account/sessions", "/account/basic"):
        assert world.client("guest").get(path).status_code == 403, path


def test_before_the_address_is_proved_the_browser_sees_reference_and_state_only(
    world: World,
) -> None:
    said = {
        "topic": "access",
        "subject": "My secret matter",
        "body": "Long story",
        "address": "guest@example.net",
    }
    world.post("nobody", "/orders/new/question", said)
    filed = world.post("nobody", "/orders/new/question/sending")
    reference = filed.location.split("/")[2]
    receipt = world.client("nobody").get(f"/orders/{reference}/receipt").text
    assert reference in receipt
    for secret in ("My secret matter", "Long story", "guest@example.net", "Subject of the guest"):
        assert secret not in receipt
    assert world.client("nobody").get(f"/orders/{reference}").status_code == 303
    stranger = world.app.test_client().get(f"/orders/{reference}/receipt")
    assert stranger.status_code == 404


EXTRA = {
    "role": "admin", "roles": "admin", "kind": "staff", "status": "closed", "state": "closed", "assignee_id": "1",
    "assignee": "1", "owner_id": "1", "requester_id": "1", "person_id": "1", "id": "1", "from_staff": "1",
    "is_internal": "0", "priority": "urgent", "team": "admin", "solved": "yes", "version": "1", "staff_only": "0",
    "created_at": "2000-01-01", "related_id": "1", "contact_id": "1", "channel": "phone", "disabled_at": "2000-01-01",
    "__proto__[x]": "1", "password_hash": "x", "verified_name": "x", "proved_at": "2000-01-01",
}  # fmt: skip


def test_columns_that_a_form_lacks_are_not_taken_from_it(world: World) -> None:
    reference = world.orders["alice"]
    world.post("alice", f"/orders/{reference}/messages", EXTRA | {"body": "hello"})
    world.post("alice", "/orders/new/suggestion", EXTRA | {"subject": "s", "body": "b"})
    world.post("alice", "/orders/new/suggestion/sending", EXTRA)
    world.post(
        "alice", "/account/settings", EXTRA | {"language": "en", "timezone": "Asia/Shanghai"}
    )
    world.post(
        "alice",
        "/account/basic",
        EXTRA | {"version": "0", "enterprise": "no", "country": "", "size": ""},
    )
    with world.app.app_context():
        alice = db.session.get_one(Person, world.actors["alice"].id)
        assert (alice.kind, list(alice.roles), alice.disabled_at) == ("member", [], None)
        for order in db.session.execute(
            select(WorkOrder).where(WorkOrder.requester_id == alice.id)
        ).scalars():
            assert order.status == Status.NEW
            assert (order.assignee_id, order.priority, order.channel) == (
                None,
                Priority.NORMAL,
                "web",
            )
            assert order.related_id is None
        assert db.session.execute(select(func.count()).where(Message.from_staff)).scalar_one() == 0


def test_what_the_desk_writes_for_itself_reaches_no_member(world: World) -> None:
    reference = world.orders["alice"]
    world.post(
        "mei",
        f"/desk/orders/{reference}/properties",
        {"version": "1-1", "tags": "zebra-tag", "assignee": str(world.actors["ada"].id)},
    )
    noted = world.post(
        "mei", f"/desk/orders/{reference}/replies", {"body": SECRET_NOTE, "audience": "note"}
    )
    assert noted.status_code == 303
    with world.app.app_context():
        order = queries.order_named(reference)
        service.reply(
            world.actors["mei"],
            order,
            body="An answer",
            version=order.version,
            then=Status.WAITING,
            language="en",
        )
        outbox.drain()
    client = world.client("alice")
    paths = [f"/orders/{reference}", "/orders", "/", f"/orders/{reference}/why", "/account/inbox"]
    inbox = client.page("/account/inbox")
    paths += [
        each.attributes["href"]
        for each in inbox.all("a")
        if each.attributes.get("href", "").startswith("/account/inbox/")
    ]
    for path in paths:
        for accept in ("text/html", "application/json"):
            assert "zebra" not in client.get(path, headers={"Accept": accept}).text, path
    draft = world.post("alice", f"/orders/{reference}/draft", {"body": "x", "draft_version": "99"})
    assert "zebra" not in draft.text
    assert "zebra" in world.client("mei").get(f"/desk/orders/{reference}").text


def test_a_complaint_is_kept_from_those_whom_it_is_about(world: World) -> None:
    with world.app.app_context():
        order = queries.order_named(world.orders["alice"])
        service.assign_order(
            world.actors["mei"], order, assignee_id=world.actors["mei"].id, version=order.version
        )
        alice = world.actors["alice"]
        complaint = service.file_order(
            alice, kind_named("complaint"), requester_id=alice.id or 0, contact_id=None,
            subject="Another person, please", body="b", language="en", related=order,
        )  # fmt: skip
        reference = complaint.reference
        for act in (
            lambda: service.assign_order(
                world.actors["ada"],
                complaint,
                assignee_id=world.actors["mei"].id,
                version=complaint.version,
            ),
            lambda: service.reply(
                world.actors["mei"],
                complaint,
                body="no",
                version=complaint.version,
                then=Status.RESOLVED,
                language="en",
            ),
            lambda: service.move_order(
                world.actors["mei"], complaint, status=Status.CLOSED, version=complaint.version
            ),
            lambda: service.add_note(world.actors["mei"], complaint, body="b"),
            lambda: service.tag_order(world.actors["mei"], complaint, words=["x"]),
            lambda: service.set_priority(
                world.actors["mei"], complaint, priority=Priority.LOW, version=complaint.version
            ),
        ):
            with pytest.raises(NotAllowed):
                act()
            db.session.rollback()
        before = db.session.get_one(WorkOrder, complaint.id).version
    for data in ({"assignee": str(world.actors["mei"].id)}, {"status": "closed"}):
        answer = world.post(
            "mei", f"/desk/orders/{reference}/properties", data | {"version": f"{before}-1"}
        )
        assert answer.status_code == 404
    for path in ("", "/history", "/why"):
        assert world.client("mei").get(f"/desk/orders/{reference}{path}").status_code == 404
    for name in DESK_POSTS:
        address = f"/desk/orders/{reference}/{name.format(uid='a' * 32)}"
        assert world.post("mei", address, {"body": "x"}).status_code == 404, name
    with world.app.app_context():
        assert db.session.get_one(WorkOrder, complaint.id).version == before


def test_a_double_click_and_a_replay_carry_out_one_act(world: World) -> None:
    reference = world.orders["alice"]
    for _ in range(3):
        world.post(
            "alice",
            f"/orders/{reference}/messages",
            {"body": "once only", "idempotency_key": "k" * 32},
        )
        world.post("alice", f"/orders/{reference}/closure")
    with world.app.app_context():
        once = db.session.execute(
            select(func.count()).where(Message.body == "once only")
        ).scalar_one()
        assert once == 1
    answer = world.post("alice", f"/orders/{reference}/messages", {"body": "after the end"})
    assert answer.status_code == 409
    assert (
        world.post("alice", f"/orders/{reference}/reopening", {"body": "again"}).status_code == 303
    )
    assert (
        world.post("alice", f"/orders/{reference}/reopening", {"body": "again"}).status_code == 409
    )


def test_a_stale_page_of_the_desk_changes_nothing(world: World) -> None:
    reference = world.orders["alice"]
    world.post("alice", f"/orders/{reference}/messages", {"body": "meanwhile"})
    stale = {"body": "too late", "audience": "reply", "then": "waiting", "version": "1-1"}
    answer = world.post("mei", f"/desk/orders/{reference}/replies", stale)
    assert answer.status_code == 409
    assert "too late" in answer.text
    assert "meanwhile" in answer.text
    changed = world.post(
        "mei", f"/desk/orders/{reference}/properties", {"status": "closed", "version": "1-1"}
    )
    assert changed.status_code == 409
    with world.app.app_context():
        assert queries.order_named(reference).status == Status.NEW


def test_an_unproved_phone_order_shows_nothing_of_the_number_it_names(world: World) -> None:
    with world.app.app_context():
        earlier = make_guest_order("bob@example.org", "Earlier matter of this address").reference
    said = {
        "kind": "question",
        "address": "bob@example.org",
        "language": "en",
        "priority": "normal",
        "subject": "Call",
        "body": "b",
    }
    filed = world.post("mei", "/desk/orders/new?guest=yes", said)
    assert filed.status_code == 303
    assert "Subject of Bob" not in world.client("mei").get("/desk/orders/new?guest=yes").text
    page = world.client("mei").page(filed.location)
    links = [each for each in page.all("a") if "strip-item" not in each.attributes.get("class", "")]
    for reference in (earlier, world.orders["bob"]):
        assert not [each for each in links if reference in each.attributes.get("href", "")]
    assert "Nobody has been proved" in page.text
