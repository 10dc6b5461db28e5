"""The case page of a rights notice at the desk: the formal check, decisions about chosen links, papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core import file_serving, files
from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.errors import Invalid, NotFound
from support.core.web import current_actor, row_number
from support.core.words import N_
from support.infringement import (
    conduct_pages,
    desk_case,
    policy,
    queries,
    service_bulk,
    service_checks,
    service_counter,
    service_forwarding,
    service_measures,
    service_rulings,
)
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item
from support.infringement.regimes import RegimeCode
from support.workorders import queries as orders
from support.workorders import service_desk

blueprint = Blueprint("notice_desk", __name__, url_prefix="/desk/orders/<reference>/notice")

Verb = Callable[[Item, int], object]
DAYS = N_("At most %(most)s working days.")


@blueprint.get("")
def show(reference: str) -> str:
    """Show the whole case: what is said, what is missing, every link, and what can be decided."""
    actor, notice = current_actor(), queries.notice_at_desk(current_actor(), reference)
    policy.require_clerk(actor)
    lines = desk_case.lines_of(notice)
    to_check = any(line.status in service_checks.TO_CHECK for line in lines)
    regime, meter = desk_case.meter_at_check(notice)
    return render_template(
        "infringement/case.html",
        reference=reference,
        notice=notice,
        lines=lines,
        acts=desk_case.offered(lines),
        to_check=to_check,
        proposed=regime,
        meter=meter,
        regimes=list(RegimeCode),
        told=desk_case.told(queries.facts_of(notice)),
        papers=desk_case.papers_of(notice),
        counters=desk_case.counters_of(notice),
        conduct=conduct_pages.case_part(notice, utcnow()),
        measures=policy.MEASURES,
        refusals=policy.REFUSALS,
        arrivals=policy.ARRIVALS,
    )


@blueprint.post("/checks")
def check(reference: str) -> Response:
    """Decide the formal check under the regime that the clerk confirms."""
    notice = queries.notice_at_desk(current_actor(), reference)
    try:
        regime = RegimeCode(request.form.get("regime", ""))
    except ValueError as error:
        raise NotFound() from error
    version = row_number(request.form.get("version", ""))
    meter = service_checks.check_formally(current_actor(), notice, regime=regime, version=version)
    if meter.complete:
        flash(_("The notice is qualified."), "success")
    else:
        flash(_("The filer is asked for what is missing."), "success")
    return _back(reference)


@blueprint.post("/counters/<int:counter>/checks")
def check_counter(reference: str, counter: int) -> Response:
    """Decide the check of a counter-notice."""
    notice = queries.notice_at_desk(current_actor(), reference)
    row = queries.counter_by_id(notice, counter)
    version = row_number(request.form.get("version", ""))
    lacking = service_counter.check_counter(current_actor(), row, version=version)
    if lacking is None:
        flash(_("The counter-notice is complete; send it on now."), "success")
    else:
        flash(_("The respondent is asked for what is missing."), "success")
    return _back(reference)


@blueprint.post("/decisions")
def decide(reference: str) -> Response:
    """Carry out one decision for each chosen link; what can't be done is named, the rest is done."""
    actor = current_actor()
    notice = queries.notice_at_desk(actor, reference)
    chosen = _chosen()
    if not chosen:
        flash(_("Choose at least one link first."), "warning")
        return _back(reference)
    verbs = _verbs(actor)
    act = request.form.get("act", "")
    if act not in verbs:
        raise NotFound()
    refused = service_bulk.decide_many(notice, chosen, verbs[act])
    if done := len(chosen) - len(refused):
        flash(_("Done. Links: %(number)s.", number=done), "success")
    for one in refused:
        words = _(one.words, **one.facts)
        flash(_("Link %(number)s: %(words)s", number=one.position, words=words), "warning")
    return _back(reference)


@blueprint.post("/papers/<uid>")
def read_paper(reference: str, uid: str) -> Response:
    """Give a file of the case to the clerk, and write down that they opened it; so it is no GET."""
    actor = current_actor()
    policy.require_clerk(actor)
    order = orders.order_at_desk(actor, reference)
    notice = queries.notice_at_desk(actor, reference)
    file = files.file_by_uid(uid)
    if file.attached_to != notice.stream:
        raise NotFound()
    found = file_serving.open_for_download(file)
    service_desk.read_file(actor, order, file)
    return FlaskResponse(found.stream, headers=found.headers, direct_passthrough=True)


def _chosen() -> dict[int, int]:
    """Return the chosen links (row id: version as the page had it)."""
    pairs = (value.partition(":") for value in request.form.getlist("chosen"))
    return {row_number(item): row_number(version) for item, _colon, version in pairs}


def _verbs(actor: Actor) -> dict[str, Verb]:
    """Return what each decision does with one link and its version."""
    measures, rulings, forwarding = service_measures, service_rulings, service_forwarding
    said = request.form
    return {
        "measure": lambda item, version: measures.take_measure(
            actor, item, measure=said.get("measure", ""), version=version
        ),
        "refuse": lambda item, version: measures.refuse_measure(
            actor, item, reason=said.get("refusal", ""), words=_said("refuse"), version=version
        ),
        "forward": lambda item, version: forwarding.forward_notice(actor, item, version=version),
        "arrived": lambda item, version: _arrived(actor, item),
        "counter": lambda item, version: forwarding.forward_counter(
            actor, item, version=version, at_once=_at_once(), words=_said("counter")
        ),
        "pending": lambda item, version: rulings.keep_pending(
            actor,
            item,
            authority=said.get("authority", ""),
            number=said.get("number", ""),
            version=version,
        ),
        "extend": lambda item, version: rulings.extend_wait(
            actor, item, days=_days(), words=_said("extend"), version=version
        ),
        "restore": lambda item, version: measures.restore_item(actor, item, version=version),
        "decided": lambda item, version: rulings.record_decision(
            actor,
            item,
            keep=said.get("keep") == "down",
            authority=said.get("court", ""),
            number=said.get("file_number", ""),
            version=version,
        ),
        "settle": lambda item, version: rulings.settle_complaint(
            actor, item, upheld=said.get("upheld") == "yes", version=version
        ),
        "gone": lambda item, version: service_checks.note_gone(actor, item, version=version),
        "again": lambda item, version: measures.ask_again(actor, item, version=version),
    }


def _said(act: str) -> str:
    return request.form.get(f"words_{act}", "").strip()


def _at_once() -> bool | None:
    return {"yes": True, "no": False}.get(request.form.get("at_once", ""))


def _days() -> int:
    try:
        return int(request.form.get("days", ""))
    except ValueError as error:
        raise Invalid("days", DAYS, most=20) from error


def _arrived(actor: Actor, item: Item) -> Item:
    what: service_forwarding.What = "notice"
    if item.status is ItemState.COUNTER_FORWARDED:
        what = "counter"
    channel = request.form.get("channel", "")
    at = _moment(actor) or utcnow()
    return service_forwarding.note_arrival(actor, item, what, channel=channel, at=at)


def _moment(actor: Actor) -> datetime | None:
    """Return the moment that was typed, in the clerk's own zone; None where nothing was."""
    typed = request.form.get("at", "")
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(actor.timezone))
    except ValueError as error:
        raise Invalid("at", N_("Please check what you entered.")) from error


def _back(reference: str) -> Response:
    return redirect(url_for("notice_desk.show", reference=reference), 303)
