"""Every member is told of a major version, once, in their language, however often the walk is stopped."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.core import installation, outbox
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.notifications import outgoing, policy_notices
from support.notifications.models import Channel, Delivery
from support.policies import service
from support.policies.models import Consent, ConsentAct
from support.policies.models_revisions import PolicyTelling
from tests.fixtures.versions import announce, put_in_force
from tests.workorders.desk_world import make_agent, make_guest_order, make_member

pytestmark = pytest.mark.usefixtures("context")
MANY = policy_notices.BATCH + 3


def members(number: int = MANY) -> list[Actor]:
    return [
        make_member(f"Member {at}", f"m{at}@example.org", language=("en", "zh")[at % 2])
        for at in range(number)
    ]


def told(channel: Channel = Channel.INBOX) -> list[int | None]:
    found = select(Delivery.person_id).where(
        Delivery.template == policy_notices.VERSION, Delivery.channel == channel
    )
    return sorted(db.session.execute(found).scalars(), key=lambda each: each or 0)


def ids(people: list[Actor]) -> list[int | None]:
    return sorted((each.id for each in people), key=lambda each: each or 0)


def drain() -> None:
    for _turn in range(20):
        outbox.drain()


def test_every_member_is_told_by_mail_and_inbox_and_nobody_else() -> None:
    people = members()
    make_agent("Mei")
    make_guest_order("guest@example.org")
    version = announce()
    drain()
    assert told() == told(Channel.MAIL) == ids(people)
    informed = select(func.count()).where(
        Consent.version_id == version.id, Consent.act == ConsentAct.INFORMED
    )
    assert db.session.execute(informed).scalar_one() == MANY
    telling = db.session.execute(select(PolicyTelling)).scalar_one()
    assert telling.told == MANY
    assert telling.ended_at is not None


def test_the_letter_is_in_the_members_language_with_day_address_and_what_they_can_do() -> None:
    installation.mark(demo=True)  # so that mails are kept to look at
    members(2)
    announce("2027-1", shrinks=True)
    announce("2027-2")
    drain()
    mails = [each.text for each in outgoing.kept_messages()]
    chinese = [text for text in mails if "法律声明和隐私政策将适用新版本" in text]
    english = [text for text in mails if "has a new version" in text]
    assert (len(chinese), len(english)) == (2, 2)
    assert all("/policies/2027-" in text and "/changes" in text for text in mails)
    assert sum("/account/policy" in text for text in english) == 1
    assert sum("/orders/new/erasure" in text for text in english) == 1
    assert "新的措辞。" in chinese[0]


def cut_off(payload: dict[str, Any]) -> None:
    """Tell a batch in a process that dies before the end of it is written."""
    with transaction():
        policy_notices.tell_some(payload)
        raise InterruptedError


def test_a_batch_that_was_cut_off_is_told_whole_and_one_that_ran_twice_is_told_once() -> None:
    people = members()
    version = announce()
    policy_notices.begin({"version": version.id})
    first = {"version": version.id, "after": 0}

    with pytest.raises(InterruptedError):
        cut_off(first)
    assert told() == []
    for _turn in range(2):
        policy_notices.tell_some(first)
        policy_notices.begin({"version": version.id})
    assert len(told()) == policy_notices.BATCH
    drain()
    assert told() == ids(people)
    telling = db.session.execute(select(PolicyTelling)).scalar_one()
    assert telling.told == MANY


def test_a_minor_version_is_told_to_nobody(app: Flask) -> None:
    members(1)
    service.publish_version(
        Actor("system"), label="m", text_en="# Policy\n\nx", text_zh="# 政策\n\n甲", now=utcnow()
    )
    put_in_force("n", tests="")
    drain()
    assert told() == []
