"""Legal holds: placed and released by legal and the privacy officer; what is held outlives its time."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from support.core import files
from support.core.actors import SYSTEM, Role
from support.core.audit import Event
from support.core.db import db
from support.core.errors import Invalid, NotAllowed, NotFound
from support.infringement import service as notices
from support.policies import queries_legal_holds as holds
from support.policies import service_legal_holds as service
from support.policies.models_legal_holds import Ground, LegalHold
from support.verification import queries as checks
from support.verification import service as verification
from tests.fixtures.pages import PageClient
from tests.infringement.world import LISTINGS, NoticeWorld
from tests.verification.world import World, moment
from tests.workorders.desk_world import make_agent, make_member, make_order, sign_in


def is_held(stream: str) -> bool:
    """True while a hold of it stands."""
    return any(hold.about == stream for hold in holds.standing_holds())


def test_evidence_under_a_hold_outlives_its_time_and_goes_once_it_is_released(app: Flask) -> None:
    world = World(app)
    legal = make_agent("Leo", Role.LEGAL)
    check = world.given(old="proved")
    [picture] = checks.evidence_of(check).values()
    uid = picture.uid
    for who in (world.vera, world.paul):
        world.decide(who, check)
    of_order = service.place_hold(
        legal, check.about, Ground.LAWSUIT, reference="(2026) 粤 01 民初 7"
    )
    of_person = service.place_hold(legal, f"person:{check.subject_id}", Ground.DISPUTE)
    verification.destroy_expired_evidence(moment(31))
    assert uid in files.store().names(uid[:2])
    service.release_hold(legal, of_order)
    verification.destroy_expired_evidence(moment(31))
    assert uid in files.store().names(uid[:2]), "the other hold still stands"
    service.release_hold(legal, of_person)
    verification.destroy_expired_evidence(moment(31))
    assert uid not in files.store().names(uid[:2])
    world.leave()


def test_a_hold_is_placed_once_released_once_and_by_those_who_may(app: Flask) -> None:
    with app.app_context():
        legal, agent = make_agent("Leo", Role.LEGAL), make_agent("Mei")
        order = make_order(make_member("Alice", "alice@example.org"))
        for stranger, error in (
            (agent, NotAllowed),
            (make_member("Bob", "b@example.org"), NotFound),
        ):
            with pytest.raises(error):
                service.place_hold(stranger, order.stream, Ground.DISPUTE)
        for said in ("", "x" * 81, "<b>"):
            with pytest.raises(Invalid):
                service.place_hold(legal, order.stream, Ground.AUTHORITY, reference=said)
        first = service.place_hold(legal, order.stream, Ground.DISPUTE)
        assert service.place_hold(legal, order.stream, Ground.DISPUTE).id == first.id
        assert is_held(order.stream)
        service.release_hold(legal, first)
        service.release_hold(legal, first)
        assert not is_held(order.stream)
        assert service.place_hold(SYSTEM, order.stream, Ground.DISPUTE).id != first.id
        said_so = select(func.count()).where(Event.action.startswith("legal_hold."))
        assert db.session.execute(said_so).scalar_one() == 3


def test_the_order_of_a_notice_is_held_until_its_last_link_is_decided(app: Flask) -> None:
    world = NoticeWorld(app)
    notice = world.file(links=LISTINGS[:1])
    stream = world.order(notice).stream
    [hold] = holds.holds_on(stream)
    assert (hold.why, hold.placed_by, hold.released_at) == (Ground.IP_CASE, None, None)
    with pytest.raises(NotAllowed):
        service.release_hold(world.leo, hold)
    with pytest.raises(NotAllowed):
        service.place_hold(world.leo, stream, Ground.IP_CASE, reference="2026-1")
    item = world.item(notice)
    assert is_held(stream)
    notices.withdraw_item(world.hana, item, version=item.version, now=world.now)
    assert not is_held(stream)
    assert db.session.execute(select(func.count(LegalHold.id))).scalar_one() == 1
    world.leave()


def test_legal_places_and_releases_a_hold_on_the_page_of_an_order(app: Flask) -> None:
    app.test_client_class = PageClient
    with app.app_context():
        legal, agent = make_agent("Leo", Role.LEGAL, Role.AGENT), make_agent("Mei")
        order = make_order(make_member("Alice", "alice@example.org"))
        other = make_order(make_member("Bob", "bob@example.org"))
        references = order.reference, other.reference
        leo, mei = PageClient(app), PageClient(app)
        sign_in(leo, legal)
        sign_in(mei, agent)
        stream = order.stream
    mine, foreign = references
    page = f"/desk/orders/{mine}/holds"
    assert "Nothing is held" in leo.page("/desk/holds").text
    empty = leo.submit(page, {"ground": "lawsuit"}, button="Hold it")
    assert empty.status_code == 422
    assert "file number alone" in empty.get_data(as_text=True)
    said = {"ground": "lawsuit", "reference": "2026-17"}
    assert leo.submit(page, said, button="Hold it").status_code == 303
    assert "2026-17" in leo.page("/desk/holds").text
    assert "Placed under a legal hold" in leo.page(page.replace("holds", "history")).text
    with app.app_context():
        uid = holds.holds_on(stream)[0].uid
    elsewhere = f"/desk/orders/{foreign}/holds/{uid}/release"
    shown = leo.page(page)
    said = shown.values(shown.form(button="Release it: A lawsuit"))
    assert leo.post(elsewhere, data=said).status_code == 404
    assert mei.get(page).status_code == mei.get("/desk/holds").status_code == 403
    assert leo.submit(page, {}, button="Release it: A lawsuit").status_code == 303
    assert "Nothing is held" in leo.page("/desk/holds").text
