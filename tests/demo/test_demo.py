"""The demo: complete after the first call, untouched by the second, and never put over a real desk."""

from __future__ import annotations

import json
import stat
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select

from demo.bulk import add_orders
from demo.load import NotEmpty, load_demo
from demo.moments import due_next, moment_of
from demo.operator import EXAMPLE
from demo.stories import STORIES
from support.accounts import queries as accounts
from support.core import audit, installation, outbox, platform, platform_queries, search
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.config import Config, load
from support.core.db import Base, db, transaction
from support.core.files import StoredFile
from support.core.masking import mask_secrets
from support.core.outbox_rows import OutboxRow, OutboxState
from support.core.search import SearchDoc
from support.core.text import tokens
from support.notifications.models import Delivery
from support.policies.models import Announcement, PolicyVersion
from support.workorders import desk_lines, queries, service, targets, timers
from support.workorders.kind import QUESTION, kind_named
from support.workorders.lifecycle import Priority, Status
from support.workorders.models import Message, Party, Tag, WorkOrder
from tests.notifications.conftest import make_member

ROLES = [
    "member", "respondent", "agent", "verifier", "approver", "ip_clerk", "legal", "privacy_officer",
    "security_officer", "admin",
]  # fmt: skip
MONDAY_NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)

TOLD = 59
"""How many orders the stories tell of, with the one about a name, the rights notices and the reports."""


@pytest.fixture
def app(app: Flask) -> Flask:
    """A first start: the policy that other tests find is not there yet."""
    with app.app_context(), transaction() as session:
        session.execute(delete(PolicyVersion))
    return app


def loaded(app: Flask) -> Path:
    """Load the demo into the app's instance and return its directory."""
    instance = Path(app.instance_path)
    assert load_demo(instance, list)
    return instance


def everything() -> dict[str, int]:
    """Return the number of rows in every table."""
    found = {
        name: db.session.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in Base.metadata.tables.items()
    }
    db.session.rollback()
    return found


def test_the_first_call_makes_everything_and_the_second_nothing(app: Flask) -> None:
    with app.app_context():
        instance = loaded(app)
        before, logins = everything(), (instance / "demo-logins.json").read_bytes()
        assert not load_demo(instance, list)
        assert everything() == before
        assert (instance / "demo-logins.json").read_bytes() == logins
        assert installation.is_demo()


def test_the_logins_are_private_complete_and_right(app: Flask) -> None:
    with app.app_context():
        path = loaded(app) / "demo-logins.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        logins = json.loads(path.read_text("utf-8"))
        assert list(logins) == ROLES
        for role, each in logins.items():
            assert set(each) == {"login", "password", "totp_secret", "login_path", "url"}
            found = accounts.bound_contact("email", each["login"])
            assert found is not None
            person = accounts.person(found[0])
            assert person.has_password
            assert person.has_factor == (each["totp_secret"] is not None)
            assert person.has_factor == (role not in ("member", "respondent"))
            assert {one.value for one in person.roles} == ({role} if person.has_factor else set())


def test_the_settings_name_an_operator_and_what_is_there_is_kept(app: Flask) -> None:
    with app.app_context():
        instance = loaded(app)
    config = load({"INSTANCE_DIR": str(instance)})
    assert (config.operator_name, config.operator_name_zh) == ("Example Platform", "示例平台")
    for name in ("department", "department_zh", "phone", "hours", "complaints"):
        assert getattr(config, f"operator_{name}")
    assert len(config.filing_numbers) == 2
    assert stat.S_IMODE((instance / "gongdan.toml").stat().st_mode) == 0o600


def test_an_operator_who_is_there_stays(app: Flask) -> None:
    with app.app_context():
        path = Path(app.instance_path) / "gongdan.toml"
        path.write_text('operator_name = "Ours"\n', "utf-8")
        loaded(app)
        assert path.read_text("utf-8") == 'operator_name = "Ours"\n'


def test_every_state_kind_and_language_is_there_and_one_or_two_are_late(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        orders = list(db.session.execute(select(WorkOrder)).scalars())
        assert len(orders) == TOLD
        assert {order.state for order in orders} == set(Status)
        assert {order.kind for order in orders} == {
            "question", "suggestion", "complaint", "realname", "infringement", "report", "erasure",
        }  # fmt: skip
        assert min(Counter(order.language for order in orders).values()) >= 15
        assert {order.priority for order in orders} == set(Priority)
        late = [order for order in orders if order.active and order.due_at < utcnow()]
        assert 1 <= len(late) <= 3
        assert {order.closed_reason for order in orders if order.state is Status.CLOSED} == {
            "confirmed",
            "requester",
            "no_answer",
            "not_confirmed",
            "carried_out",
        }
        assert any(order.assignee_id is None and order.active for order in orders)
        assert any(order.related_id for order in orders)
        for table in (Tag, Announcement, StoredFile):
            assert db.session.execute(select(table).limit(1)).first() is not None


def test_each_member_login_has_orders_of_its_own(app: Flask) -> None:
    with app.app_context():
        logins = json.loads((loaded(app) / "demo-logins.json").read_text("utf-8"))
        for role in ("member", "respondent"):
            found = accounts.bound_contact("email", logins[role]["login"])
            assert found is not None
            assert len(queries.own_orders(Actor("member", found[0]))) >= 4


def test_references_rise_with_time_and_the_trail_is_whole(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        filed = list(
            db.session.execute(select(WorkOrder.created_at).order_by(WorkOrder.id)).scalars()
        )
        assert filed == sorted(filed)
        assert max(filed) < utcnow()
        own = [each for each in audit.verify() if each.stream != "system"]
        assert own == []


def test_old_news_expires_untold_and_a_handful_is_told(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        states = Counter(db.session.execute(select(OutboxRow.state)).scalars())
        assert set(states) == {OutboxState.EXPIRED, OutboxState.PENDING}
        assert states[OutboxState.EXPIRED] > 80
        calls = OutboxRow.topic == platform.DUE
        asked = select(func.count()).where(OutboxRow.state == OutboxState.PENDING, calls)
        told = states[OutboxState.PENDING] - db.session.execute(asked).scalar_one()
        assert 20 <= told <= 45  # one row for each room that hears of a notice
        assert db.session.execute(select(func.count()).select_from(Delivery)).scalar_one() == 0
        outbox.drain()
        mails = select(func.count()).select_from(Delivery).where(Delivery.channel == "mail")
        assert 8 <= db.session.execute(mails).scalar_one() <= 20


def test_the_page_of_calls_to_the_platform_is_not_empty(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        outbox.drain()
        lines = platform_queries.page_of()
        names = [line.name for line in lines]
        others = [name for name in names if name != "take_down"]
        assert others[0] == "erase_person"
        assert others[1:] == [
            "set_realname",
            "end_sessions",
            "check_transaction",
            "restore",
            "restore",
        ]
        assert {line.note for line in lines} == {"console"}


def test_a_start_that_was_cut_off_leaves_nothing_and_the_next_one_succeeds(app: Flask) -> None:
    def cut_off(_acts: list[object]) -> list[object]:
        raise KeyboardInterrupt

    with app.app_context():
        before = everything()
        with pytest.raises(KeyboardInterrupt):
            load_demo(Path(app.instance_path), cut_off)
        after = everything()
        assert {name for name in before if before[name] != after[name]} <= {
            "stored_file",
            "vault_key",
        }
        assert not (Path(app.instance_path) / "demo-logins.json").exists()
        loaded(app)


def test_logins_that_missed_their_name_are_found_by_the_next_start(app: Flask) -> None:
    with app.app_context():
        path = loaded(app) / "demo-logins.json"
        path.rename(path.with_name("demo-logins.json.new"))
        assert not load_demo(path.parent, list)
        assert path.exists()


@pytest.mark.parametrize("how", ["marked", "peopled"])
def test_a_real_desk_is_left_as_it_is(app: Flask, how: str) -> None:
    with app.app_context():
        if how == "marked":
            installation.mark(demo=False)
        else:
            make_member("Alice", "alice@example.com")
        before = everything()
        with pytest.raises(NotEmpty):
            load_demo(Path(app.instance_path), list)
        assert everything() == before
        assert not (Path(app.instance_path) / "demo-logins.json").exists()


def test_the_command_says_what_it_did_and_ends_well_on_a_real_desk(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    assert "is loaded" in run(args=["demo"]).output
    again = run(args=["demo", "--orders", "30"])
    assert again.exit_code == 0
    assert "is there" in again.output
    with app.app_context():
        assert (
            db.session.execute(select(func.count()).select_from(WorkOrder)).scalar_one()
            == TOLD + 30
        )


def test_make_run_goes_on_where_a_real_desk_is(app: Flask) -> None:
    with app.app_context():
        installation.mark(demo=False)
    run = app.test_cli_runner().invoke
    assert run(args=["demo"]).exit_code == 0
    assert run(args=["demo", "--orders", "5"]).exit_code == 1


def test_no_story_shows_a_secret_or_a_real_address() -> None:
    text = STORIES.read_text("utf-8")
    assert mask_secrets(text).found == ()
    for order in tomllib.loads(text)["order"]:
        assert len(order["subject"]) <= 80
        assert "@" not in order["text"]


@pytest.mark.parametrize(
    "now",
    [
        MONDAY_NOON,
        datetime(2026, 11, 21, 20, 0, tzinfo=UTC),  # Sunday before dawn
        datetime(2026, 10, 3, 4, 0, tzinfo=UTC),  # in the middle of the October holidays
        datetime(2027, 1, 1, 0, 0, tzinfo=UTC),
    ],
)
def test_the_demo_can_be_made_at_any_moment(app: Flask, now: datetime) -> None:
    with app.app_context(), time_machine.travel(now, tick=False):
        assert load_demo(Path(app.instance_path), list)
        due = select(WorkOrder.due_at).where(WorkOrder.subject == "开具上季度电子发票")
        first = db.session.execute(due).scalar_one()
        assert first > now
        if targets.office_hours().is_open(now):
            assert first <= now + timedelta(hours=2)


def test_moments_are_told_from_now(app: Flask) -> None:
    assert moment_of("25m", MONDAY_NOON) == MONDAY_NOON - timedelta(minutes=25)
    assert moment_of("1d 10:15", MONDAY_NOON) == datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
    with app.app_context():
        filed = due_next(QUESTION, Priority.NORMAL, MONDAY_NOON)
        due = targets.dues(QUESTION, Priority.NORMAL, filed)[0].at
    assert timedelta(minutes=45) <= due - MONDAY_NOON <= timedelta(hours=2)


def test_synthetic_orders_are_as_the_verbs_would_have_left_them(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        news = everything()["outbox"]
        add_orders(1000, list, seed=3)
        assert everything()["outbox"] == news
        bulk = list(
            db.session.execute(select(WorkOrder).order_by(WorkOrder.id).offset(TOLD)).scalars()
        )
        assert len(bulk) == 1000
        shares = Counter(order.status for order in bulk)
        assert 20 <= shares["new"] + shares["open"] + shares["waiting"] <= 60
        assert 800 <= shares["closed"] <= 900
        assert [each for each in audit.verify() if each.stream.startswith("order:")] == []
        for order in bulk:
            term = targets.term(order.state, order.status_at)
            assert order.term_ends_at == (term.at if term else None)
            assert (order.stopped_at is None) is (term is None)
        for order in bulk[::97]:
            messages = db.session.execute(
                select(Message).where(Message.order_id == order.id).order_by(Message.id)
            ).scalars()
            found = list(messages)
            assert len(found) in (1, 2, 4)
            assert order.created_at == found[0].created_at <= order.updated_at < utcnow()
            party = db.session.execute(select(Party).where(Party.order_id == order.id)).scalar_one()
            assert party.person_id == order.requester_id
            assert queries.order_named(order.reference).id == order.id
            first, resolve = targets.dues(
                kind_named(order.kind), Priority(order.priority), order.created_at
            )
            assert (order.first_reply_due, order.resolve_due) == (first.at, resolve.at)
            lines = desk_lines.read_whole(order)
            assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_synthetic_orders_are_found_by_subject_and_by_what_was_said(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        add_orders(300, list, seed=3)
        order = (
            db.session.execute(select(WorkOrder).order_by(WorkOrder.id.desc())).scalars().first()
        )
        assert order is not None
        body = (
            db.session.execute(
                select(Message.body).where(Message.order_id == order.id).order_by(Message.id)
            )
            .scalars()
            .first()
        )
        assert body is not None
        hits = search.find("order", f"{order.subject} {body[:12]}", staff=True)
        assert order.id in {hit.thing_id for hit in hits}
        words = select(func.count()).select_from(SearchDoc).where(SearchDoc.thing_id == order.id)
        messages = select(func.count()).select_from(Message).where(Message.order_id == order.id)
        assert (
            db.session.execute(words).scalar_one() == 1 + db.session.execute(messages).scalar_one()
        )
        whole = set(tokens(f"{order.subject}\n{body}"))
        assert whole == set(tokens(order.subject)) | set(tokens(body))


def test_verbs_go_on_after_synthetic_orders(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        add_orders(50, list)
        add_orders(50, list, seed=2)
        alice = make_member("Alice", "alice@example.com")
        order = service.file_order(
            Actor("member", alice),
            QUESTION,
            requester_id=alice,
            contact_id=None,
            subject="After them",
            body="Hello",
            language="en",
        )
        assert order.id == TOLD + 101


def test_the_example_has_no_hole_in_the_settings(config: Config) -> None:
    assert set(EXAMPLE) <= set(config.__slots__)


def test_the_next_tick_alarms_nobody_of_synthetic_orders(app: Flask) -> None:
    with app.app_context():
        loaded(app)
        add_orders(1500, list)
        late = select(WorkOrder.id).where(WorkOrder.due_at < utcnow(), WorkOrder.id > TOLD)
        assert list(db.session.execute(late).scalars())
        for each in timers.PERIODIC:
            each.work(utcnow())
        topics = ("order.overdue", "order.reminded")
        put = select(OutboxRow.payload).where(
            OutboxRow.topic.in_(topics), OutboxRow.state == OutboxState.PENDING
        )
        assert [
            row["order"] for row in db.session.execute(put).scalars() if row["order"] > TOLD
        ] == []
