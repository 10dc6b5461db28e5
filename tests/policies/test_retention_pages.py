"""The page of retention: who sees it, what it shows, and the dry run that the privacy officer begins on it."""

from __future__ import annotations

import pytest
from flask import Flask

from support.core.actors import SYSTEM, Role
from support.core.db import db
from support.core.errors import NotAllowed, NotFound
from support.policies import queries_retention as queries
from support.policies import retention, service_legal_holds
from support.policies import service_retention as service
from support.policies.data_classes import Class
from support.policies.models_legal_holds import Ground
from tests.policies.retention_world import MONTHS, NOW, closed_at
from tests.workorders.desk_world import client_of, make_agent, make_member, make_order

PAGE = "/desk/retention"


def test_an_administrator_reads_of_a_failed_run_on_top_of_their_page(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(retention.TERMS, Class.ORDERS)
    with app.app_context():
        service.begin_nightly(NOW)
        ada = make_agent("Ada", Role.ADMIN)
    admin = client_of(app, ada)
    assert "The nightly deletion failed" in admin.page("/admin").text
    assert "Nobody says how long" in admin.page(PAGE).text


def test_the_privacy_officer_counts_on_the_page_and_nobody_else_does(app: Flask) -> None:
    with app.app_context():
        alice = make_member("Alice", "a@example.org")
        closed_at(make_order(alice, "Old"), NOW - 400 * MONTHS)
        pia, ada = make_agent("Pia", Role.PRIVACY_OFFICER), make_agent("Ada", Role.ADMIN)
        leo = make_agent("Leo", Role.LEGAL)
        for actor, error in ((leo, NotAllowed), (ada, NotAllowed), (alice, NotFound)):
            with pytest.raises(error):
                service.begin_run(actor, dry=True)
    officer, admin = client_of(app, pia), client_of(app, ada)
    assert "Nothing was counted yet" in officer.page(PAGE).text
    assert client_of(app, leo).get(PAGE).status_code == 403
    assert client_of(app, alice).get(PAGE).status_code == 404
    assert "Run the dry run now" not in admin.page(PAGE).text
    assert officer.submit(PAGE, {}, button="Run the dry run now").status_code == 303
    with app.app_context():
        while (run := queries.open_run()) is not None:
            db.session.rollback()
            service.go_on(run.id, NOW)
        assert queries.last_counted() is not None
        assert queries.last_carried_out() is None
    shown = officer.page(PAGE).text
    assert "36 months after closing" in shown
    assert "ECL 31" in shown


def test_the_page_shows_what_went_and_what_is_held(app: Flask) -> None:
    with app.app_context():
        order = make_order(make_member("Alice", "a@example.org"), "Old")
        closed_at(order, NOW - 40 * MONTHS)
        closed_at(make_order(make_member("Bob", "b@example.org"), "Older"), NOW - 41 * MONTHS)
        service_legal_holds.place_hold(SYSTEM, order.stream, Ground.DISPUTE)
        service.go_on_nightly(NOW)
        while (run := queries.open_run()) is not None:
            db.session.rollback()
            service.go_on(run.id, NOW)
        pia = make_agent("Pia", Role.PRIVACY_OFFICER)
    answer = client_of(app, pia).get(PAGE).get_data(as_text=True)
    assert "In the last 1 run" in answer
    assert "legal holds kept 1 at the end" in answer
    assert '<a href="/desk/holds">1</a>' in answer


def test_a_run_under_way_shows_how_far_it_is(app: Flask) -> None:
    with app.app_context():
        service.begin_run(SYSTEM, dry=False, now=NOW)
        pia = make_agent("Pia", Role.PRIVACY_OFFICER)
    page = client_of(app, pia).page(PAGE)
    assert "Counted 0 of" in page.text
    assert "Run the dry run now" not in page.text
