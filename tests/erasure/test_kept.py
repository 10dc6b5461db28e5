"""Kept means kept: nothing that a decision keeps is lost with the key of an account that goes."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Any

import pytest
from sqlalchemy import select

from support.accounts import service_profile
from support.accounts.models import BasicInformation
from support.core import files, vault
from support.core.clock import utcnow
from support.core.context import hooks
from support.core.db import db, transaction
from support.core.errors import Invalid, NotAllowed
from support.core.holders import Holder, Item, Measure
from support.erasure import queries, service
from support.erasure.lifecycle import ErasureState
from support.policies.data_classes import Class
from support.workorders import service as workorders
from tests.erasure.everything import CANARIES, Everything
from tests.erasure.world import ErasureWorld

S = ErasureState


@pytest.mark.parametrize("code", ["profile", "identity", "orders", "traces"])
def test_what_only_the_key_of_the_account_opens_is_not_kept_without_it(
    world: ErasureWorld, code: str
) -> None:
    life = Everything(world.mei, world.bob)
    world.now = utcnow()
    row = world.confirmed(life.alice)
    with pytest.raises(Invalid) as refused:
        world.proposed(row, {code: "keep"}, {code: "dispute"})
    assert refused.value.field == code
    assert world.fresh(row).status is S.REVIEW


def test_it_is_kept_where_the_account_stays_too_and_can_be_read(world: ErasureWorld) -> None:
    life = Everything(world.mei, world.bob)
    world.now = utcnow()
    kept = ["profile", "account"]
    row = world.proposed(
        world.confirmed(life.alice), dict.fromkeys(kept, "keep"), dict.fromkeys(kept, "dispute")
    )
    row = world.carried_out(world.approved(row))
    assert row.status in (S.COMPLETED, S.RESTRICTED)
    assert service_profile.profile_of(life.id).values["street"] == CANARIES["street"]


def test_what_needs_no_key_is_kept_beside_an_account_that_goes(world: ErasureWorld) -> None:
    row = world.proposed(world.confirmed(), {"orders": "keep"}, {"orders": "dispute"})
    measures = queries.measures_of(row)
    assert (measures["orders"], measures["account"]) == (Measure.KEEP, Measure.ERASE)
    world.carried_out(world.approved(row))
    kept = world.order(row)
    assert kept.subject.startswith("Deletion of my data")


def test_a_file_that_came_since_the_proposal_stops_the_second_person(world: ErasureWorld) -> None:
    row = world.proposed(world.confirmed(), {"orders": "keep"}, {"orders": "dispute"})
    owner, data = f"person:{world.alice.id}", b"paid in full"
    message = workorders.first_message(world.order(row))
    kept = files.intake(io.BytesIO(data), "receipt.txt", len(data), owner)
    with transaction():
        files.attach([kept.uid], owner, message.stream, person=owner)
    row = world.fresh(row)
    with pytest.raises(NotAllowed):
        service.approve(world.lena, row, version=row.version)
    assert world.fresh(row).status is S.PROPOSED


def test_what_was_told_after_the_decision_goes_with_the_account(world: ErasureWorld) -> None:
    row = world.approved()
    values = {"street": "17 Hidden Perch Lane", "country": "CN"}
    service_profile.save_profile(world.alice, enterprise=False, values=values, version=0)
    assert world.carried_out(row).status in (S.COMPLETED, S.RESTRICTED)
    found = select(BasicInformation).where(BasicInformation.person_id == world.alice.id)
    assert db.session.execute(found).first() is None


def test_who_closes_the_account_asks_for_all_of_it(world: ErasureWorld) -> None:
    row, alice = world.asked(), world.shown(world.alice)
    said: dict[str, Any] = {"region": "cn", "version": row.version, "now": world.now}
    with pytest.raises(Invalid) as refused:
        service.confirm_request(alice, row, scope=("account", "profile"), **said)
    assert refused.value.field == "classes"
    row = service.confirm_request(alice, row, scope=tuple(Class), **said)
    assert row.status is S.REVIEW


def _read(holders: Collection[Holder], person_id: int) -> dict[str, list[Item]]:
    db.session.expire_all()
    db.session().info.pop("data_keys", None)
    found = {}
    for each in holders:
        try:
            found[each.code] = list(each.collect(person_id))
        except vault.KeyDestroyed:
            found[each.code] = []
    return found


def test_every_place_says_whether_the_key_of_the_person_opens_it(world: ErasureWorld) -> None:
    life = Everything(world.mei, world.bob)
    holders = [each for each in hooks(Holder) if each.data_class != Class.ACCOUNT]
    before = _read(holders, life.id)
    with transaction():
        vault.destroy(f"person:{life.id}")
    after = _read(holders, life.id)
    lost = {each.code for each in holders if before[each.code] != after[each.code]}
    assert lost
    assert {each.code for each in holders if each.keyed(life.id)} >= lost
