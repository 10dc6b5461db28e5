"""A consent that is taken back ends what a check does under it, and nothing else."""

from __future__ import annotations

import pytest

from support.core import vault
from support.core.actors import SYSTEM, Actor
from support.core.vault import KeyDestroyed
from support.policies import service as consents
from support.policies import service_legal_holds
from support.policies.models import Purpose
from support.policies.models_legal_holds import Ground
from support.verification import queries
from support.verification.lifecycle import CheckState, PaymentState
from tests.verification.payments import Company, finish
from tests.verification.world import World


def take_back(world: World, purpose: Purpose, who: Actor | None = None) -> None:
    who = who or world.guest
    consents.withdraw_consent(who, person_id=who.id or 0, purpose=purpose)
    world.run()


@pytest.mark.parametrize("decided", [0, 1])
def test_a_check_under_way_is_given_up_and_its_pictures_go(world: World, decided: int) -> None:
    check = world.given()
    if decided:
        world.decide(world.vera, check)
    take_back(world, Purpose.IDENTITY_EVIDENCE)
    check = world.fresh(check)
    assert check.state == CheckState.WITHDRAWN
    assert queries.evidence_of(check) == {}
    assert check.evidence_until is None, "nothing waits for a later date"


def test_a_check_that_only_waits_for_time_is_refused_and_changes_nothing_when_it_is_over(
    world: World,
) -> None:
    check = world.passed()
    assert world.fresh(check).state == CheckState.HELD
    take_back(world, Purpose.IDENTITY_EVIDENCE)
    check = world.fresh(check)
    assert (check.state, check.reason) == (CheckState.REFUSED, "consent")
    before = world.bound()
    world.let_it_end(check)
    assert world.bound() == before


def test_an_ended_check_keeps_its_end_and_loses_its_pictures(world: World) -> None:
    check = world.given(old="proved")
    world.decide(world.vera, check, "fail", "mismatch")
    world.decide(world.paul, check, "fail", "mismatch")
    check = world.fresh(check)
    assert (check.state, bool(queries.evidence_of(check))) == (CheckState.REFUSED, True)
    take_back(world, Purpose.IDENTITY_EVIDENCE)
    check = world.fresh(check)
    assert (check.state, check.reason) == (CheckState.REFUSED, "mismatch")
    assert queries.evidence_of(check) == {}


def test_what_a_legal_hold_keeps_stays_until_its_release(world: World) -> None:
    check = world.given()
    service_legal_holds.place_hold(SYSTEM, check.about, Ground.LAWSUIT, reference="(2026) 1")
    take_back(world, Purpose.IDENTITY_EVIDENCE)
    check = world.fresh(check)
    assert check.state == CheckState.WITHDRAWN
    assert queries.evidence_of(check), "kept as evidence"
    assert check.evidence_until is not None


def test_another_persons_or_purposes_consent_ends_nothing(world: World) -> None:
    check = world.given()
    for who, purpose in ((world.alice, Purpose.IDENTITY_EVIDENCE), (world.guest, Purpose.FACE)):
        consents.record_acceptance(
            who, person_id=who.id or 0, version_id=1, how="check", purpose=purpose
        )
        take_back(world, purpose, who)
    assert world.fresh(check).state == CheckState.REVIEW


def test_a_bank_account_is_forgotten_and_the_check_waits_for_other_papers(company: Company) -> None:
    company.pay()
    take_back(company.world, Purpose.BANK_ACCOUNT)
    assert company.state() is None
    check = company.world.fresh(company.check)
    assert check.state == CheckState.OPEN
    assert company.world.trail(check.about)[-1] == "check.payment_dropped"


def test_a_bank_account_that_people_decide_on_ends_the_check(company: Company) -> None:
    amount = company.pay()
    company.name(amount)
    assert company.state() == PaymentState.PROVED
    finish(company)
    take_back(company.world, Purpose.BANK_ACCOUNT)
    assert company.world.fresh(company.check).state == CheckState.WITHDRAWN


def test_twice_is_harmless(world: World) -> None:
    check = world.given()
    take_back(world, Purpose.IDENTITY_EVIDENCE)
    trail = world.trail(check.about)
    take_back(world, Purpose.IDENTITY_EVIDENCE)
    assert world.trail(check.about) == trail
    with pytest.raises(KeyDestroyed):
        vault.seal(check.stream, "place", "text")
