"""Changing many orders at once: what to set, what came of it, and the way back."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.errors import Invalid, NotFound
from support.core.masking import mask_secrets
from support.core.web import current_actor, form_scope, safe_next
from support.core.words import N_
from support.workorders import moves, queries, service_bulk
from support.workorders.describe import subject_words
from support.workorders.desk_filters import STAFF_STATUS, read_view
from support.workorders.desk_sorts import SORTS
from support.workorders.desk_staff import takers
from support.workorders.desk_views import blueprint
from support.workorders.lifecycle import LIFECYCLE, Priority, Status
from support.workorders.models import WorkOrder
from support.workorders.service_bulk import ALREADY_SO, NOTHING_CHOSEN, TOLD_OF, BulkRun, Chosen

_CHOSEN = re.compile(r"([1-9][0-9]{0,17}):([1-9][0-9]{0,8})")
_CHOOSE = N_("Choose what to set.")

TITLES = {
    "assign": N_("Assign the selected work orders"),
    "status": N_("Set the status of the selected work orders"),
    "priority": N_("Set the priority of the selected work orders"),
    "tag": N_("Tag the selected work orders"),
}


@blueprint.post("/bulk")
def bulk() -> Response | str | tuple[str, int]:
    """Ask what to set, or set it: the orders, as their reader saw them, and the act come from the queue."""
    chosen, act = _chosen(), request.form.get("act", "")
    if act not in TITLES:
        raise NotFound()
    if "value" not in request.form or not chosen:
        return _ask(act, chosen, "" if chosen else gettext(NOTHING_CHOSEN))
    try:
        value = _value(act, request.form["value"])
    except Invalid as error:
        return _ask(act, chosen, gettext(error.words)), 422
    key, now = request.form.get("idempotency_key") or new_uid(), utcnow()
    ids = {one.order_id for one in chosen}
    in_time = {one.id for one in _orders(ids) if not moves.is_overdue(one, now)}
    run = service_bulk.change_many(
        current_actor(), chosen, act=act, value=value, scope=form_scope(), key=key
    )
    if late := sum(moves.is_overdue(one, now) for one in _orders(in_time)):
        words = ngettext(
            "%(num)s work order is overdue now.", "%(num)s work orders are overdue now.", late
        )
        flash(words, "warning")
    return redirect(_after(run), 303)


@blueprint.get("/bulk/<uid>")
def bulk_result(uid: str) -> str:
    """Show what a change of many did and what it refused."""
    run = service_bulk.own_run(current_actor(), uid)
    if run is None or run.act not in TITLES:
        raise NotFound()
    refused = [
        {
            "order": order,
            "subject": subject_words(mask_secrets(order.subject).text),
            "words": gettext(words),
        }
        for order_id, words in run.refused
        if words != ALREADY_SO
        for order in [queries.order_by_id(order_id)]
    ]
    return render_template(
        "workorders/desk/bulk_result.html",
        run=run,
        refused=refused,
        words=_counts(run, len(refused)),
        title=gettext(TITLES[run.act]),
        may_undo=service_bulk.may_undo(run, utcnow()),
    )


@blueprint.post("/bulk/<uid>/undoing")
def undo_bulk(uid: str) -> Response:
    """Take it back where nothing happened since."""
    run = service_bulk.undo_many(current_actor(), uid)
    if run.act != service_bulk.ORDER:
        return redirect(url_for("desk.bulk_result", uid=uid), 303)
    if run.refused:
        flash(gettext("Nothing was undone. %(why)s", why=gettext(run.refused[0][1])), "error")
    else:
        flash(gettext("This was undone."), "success")
    order = queries.order_by_id(run.changed[0][0])
    said: dict[str, Any] = read_view(request.args, SORTS).address()
    return redirect(url_for("desk.show", reference=order.reference, **said), 303)


def _counts(run: BulkRun, refused: int) -> str:
    """Return what came of the change, or of its undoing, in numbers."""
    done, already = len(run.changed), len(run.refused) - refused
    if run.undone_at:
        return str(
            gettext("%(done)s undone, %(left)s left as they are", done=done - refused, left=refused)
        )
    words = gettext("%(done)s changed, %(refused)s refused", done=done, refused=refused)
    if already:
        words = gettext(
            "%(done)s changed, %(already)s already so, %(refused)s refused",
            done=done,
            already=already,
            refused=refused,
        )
    return str(words)


def _orders(ids: Collection[int]) -> Sequence[WorkOrder]:
    return queries.orders_at_desk(current_actor(), ids)


def _told(chosen: list[Chosen]) -> dict[str, str]:
    """Return for each status how many requesters are told if the chosen orders get it."""
    versions = {one.order_id: one.version for one in chosen}
    orders = [one for one in _orders(versions) if one.version == versions[one.id]]
    people = {
        status: {
            one.requester_id
            for one in orders
            if LIFECYCLE.can(one.state, status)
            and (status not in moves.FINISHED or moves.is_proved(one))
        }
        for status in TOLD_OF
    }
    return {
        status.value: ngettext(
            "%(num)s requester is told.", "%(num)s requesters are told.", len(each)
        )
        for status, each in people.items()
    }


def _chosen() -> list[Chosen]:
    found = [_CHOSEN.fullmatch(text) for text in request.form.getlist("ids")]
    return [Chosen(int(match[1]), int(match[2])) for match in found if match]


def _value(act: str, said: str) -> Any:
    """Return what the form chose, as the verb takes it; raises `Invalid` for what nobody offered."""
    offered = {value for value, _words in _choices(act)}
    said = said.strip()
    if act == "tag":
        if not said or len(said) > 40:
            raise Invalid("value", N_("Enter a tag of at most 40 characters."))
        return said
    if said not in offered:
        raise Invalid("value", _CHOOSE)
    if act == "assign":
        own = current_actor().id
        return None if said == "none" else own if said == "me" else int(said)
    return said if act == "status" else Priority[said.upper()].value


def _choices(act: str) -> list[tuple[str, str]]:
    if act == "assign":
        others = [(str(one.id), one.name) for one in takers()]
        return [("me", gettext("Me")), ("none", gettext("Nobody, back to the team")), *others]
    if act == "status":
        offered = (Status.OPEN, Status.WAITING, Status.RESOLVED, Status.CLOSED)
        return [(each.value, gettext(STAFF_STATUS[each])) for each in offered]
    return [(each.name.lower(), gettext(each.title)) for each in Priority] if act != "tag" else []


def _ask(act: str, chosen: list[Chosen], problem: str) -> str:
    return render_template(
        "workorders/desk/bulk.html",
        act=act,
        title=gettext(TITLES[act]),
        ids=[f"{one.order_id}:{one.version}" for one in chosen],
        choices=_choices(act),
        told=_told(chosen) if act == "status" else {},
        value=request.form.get("value", ""),
        problem=problem,
        back=safe_next(request.form.get("next")) or url_for("desk.queue"),
        key=request.form.get("idempotency_key") or new_uid(),
    )


def _after(run: BulkRun) -> str:
    """Where nothing was refused the agent goes back to the queue, where Undo waits; else to the result."""
    back = safe_next(request.form.get("next")) or url_for("desk.queue")
    if run.refused or not run.changed:
        return url_for("desk.bulk_result", uid=run.uid)
    back = re.sub(r"([?&])done=[0-9a-f]*&?", r"\1", back).rstrip("?&")
    return f"{back}{'&' if '?' in back else '?'}done={run.uid}"
