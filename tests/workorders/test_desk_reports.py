"""Reports: figures folded by the day, a page that never counts orders, dates that are checked, a file for Excel."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update

from support.core import installation
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import changed, db, transaction
from support.workorders import desk_counts, desk_figures, desk_reports, service
from support.workorders.desk_figures import Span
from support.workorders.kind import kind_named
from support.workorders.lifecycle import Status
from support.workorders.models import DayFigure, DayFold, WorkOrder
from tests.fixtures.pages import Page, PageClient
from tests.workorders.desk_world import client_of, counted, make_agent, make_member, make_order

MONDAY = datetime(2026, 11, 16, 2, 0, tzinfo=UTC)
"""Ten in the morning at the desk, which stands in Shanghai."""
DAY = date(2026, 11, 16)
LATER = MONDAY + timedelta(days=20)


def reply(agent: Actor, order: WorkOrder, at: datetime, then: Status = Status.WAITING) -> None:
    service.reply(
        agent, order, body="Done.", version=order.version, then=then, language="en", now=at
    )


def figures(day: date, team: str = "") -> Counter[str]:
    """Return a day's figures as a report reads them."""
    found = desk_figures.daily(Span(day, day, team)).get(day, Counter())
    db.session.rollback()
    return found


def whole_table() -> list[Any]:
    found = sorted(desk_figures.rows(Span(date(2020, 1, 1), date(2030, 1, 1))))
    db.session.rollback()
    return found


@pytest.fixture
def people(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return {"mei": make_agent("Mei Tanaka"), "alice": make_member("Alice")}


@pytest.mark.usefixtures("context")
def test_a_day_counts_what_came_what_was_done_and_how_punctual_the_first_replies_were(
    people: dict[str, Any],
) -> None:
    mei, alice = people["mei"], people["alice"]
    quick, slow, _forgotten = (make_order(alice, str(each), now=MONDAY) for each in range(3))
    make_order(alice, "About the service", kind=kind_named("complaint"), now=MONDAY)
    reply(mei, quick, MONDAY + timedelta(minutes=30), Status.RESOLVED)
    reply(mei, slow, MONDAY + timedelta(days=3), Status.RESOLVED)
    service.answer(
        alice, quick, body="No.", language="en", now=MONDAY + timedelta(hours=2)
    )  # it comes back
    for day in (DAY, DAY + timedelta(days=3)):
        desk_figures.fold_day(day, LATER)
    assert figures(DAY) == {"arrived": 4, "in_time": 1, "late": 3, "done": 1, "back": 1}
    assert figures(DAY, "complaints") == {"arrived": 1, "late": 1}
    assert figures(DAY + timedelta(days=3)) == {"done": 1}
    assert desk_figures.reasons(Span(DAY, DAY)) == {("question", ""): 3, ("complaint", ""): 1}


@pytest.mark.usefixtures("context")
def test_a_first_reply_that_is_not_due_yet_is_neither_in_time_nor_late(
    people: dict[str, Any],
) -> None:
    make_order(people["alice"], now=MONDAY)
    desk_figures.fold_day(DAY, MONDAY + timedelta(minutes=5))
    assert figures(DAY) == {"arrived": 1}
    desk_figures.fold_day(DAY, LATER)
    assert figures(DAY) == {"arrived": 1, "late": 1}


@pytest.mark.usefixtures("context")
def test_nobody_is_late_for_an_order_that_its_requester_closed_before_a_reply_was_due(
    people: dict[str, Any],
) -> None:
    alice = people["alice"]
    in_time, too_late = (make_order(alice, str(each), now=MONDAY) for each in range(2))
    service.close_own_order(alice, in_time, now=MONDAY + timedelta(minutes=20))
    service.close_own_order(alice, too_late, now=MONDAY + timedelta(days=9))
    desk_figures.fold_day(DAY, LATER)
    assert figures(DAY) == {"arrived": 2, "done": 1, "late": 1}


@pytest.mark.usefixtures("context")
def test_a_day_begins_at_midnight_where_the_desk_stands(people: dict[str, Any]) -> None:
    midnight = datetime(2026, 11, 15, 16, 0, tzinfo=UTC)  # of the 16th in Shanghai
    make_order(people["alice"], now=midnight - timedelta(seconds=1))
    make_order(people["alice"], now=midnight)
    for day in (DAY - timedelta(days=1), DAY):
        desk_figures.fold_day(day, midnight)
        assert figures(day)["arrived"] == 1
    assert desk_figures.today(midnight) == DAY


@pytest.mark.usefixtures("context")
def test_folding_twice_is_harmless_and_what_was_broken_is_counted_anew(
    people: dict[str, Any],
) -> None:
    for number in range(3):
        make_order(people["alice"], now=MONDAY - timedelta(days=number * 15))
    desk_figures.fold_days(LATER)
    before = whole_table()
    assert sum(number for _day, _team, name, number in before if name == "arrived") == 3
    desk_figures.fold_days(LATER)
    assert whole_table() == before
    with transaction() as session:
        session.execute(delete(DayFigure).where(DayFigure.name == "arrived"))
        changed(update(DayFigure).where(DayFigure.name == "late").values(number=99))
        session.add(DayFigure(day=DAY, team="support", name="invented", number=5))
    for minute in range(desk_figures.ALL_WITHIN):
        desk_figures.fold_days(LATER + timedelta(minutes=minute))
    assert whole_table() == before


@pytest.mark.usefixtures("context")
def test_days_that_were_never_folded_are_caught_up_with_the_newest_first(
    people: dict[str, Any],
) -> None:
    make_order(people["alice"], now=MONDAY - timedelta(days=100))
    desk_figures.fold_days(MONDAY)
    number, at = desk_figures.folded(Span(DAY - timedelta(days=100), DAY))
    assert (number, at) == (desk_figures.CATCH_UP, MONDAY)
    assert desk_figures.folded(Span(DAY - timedelta(days=40), DAY))[0] == 41
    db.session.rollback()
    desk_figures.fold_days(MONDAY)
    assert desk_figures.folded(Span(DAY - timedelta(days=100), DAY))[0] == 101


@pytest.mark.usefixtures("context")
def test_a_desk_without_orders_folds_nothing() -> None:
    desk_figures.fold_days(MONDAY)
    assert db.session.query(DayFold).count() == 0


@pytest.mark.usefixtures("context")
def test_what_is_open_is_counted_by_age_and_team(people: dict[str, Any]) -> None:
    now = utcnow()
    for days in (0, 2, 2, 5, 30):
        make_order(people["alice"], now=now - timedelta(days=days, minutes=1))
    make_order(people["alice"], kind=kind_named("complaint"), now=now - timedelta(days=8))
    desk_counts.fold_counts(now)
    found = desk_counts.counts()
    ages = [found[f"age:support:{age}"] for age in desk_counts.AGES]
    assert ages == [1, 2, 1, 1]
    assert found["age:complaints:older"] == 1


def folded_desk(app: Flask, orders: int, language: str = "en") -> Actor:
    """Some orders of the last days, some of them answered, all of it folded."""
    with app.app_context():
        installation.mark(demo=True)
        agent, alice = make_agent("Mei Tanaka", language=language), make_member("Alice")
        now = utcnow()
        for number in range(orders):
            order = make_order(alice, str(number), now=now - timedelta(days=number % 5, hours=1))
            if number % 2:
                reply(agent, order, now - timedelta(minutes=1), Status.RESOLVED)
        desk_figures.fold_days(now)
        desk_counts.fold_counts(now)
        db.session.remove()
        return agent


def test_the_page_asks_at_most_six_times_and_never_looks_at_an_order(app: Flask) -> None:
    agent = folded_desk(app, 24)
    client = client_of(app, agent)
    client.get("/desk/reports")  # what is kept is made now
    with app.app_context():
        db.session.remove()
        with counted() as statements:
            page = client.page("/desk/reports?days=90")
    assert "Arrived 24" in page.text
    assert len(statements) <= 6, "\n".join(statements)
    assert [each for each in statements if "work_order" in each or "FROM event" in each] == []


def test_each_chart_has_a_sentence_and_a_table_of_the_same_numbers(app: Flask) -> None:
    client = client_of(app, folded_desk(app, 20))
    page = client.page("/desk/reports?days=7")
    pictures = [each.attributes for each in page.all("svg") if each.attributes.get("role") == "img"]
    assert pictures
    assert all(each.get("aria-label", "").strip() for each in pictures)
    folds = [each for each in page.all("details") if each.attributes.get("class") == "numbers"]
    assert len(page.all("table")) == len(folds) == 4
    rows = [each.text.strip() for each in page.all("tr")]
    assert "Under a day2" in rows  # half of them are solved
    assert "Question: no topic20" in rows
    assert "20 work orders arrived, 10 were solved or closed." in page.text


@pytest.mark.parametrize(
    ("address", "field", "words"),
    [
        ("since=2026-13-01&until=2026-01-02", "since", "Enter a day, for example 2026-11-23."),
        ("since=2026-01-02", "until", "Enter a day, for example 2026-11-23."),
        ("since=2026-01-02&until=2026-01-01", "until", "The last day can't be before the first."),
        ("since=2024-01-01&until=2026-01-01", "until", "Choose at most a year: 366 days."),
        ("since=2026-01-01&until=2999-01-01", "until", "This day is still to come."),
        ("since=9999-12-31&until=9999-12-31", "since", "This day is still to come."),
        ("days=7&team=nobody", "team", "Choose a team from the list."),
    ],
)
def test_dates_that_make_no_sense_come_back_with_words_at_the_field(
    app: Flask, address: str, field: str, words: str
) -> None:
    with app.app_context():
        client = client_of(app, make_agent())
    for path in ("/desk/reports", "/desk/reports.csv"):
        answer = client.get(f"{path}?{address}")
        assert answer.status_code == 422
        page = Page(answer.get_data(as_text=True))
        control = next(
            each for each in page.all("input", "select") if each.attributes.get("id") == field
        )
        assert control.attributes["aria-invalid"] == "true"
        at_field = next(
            each for each in page.all("p") if each.attributes.get("id") == f"{field}-error"
        )
        assert words in at_field.text
        assert page.all("title")[0].text.startswith("Error:")
    assert "2026-13-01" not in address or 'value="2026-13-01"' in answer.get_data(as_text=True)


def test_a_year_can_be_asked_for_also_with_full_width_digits(app: Flask) -> None:
    client = client_of(app, folded_desk(app, 1))
    assert client.get("/desk/reports?since=２０２５-０１-０１&until=2025-12-31").status_code == 200
    assert client.get("/desk/reports?since=2024-01-01&until=2024-12-31").status_code == 200


def test_a_preset_is_marked_and_keeps_the_team(app: Flask) -> None:
    client = client_of(app, folded_desk(app, 4))
    page = client.page("/desk/reports?days=7&team=complaints")
    presets = [
        each for each in page.all("a") if each.inside("ul") and "days=" in each.attributes["href"]
    ]
    assert [each.attributes["href"] for each in presets] == [
        f"/desk/reports?days={days}&team=complaints" for days in (7, 30, 90)
    ]
    assert [each.attributes.get("aria-current") for each in presets] == ["true", None, None]
    assert "No work orders in these days" in page.text
    assert "Arrived 4" in client.page("/desk/reports?days=7&team=support").text


def test_a_desk_without_orders_says_so_and_what_to_do(app: Flask) -> None:
    with app.app_context():
        client = client_of(app, make_agent())
    text = client.page("/desk/reports").text
    assert "No work orders in these days" in text
    assert "Not counted yet" in text


def test_the_file_opens_in_excel_in_chinese_and_has_the_numbers_of_the_page(app: Flask) -> None:
    client = client_of(app, folded_desk(app, 6, language="zh"))
    with app.app_context(), transaction():
        changed(update(DayFigure).values(team="=cmd|' /C calc'!A0"))
    answer = client.get("/desk/reports.csv?days=30")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=work-orders-")
    raw = answer.get_data()
    assert raw.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert lines[0][:3] == ["日期", "团队", "新增"]
    assert sum(int(line[2]) for line in lines[1:]) == 6
    assert {line[1] for line in lines[1:]} == {"'=cmd|' /C calc'!A0"}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_a_file_is_a_formula(sign: str) -> None:
    assert desk_reports.safe_cell(f"{sign}1+1") == f"'{sign}1+1"
    assert desk_reports.safe_cell("a=1") == "a=1"


def test_whoever_works_at_the_desk_sees_reports_and_nobody_else(
    app: Flask, client: PageClient
) -> None:
    with app.app_context():
        staff = [make_agent(role.value, role) for role in (Role.AGENT, Role.ADMIN, Role.LEGAL)]
        alice = make_member("Alice")
    for path in ("/desk/reports", "/desk/reports.csv"):
        assert [client_of(app, each).get(path).status_code for each in staff] == [200, 200, 200]
        assert client_of(app, alice).get(path).status_code == 404
        assert client.get(path).status_code != 200
