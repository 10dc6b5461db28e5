"""The pages of those who ask without signing in, from the form to the desk's decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from support.accounts import queries as people
from support.assurance.service_holds import stop_path
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from support.erasure import queries, queries_asking, queries_figures
from support.erasure.lifecycle import ErasureState
from support.erasure.models import Erasure
from support.workorders import queries as orders
from tests.erasure.asking_world import AskingWorld
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import client_of, counted

S = ErasureState
SAID = {
    "name": "Gina Liddell",
    "subject": "Alice Liddell",
    "age": "child",
    "handles": "Alice\n alice@example.org \nAlice",
    "region": "cn",
    "address": "gina@example.org",
}


@pytest.fixture
def world(app: Flask) -> Iterator[AskingWorld]:
    """The people, and Gina who has no account."""
    made = AskingWorld(app)
    yield made
    made.leave()


def browser(world: AskingWorld, app: Flask, who: Actor) -> PageClient:
    """A browser with a session of somebody."""
    with world.outside():
        return client_of(app, who)


def stranger(app: Flask) -> PageClient:
    """A browser of nobody."""
    app.test_client_class = PageClient
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def test_the_form_of_a_deletion_asks_whose_data_it_is_and_leads_to_each_way(
    world: AskingWorld, app: Flask
) -> None:
    with world.outside():
        page = stranger(app).page("/orders/new/erasure")
        links = {each.attributes.get("href") for each in page.all("a")}
        for ground in ("lost", "ward", "heir"):
            assert f"/orders/new/erasure/{ground}" in links
        assert stranger(app).get("/orders/new/erasure/closing").status_code == 404


def test_without_an_account_it_is_filed_once_and_the_receipt_tells_nothing_of_anybody(
    world: AskingWorld, app: Flask
) -> None:
    path, client = "/orders/new/erasure/ward", stranger(app)
    with world.outside():
        answer = client.submit(path, SAID, button="Send it and go on to the check")
        assert answer.status_code == 303, answer.text
        page = client.page(answer.location)
        assert "Alice" not in page.text
        reference = answer.location.split("/")[-2]
    order = orders.order_named(reference)
    row = queries.erasure_of(order)
    assert row is not None
    assert (row.status, row.region, row.asker_id) == (S.IDENTITY, "cn", world.gina.id)
    asked = queries_asking.asked_in(row)
    assert asked is not None
    assert list(asked.handles) == ["Alice", "alice@example.org"]
    assert order.identity_check


def test_what_lacks_is_said_and_what_was_typed_stays(world: AskingWorld, app: Flask) -> None:
    with world.outside():
        said = SAID | {"subject": ""}
        answer = stranger(app).submit(
            "/orders/new/erasure/ward", said, button="Send it and go on to the check"
        )
    assert answer.status_code == 422
    assert "Enter whose data it is." in answer.text
    assert "Gina Liddell" in answer.text


def test_who_asks_sees_the_tasks_with_their_reasons_and_another_way_on_each(
    world: AskingWorld, app: Flask
) -> None:
    row = world.ask("heir")
    check, gina = world.check(row), browser(world, app, world.gina)
    uid = check.uid
    with world.outside():
        links = {each.attributes.get("href") for each in gina.page(f"/checks/{uid}").all("a")}
        for part in ("photo", "death", "kinship"):
            assert f"/checks/{uid}/evidence/{part}" in links
        step = gina.page(f"/checks/{uid}/evidence/kinship")
        assert "Only near relatives may ask" in step.text
        assert "I can't do this" in step.text
        assert "Ask a person instead" in step.text
        assert "whether I may ask for this" in step.text


def test_the_verifier_compares_names_and_never_sees_by_what_the_account_is_found(
    world: AskingWorld, app: Flask
) -> None:
    row = world.ask("ward")
    uid = world.give(row).uid
    vera = browser(world, app, world.vera)
    with world.outside():
        page = vera.page(f"/desk/checks/{uid}")
        assert "Gina Liddell" in page.text
        assert "Alice Liddell" in page.text
        assert "alice@example.org" not in page.text


def test_the_privacy_officer_finds_the_account_by_exact_words_alone_and_picks_it(
    world: AskingWorld, app: Flask
) -> None:
    row = world.shown_by("heir", handles=["Ali"])
    path = f"/desk/deletions/{row.uid}"
    priya, lena = browser(world, app, world.priya), browser(world, app, world.lena)
    with world.outside():
        page = priya.page(path)
        assert "Nobody is found by these words" in page.text
        assert "canary purpose" in page.text
        assert "It is this one" in priya.page(f"{path}?q=Alice").text
        assert "It is this one" not in lena.page(f"{path}?q=Alice").text, "others don't search"
        listed = priya.page("/desk/deletions")
        assert "For somebody who died" in listed.text
        answer = priya.submit(f"{path}?q=Alice", button="It is Alice")
        assert answer.status_code == 303, answer.text
        shown = priya.page(path)
        assert "Its addresses may stop it until" in shown.text
    assert world.fresh(row).status is S.HELD


def test_a_refusal_passes_two_people_on_the_page(world: AskingWorld, app: Flask) -> None:
    row = world.shown_by(handles=["Nobody at all"])
    path = f"/desk/deletions/{row.uid}"
    priya, lena = browser(world, app, world.priya), browser(world, app, world.lena)
    with world.outside():
        said = {"reason": "nothing", "words": "canary"}
        assert priya.submit(path, said, button="Propose it").status_code == 303
        assert "Your decision" not in priya.page(path).text
        assert "Please write why." in lena.submit(path, button="Send it back").text
        answer = lena.submit(path, button="Agree")
        assert answer.status_code == 303
    row = world.fresh(row)
    assert row.status is S.REFUSED
    gina = browser(world, app, world.gina)
    reference = world.order(row).reference
    with world.outside():
        assert "It was refused" in gina.page(f"/orders/{reference}").text


def test_the_address_of_the_account_reads_who_may_be_asking_and_stops_it(
    world: AskingWorld, app: Flask
) -> None:
    row = world.found()
    hold = queries_asking.hold_of(row)
    assert hold is not None
    told = people.contacts_of(world.alice.id or 0)[0].id
    path = stop_path(hold, told)
    with world.outside():
        page = stranger(app).page(path)
        assert "as guardian of its holder" in page.text
        assert "Gina" not in page.text
        assert "says that your account is theirs" not in page.text


def test_the_figures_show_states_times_and_what_runs_out_by_a_few_questions(
    world: AskingWorld, app: Flask
) -> None:
    path, priya = "/desk/deletions/figures", browser(world, app, world.priya)
    mei, alice = browser(world, app, world.mei), browser(world, app, world.alice)
    with world.outside():
        empty = priya.page(path).text
        assert "Nothing runs out within a week" in empty
        assert "Nothing was decided within a year" in empty
        assert mei.get(path).status_code == 403
        assert alice.get(path).status_code in (403, 404)
    row = world.refused()
    late = world.confirmed(world.bob)
    with transaction():
        mine = update(Erasure).where(Erasure.id == late.id)
        db.session.execute(mine.values(due_at=world.now - timedelta(days=1)))
    reference = world.order(late).reference
    with counted() as statements:
        found = queries_figures.figures_of(world.priya, world.now)
    assert len(statements) == 3
    assert (found.shares, found.decided) == ((1, 0, 0, 0, 0), 1)
    assert found.states[world.fresh(row).status] == 1
    with world.outside():
        page = priya.page(path).text
        assert reference in page
        assert "1 decision within a year, 0 of them too late" in page
        assert "Show the numbers" in page


@pytest.mark.parametrize(
    ("used", "place"), [(0.0, 0), (0.25, 0), (0.26, 1), (0.75, 2), (1.0, 3), (1.01, 4)]
)
def test_a_decision_counts_by_the_part_of_its_time_that_it_took(used: float, place: int) -> None:
    begun = utcnow()
    due = begun + timedelta(days=20)
    assert queries_figures.place_of(begun, due, begun + used * (due - begun)) == place
    assert queries_figures.place_of(begun, begun, begun) == len(queries_figures.SHARES)
