"""The links of a notice: pasted one a line, recognised, and the wrong ones corrected alone. Works without script."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from support.accounts.forms import refusals_on
from support.core.errors import Invalid, Stale
from support.core.icons import icon
from support.core.words import N_
from support.infringement import filing, filing_pages, listing_door, listings
from support.infringement.forms import LONGEST_TEXT, ListingsForm
from support.infringement.listings import Line, Sorted
from support.infringement.service_drafts import Draft
from support.infringement.views import Answer, blueprint, current_draft, present_draft, save
from support.workorders.forms import block

MOST_REPEATS = 10
"""How many repeated lines are named; of more, their number is enough."""
NO_LINKS = N_("Paste at least one link.")


@blueprint.route("/notices/new/listings", methods=["GET", "POST"], endpoint="listings")
def listings_page() -> Answer:
    """Take pasted links, or corrections of single lines, and show what each names."""
    draft, form = current_draft(), ListingsForm()
    if not form.is_submitted():
        return _page(form, draft)
    if form.validate():
        with refusals_on(form):
            try:
                return _take(form)
            except Stale:
                form.form_errors.append(
                    _("The links were changed on another device; this is how they stand now.")
                )
                return _page(form, current_draft()), 409
    return _page(form, draft), 422


def _take(form: ListingsForm) -> Response:
    draft = present_draft()
    before = filing.lines_of(draft.fields)
    if removed := request.form.get("remove"):
        return _keep(Sorted([line for line in before if str(line.number) != removed], []))
    said = _corrections(before)
    found = listings.correct(before, said) if said else Sorted(list(before), [])
    if (pasted := form.links.data or "").strip():
        more = listings.sort(pasted, found.lines)
        found = Sorted(more.lines, found.repeats + more.repeats)
    if not found.lines:
        raise Invalid("links", NO_LINKS)
    return _keep(found)


def _corrections(before: Sequence[Line]) -> dict[int, str]:
    """Return what was typed for lines that stand there wrong, by number."""
    return {
        line.number: request.form[f"line-{line.number}"]
        for line in before
        if f"line-{line.number}" in request.form
        and (request.form[f"line-{line.number}"].strip() != line.url or not line.good)
    }


def _keep(found: Sorted) -> Response:
    """Ask the platform about the lines that nobody asked about yet, save all, and go on where all is well."""
    asked = [line.item for line in found.lines if line.item and line.found == "unchecked"]
    known = listing_door.look_up(asked)
    lines = [
        listings.judged([line], known)[0] if line.item in set(asked) else line
        for line in found.lines
    ]
    draft = save("listings", {"lines": listings.dump(lines)})
    _tell(found.repeats)
    then, bad = request.form.get("then"), any(not line.good for line in lines)
    if bad or not lines or then not in ("next", "list"):
        return redirect(url_for("notices.listings", _anchor="wrong" if bad else None), 303)
    url = url_for("notices.tasks") if then == "list" else filing_pages.after(draft, "listings")
    return redirect(url, 303)


def _tell(repeats: Sequence[tuple[int, int]]) -> None:
    if not repeats:
        return
    named = [
        _("line %(line)s repeats line %(earlier)s", line=line, earlier=earlier)
        for line, earlier in repeats[:MOST_REPEATS]
    ]
    words = ngettext(
        "%(num)s line names a link that was there already and is left out: %(which)s.",
        "%(num)s lines name a link that was there already and are left out: %(which)s.",
        len(repeats),
        which=", ".join([*named, "…"] if len(repeats) > MOST_REPEATS else named),
    )
    flash(words, "info")


def _page(form: ListingsForm, draft: Draft | None) -> str:
    lines = filing.lines_of(filing_pages.kept_of(draft))
    return render_template(
        "infringement/listings.html",
        form=form,
        asked=filing.PARTS["listings"],
        version=draft.version_of("listings") if draft else 0,
        lines=lines,
        wrong=[line for line in lines if not line.good],
        words={each.value: _(each.title) for each in listings.Found},
        cross=icon("x"),
        lang_of=filing_pages.lang_of,
        typed=request.form,
        most=listings.MOST,
    )


@blueprint.route("/notices/new/listings/reasons", methods=["GET", "POST"])
def reasons() -> Answer:
    """Take a reason of its own for a link, beside the one for all; a line left empty has only that."""
    draft = current_draft()
    lines = filing.good_lines(filing_pages.kept_of(draft))
    if request.method == "GET" or draft is None:
        version = draft.version_of("listings") if draft else 0
        return render_template(
            "infringement/reasons.html",
            lines=lines,
            version=version,
            lang_of=filing_pages.lang_of,
        )
    said = {
        line.number: block(request.form.get(f"reason-{line.number}"))[:LONGEST_TEXT]
        for line in lines
    }
    every = [line.with_reason(said.get(line.number, "")) for line in filing.lines_of(draft.fields)]
    save("listings", {"lines": listings.dump(every)})
    return redirect(url_for("notices.step", step="reason"), 303)
