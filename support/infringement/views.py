"""Filing a notice without an account: the start page, the task list, and one question a page, saved as one goes."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response

from support.accounts import service as accounts
from support.accounts.forms import refusals_on
from support.core.clock import utcnow
from support.core.context import settings
from support.core.errors import Invalid, NotFound, Stale
from support.core.web import current_actor, row_number
from support.core.web_late import late_form
from support.infringement import filing, filing_pages, queries_conduct, service_drafts
from support.infringement.forms import FORMS, FilesForm, PartForm, as_text
from support.infringement.service_drafts import Draft
from support.workorders import drafts_web, uploads

blueprint = Blueprint("notices", __name__)
Answer = str | Response | tuple[str, int]


@blueprint.get("/notices")
def start() -> str:
    """Say who may file, what is needed, how long it takes, and what the seller will see."""
    return render_template(
        "infringement/start.html",
        draft=current_draft(),
        kept=service_drafts.KEPT.days,
        suspended=queries_conduct.suspended_until(current_actor().id, utcnow()),
    )


@blueprint.get("/notices/new")
def tasks() -> str:
    """Show the pages of the notice, which are done, and what is left before it can be sent."""
    draft = current_draft()
    return render_template("infringement/tasks.html", **filing_pages.task_list(draft))


@blueprint.route("/notices/new/<step>", methods=["GET", "POST"])
def step(step: str) -> Answer:
    """Ask the question of one page, and keep the answer."""
    if step not in FORMS:
        raise NotFound()
    draft = current_draft()
    form = _form(step, draft)
    if not form.is_submitted():
        return _page(step, form, draft)
    if form.validate() and _fits(step, form):
        try:
            said = filing_pages.with_number(step, form.said(), draft)
            return _onward(save(step, said), step)
        except Stale as error:
            return _late(step, form, error)
    return _page(step, form, draft), 422


@blueprint.route("/notices/new/files/<part>", methods=["GET", "POST"])
def files(part: str) -> Answer:
    """Take the files of one page, one by one or together; those that were refused are named, the rest stays."""
    asked = filing_pages.paper_named(part)
    form = FilesForm(CombinedMultiDict([request.files, request.form]) if request.files else None)
    if request.method == "POST":
        draft = present_draft()
        if removed := request.form.get("remove_file"):
            service_drafts.drop_file(draft, removed)
            return redirect(url_for("notices.files", part=part, _anchor="files"), 303)
        problems = _take(draft, part, form)
        if not problems:
            return _onward(draft, asked.code, asked.paper)
        form.files.errors = [*problems, *form.files.errors]
        return filing_pages.files_page(asked, form, draft), uploads.refusal(problems)
    return filing_pages.files_page(asked, form, current_draft())


@blueprint.post("/notices/new/files/<part>/upload")
def upload(part: str) -> drafts_web.Answer:
    """Take one file that a script sends alone."""
    filing_pages.paper_named(part)
    return filing_pages.take_alone(present_draft(), part)


@blueprint.post("/notices/new/discarding")
def discard() -> Response:
    """Give the begun notice up; it is destroyed at once."""
    draft = current_draft()
    if draft is not None:
        service_drafts.discard_draft(draft.uid)
    session.pop("notice", None)
    flash(_("Everything that you had filled in is destroyed."), "success")
    return redirect(url_for("notices.start"), 303)


@blueprint.post("/notices/new/right/<uid>")
def reuse(uid: str) -> Response:
    """Put a right that the person named before into this notice."""
    values = filing_pages.held_right(current_actor(), uid)
    return _onward(save("right", values, late=False), "right")


def current_draft() -> Draft | None:
    """Return the begun notice of this browser, or the member's own."""
    actor = current_actor()
    member = actor.id if actor.kind == "member" else None
    draft = service_drafts.load_draft(str(session["notice"])) if "notice" in session else None
    if draft is not None and draft.person_id in (None, member):
        return draft
    return service_drafts.draft_of(member) if member is not None else None


def present_draft() -> Draft:
    """Return the begun notice, begun now where there is none; only what posts may ask for it."""
    actor = current_actor()
    draft = current_draft() or service_drafts.begin_draft(
        actor.id if actor.kind == "member" else None
    )
    session["notice"] = draft.uid
    return draft


def save(part: str, values: dict[str, Any], *, late: bool = True) -> Draft:
    """Save one page; raises `Stale` where another device saved it since this page was drawn, unless `late` is False."""
    draft, actor = present_draft(), current_actor()
    return service_drafts.save_part(
        draft.uid,
        part,
        values,
        seen=request.form.get("version", type=row_number) if late else None,
        person_id=actor.id if actor.kind == "member" else None,
    )


def _form(step: str, draft: Draft | None) -> PartForm:
    kept = draft.part(step) if draft else {}
    for name in ("right_day", "valid_until"):
        if day := kept.get(name):
            kept[name] = date.fromisoformat(day)
    form = FORMS[step](
        data={**filing_pages.offered(step, draft), **kept, **filing_pages.NUMBERLESS}
    )
    form.offer()
    if step == "filer" and current_actor().signed_in:
        del form.reach
    if step == "reason" and not settings().dmca_agent:
        del form.us_law
    return form


def _fits(step: str, form: PartForm) -> bool:
    """What a form alone can't see: an address that can be written to."""
    names = {"filer": ("reach",), "holder": ("email",)}.get(step, ())
    for name in names:
        if name in form and (form[name].data or name == "reach"):
            with refusals_on(form):
                accounts.normalise_address("auto", form[name].data or "", field=name)
    return not form.errors


def _page(step: str, form: PartForm, draft: Draft | None) -> str:
    return render_template(
        f"infringement/{step}.html",
        form=form,
        asked=filing.PARTS[step],
        version=draft.version_of(step) if draft else 0,
        today=utcnow().date().isoformat(),
        **filing_pages.facts_for(step, draft),
    )


def _late(step: str, form: PartForm, error: Stale) -> Answer:
    """Another device saved this page meanwhile: both answers, side by side."""
    draft = present_draft()
    for field in form:
        field.data = as_text(field.data)
    return late_form(
        form,
        draft.part(step)
        | {name: form[name].data for name in filing_pages.NUMBERLESS if name in form},
        error,
        version=draft.version_of(step),
        back=url_for("notices.tasks"),
    )


def _onward(draft: Draft, code: str, paper: str = "") -> Response:
    if request.form.get("then") == "list":
        return redirect(url_for("notices.tasks"), 303)
    return redirect(filing_pages.after(draft, code, paper), 303)


def _take(draft: Draft, part: str, form: FilesForm) -> list[uploads.Refused]:
    problems = drafts_web.take(draft.uploads, request.files.getlist("files"))
    try:
        service_drafts.keep_files(draft, part)
    except Invalid as error:
        problems.append(uploads.refused(error))
    return problems
