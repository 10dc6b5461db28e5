"""Whoever gets their account back is signed out everywhere, on the platform too."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from support.accounts import service_identities
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.core import platform
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.platform_calls import PlatformCall
from support.verification.lifecycle import CheckState
from tests.verification.world import World


@pytest.fixture
def account(world: World) -> str:
    """Alice signs in with her account of the platform itself, too."""
    person = world.alice.id or 0
    with transaction():
        found = Identity(Method.OIDC, "account-4711", "Alice")
        service_identities.add_identity(world.alice, person, found, now=utcnow())
    return "account-4711"


def calls() -> list[PlatformCall]:
    db.session.rollback()
    return list(db.session.execute(select(PlatformCall).order_by(PlatformCall.id)).scalars())


def test_a_recovered_account_is_signed_out_on_the_platform_by_the_name_it_has_there(
    world: World, account: str
) -> None:
    check = world.passed(old="proved")
    assert world.fresh(check).state == CheckState.DONE
    [call] = calls()
    assert (call.name, call.about, call.reference) == (
        "end_sessions",
        check.about,
        world.reference,
    )
    member = platform.said(call)["member"]
    assert (member["name"], member["account"]) == ("Alice", account)
    assert account not in repr(call.payload)
    world.run()
    assert calls()[0].state == "done"
    trail = world.trail(check.about)
    assert [each for each in trail if each.startswith("platform.")] == [
        "platform.asked",
        "platform.done",
    ]


def test_the_agent_reads_of_it_in_both_languages(world: World) -> None:
    world.passed(old="proved")
    world.run()
    with world.outside():
        mei = world.browser(world.mei)
        for path in (f"/desk/orders/{world.reference}", f"/desk/orders/{world.reference}/history"):
            page = mei.page(path).text
            assert "The platform was asked: End the account's sessions" in page
            assert "Console version of the platform: recorded, nothing was done" in page
        mei.submit("/policies", action="/language")
        page = mei.page(f"/desk/orders/{world.reference}/history").text
        assert "已请求平台：结束账号的全部会话" in page
        assert "平台未实际执行" in page


@pytest.mark.parametrize("old", ["lost", "stolen"])
def test_nobody_is_signed_out_before_the_account_is_given_back(world: World, old: str) -> None:
    check = world.passed(old=old, named=("alice@example.org",) if old == "stolen" else ())
    world.run()
    assert calls() == []
    world.let_it_end(check)
    assert [call.name for call in calls()] == ["end_sessions"]
