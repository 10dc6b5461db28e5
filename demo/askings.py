"""Requests for the deletion of somebody else's data in the demo: a guardian's waits for a verifier, and a sister's for
the privacy officer, who has to find the account."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from sqlalchemy import select

from demo.checks import expire_news
from demo.people import Cast
from demo.photo import draw_card
from support.core.actors import Actor
from support.core.db import db
from support.erasure import queries_asking, service, service_asking
from support.erasure.models import Erasure
from support.erasure.queries_asking import Asked
from support.verification import queries as checks
from support.verification import service as verification
from support.verification import service_reviews, service_steps
from support.verification.goal import rule_of
from support.verification.models import Check
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from support.workorders.models import WorkOrder

_WARD = Asked("何平", ["小雨爱画画", "he.xiaoyu@example.com"], subject="何小雨", age="child")
_HEIR = Asked(
    "Nora Fields",
    ["Oliver Hart", "oliver@example.com"],
    subject="Oliver Hart",
    kin="sibling",
    wish="none",
    purpose="His photos and his shop's name shall not go on without him.",
)


def ask_for_somebody_who_died(cast: Cast, at: datetime) -> None:
    """A sister files her request."""
    _ask(cast, "guest_nora", ("heir", "Deletion of data: For somebody who died"), _HEIR, at)


def ask_for_a_child(cast: Cast, at: datetime) -> None:
    """A guardian files his request."""
    _ask(cast, "guest_heping", ("ward", "删除数据：为我的孩子或被监护人"), _WARD, at)


def begin_askings(cast: Cast, now: datetime) -> None:
    """Show who asks, outside of any transaction, as pictures are taken; one is decided on by two people."""
    at = now - timedelta(hours=3)
    check = _give(_of(cast, "guest_nora"), at)
    for who in ("verifier", "approver"):
        check = _agree(cast.actors[who], check, at)
    _give(_of(cast, "guest_heping"), at)
    expire_news(at)


def _of(cast: Cast, who: str) -> Erasure:
    mine = select(Erasure).where(Erasure.asker_id == cast.actors[who].id)
    return db.session.execute(mine).scalar_one()


def _ask(cast: Cast, who: str, what: tuple[str, str], asked: Asked, at: datetime) -> None:
    asker, contact_id = cast.actors[who], cast.contacts[who]
    ground, subject = what

    def file() -> WorkOrder:
        return workorders.file_order(
            asker,
            kind_named(service.KIND),
            requester_id=asker.id or 0,
            contact_id=contact_id,
            topic=ground,
            subject=subject,
            body=subject,
            language=asker.language,
            now=at,
        )

    service_asking.ask(asker, ground, asked, file, contact_id=contact_id, region="cn", now=at)


def _give(row: Erasure, at: datetime) -> Check:
    known = queries_asking.asking_of(row)
    check = checks.check_by_uid(known.check_uid) if known is not None else None
    assert check is not None
    asker = Actor("guest", check.asker_id)
    for part, _words in rule_of(check).parts:
        card = io.BytesIO(draw_card(verification.phrase_of(check)))
        service_steps.add_evidence(
            asker, check, part, card, "IMG_4410.jpg", None, consent=True, now=at
        )
    service_steps.give_check(asker, check, now=at)
    return check


def _agree(actor: Actor, check: Check, at: datetime) -> Check:
    for each in list(checks.evidence_of(check).values()):
        view = service_reviews.open_picture(actor, check, each.uid, "first_review", now=at)
        service_reviews.look(actor, check, view.uid, now=at)
    marks = [code for code, _words in rule_of(check).marks]
    service_reviews.decide(actor, check, "pass", marks=marks, version=check.version, now=at)
    found = checks.check_by_uid(check.uid)
    assert found is not None
    return found
