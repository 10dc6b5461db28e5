"""The register of partners: who keeps it, what it asks for, and that an ended contract lets nothing through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import service_identities
from support.accounts.policy import Method
from support.accounts.providers import service as provider
from support.core import outbox, partners, platform
from support.core.actors import SYSTEM, Role
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db
from support.core.errors import Invalid, NotAllowed, NotFound, Stale
from support.core.outbox_rows import OutboxRow
from support.core.platform_calls import Name, call_named
from support.infringement import listing_door
from support.policies import queries_partners as queries
from support.policies import service_partners as service
from support.policies.models_partners import Partner, PartnerState
from support.policies.today import today
from tests.fixtures.sharing import PARTNER as FACTS
from tests.workorders.desk_world import client_of, make_agent, make_member

PAGE = "/desk/partners"


@pytest.fixture
def config(config: Config) -> Config:
    """Two doors are set."""
    return config.with_changes(
        smtp_url="smtp://mail.example.com",
        oauth_taobao_id="app",
        oauth_taobao_secret="secret",
    )


def test_doors_that_are_set_are_registered_once_and_nothing_stops(app: Flask) -> None:
    with app.app_context():
        assert partners.partner_open("mail")
        for _turn in range(2):
            service.watch_contracts(utcnow())
        found = {each.code: each for each in queries.all_partners()}
        assert sorted(found) == ["mail", "taobao"]
        assert not found["mail"].complete
        assert partners.partner_open("mail")
        assert partners.partner_open("taobao")


def test_a_contract_that_is_over_shuts_its_door_on_the_day_after(app: Flask) -> None:
    with app.app_context():
        now, pia = utcnow(), make_agent("Pia", Role.PRIVACY_OFFICER)
        service.register_doors(now)
        mail, day = queries.partner_with("mail"), today(now)
        assert mail is not None
        for ends, is_open in ((day, True), (day - timedelta(days=1), False)):
            mail = service.change_partner(
                pia, mail, replace(FACTS, ends=ends), version=mail.version
            )
            assert partners.partner_open("mail") is is_open
        later = replace(FACTS, starts=day + timedelta(days=1))
        mail = service.change_partner(pia, mail, later, version=mail.version)
        assert not partners.partner_open("mail"), "it has not begun"
        with pytest.raises(partners.ContractEnded):
            partners.require_partner("mail")
        with pytest.raises(outbox.Retry, match="contract ended"):
            partners.wait_for_partner("mail")


def test_an_ended_contract_stops_every_door(app: Flask) -> None:
    with app.app_context():
        now, leo, alice = utcnow(), make_agent("Leo", Role.LEGAL), make_member("Alice")
        service.register_doors(now, codes=("platform", "listings", "sms", "bank"))
        for partner in queries.all_partners():
            service.end_contract(leo, partner, version=partner.version, now=now)
            service.end_contract(leo, partner, version=partner.version, now=now)  # harmless
        run = service_identities.begin_run(provider(Method.TAOBAO.value), None)
        with pytest.raises(partners.ContractEnded):
            service_identities.sign_in_address(run, provider(Method.TAOBAO.value), back="/")
        with pytest.raises(partners.ContractEnded):
            service_identities.finish_run(run, provider(Method.TAOBAO.value), "1", back="/")
        assert listing_door.look_up(["1000"]) is None
        uid = platform.call(Name.END_SESSIONS, "1", about="order:1", person=alice.id)
        outbox.drain()
        db.session.rollback()
        assert call_named(uid).note == partners.ENDED
        waits = select(OutboxRow.state, OutboxRow.last_error).where(OutboxRow.topic == platform.DUE)
        assert db.session.execute(waits).one() == ("pending", partners.ENDED)


def test_a_renewed_contract_lets_what_waits_through(app: Flask) -> None:
    with app.app_context():
        leo = make_agent("Leo", Role.LEGAL)
        partner = service.add_partner(leo, FACTS)
        ended = service.end_contract(leo, partner, version=partner.version)
        assert not partners.partner_open(partner.code)
        renewed = service.change_partner(leo, ended, FACTS, version=ended.version)
        assert partners.partner_open(partner.code)
        again = service.change_partner(leo, renewed, FACTS, version=renewed.version)
        assert again.version == renewed.version, "the same again is harmless"
        with pytest.raises(Stale):
            service.end_contract(leo, renewed, version=1)


def test_the_register_asks_for_all_that_the_law_names(app: Flask) -> None:
    wrong = (
        {"name_zh": " "},
        {"contact": ""},
        {"assessment": ""},
        {"region": "China"},
        {"role": "friend"},
        {"data": ()},
        {"data": ("secrets",)},
        {"basis": "life"},
        {"starts": date(2026, 2, 1), "ends": date(2026, 1, 1)},
    )
    with app.app_context():
        leo = make_agent("Leo", Role.LEGAL)
        for values in wrong:
            with pytest.raises(Invalid) as error:
                service.add_partner(leo, replace(FACTS, **values))
            assert error.value.field in values
        assert queries.all_partners() == []


def test_privacy_officer_and_legal_keep_it_the_administrator_reads_and_nobody_else(
    app: Flask,
) -> None:
    with app.app_context():
        pia, ada = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Ada", Role.ADMIN)
        agent, alice = make_agent("Arjun"), make_member("Alice", "a@example.org")
        for actor, error in ((ada, NotAllowed), (agent, NotAllowed), (alice, NotFound)):
            with pytest.raises(error):
                service.add_partner(actor, FACTS)
        uid = service.add_partner(pia, FACTS).uid
    admin, officer = client_of(app, ada), client_of(app, pia)
    assert "Post House" in admin.page(PAGE).text
    assert "New partner" not in admin.page(PAGE).text
    assert admin.get(f"{PAGE}/{uid}/end").status_code == 403
    assert "End the contract" in officer.page(f"{PAGE}/{uid}").text
    assert client_of(app, agent).get(PAGE).status_code == 403
    assert client_of(app, alice).get(PAGE).status_code == 404


def test_the_officer_writes_changes_and_ends_on_the_pages(app: Flask) -> None:
    with app.app_context():
        pia, ada = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Ada", Role.ADMIN)
        service.register_doors(utcnow())
        mail = queries.partner_with("mail")
        assert mail is not None
        uid = mail.uid
    officer = client_of(app, pia)
    typed = {"name_en": "Post House", "name_zh": "驿站公司", "contact": "p@post.example"}
    details = f"{PAGE}/{uid}/details"
    refused = officer.submit(details, {**typed, "assessment": "PIA-1", "region": ""}, button="Save")
    assert refused.status_code == 422
    sent = {**typed, "assessment": "PIA-1", "region": "CN", "ends": "2031-01-31"}
    assert officer.submit(details, sent, button="Save").status_code == 303
    assert "31 January 2031" in officer.page(f"{PAGE}/{uid}").text or "January 31, 2031" in (
        officer.page(f"{PAGE}/{uid}").text
    )
    assert officer.submit(f"{PAGE}/{uid}/end", {}, button="End the contract").status_code == 303
    shown = client_of(app, ada).page("/admin").text
    assert "A contract has ended: nothing is sent to Post House" in shown
    new = {**sent, "role": "controller", "data": ["name"], "aim": "own", "basis": "consent"}
    assert officer.submit(f"{PAGE}/new", {**new, "ends": ""}, button="Save").status_code == 303


def test_the_desk_is_told_once_of_each_end_that_comes_near(app: Flask) -> None:
    with app.app_context():
        now, leo = utcnow(), make_agent("Leo", Role.LEGAL)
        day = today(now)
        near = replace(FACTS, ends=day + timedelta(days=30))
        partner = service.add_partner(leo, near)
        service.add_partner(leo, replace(FACTS, ends=day + timedelta(days=31)))
        assert partner.state_on(day) is PartnerState.ENDING
        for _turn in range(2):
            service.watch_contracts(now)
        told = select(Event.data).where(Event.action == "partner.ends_soon")
        assert [data["partner"] for data in db.session.execute(told).scalars()] == [partner.id]
        assert queries.calling(now) == 1
        fresh = db.session.get_one(Partner, partner.id)
        db.session.refresh(fresh)
        service.change_partner(
            SYSTEM, fresh, replace(near, ends=day + timedelta(days=20)), version=fresh.version
        )
        service.watch_contracts(now)
        assert len(db.session.execute(told).all()) == 2, "a new end is told of anew"
