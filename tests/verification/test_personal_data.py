"""What checks of identity keep of people: read in their copy, erased whole, with nothing of it left, others' kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from support.core import files, vault
from support.core.db import db, transaction
from support.core.holders import Holder, Measure, Removal
from support.core.vault import KeyDestroyed
from support.verification import queries, queries_payments
from support.verification.lifecycle import CheckState
from support.verification.models import Check, Evidence, EvidenceView, Payment, RecordTries, Review
from tests.fixtures.removals import carry_out, collected, holder, holders_of, left_of, said
from tests.verification.payments import ACCOUNT, NUMBER, Company
from tests.verification.world import NEW, World, moment

ROOM = "verification"


@pytest.fixture
def ours(world: World) -> list[Holder]:
    return holders_of(ROOM)


def rows(table: type) -> int:
    db.session.rollback()
    return len(db.session.execute(select(table)).scalars().all())


def pictures() -> Iterator[str]:
    yield from db.session.execute(select(Evidence.uid)).scalars()


def gone(uid: str) -> bool:
    try:
        files.store().open(uid).close()
    except OSError:
        return True
    return False


def test_the_asker_reads_in_their_copy_what_they_gave_and_who_looked(
    world: World, ours: list[Holder]
) -> None:
    check = world.given()
    world.see(world.vera, check)
    items = collected(world.guest.id, *ours)
    assert NEW in said(items)
    assert world.reference in said(items)
    assert str(world.vera.id) in said(items), "who looked is told by number"
    assert [each.count(world.guest.id or 0) for each in ours] == [1, 1, 0, 0, 1]


def test_the_owner_of_the_account_reads_that_it_was_asked_for_but_not_what_the_asker_gave(
    world: World, ours: list[Holder]
) -> None:
    check = world.given()
    world.see(world.vera, check)
    items = collected(world.alice.id, *ours)
    assert NEW not in said(items)
    assert [item.title for item in items] == [
        "A picture was looked at",
        "Somebody said that this account is theirs",
    ]


def test_a_company_reads_the_account_that_it_said_whole(
    company: Company, ours: list[Holder]
) -> None:
    company.ask()
    text = said(collected(company.world.guest.id, *ours))
    values = (ACCOUNT.region, ACCOUNT.company, ACCOUNT.licence, ACCOUNT.bank, "UMBRELLA LTD")
    assert all(value in text for value in values)
    assert NUMBER.replace(" ", "").replace("-", "") in text


def test_erasing_the_account_takes_every_check_about_it_whole(
    world: World, ours: list[Holder]
) -> None:
    check = world.passed()
    with transaction() as session:
        session.add(RecordTries(subject_id=world.alice.id, tries=2, last_at=check.opened_at))
    [uid] = pictures()
    stream = check.stream
    world.checks.clear()
    taken = carry_out(Measure.ERASE, world.alice.id, *ours)
    assert taken["verification.evidence"] == taken["verification.checks"] == 1
    assert [rows(table) for table in (Check, Evidence, EvidenceView, Review, RecordTries)] == [
        0
    ] * 5
    assert gone(uid), "the bytes are out of the store"
    with pytest.raises(KeyDestroyed), transaction():
        vault.seal(stream, "anything", "more")
    assert not any(carry_out(Measure.ERASE, world.alice.id, *ours).values()), "twice is harmless"


def test_the_order_and_the_pages_of_an_erased_check_still_draw(world: World) -> None:
    check = world.given()
    uid = check.uid
    world.checks.clear()
    carry_out(Measure.ERASE, world.alice.id, *holders_of(ROOM))
    with world.outside():
        assert world.browser(world.mei).get(f"/desk/orders/{world.reference}").status_code == 200
        assert world.browser(world.guest).get(f"/orders/{world.reference}").status_code == 200
        assert world.browser(world.guest).get(f"/checks/{uid}").status_code == 404
        assert world.browser(world.vera).get("/desk/checks").status_code == 200


@pytest.mark.parametrize(
    ("stage", "ends"),
    [
        ("open", CheckState.WITHDRAWN),
        ("given", CheckState.WITHDRAWN),
        ("held", CheckState.REFUSED),
        ("stopped", CheckState.REFUSED),
    ],
)
def test_an_erased_asker_leaves_the_owner_of_the_account_a_shell_that_has_ended(
    world: World, stage: str, ends: CheckState
) -> None:
    if stage == "open":
        check = world.open()
        world.prove_new(check)
    else:
        check = world.given() if stage == "given" else world.passed()
    if stage in ("held", "stopped"):
        assert world.fresh(check).state == CheckState.HELD
        world.run()
    if stage == "stopped":
        world.say_no(check)
    uids, wanted = list(pictures()), check.wanted_sealed or b""
    carry_out(Measure.ERASE, world.guest.id, *holders_of(ROOM))
    left = world.fresh(check)
    assert (left.state, left.asker_id, left.subject_id) == (ends, 0, world.alice.id)
    assert (left.wanted_kind, left.wanted_sealed, left.asker_contact) == (None, None, None)
    assert queries.wanted_address(left) is None
    assert left_of([NEW, wanted], ROOM) == []
    assert all(map(gone, uids))
    assert rows(Evidence) == rows(EvidenceView) == rows(Review) == 0
    assert holder("verification.checks").count(world.guest.id or 0) == 0
    world.run()
    assert world.fresh(check).state == ends, "what was on its way changes nothing"
    assert NEW not in world.bound()
    with world.outside():
        assert world.browser(world.alice).get("/account/checks").status_code == 200
        assert world.browser(world.mei).get(f"/desk/orders/{world.reference}").status_code == 200


def test_the_account_of_a_company_is_erased_with_its_index(
    company: Company, ours: list[Holder]
) -> None:
    payment = company.ask()
    kept = [payment.sealed or b"", payment.blind or b"", payment.nonce]
    assert kept[1] == queries_payments.blind_of(NUMBER.replace(" ", "").replace("-", ""))
    carry_out(Measure.ERASE, company.world.guest.id, *ours)
    company.world.run()
    assert rows(Payment) == 0
    assert left_of([*kept, ACCOUNT.company, ACCOUNT.holder, ACCOUNT.bank], ROOM) == []
    assert company.transfers() == [], "a payment that was due is not made"


def test_what_a_demos_bank_was_told_goes_with_the_account(
    company: Company, ours: list[Holder]
) -> None:
    company.pay()
    assert len(company.transfers()) == 1
    carry_out(Measure.ERASE, company.world.guest.id, *ours)
    assert company.transfers() == []


def test_other_peoples_checks_stay(world: World, ours: list[Holder]) -> None:
    check = world.given()
    world.see(world.vera, check)
    [uid] = pictures()
    taken = carry_out(Measure.ERASE, world.mei.id, *ours)
    assert not any(taken.values())
    assert not gone(uid)
    assert rows(EvidenceView) == 1
    assert queries.wanted_address(world.fresh(check)) == ("mobile", "+8613900001111")


def test_a_rolled_back_erasure_takes_no_bytes(world: World) -> None:
    world.given()
    [uid] = pictures()
    verb = holder("verification.evidence").measures[Measure.ERASE]
    removal = Removal(world.guest.id or 0, moment(0))
    with pytest.raises(ZeroDivisionError), transaction():
        verb(removal) / 0
    assert not gone(uid)


def test_a_legal_hold_finds_checks_by_check_order_and_account(
    world: World, ours: list[Holder]
) -> None:
    check = world.given()
    streams = set(ours[0].streams(world.guest.id or 0))
    assert {check.stream, check.about, f"person:{world.alice.id}"} <= streams
