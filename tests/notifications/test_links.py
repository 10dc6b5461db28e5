"""No address in a message changes anything when it is opened: neither for its reader nor for a mail scanner."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import MapAdapter

from support.accounts import (
    limits,
    queries,
    queries_names,
    queries_training,
    service_codes,
    service_contacts,
    service_staff,
    service_training,
)
from support.accounts.models import ContactKind
from support.accounts.policy import CodePurpose, Method, Outcome
from support.assurance import service_holds
from support.assurance.policy import Act
from support.assurance.queries import Case
from support.core import outbox, platform, vault
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import hooks
from support.core.db import db, new_uid, transaction
from support.core.platform_calls import Name
from support.disclosure.models import Penalty
from support.erasure.models import Erasure
from support.infringement import letters_reports, moves_reports
from support.infringement.lifecycle import ItemState
from support.infringement.lifecycle_reports import CaseState
from support.infringement.models import Item, Notice
from support.infringement.models_conduct import ConductStep
from support.infringement.models_reports import ContentReport, ReportedContent
from support.notifications import outgoing, service
from support.notifications import queries as notices
from support.notifications.models import Channel, Delivery, DeliveryState, Purpose
from support.notifications.templates import Template
from support.policies import queries as policies
from support.policies.models_cessation import Cessation
from support.verification import queries as checks
from support.workorders import queries as orders
from support.workorders import service as workorders
from support.workorders import service_triage
from support.workorders.lifecycle import Status
from support.workorders.models import Message, WorkOrder
from tests.accounts.names import verify
from tests.architecture.test_routes import dump
from tests.erasure.ending import Ending
from tests.fixtures.erasures import failed_copy
from tests.fixtures.filled import OTHER_SERVICES, Filled
from tests.fixtures.sharing import ending_partner
from tests.notifications.conftest import NEWS, actor_of, use
from tests.workorders.desk_world import make_member, make_order

SITE = "http://localhost"
_LINK = re.compile(rf"{SITE}(/[^\s\"'<>）。，]*)")
VARIANTS: tuple[dict[str, Any], ...] = (
    {"change": "bound", "how": "changed", "reason": "confirmed", "day": 3, "what": "opened"},
    {"change": "unbound", "how": "off", "reason": "no_answer", "day": 6, "what": "done"},
)
NOTICE_VARIANTS: tuple[dict[str, Any], ...] = (
    {"what": ItemState.FORWARDED},
    {"what": ItemState.NO_MEASURE_FORWARDED},
)
OF_ROOM = {
    "infringement": NOTICE_VARIANTS,
    "disclosure": ({"what": "told"}, {"what": "overturned"}),
    "erasure": ({"what": "approved"}, {"what": "refused"}),
}

REPORT_VARIANTS: dict[str, tuple[dict[str, Any], ...]] = {
    letters_reports.REPORTER: ({"what": moves_reports.DECIDED}, {"what": moves_reports.REVEAL}),
    letters_reports.RESPONDENT: ({"what": CaseState.REMOVED}, {"what": CaseState.KEPT}),
}


@pytest.fixture
def config(config: Config) -> Config:
    """The usual configuration, and an account of another service that signs in."""
    return config.with_changes(
        **OTHER_SERVICES,
    )


def bind(person_id: int, kind: ContactKind, address: str) -> None:
    """Bind an address."""
    with transaction():
        service_contacts.add_bound(person_id, kind, address, now=utcnow())


def tell_everything(people: Iterable[tuple[Actor, int]]) -> None:
    """Tell each (reader, order id) by every template that there is, with all that any of them asks for."""
    now = utcnow()
    for reader, order_id in people:
        person_id, order = reader.id or 0, orders.order_by_id(order_id)
        with transaction():
            target = vault.blind_index("login", "x")
            here = (Method.PASSWORD, Outcome.OK, "192.0.2.7", "Firefox", now)
            sign_in = limits.note_try(person_id, target, *here)
        mine = queries.contacts_of(person_id)
        case = Case(person_id, f"check:of {person_id}")
        hold = service_holds.place_hold(
            SYSTEM, Act.RECOVER_ACCOUNT, case, tell=[mine[0].id], now=now
        )
        if reader.kind == "member" and queries_names.verified_name_of(person_id) is None:
            verify(person_id)
        check = checks.check_of(order.stream)
        said = select(Message.id).where(Message.order_id == order.id, Message.from_staff)
        ids: dict[str, Any] = {
            "person": person_id,
            "contact": mine[0].id,
            "sign_in": sign_in,
            "hold": hold.uid,
            "training": trained(person_id) if reader.is_staff else 0,
            "check": check.uid if check else "none",
            "provider": "weibo",
            "kind": order.kind,
            "order": order.id,
            "reference": order.reference,
            "message": db.session.execute(said).scalars().first(),
        }
        filed = select(Notice.id).where(Notice.person_id == person_id)
        notice = db.session.execute(filed).scalars().first() or 0
        items = list(db.session.execute(select(Item.id).where(Item.notice_id == notice)).scalars())
        penalties = select(Penalty.id).where(Penalty.person_id == person_id)
        penalty = db.session.execute(penalties).scalars().first() or 0
        ids |= {"notice": notice, "items": items, "penalty": penalty, **report_of(person_id)}
        warned = select(ConductStep.id).where(ConductStep.person_id == person_id)
        asked = select(Erasure.id).where(Erasure.person_id == person_id)
        ids |= {"erasure": db.session.execute(asked).scalars().first() or 0}
        ids |= {"copy": failed_copy(reader), "version": version_in_force()}
        ids |= ending_partner() | {"cessation": ending_service(), "call": call_about(order)}
        ids |= {"step": db.session.execute(warned).scalar() or 0, "told": "warned"}
        guest = reader.kind == "guest"
        for number, kind in enumerate(hooks(Template)):
            usual = OF_ROOM.get(kind.code.partition(".")[0], VARIANTS)
            for at, variant in enumerate(REPORT_VARIANTS.get(kind.code, usual)):
                service.tell(
                    person_id,
                    kind.code,
                    about=order.stream,
                    key=f"{number}-{at}",
                    ids=ids | variant,
                    contact_id=mine[0].id if guest else None,
                    language=("en", "zh")[at],
                )


def report_of(person_id: int) -> dict[str, int]:
    """The row ids of somebody's report, and of content that they answer for; 0 for none."""
    reports = select(ContentReport.id).where(ContentReport.person_id == person_id)
    cases = select(ReportedContent.id).where(ReportedContent.person_id == person_id)
    return {
        "report": db.session.execute(reports).scalars().first() or 0,
        "content": db.session.execute(cases).scalars().first() or 0,
    }


def ending_service() -> int:
    """The row id of the announced end of the service."""
    known = db.session.execute(select(Cessation.id)).scalars().first()
    return known or Ending().announced().id


def call_about(order: WorkOrder) -> str:
    """A call to the platform about an order."""
    return platform.call(
        Name.ERASE_PERSON,
        new_uid(),
        about=order.stream,
        reference=order.reference,
        person=order.requester_id,
    )


def version_in_force() -> int:
    """The row id of the version of the policy in force."""
    version = policies.current_version(utcnow())
    return version.id if version else 0


def trained(person_id: int) -> int:
    """Record a training of somebody of the staff, and return its row id."""
    today = utcnow().date()
    service_training.record_training(SYSTEM, person_id, passed_on=today, months=1)
    return queries_training.trainings_of(person_id)[0].id


def ask_for_everything(filled: Filled) -> None:
    """Ask for a code of each purpose, by mail and by text message, and for what goes out in place of one."""
    about = {
        CodePurpose.CONTACT: filled.mine["accounts.contact_person"]["uid"],
        CodePurpose.NOTICE_LINK: filled.begun,
    }
    asked = [
        (purpose, kind, value.format(number))
        for number, purpose in enumerate(CodePurpose)
        for kind, value in (
            (ContactKind.EMAIL, "c{}@example.org"),
            (ContactKind.MOBILE, "+861380000000{}"),
        )
        if purpose != CodePurpose.INVITE
    ]
    asked.append((CodePurpose.REGISTER, ContactKind.EMAIL, "second@example.org"))  # exists already
    for number, (purpose, kind, value) in enumerate(asked):
        service_codes.request_code(
            SYSTEM,
            purpose,
            kind=kind,
            value=value,
            visitor=f"{number:032}",
            address=f"192.0.2.{number}",
            language=("en", "zh")[number % 2],
            about=about.get(purpose, ""),
        )
    service_staff.invite_staff(SYSTEM, name="Heidi", email="heidi@example.org", roles=[Role.AGENT])


def sent_templates() -> set[str]:
    """The templates of all that went out by mail or text message."""
    sent = (Delivery.state == DeliveryState.SENT, Delivery.channel != Channel.INBOX)
    return set(db.session.execute(select(Delivery.template).where(*sent)).scalars())


def send_everything(app: Flask, filled: Filled) -> set[str]:
    """Send every letter there is to everybody who may read it, and return the paths of all links in them."""
    with app.app_context():
        member, guest, staff = (filled.people[each] for each in ("member", "guest", "staff"))
        bind(staff.id or 0, ContactKind.EMAIL, "mei@desk.example.org")
        mobile = make_member("Mobile", mobile="+8613900139000")
        its_order = make_order(mobile)
        for order_id in (filled.ids["member"], its_order.id):
            order = orders.order_by_id(order_id)
            service_triage.assign_order(staff, order, assignee_id=staff.id, version=order.version)
        for order_id in (filled.ids["member"], filled.ids["guest"]):
            order = orders.order_by_id(order_id)
            workorders.reply(
                staff,
                order,
                body="Try again.",
                version=order.version,
                then=Status.WAITING,
                language="en",
            )
        use(app, NEWS)
        for one in (member, mobile):
            service.set_preferences(actor_of(one.id or 0), {(Purpose.NEWS, Channel.MAIL): True})
        ids = filled.ids
        tell_everything(
            [
                (member, ids["member"]),
                (mobile, its_order.id),
                (guest, ids["guest"]),
                (staff, ids["member"]),
            ]
        )
        ask_for_everything(filled)
        while outbox.drain():
            pass
        by_mail = {each.code for each in hooks(Template) if Channel.MAIL in each.channels}
        assert by_mail - sent_templates() == set()
        assert notices.CODE_TEMPLATE in sent_templates()
        texts = [f"{each.text} {each.html}" for each in outgoing.kept_messages(10_000)]
    return {path for text in texts for path in _LINK.findall(text)}


def test_opening_every_link_of_every_letter_three_times_changes_nothing(app: Flask) -> None:
    filled = Filled(app)
    paths = send_everything(app, filled)
    routes: MapAdapter = app.url_map.bind("localhost")
    reached = {routes.match(path.partition("?")[0])[0] for path in paths}
    opened = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())]
    tokened = {rule.endpoint for rule in opened if "token" in rule.arguments}
    assert tokened <= reached, "each route with a token stands in some letter"
    with app.app_context():
        before = dump()
    for who in ("nobody", "guest", "member", "staff"):
        client = filled.clients[who]
        kept = client.kept()
        for method in ("GET", "GET", "GET", "HEAD"):
            for path in sorted(paths):
                answer = client.open(path, method=method)
                assert answer.status_code in (200, 303, 403, 404, 410), (who, path)
                assert client.kept() == kept, (who, path)
    for path in paths:
        assert filled.clients["nobody"].get(path).status_code in (200, 303, 410), path
    with app.app_context():
        after = dump()
    assert {name for name in before if before[name] != after[name]} == set()
