"""A complaint is heard by somebody of legal who had no part in it, and nothing else ends it or eats what was said."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core.actors import Actor
from support.core.db import db
from support.core.errors import NotAllowed
from support.infringement import (
    queries,
    service_checks,
    service_forwarding,
    service_measures,
    service_rulings,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item, Notice
from tests.infringement.world import LISTINGS, NoticeWorld
from tests.workorders.desk_world import client_of

S = ItemState


def complained(world: NoticeWorld, refused_by: Actor) -> tuple[Notice, Item]:
    """Ivy finds a notice qualified, somebody of legal takes no measure, and the filer complains about that."""
    notice = world.qualified(links=LISTINGS[:1])
    item = world.item(notice)
    service_measures.refuse_measure(
        refused_by, item, reason="lawful", words="A review.", version=item.version, now=world.now
    )
    item = world.item(notice)
    service_forwarding.forward_notice(world.ivy, item, version=item.version, now=world.now)
    item = world.item(notice)
    service_rulings.complain(
        world.hana, item, words="It sells goods.", version=item.version, now=world.now
    )
    return notice, world.item(notice)


def test_whoever_decided_anything_about_a_link_hears_no_complaint_about_it(
    world: NoticeWorld,
) -> None:
    notice, item = complained(world, world.leo)
    said = {"version": item.version, "now": world.now}
    with pytest.raises(NotAllowed):
        service_rulings.settle_complaint(world.leo, item, upheld=False, **said)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        service_rulings.record_decision(
            world.leo,
            item,
            keep=True,
            authority="A court",
            number="1",
            **said,  # type: ignore[arg-type]
        )
    for part in (world.ivy, world.leo):
        with pytest.raises(NotAllowed):
            service_checks.note_gone(part, item, **said)  # type: ignore[arg-type]
    assert world.states(notice) == [S.COMPLAINT]
    service_rulings.settle_complaint(world.lena, item, upheld=True, **said)  # type: ignore[arg-type]
    assert world.states(notice) == [S.QUALIFIED]


def test_what_was_decided_and_what_is_complained_of_both_stay_readable(world: NoticeWorld) -> None:
    notice, item = complained(world, world.leo)
    service_rulings.settle_complaint(
        world.lena, item, upheld=False, version=item.version, now=world.now
    )
    item = world.item(notice)
    assert queries.reason_words(notice, item) == "A review."
    assert queries.complaint_words(notice, item) == "It sells goods."


def test_a_decision_that_does_not_fit_a_link_is_refused_although_it_is_posted(
    world: NoticeWorld, app: Flask
) -> None:
    notice, item = complained(world, world.leo)
    case = f"/desk/orders/{world.order(notice).reference}/notice"
    number, version = item.id, item.version
    db.session.rollback()
    lena = client_of(app, world.lena)
    page = lena.page(f"{case}/links")
    token = next(filter(None, (page.values(form).get("csrf_token") for form in page.all("form"))))
    said = {"csrf_token": token, "act": "measure", "measure": "delete"}
    lena.post(f"{case}/decisions", data=said | {"ids": f"{number}:{version}"})
    assert world.states(notice) == [S.COMPLAINT]
