"""The pages of who answers for content: the notice as it was forwarded, the answer with its preview, where it stands.

A member signs in; somebody reached by an address opens the page with a code to that address. Others find nothing.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response

from support.accounts.forms import CodeForm, refusals_on, said
from support.accounts.session_views import page
from support.core import file_serving, files
from support.core.db import new_uid
from support.core.errors import NotFound
from support.core.once import once
from support.core.web import current_actor, form_scope
from support.core.web_pages import language
from support.infringement import answer_pages, opening_web, queries, queries_acts, service_answers
from support.infringement.filing_pages import lang_of
from support.infringement.forms_answers import AnswerForm
from support.infringement.models import Respondent
from support.infringement.views import Answer, blueprint
from support.workorders import drafts_web, uploads
from support.workorders.service_drafts import content_of


@blueprint.get("/notices/answers/<uid>")
def answers(uid: str) -> str:
    """Show the notice as it was forwarded, and where each link stands."""
    respondent = queries.respondent_for(current_actor(), uid)
    return render_template("infringement/answers.html", **answer_pages.answers_page(respondent))


@blueprint.get("/notices/answers/<uid>/papers/<file>")
def answers_paper(uid: str, file: str) -> Response:
    """Give a file that goes with the notice to its respondent."""
    respondent = queries.respondent_for(current_actor(), uid)
    notice = queries.notice_by_id(respondent.notice_id)
    if file not in {one["uid"] for one in answer_pages.papers_of(notice)}:
        raise NotFound()
    found = file_serving.open_for_download(files.file_by_uid(file))
    return Response(found.stream, headers=found.headers, direct_passthrough=True)


@blueprint.route("/notices/answers/<uid>/answer", methods=["GET", "POST"])
def answer(uid: str) -> Answer:
    """Take an answer for each link; a look at it first, then it is sent. Late ones too, while the measure stands."""
    respondent = queries.respondent_for(current_actor(), uid)
    form = _form(respondent)
    if request.method == "GET":
        return _page(respondent, form)
    valid = form.validate()
    if problems := drafts_web.take(
        service_answers.uploads_of(respondent), request.files.getlist("files")
    ):
        form.files.errors = [*problems, *form.files.errors]
        return _page(respondent, form)[0], uploads.refusal(problems)
    return _answered(respondent, form, valid=valid)


def _answered(respondent: Respondent, form: AnswerForm, *, valid: bool) -> Answer:
    """Send an answer that was looked at just so; show it, or what is wrong with it, otherwise."""
    choices = answer_pages.chosen(_lines(respondent), request.form)
    if not choices:
        form.form_errors.append(_("Choose an answer for at least one link."))
        return _page(respondent, form)[0], 422
    content = _content(respondent, form, choices)
    if not valid or request.form.get("then") != "send" or not _looked_at(content):
        return _page(respondent, form, look=valid)
    with refusals_on(form):
        key = request.form.get("idempotency_key", "")
        once(form_scope(), key, content, lambda: _send(respondent, form, choices))
        flash(_("Your answer is sent. Below stands what comes next, link by link."), "success")
        return redirect(url_for("notices.answers", uid=respondent.uid), 303)
    return _page(respondent, form)


@blueprint.route("/notices/answers/<uid>/open", methods=["GET", "POST"])
def answers_open(uid: str) -> Answer:
    """Offer to send a code to the address that the letter went to; opening the link changes nothing."""
    respondent, form = _reached(uid), FlaskForm()
    contact = respondent.contact_id or 0
    if form.validate_on_submit() and opening_web.send_answer_code(form, contact, uid):
        return redirect(url_for("notices.answers_code", uid=uid), 303)
    return page("infringement/answers_open.html", form)


@blueprint.route("/notices/answers/<uid>/code", methods=["GET", "POST"])
def answers_code(uid: str) -> Answer:
    """Take the code, begin a guest's session, and note that the notice was opened."""
    respondent, form = _reached(uid), CodeForm()
    waiting = opening_web.waiting()
    again = url_for("notices.answers_open", uid=uid)
    if waiting is None:
        return redirect(again, 303)
    if form.validate_on_submit():
        with refusals_on(form):
            return opening_web.begin(
                respondent.contact_id or 0,
                uid,
                said(form.code),
                url_for("notices.answers", uid=uid),
                lambda now: service_answers.note_opened(respondent, now),
            )
    return page("infringement/code.html", form, waiting=waiting, again=again)


def _reached(uid: str) -> Respondent:
    """Return the respondent who was reached by an address; raises `NotFound` for members and for made-up links."""
    found = queries.respondent_reached(uid)
    if found.contact_id is None:
        raise NotFound()
    return found


def _content(respondent: Respondent, form: AnswerForm, choices: dict[int, tuple[str, str]]) -> str:
    """Return all that an answer says, with its files, as one text."""
    waiting = uploads.waiting(service_answers.uploads_of(respondent))
    said = {str(item): " ".join(each) for item, each in choices.items()}
    rest = {
        "statements": " ".join(sorted(form.ticked())),
        "files": " ".join(each["name"] for each in waiting),
    }
    return content_of(form.texts() | said | rest)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()


def _looked_at(content: str) -> bool:
    """True where the preview showed just this: what was changed after it is looked at again before it is sent."""
    return request.form.get("seen", "") == _digest(content)


def _lines(respondent: Respondent) -> list[answer_pages.Line]:
    notice = queries.notice_by_id(respondent.notice_id)
    return answer_pages.lines_of(notice, respondent)


def _form(respondent: Respondent) -> AnswerForm:
    sent: list[Any] = [request.files, request.form]
    posted = CombinedMultiDict(sent) if request.method == "POST" else None
    form = AnswerForm(posted, data=service_answers.known(respondent))
    return form.ask(answer_pages.statements_of(queries_acts.told_items(respondent)))


def _page(respondent: Respondent, form: AnswerForm, *, look: bool = False) -> tuple[str, int]:
    facts, lines = (
        service_answers.merged(respondent, form.texts(), form.ticked()),
        _lines(respondent),
    )
    choices = answer_pages.chosen(lines, request.form)
    items = queries_acts.told_items(respondent)
    waiting = uploads.waiting(service_answers.uploads_of(respondent))
    return page(
        "infringement/answer.html",
        form,
        uid=respondent.uid,
        lines=lines,
        posted=request.form,
        look=look,
        lang_of=lang_of,
        seen=_digest(_content(respondent, form, choices)) if look else "",
        choices=choices,
        preview=answer_pages.preview(facts, answer_pages.to_contest(lines, choices)),
        lacking=answer_pages.lacking(items, facts, choices, len(waiting)) if look else [],
        files=waiting,
        key=new_uid(),
    )


def _send(respondent: Respondent, form: AnswerForm, choices: dict[int, tuple[str, str]]) -> str:
    service_answers.send(
        current_actor(), respondent, form.texts(), form.ticked(), choices, language()
    )
    return "done"
