"""Decisions about chosen links: looked at first, with the letters that they send, then carried out link by link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from support.core.actors import Actor
from support.core.clock import utcnow
from support.core.db import new_uid
from support.core.errors import DomainError, IllegalMove, Invalid, NotFound
from support.core.text import ranges
from support.core.web import current_actor, form_scope
from support.core.words import N_
from support.infringement import (
    desk_acts,
    desk_letters,
    desk_links,
    policy,
    queries,
    queries_counters,
    service_bulk,
    service_checks,
    service_disputes,
    service_forwarding,
    service_measures,
    service_rulings,
)
from support.infringement.desk_acts import Act
from support.infringement.letter_pages import Letter
from support.infringement.lifecycle import ItemState
from support.infringement.models import Item
from support.infringement.queries_case import Case
from support.infringement.service_bulk import Form, Refused, Verb
from support.infringement.views import Answer
from support.infringement.views_desk import blueprint, case_of

DAYS = N_("At most %(most)s working days.")


@blueprint.post("/look")
def look(reference: str) -> Answer:
    """Show what a decision would do, before anything is done: its links, its fields, the letters that it sends."""
    case, act, chosen = case_of(reference), _act(), _chosen()
    if not chosen:
        return _nothing_chosen(reference)
    return _page(reference, case, act, chosen, problem=None)


@blueprint.post("/decisions")
def decide(reference: str) -> Answer:
    """Carry out one decision for each chosen link; what can't be done is named, the rest is done.

    Where every link is refused for what was typed, that is kept and asked for again.
    """
    case, act, chosen = case_of(reference), _act(), _chosen()
    if not chosen:
        return _nothing_chosen(reference)
    form = Form(form_scope(), request.form.get("idempotency_key", ""), _said())
    now = service_bulk.moment_of(form)
    verb = _fitting(act, request.form, now)
    refused = service_bulk.decide_many(case.notice, chosen, verb, now=now, form=form)
    if len(refused) == len(chosen) and all(one.field for one in refused):
        return _page(reference, case_of(reference), act, chosen, problem=refused[0])
    _say(len(chosen) - len(refused), refused)
    return redirect(url_for("notice_desk.links", reference=reference), 303)


def _said() -> str:
    """Return what the form says, but for what names this sending of it."""
    own = ("csrf_token", "idempotency_key")
    said = request.form.items(multi=True)
    return repr(sorted((name, value) for name, value in said if name not in own))


def _fitting(act: Act, said: Mapping[str, str], now: datetime) -> Verb:
    """Return what an act does with a link; one in another state is refused, as the page says before."""
    verb = _verbs(current_actor(), now, said)[act.code]

    def decide_one(item: Item, version: int) -> object:
        if not act.takes(item):
            raise IllegalMove(item.status, item.status)
        return verb(item, version)

    return decide_one


def _say(done: int, refused: Sequence[Refused]) -> None:
    """Say how many links are decided, and name each that is not, those refused alike together."""
    if done:
        flash(_("Done. Links: %(number)s.", number=done), "success")
    alike: dict[str, list[int]] = {}
    for one in refused:
        alike.setdefault(_(one.words, **one.facts), []).append(one.position)
    for words, positions in alike.items():
        flash(_("Link %(number)s: %(words)s", number=ranges(positions), words=words), "warning")


def _nothing_chosen(reference: str) -> Response:
    flash(_("Choose at least one link first."), "warning")
    return redirect(url_for("notice_desk.links", reference=reference), 303)


def _act() -> Act:
    found = desk_acts.act_named(request.form.get("act", ""))
    if found is None:
        raise NotFound()
    return found


def _chosen() -> dict[int, int]:
    """Return the chosen links (row id: version as the page had it): those ticked, or all of the view."""
    text = " ".join(request.form.getlist("ids"))
    return desk_links.read(request.form.get("every", "") if request.form.get("all") else text)


def _page(
    reference: str, case: Case, act: Act, chosen: Mapping[int, int], problem: Refused | None
) -> tuple[str, int]:
    said = _typed(case, chosen)
    letters, words = _foreseen(case.notice.id, act, chosen, said)
    case = case_of(reference)
    items = [item for item in case.items if item.id in chosen]
    page = render_template(
        "infringement/case_decision.html",
        reference=reference,
        act=act,
        ids=" ".join(f"{item}:{version}" for item, version in chosen.items()),
        fitting=ranges(item.position for item in items if act.takes(item)),
        unfit=_unfit(act, items),
        unchecked=act.code == "counter"
        and _unchecked(case, [one for one in items if act.takes(one)]),
        key=new_uid(),
        problem=problem,
        letters=letters,
        no_letters=words,
        said=said,
        measures=policy.MEASURES,
        refusals=policy.REFUSALS,
        arrivals=policy.ARRIVALS,
    )
    return page, 422 if problem else 200


def _foreseen(
    notice_id: int, act: Act, chosen: Mapping[int, int], said: Mapping[str, str]
) -> tuple[list[Letter], str]:
    """Return the letters that a decision sends, or in words why they can't be shown."""
    verb = _fitting(act, said, utcnow())
    try:
        return desk_letters.foreseen(notice_id, chosen, verb), ""
    except Invalid:
        return [], _("Fill in the fields and look again to see the letters.")
    except DomainError as error:
        return [], _(error.words, **error.facts)


def _unchecked(case: Case, items: Sequence[Item]) -> bool:
    """True where a counter-notice to one of these links has not been checked yet."""
    asked = {item.respondent_id for item in items if item.respondent_id is not None}
    found = [queries_counters.counter_of(case.respondents[one]) for one in asked]
    return any(one is not None and one.checked_at is None for one in found)


def _unfit(act: Act, items: Sequence[Item]) -> list[str]:
    """Return the links that can't be decided so, as words: those in one state together."""
    left = [item for item in items if not act.takes(item)]
    return [
        _(
            "Link %(number)s: %(words)s",
            number=ranges(item.position for item in left if item.status is state),
            words=_(state.title),
        )
        for state in dict.fromkeys(item.status for item in left)
    ]


def _typed(case: Case, chosen: Mapping[int, int]) -> dict[str, str]:
    """Return what was typed, or what the page begins with: the first choices, a dispute as the holder showed it."""
    shown = [item for item in case.items if item.id in chosen and item.shown_at is not None]
    authority, number = queries.dispute_of(case.notice, shown[0]) if shown else ("", "")
    first = {
        "measure": next(iter(policy.MEASURES)),
        "refusal": next(iter(policy.REFUSALS)),
        "channel": next(iter(policy.ARRIVALS)),
        "authority": authority,
        "number": number,
    }
    return first | request.form.to_dict()


def _verbs(actor: Actor, now: datetime, said: Mapping[str, str]) -> dict[str, Verb]:
    """Return what each decision does with one link and its version, all at one moment: they are one act, one letter."""
    measures, rulings, forwarding = service_measures, service_rulings, service_forwarding
    words = said.get("words", "").strip()
    return {
        "measure": lambda item, version: measures.take_measure(
            actor, item, measure=said.get("measure", ""), version=version, now=now
        ),
        "refuse": lambda item, version: measures.refuse_measure(
            actor, item, reason=said.get("refusal", ""), words=words, version=version, now=now
        ),
        "forward": lambda item, version: forwarding.forward_notice(
            actor, item, version=version, now=now
        ),
        "arrived": lambda item, version: _arrived(actor, item, said, now),
        "counter": lambda item, version: forwarding.forward_counter(
            actor, item, version=version, at_once=_at_once(said), words=words, now=now
        ),
        "pending": lambda item, version: rulings.keep_pending(
            actor,
            item,
            authority=said.get("authority", ""),
            number=said.get("number", ""),
            version=version,
            now=now,
        ),
        "extend": lambda item, version: rulings.extend_wait(
            actor, item, days=_days(said), words=words, version=version, now=now
        ),
        "restore": lambda item, version: measures.restore_item(
            actor, item, version=version, now=now
        ),
        "decided": lambda item, version: rulings.record_decision(
            actor,
            item,
            keep=said.get("keep") == "down",
            authority=said.get("authority", ""),
            number=said.get("number", ""),
            version=version,
            now=now,
        ),
        "settle": lambda item, version: rulings.settle_complaint(
            actor, item, upheld=said.get("upheld") == "yes", version=version, now=now
        ),
        "gone": lambda item, version: service_checks.note_gone(
            actor, item, version=version, now=now
        ),
        "unproved": lambda item, version: service_disputes.dismiss_dispute(
            actor, item, words=words, version=version, now=now
        ),
        "again": lambda item, version: measures.ask_again(actor, item, version=version, now=now),
    }


def _at_once(said: Mapping[str, str]) -> bool | None:
    return {"yes": True, "no": False}.get(said.get("at_once", ""))


def _days(said: Mapping[str, str]) -> int:
    try:
        return int(said.get("days", ""))
    except ValueError as error:
        raise Invalid("days", DAYS, most=20) from error


def _arrived(actor: Actor, item: Item, said: Mapping[str, str], now: datetime) -> Item:
    what: service_forwarding.What = "notice"
    if item.status is ItemState.COUNTER_FORWARDED:
        what = "counter"
    channel = said.get("channel", "")
    at = _moment(actor, said) or now
    return service_forwarding.note_arrival(actor, item, what, channel=channel, at=at, now=now)


def _moment(actor: Actor, said: Mapping[str, str]) -> datetime | None:
    """Return the moment that was typed, in the clerk's own zone; None where nothing was."""
    typed = said.get("at", "")
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(actor.timezone))
    except ValueError as error:
        raise Invalid("at", N_("Please check what you entered.")) from error
