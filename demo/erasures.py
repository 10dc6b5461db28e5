"""Requests for deletion in the demo: one that waits for its person, two to decide on, one that was carried out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from demo.askings import ask_for_a_child, ask_for_somebody_who_died
from demo.moments import moment_of
from demo.people import Cast
from support.accounts import queries as people
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
_CLOSING = ("closing", "Deletion of my data: I close my account")


def acts_of_erasures(cast: Cast, now: datetime) -> Iterator[tuple[datetime, Callable[[], None]]]:
    """Return all that people do about deletions, each with its moment."""
    for when, act in _ACTS:
        at = moment_of(when, now)
        yield at, partial(act, cast, at)


def carry_one_out() -> None:
    """Carry out what was agreed to days ago, outside of any transaction: its letter is no reason to wait any more."""
    person_id = people.person_id_by_name(_GONE)
    row = queries.running_of(person_id) if person_id is not None else None
    if row is not None:
        service_execution.carry_on(row.id)


def _leave(cast: Cast, at: datetime) -> None:
    person_id = service_register.create_member(
        SYSTEM,
        name=_GONE,
        password=secrets.token_urlsafe(12),
        contacts=[(ContactKind.EMAIL, "jiuhuo@example.com")],
        language="zh",
        now=at - timedelta(days=30),
    )
    gone = Actor("member", person_id, name=_GONE, language="zh")
    _confirm(gone, ("closing", "删除我的数据：我要注销账户"), at, "cn")


def _agree_to_it(cast: Cast, at: datetime) -> None:
    row = queries.running_of(people.person_id_by_name(_GONE) or 0)
    assert row is not None
    officer, second = cast.actors["privacy_officer"], cast.actors["legal"]
    service.propose(officer, row, {}, {}, version=row.version, now=at)
    service.approve(second, row, version=row.version, now=at)


def _close(cast: Cast, at: datetime) -> None:
    _confirm(cast.actors["jonas"], _CLOSING, at, "eu")


def _take_back(cast: Cast, at: datetime) -> None:
    what = ("purpose", "Deletion of my data: It is no longer needed")
    _confirm(cast.actors["sofia"], what, at, "cn")


def _propose(cast: Cast, at: datetime) -> None:
    row = queries.running_of(cast.actors["sofia"].id or 0)
    assert row is not None
    service.propose(cast.actors["privacy_officer"], row, {}, {}, version=row.version, now=at)


def _ask_only(cast: Cast, at: datetime) -> None:
    _ask(cast.actors["mei"], ("consent", "Deletion of my data: I take my consent back"), at)


def _ask(who: Actor, what: tuple[str, str], at: datetime) -> Erasure:
    ground, subject = what
    order = workorders.file_order(
        who,
        kind_named(service.KIND),
        requester_id=who.id or 0,
        contact_id=None,
        subject=subject,
        body=subject,
        topic=ground,
        language=who.language,
        now=at,
    )
    row = queries.erasure_of(order)
    assert row is not None
    return row


def _confirm(who: Actor, what: tuple[str, str], at: datetime, region: str) -> None:
    row = _ask(who, what, at)
    with transaction():
        opened = service_sessions.open_session(
            who.id or 0, Method.PASSWORD, "203.0.113.9", "", at, second=True
        )
    shown = replace(who, session=opened.session_id)
    service.confirm_request(shown, row, region=region, version=row.version, now=at)


_ACTS: tuple[tuple[str, Callable[[Cast, datetime], None]], ...] = (
    ("4d 10:05", _leave),
    ("4d 15:20", _agree_to_it),
    ("3d 10:35", _take_back),
    ("2d 09:40", _close),
    ("1d 09:20", ask_for_somebody_who_died),
    ("1d 11:10", _propose),
    ("300m", ask_for_a_child),
    ("185m", _ask_only),
)
