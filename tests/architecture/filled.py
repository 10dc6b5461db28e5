"""A desk where something stands behind every address: for each visitor, what the parts of an address stand for."""

from __future__ import annotations

import io
from collections.abc import Mapping

from flask import Flask
from sqlalchemy import select

from support.accounts import (
    code_secrets,
    queries,
    service_codes,
    service_contact_persons,
    service_contacts,
    service_identities,
    service_staff,
)
from support.accounts.models import ContactKind, ExternalIdentity
from support.accounts.policy import CodePurpose, Method
from support.accounts.provider_door import Identity
from support.core import files, installation, outbox
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import db, new_uid, transaction
from support.notifications import outgoing
from support.notifications import queries as notices
from support.notifications import service as notifications
from support.policies import service_announcements
from support.policies.models import Announcement
from support.workorders import service_bulk, service_saved
from support.workorders.models import Message, WorkOrder
from support.workorders.service_bulk import Chosen
from tests.accounts.people import make_staff
from tests.core.files.uploads import jpeg
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import (
    make_agent,
    make_guest_order,
    make_member,
    make_order,
    sign_in,
)

Parts = Mapping[str, Mapping[str, str]]
VISITORS = ("nobody", "guest", "member", "staff", "registering", "retrieving")
STEPS = {
    "registering": ("/register/code", CodePurpose.REGISTER),
    "retrieving": ("/retrieve/code", CodePurpose.RETRIEVE),
}
TYPED = {"topic": "access", "subject": "Cannot sign in", "body": "The code never arrives."}


class Filled:
    """A member, a guest and somebody of the staff, each with a browser; and visitors who never signed in.

    One of those has just proved an address to register, another one to retrieve an account.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        app.test_client_class = PageClient
        with app.app_context():
            installation.mark(demo=True)
            staff, member = make_agent("Mei", *Role), make_member("Alice", "alice@example.org")
            bind_second(member)
            order, guest_order = make_order(member), make_guest_order("guest@example.org")
            guest = Actor("guest", guest_order.requester_id)
            self.people = {"guest": guest, "member": member, "staff": staff}
            self.orders = {"guest": guest_order, "member": order, "staff": order}
            self.references = {who: self.orders.get(who, order).reference for who in VISITORS}
            self.files = {who: picture_on(self.orders[who]) for who in ("guest", "member")}
            speaker = sign_in(PageClient(app), member)
            self.mine = member_parts(speaker)
            self.desk = desk_parts(staff, order)
            self.public = public_parts(staff, member)
        self.late: dict[str, str] = {}
        self.clients = {who: self._browser(who) for who in VISITORS}

    def _browser(self, who: str) -> PageClient:
        """A browser with a draft, a late form and an open code of each kind, as far as its person can have them."""
        client = self.app.test_client()
        assert isinstance(client, PageClient)
        scope = ""
        if who in self.people:
            with self.app.app_context():
                scope = f"session:{sign_in(client, self.people[who]).session}"
        client.page(
            "/cookies"
        )  # with its forms comes the token, and with a late form the visitor's id
        self.late[who] = late_form(client)
        with client.session_transaction() as kept:
            scope = scope or kept["visitor"]
        if who != "staff":
            more = {} if who in self.people else {"address": f"{who}@example.org"}
            answer = client.submit("/orders/new/question", TYPED | more, button="Check and send")
            assert answer.status_code == 303
        with self.app.app_context():
            digits = ask_codes(scope, who, self.people.get(who, self.people["member"]))
        if who in STEPS:
            path, purpose = STEPS[who]
            answer = client.submit(path, {"code": digits[purpose]}, action=path)
            assert answer.status_code == 303
        return client

    def _on_the_way(self, who: str) -> Mapping[str, str]:
        """Go to the other service, and come back with its answer."""
        self.clients[who].get("/login/with/weibo")
        with self.clients[who].session_transaction() as kept:
            state = kept["other"][1] if "other" in kept else "none"
        return {"provider": "weibo", "state": state, "code": "x"}

    def parts(self, who: str) -> Parts:
        """What stands behind the parts of each endpoint's address, for this visitor."""
        reference = {"reference": self.references[who]}
        file = {**reference, "uid": self.files.get(who, new_uid())}
        own = {
            "workorders.show": reference,
            "workorders.why": reference,
            "workorders.receipt": reference,
            "desk.show": reference,
            "desk.history": reference,
            "desk.why": reference,
            "workorders.download": file,
            "workorders.thumbnail": file,
            "web.kept": {"uid": self.late[who]},
            "accounts.other_back": self._on_the_way(who),
        }
        return {**self.public, **self.mine, **self.desk, **own}


def bind_second(member: Actor) -> None:
    """Bind a second address, so that the first can be removed."""
    with transaction():
        service_contacts.add_bound(
            member.id or 0, ContactKind.EMAIL, "second@example.org", now=utcnow()
        )


def picture_on(order: WorkOrder) -> str:
    """Attach a picture to the first message of the order and return its public id."""
    owner = f"person:{order.requester_id}"
    with transaction():
        message = select(Message.id).where(Message.order_id == order.id).limit(1)
        stream = f"message:{db.session.execute(message).scalar_one()}"
    uid = files.intake(io.BytesIO(jpeg()), "photo.jpg", None, owner).uid
    with transaction():
        files.attach([uid], owner, stream)
    return uid


def member_parts(member: Actor) -> Parts:
    """What a member has: addresses, a contact person, an account of another service, a message."""
    now, person_id = utcnow(), member.id or 0
    with transaction():
        identity = Identity(Method.WEIBO, "20880001", "Alice")
        service_identities.add_identity(member, person_id, identity, now=now)
    person = service_contact_persons.add_contact_person(
        member, name="Erin", position="Buyer", authorised=True
    )
    ids = {"person": person_id}
    notifications.tell(
        person_id, "notifications.member_registered", about="system", key="1", ids=ids
    )
    bound = db.session.execute(select(ExternalIdentity.uid)).scalar_one()
    return {
        "accounts.contact_person": {"uid": person},
        "accounts.remove_contact_person": {"uid": person},
        "accounts.opt_out": {"uid": person, "token": code_secrets.opt_out_token(person)},
        "accounts.unbind": {"uid": queries.contacts_of(person_id)[0].uid},
        "accounts.other_removal": {"uid": bound},
        "notifications.message": {"uid": notices.inbox_page(member)[0].uid},
    }


def desk_parts(staff: Actor, order: WorkOrder) -> Parts:
    """What stands at the desk: colleagues, an invitation, announcements, saved replies, a change of many."""
    draft = announcement(staff).uid
    saved = service_saved.write_saved(staff, title="Hello", text_en="Hello", text_zh="您好").uid
    run = service_bulk.change_many(
        staff, [Chosen(order.id, order.version)], act="tag", value="vip", scope="s", key="k"
    ).uid
    colleague = {"uid": queries.person(make_staff("Bob")).uid}
    path = service_staff.invite_staff(
        SYSTEM, name="Frank", email="frank@example.org", roles=[Role.AGENT]
    )
    invited = queries.person(queries.person_id_by_name("Frank") or 0).uid
    _empty, _join, uid, token = path.split("/")
    return {
        "accounts.join": {"uid": uid, "token": token},
        "admin.person": colleague,
        "admin.access": colleague,
        "admin.roles": colleague,
        "admin.factor_reset": colleague,
        "admin.invitation": {"uid": invited},
        "announcing.show": {"uid": draft},
        "announcing.edit": {"uid": draft},
        "desk.bulk_result": {"uid": run},
        "desk.saved_reply": {"uid": saved},
        "desk.edit_saved": {"uid": saved},
    }


def public_parts(staff: Actor, member: Actor) -> Parts:
    """What anybody may open who has the address."""
    published = service_announcements.publish_announcement(staff, announcement(staff), version=1)
    outbox.drain()
    mail = {"name": outgoing.kept_messages()[0].name}
    weibo = {"provider": "weibo"}
    return {
        "policies.announcement": {"uid": published.uid},
        "policies.version": {"label": "1"},
        "notifications.unsubscribe": {"token": notifications.unsubscribe_token(member.id or 0)},
        "notifications.mailbox_item": mail,
        "notifications.mailbox_html": mail,
        "accounts.other_start": weibo,
        "accounts.other_binding": weibo,
        "workorders.new_order": {"kind": "question"},
        "workorders.check_order": {"kind": "question"},
        "static": {"filename": "app.css"},
    }


def announcement(staff: Actor) -> Announcement:
    """Write an announcement that nobody sees yet."""
    return service_announcements.write_announcement(
        staff, title_en="News", title_zh="新闻", body_en="Words.", body_zh="文字。"
    )


def ask_codes(scope: str, who: str, person: Actor) -> dict[CodePurpose, str]:
    """Have a code on its way to this browser for everything that a page waits for; return the digits."""
    digits: dict[CodePurpose, str] = {}
    for purpose in CodePurpose:
        if purpose in (CodePurpose.INVITE, CodePurpose.PHONE_CALL):
            continue
        code = service_codes.request_code(
            SYSTEM,
            purpose,
            kind=ContactKind.EMAIL,
            value=f"{purpose}.{who}@example.org",
            visitor=scope,
            address=f"192.0.2.{VISITORS.index(who)}",
            language="en",
            person_id=person.id,
        )
        message = service_codes.reveal_code(code.id)
        digits[purpose] = message.digits if message else ""
    return digits


def late_form(client: PageClient) -> str:
    """Send a form whose token is too old, and return under which id it is kept for this browser."""
    answer = client.post("/orders/new/question", data={**TYPED, "csrf_token": "too old"})
    return answer.get_data(as_text=True).split("/kept/")[1][:32]
