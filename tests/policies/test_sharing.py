"""The ledger of sharing: one row beside each act, never changed, seen by its person, looked at with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DatabaseError

from support.core import audit, keeping
from support.core.actors import SYSTEM, Actor, Role
from support.core.audit import Event
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.core.errors import Invalid, NotAllowed, NotFound
from support.policies import keepings
from support.policies import queries_sharing as queries
from support.policies import service_partners as partners
from support.policies import service_sharing as service
from support.policies.models_sharing import Sharing
from support.policies.sharing_words import Aim, Basis, Data, Kind, Recipient
from tests.fixtures.sharing import PARTNER as FACTS
from tests.workorders.desk_world import client_of, make_agent, make_member

WHAT = {"data": (Data.NAME, Data.CONTACT), "aim": Aim.NOTICE, "basis": Basis.NOTICE}
OWN, DESK = "/account/sharing", "/desk/sharing"


def give(actor: Actor, person: Actor, key: str = "1", **more: object) -> bool:
    values = {"to": Recipient.RESPONDENT, "reference": "WO-26-000012-AA", **WHAT, **more}
    return service.record_sharing(actor, person.id or 0, key=key, **values)  # type: ignore[arg-type]


def rows() -> list[Sharing]:
    db.session.rollback()
    return list(db.session.execute(select(Sharing).order_by(Sharing.id)).scalars())


def test_an_act_stands_once_with_who_approved_it_and_in_the_trail(app: Flask) -> None:
    with app.app_context():
        alice, ivy = make_member("Alice"), make_agent("Ivy", Role.IP_CLERK)
        assert give(ivy, alice)
        assert not give(ivy, alice), "the same act again writes nothing"
        give(alice, alice, "2")
        give(SYSTEM, alice, "3")
        give(SYSTEM, alice, "4", approved_by=77)
        decided = [(each.decided.value, each.approved_by) for each in rows()]
        assert decided == [("staff", ivy.id), ("own", None), ("rule", None), ("staff", 77)]
        told = select(func.count()).where(Event.action == "sharing.recorded")
        assert db.session.execute(told).scalar_one() == 4
        assert list(audit.verify()) == []


def test_a_row_can_be_changed_or_deleted_by_nobody_and_goes_after_three_years(app: Flask) -> None:
    with app.app_context():
        alice, now = make_member("Alice"), utcnow()
        give(SYSTEM, alice, "new")
        give(SYSTEM, alice, "old", now=now - timedelta(days=3 * 366 + 5))
        for statement in (
            update(Sharing).values(aim="other"),
            delete(Sharing).where(Sharing.key == "new"),
        ):
            with pytest.raises(DatabaseError), transaction() as session:
                session.execute(statement)
        if db.engine.dialect.name == "postgresql":
            with pytest.raises(DatabaseError), transaction() as session:
                session.execute(text("TRUNCATE sharing"))
        keeping.sweep(keepings.SHARING, now, before=now - timedelta(days=3 * 366))
        assert [each.key for each in rows()] == ["new"]


def test_the_kind_follows_from_the_register(app: Flask) -> None:
    with app.app_context():
        alice, leo = make_member("Alice"), make_agent("Leo", Role.LEGAL)
        partner = partners.add_partner(leo, FACTS)
        give(SYSTEM, alice, "1", to=partner.code)
        give(SYSTEM, alice, "2", to="nobody-registered")
        give(SYSTEM, alice, "3", kind=Kind.PUBLISHED, to=Recipient.PUBLIC)
        assert [each.how for each in rows()] == [Kind.ENTRUSTED, Kind.SHARED, Kind.PUBLISHED]


def test_members_see_their_own_newest_first_page_by_page_and_nobody_elses(app: Flask) -> None:
    with app.app_context():
        alice, bob = make_member("Alice", "a@example.org"), make_member("Bob", "b@example.org")
        for number in range(queries.PAGE + 1):
            give(SYSTEM, alice, str(number), reference=f"WO-26-{number:06}-AA")
    own = client_of(app, alice)
    first = own.page(OWN).text
    assert f"WO-26-{queries.PAGE:06}-AA" in first
    assert "WO-26-000000-AA" not in first
    link = next(
        each.attributes["href"]
        for each in own.page(OWN).all("a")
        if "before=" in str(each.attributes.get("href"))
    )
    assert "WO-26-000000-AA" in own.page(str(link)).text
    assert "Who answers for the content" in first
    other = client_of(app, bob).page(OWN).text
    assert "Nothing was given to anybody" in other
    assert "Who got data of yours" in own.page("/account").text


def test_the_page_is_chinese_for_who_reads_chinese(app: Flask) -> None:
    with app.app_context():
        alice = make_member("Alice", "a@example.org", language="zh")
        give(SYSTEM, alice)
    shown = client_of(app, alice).page(OWN).text
    assert "对内容负责的一方" in shown
    assert "依法转送权利通知" in shown


def test_a_look_at_somebodys_ledger_needs_a_reason_and_is_an_event(app: Flask) -> None:
    with app.app_context():
        alice, pia = make_member("Alice"), make_agent("Pia", Role.PRIVACY_OFFICER)
        ada = make_agent("Ada", Role.ADMIN)
        give(SYSTEM, alice)
        with pytest.raises(Invalid):
            service.open_ledger(pia, alice.id or 0, "")
        with pytest.raises(NotAllowed):
            service.open_ledger(ada, alice.id or 0, "asked")
        with pytest.raises(NotFound):
            service.open_ledger(pia, 999, "asked")
        with pytest.raises(NotFound):
            queries.opened_sharing(pia, alice.id or 0, utcnow())
    officer = client_of(app, pia)
    assert officer.get(f"{DESK}/{alice.id}").status_code == 303, "not before the reason"
    assert client_of(app, ada).get(DESK).status_code == 403
    refused = officer.submit(DESK, {"whose": "WO-26-000099-AA", "reason": "asked"}, button="Open")
    assert refused.status_code == 422
    looked = officer.submit(DESK, {"whose": "wo-26-000012-aa", "reason": "asked"}, button="Open")
    assert looked.status_code == 303
    assert "Who answers for the content" in officer.page(str(looked.location)).text
    with app.app_context():
        event = db.session.execute(select(Event).where(Event.action == queries.READ)).scalar_one()
        assert (event.stream, event.actor_id) == (f"person:{alice.id}", pia.id)
        assert event.data == {"reason": "asked"}
        later = utcnow() + queries.OPEN_FOR
        with pytest.raises(NotFound):
            queries.opened_sharing(pia, alice.id or 0, later)


def test_an_order_of_several_people_lets_the_officer_choose(app: Flask) -> None:
    with app.app_context():
        alice, bob = make_member("Alice"), make_member("Bob")
        pia = make_agent("Pia", Role.PRIVACY_OFFICER)
        give(SYSTEM, alice, "1")
        give(SYSTEM, bob, "2")
    officer = client_of(app, pia)
    page = officer.submit(DESK, {"whose": "WO-26-000012-AA", "reason": "review"}, button="Open")
    assert page.status_code == 200
    assert f"Person no. {bob.id}" in page.get_data(as_text=True)
