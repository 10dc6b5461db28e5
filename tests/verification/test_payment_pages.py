"""The pages of a payment to a company's account, and what the desk sees of it."""

from __future__ import annotations

from support.verification.queries_payments import Account
from tests.verification.payments import ACCOUNT, Company, finish, wrong


def form_of(account: Account = ACCOUNT) -> dict[str, str]:
    """What the person types."""
    names = ("region", "company", "licence", "bank", "holder", "number")
    return {name: getattr(account, name) for name in names} | {"consent": "y"}


def test_the_pages_lead_from_the_account_to_the_amount_and_the_desk_sees_no_number(
    company: Company,
) -> None:
    world, top = company.world, f"/checks/{company.check.uid}"
    account, path = f"{top}/payment/account", f"{top}/payment"
    with world.outside():
        guest = world.browser(world.guest)
        assert guest.get(path).location.endswith("/payment/account")
        bad = guest.submit(account, form_of() | {"holder": "Somebody"}, action=account)
        assert bad.status_code == 422
        assert guest.submit(account, form_of(), action=account).status_code == 303
        assert "On its way to the bank" in guest.page(path).text
    world.run()
    amount = company.transfers()[-1]["amount"]
    with world.outside():
        text = guest.page(path).text
        assert "•••• 1234" in text
        assert "62220200" not in text
        assert guest.submit(path, {"amount": wrong(amount)}, action=path).status_code == 422
        assert guest.submit(path, {"amount": amount}, action=path).status_code == 303
        assert "The amount is right." in guest.page(path).text
        assert world.stranger().get(path).status_code in (303, 404)
    finish(company)
    with world.outside():
        shown = world.browser(world.vera).page(f"/desk/checks/{company.check.uid}").text
        for part in ("confirmed by the person", "•••• 1234", "91310101MA1FPX1234"):
            assert part in shown
        assert "62220200" not in shown


def test_i_can_t_do_this_leads_to_papers_and_opening_the_page_chooses_nothing(
    company: Company,
) -> None:
    world, path = company.world, f"/checks/{company.check.uid}/payment/absence"
    with world.outside():
        guest = world.browser(world.guest)
        guest.page(path)
    assert not world.fresh(company.check).unpaid
    with world.outside():
        assert guest.submit(path, action=path).status_code == 303
        assert "Your own document beside" in guest.page(f"/checks/{company.check.uid}").text
    assert world.fresh(company.check).unpaid
