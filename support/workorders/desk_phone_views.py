"""A work order typed in during a call: who calls, the code read back, what was said."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from support.accounts import queries as people
from support.accounts import queries_codes
from support.accounts.policy import CodePurpose
from support.accounts.service_codes import CheckedCode
from support.accounts.session_views import code_scope
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.errors import Invalid
from support.core.once import once
from support.core.web import current_actor, form_scope
from support.core.web_pages import language
from support.workorders import desk_queries, drafts_web, policy, service_drafts, service_phone
from support.workorders.desk_filters import View
from support.workorders.desk_forms import CallerForm, PhoneOrderForm, ReadBackForm
from support.workorders.desk_rows import shown
from support.workorders.desk_views import blueprint
from support.workorders.kind import kind_named, kinds
from support.workorders.lifecycle import Priority
from support.workorders.service_phone import Call

_DRAFT = "phone:new"


@blueprint.route("/orders/new", methods=["GET", "POST"])
def new_order() -> str | Response | tuple[str, int]:
    """Ask who calls; or, with `call` (proved) or `guest`, take down what they say."""
    policy.require_calls(current_actor())
    uid = request.args.get("call", "")
    caller = _caller(uid)
    if not uid and "guest" not in request.args:
        return _who(CallerForm(), ReadBackForm())
    form = _order_form()
    if form.validate_on_submit():
        try:
            return redirect(url_for("desk.show", reference=_file(form, caller)), 303)
        except Invalid as error:
            form.address.errors = [gettext(error.words, **error.facts)]
    facts = {"form": form, "proved": _shown(caller), "call": uid}
    key = form.idempotency_key.data or new_uid()
    page = render_template("workorders/desk/phone.html", key=key, **facts)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/orders/new/caller")
def ask_caller() -> str | Response | tuple[str, int]:
    """Have a code sent to the number on file; the same answer whoever it is."""
    form = CallerForm()
    if not form.validate_on_submit():
        return _who(form, ReadBackForm()), 422
    service_phone.ask_caller(
        current_actor(), form.who.data or "", visitor=code_scope(), language=language()
    )
    return redirect(url_for("desk.new_order", asked="yes"), 303)


@blueprint.post("/orders/new/code")
def read_back() -> str | Response | tuple[str, int]:
    """Take the code that the caller reads back."""
    form = ReadBackForm()
    if form.validate_on_submit():
        try:
            checked = service_phone.prove_caller(
                current_actor(), form.code.data or "", visitor=code_scope()
            )
            return redirect(url_for("desk.new_order", call=checked.uid), 303)
        except Invalid as error:
            form.code.errors = [gettext(error.words, **error.facts)]
    return _who(CallerForm(formdata=None), form, asked=True), 422


@blueprint.post("/orders/new/draft")
def save_phone_draft() -> drafts_web.Answer:
    """Save what is being typed during the call."""
    policy.require_calls(current_actor())
    return drafts_web.save(_DRAFT, ("kind", "address", "language", "priority", "subject", "body"))


def _who(form: CallerForm, code: ReadBackForm, *, asked: bool = False) -> str:
    asked = asked or "asked" in request.args
    open_code = queries_codes.open_code(code_scope(), CodePurpose.PHONE_CALL) if asked else None
    return render_template(
        "workorders/desk/caller.html",
        form=form,
        code=code,
        asked=open_code is not None and open_code.expires_at > utcnow(),
    )


def _order_form() -> PhoneOrderForm:
    draft = service_drafts.load_draft(drafts_web.owner(), _DRAFT)
    form = PhoneOrderForm(data=dict(draft.fields) if draft else {"language": language()})
    form.draft_version = draft.version if draft else 0
    form.offer(
        [
            (kind.code, gettext(kind.title))
            for kind in kinds()
            if kind.entry is None and kind.question is None
        ],
        [(each.name.lower(), gettext(each.title)) for each in Priority],
    )
    return form


def _caller(uid: str) -> CheckedCode | None:
    return service_phone.caller(uid, visitor=code_scope(), now=utcnow()) if uid else None


def _file(form: PhoneOrderForm, caller: CheckedCode | None) -> str:
    call = Call(
        kind=kind_named(form.kind.data),
        subject=form.subject.data or "",
        body=form.body.data or "",
        language=form.language.data,
        priority=Priority[form.priority.data.upper()],
    )
    owner, address = drafts_web.owner(), form.address.data or ""

    def act() -> str:
        order = service_phone.file_phone_order(
            current_actor(), call, caller=caller, address=address
        )
        service_drafts.discard_draft(owner, _DRAFT)
        return order.reference

    content = "\0".join([call.kind.code, address, call.subject, call.body])
    return once(form_scope(), form.idempotency_key.data or "", content, act)


def _shown(caller: CheckedCode | None) -> dict[str, Any] | None:
    """Return what the agent may see of a proved caller; of anybody else nothing."""
    if caller is None or caller.person_id is None:
        return None
    person = people.person(caller.person_id)
    orders = desk_queries.orders_of(person.id, current_actor())
    return {
        "name": person.name,
        "addresses": [one.masked for one in people.contacts_of(person.id) if one.bound],
        "orders": shown(orders, View(), utcnow()),
    }
