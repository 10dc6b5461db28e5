"""The person's pages of a check: a task list, one step a page, and on every step another way."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.accounts import queries_codes
from support.accounts.forms import refusals_on
from support.accounts.policy import CodePurpose
from support.accounts.session_views import code_scope, page
from support.assurance import queries as assurance
from support.core.errors import TooLarge, TooMany, Unavailable, WrongType
from support.core.files import LIMITS
from support.core.web import client_address, current_actor
from support.verification import policy, queries, queries_payments, service, service_steps
from support.verification.forms import (
    CodeForm,
    LackForm,
    NewAddressForm,
    OldAddressForm,
    PictureForm,
)
from support.verification.goal import goal_of, other_ways, part_words, rule_of, steps_of
from support.verification.lifecycle import LIFECYCLE, CheckState
from support.verification.models import Check
from support.verification.policy import Way

blueprint = Blueprint("checks", __name__)
Answer = Response | tuple[str, int]


@blueprint.get("/checks/<uid>")
def show(uid: str) -> str:
    """Show the task list, or what became of the check."""
    check = _own(uid)
    hold = assurance.hold_of(check.stream) if check.state == CheckState.HELD else None
    return render_template(
        goal_of(check).page,
        check=check,
        tasks=_tasks(check),
        ready=queries.is_ready(check),
        reason=policy.REASONS.get(check.reason, ""),
        hold=hold,
        readings=queries.readings([check])[check.id],
        view_reasons=policy.VIEW_REASONS,
        title=goal_of(check).title,
        parts=_part_words(check),
        unstaffed=queries.unstaffed_seats(),
        payment=queries_payments.payment_of(check),
        standing=queries_payments.standing(check),
    )


@blueprint.route("/checks/<uid>/address", methods=["GET", "POST"])
def address(uid: str) -> Answer:
    """Ask for the new address."""
    return _ask_code(uid, NewAddressForm(), "address", service_steps.request_address)


@blueprint.route("/checks/<uid>/address/code", methods=["GET", "POST"])
def address_code(uid: str) -> Answer:
    """Take the code of the new address."""
    return _code(uid, CodePurpose.IDENTITY, "checks.address", service_steps.prove_address)


@blueprint.route("/checks/<uid>/old-address", methods=["GET", "POST"])
def old_address(uid: str) -> Answer:
    """Ask for an address that the account had before."""
    return _ask_code(uid, OldAddressForm(), "old_address", service_steps.request_old_address)


@blueprint.route("/checks/<uid>/old-address/code", methods=["GET", "POST"])
def old_address_code(uid: str) -> Answer:
    """Take the code of the older address."""
    how = service_steps.prove_old_address
    return _code(uid, CodePurpose.OLD_ADDRESS, "checks.old_address", how)


@blueprint.route("/checks/<uid>/no-old-address", methods=["GET", "POST"])
def no_old_address(uid: str) -> Answer:
    """Say why no older address can be reached."""
    check, form = _own(uid), LackForm()
    if form.validate_on_submit():
        with refusals_on(form):
            named = (form.named.data or "").split("\n")
            service_steps.lack_old_address(
                current_actor(),
                check,
                form.how.data or "",
                [each for each in named if each.strip()],
            )
            return _back(check)
    return page("verification/no_old_address.html", form, check=check)


@blueprint.route("/checks/<uid>/evidence/<part>", methods=["GET", "POST"])
def evidence(uid: str, part: str) -> Answer:
    """Take one picture, with the consent to it."""
    check, form = _own(uid), PictureForm()
    if part not in _part_words(check):
        return _back(check)
    if form.validate_on_submit():
        with refusals_on(form):
            try:
                _take(check, part, form)
                return _back(check)
            except (TooLarge, WrongType, Unavailable) as error:
                form.picture.errors = [_(error.words, **error.facts)]
                return _evidence_page(check, part, form)[0], error.status
    return _evidence_page(check, part, form)


@blueprint.post("/checks/<uid>/way")
def way(uid: str) -> Response:
    """Take another way."""
    check, wanted = _own(uid), request.form.get("way", "")
    if wanted in set(Way):
        service_steps.choose_way(current_actor(), check, Way(wanted))
    return _back(check)


@blueprint.post("/checks/<uid>/person")
def person(uid: str) -> Response:
    """Ask for a person instead of a step."""
    check, step = _own(uid), request.form.get("step", "")
    if step in queries.steps_done(check):
        service_steps.ask_for_person(current_actor(), check, step)
        flash(_("A person will write to you on the work order. Nothing is lost."), "success")
    return _back(check)


@blueprint.post("/checks/<uid>/sending")
def send(uid: str) -> Response:
    """Hand the check to the people who decide."""
    check = _own(uid)
    service_steps.give_check(current_actor(), check)
    flash(_("It is with the people who decide. You get a message."), "success")
    return _back(check)


@blueprint.route("/checks/<uid>/withdrawal", methods=["GET", "POST"])
def withdraw(uid: str) -> Response | str:
    """Say what is lost when the check is given up; the button does it, and the pictures are destroyed at once."""
    check = _own(uid)
    if not LIFECYCLE.can(check.status, CheckState.WITHDRAWN):
        return _back(check)
    if request.method == "POST":
        service.withdraw_check(current_actor(), check)
        flash(_("The check is over, and its pictures are destroyed."), "success")
        return _back(check)
    given = [each["title"] for each in _tasks(check)[0]["items"] if each["tone"] == "done"]
    return render_template(
        "verification/withdrawal.html", check=check, given=given, follows=goal_of(check).given_up
    )


@blueprint.get("/account/checks")
def index() -> str:
    """List the checks of the account, with everybody who looked at a picture."""
    actor = current_actor()
    checks = queries.checks_of_person(actor.id or 0)
    return render_template(
        "verification/index.html",
        checks=[(check, queries_payments.standing(check)) for check in checks],
        own={check.id for check in checks if policy.is_party(actor, check)},
        readings=queries.readings(checks),
        view_reasons=policy.VIEW_REASONS,
        parts=part_words(),
    )


def _own(uid: str) -> Check:
    return queries.own_check(current_actor(), uid)


def _back(check: Check) -> Response:
    return redirect(url_for("checks.show", uid=check.uid), 303)


def _ask_code(uid: str, form: NewAddressForm | OldAddressForm, step: str, ask: Any) -> Answer:
    check = _own(uid)
    if form.validate_on_submit():
        with refusals_on(form):
            try:
                scope, where = code_scope(), client_address()
                ask(current_actor(), check, form.address.data or "", visitor=scope, address=where)
                return redirect(url_for(f"checks.{step}_code", uid=uid), 303)
            except (TooMany, Unavailable) as error:
                form.address.errors = [_(error.words, **error.facts)]
                return page(f"verification/{step}.html", form, check=check)[0], error.status
    return page(f"verification/{step}.html", form, check=check)


def _code(uid: str, purpose: CodePurpose, asks: str, prove: Any) -> Answer:
    check, form = _own(uid), CodeForm()
    waiting = queries_codes.open_code(code_scope(), purpose)
    if waiting is None:
        return redirect(url_for(asks, uid=uid), 303)
    if form.validate_on_submit():
        with refusals_on(form):
            prove(current_actor(), check, form.code.data or "", visitor=code_scope())
            return _back(check)
    facts = {"check": check, "waiting": waiting, "known": purpose == CodePurpose.OLD_ADDRESS}
    return page("verification/code.html", form, asks=url_for(asks, uid=uid), **facts)


def _take(check: Check, part: str, form: PictureForm) -> None:
    upload = form.picture.data
    service_steps.add_evidence(
        current_actor(),
        check,
        part,
        cast(BinaryIO, upload.stream),
        upload.filename or "photo",
        upload.content_length or None,
        consent=bool(form.consent.data),
    )


def _evidence_page(check: Check, part: str, form: PictureForm) -> tuple[str, int]:
    form.consent.label.text = _(rule_of(check).consent)
    return page(
        "verification/evidence.html",
        form,
        check=check,
        shows=part,
        way=rule_of(check),
        words=_part_words(check)[part],
        phrase=service.phrase_of(check),
        kept=policy.EVIDENCE_KEPT.days,
        limit=LIMITS.file_bytes // 1024**2,
        others=other_ways(check),
    )


def _part_words(check: Check) -> dict[str, str]:
    return dict(rule_of(check).parts)


def _tasks(check: Check) -> list[dict[str, Any]]:
    """The groups of the task list as the macro draws them."""
    done, given = queries.steps_done(check), queries.evidence_of(check)
    open_now = check.state == CheckState.OPEN
    items = [
        _item(
            _(step.title),
            step.endpoint,
            check,
            done[step.code],
            open_now,
            text=_(note) if (note := step.note(check)) else None,
            optional=step.optional,
        )
        for step in steps_of(check)
    ]
    items += [
        _item(_(words), "checks.evidence", check, part in given, open_now, part=part)
        for part, words in rule_of(check).parts
    ]
    return [{"title": None, "items": items}]


def _item(
    title: str,
    endpoint: str,
    check: Check,
    done: bool,
    open_now: bool,
    *,
    text: str | None = None,
    optional: bool = False,
    **more: str,
) -> dict[str, Any]:
    left = _("To do") if open_now else _("Left out") if optional else _("No longer counts")
    return {
        "title": title,
        "url": url_for(endpoint, uid=check.uid, **more) if open_now else None,  # type: ignore[arg-type]
        "text": text,
        "words": _("Done") if done else left,
        "tone": "done" if done else "new",
    }
