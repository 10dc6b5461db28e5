"""That somebody was told and agreed is in their copy, and stays under a number when the rest goes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from support.core.clock import utcnow
from support.core.db import db
from support.core.holders import Measure
from support.policies import service
from support.policies.models import Consent, PolicyVersion, Purpose
from tests.fixtures.removals import carry_out, collected, holders_of, said
from tests.policies.conftest import ALICE, BOB


def test_consents_are_read_in_the_copy_and_stay(version: PolicyVersion) -> None:
    now = utcnow() - timedelta(days=1)
    for who in (ALICE, BOB):
        service.record_acceptance(
            who, person_id=who.id or 0, version_id=version.id, how="registration", now=now
        )
    consents, *_others = holders_of("policies")
    items = collected(ALICE.id, consents)
    assert said(items) == "The service itself\n2026-1"
    assert [item.title for item in items] == ["You agreed"]
    assert (consents.count(ALICE.id or 0), consents.since(ALICE.id or 0)) == (1, now)
    assert consents.since(99) is None
    assert carry_out(Measure.KEEP, ALICE.id, consents) == {"policies.consents": 0}
    kept = select(Consent.person_id, Consent.purpose).order_by(Consent.id)
    assert [tuple(row) for row in db.session.execute(kept)] == [
        (ALICE.id, Purpose.SERVICE),
        (BOB.id, Purpose.SERVICE),
    ]
