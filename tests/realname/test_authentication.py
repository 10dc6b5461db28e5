"""A member's name is verified by two people who compare a document with what was written, and by nothing less."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from support.accounts import queries_names
from support.accounts.models import Person
from support.assurance import queries as assurance
from support.assurance.policy import Act, Level
from support.core import vault
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import IllegalMove, Invalid, NotAllowed, NotFound, Stale
from support.core.outbox_rows import OutboxRow
from support.core.vault import KeyDestroyed, seal
from support.policies.models import Consent, Purpose
from support.realname import queries, service, service_changes
from support.realname.documents import DOCUMENTS, Document, documents_of, indexed, plain_number
from support.realname.models import NameChange, NameClaim, UsedDocument
from support.verification import queries as checks
from support.verification import service as verification
from support.verification import service_retention, service_steps
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import Way
from tests.core.files.uploads import jpeg
from tests.realname.world import ID_CARD, LICENCE, NameWorld, yesterday
from tests.workorders.desk_world import make_agent

NUMBERS = {
    Document.PASSPORT: ("E12345678", "12"),
    Document.CN_ID: ("11010519491231002X", "110105194912310021"),
    Document.HK_MACAO_PERMIT: ("H12345678", "K12345678"),
    Document.TAIWAN_PERMIT: ("12345678", "1234567"),
    Document.RESIDENCE_PERMIT: ("810000199408230023", "810000199408230021"),
    Document.PERMANENT_RESIDENT: ("911000199408230020", "911000199408230021"),
    Document.COMPANY_CN: ("91110000600037341L", "91110000600037341A"),
    Document.COMPANY_ABROAD: ("HRB 12345", "GmbH"),
}


def test_a_passport_that_two_people_have_compared_verifies_the_name(world: NameWorld) -> None:
    check = world.asked()
    world.decide(world.vera, check)
    assert world.name(world.alice) is None, "one person alone verifies nobody"
    world.decide(world.paul, check)
    found = world.name(world.alice)
    assert found is not None
    assert (found.name, found.other_name) == ("LIDDELL ALICE", "爱丽丝")
    assert (found.kind, found.source) == ("individual", "document")
    assert world.fresh(check).state == CheckState.DONE
    assert assurance.case_level(check.case, utcnow()) == Level.CHECKED
    assert "name.verified" in world.trail(f"person:{world.alice.id}")


def test_a_companys_papers_verify_the_companys_name(world: NameWorld) -> None:
    check = world.begin(way=Way.COMPANY)
    service.write_details(world.alice, check, Document.COMPANY_CN, **LICENCE)
    world.show(check)
    world.agree(check)
    found = world.name(world.alice)
    assert found is not None
    assert (found.name, found.kind, found.source) == ("茶叶公司", "company", "company")


def test_begun_twice_it_stays_one_check_and_a_verified_name_begins_none(world: NameWorld) -> None:
    check = world.begin()
    assert world.begin(way=Way.COMPANY).id == check.id
    world.write(check)
    world.show(check)
    world.agree(check)
    with pytest.raises(Invalid):
        world.begin()


def test_nobody_begins_it_for_another_and_staff_have_none(world: NameWorld) -> None:
    alice = world.alice.id or 0
    for who in (world.mei, world.bob, world.guest):
        with pytest.raises(NotAllowed):
            verification.open_check(
                who,
                about="realname:x",
                reference="RN-1",
                asker_id=alice,
                subject_id=alice,
                act=Act.SET_REALNAME,
            )
    for who in (world.mei, world.guest):
        with pytest.raises(NotAllowed):
            world.begin(who)
    check = world.begin()
    with pytest.raises(NotFound):
        service.write_details(world.bob, check, Document.CN_ID, **ID_CARD)


def test_no_details_are_written_for_a_check_of_another_act(world: NameWorld) -> None:
    check = world.open()
    with pytest.raises(NotFound):
        service.write_details(world.guest, check, Document.CN_ID, **ID_CARD)


@pytest.mark.parametrize("document", Document)
def test_each_documents_number_is_looked_at_by_its_own_rule(
    world: NameWorld, document: Document
) -> None:
    rule, (right, wrong) = DOCUMENTS[document], NUMBERS[document]
    assert rule.number(plain_number(right))
    assert not rule.number(plain_number(wrong))
    [way] = rule.ways & {Way.DOCUMENT, Way.COMPANY}
    check = world.begin(way=way)
    with pytest.raises(Invalid) as refused:
        world.write(check, document, number=wrong)
    assert refused.value.field == "number"
    world.write(check, document, number=right)
    assert queries.claim_of(check) is not None


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("consent", False),
        ("name", " "),
        ("other_name", "x" * 201),
        ("country", ""),
        ("valid_until", yesterday()),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(
    world: NameWorld, field: str, said: Any
) -> None:
    check = world.begin()
    with pytest.raises(Invalid) as refused:
        world.write(check, **{field: said})
    assert refused.value.field == field
    assert db.session.execute(select(NameClaim)).first() is None


def test_what_is_written_is_sealed_agreed_to_and_replaced(world: NameWorld) -> None:
    check = world.begin()
    world.write(check, number="X11111111")
    world.write(check)
    row = db.session.execute(select(NameClaim)).scalar_one()
    for secret in (b"LIDDELL", b"12345678"):
        assert secret not in (row.sealed or b"")
    details = queries.details_of(check)
    assert details is not None
    assert details.number == "P12345678"
    agreed = select(Consent.purpose).where(Consent.person_id == world.alice.id)
    assert Purpose.DOCUMENT_NUMBER in set(db.session.execute(agreed).scalars())
    queued = " ".join(str(row.payload) for row in db.session.execute(select(OutboxRow)).scalars())
    trail = str(db.session.execute(text("SELECT data FROM event")).all())
    for words in ("LIDDELL", "12345678"):
        assert words not in queued + trail


def test_another_way_asks_for_its_own_document(world: NameWorld) -> None:
    check = world.begin()
    world.write(check)
    world.verification_way(check, Way.COMPANY)
    assert queries.claim_of(check) is None, "a passport is no company's paper"
    with pytest.raises(NotFound):
        world.write(check)
    assert documents_of(Way.COMPANY) == [Document.COMPANY_CN, Document.COMPANY_ABROAD]


def test_a_document_verifies_one_account_and_nothing_says_whose(world: NameWorld) -> None:
    world.agree(world.asked())
    other = world.asked(world.bob)
    claim, details = queries.claim_of(other), queries.details_of(other)
    assert claim is not None
    assert details is not None
    assert queries.used_by_another(claim, details)
    other = world.agree(other)
    assert (other.state, other.reason) == (CheckState.REFUSED, "used")
    assert world.name(world.bob) is None
    owners = db.session.execute(select(UsedDocument.person_id)).scalars().all()
    assert owners == [world.alice.id]
    with world.outside():
        page = world.browser(world.bob).page(f"/checks/{other.uid}").text
    assert "has verified another account" in page
    assert "Alice" not in page


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((Document.COMPANY_ABROAD, "HRB 12345", "DE"), (Document.COMPANY_ABROAD, "HRB-12.345", "DE")),
        ((Document.COMPANY_ABROAD, "00123456", "GB"), (Document.COMPANY_ABROAD, "１２３-456", "GB")),
        ((Document.COMPANY_ABROAD, "SC-012345", "GB"), (Document.COMPANY_ABROAD, "sc 12345", "GB")),
        ((Document.PASSPORT, "001234567", "US"), (Document.PASSPORT, "1234567", "US")),
        ((Document.PERMANENT_RESIDENT, "911000199408230020", "GB"),
         (Document.PERMANENT_RESIDENT, "911000199408230020", "FR")),
        ((Document.HK_MACAO_PERMIT, "H12345678", ""), (Document.HK_MACAO_PERMIT, "H1234567801", "")),
        ((Document.TAIWAN_PERMIT, "12345678", ""), (Document.TAIWAN_PERMIT, "1234567802", "")),
    ],
)  # fmt: skip
def test_another_spelling_or_country_is_the_same_document(
    world: NameWorld, first: tuple[Document, str, str], second: tuple[Document, str, str]
) -> None:
    claims = []
    for who, (document, number, country) in ((world.alice, first), (world.bob, second)):
        [way] = DOCUMENTS[document].ways & {Way.DOCUMENT, Way.COMPANY}
        check = world.begin(who, way)
        world.write(check, document, number=number, country=country)
        claims.append(queries.claim_of(check))
    blinds = {claim.blind for claim in claims if claim is not None}
    assert (len(claims), len(blinds)) == (2, 1)


def test_a_national_number_is_one_whatever_the_card_is_called() -> None:
    number = "11010519491231002X"
    national = {
        indexed(each, "CN", number) for each, rule in DOCUMENTS.items() if not rule.foreign
    } - {indexed(Document.HK_MACAO_PERMIT, "CN", number), indexed(Document.TAIWAN_PERMIT, "CN", number)}  # fmt: skip
    assert len(national) == 1
    passports = {indexed(Document.PASSPORT, country, "P12345678") for country in ("GB", "IE")}
    assert len(passports) == 2, "two countries may give one number"
    assert indexed(Document.PASSPORT, "GB", "12345678") != indexed(
        Document.TAIWAN_PERMIT, "CN", "12345678"
    )


def test_a_chinese_company_shows_its_licence_and_nothing_else(world: NameWorld) -> None:
    check = world.begin(way=Way.COMPANY)
    with pytest.raises(Invalid) as refused:
        world.write(check, Document.COMPANY_ABROAD, number="91110000600037341L", country="CN")
    assert refused.value.field == "country"


@pytest.mark.parametrize("how", ["refused", "withdrawn", "destroyed"])
def test_a_check_that_ends_without_a_name_keeps_no_index_of_its_document(
    world: NameWorld, how: str
) -> None:
    check = world.asked()
    if how == "refused":
        world.decide(world.vera, check, "fail", "differs")
        world.decide(world.paul, check)
    elif how == "withdrawn":
        verification.withdraw_check(world.alice, check)
    else:
        world.agree(check)
        service_retention.destroy_expired_evidence(utcnow() + timedelta(days=31))
        assert len(db.session.execute(select(UsedDocument)).all()) == 1
    assert db.session.execute(select(NameClaim)).first() is None
    with world.outside():
        assert world.browser(world.alice).get(f"/checks/{check.uid}").status_code == 200
        assert world.browser(world.vera).get(f"/desk/checks/{check.uid}").status_code == 200
        assert world.browser(world.alice).get("/account/realname").status_code == 200


@pytest.mark.parametrize("act", [Act.SET_REALNAME, Act.CHANGE_REALNAME])
def test_who_joined_the_staff_meanwhile_is_refused_and_the_decision_stands(
    world: NameWorld, act: Act
) -> None:
    check = world.asked() if act == Act.SET_REALNAME else world.asked_change("HARGREAVES ALICE")
    before = world.current(world.alice)
    with world.writing() as session:
        mine = update(Person).where(Person.id == world.alice.id)
        session.execute(mine.values(kind="staff"))
    check = world.agree(check)
    assert (check.state, check.reason) == (CheckState.REFUSED, "staff")
    assert world.current(world.alice) == before


def test_a_refused_one_keeps_no_document_and_may_be_tried_again(world: NameWorld) -> None:
    check = world.asked()
    world.decide(world.vera, check, "fail", "differs")
    world.decide(world.paul, check)
    check = world.fresh(check)
    assert (check.state, check.reason) == (CheckState.REFUSED, "differs")
    assert world.name(world.alice) is None
    assert db.session.execute(select(UsedDocument)).first() is None
    again = world.asked()
    assert again.id != check.id
    assert world.agree(again).state == CheckState.DONE


def test_reasons_of_a_lost_account_are_none_of_a_name(world: NameWorld) -> None:
    check = world.asked()
    with pytest.raises(Invalid):
        world.decide(world.vera, check, "fail", "mismatch")


def test_what_was_written_goes_with_the_key_and_the_name_stays(world: NameWorld) -> None:
    check = world.agree(world.asked())
    assert queries.details_of(check) is not None
    service_retention.destroy_expired_evidence(utcnow() + timedelta(days=31))
    assert queries.details_of(world.fresh(check)) is None
    with pytest.raises(vault.KeyDestroyed), world.writing():
        vault.seal(check.stream, "x", "y")
    assert queries_names.verified_name_of(world.alice.id or 0) is not None
    with pytest.raises(IllegalMove):
        world.write(world.fresh(check))


def test_a_name_that_came_meanwhile_is_not_replaced(world: NameWorld) -> None:
    check = world.asked()
    other = world.case_passed(world.alice)
    world.set_name(other, "Alice from elsewhere")
    check = world.agree(check)
    assert (check.state, check.reason) == (CheckState.REFUSED, "named")
    found = world.name(world.alice)
    assert found is not None
    assert found.name == "Alice from elsewhere"


def test_whoever_has_no_seat_sees_nothing_of_it(world: NameWorld) -> None:
    check = world.asked()
    clerk = make_agent("Ivy")
    with world.outside():
        for who in (world.bob, world.guest, clerk):
            assert world.browser(who).get(f"/desk/checks/{check.uid}").status_code in (403, 404)
        assert world.browser(world.bob).get(f"/checks/{check.uid}/details").status_code == 404


def test_two_tabs_at_once_begin_one_check_and_one_change(world: NameWorld) -> None:
    both = Barrier(2)

    def at_once(act: Callable[[], object]) -> None:
        with world.app.app_context():
            both.wait()
            try:
                act()
            except (Invalid, Stale):
                pass
            finally:
                db.session.remove()

    def run_twice(act: Callable[[], object]) -> None:
        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(at_once, act) for _time in range(2)]:
                done.result()
        db.session.rollback()  # what was read before is old

    run_twice(lambda: service.begin_authentication(world.alice, Way.DOCUMENT))
    assert db.session.execute(select(func.count(Check.id))).scalar_one() == 1
    world.agree(world.asked(world.bob))
    wish = service_changes.Wish("BOB OTHER", "individual", "changed", Way.DOCUMENT)
    run_twice(
        lambda: service_changes.ask_change(
            world.bob, wish, subject="Another name", body="Married.", language="en"
        )
    )
    assert db.session.execute(select(func.count(NameChange.id))).scalar_one() == 1


def test_a_number_is_whole_only_for_who_has_opened_a_picture_and_only_while_they_decide(
    world: NameWorld,
) -> None:
    check = world.begin()
    world.write(check)
    page = f"/desk/checks/{check.uid}"

    def seen() -> str:
        with world.outside():
            return world.browser(world.vera).page(page).text

    assert "LIDDELL" not in seen(), "it was not given yet"
    world.show(check)
    shown = seen()
    assert "LIDDELL ALICE" in shown
    assert "P12345678" not in shown
    assert "••••5678" in shown
    world.see(world.vera, check)
    assert "P12345678" in seen()
    world.agree(check)
    assert "LIDDELL" not in seen()


def test_a_check_that_nobody_goes_on_with_is_given_up_with_its_pictures(world: NameWorld) -> None:
    check = world.begin()
    world.write(check)
    picture = io.BytesIO(jpeg())
    service_steps.add_evidence(
        world.alice, check, "photo", picture, "photo.jpg", None, consent=True
    )
    verification.give_up_forgotten_checks(utcnow() + timedelta(days=29))
    assert world.fresh(check).state == CheckState.OPEN
    for _again in range(2):
        verification.give_up_forgotten_checks(utcnow() + timedelta(days=31))
    assert world.fresh(check).state == CheckState.WITHDRAWN
    with transaction(), pytest.raises(KeyDestroyed):
        seal(check.stream, "x", "y")
    db.session.rollback()
    assert checks.evidence_of(world.fresh(check)) == {}
