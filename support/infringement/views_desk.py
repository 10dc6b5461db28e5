"""The case of a rights notice at the desk, a tab each: notice, links, answers, clocks, letters, history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask import Response as FlaskResponse
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core import file_serving, files
from support.core.clock import utcnow
from support.core.errors import NotFound
from support.core.web import current_actor, posted_version, row_number
from support.core.web_pages import language as page_language
from support.infringement import (
    conduct_pages,
    desk_acts,
    desk_case,
    desk_clock,
    desk_history,
    desk_letters,
    desk_links,
    desk_tabs,
    letter_pages,
    policy,
    queries,
    queries_case,
    queries_counters,
    service_checks,
    service_counter,
)
from support.infringement.queries_case import Case
from support.infringement.regimes import RegimeCode
from support.workorders import queries as orders
from support.workorders import service_desk

blueprint = Blueprint("notice_desk", __name__, url_prefix="/desk/orders/<reference>/notice")


def case_of(reference: str) -> Case:
    """Return the case to a clerk; raises `NotFound`, and `NotAllowed` for others at the desk."""
    actor = current_actor()
    case = queries_case.case_at_desk(actor, reference)
    policy.require_clerk(actor)
    return case


def tab(name: str, case: Case, **facts: Any) -> str:
    """Return a tab of a case: `infringement/case_<name>.html` with what stands above each."""
    endpoint = f"notice_desk.{name}"
    frame = desk_tabs.frame(case, endpoint, utcnow())
    return render_template(f"infringement/case_{name}.html", **frame, **facts)


@blueprint.get("")
def show(reference: str) -> str:
    """Show what the notice says, what it lacks, and the formal check while it waits."""
    case = case_of(reference)
    filed = queries_case.papers_in(case)
    facts = desk_case.facts_in(case, filed)
    regime, meter = desk_case.meter_in(case, facts)
    return tab(
        "show",
        case,
        to_check=any(item.status in service_checks.TO_CHECK for item in case.items),
        proposed=regime,
        meter=meter,
        regimes=list(RegimeCode),
        told=desk_case.told(facts),
        papers=desk_case.notice_papers(filed),
    )


@blueprint.get("/links")
def links(reference: str) -> str:
    """Show the links, a page at a time, with what may be decided about the chosen ones."""
    case, view = case_of(reference), desk_links.view_of(request.args)
    table = desk_links.table_of(case, view)
    return tab("links", case, view=view, table=table, acts=desk_acts.offered(case.items))


@blueprint.get("/counters")
def counters(reference: str) -> str:
    """Show the counter-notices, what each lacks, and what its respondent says of each link."""
    case = case_of(reference)
    return tab("counters", case, counters=desk_case.counters_of(case))


@blueprint.get("/clock")
def clock(reference: str) -> str:
    """Show each clock: its rule, its date, how that is counted, and what waits without one."""
    case = case_of(reference)
    return tab("clock", case, clocks=desk_clock.clocks_of(case))


@blueprint.get("/letters")
def letters(reference: str) -> str:
    """List the letters to each side: those that were sent, and those that can come next."""
    case = case_of(reference)
    return tab("letters", case, sides=desk_letters.sides_of(case))


@blueprint.get("/letters/<code>")
def letter(reference: str, code: str) -> str:
    """Show one letter that was sent as a page to print, as it left or in the language that is asked for."""
    case, asked = case_of(reference), letter_pages.asked_language(request.args)
    return _letter(reference, desk_letters.sent_letter(case, code, asked))


@blueprint.post("/letters/<code>/preview")
def preview(reference: str, code: str) -> str:
    """Show a letter that can come next: it is written by doing what it tells of and undoing it, so it is no GET."""
    case = case_of(reference)
    language = letter_pages.asked_language(request.form) or page_language()
    again = url_for("notice_desk.preview", reference=reference, code=code)
    return _letter(reference, desk_letters.coming_letter(case, code, language), again=again)


def _letter(reference: str, found: letter_pages.Letter, again: str = "") -> str:
    back = url_for("notice_desk.letters", reference=reference)
    facts = letter_pages.facts_of(found, reference)
    return render_template("infringement/letter.html", back=back, again=again, **facts)


@blueprint.get("/conduct")
def conduct(reference: str) -> str:
    """Show the conduct of both sides: figures for the clerk alone, never a verdict."""
    case = case_of(reference)
    return tab("conduct", case, conduct=conduct_pages.case_part(case.notice, utcnow()))


@blueprint.get("/history")
def history(reference: str) -> str:
    """Show each move: who made it, when and why."""
    case, before = case_of(reference), request.args.get("before", type=row_number)
    return tab("history", case, page=desk_history.page_of(case, before), first=before is None)


@blueprint.post("/checks")
def check(reference: str) -> Response:
    """Decide the formal check under the regime that the clerk confirms."""
    notice = queries.notice_at_desk(current_actor(), reference)
    try:
        regime = RegimeCode(request.form.get("regime", ""))
    except ValueError as error:
        raise NotFound() from error
    version = posted_version()
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
    row = queries_counters.counter_by_id(notice, counter)
    version = posted_version()
    lacking = service_counter.check_counter(current_actor(), row, version=version)
    if lacking is None:
        flash(_("The counter-notice is complete; send it on now."), "success")
    else:
        flash(_("The respondent is asked for what is missing."), "success")
    return redirect(url_for("notice_desk.counters", reference=reference), 303)


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


def _back(reference: str) -> Response:
    return redirect(url_for("notice_desk.show", reference=reference), 303)
