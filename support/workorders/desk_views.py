"""The desk's first pages: the queue, and what waits for the agent who looks."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request, url_for
from flask_babel import gettext, ngettext

from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.web import current_actor
from support.workorders import desk_queries, policy, service_bulk
from support.workorders.desk_counts import arrivals
from support.workorders.desk_filters import View, read_view
from support.workorders.desk_frame import frame, words_of
from support.workorders.desk_nav import page_counts, unstaffed_teams
from support.workorders.desk_queries import OVERLAP, Page
from support.workorders.desk_rows import pieces, shown
from support.workorders.desk_sorts import SORTS, write_key
from support.workorders.kind import kinds

blueprint = Blueprint("desk", __name__, url_prefix="/desk")


@blueprint.get("", strict_slashes=False)
def queue() -> str:
    """Show one page of a view."""
    actor, now, view = current_actor(), utcnow(), read_view(request.args, SORTS)
    after, before = request.args.get("after", ""), request.args.get("before", "")
    page = desk_queries.page(view, actor, now, after=after, before=before)
    facts = _facts(actor, view, page, now)
    return render_template("workorders/desk/queue.html", view=view, **facts)


def _facts(actor: Actor, view: View, page: Page, now: datetime) -> dict[str, Any]:
    counts = page_counts()
    return {
        "rows": shown(page.rows, view, now),
        "pieces": pieces(),
        "counts": counts,
        "arrivals": arrivals(counts),
        "frame": frame(view),
        "summary": _summary(view, len(page.rows), counts),
        "prev_url": _page_url(view, before=page.before),
        "next_url": _page_url(view, after=page.after),
        "live_url": _live_url(view, page, now),
        "here": request.full_path.rstrip("?"),
        "key": new_uid(),
        "unstaffed": _unstaffed(actor, counts),
        "done": _done(actor),
        "may_work": policy.may_work(actor, *kinds()),
        "takes_calls": policy.takes_calls(actor),
    }


@blueprint.get("/mine")
def mine() -> str:
    """Show what the agent has to do today, replies that came back, and the rest of what is theirs."""
    actor, now = current_actor(), utcnow()
    view = View(preset="mine")
    end = _end_of_day(actor, now)
    due, back, rest = (shown(rows, view, now) for rows in desk_queries.own_desk(actor, end))
    return render_template(
        "workorders/desk/mine.html", due=due, back=back, rest=rest, pieces=pieces()
    )


def _summary(view: View, number: int, counts: dict[str, int]) -> str:
    if not view.counted:
        return str(ngettext("%(num)s work order", "%(num)s work orders", number))
    total = max(number, sum(counts.get(name, 0) for name in view.counted))
    return str(gettext("%(number)s of %(total)s", number=number, total=total))


def _page_url(view: View, **place: str) -> str | None:
    if not any(place.values()):
        return None
    return url_for("desk.queue", **view.address(), **place)  # type: ignore[arg-type]


def _live_url(view: View, page: Page, now: datetime) -> str:
    """Return what the page polls: from a little back, for writers who began before us, and for the rows it shows."""
    since = write_key((now - OVERLAP, 0))
    known = ".".join(str(row.id) for row in page.rows)
    return url_for("desk.live", since=since, known=known, **view.address())  # type: ignore[arg-type]


def _unstaffed(actor: Actor, counts: dict[str, int]) -> list[tuple[str, int]]:
    if not actor.has(Role.ADMIN):
        return []
    return [(words_of("team", team), number) for team, number in unstaffed_teams(counts)]


def _done(actor: Actor) -> dict[str, str] | None:
    """Return what the last change of many did, with its Undo, when the address names one of this agent."""
    run = service_bulk.own_run(actor, request.args["done"]) if "done" in request.args else None
    if run is None or not service_bulk.may_undo(run, utcnow()):
        return None
    words = ngettext("%(num)s changed", "%(num)s changed", len(run.changed))
    return {"words": words, "url": url_for("desk.undo_bulk", uid=run.uid)}


def _end_of_day(actor: Actor, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(actor.timezone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=1)
