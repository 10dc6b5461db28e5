"""The people whom an attacker meets, each with a browser; and requests as an attacker writes them by hand."""

from __future__ import annotations

from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from support.accounts.models import ContactPoint, Person, Session
from support.accounts.queries import person
from support.core.actors import Actor, Role
from support.core.db import db, new_uid
from support.workorders.models import Message, WorkOrder
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import (
    client_of,
    make_agent,
    make_guest_order,
    make_member,
    make_order,
)


class World:
    """Alice and Bob are members, Mei is an agent, Ada an admin; `orders` are references by who filed them."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._clients: dict[str, PageClient] = {}
        self._tokens: dict[str, str] = {}
        self._peers = count(1)
        with app.app_context():
            self.actors: dict[str, Actor] = {
                "alice": make_member("Alice", "alice@example.org"),
                "bob": make_member("Bob", "bob@example.org"),
                "mei": make_agent("Mei Tanaka"),
                "ada": make_agent("Ada Admin", Role.ADMIN),
            }
            filed = {
                "alice": make_order(self.actors["alice"], "Subject of Alice", "Body of Alice"),
                "bob": make_order(self.actors["bob"], "Subject of Bob", "Body of Bob"),
                "guest": make_guest_order("guest@example.net", "Subject of the guest"),
                "other guest": make_guest_order("other@example.net", "Subject of the other guest"),
            }
            for name in ("guest", "other guest"):
                self.actors[name] = Actor("guest", filed[name].requester_id)
            self.orders = {name: order.reference for name, order in filed.items()}
            self.order_ids = {name: order.id for name, order in filed.items()}
            self.uids = {name: person(actor.id or 0).uid for name, actor in self.actors.items()}
            db.session.remove()

    def client(self, who: str) -> PageClient:
        """The browser of one of them; "nobody" is a visitor who never signed in."""
        if who not in self._clients:
            if who == "nobody":
                found = self.app.test_client()
                assert isinstance(found, PageClient)
                self._clients[who] = found
            else:
                self._clients[who] = client_of(self.app, self.actors[who])
        return self._clients[who]

    def token(self, who: str) -> str:
        """The token that this browser's forms carry."""
        if who not in self._tokens:
            page = self.client(who).page("/cookies")
            found = [
                each for each in page.all("input") if each.attributes.get("name") == "csrf_token"
            ]
            self._tokens[who] = found[0].attributes["value"]
        return self._tokens[who]

    def post(self, who: str, path: str, data: Any = None, **kwargs: Any) -> TestResponse:
        """Send a form as somebody does who writes the request by hand, each from another network address."""
        number = next(self._peers)
        peer = f"198.{18 + number // 65_536}.{number // 256 % 256}.{number % 256}"
        sent = {"csrf_token": self.token(who), "idempotency_key": new_uid()} | dict(data or {})
        return self.client(who).post(path, data=sent, environ_base={"REMOTE_ADDR": peer}, **kwargs)


def said_in(response: TestResponse, name: str) -> str:
    """What the form field `name` of the page holds."""
    page = Page(response.get_data(as_text=True))
    for each in page.all("select"):
        if each.attributes.get("name") == name:
            chosen = [one for one in page.all("option") if "selected" in one.attributes]
            own = [one for one in chosen if one.inside("select") is each]
            return own[0].attributes.get("value", "") if own else ""
    for each in page.all("input", "textarea"):
        if each.attributes.get("name") == name and each.type not in ("hidden", "submit"):
            return each.text if each.tag == "textarea" else each.attributes.get("value", "")
    return ""


def rows(app: Flask) -> dict[str, list[Any]]:
    """What of orders, messages and people stands in the database."""
    with app.app_context():
        columns = (
            select(WorkOrder.id, WorkOrder.status, WorkOrder.version, WorkOrder.assignee_id),
            select(Message.id, Message.order_id, Message.body),
            select(Person.id, Person.kind, Person.roles, Person.name),
            select(ContactPoint.id, ContactPoint.person_id),
            select(Session.id, Session.ended_at),
        )
        found = {str(each): sorted(map(repr, db.session.execute(each))) for each in columns}
        db.session.rollback()
    return found
