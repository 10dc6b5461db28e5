"""A member with thirty orders asks for deletion on a phone and is erased, and a restored backup of before is, too.

Twenty values of theirs stand all over the desk, in other people's threads as well. They show who they are in two ways,
the privacy officer proposes, somebody of legal agrees; the ten minutes to take it back are moved into the past. Then
the database, its dump, every file of the installation, Valkey, the logs and the metrics are searched. In real browsers
against `make run`'s own processes, on both databases.
"""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
import redis
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from app import create_app
from support.accounts import queries as accounts
from support.accounts.models import Person, PersonKind
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow, OutboxState
from support.notifications.service import reader_of
from tests.erasure import leftovers
from tests.erasure.everything import CANARIES, PASSWORD, Everything
from tests.erasure.test_execution import SEALED
from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until
from tests.story.conftest import OpenScreen
from tests.story.steps import code_from_mailbox, sign_in_at_desk

ORDERS = 30
FACTS = "园丁鸟让我很难过，请删除我的全部资料。"
"""What the member writes of the reason, in the request itself."""
SAVED = "a[href$='/proof.json']"
WANTED = [*CANARIES.values(), FACTS[:9]]


class Installation:
    """The database and the files of the running processes, looked at from outside."""

    def __init__(self, server: LiveServer, database_url: str) -> None:
        self.url, self.server = database_url, server
        config = Config(instance_dir=server.instance).with_changes(database_url=database_url)
        self.app = create_app(config)

    @contextmanager
    def opened(self) -> Iterator[Flask]:
        """Be in the app for a while, and leave no connection behind."""
        with self.app.app_context():
            yield self.app
            db.session.remove()
            db.engine.dispose()

    def live_a_life(self) -> None:
        """A member uses all of it, and others write of them."""
        with self.opened():
            found = accounts.bound_contact("email", self.server.logins["agent"]["login"])
            assert found is not None
            Everything(reader_of(accounts.person(found[0])), _somebody(), orders=ORDERS)

    def let_time_pass(self) -> None:
        """Move what waits in the outbox into the past; the clock stays as it is."""
        with self.opened(), transaction() as session:
            waiting = update(OutboxRow).where(OutboxRow.state == OutboxState.PENDING)
            session.execute(waiting.values(due_at=utcnow()))

    def left(self) -> list[tuple[str, str]]:
        """Return what is found of the member, and where."""
        with self.opened() as app:
            found = leftovers.in_tables(app, WANTED)
        found += leftovers.in_files(self.server.instance, WANTED)
        if self.url.startswith("sqlite"):
            found += leftovers.in_files(Path(self.url.removeprefix("sqlite:///")).parent, WANTED)
        else:
            plain = self.url.replace("postgresql+psycopg", "postgresql")
            found += [(each, "dump") for each in leftovers.in_dump(plain, WANTED)]
        texts = {"log": self.server.output.read_text("utf-8", "replace")}
        return found + [
            (each, name) for name, said in texts.items() for each in WANTED if each in said
        ]

    def left_in_memory(self) -> list[tuple[str, str]]:
        """Return what Valkey and the metrics hold of the member, while all of it runs."""
        store = redis.Redis(unix_socket_path=str(self._socket()))
        keys = list(store.scan_iter(count=1000))
        assert keys, "limits and jobs are kept there"
        kept = b"\n".join([*keys, *(store.dump(key) or b"" for key in keys)])
        with urllib.request.urlopen(f"{self.server.url}/metrics", timeout=10) as answer:
            metrics = answer.read()
        assert b"outbox" in metrics
        places = {"Valkey": kept, "metrics": metrics}
        return [
            (each, place)
            for place, said in places.items()
            for each in WANTED
            if each.encode() in said
        ]

    def _socket(self) -> Path:
        command = Path(f"/proc/{self.server.leader('valkey')}/cmdline").read_bytes().decode()
        found = re.search(r"/\S+/valkey\.sock", command)
        assert found is not None, command
        return Path(found[0])

    def empty(self) -> None:
        """Lose the database, as whoever restores has to have done."""
        if self.url.startswith("sqlite"):
            path = Path(self.url.removeprefix("sqlite:///"))
            for each in path.parent.glob(f"{path.name}*"):
                each.unlink()
            return
        with psycopg.connect(self.url.replace("postgresql+psycopg", "postgresql")) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def _somebody() -> Actor:
    """Another member of the demo."""
    members = select(Person.id).where(Person.kind == PersonKind.MEMBER).order_by(Person.id)
    return reader_of(accounts.person(db.session.execute(members.limit(1)).scalar_one()))


def sign_in(phone: Page) -> None:
    """Try to sign in as the member, with the right password."""
    phone.goto("/login")
    phone.locator("[name=account]").fill(CANARIES["member name"])
    phone.locator("[name=password]").fill(PASSWORD)
    phone.locator("main form button.primary").first.click()


def ask(phone: Page) -> str:
    """File the request on the phone and show who asks in two ways; return the reference."""
    sign_in(phone)
    phone.goto("/orders/new/erasure")
    phone.locator("label.tile").first.click()
    phone.locator("[name=body]").fill(FACTS)
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(re.compile("/check$"))
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(re.compile("/receipt$"))
    reference = phone.locator("#reference").inner_text()
    phone.goto(f"/orders/{reference}/deletion")
    phone.locator("[name=region]").first.check()
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(re.compile("/account/confirm"))
    confirming = phone.url
    phone.locator("main form button").first.click()
    digits = code_from_mailbox(phone, CANARIES["e-mail"])
    phone.goto(confirming)
    phone.locator("[name=code]").fill(digits)
    phone.locator("main form:has([name=code]) button").first.click()
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(re.compile(f"/orders/{reference}$"))
    return reference


def decide(officer: Page, second: Page, server: LiveServer, reference: str) -> str:
    """The privacy officer proposes what the table says and somebody of legal agrees; return the request's public id."""
    sign_in_at_desk(officer, server, "privacy_officer")
    officer.goto("/desk/deletions")
    officer.locator("main .orders li").filter(has_text=reference).locator("a").click()
    officer.wait_for_url(re.compile("/desk/deletions/"))
    page = officer.url

    def looked_through() -> bool:
        officer.goto(page)
        return officer.locator("[name=mention]").count() > ORDERS

    wait_until(looked_through, seconds=60, what="what others wrote of the member")
    officer.locator("main form:has([name=words]) button.primary").click()
    sign_in_at_desk(second, server, "legal")
    second.goto(page)
    second.locator("button[value=approve]").click()
    expect(second.locator("button[value=approve]")).to_have_count(0)
    return page.rpartition("/")[2]


def proof_of(phone: Page, there: Installation, uid: str, folder: Path) -> Path:
    """Wait on the page whose address the person has until all is done, and save the proof."""

    def done() -> bool:
        there.let_time_pass()
        phone.goto(f"/deletions/{uid}")
        return phone.locator(SAVED).count() > 0

    wait_until(done, seconds=90, what="the proof")
    with phone.expect_download() as saving:
        phone.locator(SAVED).click()
    path = folder / "proof.json"
    saving.value.save_as(path)
    return path


def test_a_member_is_erased_everywhere_and_stays_so_after_a_restore(
    phone: Page,
    open_screen: OpenScreen,
    server: LiveServer,
    bare_database_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    there, backups = Installation(server, bare_database_url), tmp_path_factory.mktemp("backups")
    there.live_a_life()
    reference = ask(phone)
    assert {each for each, _place in there.left()} >= set(WANTED) - SEALED
    server.flask("backup", str(backups))
    (before,) = backups.glob("20*")
    uid = decide(open_screen(), open_screen(), server, reference)
    proof = proof_of(phone, there, uid, backups)
    assert "Genuine" in server.flask("receipt", "verify", str(proof))
    assert not [each for each in WANTED if each in proof.read_text("utf-8")]
    assert there.left_in_memory() == []
    assert there.left() == []
    server.flask("backup", str(backups), "--keys")
    server.stop()
    there.empty()
    server.flask("restore", str(before))
    server.start()
    assert there.left() == []
    sign_in(phone)
    expect(phone.locator("[role=alert]")).to_be_visible()
