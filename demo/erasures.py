"""Requests for deletion in the demo: one that waits for its person, two to decide on, one that was carried out."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from demo.people import Cast
from support.accounts import service_register, service_sessions
from support.accounts.models import ContactKind
from support.accounts.policy import Method
from support.core.actors import SYSTEM, Actor
from support.core.db import transaction
from support.erasure import queries, service, service_execution
from support.erasure.models import Erasure
from support.workorders import service as workorders
from support.workorders.kind import kind_named

_GONE = "旧货小站"
_DAY = timedelta(days=1)


def begin_erasures(cast: Cast, now: datetime) -> None:
    """File the requests, and carry one out; each act at its moment."""
    _ask(
        cast.actors["mei"],
        "consent",
        "Deletion of my data: I take my consent back",
        "Please delete what you know about my devices; I keep the account.",
        now - timedelta(hours=3),
    )
    jonas = cast.actors["jonas"]
    _confirmed(jonas, "closing", "Deletion of my data: I close my account", now - 2 * _DAY, "eu")
    sofia = _confirmed(
        cast.actors["sofia"],
        "purpose",
        "Deletion of my data: It is no longer needed",
        now - 3 * _DAY,
        "cn",
    )
    officer = cast.actors["privacy_officer"]
    service.propose(officer, sofia, {}, {}, version=sofia.version, now=now - _DAY)
    _carry_one_out(cast, now - 3 * _DAY)


def _carry_one_out(cast: Cast, at: datetime) -> None:
    with transaction():
        person_id = service_register.create_member(
            SYSTEM,
            name=_GONE,
            password=secrets.token_urlsafe(12),
            contacts=[(ContactKind.EMAIL, "jiuhuo@example.com")],
            language="zh",
            now=at - 30 * _DAY,
        )
    gone = Actor("member", person_id, name=_GONE, language="zh")
    row = _confirmed(gone, "closing", "删除我的数据：我要注销账户", at, "cn")
    officer, second = cast.actors["privacy_officer"], cast.actors["legal"]
    service.propose(officer, row, {}, {}, version=row.version, now=at + timedelta(hours=2))
    service.approve(second, row, version=row.version, now=at + timedelta(hours=5))
    service_execution.carry_on(row.id)


def _ask(who: Actor, ground: str, subject: str, body: str, at: datetime) -> Erasure:
    order = workorders.file_order(
        who,
        kind_named(service.KIND),
        requester_id=who.id or 0,
        contact_id=None,
        subject=subject,
        body=body,
        topic=ground,
        language=who.language,
        now=at,
    )
    row = queries.erasure_of(order)
    assert row is not None
    return row


def _confirmed(who: Actor, ground: str, subject: str, at: datetime, region: str) -> Erasure:
    row = _ask(who, ground, subject, subject, at)
    with transaction():
        opened = service_sessions.open_session(
            who.id or 0, Method.PASSWORD, "203.0.113.9", "", at, second=True
        )
    shown = replace(who, session=opened.session_id)
    return service.confirm_request(shown, row, region=region, version=row.version, now=at)
