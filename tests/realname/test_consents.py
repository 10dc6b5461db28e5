"""Taking back the consent to a document's number, a face, or a name that another service told."""

from __future__ import annotations

from support.policies import service as consents
from support.policies.models import Purpose
from support.realname import queries
from support.verification.lifecycle import CheckState
from tests.realname.world import NameWorld


def take_back(world: NameWorld, purpose: Purpose) -> None:
    consents.withdraw_consent(world.alice, person_id=world.alice.id or 0, purpose=purpose)
    world.run()


def test_a_documents_number_goes_with_its_check_also_before_any_picture(world: NameWorld) -> None:
    check = world.begin()
    world.write(check)
    take_back(world, Purpose.DOCUMENT_NUMBER)
    check = world.fresh(check)
    assert check.state == CheckState.WITHDRAWN
    assert queries.details_of(check) is None


def test_a_name_that_people_verified_stays(world: NameWorld) -> None:
    check = world.agree(world.asked())
    assert check.state == CheckState.DONE
    take_back(world, Purpose.DOCUMENT_NUMBER)
    take_back(world, Purpose.REAL_NAME)
    assert world.name(world.alice) is not None
    assert queries.details_of(world.fresh(check)) is None


def test_a_name_that_another_service_told_goes(world: NameWorld) -> None:
    alice = world.alice
    world.set_name(world.case_passed(alice), "Alice Carter", source="alipay", voucher=b"x")
    consents.record_acceptance(
        alice, person_id=alice.id or 0, version_id=1, how="real_name", purpose=Purpose.REAL_NAME
    )
    take_back(world, Purpose.REAL_NAME)
    assert world.name(alice) is None
