"""The last look at a notice: everything once more, what the other side will see, the statements, the signature."""

from __future__ import annotations

import unicodedata

from flask import flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from support.accounts import service as accounts
from support.accounts import service_codes
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope
from support.core.clock import utcnow
from support.core.context import settings
from support.core.errors import DomainError, NotFound
from support.core.once import earlier, once
from support.core.web import client_address, current_actor, form_scope
from support.core.web_pages import language
from support.infringement import (
    filing,
    filing_pages,
    filing_preview,
    queries_conduct,
    service,
    service_sending,
)
from support.infringement.elements import NEWEST_STATEMENTS
from support.infringement.forms import SignForm, as_text
from support.infringement.listing_door import Known
from support.infringement.service_drafts import Draft
from support.infringement.views import Answer, blueprint, current_draft
from support.policies import queries as policies
from support.workorders import limits_web, queries
from support.workorders.service_drafts import content_of


@blueprint.get("/notices/new/check")
def check() -> Answer:
    """Show everything once more before it is sent."""
    draft = current_draft()
    if draft is None or filing.blockers(draft.fields, filing_pages.papers_of(draft)):
        return redirect(url_for("notices.tasks"), 303)
    if _is_out_of_reach(draft):
        return redirect(url_for("notices.step", step="filer", _anchor="reach"), 303)
    return _page(SignForm(None).ask(filing.statements_for(draft.fields)), draft)


@blueprint.post("/notices/new/sending")
def send() -> Answer:
    """File the notice: a double click or the back button makes one."""
    draft = current_draft()
    if draft is None:
        return _already_sent()
    form = SignForm().ask(filing.statements_for(draft.fields))
    if filing.blockers(draft.fields, filing_pages.papers_of(draft)) or _is_out_of_reach(draft):
        return redirect(url_for("notices.check"), 303)
    if not (form.validate() and _signed(form, draft)) or _changed(form, draft):
        return _page(form, draft), 422
    limits_web.count_order()  # asks Valkey, so before a transaction holds the database
    known = service_sending.ask_again(draft)
    said = {each.name: as_text(each.data) for each in form if each.name != "csrf_token"}
    reference = once(form_scope(), draft.uid, content_of(said), lambda: _file(draft, form, known))
    if not current_actor().signed_in:
        _send_code(reference, str(filing.part_of(draft.fields, "filer").get("reach")))
    return _sent(reference)


@blueprint.get("/notices/sent/<reference>")
def receipt(reference: str) -> str:
    """Confirm what was sent, to the browser that sent it or to a party; reference and state only."""
    actor = current_actor()
    order = queries.order_named(reference)
    mine = queries.party_of(actor, order) is not None
    if (reference not in session.get("filed", []) and not mine) or order.kind != service.KIND:
        raise NotFound()
    return render_template(
        "infringement/receipt.html",
        order=order,
        mine=mine,
        coded=session.get("coded") == reference,
    )


def _page(form: SignForm, draft: Draft) -> str:
    kept, now = draft.fields, utcnow()
    facts = service_sending.facts_to_send(current_actor(), draft, now)
    return render_template(
        "infringement/check.html",
        form=form,
        draft=draft,
        sections=filing_preview.sections(draft),
        preview=filing_preview.forwarded(draft),
        meter=filing.gaps(facts, kept, us_agent=settings().dmca_agent),
        left_out=[line for line in filing.lines_of(kept) if not line.good],
        over=filing_pages.is_over(kept),
        signer=filing.part_of(kept, "filer").get("signer"),
        now=now,
        suspended=queries_conduct.suspended_until(current_actor().id, now),
        policy=policies.current_version(now),
        statements_version=NEWEST_STATEMENTS,
    )


def _is_out_of_reach(draft: Draft) -> bool:
    """True for somebody without an account who gave no address: they began while they were signed in."""
    reach = filing.part_of(draft.fields, "filer").get("reach")
    return not current_actor().signed_in and not reach


def _signed(form: SignForm, draft: Draft) -> bool:
    """The typed signature is the name that the signer gave, whatever its spaces and capitals."""
    signer = str(filing.part_of(draft.fields, "filer").get("signer") or "")
    typed = form.signature.data or ""
    if _folded(typed) == _folded(signer):
        return True
    form.signature.errors = [
        _(
            "You signed as “%(typed)s”, and under “Who you are” you gave your name as “%(name)s”. "
            "Type it the same way, or change it there.",
            typed=typed,
            name=signer,
        )
    ]
    return False


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _changed(form: SignForm, draft: Draft) -> bool:
    """What is signed is what was seen: a part that another device saved since is shown first."""
    if request.form.get("version", type=int) == draft.version:
        return False
    form.form_errors.append(
        _(
            "The notice was changed on another device since you opened this page. Look it over once more."
        )
    )
    return True


def _file(draft: Draft, form: SignForm, known: Known | None) -> str:
    """Carry out the filing inside the one transaction of `once`; return the new reference."""
    ticked = frozenset(code for code in filing.statements_for(draft.fields) if form[code].data)
    count = len(filing.good_lines(draft.fields))
    notice = service_sending.send_draft(
        current_actor(),
        draft,
        service_sending.Signing(form.signature.data or "", ticked),
        subject=_subject(draft),
        body=ngettext(
            "A notice of infringement about %(num)s link. What it says stands beside the work order.",
            "A notice of infringement about %(num)s links. What it says stands beside the work order.",
            count,
        ),
        language=language(),
        known=known,
    )
    return queries.order_by_id(notice.order_id).reference


def _subject(draft: Draft) -> str:
    """What the work order is called: the kind of right, and how many links; no name."""
    right = filing.right_of(draft.fields)
    count = len(filing.good_lines(draft.fields))
    kind = _(right.title) if right else "–"
    return str(_("Notice of infringement: %(right)s, links: %(count)s", right=kind, count=count))


def _already_sent() -> Response:
    """The draft is gone: the same form was carried out before, or the notice was given up."""
    if reference := earlier(form_scope(), request.form.get("idempotency_key", "")):
        return _sent(reference)
    return redirect(url_for("notices.tasks"), 303)


def _sent(reference: str) -> Response:
    before = [each for each in session.get("filed", []) if each != reference]
    session["filed"] = [*before[-9:], reference]
    session["following"] = reference
    session.pop("notice", None)
    return redirect(url_for("notices.receipt", reference=reference), 303)


def _send_code(reference: str, said: str) -> None:
    """Send the code with which a guest opens the notice; at a limit they ask for it at /follow later."""
    try:
        kind, address = accounts.normalise_address("auto", said)
        service_codes.request_code(
            current_actor(),
            CodePurpose.FOLLOW,
            kind=kind,
            value=address,
            visitor=code_scope(),
            address=client_address(),
            language=language(),
        )
    except DomainError:
        flash(
            _("The code could not be sent just now. You can ask for one in a few minutes."),
            "warning",
        )
        return
    session["coded"] = reference
