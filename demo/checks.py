"""Two identity checks of the demo: one that waits for its person, one that waits for a verifier.

They are begun after the rest is there, since pictures are taken outside of transactions; begun twice they stay two.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from sqlalchemy import select, update

from demo.people import Cast
from demo.photo import draw_card
from support.accounts import service_codes
from support.accounts.models import Code, ContactPoint
from support.accounts.policy import CodePurpose
from support.accounts.service_names import VERIFIED
from support.core.actors import Actor
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow, OutboxState
from support.verification import queries, service, service_steps
from support.verification.models import Check
from support.verification.policy import Way
from support.verification.service import CHANGED
from support.workorders import service_checks
from support.workorders.models import WorkOrder
from support.workorders.queries import order_by_id

_NEW_NUMBER = "+12025550177"
_VISITOR = "demo"


def begin_checks(cast: Cast, orders: dict[str, int], now: datetime) -> None:
    """Ask the people of two stories to show who they are, and let one of them do it."""
    given = now - timedelta(hours=4)
    check = _begin(cast, order_by_id(orders["lost-shop"]), "老街面馆", given)
    if check is not None:
        _give(Actor("guest", check.asker_id, language="zh"), check, given)
        expire_news(given)
    _begin(cast, order_by_id(orders["lost-second"]), "小渔的海货铺", now - timedelta(minutes=90))


def _begin(cast: Cast, order: WorkOrder, who: str, now: datetime) -> Check | None:
    if queries.check_of(order.stream) is not None:
        return None
    agent = cast.actors["tang"]
    return service_checks.open_identity_check(agent, order, who, Way.DOCUMENT, now=now)


def _give(guest: Actor, check: Check, now: datetime) -> None:
    old = ContactPoint.person_id == check.subject_id
    with transaction() as session:
        session.execute(update(ContactPoint).where(old).values(changed_at=now - timedelta(days=90)))
    service_steps.request_address(
        guest, check, _NEW_NUMBER, visitor=_VISITOR, address="127.0.0.1", now=now
    )
    newest = select(Code.id).where(Code.purpose == CodePurpose.IDENTITY).order_by(Code.id.desc())
    code_id = db.session.execute(newest.limit(1)).scalar_one()
    code = service_codes.reveal_code(code_id, now=now)
    assert code is not None
    service_steps.prove_address(guest, check, code.digits, visitor=_VISITOR, now=now)
    service_steps.lack_old_address(guest, check, "lost", now=now)
    card = io.BytesIO(draw_card(service.phrase_of(check)))
    service_steps.add_evidence(
        guest, check, "photo", card, "IMG_3310.jpg", None, consent=True, now=now
    )
    service_steps.give_check(guest, check, now=now)


def expire_news(now: datetime) -> None:
    """What is hours old is told to nobody now."""
    topics = ("code.due", CHANGED, VERIFIED)
    told = (OutboxRow.topic.in_(topics), OutboxRow.state == OutboxState.PENDING)
    with transaction() as session:
        session.execute(
            update(OutboxRow).where(*told).values(state=OutboxState.EXPIRED, done_at=now)
        )
