"""What is measured: for each case the requests to our page, and those to the floor that does the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import repeat

from sqlalchemy import select

from bench.client import Connection, UnexpectedAnswer, get, post
from bench.site import BODY, WRITERS, Site
from support.core.audit import StreamHead
from support.core.db import db, new_uid
from support.workorders.desk_queries import IS_ACTIVE, PAGE
from support.workorders.desk_sorts import write_key
from support.workorders.models import Party, WorkOrder
from support.workorders.reference import format_reference


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table. `ours` and `floor` make the requests of one round, outside the measured time.

    Of a case that stands `beside` another page of ours, both sides are on our server: the floor is that page.
    """

    name: str
    ours: Callable[[Site], Iterable[bytes]]
    floor: Callable[[Site], Iterable[bytes]]
    status: int = 200
    floor_status: int = 200
    writes: bool = False
    beside: bool = False


def _desk(path: str) -> Callable[[Site], Iterable[bytes]]:
    return lambda site: repeat(get(site.ours.port, path, site.cookies))


def _plain(path: str) -> Callable[[Site], Iterable[bytes]]:
    return lambda site: repeat(get(site.floor.port, path))


def _last_page(site: Site) -> tuple[datetime, int]:
    """Return the place behind which the last page of the queue begins."""
    with site.app.app_context():
        statement = select(WorkOrder.due_at, WorkOrder.id).where(IS_ACTIVE)
        ordered = statement.order_by(WorkOrder.due_at.desc(), WorkOrder.id.desc())
        row = db.session.execute(ordered.offset(PAGE).limit(1)).one()
        db.session.remove()
    return row[0], row[1]


def _deep(site: Site) -> Iterable[bytes]:
    return _desk(f"/desk?after={write_key(_last_page(site))}")(site)


def _floor_deep(site: Site) -> Iterable[bytes]:
    moment, order_id = _last_page(site)
    micro = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return _plain(f"/queue/{micro}/{order_id}")(site)


def _order(site: Site) -> Iterable[bytes]:
    return _desk(f"/desk/orders/{site.thread[1]}")(site)


def _notice_case(site: Site) -> Iterable[bytes]:
    """Open the links of a rights notice as a clerk does."""
    path = f"/desk/orders/{site.notice[1]}/notice/links"
    return repeat(get(site.ours.port, path, site.form(path, site.clerk)[0]))


def _poll(site: Site) -> Iterable[bytes]:
    """Ask from now on, as a page does that saw everything."""
    place = write_key((datetime.now(UTC), 0))
    return _desk(f"/desk/live?since={place}.")(site)


def _submit(site: Site) -> list[bytes]:
    """Fill in the form as every writer (untimed); what is measured is the click that sends it."""
    path, port = "/orders/new/question", site.ours.port
    cookie, token = site.form(path, site.writers[0])
    form_cookie = cookie.partition("; ")[2]
    fields = {"csrf_token": token, "topic": "billing", "subject": "Wrong company", "body": BODY}
    connection, sending = Connection(port), list[bytes]()
    for secret in site.writers:
        cookies = f"sid={secret}; {form_cookie}"
        answer = connection.ask(post(port, path, {**fields, "about": ""}, cookies))
        if answer.status != 303:
            raise UnexpectedAnswer(f"draft {answer.status}: {answer.body[:500]!r}")
        sending.append(post(port, f"{path}/sending", {"csrf_token": token}, cookies))
    connection.close()
    return sending


def _parties(site: Site) -> list[tuple[int, int, int]]:
    """Return (order, party, requester) of orders that are answered in one round, others each time."""
    with site.app.app_context():
        statement = (
            select(Party.order_id, Party.id, Party.person_id)
            .join(WorkOrder, WorkOrder.id == Party.order_id)
            .where(IS_ACTIVE, WorkOrder.assignee_id.is_not(None), WorkOrder.id != site.thread[0])
            .order_by(WorkOrder.version, WorkOrder.id)
            .limit(WRITERS)
        )
        rows = [(row[0], row[1], row[2]) for row in db.session.execute(statement)]
        db.session.remove()
    return rows


def _reply(site: Site) -> list[bytes]:
    port = site.ours.port
    parties = _parties(site)
    cookies, token = site.form(f"/desk/orders/{site.thread[1]}", site.agent)
    ids = [order_id for order_id, _party, _person in parties]
    with site.app.app_context():
        versions = db.session.execute(
            select(WorkOrder.id, WorkOrder.created_at, WorkOrder.version).where(
                WorkOrder.id.in_(ids)
            )
        ).all()
        heads = {
            row.stream: row.seq
            for row in db.session.execute(
                select(StreamHead.stream, StreamHead.seq).where(
                    StreamHead.stream.in_([f"order:{each}" for each in ids])
                )
            )
        }
        db.session.remove()
    sending = []
    for order_id, created_at, version in versions:
        fields = {
            "csrf_token": token,
            "idempotency_key": new_uid(),
            "version": f"{version}-{heads[f'order:{order_id}']}",
            "audience": "reply",
            "then": "open",
            "body": BODY,
        }
        reference = format_reference(created_at.year, order_id)
        sending.append(post(port, f"/desk/orders/{reference}/replies", fields, cookies))
    return sending


def _floor_submit(site: Site) -> list[bytes]:
    said = {"subject": "Wrong company", "body": BODY}
    return [
        post(site.floor.port, "/orders", said | {"party": str(party), "requester": str(person)})
        for _order_id, party, person in _parties(site)
    ]


def _floor_reply(site: Site) -> list[bytes]:
    return [
        post(
            site.floor.port,
            f"/orders/{order_id}",
            {"body": BODY, "party": str(party), "requester": str(person)},
        )
        for order_id, party, person in _parties(site)
    ]


CASES = (
    Case("queue", _desk("/desk"), _plain("/queue")),
    Case("queue_deep", _deep, _floor_deep),
    Case("order", _order, lambda site: _plain(f"/orders/{site.thread[0]}")(site)),
    Case("search_en", _desk("/desk/search?q=invoice"), _plain("/search?q=invoice")),
    Case("notice_case", _notice_case, lambda site: _plain(f"/notices/{site.notice[0]}")(site)),
    Case(
        "search_zh",
        _desk("/desk/search?q=%E5%8F%91%E7%A5%A8"),
        _plain("/search?q=%E5%8F%91%E7%A5%A8"),
    ),
    Case("poll_idle", _poll, _plain("/changes"), 204, 204),
    Case("gate", _desk("/bench/gate"), _desk("/bench/queue"), beside=True),
    Case("vault", _desk("/bench/contacts"), _desk("/bench/queue"), beside=True),
    Case(
        "transparency",
        lambda site: repeat(get(site.ours.port, "/transparency")),
        _plain("/ledger"),
    ),
    Case("submit", _submit, _floor_submit, 303, 303, True),
    Case("reply", _reply, _floor_reply, 303, 303, True),
)
