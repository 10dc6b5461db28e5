"""Asking for deletion without signing in to the account: one page for each way.

The page that takes a request reads nothing of anybody: it answers the same, and as fast, whomever it names.
"""

from __future__ import annotations

from functools import partial

from flask import Blueprint, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import service as accounts
from support.accounts.forms import refusals_on
from support.accounts.session_views import page
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.errors import TooMany
from support.core.once import once
from support.core.web import current_actor, form_scope
from support.core.web_pages import language
from support.erasure import asking, rules, service, service_asking
from support.erasure.forms_asking import AskForm
from support.workorders import filing_web
from support.workorders import service as workorders
from support.workorders.kind import kind_named
from support.workorders.limits_web import count_order
from support.workorders.models import WorkOrder
from support.workorders.service_drafts import content_of

blueprint = Blueprint("asking", __name__)
PUBLIC = ("asking.ask",)
Answer = Response | tuple[str, int]


@blueprint.route(
    f"/orders/new/erasure/<any({','.join(rules.FOR_OTHERS)}):ground>", methods=["GET", "POST"]
)
def ask(ground: str) -> Answer:
    """Take a request of somebody who lost their sign-in, or asks for a ward, or for somebody who died."""
    form = AskForm().asks_of(ground)
    if form.validate_on_submit():
        with refusals_on(form):
            try:
                return _sent(ground, form)
            except TooMany as error:
                form.form_errors.append(_(error.words, **error.facts))
    facts = {"ground": rules.ground_of(ground), "code": ground, "way": asking.RELATIONS[ground].way}
    key = request.form.get("idempotency_key") or new_uid()
    return page("erasure/ask.html", form, key=key, most=asking.MOST_HANDLES, **facts)


def _sent(ground: str, form: AskForm) -> Response:
    signed_in, said = current_actor().signed_in, form.address.data or ""
    service_asking.require_whole(ground, form.asked())
    if not signed_in:
        accounts.normalise_address("auto", said)
    count_order()  # asks Valkey, so before a transaction holds the database
    content = content_of({name: str(field.data) for name, field in form._fields.items()})
    key = request.form.get("idempotency_key", "")
    reference = once(form_scope(), key, content, partial(_file, ground, form))
    if signed_in:
        return redirect(url_for("workorders.show", reference=reference), 303)
    return filing_web.filed(reference, coded=filing_web.send_code(said))


def _file(ground: str, form: AskForm) -> str:
    now, title = utcnow(), _(rules.ground_of(ground).title)
    requester_id, contact_id = filing_web.requester(form.address.data or "", now)

    def file() -> WorkOrder:
        return workorders.file_order(
            current_actor(),
            kind_named(service.KIND),
            requester_id=requester_id,
            contact_id=contact_id,
            topic=ground,
            subject=_("Deletion of data: %(why)s", why=title),
            body=form.body.data or title,
            language=language(),
            now=now,
        )

    asked, region = form.asked(), form.region.data or ""
    return service_asking.ask(
        current_actor(), ground, asked, file, contact_id=contact_id, region=region, now=now
    ).reference
