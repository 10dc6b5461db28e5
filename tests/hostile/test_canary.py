"""What identifies a person is nowhere in clear: not in the database, the logs, the queue, the metrics, nor in files."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask

from app import create_app
from running import valkey
from support.accounts import service, service_contact_persons, service_contacts, service_profile
from support.core import installation, outbox
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db
from support.core.errors import Invalid
from support.core.worker import tick
from support.notifications import jobs, outgoing
from tests.accounts.people import (
    HERE,
    SECRET,
    browse,
    make_member,
    make_staff,
    sent_digits,
    signed_in,
)
from tests.fixtures.pages import PageClient
from tests.fixtures.servers import tied
from tests.workorders.desk_world import make_guest_order

CANARIES = {
    "e-mail": "canary.finch@hidden-aviary.example",
    "its host": "hidden-aviary.example",
    "mobile": "13912348765",
    "guest": "yellow.canary@hidden-cage.example",
    "bound later": "second.canary@hidden-aviary.example",
    "password": "four and twenty blackbirds",
    "wrong password": "five and twenty blackbirds",
    "contact person": "Philippa Kanarienvogel",
    "position": "Keeper of the aviary",
    "street": "17 Hidden Perch Lane",
    "telephone": "+49 30 901820771",
    "factor": SECRET,
}


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Iterator[Config]:
    """The settings of the other tests, with a Valkey."""
    server = valkey.find_server()
    assert server is not None
    path = tmp_path / "v.sock"
    with tied(valkey.command(server, path, tmp_path / "v.log"), signum="TERM"):
        valkey.wait_for(path)
        yield config.with_changes(redis_url=f"unix://{path}")


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The real application with the demo's doors, which keep every message as a file."""
    application = create_app(config)
    application.test_client_class = PageClient
    yield application
    with application.app_context():
        db.session.remove()
        db.engine.dispose()


def live(app: Flask) -> dict[str, str]:
    """Let people do what leaves traces; return the canaries, the codes that were sent among them."""
    found = dict(CANARIES)
    with app.app_context():
        installation.mark(demo=True)
        make_member("Finch", found["e-mail"], "+86" + found["mobile"], password=found["password"])
        make_staff("Bob")
        actor = signed_in("Finch", password=found["password"])
        values = {"street": found["street"], "phone": found["telephone"], "country": "DE"}
        service_profile.save_profile(actor, enterprise=False, values=values, version=0)
        service_contact_persons.add_contact_person(
            actor, name=found["contact person"], position=found["position"], authorised=True
        )
        service_contacts.request_binding(
            actor, found["bound later"], visitor="v" * 32, address=HERE["address"]
        )
        found["code to bind"] = sent_digits("bind")
        with pytest.raises(Invalid):
            service.sign_in_with_password("Finch", found["wrong password"], **HERE)
        service.request_sign_in_code(
            found["mobile"], visitor="w" * 32, address=HERE["address"], language="en"
        )
        found["code to sign in"] = sent_digits("login")
        make_guest_order(found["guest"])
        db.session.remove()
        while outbox.drain():
            pass
        tick(utcnow())
        db.session.remove()
    client = browse(app, "Finch", password=found["password"])
    for path in ("/account", "/account/contacts", "/account/basic", "/account/sign-ins", "/orders"):
        assert client.get(path).status_code == 200, path
    return found


def in_database(app: Flask) -> bytes:
    """Return every byte that a thief of the database would have: the files of SQLite, or a dump of PostgreSQL."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            path = Path(db.engine.url.database or "")
            return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
        raw = db.session.connection().connection.driver_connection
        assert raw is not None
        cursor, found = raw.cursor(), []
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            with cursor.copy(f'COPY "{table}" TO STDOUT'.encode()) as rows:
                found += [bytes(row) for row in rows]
        return b"".join(found)


def in_queue(app: Flask) -> bytes:
    """Return every value that Valkey holds."""
    client = redis.Redis.from_url(app.config["RATELIMIT_STORAGE_URI"].removeprefix("redis+"))
    found = [bytes(key) for key in client.scan_iter()]
    return b"\n".join([*found, *(client.dump(key) or b"" for key in found)])


def test_nothing_of_a_person_lies_in_clear_anywhere_but_in_the_messages_to_them(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = live(app)
    outgoing = Path(app.instance_path) / "outgoing"
    metrics = app.test_client().get("/metrics")
    assert metrics.status_code == 200
    kept = [
        path
        for path in Path(app.instance_path).rglob("*")
        if path.is_file() and outgoing not in path.parents
    ]
    places = {
        "the database": in_database(app),
        "the log": "\n".join(str(vars(record)) for record in caplog.records).encode(),
        "the queue": in_queue(app),
        "the metrics": metrics.data,
        "files": b"\n".join(path.read_bytes() for path in kept),
    }
    assert all(places[name] for name in places)
    assert b"Finch" in places["the database"]
    seen = [
        (name, where)
        for name, value in found.items()
        for where, content in places.items()
        if value.encode() in content
        and not (
            name.startswith("code") and where != "the log"
        )  # six digits stand by chance in any hash
    ]
    assert seen == []


def test_a_code_stands_in_the_one_message_to_its_addressee(app: Flask) -> None:
    found = live(app)
    with app.app_context():
        addressed = {one.code: one.to for one in outgoing.kept_messages() if one.code}
    assert addressed == {
        found["code to bind"]: found["bound later"],
        found["code to sign in"]: "+86" + found["mobile"],
    }


def test_the_file_of_a_code_is_gone_when_the_code_expires_and_other_messages_stay(
    app: Flask,
) -> None:
    live(app)
    with app.app_context():
        before = outgoing.kept_messages()
        jobs.forget_code_files(utcnow())
        assert outgoing.kept_messages() == before
        jobs.forget_code_files(utcnow() + timedelta(minutes=11))
        after = outgoing.kept_messages()
    assert after == [one for one in before if not one.code]
    assert 0 < len(after) == len(before) - 2
