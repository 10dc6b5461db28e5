"""Evidence that comes while the check moves on: nothing is left behind, nothing is decided on it."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from support.accounts import queries as people
from support.accounts import queries_identities, service_identities
from support.accounts.models import Person
from support.accounts.passwords import hash_password
from support.accounts.policy import Method
from support.accounts.providers import Identity
from support.core import files, vault
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import DomainError, Invalid, Unavailable
from support.verification import queries, service, service_reviews, service_steps
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from support.verification.policy import Way
from tests.core.files.uploads import jpeg
from tests.verification.world import World, points


class Meanwhile(io.BytesIO):
    """An upload during which something else happens."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__(jpeg())
        self._act: Callable[[], object] | None = act

    def read(self, size: int | None = -1, /) -> bytes:
        """Let it happen before the first byte."""
        act, self._act = self._act, None
        if act is not None:
            act()
        return super().read(size)


def stored() -> set[str]:
    """The names of everything in the store."""
    return {name for prefix in range(256) for name in files.store().names(f"{prefix:02x}")}


def add(world: World, check: Check, act: Callable[[], object]) -> None:
    """Give a picture while `act` happens."""
    service_steps.add_evidence(
        world.guest, check, "photo", Meanwhile(act), "photo.jpg", None, consent=True
    )


def test_a_picture_that_comes_while_the_check_is_given_up_is_kept_nowhere(world: World) -> None:
    check = world.open()
    with pytest.raises(DomainError):
        add(world, check, lambda: service.withdraw_check(world.guest, world.fresh(check)))
    assert world.fresh(check).state == CheckState.WITHDRAWN
    assert stored() == set()
    with transaction(), pytest.raises(vault.KeyDestroyed):
        vault.seal(check.stream, "x", "a new key would keep what came late")
    db.session.rollback()


def test_a_picture_that_comes_while_the_check_is_decided_on_changes_nothing(world: World) -> None:
    check = world.open()
    world.prove_new(check)
    service_steps.lack_old_address(world.guest, check, "lost")
    world.give_picture(check)
    before = stored()
    with pytest.raises(DomainError):
        add(world, check, lambda: service_steps.give_check(world.guest, check))
    assert world.fresh(check).state == CheckState.REVIEW
    assert stored() == before
    assert {each.uid for each in queries.evidence_of(check).values()} == before


def test_a_picture_of_a_way_that_was_left_meanwhile_is_kept_nowhere(world: World) -> None:
    check = world.open()
    with pytest.raises(DomainError):
        add(world, check, lambda: service_steps.choose_way(world.guest, check, Way.COMPANY))
    assert stored() == set()


def test_nothing_is_decided_without_its_pictures(world: World) -> None:
    check = world.given()
    [picture] = queries.evidence_of(check).values()
    world.see(world.vera, check)
    with transaction():
        picture.destroyed_at = utcnow()
    with pytest.raises(Invalid, match="picture is missing"):
        service_reviews.decide(
            world.vera, check, "pass", marks=points(check), version=check.version
        )


def test_a_look_that_showed_nothing_is_no_look(world: World) -> None:
    check = world.given()
    [picture] = queries.evidence_of(check).values()
    view = service_reviews.open_picture(world.vera, check, picture.uid, "first_review")
    with files.store().open(picture.uid) as stream:
        sealed = stream.read()
    files.store().remove(picture.uid)
    with pytest.raises(Unavailable):
        service_reviews.look(world.vera, check, view.uid)
    assert queries.seen_by(world.vera, check) == set()
    with files.store().incoming.temporary() as path:
        path.write_bytes(sealed)
        files.store().put(path, picture.uid)
    assert service_reviews.look(world.vera, check, view.uid), "and the permission is still good"
    assert queries.seen_by(world.vera, check) == {picture.id}


def test_taken_up_again_the_picture_bears_the_phrase_that_its_person_was_told(world: World) -> None:
    check = world.passed()
    told = service.phrase_of(check)
    world.say_no(check)
    check = world.fresh(check)
    service_reviews.take_up_again(world.vera, check)
    assert service.phrase_of(check) == told


@pytest.mark.parametrize("version", ["", "abc", "9" * 19, "9" * 40])
def test_an_odd_version_is_too_old_and_no_fault(world: World, version: str) -> None:
    check = world.given()
    world.see(world.vera, check)
    page, every = f"/desk/checks/{check.uid}", points(check)
    with world.outside():
        answer = world.browser(world.vera).submit(
            page,
            {"verdict": "pass", "version": version, "marks": every},
            action=f"{page}/verdicts",
        )
    assert answer.status_code == 409


def test_giving_an_account_back_shuts_every_door_that_was_open_before(world: World) -> None:
    person_id = world.alice.id or 0
    with transaction():
        db.session.get_one(Person, person_id).password_hash = hash_password("four umbrellas")
        identity = Identity(Method.WEIBO, "20880001", "Alice")
        service_identities.add_identity(world.alice, person_id, identity, now=utcnow())
    world.passed(old="proved")
    assert not people.person(person_id).has_password
    assert queries_identities.person_of(identity) is None
