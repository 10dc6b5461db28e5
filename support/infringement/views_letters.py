"""The letters of a notice for each side: one that they had, as a page to print, in either language."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from support.core.web import current_actor
from support.infringement import letter_pages, queries
from support.infringement.views import blueprint
from support.workorders import queries as orders


@blueprint.get("/orders/<reference>/notice/letters/<uid>")
def letter(reference: str, uid: str) -> str:
    """Show the filer a letter that they had."""
    notice = queries.notice_for(current_actor(), reference)
    stream = orders.order_by_id(notice.order_id).stream
    asked = letter_pages.asked_language(request.args)
    found = letter_pages.own_letter(notice, notice.person_id, stream, uid, asked)
    back = url_for("notices.status", reference=reference)
    facts = letter_pages.facts_of(found, reference)
    return render_template("infringement/letter.html", back=back, mine=True, **facts)


@blueprint.get("/a/<uid>")
def answers_short(uid: str) -> Response:
    """Lead from the short address of a text message to the page of a respondent; opening it changes nothing."""
    guest = queries.respondent_reached(uid).contact_id is not None
    return redirect(url_for("notices.answers_open" if guest else "notices.answers", uid=uid))


@blueprint.get("/notices/answers/<uid>/letters/<letter>")
def answers_letter(uid: str, letter: str) -> str:
    """Show a respondent a letter that they had, the statement of reasons among them."""
    respondent = queries.respondent_for(current_actor(), uid)
    notice = queries.notice_by_id(respondent.notice_id)
    asked = letter_pages.asked_language(request.args)
    person_id = respondent.person_id or 0
    found = letter_pages.own_letter(notice, person_id, notice.stream, letter, asked)
    back = url_for("notices.answers", uid=uid)
    return render_template(
        "infringement/letter.html", back=back, mine=True, **letter_pages.facts_of(found, "")
    )
