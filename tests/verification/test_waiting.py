"""What waits for a verifier or an approver: their list, and its length in the rail of the desk."""

from __future__ import annotations

from sqlalchemy import update

from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.context import ground
from support.core.db import transaction
from support.verification import queries_waiting, service, views_desk
from support.verification.lifecycle import CheckState
from support.verification.models import Check
from tests.verification.world import World
from tests.workorders.desk_world import counted, make_agent


def rail(world: World, actor: Actor) -> str:
    """What stands beside the entry in the rail, once the second is over for which a number is kept."""
    ground().kept.clear()
    with world.outside():
        page = world.browser(actor).page("/desk")
    found = {each.text for each in page.all("a") if each.attributes.get("href") == "/desk/checks"}
    assert len(found) == 1, "the rail and the sheet of a phone say the same"
    return found.pop().removeprefix("Identity checks").strip()


def test_the_rail_says_how_many_checks_wait_for_whoever_looks(world: World) -> None:
    both = make_agent("Wanda", Role.VERIFIER, Role.APPROVER)
    check = world.given()
    for number, state in ((7, CheckState.REVIEW), (8, CheckState.OPEN)):
        other = service.open_check(
            world.mei,
            about=f"order:{number}",
            reference=f"WO-26-00000{number}-AA",
            asker_id=world.guest.id or 0,
            subject_id=world.alice.id or 0,
        )
        with transaction() as session:
            mine = update(Check).where(Check.id == other.id)
            session.execute(mine.values(state=state, given_at=utcnow()))
    assert [rail(world, each) for each in (world.vera, world.paul, both)] == ["2", "", "2"]
    world.decide(both, world.fresh(check))
    assert [rail(world, each) for each in (world.vera, world.paul, both)] == ["1", "1", "1"]
    for each in (world.vera, world.paul, both):
        waits = queries_waiting.waiting_for(each, queries_waiting.waiting())
        assert waits == len(queries_waiting.to_review(each)), "the number is that of the list"


def test_a_stopped_check_waits_for_verifiers_whoever_decided_before(world: World) -> None:
    check = world.passed()
    assert world.say_no(check)
    counts = queries_waiting.waiting()
    assert [queries_waiting.waiting_for(each, counts) for each in (world.vera, world.paul)] == [
        1,
        0,
    ]


def test_the_numbers_cost_one_query_a_second_for_all_who_decide(world: World) -> None:
    world.given()
    [entry] = views_desk.HOOKS
    assert entry.count is not None
    assert entry.count(world.vera) == 1
    with counted() as statements:
        assert entry.count(world.paul) == 0
    assert statements == []
