"""A check is given up on a page of its own, which says what is lost; opening it changes nothing."""

from __future__ import annotations

from sqlalchemy import update

from support.accounts.models import Person
from support.core.actors import SYSTEM
from support.core.db import transaction
from support.verification import queries, queries_payments, service_returns, service_reviews
from support.verification.lifecycle import CheckState
from tests.verification.payments import Company, finish
from tests.verification.world import World


def test_the_page_says_what_is_lost_and_only_its_button_gives_the_check_up(world: World) -> None:
    check = world.open()
    world.prove_new(check)
    world.give_picture(check)
    top = f"/checks/{check.uid}"
    with world.outside():
        guest = world.browser(world.guest)
        tasks = guest.page(top)
        assert not [each for each in tasks.all("form") if "withdrawal" in str(each.attributes)]
        page = guest.page(f"{top}/withdrawal")
        assert "Give this check up?" in page.text
        assert "A new address that is yours" in page.text
        assert "beside a paper with the phrase" in page.text
        assert "An older address" not in page.text, "it was not shown"
        assert "are destroyed at once" in page.text
        assert "The work order stays open" in page.text
    assert world.fresh(check).state == CheckState.OPEN, "a look changes nothing"
    assert queries.evidence_of(world.fresh(check))
    with world.outside():
        answer = guest.submit(f"{top}/withdrawal", button="Give this check up")
        assert (answer.status_code, answer.location) == (303, top)
        assert "This check was given up" in guest.page(top).text
    check = world.fresh(check)
    assert check.state == CheckState.WITHDRAWN
    assert queries.evidence_of(check) == {}


def test_the_page_is_there_in_chinese(world: World) -> None:
    check = world.open()
    with transaction() as session:
        session.execute(update(Person).where(Person.id == world.guest.id).values(language="zh"))
    with world.outside():
        guest = world.browser(world.guest)
        text = guest.page(f"/checks/{check.uid}/withdrawal").text
    assert "放弃此次核验？" in text
    assert "立即销毁" in text
    assert "您已完成的以下步骤将作废" not in text, "nothing was done yet"


def test_a_second_click_or_a_late_one_leads_to_where_the_check_stands(world: World) -> None:
    check = world.given()
    top = f"/checks/{check.uid}"
    with world.outside():
        guest = world.browser(world.guest)
        page = guest.page(f"{top}/withdrawal")
        typed = page.values(page.form(action=f"{top}/withdrawal"))
    world.decide(world.vera, world.fresh(check))
    world.decide(world.paul, world.fresh(check))
    assert world.fresh(check).state == CheckState.HELD
    with world.outside():
        for answer in (
            guest.post(f"{top}/withdrawal", data=typed),
            guest.get(f"{top}/withdrawal"),
        ):
            assert (answer.status_code, answer.location) == (303, top)
    assert world.fresh(check).state == CheckState.HELD


def test_nobody_else_opens_the_page(world: World) -> None:
    check = world.open()
    path = f"/checks/{check.uid}/withdrawal"
    with world.outside():
        assert world.browser(world.alice).get(path).status_code == 404
        assert world.stranger().get(path).status_code in (303, 404)


def test_what_was_undone_or_left_out_is_not_called_to_do_while_people_decide(
    company: Company,
) -> None:
    """A payment that came back in the waiting period: people look anew, and the person can do nothing now."""
    world = company.world
    company.name(company.pay())
    finish(company)
    check = world.fresh(company.check)
    with world.outside():
        text = world.browser(world.guest).page(f"/checks/{check.uid}").text
    assert "Left out" in text, "the record was not named"
    assert "To do" not in text
    world.decide(world.vera, world.fresh(check))
    world.decide(world.paul, world.fresh(check))
    payment = queries_payments.payment_of(world.fresh(check))
    assert payment is not None
    service_returns.note_return(SYSTEM, payment.uid)
    world.run()
    check = world.let_it_end(world.fresh(check))
    service_reviews.take_up_again(world.vera, check)
    with world.outside():
        text = world.browser(world.guest).page(f"/checks/{check.uid}").text
    assert "Given back by the bank" in text
    assert "No longer counts" in text
    assert "To do" not in text
