"""Legal holds: placed and released by legal and the privacy officer; what is held outlives its time."""

from __future__ import annotations

from functools import partial

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
from support.verification import service_retention, service_reviews, service_steps
from support.verification.models import Check
from support.verification.policy import Way
from tests.fixtures.pages import PageClient
from tests.infringement.world import LISTINGS, NoticeWorld
from tests.verification.world import World, moment
from tests.workorders.desk_world import make_agent, make_member, make_order, sign_in


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
    service_retention.destroy_expired_evidence(moment(31))
    assert uid in files.store().names(uid[:2])
    service.release_hold(legal, of_order)
    service_retention.destroy_expired_evidence(moment(31))
    assert uid in files.store().names(uid[:2]), "the other hold still stands"
    service.release_hold(legal, of_person)
    service_retention.destroy_expired_evidence(moment(31))
    assert uid not in files.store().names(uid[:2])
    world.leave()


@pytest.mark.parametrize("how", ["given_up", "forgotten", "refused", "retaken", "another_way"])
def test_no_other_end_of_a_check_destroys_what_is_held_and_the_release_does(
    app: Flask, how: str
) -> None:
    world = World(app)
    check = {"given_up": world.given, "refused": world.passed}.get(how, partial(_begun, world))()
    uids = [each.uid for each in checks.evidence_of(check).values()]
    about = check.about
    service.place_hold(SYSTEM, about, Ground.DISPUTE)
    _end(world, check, how)
    assert all(uid in files.store().names(uid[:2]) for uid in uids)
    current = {each.uid for each in checks.evidence_of(world.fresh(check)).values()}
    if how in ("retaken", "another_way"):
        assert not current & set(uids), "another one has taken its place"
        verification.withdraw_check(world.guest, world.fresh(check))
    service.release_hold(SYSTEM, holds.holds_on(about)[0])
    service_retention.destroy_expired_evidence(moment(41))
    world.run()
    assert not any(uid in files.store().names(uid[:2]) for uid in uids)
    world.leave()


def _begun(world: World) -> Check:
    check = world.open()
    world.prove_new(check)
    world.prove_old(check)
    world.give_picture(check)
    return check


def _end(world: World, check: Check, how: str) -> None:
    if how == "given_up":
        verification.withdraw_check(world.vera, check)
    elif how == "forgotten":
        verification.give_up_forgotten_checks(moment(40))
    elif how == "refused":
        world.say_no(check)
        service_reviews.refuse_contested(world.vera, world.fresh(check))
    elif how == "retaken":
        world.give_picture(check)
    else:
        service_steps.choose_way(world.guest, check, Way.COMPANY)
    world.run()


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
        assert holds.is_held(order.stream)
        service.release_hold(legal, first)
        service.release_hold(legal, first)
        assert not holds.is_held(order.stream)
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
    assert holds.is_held(stream)
    notices.withdraw_item(world.hana, item, version=item.version, now=world.now)
    assert not holds.is_held(stream)
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
