"""The cases `erase` and `export`: somebody with thirty orders and three hundred messages, beside bare SQL.

Each runs in a process of its own, as a worker would: `python -m bench.people erase ID` or `export ID` prints the
seconds and the megabytes at the most. Before it starts the person was verified, decided on and told.
"""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, update

from app import create_app
from bench.client import Sample
from bench.report import MEMORY, Result
from bench.site import BODY, Site
from running.supervisor import ROOT
from support.accounts import service_register, service_sessions, service_staff
from support.accounts.models import ContactKind
from support.accounts.policy import Method
from support.core import outbox
from support.core.actors import SYSTEM, Actor, Role
from support.core.clock import utcnow
from support.core.db import changed, clean_leftovers, db, transaction
from support.core.search import SearchDoc
from support.erasure import copying, queries, service, service_copies, service_execution
from support.erasure.lifecycle import ErasureState
from support.workorders import service as orders
from support.workorders.kind import QUESTION, kind_named
from support.workorders.lifecycle import Status
from support.workorders.models import Message, WorkOrder

ORDERS, MESSAGES = 30, 10
MOST_MEGABYTES = 200.0
"""What either may hold; it stands in the place of the floor."""
UNIT = "people/s"
_DONE = frozenset({ErasureState.COMPLETED, ErasureState.RESTRICTED})
_DOCUMENTS: type[Any] = SearchDoc


def measure(site: Site, engine: str, *, rounds: int) -> list[Result]:
    """Export and erase one person in each round, and another one by bare SQL."""
    took: dict[tuple[str, str], list[Sample]] = {}
    most = {"export": 0.0, "erase": 0.0}
    with site.app.app_context():
        agent, officer, second = _staff()
        for turn in range(rounds):
            mine, bare = (_member(agent, f"{side} {turn}") for side in ("ours", "bare"))
            asked = service_copies.ask_copy(_shown(mine)).id
            decided = _decided(mine, officer, second)
            while outbox.drain():
                pass
            for case, number in (("export", asked), ("erase", decided)):
                said = _in_child(site, case, number)
                most[case] = max(most[case], said["megabytes"])
                took.setdefault((case, "ours"), []).append(_sample(said["seconds"]))
            for case, plain in (("export", _export_plainly), ("erase", _erase_plainly)):
                took.setdefault((case, "floor"), []).append(_timed(plain, site, bare))
        db.session.remove()
    results = []
    for case, megabytes in most.items():
        ours, floor = took[case, "ours"], took[case, "floor"]
        results.append(Result.of(engine, case, site.number, ours, floor, UNIT))
        name = f"{case}_{MEMORY}"
        results.append(Result(engine, name, site.number, megabytes, MOST_MEGABYTES, "MB at most"))
    return results


def main() -> None:
    """Do one thing for one person and print what it took."""
    what, number = sys.argv[1], int(sys.argv[2])
    with create_app().app_context():
        began = time.perf_counter()
        (copying.make_copy if what == "export" else service_execution.carry_on)(number)
        seconds = time.perf_counter() - began
        if what == "erase":
            assert queries.erasure_by_id(number).status in _DONE, "it was not carried out"
        db.session.remove()
    status = Path("/proc/self/status").read_text("ascii")  # `ru_maxrss` would be the parent's
    most = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": most}) + "\n")


def _in_child(site: Site, what: str, number: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.people", what, str(number)]
    with (site.folder / "people.log").open("ab") as log:
        done = subprocess.run(
            command, cwd=ROOT, env=site.environ, check=True, stdout=subprocess.PIPE, stderr=log
        )
    said: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return said


def _staff() -> list[Actor]:
    """Return an agent, a privacy officer and somebody of legal, made for this."""
    roles = (Role.AGENT, Role.PRIVACY_OFFICER, Role.LEGAL)
    made = []
    for role in roles:
        person_id = service_staff.create_staff(
            SYSTEM,
            name=f"People {role}",
            email=f"{role}@people.example.com",
            roles=[role],
            password=secrets.token_urlsafe(12),
        )
        made.append(_shown(Actor("staff", person_id, frozenset({role}))))
    return made


def _member(agent: Actor, name: str) -> Actor:
    """Make somebody with their orders, by the verbs."""
    person_id = service_register.create_member(
        SYSTEM,
        name=f"Member {name}",
        password=secrets.token_urlsafe(12),
        contacts=[(ContactKind.EMAIL, f"{name.replace(' ', '.')}@people.example.com")],
        language="en",
    )
    member = Actor("member", person_id, name=f"Member {name}", language="en")
    for _order in range(ORDERS):
        order = _file(member, "question", "Invoice shows the wrong company")
        for place in range(1, MESSAGES):
            if place % 2:
                orders.reply(
                    agent,
                    order,
                    body=f"Dear {member.name}, {BODY}",
                    version=order.version,
                    then=Status.OPEN,
                    language="en",
                )
            else:
                orders.answer(member, order, body=BODY, language="en")
    return member


def _file(member: Actor, kind: str, subject: str) -> WorkOrder:
    return orders.file_order(
        member,
        QUESTION if kind == "question" else kind_named(kind),
        requester_id=member.id or 0,
        contact_id=None,
        subject=subject,
        body=BODY,
        topic="" if kind == "question" else "closing",
        language="en",
    )


def _shown(actor: Actor) -> Actor:
    """Return them with a session of this moment, shown in two ways."""
    with transaction():
        opened = service_sessions.open_session(
            actor.id or 0, Method.PASSWORD, "127.0.0.1", "Bench", utcnow(), second=True
        )
    return Actor(
        actor.kind, actor.id, actor.roles, opened.session_id, name=actor.name, language="en"
    )


def _decided(member: Actor, officer: Actor, second: Actor) -> int:
    """Ask, show who asks, propose and agree; return the row id of the request."""
    row = queries.erasure_of(_file(member, "erasure", "Deletion of my data"))
    assert row is not None
    row = service.confirm_request(_shown(member), row, region="cn", version=row.version)
    row = service.propose(officer, row, {}, {}, words="", version=row.version)
    row = service.approve(second, row, version=row.version)
    return row.id


def _timed(plain: Callable[[Site, int], None], site: Site, member: Actor) -> Sample:
    began = time.perf_counter()
    plain(site, member.id or 0)
    return _sample(time.perf_counter() - began)


def _sample(seconds: float) -> Sample:
    return Sample(seconds, [seconds])


def _theirs(person_id: int) -> Any:
    return select(WorkOrder.id).where(WorkOrder.requester_id == person_id)


def _export_plainly(site: Site, person_id: int) -> None:
    """Write the same orders and messages into a zip, as JSON."""
    said = select(Message.order_id, Message.body).where(Message.order_id.in_(_theirs(person_id)))
    rows = [tuple(row) for row in db.session.execute(said)]
    with zipfile.ZipFile(site.folder / "plain.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(rows))
    db.session.rollback()


def _erase_plainly(_site: Site, person_id: int) -> None:
    """Empty the same orders and messages, take them out of the index, and clean what that leaves."""
    mine = _theirs(person_id)
    with transaction():
        changed(update(Message).where(Message.order_id.in_(mine)).values(body=""))
        db.session.execute(delete(_DOCUMENTS).where(_DOCUMENTS.thing_id.in_(mine)))
        changed(update(WorkOrder).where(WorkOrder.id.in_(mine)).values(subject=""))
    clean_leftovers()


if __name__ == "__main__":
    main()
