"""Health for machines: `/healthz` for anyone, readiness and metrics for this machine only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text

from support.core import doorbell, outbox_upkeep, readiness
from support.core.clock import utcnow
from support.core.context import hooks, settings
from support.core.db import db
from support.core.outbox_rows import OutboxRow, OutboxState
from support.core.web import is_local_request
from support.core.web_pages import blueprint


@dataclass(frozen=True, slots=True)
class Figure:
    """A hook: one metric read from the database; `read()` gives values by label value ("" for none)."""

    name: str
    help: str
    label: str
    read: Callable[[], dict[str, float]]


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether the database answers and may be served; details only for a peer on this machine."""
    try:
        db.session.execute(text("SELECT 1"))
        there, closed = True, readiness.closed()
    except Exception:
        there, closed = False, None
    ready = there and closed is None
    lines = ["ready" if ready else "not ready"]
    if is_local_request():
        lines += [
            f"database {'ok' if there else 'away'}",
            f"doorbell {'ok' if doorbell.answers() else 'away'}",
            *([str(closed)] if closed else []),
        ]
    return Response("\n".join(lines) + "\n", status=200 if ready else 503, mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give Prometheus the figures, read from the database, so that every process answers the same."""
    if not is_local_request():
        abort(403)
    registry = CollectorRegistry()
    counted = select(OutboxRow.state, func.count()).group_by(OutboxRow.state)
    states = {row[0]: row[1] for row in db.session.execute(counted)}
    rows = Gauge("gongdan_outbox_rows", "Outbox rows by state", ["state"], registry=registry)
    for state in OutboxState:
        rows.labels(state.value).set(states.get(state.value, 0))
    _due, late = outbox_upkeep.waiting(utcnow())
    Gauge("gongdan_outbox_late_seconds", "Age of the oldest due row", registry=registry).set(late)
    Gauge("gongdan_doorbell_up", "The Valkey answers", registry=registry).set(
        1 if settings().redis_url and doorbell.answers() else 0
    )
    for figure in hooks(Figure):
        gauge = Gauge(figure.name, figure.help, [figure.label], registry=registry)
        for label, value in figure.read().items():
            gauge.labels(label).set(value)
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")
