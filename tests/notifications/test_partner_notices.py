"""Who keeps the register of partners is told once that a contract ends, and not once it was renewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from support.core import outbox
from support.core.actors import SYSTEM, Role
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.notifications import partner_notices
from support.notifications.models import Channel, Delivery
from support.policies import queries_partners, service_partners
from support.policies.models_partners import Partner
from support.policies.today import today
from tests.fixtures.sharing import PARTNER, ending_partner
from tests.workorders.desk_world import make_agent

pytestmark = pytest.mark.usefixtures("context")


def told() -> list[int | None]:
    while outbox.drain():
        pass
    found = select(Delivery.person_id).where(
        Delivery.template == partner_notices.CONTRACT, Delivery.channel == Channel.INBOX
    )
    return sorted(db.session.execute(found).scalars(), key=lambda each: each or 0)


def test_keepers_are_told_once_of_each_end() -> None:
    pia, leo = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Leo", Role.LEGAL)
    make_agent("Mei")
    ending_partner()
    for _turn in range(2):
        service_partners.watch_contracts(utcnow())
    assert told() == [pia.id, leo.id]


def test_a_contract_that_has_ended_before_the_news_left_is_not_called_ending() -> None:
    make_agent("Leo", Role.LEGAL)
    known, before = ending_partner(), today(utcnow()) - timedelta(days=1)
    with transaction():
        changed(update(Partner).values(ends=before))
    partner_notices.tell_keepers({**known, "ends": str(before), "key": "late"})
    assert told() == []


def test_a_contract_that_was_renewed_meanwhile_is_not_called_ending() -> None:
    make_agent("Leo", Role.LEGAL)
    known = ending_partner()
    service_partners.watch_contracts(utcnow())
    partner = queries_partners.partner_for(SYSTEM, known["partner"])
    later = replace(PARTNER, ends=today(utcnow()) + timedelta(days=400))
    service_partners.change_partner(SYSTEM, partner, later, version=partner.version)
    assert told() == []
