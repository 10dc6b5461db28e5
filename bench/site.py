"""One database with its orders and two servers on it: ours and the floor, started alike."""

from __future__ import annotations

import html
import os
import re
import secrets
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType

import flask_migrate
import psycopg
from flask import Flask
from sqlalchemy import select

from app import create_app
from bench.client import Connection, get
from bench.ledger import fill_ledger
from demo.bulk import add_orders
from running import processes
from running.supervisor import FEW_ARENAS, ROOT, web_command
from support.accounts import service_register, service_sessions, service_staff
from support.accounts.models import ContactKind, Person
from support.accounts.policy import Method
from support.core import installation
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.infringement import service
from support.infringement.elements import NoticeFacts
from support.infringement.regimes import ContentKind
from support.policies import service as policies
from support.workorders import desk_counts
from support.workorders import service as orders
from support.workorders.kind import QUESTION
from support.workorders.lifecycle import Status
from support.workorders.queries import order_by_id
from tests.fixtures.servers import free_port, wait_until

WRITERS = 40
"""Members who are signed in, so that as many forms can be prepared at once."""
THREAD = 20
LINKS = 20
"""How many links the rights notice has whose case is measured."""
BODY = "The invoice of last month names a company that is not ours. " * 4


@dataclass(slots=True)
class Server:
    """One granian with its processes."""

    port: int
    process: subprocess.Popen[bytes]

    def processes(self) -> list[int]:
        """Return the pids of the web processes, without granian's own first one."""
        started = processes.running()[self.process.pid].started
        return [
            each.pid
            for each in processes.members(self.process.pid, started)
            if each.pid != self.process.pid and _memory(each.pid, "Threads") > 1
        ]

    def cpu(self) -> float:
        """Return the seconds of processor time that its processes have used so far."""
        ticks = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory(self) -> float:
        """Return the resident megabytes of the largest web process."""
        return max(_memory(pid, "VmRSS") / 1024 for pid in self.processes())


def _memory(pid: int, name: str) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(rf"^{name}:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


@dataclass(slots=True)
class Site:
    """An instance with `number` orders on one database, and what a client needs to speak to it."""

    folder: Path
    number: int
    database_url: str
    redis_url: str
    app: Flask = field(init=False)
    ours: Server = field(init=False)
    floor: Server = field(init=False)
    agent: str = ""
    cookies: str = ""
    """What the agent's browser sends with every request once it has seen a page."""
    writers: list[str] = field(default_factory=list)
    mailed: int = 0
    thread: tuple[int, str] = (0, "")
    notice: tuple[int, str] = (0, "")
    clerk: str = ""
    _port: int = field(default_factory=free_port)
    _stack: ExitStack = field(default_factory=ExitStack)

    @property
    def environ(self) -> dict[str, str]:
        """The settings of every process of this site."""
        return {
            **FEW_ARENAS,
            **os.environ,
            "INSTANCE_DIR": str(self.folder),
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "PUBLIC_URL": f"http://localhost:{self._port}",
            "OPERATOR_NAME": "Example Platform",
        }

    def fill(self, progress: Callable[[Sequence[int]], Iterable[int]]) -> None:
        """Migrate the database, load the orders, and sign in one agent and the writers."""
        config = Config(
            instance_dir=self.folder,
            redis_url=self.redis_url,
            public_url=f"http://localhost:{self._port}",
            operator_name="Example Platform",
        ).with_changes(database_url=self.database_url)
        self.app = create_app(config)
        with self.app.app_context():
            flask_migrate.upgrade()
            installation.mark(demo=True)
            policies.load_sample()
            agent = _staff("Agent One")
            _staff("Agent Two")
            self.mailed = service_register.create_member(
                SYSTEM,
                name="Mailed",
                password=secrets.token_urlsafe(12),
                contacts=[(ContactKind.EMAIL, "mailed@example.com")],
                language="en",
            )
            add_orders(self.number, progress)
            fill_ledger(self.number, progress)
            self.thread = self._long_thread(agent)
            self.notice = self._notice()
            with (
                transaction() as session
            ):  # as PostgreSQL does by itself within a minute; undone, it is forgotten
                session.connection().exec_driver_sql("ANALYZE")
            desk_counts.fold_counts(utcnow())
            desk_counts.fold_arrivals(utcnow())
            self.agent = _session(agent)
            self.clerk = _session(_staff("Clerk One", Role.IP_CLERK))
            members = select(Person.id).where(Person.kind == "member").limit(WRITERS)
            self.writers = [
                _session(person) for person in list(db.session.execute(members).scalars())
            ]
            db.session.remove()

    def _long_thread(self, agent: int) -> tuple[int, str]:
        """File an order and write its thread of twenty messages; return its row id and reference."""
        desk, member = Actor("staff", agent, frozenset({Role.AGENT})), Actor("member", self.mailed)
        order = orders.file_order(
            member,
            QUESTION,
            requester_id=self.mailed,
            contact_id=None,
            subject="Invoice shows the wrong company",
            body=BODY,
            language="en",
        )
        for place in range(1, THREAD):
            if place % 2:
                orders.reply(
                    desk,
                    order,
                    body=BODY,
                    version=order.version,
                    then=Status.OPEN,
                    language="en",
                )
            else:
                orders.answer(member, order, body=BODY, language="en")
        return order.id, order.reference

    def _notice(self) -> tuple[int, str]:
        """File a rights notice about many links; return the row id of its order and the reference."""
        member = Actor("member", self.mailed)
        links = [f"https://market.example/items/{number}" for number in range(LINKS)]
        facts = NoticeFacts(holder_name="Halden", right_type="trademark", right_no="TM-7")
        listings = [service.Listing(link, link, "", "A shirt", self.mailed) for link in links]
        notice = service.file_notice(
            member,
            service.Filing(facts, ContentKind.LISTING, listings, {}, ""),
            requester_id=self.mailed,
            contact_id=None,
            subject="Notice of infringement",
            body=BODY,
            language="en",
        )
        return notice.order_id, order_by_id(notice.order_id).reference

    def start(self) -> None:
        """Start both servers and wait until they answer."""
        self.ours = self._serve("bench.ours:create_ours", self._port)
        self.floor = self._serve("bench.floor:create_floor", free_port())
        for server in (self.ours, self.floor):
            wait_until(partial(_answers, server.port), seconds=60, what="the server answers")
        self.cookies = self.form("/desk", self.agent)[0]

    def _serve(self, factory: str, port: int) -> Server:
        command = [factory if word == "app:create_web_app" else word for word in web_command(port)]
        with (self.folder / f"{factory.split(':')[0]}.log").open("wb") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started = processes.running()[process.pid].started
        self._stack.callback(process.wait)
        self._stack.callback(processes.end_sessions, [(process.pid, started)], grace=5)
        return Server(port, process)

    def form(self, path: str, secret: str) -> tuple[str, str]:
        """Open a page as the holder of a session; return (its cookies, the form token on it)."""
        connection = Connection(self.ours.port)
        answer = connection.ask(get(self.ours.port, path, f"sid={secret}"))
        connection.close()
        cookie = re.search(rb"set-cookie: (form=[^;]+)", answer.head, re.IGNORECASE)
        token = re.search(rb'name="csrf_token" value="([^"]+)"', answer.body)
        assert cookie, answer.head
        assert token, answer.body[:500]
        return f"sid={secret}; {cookie[1].decode()}", html.unescape(token[1].decode())

    def __enter__(self) -> Site:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        if hasattr(self, "app"):
            with self.app.app_context():
                db.session.remove()
                db.engine.dispose()


def new_database(server: str, name: str) -> str:
    """Make an empty database beside the maintenance database `server` and return its URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return server.replace("postgresql:///postgres?", f"postgresql+psycopg:///{name}?")


def _staff(name: str, role: Role = Role.AGENT) -> int:
    return service_staff.create_staff(
        SYSTEM,
        name=name,
        email=f"{name.lower().replace(' ', '.')}@desk.example.com",
        roles=[role],
        password=secrets.token_urlsafe(12),
    )


def _session(person_id: int) -> str:
    with transaction():
        opened = service_sessions.open_session(
            person_id, Method.PASSWORD, "127.0.0.1", "Bench", utcnow(), second=True
        )
    return opened.secret


def _answers(port: int) -> bool:
    try:
        connection = Connection(port)
    except OSError:
        return False
    try:
        return connection.ask(get(port, "/healthz")).status == 200
    except (OSError, ValueError):
        return False
    finally:
        connection.close()
