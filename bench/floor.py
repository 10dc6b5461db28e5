"""The floor: what a bare Flask route costs that answers the same rows. No session, no policy, no language.

One indexed query (or, for a write, the three rows that can't be done without) and a ten-line template.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, redirect, render_template, request
from sqlalchemy import create_engine, insert, select, text, update

import support.core.db  # noqa: F401  (its listeners make SQLite durable and writes begin IMMEDIATE, as ours)
from support.accounts.models import Person
from support.core.outbox_rows import OutboxRow
from support.infringement.models import Item, Notice
from support.policies.models_publications import Publication
from support.policies.queries_publications import PAGE as LEDGER_PAGE
from support.workorders.desk_queries import IS_ACTIVE
from support.workorders.models import Message, WorkOrder

ROWS = 25
_QUEUED = (
    select(
        WorkOrder.id,
        WorkOrder.subject,
        WorkOrder.status,
        WorkOrder.priority,
        WorkOrder.due_at,
        Person.name,
    )
    .join(Person, Person.id == WorkOrder.requester_id)
    .order_by(WorkOrder.due_at, WorkOrder.id)
    .limit(ROWS)
)

_LEDGER = (
    select(Publication.id, Publication.uid, Publication.kind, Publication.published_at)
    .order_by(Publication.id.desc())
    .limit(LEDGER_PAGE)
)


def create_floor() -> Flask:
    """Build the floor on the database that `DATABASE_URL` names."""
    app = Flask(__name__)
    engine = create_engine(os.environ["DATABASE_URL"])
    writing = engine.execution_options(gongdan_write=True)
    match = (
        "search_doc.tokens @@ CAST(:words AS tsquery)"
        if engine.dialect.name == "postgresql"
        else "search_doc.id IN (SELECT rowid FROM search_fts "
        "WHERE search_fts MATCH :words ORDER BY rowid DESC LIMIT 25)"
    )
    found = text(
        "SELECT work_order.id, work_order.subject, work_order.status, work_order.priority, work_order.due_at, "
        "person.name FROM search_doc JOIN work_order ON work_order.id = search_doc.thing_id "
        f"JOIN person ON person.id = work_order.requester_id WHERE {match} ORDER BY search_doc.id DESC LIMIT 25"
    )

    @app.get("/queue")
    def queue() -> str:
        with engine.connect() as connection:
            rows = connection.execute(_QUEUED.where(IS_ACTIVE)).all()
        return render_template("queue.html", rows=rows)

    @app.get("/queue/<int:due>/<int:last>")
    def deep(due: int, last: int) -> str:
        moment = datetime.fromtimestamp(due / 1_000_000, UTC)
        behind = (WorkOrder.due_at > moment) | (
            (WorkOrder.due_at == moment) & (WorkOrder.id > last)
        )
        with engine.connect() as connection:
            statement = _QUEUED.where(IS_ACTIVE, WorkOrder.due_at >= moment, behind)
            rows = connection.execute(statement).all()
        return render_template("queue.html", rows=rows)

    @app.get("/orders/<int:order_id>")
    def order(order_id: int) -> str:
        statement = (
            select(Message.body, Message.created_at, Person.name)
            .join(Person, Person.id == Message.author_id)
            .where(Message.order_id == order_id)
            .order_by(Message.id)
        )
        with engine.connect() as connection:
            rows = connection.execute(statement).all()
        return render_template("thread.html", rows=rows)

    @app.get("/notices/<int:order_id>")
    def notice(order_id: int) -> str:
        statement = (
            select(Item.position, Item.platform_item, Item.state, Item.content, Item.due_at)
            .join(Notice, Notice.id == Item.notice_id)
            .where(Notice.order_id == order_id)
            .order_by(Item.position)
        )
        with engine.connect() as connection:
            rows = connection.execute(statement).all()
        return render_template("links.html", rows=rows)

    @app.get("/search")
    def search() -> str:
        with engine.connect() as connection:
            rows = connection.execute(found, {"words": f'"{request.args["q"]}"'}).all()
        return render_template("queue.html", rows=rows)

    @app.get("/ledger")
    def ledger() -> str:
        with engine.connect() as connection:
            rows = connection.execute(_LEDGER).all()
        return render_template("ledger.html", rows=rows)

    @app.get("/changes")
    def changes() -> tuple[str, int]:
        statement = select(WorkOrder.id).where(WorkOrder.updated_at > datetime.now(UTC)).limit(ROWS)
        with engine.connect() as connection:
            rows = connection.execute(statement).all()
        return ("", 204) if not rows else ("changed", 200)

    @app.post("/orders")
    def submit() -> Any:
        now, form = datetime.now(UTC), request.form
        who = int(form["requester"])
        with writing.begin() as connection:
            values = {
                "kind": "question",
                "subject": form["subject"],
                "status": "new",
                "priority": 3,
                "team": "support",
                "requester_id": who,
                "language": "en",
            }
            for moment in ("created", "updated", "status", "due"):
                values[f"{moment}_at"] = now
            values |= {"first_reply_due": now, "resolve_due": now}
            made = connection.execute(insert(WorkOrder).values(**values)).inserted_primary_key
            assert made is not None
            _write(connection, made[0], int(form["party"]), who, form["body"], now)
        return redirect("/queue", 303)

    @app.post("/orders/<int:order_id>")
    def reply(order_id: int) -> Any:
        now, form = datetime.now(UTC), request.form
        with writing.begin() as connection:
            connection.execute(
                update(WorkOrder).where(WorkOrder.id == order_id).values(fresh=False)
            )
            _write(
                connection, order_id, int(form["party"]), int(form["requester"]), form["body"], now
            )
        return redirect("/queue", 303)

    @app.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    return app


def _write(
    connection: Any, order_id: int, party: int, author: int, body: str, now: datetime
) -> None:
    made = connection.execute(
        insert(Message).values(
            order_id=order_id,
            party_id=party,
            author_id=author,
            from_staff=False,
            body=body,
            language="en",
            created_at=now,
        )
    ).inserted_primary_key
    connection.execute(
        insert(OutboxRow).values(
            dedup_key=f"floor|{made[0]}",
            topic="floor",
            handler="floor",
            payload={"message": made[0]},
            priority=5,
            state="done",
            attempts=0,
            due_at=now,
            created_at=now,
        )
    )
