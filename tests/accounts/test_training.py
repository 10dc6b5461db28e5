"""Trainings: who reads personal data has a valid one, where that is asked for (PP-7.1)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, url_for
from sqlalchemy import select

from support.accounts import queries, queries_sessions, queries_training, service_training
from support.accounts.models import Training
from support.accounts.service_sessions import hash_of
from support.core import outbox
from support.core.actors import ANONYMOUS, SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.errors import Invalid, NeedsProof, NotAllowed, NotFound
from support.notifications.models import Delivery
from support.workorders import policy
from support.workorders import queries as orders
from tests.accounts.people import browse, make_member, make_staff, news, opened, signed_in, trail
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import make_guest_order

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def config(config: Config) -> Config:
    """The usual configuration where trainings are asked for."""
    return config.with_changes(training_required=True)


def trained(person_id: int, *, until: datetime) -> None:
    """Record a training that ends at this very moment."""
    with transaction() as session:
        session.add(
            Training(
                person_id=person_id,
                passed_at=until - timedelta(days=365),
                expires_at=until,
                recorded_at=until - timedelta(days=365),
            )
        )


def roles_at(secret: str, now: datetime) -> frozenset[Role]:
    """What somebody may do at a moment, in the session with this cookie."""
    speaker = queries_sessions.speaker(hash_of(secret), now)
    assert speaker is not None
    return speaker.actor.roles


def test_from_the_moment_of_the_end_on_only_administration_is_left(context: None) -> None:
    bob, ann = make_staff("Bob"), make_staff("Ann", Role.ADMIN, Role.LEGAL)
    end = utcnow() + timedelta(minutes=5)
    for person_id in (bob, ann):
        trained(person_id, until=end)
    bobs, anns = opened("Bob").secret, opened("Ann").secret
    before = end - timedelta(microseconds=1)
    assert roles_at(bobs, before) == {Role.AGENT}
    assert roles_at(anns, before) == {Role.ADMIN, Role.LEGAL}
    assert roles_at(bobs, end) == set()
    assert roles_at(anns, end) == {Role.ADMIN}


def test_the_queue_is_closed_in_words_and_open_again_at_once(app: Flask) -> None:
    with app.app_context():
        bob = make_staff("Bob")
        trained(bob, until=utcnow())
        make_staff("Ann", Role.ADMIN)
        uid = queries.person(bob).uid
    client, admin = browse(app, "Bob"), browse(app, "Ann")
    answer = client.get("/desk")
    assert answer.status_code == 403
    assert "Your training is missing or has lapsed" in answer.get_data(as_text=True)
    assert "Your training has lapsed on" in client.page("/account").text
    assert_says(admin, "/admin", "Without a valid training: Ann, Bob")
    assert_says(admin, "/admin/people", "Lapsed")

    path = f"/admin/people/{uid}/training"
    for wrong in ({"passed_on": "soon"}, {"passed_on": "2026-11-02", "months": "many"}):
        assert admin.submit(path, wrong, button="Record it").status_code == 422
    typed = {"passed_on": today().isoformat(), "months": "12", "note": "Course of autumn"}
    assert admin.submit(path, typed, button="Record it").location == f"/admin/people/{uid}"
    assert client.get("/desk").status_code == 200
    assert "Your training" not in client.page("/account").text
    page = admin.page(f"/admin/people/{uid}").text
    assert "Course of autumn" in page
    assert "Ann" in page
    with app.app_context():
        assert trail(bob).count("training.recorded") == 1


def today() -> date:
    """The operator's day."""
    return utcnow().astimezone(SHANGHAI).date()


def assert_says(client: PageClient, path: str, words: str) -> None:
    """Fail unless a page says it."""
    assert words in client.page(path).text


def test_an_administrator_without_one_administers_and_reads_no_order(app: Flask) -> None:
    with app.app_context():
        make_staff("Ann", Role.ADMIN)
        order = make_guest_order("guest@example.org")
        reference = order.reference
        ann = Actor("staff", 1, frozenset({Role.ADMIN}), untrained=True)
        with pytest.raises(NotAllowed):
            orders.order_at_desk(ann, reference)
        with pytest.raises(NotAllowed):
            policy.require_staff(ann)
        assert not policy.may_work(ann)
        assert not policy.takes_calls(ann)
    client = browse(app, "Ann")
    assert client.get("/admin").status_code == 200
    assert "No training of yours is on record" in client.page("/account").text
    with app.test_request_context():
        closed = [url_for(name) for name in ("desk.queue", "desk.search", "deliveries.index")]
    rail = [each for each in client.page("/admin").all("a") if each.inside("nav")]
    assert not {each.attributes.get("href") for each in rail}.intersection(closed)
    for path in (*closed, f"/desk/orders/{reference}"):
        assert client.get(path).status_code == 403, path


def test_nothing_is_given_to_somebody_without_one(context: None) -> None:
    bob, carol = make_staff("Bob"), make_staff("Carol")
    trained(bob, until=utcnow())
    trained(carol, until=utcnow() + timedelta(days=90))
    assert [one.id for one in queries.staff(Role.AGENT)] == [carol]
    assert queries.person(bob).held == {Role.AGENT}
    assert queries.person(bob).untrained


def test_a_training_is_kept_with_its_end_and_only_an_administrator_records_it(
    context: None,
) -> None:
    make_staff("Ann", Role.ADMIN)
    bob, alice = make_staff("Bob"), make_member("Alice")
    ann, now = signed_in("Ann"), utcnow()
    for actor, refusal in ((signed_in("Bob"), NotAllowed), (ANONYMOUS, NotFound)):
        with pytest.raises(refusal):
            service_training.record_training(actor, bob, passed_on=today())
    late = now + timedelta(minutes=16)
    with pytest.raises(NeedsProof):
        service_training.record_training(ann, bob, passed_on=today(), now=late)
    with pytest.raises(NotFound):
        service_training.record_training(ann, alice, passed_on=today())
    for wrong in (
        {"passed_on": today() + timedelta(days=1)},
        {"passed_on": date(1, 1, 1)},
        {"passed_on": today(), "months": 0},
        {"passed_on": today(), "months": 37},
    ):
        with pytest.raises(Invalid):
            service_training.record_training(ann, bob, **wrong)
    end = service_training.record_training(ann, bob, passed_on=date(2024, 2, 29), months=12)
    assert end == datetime(2025, 2, 28, tzinfo=SHANGHAI)
    [row] = queries_training.trainings_of(bob)
    assert (row.recorded_by, row.expires_at) == (ann.id, end)


def letters(app: Flask) -> int:
    """How many letters reached an inbox, after everything that waits was carried out."""
    outbox.drain()
    which = (Delivery.template == "notifications.training_lapsing", Delivery.channel == "inbox")
    return len(db.session.execute(select(Delivery.id).where(*which)).all())


def test_each_letter_goes_once_a_month_and_a_week_before_and_at_the_end(
    app: Flask, context: None
) -> None:
    bob, now = make_staff("Bob"), utcnow()
    make_staff("Carol")
    end = now + timedelta(days=60)
    trained(bob, until=end)
    told = []
    for days in (40, 30, 29, 7, 3, 0, -1, -40):
        for _twice in range(2):
            service_training.tell_lapses(end - timedelta(days=days))
        told.append(len(news(app, service_training.LAPSING)))
    assert told == [0, 1, 1, 2, 2, 3, 3, 3]
    assert trail(bob).count("training.lapsed") == 1
    assert letters(app) == 3


def test_a_later_training_stops_the_letters_of_the_one_before(app: Flask, context: None) -> None:
    bob, now = make_staff("Bob"), utcnow()
    trained(bob, until=now + timedelta(days=5))
    service_training.tell_lapses(now)
    trained(bob, until=now + timedelta(days=365))
    assert letters(app) == 0, "it was overtaken on its way"
    service_training.tell_lapses(now + timedelta(days=6))
    assert len(news(app, service_training.LAPSING)) == 1
    assert trail(bob).count("training.lapsed") == 0


class TestWhereNoneIsAskedFor:
    """Without the setting trainings are kept, and nothing hangs on them."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        """The usual configuration."""
        return config.with_changes(training_required=False)

    def test_nobody_loses_anything_and_nobody_is_told(self, app: Flask, context: None) -> None:
        bob = make_staff("Bob")
        trained(bob, until=utcnow())
        assert roles_at(opened("Bob").secret, utcnow()) == {Role.AGENT}
        assert [one.id for one in queries.staff(Role.AGENT)] == [bob]
        service_training.tell_lapses(utcnow())
        assert news(app, service_training.LAPSING) == []
        service_training.record_training(SYSTEM, bob, passed_on=today())
        assert len(queries_training.trainings_of(bob)) == 2
