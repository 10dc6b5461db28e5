"""A company verifies its name: the payment goes to that company's own account, and help is where it is promised."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from support.core.actors import SYSTEM, Actor
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Invalid, NotFound
from support.core.platform_calls import PlatformCall
from support.realname import service
from support.realname.documents import Document
from support.verification import queries_payments, service_payments, service_returns, service_steps
from support.verification.goal import rule_of
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import Way
from support.verification.queries_payments import Account
from support.verification.service import phrase_of
from tests.core.files.uploads import jpeg
from tests.fixtures.pages import Page
from tests.realname.world import LICENCE, NameWorld
from tests.verification.payments import ACCOUNT

OWN = replace(ACCOUNT, company="茶叶公司", holder="茶叶公司", licence=LICENCE["number"])


def test_where_no_work_order_is_a_person_is_asked_by_a_new_one(world: NameWorld) -> None:
    check = world.begin(way=Way.COMPANY)
    service.write_details(world.alice, check, Document.COMPANY_CN, **LICENCE)
    with pytest.raises(NotFound):
        service_steps.ask_for_person(world.alice, check, "payment")
    path = f"/checks/{check.uid}/payment/absence"
    with world.outside():
        shown = world.browser(world.alice).page(path).text
    assert "Ask a person instead" in shown
    assert f"/checks/{check.uid}/person" not in shown


def test_a_payment_to_another_company_than_the_papers_name_is_refused_at_its_field(
    world: NameWorld,
) -> None:
    check = company_check(world)
    for field, account in (
        ("company", ACCOUNT),
        ("company", replace(OWN, company="茶叶公司二", holder="茶叶公司二")),
        ("licence", replace(OWN, licence=ACCOUNT.licence)),
    ):
        with pytest.raises(Invalid, match="another company") as refused:
            service_payments.request_payment(world.alice, check, account, consent=True)
        assert refused.value.field == field
    service_payments.request_payment(world.alice, check, OWN, consent=True)


def test_details_of_another_company_let_a_payment_go_and_a_better_date_does_not(
    world: NameWorld,
) -> None:
    check = company_check(world)
    prove(world, check)
    end = utcnow().date() + timedelta(days=40)
    service.write_details(world.alice, check, Document.COMPANY_CN, **LICENCE | {"valid_until": end})
    assert queries_payments.is_proved(check)
    service.write_details(
        world.alice, check, Document.COMPANY_CN, **LICENCE | {"number": ACCOUNT.licence}
    )
    assert queries_payments.payment_of(check) is None


def test_a_payment_before_the_details_counts_only_for_the_company_that_they_name(
    world: NameWorld,
) -> None:
    check = world.begin(way=Way.COMPANY)
    prove(world, check, ACCOUNT)
    service.write_details(world.alice, check, Document.COMPANY_CN, **LICENCE)
    assert queries_payments.payment_of(check) is None


def test_the_other_letters_of_a_name_are_the_company_too(world: NameWorld) -> None:
    check = world.begin(way=Way.COMPANY)
    said = LICENCE | {"other_name": "Tea Company, Ltd."}
    service.write_details(world.alice, check, Document.COMPANY_CN, **said)
    prove(world, check, replace(OWN, company="TEA COMPANY LTD", holder="Tea Company Ltd"))


def test_the_name_of_a_locked_company_is_told_to_nobody_but_those_who_decide(
    world: NameWorld,
) -> None:
    named = company_check(world)
    service_payments.skip_payment(world.alice, named)
    for part, _words in rule_of(named).parts:
        picture(world, named, part)
    service_steps.give_check(world.alice, named)
    world.agree(named)
    check = world.open(way=Way.COMPANY)
    prove(world, check, ACCOUNT, world.guest)
    world.prove_new(check)
    service_steps.lack_old_address(world.guest, check, "lost")
    for part in ("licence", "letter"):
        world.give_picture(check, part)
    service_steps.give_check(world.guest, check)
    with pytest.raises(Invalid, match="went to another company"):
        world.decide(world.vera, check)
    banner, page = "The payment went to another company", f"/desk/checks/{check.uid}"
    with world.outside():
        assert banner in world.browser(world.vera).page(page).text
    world.decide(world.vera, world.fresh(check), "again", "mismatch")
    check = world.fresh(check)
    assert queries_payments.payment_of(check) is None
    prove(world, check, replace(OWN, licence=ACCOUNT.licence), world.guest)
    for part in ("licence", "letter"):
        world.give_picture(check, part)
    service_steps.give_check(world.guest, check)
    with world.outside():
        assert banner not in world.browser(world.vera).page(page).text
    world.decide(world.vera, world.fresh(check))


def written(page: Page) -> dict[str, str]:
    """What stands in the fields of a page."""
    fields = [each.attributes for each in page.all("input")]
    return {each["name"]: each.get("value", "") for each in fields if each.get("type") == "text"}


def test_what_the_licence_says_need_not_be_written_again_and_no_number_is_shown(
    world: NameWorld,
) -> None:
    check = company_check(world)
    uid = check.uid
    with world.outside():
        first = written(world.browser(world.alice).page(f"/checks/{uid}/payment/account"))
    said = {"company": "茶叶公司", "holder": "茶叶公司", "licence": LICENCE["number"]}
    assert first == said | {"region": "", "bank": "", "number": ""}
    service_payments.request_payment(world.alice, world.fresh(check), OWN, consent=True)
    with world.outside():
        again = written(world.browser(world.alice).page(f"/checks/{uid}/payment/account"))
    assert again == said | {"region": OWN.region, "bank": OWN.bank, "number": ""}


def test_the_phrase_belongs_on_the_letter_and_not_beside_the_licence(world: NameWorld) -> None:
    check = company_check(world)
    phrase, path = phrase_of(check), f"/checks/{check.uid}/evidence/"
    with world.outside():
        alice = world.browser(world.alice)
        assert phrase in alice.page(path + "letter").text
        assert phrase not in alice.page(path + "licence").text


@pytest.mark.parametrize("changed", [False, True])
def test_a_name_is_taken_back_only_by_a_person_when_the_bank_gave_the_payment_back(
    world: NameWorld, changed: bool
) -> None:
    if changed:
        world.verified()
        check = world.check_of(world.ask("茶叶公司", "company", Way.COMPANY))
        service.write_details(world.alice, check, Document.COMPANY_CN, **LICENCE)
    else:
        check = company_check(world)
    prove(world, check)
    for part, _words in rule_of(check).parts:
        picture(world, check, part)
    service_steps.give_check(world.alice, check)
    check = world.agree(check)
    if check.state == CheckState.HELD:
        check = world.let_it_end(check)
    payment = queries_payments.payment_of(check)
    assert payment is not None
    service_returns.note_return(SYSTEM, payment.uid)
    world.run()
    assert world.current(world.alice) == "茶叶公司", "nothing is taken back by itself"
    check = world.fresh(check)
    with world.outside():
        shown = world.browser(world.alice).page(f"/checks/{check.uid}").text
    assert "Nothing changes before that" in shown
    assert "Done; a person looks at it again" in shown
    service_returns.settle_return(world.vera, check, take_back=True)
    world.run()
    assert world.current(world.alice) == ""
    call = db.session.execute(select(PlatformCall).order_by(PlatformCall.id.desc())).scalars()
    assert "name.taken_back" in world.trail(f"person:{world.alice.id}")
    assert next(iter(call)).name == "set_realname"
    uid, reference = world.fresh(check).uid, check.reference
    with world.outside():
        alice = world.browser(world.alice)
        own = alice.page(f"/checks/{uid}")
        assert "It was taken back" in own.text
        for page in (own, alice.page("/account/checks")):
            assert "Taken back" in chips(page)
        vera = world.browser(world.vera)
        assert "Taken back" in chips(vera.page(f"/desk/checks/{uid}"))
        if changed:
            order = alice.page(f"/orders/{reference}")
            assert "the name was taken back; you may verify it again" in order.text
            assert "Taken back" in [each.text for each in order.all("p")], "the check"
            progress = [each.text for each in order.all("strong") if each.inside("ol")]
            assert progress[1:4] == ["Two people decide", "Decided", "Taken back"]
            desk = world.browser(world.mei).page(f"/desk/orders/{reference}")
            assert "Taken back: change the verified name" in desk.text
            assert {"Name changed", "Done"}.isdisjoint(chips(desk))
        else:
            assert "It was taken back" in alice.page("/account/realname").text
    again = world.begin(way=Way.COMPANY)
    assert again.id != check.id, "the company may be shown anew"


def test_a_name_that_came_since_stays_when_an_older_payment_comes_back(world: NameWorld) -> None:
    check = company_check(world)
    prove(world, check)
    for part, _words in rule_of(check).parts:
        picture(world, check, part)
    service_steps.give_check(world.alice, check)
    check = world.agree(check)
    payment = queries_payments.payment_of(check)
    assert payment is not None
    later = world.agree(world.asked_change("LIDDELL ALICE"))
    if later.state == CheckState.HELD:
        world.let_it_end(later)
    service_returns.note_return(SYSTEM, payment.uid)
    service_returns.settle_return(world.vera, world.fresh(check), take_back=True)
    assert world.current(world.alice) == "LIDDELL ALICE"


def chips(page: Page) -> list[str]:
    """What the chips of a page say."""
    return [
        each.text.strip()
        for each in page.all("span")
        if str(each.attributes.get("class")).startswith("chip ")
    ]


def company_check(world: NameWorld) -> Check:
    """Alice writes down what the licence of her company says."""
    check = world.begin(way=Way.COMPANY)
    service.write_details(world.alice, check, Document.COMPANY_CN, **LICENCE)
    return check


def prove(
    world: NameWorld, check: Check, account: Account = OWN, actor: Actor | None = None
) -> None:
    """The payment arrives, and its amount is named."""
    actor = actor or world.alice
    payment = service_payments.request_payment(actor, check, account, consent=True)
    cents = queries_payments.cents_of(payment)
    world.run()
    service_payments.confirm_payment(actor, check, f"0.{cents:02d}")


def picture(world: NameWorld, check: Check, part: str) -> None:
    """Alice gives one picture."""
    data = io.BytesIO(jpeg())
    service_steps.add_evidence(world.alice, check, part, data, "photo.jpg", None, consent=True)
