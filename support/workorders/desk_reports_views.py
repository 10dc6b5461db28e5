"""The desk's report and its file. Both only read what the tick has folded."""

from __future__ import annotations

from flask import Response, render_template, request, url_for

from support.core.clock import utcnow
from support.core.web import current_actor
from support.workorders import desk_figures, desk_reports, policy
from support.workorders.desk_figures import Span
from support.workorders.desk_forms import ReportForm
from support.workorders.desk_nav import page_counts
from support.workorders.desk_reports import PRESETS, USUAL
from support.workorders.desk_views import blueprint


@blueprint.get("/reports")
def reports() -> str | tuple[str, int]:
    """Show the report of some days; days that can't be read come back with words at their field."""
    policy.require_staff(current_actor())
    form, preset = _asked()
    if not form.validate():
        return render_template(
            "workorders/desk/reports.html", form=form, presets=_presets(form)
        ), 422
    span = _span(form)
    return render_template(
        "workorders/desk/reports.html",
        form=form,
        presets=_presets(form, preset),
        file_url=url_for("desk.reports_file", **_address(span)),  # type: ignore[arg-type]
        report=desk_reports.page(span, page_counts()),
    )


@blueprint.get("/reports.csv")
def reports_file() -> Response | tuple[str, int]:
    """Give the figures of the same days as a file for a spreadsheet."""
    policy.require_staff(current_actor())
    form, _preset = _asked()
    if not form.validate():
        return render_template(
            "workorders/desk/reports.html", form=form, presets=_presets(form)
        ), 422
    span = _span(form)
    answer = Response(desk_reports.file_of(span), mimetype="text/csv")
    name = f"work-orders-{span.since.isoformat()}-{span.until.isoformat()}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _asked() -> tuple[ReportForm, int]:
    """Return the form as the address fills it, and the number of days where it names a preset (0 for own dates)."""
    last = desk_figures.today(utcnow())
    said = request.args.copy()
    preset = 0
    if not said.get("since") and not said.get("until"):
        preset = next((each for each in PRESETS if said.get("days") == str(each)), USUAL)
        span = desk_reports.last_days(preset, last)
        said["since"], said["until"] = span.since.isoformat(), span.until.isoformat()
    said.setdefault("team", "")
    form = ReportForm(said)
    form.offer(desk_reports.teams(), last)
    return form, preset


def _span(form: ReportForm) -> Span:
    """Return what a valid form asks for."""
    assert form.since.data
    assert form.until.data
    return Span(form.since.data, form.until.data, form.team.data)


def _address(span: Span) -> dict[str, str]:
    found = {"since": span.since.isoformat(), "until": span.until.isoformat(), "team": span.team}
    return {name: value for name, value in found.items() if value}


def _presets(form: ReportForm, chosen: int = 0) -> list[tuple[int, str, bool]]:
    """Return (days, address, whether it is the one shown); a team that was chosen stays."""
    team = {"team": form.team.data} if form.team.data and not form.team.errors else {}
    return [(each, url_for("desk.reports", days=each, **team), each == chosen) for each in PRESETS]
