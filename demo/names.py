"""Two real names of the demo: one that is being checked, and a verified one whose change waits for a verifier.

They are begun after the rest is there, since pictures are taken outside of transactions; begun twice they stay two.
"""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

from demo.checks import expire_news
from demo.people import Cast
from demo.photo import draw_card
from support.accounts import queries_names
from support.core.actors import Actor
from support.realname import queries, service, service_changes
from support.realname.documents import Document
from support.verification import queries as checks
from support.verification import service as verification
from support.verification import service_reviews, service_steps
from support.verification.models import Check
from support.verification.policy import Way

_JONAS, _PRIYA, _MARRIED = "WEBER JONAS", "NAIR PRIYA", "NAIR-MEHTA PRIYA"


def begin_names(cast: Cast, now: datetime) -> None:
    """Let Jonas show his passport, and Priya ask for the name that she took."""
    given = now - timedelta(hours=6)
    jonas, priya = cast.actors["jonas"], cast.actors["priya"]
    if queries.newest_check(jonas.id or 0) is not None:
        return
    check = service.begin_authentication(jonas, Way.DOCUMENT, now=given)
    _show(jonas, check, _JONAS, "C4J7X91T2", "DE", given)
    if queries_names.verified_name_of(priya.id or 0) is None:
        before = now - timedelta(days=20)
        check = service.begin_authentication(priya, Way.DOCUMENT, now=before)
        _show(priya, check, _PRIYA, "Z5512804", "IN", before)
        for seat in ("verifier", "approver"):
            _pass(cast.actors[seat], check, before)
    expire_news(now)
    wish = service_changes.Wish(_MARRIED, "individual", "changed", Way.DOCUMENT)
    order = service_changes.ask_change(
        priya,
        wish,
        subject="Change of my verified name",
        body="I married in October; the new passport has both names.",
        language="en",
        now=now,
    )
    asked = checks.check_by_uid(order.identity_check)
    assert asked is not None
    _show(priya, asked, _MARRIED, "Z8830417", "IN", now)


def _show(who: Actor, check: Check, name: str, number: str, country: str, now: datetime) -> None:
    until = date(now.year + 6, 5, 14)
    service.write_details(
        who,
        check,
        Document.PASSPORT,
        name=name,
        number=number,
        country=country,
        valid_until=until,
        consent=True,
        now=now,
    )
    card = io.BytesIO(draw_card(verification.phrase_of(check)))
    service_steps.add_evidence(
        who, check, "photo", card, "IMG_0417.jpg", None, consent=True, now=now
    )
    service_steps.give_check(who, check, now=now)


def _pass(who: Actor, check: Check, now: datetime) -> None:
    for picture in list(checks.evidence_of(check).values()):
        view = service_reviews.open_picture(who, check, picture.uid, "first_review", now=now)
        service_reviews.look(who, check, view.uid, now=now)
    service_reviews.decide(who, check, "pass", version=check.version, now=now)
