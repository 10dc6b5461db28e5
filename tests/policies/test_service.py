"""Versions of the policy and the ledger of consents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.core.actors import ANONYMOUS, SYSTEM
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Invalid, NotAllowed, NotFound
from support.policies import queries, service
from support.policies.models import Consent, ConsentAct, PolicyVersion, Purpose
from tests.policies.conftest import ADMIN, AGENT, ALICE, BOB

pytestmark = pytest.mark.usefixtures("app_context")
NOW = utcnow()
HOUR = timedelta(hours=1)


def publish(label: str = "1", text: str = "# Ours", **more: object) -> PolicyVersion:
    return service.publish_version(SYSTEM, label=label, text_en=text, text_zh="# 我们的", **more)  # type: ignore[arg-type]


def actions(stream: str) -> list[str]:
    return list(
        db.session.execute(
            select(Event.action).where(Event.stream == stream).order_by(Event.seq)
        ).scalars()
    )


def test_a_fresh_installation_gets_the_sample_once() -> None:
    loaded = service.load_sample()
    assert loaded is not None
    assert loaded.sample
    assert service.load_sample() is None
    assert len(queries.versions()) == 1


def test_the_sample_never_follows_an_own_version() -> None:
    publish()
    assert service.load_sample() is None


def test_the_version_in_force_is_the_latest_whose_day_has_come() -> None:
    assert queries.current_version(NOW) is None
    publish("1", now=NOW)
    publish("2", now=NOW, effective_from=NOW + HOUR)
    for later, label in ((timedelta(), "1"), (HOUR, "2"), (2 * HOUR, "2")):
        current = queries.current_version(NOW + later)
        assert current is not None
        assert current.label == label


def test_publishing_the_same_twice_is_harmless() -> None:
    before = actions("system").count("policy.published")
    assert publish("1", now=NOW).id == publish("1", now=NOW + HOUR).id
    assert actions("system").count("policy.published") == before + 1


def test_a_version_is_never_changed() -> None:
    publish("1")
    with pytest.raises(Invalid) as refusal:
        publish("1", text="# Other words")
    assert refusal.value.field == "label"
    assert queries.version_by_label("1").text_en == "# Ours"


@pytest.mark.parametrize(
    ("label", "text", "field"),
    [
        ("", "# Ours", "label"),
        ("a/b", "# Ours", "label"),
        ("x" * 41, "# Ours", "label"),
        ("1", "  \n ", "text_en"),
    ],
)
def test_a_version_without_label_or_text_is_refused(label: str, text: str, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        publish(label, text)
    assert refusal.value.field == field


def test_the_text_of_the_sample_can_not_be_published_as_ones_own() -> None:
    sample = service.load_sample()
    assert sample is not None
    for text_en, text_zh in ((sample.text_en, "# 我们的"), ("# Ours", sample.text_zh)):
        with pytest.raises(Invalid):
            service.publish_version(SYSTEM, label="1", text_en=text_en, text_zh=text_zh)


def test_a_version_can_not_take_effect_in_the_past() -> None:
    with pytest.raises(Invalid):
        publish(now=NOW, effective_from=NOW - HOUR)


def test_only_an_administrator_publishes() -> None:
    with pytest.raises(NotAllowed):
        service.publish_version(AGENT, label="1", text_en="# A", text_zh="# 甲")
    assert service.publish_version(ADMIN, label="1", text_en="# A", text_zh="# 甲").label == "1"


def test_an_acceptance_is_kept_with_version_time_and_way(version: PolicyVersion) -> None:
    row = service.record_acceptance(
        ANONYMOUS, person_id=11, version_id=version.id, how="registration", now=NOW
    )
    assert (row.person_id, row.version_id, row.how, row.at) == (11, version.id, "registration", NOW)
    assert (row.act, row.purpose, row.withdrawn_at) == (ConsentAct.ACCEPTED, Purpose.SERVICE, None)
    assert queries.has_accepted(11, version.id)
    assert not queries.has_accepted(12, version.id)
    assert not queries.has_accepted(11, version.id, Purpose.PREFERENCE_COOKIES)


def test_accepting_twice_is_harmless(version: PolicyVersion) -> None:
    first, second = (
        service.record_acceptance(ALICE, person_id=11, version_id=version.id, how="page")
        for _ in "ab"
    )
    assert first.id == second.id
    assert actions("person:11") == ["consent.accepted"]


def test_nobody_accepts_for_another(version: PolicyVersion) -> None:
    for actor in (BOB, AGENT, SYSTEM):
        with pytest.raises(NotAllowed):
            service.record_acceptance(actor, person_id=11, version_id=version.id, how="page")
    with pytest.raises(NotAllowed):
        service.withdraw_consent(BOB, person_id=11, purpose=Purpose.SERVICE)


def test_a_version_that_is_not_there_can_not_be_accepted() -> None:
    with pytest.raises(NotFound):
        service.record_acceptance(ALICE, person_id=11, version_id=404, how="page")


def test_a_notice_is_no_acceptance(version: PolicyVersion) -> None:
    row = service.record_notice(AGENT, person_id=11, version_id=version.id, how="phone")
    assert row.act == ConsentAct.INFORMED
    assert not queries.has_accepted(11, version.id)


def test_a_consent_taken_back_stays_in_the_ledger_and_can_be_given_anew(
    version: PolicyVersion,
) -> None:
    def accept() -> Consent:
        return service.record_acceptance(ALICE, person_id=11, version_id=version.id, how="page")

    first = accept().id
    assert service.withdraw_consent(ALICE, person_id=11, purpose=Purpose.SERVICE, now=NOW)
    assert not service.withdraw_consent(ALICE, person_id=11, purpose=Purpose.SERVICE)
    assert not queries.has_accepted(11, version.id)
    kept = db.session.get(Consent, first, populate_existing=True)
    assert kept is not None
    assert kept.withdrawn_at == NOW
    assert accept().id != first
    assert queries.has_accepted(11, version.id)
    assert actions("person:11") == ["consent.accepted", "consent.withdrawn", "consent.accepted"]


def test_a_choice_of_cookies_is_written_down_for_a_person_only(
    app: Flask, version: PolicyVersion
) -> None:
    service.choose_cookies(ANONYMOUS, remember=True)
    service.choose_cookies(ALICE, remember=True)
    assert queries.has_accepted(11, version.id, Purpose.PREFERENCE_COOKIES)
    service.choose_cookies(ALICE, remember=False)
    assert not queries.has_accepted(11, version.id, Purpose.PREFERENCE_COOKIES)
    assert len(db.session.execute(select(Consent)).scalars().all()) == 1
