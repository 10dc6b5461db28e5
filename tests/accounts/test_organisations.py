"""Members are found by the beginning of their organisation's name, which nobody can read in the database."""

from __future__ import annotations

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text, update

from support.accounts import queries_names, service_profile
from support.accounts.models import BasicInformation, NameStart
from support.core import vault
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import db, transaction
from tests.accounts.people import make_member, signed_in
from tests.core.test_db import in_threads

pytestmark = pytest.mark.usefixtures("context")


def member_of(organisation: str, name: str = "Alice") -> int:
    """Make a member who told this organisation."""
    make_member(name)
    actor = signed_in(name)
    tell(actor, organisation)
    return actor.id or 0


def tell(actor: Actor, organisation: str) -> None:
    """Save the organisation's name as the member does at `/account/basic`."""
    version = service_profile.profile_of(actor.id or 0).version
    values = {"organisation": organisation}
    service_profile.save_profile(actor, enterprise=True, values=values, version=version)


@pytest.mark.parametrize(
    "typed",
    [
        "um",
        "Umbrella",
        "UMBRELLA  ex",
        "ｕｍｂｒｅｌｌａ",
        " umbrella export",
        "umbrella exports (shanghai) ltd.",
    ],
)
def test_an_organisation_is_found_by_its_beginning_however_it_is_typed(typed: str) -> None:
    alice = member_of("Umbrella  Exports (Shanghai) Ltd.")
    assert queries_names.find_people(typed) == [alice]


@pytest.mark.parametrize("typed", ["u", "exports", "mbrella", "umbrellas", "%", "u_", ""])
def test_nothing_else_of_it_finds_it(typed: str) -> None:
    member_of("Umbrella Exports (Shanghai) Ltd.")
    assert queries_names.find_people(typed) == []


def test_two_chinese_characters_find_it() -> None:
    member_of("上海伞业有限公司", "Bob")
    alice = member_of("杭州伞业有限公司")
    assert queries_names.find_people("杭州") == [alice]
    assert queries_names.find_people("杭州伞业有限公司") == [alice]
    assert queries_names.find_people("杭州伞具") == []


def test_people_are_found_by_both_names_once_and_by_nothing_of_theirs_that_is_past() -> None:
    make_member("Umbra")
    umbra = signed_in("Umbra")
    tell(umbra, "Umbrella")
    charlie = member_of("Umbrella", "Charlie")
    assert queries_names.find_people("umb") == [umbra.id, charlie]
    tell(umbra, "Parasol")
    assert queries_names.find_people("umbrella") == [charlie]
    assert queries_names.find_people("para") == [umbra.id]
    tell(umbra, "")
    assert queries_names.find_people("para") == []


def test_the_name_stands_nowhere_in_clear() -> None:
    member_of("Umbrella Exports")
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(*table.columns)):
            assert "umbrella" not in repr(tuple(row)).casefold(), table.name


def forget_starts() -> None:
    """Leave the names as those told before they could be found."""
    with transaction() as session:
        session.execute(NameStart.__table__.delete())  # type: ignore[attr-defined]
        session.execute(update(BasicInformation).values(organisation_known=False))


def test_names_told_before_are_made_known_though_one_was_erased_and_one_is_broken() -> None:
    alice, bob = member_of("Umbrella"), member_of("Umbrella", "Bob")
    charlie = member_of("Umbrella", "Charlie")
    forget_starts()
    with transaction() as session:
        vault.destroy(f"person:{alice}")
        broken = BasicInformation.person_id == bob
        session.execute(update(BasicInformation).where(broken).values(sealed=b"\1" * 40))
    assert queries_names.find_people("umbrella") == []
    for _time in range(2):
        service_profile.make_organisations_known(utcnow())
        assert queries_names.find_people("umbrella") == [charlie]


def test_a_name_told_while_older_ones_are_made_known_is_the_one_that_finds(app: Flask) -> None:
    people = [member_of("Umbrella", name) for name in ("Alice", "Bob", "Charlie")]
    forget_starts()
    actors = [signed_in(name) for name in ("Alice", "Bob", "Charlie")]
    db.session.remove()

    def work(index: int) -> None:
        if index == len(actors):
            service_profile.make_organisations_known(utcnow())
        else:
            tell(actors[index], "Parasol")

    assert in_threads(app, len(actors) + 1, work) == [None] * (len(actors) + 1)
    assert queries_names.find_people("umbrella") == []
    assert queries_names.find_people("parasol") == people


def test_data_told_before_the_migration_survives_it_and_is_found_after(app: Flask) -> None:
    alice = member_of("Umbrella")
    db.session.remove()
    flask_migrate.downgrade(revision="0002")
    flask_migrate.upgrade()
    assert queries_names.find_people("umbrella") == []
    service_profile.make_organisations_known(utcnow())
    assert queries_names.find_people("umbrella") == [alice]


def test_finding_walks_the_index_and_not_the_table() -> None:
    sqlite = db.engine.dialect.name == "sqlite"
    with transaction() as session:
        if not sqlite:
            session.execute(text("SET LOCAL enable_seqscan = off"))
        statement = queries_names._ORGANISED.compile(
            db.engine, compile_kwargs={"render_postcompile": True}
        )
        explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
        given = {**statement.params, "start": queries_names.name_start("umbrella")}
        found = session.connection().exec_driver_sql(
            explain + str(statement),
            tuple(given[name] for name in statement.positiontup or ()) if sqlite else given,
        )
        plan = repr(found.all())
    assert ("autoindex_name_start" if sqlite else "uq_name_start_blind_person_id") in plan
