"""A verified name is written by a check alone, wins over what is typed, and its document's number is not kept."""

from __future__ import annotations

from datetime import timedelta
from itertools import chain, combinations
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from support.accounts import queries_names, service_names, service_profile
from support.accounts.models import RealName
from support.assurance import service as gate
from support.assurance import service_holds
from support.assurance.policy import CURRENT, Act, Level, ProofKind
from support.assurance.queries import Case
from support.core import platform, vault
from support.core.actors import SYSTEM
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import Invalid, NeedsProof, NotAllowed
from support.core.platform_calls import PlatformCall
from tests.accounts.names import SHOWN, case_of, verify
from tests.accounts.people import browse, make_member, make_staff, news, signed_in, trail


def name_of(person_id: int) -> str:
    """The verified name, or ""."""
    found = queries_names.verified_name_of(person_id)
    return found.name if found else ""


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("act", [Act.SET_REALNAME, Act.CHANGE_REALNAME])
def test_a_name_is_written_at_no_level_below_the_one_that_the_act_needs(act: Act) -> None:
    alice = make_member("Alice")
    kinds = sorted(ProofKind)
    sets = chain.from_iterable(combinations(kinds, size) for size in (0, 1, 2))
    weak = [each for each in sets if CURRENT.level_of(each) < Level.CHECKED]
    for number, proofs in enumerate(weak):
        case = case_of(alice, *proofs, about=f"check:{number}")
        with pytest.raises(NeedsProof):
            service_names.set_verified_name(
                SYSTEM, case, "Alice", kind="individual", source="document", act=act
            )
    assert name_of(alice) == ""


@pytest.mark.usefixtures("context")
def test_another_persons_check_and_another_act_open_nothing() -> None:
    alice, bob = make_member("Alice"), make_member("Bob")
    case_of(alice, *SHOWN)
    with pytest.raises(NeedsProof):
        service_names.set_verified_name(
            SYSTEM, Case(bob, "check:one"), "Bob", kind="individual", source="document",
            act=Act.SET_REALNAME,
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        verify(alice, act=Act.CHANGE_PROFILE)
    with pytest.raises(NotAllowed):
        verify(alice, source="hearsay")
    with pytest.raises(NotAllowed):
        verify(make_staff("Mei"))
    for name in (" ", "x" * 201):
        with pytest.raises(Invalid):
            verify(alice, name)
    assert name_of(alice) == name_of(bob) == ""


@pytest.mark.usefixtures("context")
def test_the_platform_is_told_the_name_once_and_sealed() -> None:
    alice = make_member("Alice")
    verify(alice)
    verify(alice)
    [call] = db.session.execute(select(PlatformCall)).scalars()
    assert (call.name, call.about) == ("set_realname", f"person:{alice}")
    said = platform.said(call)
    assert (said["verified_name"], said["kind"]) == (name_of(alice), "individual")
    assert said["member"]["name"] == "Alice"
    assert name_of(alice) not in repr(call.payload)


@pytest.mark.usefixtures("context")
def test_a_set_name_is_replaced_by_a_change_alone() -> None:
    alice = make_member("Alice")
    verify(alice)
    with pytest.raises(NotAllowed):
        verify(alice, "Alice Hargreaves", about="check:two")
    with pytest.raises(gate.OnHold):
        verify(alice, "Alice Hargreaves", about="check:two", act=Act.CHANGE_REALNAME)
    assert name_of(alice) == "Alice Liddell"
    case = Case(alice, "check:two")
    hold = service_holds.place_hold(SYSTEM, Act.CHANGE_REALNAME, case, tell=[], now=utcnow())
    service_holds.end_holds(hold.ends_at)
    verify(alice, "Alice Hargreaves", about="check:two", act=Act.CHANGE_REALNAME)
    assert name_of(alice) == "Alice Hargreaves"


@pytest.mark.usefixtures("context")
def test_a_service_that_vouches_for_a_name_may_renew_its_own() -> None:
    alice = make_member("Alice")
    later = utcnow() + timedelta(hours=73)
    verify(alice, "爱丽丝", source="alipay", voucher=b"hers")
    for voucher in (b"", b"another"):
        with pytest.raises(NotAllowed):
            verify(alice, "爱丽思", source="alipay", about="check:two", voucher=voucher, now=later)
    verify(alice, "爱丽思", source="alipay", about="check:two", voucher=b"hers", now=later)
    assert name_of(alice) == "爱丽思"
    for source in ("taobao", "document"):
        with pytest.raises(NotAllowed):
            verify(alice, "Somebody", source=source, about="check:three")


@pytest.mark.usefixtures("context")
def test_writing_it_twice_is_harmless_and_every_address_is_told_once(app: Flask) -> None:
    alice = make_member("Alice", "alice@example.org", "13800001111")
    verify(alice)
    verify(alice, "Somebody else")
    assert name_of(alice) == "Alice Liddell"
    assert trail(alice).count("name.verified") == 1
    [told] = news(app, service_names.VERIFIED)
    assert (told["person"], len(told["tell"])) == (alice, 2)


@pytest.mark.usefixtures("context")
def test_of_the_number_only_a_blind_index_with_the_name_stays() -> None:
    alice = make_member("Alice")
    verify(alice, "阿依夏·买买提", other_name="Ayixia Maimaiti", number="E1234567X")
    row = db.session.execute(select(RealName)).scalar_one()
    assert len(row.records) == 2
    for name in ("阿依夏买买提", "ayixia  maimaiti", "AYIXIA MAIMAITI"):
        assert queries_names.record(alice, name, "567x") in row.records
    assert queries_names.record(alice, "Ayixia Maimaiti", "5678") not in row.records
    assert queries_names.record(alice + 1, "Ayixia Maimaiti", "567X") not in row.records
    for table in db.metadata.sorted_tables:
        for each in db.session.execute(select(*table.columns)):
            text = repr(tuple(each)).casefold()
            assert not any(part in text for part in ("567x", "买买提", "maimaiti")), table.name


@pytest.mark.usefixtures("context")
def test_an_erased_persons_name_is_gone() -> None:
    alice = make_member("Alice")
    verify(alice)
    with transaction():
        vault.destroy(f"person:{alice}")
    assert queries_names.verified_name_of(alice) is None


@pytest.mark.usefixtures("context")
def test_a_companys_verified_name_is_what_it_is_found_by() -> None:
    alice = make_member("Alice")
    actor = signed_in("Alice")
    tell(actor, 0, "Umbrella")
    verify(alice, "Parasol (Shanghai) Ltd.", kind="company", source="company")
    assert queries_names.find_people("parasol") == [alice]
    assert queries_names.find_people("umbrella") == []
    tell(actor, service_profile.profile_of(alice).version, "Sunshade")
    assert service_profile.profile_of(alice).values["organisation"] == "Parasol (Shanghai) Ltd."
    assert queries_names.find_people("sunshade") == []
    assert queries_names.find_people("parasol") == [alice]


def tell(actor: Any, version: int, organisation: str) -> None:
    """Save basic information with this organisation."""
    values = {"organisation": organisation}
    service_profile.save_profile(actor, enterprise=True, values=values, version=version)


@pytest.mark.parametrize("kind", ["company", "individual"])
def test_basic_information_shows_it_read_only_and_a_tampered_post_changes_nothing(
    app: Flask, kind: str
) -> None:
    with app.app_context():
        alice = make_member("Alice")
        verify(alice, "Parasol Ltd.", kind=kind)
        db.session.remove()
    client = browse(app, "Alice")
    page = client.page("/account/basic")
    assert "Verified by real-name authentication" in page.text
    form = page.values(page.form(action="/account/basic"))
    assert (form["organisation"] == "Parasol Ltd.") == (kind == "company")
    assert ("Parasol Ltd." in page.text) == (kind == "individual")
    tampered = {"organisation": "Umbrella", "verified_name": "Umbrella", "name": "Umbrella"}
    assert client.post("/account/basic", data=form | tampered).status_code == 303
    page = client.page("/account/basic")
    told = page.values(page.form(action="/account/basic"))["organisation"]
    assert told == ("Parasol Ltd." if kind == "company" else "Umbrella")
    with app.app_context():
        assert name_of(alice) == "Parasol Ltd."
        db.session.remove()
