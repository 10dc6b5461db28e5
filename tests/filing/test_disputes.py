"""A counter-notice with its holder: what they see of it, showing a dispute in time, accepting it; nobody else may."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from flask import Flask

from support.core.errors import IllegalMove, NotFound
from support.infringement import queries, service_disputes
from support.infringement.lifecycle import ItemState
from support.infringement.models import Notice
from tests.core.files.uploads import jpeg
from tests.filing.test_answers import browser
from tests.infringement.world import COUNTER, NoticeWorld

S = ItemState
SHOWN = {"authority": "Canary court", "number": "2026-7"}


@pytest.fixture
def world(app: Flask) -> Iterator[NoticeWorld]:
    """Hana who holds a mark, Rong who sells, Ivy the clerk."""
    made = NoticeWorld(app)
    yield made
    made.leave()


def path_of(world: NoticeWorld, notice: Notice) -> str:
    """The address of the page."""
    return f"/orders/{world.order(notice).reference}/notice/counter"


def test_the_holder_sees_what_is_forwarded_and_shows_a_dispute_that_stops_the_restoring(
    world: NoticeWorld,
) -> None:
    notice = world.qualified()
    item = world.waiting(notice).id
    path, hana = path_of(world, notice), browser(world, world.hana)
    text = hana.page(path).text
    assert COUNTER.explanation in text
    for own in (COUNTER.id_no, COUNTER.address, COUNTER.email, COUNTER.phone):
        assert own not in text
    assert "You may complain to the competent authority or sue" in text
    bare = hana.submit(path, SHOWN | {"items": str(item)}, action=path)
    assert bare.status_code == 422, "without a receipt nothing is shown"
    receipt = {"items": str(item), "files": (io.BytesIO(jpeg()), "receipt.jpg")}
    assert hana.submit(path, SHOWN | receipt, action=path).status_code == 303
    assert queries.dispute_of(notice, world.item(notice)) == ("Canary court", "2026-7")
    world.pass_time(days=60)
    world.tick()
    assert world.item(notice).status is S.WAITING, "a clerk looks at it first"


def test_without_a_dispute_it_comes_back_at_the_end(world: NoticeWorld) -> None:
    notice = world.qualified()
    world.waiting(notice)
    world.pass_time(days=60)
    world.tick()
    assert world.item(notice).status is S.RESTORE_ASKED


def test_accepting_restores_without_waiting(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.waiting(notice).id
    path, hana = path_of(world, notice), browser(world, world.hana)
    done = hana.submit(path, {"items": str(item)}, action=f"{path}/acceptance")
    assert done.status_code == 303
    found = world.item(notice)
    assert (found.status, found.reason) == (S.RESTORE_ASKED, "holder_accepts")


def test_nobody_but_the_filer_answers_it_and_not_after_the_end(world: NoticeWorld) -> None:
    notice = world.qualified()
    item = world.waiting(notice)
    path = path_of(world, notice)
    for other in (world.rong, world.eve):
        assert browser(world, other).get(path).status_code == 404
        with pytest.raises(NotFound):
            service_disputes.accept_counter(other, notice, [item])
    first = world.item(notice, 2)
    with pytest.raises(IllegalMove):
        service_disputes.accept_counter(world.hana, notice, [first])
