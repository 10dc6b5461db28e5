"""Texts by Alibaba Cloud: signed calls, approved templates, refusals, and what the carrier says afterwards."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select, update

from support.accounts import queries_codes, service_codes
from support.accounts.models import Code, ContactKind
from support.accounts.policy import CodePurpose
from support.core import outbox
from support.core.actors import ANONYMOUS
from support.core.breaker import DoorAway
from support.core.clock import utcnow
from support.core.config import Config, ConfigError
from support.core.db import db, transaction
from support.core.errors import Unavailable
from support.core.outbox import GiveUp, Retry
from support.core.outbox_rows import OutboxRow
from support.notifications import aliyun, approved, letters, queries, service, sms
from support.notifications.models import Delivery, DeliveryState
from tests.fixtures.aliyun_service import KEY_ID, SECRET
from tests.fixtures.servers import free_port, tied, wait_until
from tests.notifications.conftest import actor_of, drain, make_agent, make_member

SIGN, SIGN_ABROAD = "示例平台", "Example"
ALICE, CHEN = "+8613800138000", "+85251234567"
NEWS = "notifications.password_changed"


@dataclass
class Provider:
    """The provider's process."""

    root: str

    def told(self, **state: Any) -> None:
        """Set what it approved and what it does next; nothing at all to start anew."""
        requests.post(f"{self.root}/_told", json=state, timeout=5)

    def taken(self) -> dict[str, Any]:
        """What it was asked, and what it sent."""
        found: dict[str, Any] = requests.get(f"{self.root}/_taken", timeout=5).json()
        return found

    def url(self, secret: str = SECRET) -> str:
        """What stands in the configuration."""
        return f"aliyun://{KEY_ID}:{quote(secret)}@{self.root.removeprefix('http://')}"


@pytest.fixture(scope="module")
def process() -> Iterator[Provider]:
    """One process for all these tests."""
    port = free_port()
    root = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return requests.get(f"{root}/_taken", timeout=2).ok
        except requests.ConnectionError:
            return False

    with tied([sys.executable, "-m", "tests.fixtures.aliyun_service", str(port)], signum="TERM"):
        wait_until(answers, seconds=30, what="the provider answers")
        yield Provider(root)


@pytest.fixture
def provider(process: Provider) -> Provider:
    """The provider, knowing nothing but our signs."""
    process.told()
    process.told(signs={"mainland": SIGN, "abroad": SIGN_ABROAD})
    sms._kept.cache_clear()  # its breaker counts for the whole process
    return process


@pytest.fixture
def config(config: Config, provider: Provider) -> Config:
    """Texts go to mainland numbers only."""
    return config.with_changes(sms_url=provider.url(), sms_sign=SIGN)


def approve(app: Flask, provider: Provider, area: str = approved.MAINLAND) -> None:
    """Have every text of both languages approved, and write the file as `flask sms templates` prints it."""
    lines: list[str] = []
    known: dict[str, str] = {}
    for language in approved.LANGUAGES:
        for name, words in letters.sms_to_approve(language).items():
            room, message = name.split(".")
            number = f"SMS_{len(known)}"
            known[number] = words
            lines += (
                [f"[{area}.{language}.{room}]"]
                if f"[{area}.{language}.{room}]" not in lines
                else []
            )
            lines.append(f'{message} = "{number}"')
    Path(app.instance_path, approved.FILE).write_text("\n".join(lines), "utf-8")
    provider.told(approved=known)


def tell(person_id: int) -> Delivery:
    """Tell a person that their password was changed, by text; return the delivery once the worker has run."""
    ids = {"person": person_id, "how": "changed"}
    service.tell(person_id, NEWS, about=f"person:{person_id}", key=f"{utcnow()}", ids=ids)
    drain()
    return text_to(person_id)


def text_to(person_id: int) -> Delivery:
    db.session.expire_all()
    mine = (Delivery.person_id == person_id, Delivery.channel == "sms")
    return db.session.execute(select(Delivery).where(*mine)).scalar_one()


def time_passes() -> None:
    """Make due what waits, and let the worker run."""
    with transaction():
        db.session.execute(update(OutboxRow).values(due_at=utcnow()))
    drain()


def ask_code(number: str, visitor: str = "v") -> Code:
    return service_codes.request_code(
        ANONYMOUS,
        CodePurpose.REGISTER,
        kind=ContactKind.MOBILE,
        value=number,
        visitor=visitor,
        address="192.0.2.1",
        language="zh",
    )


def test_the_request_of_the_documentation_gets_the_signature_of_the_documentation() -> None:
    query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
    headers = aliyun.signed_headers(
        urlsplit(f"https://ecs.cn-shanghai.aliyuncs.com/?{query}"),
        "RunInstances",
        "2014-05-26",
        at="2023-10-26T10:22:32Z",
        nonce="3156853299f313e23d1673dc12e1703d",
        key_id="YourAccessKeyId",
        secret="YourAccessKeySecret",
    )
    assert headers["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_arrives_as_it_was_approved_and_says_what_the_letter_says(
    app: Flask,
    context: None,
    provider: Provider,
    language: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    approve(app, provider)
    caplog.set_level(logging.DEBUG)
    alice = make_member("Alice", language=language, mobile=ALICE)
    delivery = tell(alice)
    assert delivery.state == DeliveryState.SENT
    [sent] = provider.taken()["texts"]
    reader = actor_of(alice)
    facts = {"check_code": queries.spelled(delivery.check_code)}
    whole = letters.write_sms(NEWS, reader, facts).text
    assert sent["number"] == "13800138000"
    assert whole == {"zh": f"【{SIGN}】", "en": "[Example Platform] "}[language] + sent["text"]
    [call] = provider.taken()["calls"]
    assert call["OutId"] == delivery.uid
    said = caplog.text
    assert "13800138000" not in said
    assert SECRET not in said
    assert facts["check_code"] not in said


def test_a_code_takes_its_digits_and_nothing_else_and_they_are_stored_nowhere(
    app: Flask, context: None, provider: Provider
) -> None:
    approve(app, provider)
    ask_code(ALICE)
    drain()
    [sent] = provider.taken()["texts"]
    assert list(sent["values"]) == ["digits"]
    digits = sent["values"]["digits"]
    assert service_codes.check_code(CodePurpose.REGISTER, visitor="v", digits=digits)
    kept = [
        str(row)
        for table in db.metadata.sorted_tables
        for row in db.session.execute(select(table)).all()
        if table.name not in ("code", "vault_key")
    ]
    assert not [row for row in kept if digits in row and "13800138000" in row]
    assert not [row for row in kept if f"'{digits}'" in row]


def test_a_wrong_secret_is_refused_and_what_waits_is_tried_again(
    app: Flask, context: None, provider: Provider
) -> None:
    approve(app, provider)
    door = aliyun.AliyunDoor(provider.url("another-secret"), SIGN, "", Path(app.instance_path))
    text = sms.Sms("0" * 32, ALICE, "", "zh", NEWS, NEWS, {"link": "x", "check": "y"})
    with pytest.raises(DoorAway, match="sms SignatureDoesNotMatch"):
        door.send(text)
    with pytest.raises(DoorAway, match="sms SignatureDoesNotMatch"):
        door.ping()
    assert provider.taken()["texts"] == []
    aliyun.AliyunDoor(provider.url(), SIGN, "", Path(app.instance_path)).ping()


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", Retry),
        ("isv.DAY_LIMIT_CONTROL", Retry),
        ("Throttling.User", Retry),
        ("isv.MOBILE_NUMBER_ILLEGAL", GiveUp),
        ("isv.SMS_TEMPLATE_ILLEGAL", GiveUp),
        ("isv.PARAM_LENGTH_LIMIT", GiveUp),
        ("isv.OUT_OF_SERVICE", DoorAway),
        ("isv.AMOUNT_NOT_ENOUGH", DoorAway),
        ("isp.RAM_PERMISSION_DENY", DoorAway),
        ("isp.SYSTEM_ERROR", DoorAway),
        (502, DoorAway),
    ],
)
def test_each_refusal_waits_or_ends_as_its_reason_asks(
    provider: Provider, tmp_path: Path, trouble: str | int, error: type[Exception]
) -> None:
    (tmp_path / approved.FILE).write_text('[mainland.zh.notifications]\ncode = "SMS_1"')
    provider.told(approved={"SMS_1": "${digits}"}, trouble=[trouble])
    door = aliyun.AliyunDoor(provider.url(), SIGN, "", tmp_path)
    text = sms.Sms("0" * 32, ALICE, "", "zh", "x", "notifications.code", {"digits": "123456"})
    with pytest.raises(error) as caught:
        door.send(text)
    assert type(caught.value) is error
    assert str(caught.value) == f"sms {trouble}"  # a constant code: no sentence, no number
    assert door.send(text)


def test_what_has_no_approved_template_goes_nowhere_and_says_so(
    app: Flask, context: None, provider: Provider
) -> None:
    delivery = tell(make_member("Alice", language="zh", mobile=ALICE))
    assert delivery.state == DeliveryState.DEAD
    assert delivery.last_error == f"sms no template mainland zh {NEWS}"
    assert provider.taken()["calls"] == []
    Path(app.instance_path, approved.FILE).write_text("[mainland", "utf-8")
    with pytest.raises(ConfigError, match=approved.FILE):
        approved.template_id(Path(app.instance_path), "mainland", "zh", NEWS)


@pytest.mark.parametrize(("value", "why"), [("x" * 36, "too long"), ("", "empty")])
def test_a_variable_that_the_provider_would_refuse_is_not_sent(
    app: Flask, context: None, provider: Provider, value: str, why: str
) -> None:
    approve(app, provider)
    door = aliyun.AliyunDoor(provider.url(), SIGN, "", Path(app.instance_path))
    text = sms.Sms(
        "0" * 32, ALICE, "", "zh", "x", "notifications.member_registered", {"name": value}
    )
    with pytest.raises(GiveUp, match=f"sms variable name is {why}"):
        door.send(text)
    assert provider.taken()["calls"] == []


def test_numbers_abroad_need_a_sign_of_their_own_and_are_offered_mail_without(
    app: Flask, context: None, provider: Provider
) -> None:
    approve(app, provider)
    with pytest.raises(Unavailable, match="e-mail"):
        ask_code(CHEN)
    assert db.session.execute(select(Code)).all() == []
    delivery = tell(make_member("Chen", mobile=CHEN))
    assert (delivery.state, delivery.last_error) == (DeliveryState.DEAD, "sms no sign for abroad")
    assert provider.taken()["calls"] == []
    ground = app.extensions["ground"]
    object.__setattr__(ground, "config", ground.config.with_changes(sms_sign_abroad=SIGN_ABROAD))
    approve(app, provider, approved.ABROAD)
    ask_code(CHEN)
    drain()
    [sent] = provider.taken()["texts"]
    assert sent["number"] == "85251234567"
    assert provider.taken()["calls"][0]["SignName"] == SIGN_ABROAD


def test_the_carriers_word_stands_on_the_delivery(
    app: Flask, context: None, provider: Provider
) -> None:
    approve(app, provider)
    alice = make_member("Alice", mobile=ALICE)
    tell(alice)
    provider.told(receipts=[None, {"SendStatus": 1}, {"SendStatus": 3, "ErrCode": "DELIVERED"}])
    for expected in (DeliveryState.SENT, DeliveryState.SENT, DeliveryState.DELIVERED):
        time_passes()
        assert text_to(alice).state == expected
    asked = provider.taken()["calls"][-1]
    assert asked["action"] == "QuerySendDetails"
    assert (asked["PhoneNumber"], asked["BizId"]) == ("13800138000", "90061^0")
    assert asked["SendDate"] == aliyun.day_of(utcnow())
    before = len(provider.taken()["calls"])
    time_passes()
    assert len(provider.taken()["calls"]) == before


def test_a_text_that_never_arrived_stands_before_staff_and_can_be_sent_anew(
    app: Flask, context: None, provider: Provider
) -> None:
    approve(app, provider)
    alice = make_member("Alice", mobile=ALICE)
    uid = tell(alice).uid
    provider.told(receipts=[{"SendStatus": 2, "ErrCode": "MOBILE_NOT_ON_SERVICE"}])
    time_passes()
    [line] = queries.dead_deliveries()
    assert (line.uid, line.error) == (uid, "failed: MOBILE_NOT_ON_SERVICE")
    service.retry_delivery(make_agent(), uid)
    provider.told(receipts=[{"SendStatus": 3}])
    drain()
    assert text_to(alice).state == DeliveryState.SENT
    time_passes()
    assert text_to(alice).state == DeliveryState.DELIVERED


def test_a_code_that_never_arrived_lets_its_page_offer_another_way(
    app: Flask, context: None, provider: Provider
) -> None:
    approve(app, provider)
    ask_code(ALICE)
    drain()
    shown = queries_codes.open_code("v", CodePurpose.REGISTER)
    assert shown is not None
    assert not shown.failed
    provider.told(receipts=[{"SendStatus": 2, "ErrCode": "BLACKLIST"}])
    time_passes()
    shown = queries_codes.open_code("v", CodePurpose.REGISTER)
    assert shown is not None
    assert shown.failed


def test_a_receipt_that_never_comes_is_asked_for_a_day_and_changes_nothing(
    app: Flask, context: None, provider: Provider
) -> None:
    approve(app, provider)
    alice = make_member("Alice", mobile=ALICE)
    tell(alice)
    with transaction():
        waits = OutboxRow.topic == "receipt.due"
        old = utcnow() - outbox.GIVE_UP_AFTER
        db.session.execute(update(OutboxRow).where(waits).values(created_at=old))
    time_passes()
    time_passes()
    assert text_to(alice).state == DeliveryState.SENT
    asked = [call for call in provider.taken()["calls"] if call["action"] != "SendSms"]
    assert len(asked) == 1


@pytest.mark.parametrize(
    "url",
    ["aliyun://dysmsapi.aliyuncs.com", "aliyun://id@dysmsapi.aliyuncs.com", "aliyun://id:secret@",
     "aliyun://id:secret@dysmsapi.aliyuncs.com/send"],
)  # fmt: skip
def test_an_address_without_a_key_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="sms_url must be"):
        aliyun.checked_url(url)


def test_outside_this_machine_the_provider_is_spoken_to_by_tls_alone() -> None:
    assert aliyun.checked_url("aliyun://id:secret@dysmsapi.aliyuncs.com")[0].scheme == "https"
