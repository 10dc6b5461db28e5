"""How an announcement of a penalty reads, in public and before it is there, and the dates with their reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import force_locale, get_locale, ngettext
from flask_babel import gettext as _

from support.accounts import queries as people
from support.core import vault
from support.core.actors import Actor, Role
from support.core.clock import utcnow
from support.core.due import Due
from support.core.text import written_in
from support.core.web_pages import locale_of
from support.core.web_parts import html_lang
from support.core.words import N_
from support.disclosure import policy, queries
from support.disclosure.lifecycle import OPEN_TO_SETTING_ASIDE, PenaltyState
from support.disclosure.models import Penalty, PenaltyAppeal
from support.disclosure.wording import Wording, load
from support.workorders.kind import Sentence
from support.workorders.say import say
from support.workorders.why import line_of

_LANGUAGES = (("en", "en", N_("English")), ("zh", "zh-Hans", N_("Chinese")))
_MINUTE = timedelta(minutes=1)
S = PenaltyState

NEXT: Mapping[PenaltyState, str] = {
    S.APPROVED: N_("You will be told until when you can appeal. Nothing is published before."),
    S.TOLD: N_("You can appeal until %(until)s. Nothing is published before."),
    S.APPEALED: N_(
        "Your appeal is heard by somebody who had no part in it, by %(due)s. Nothing is published meanwhile."
    ),
    S.UPHELD: N_("The appeal was dismissed: the penalty stands and is published now."),
    S.PUBLISHED: N_("It is published until %(ends)s."),
    S.ENDED: N_("Its time is over; it is published no more."),
    S.OVERTURNED: N_("The penalty is set aside. It is not published, or no more."),
}
"""The one sentence of each state for the member."""


def rows_of(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return an announcement as labels and values in the language of the page."""
    said = load(facts)
    chinese = str(get_locale()).startswith("zh")
    return [
        (_("Whom it is about"), _about(said, personal=facts["personal"])),
        (_("Grounds"), " · ".join(_(policy.GROUNDS[code]) for code in said.grounds)),
        (_("Rule"), said.rule_zh if chinese else said.rule_en),
        (_("Measure"), " · ".join(_measure(code, said.days) for code in said.measures)),
        (_("Facts"), said.words_zh if chinese else said.words_en),
    ]


def _about(said: Wording, *, personal: bool) -> str:
    if not personal:
        return said.name
    if said.name:
        return str(_("A shop of this platform: %(name)s", name=said.name))
    return str(_("A shop of this platform"))


def _measure(code: str, days: int) -> str:
    if code == policy.TIMED:
        return str(_("Shop closed for %(days)s days", days=days))
    return str(_(policy.MEASURES[code]))


def previews(said: Wording | None, *, personal: bool) -> list[dict[str, Any]]:
    """Return the announcement as it will stand in each language: {lang, title, rows}."""
    if said is None:
        return []
    found = []
    for language, lang, title in _LANGUAGES:
        with force_locale(locale_of(language)):
            rows = rows_of(said.facts(personal=personal))
        shown = [{"label": label, "value": value} for label, value in rows]
        found.append({"lang": lang, "title": title, "rows": shown})
    return found


def why(due: Due | None, *, reader: Actor | None = None) -> list[str]:
    """Return the steps by which a date was counted, in the words of the page or of a letter's `reader`."""
    return [say(line_of(step), reader=reader) for step in due.steps] if due else []


def before_midnight(moment: datetime | None) -> datetime | None:
    """Return the last minute of a period that ends at `moment`, which is what people are told as its end."""
    return moment - _MINUTE if moment is not None else None


def next_of(row: Penalty, appeal: PenaltyAppeal | None) -> str:
    """Return what comes next for the member, in one sentence."""
    term, facts = queries.appeal_term(row), dict[str, Any]()
    if queries.is_ready(row, utcnow()) and queries.is_held_back(row):
        return str(_("It is not published for now: your name is another one since. We look at it."))
    if row.status is S.TOLD and term is not None and term.at <= utcnow():
        return str(_("The time to appeal is over; it is published now."))
    if term is not None:
        facts["until"] = before_midnight(term.at)
    if appeal is not None:
        facts["due"] = before_midnight(appeal.due_at)
    if row.ends_at is not None:
        facts["ends"] = before_midnight(row.ends_at)
    return say(Sentence(NEXT.get(row.status, ""), facts))


_BEFORE, _OVER = N_("What would be published, exactly so"), N_("The text of the announcement")
_TEXT = {
    S.PUBLISHED: N_("What is published"),
    S.ENDED: _OVER,
    S.OVERTURNED: _OVER,
    S.DROPPED: _OVER,
}


def member_page(row: Penalty) -> dict[str, Any]:
    """Return what the member's page of a penalty shows."""
    appeal, term = queries.appeal_of(row), queries.appeal_term(row)
    running = row.status is S.TOLD and term is not None and term.at > utcnow()
    return {
        "next": next_of(row, appeal),
        "previews": previews(queries.wording_of(row), personal=row.personal),
        "text_title": _(_TEXT.get(row.status, _BEFORE)),
        "reasons": queries.opened(row, "reasons", row.reasons),
        "remark": queries.opened(row, "remark", row.remark) if row.status is S.OVERTURNED else "",
        "appeal": appeal,
        "can_appeal": running,
        "dates": _dates(row, appeal),
        "ends": before_midnight(row.ends_at),
        "entry": queries.publication_of(row),
        "lang_of": _lang_of,
        **_appeal_words(row, appeal),
    }


def _lang_of(text: str) -> str:
    """Return the language in which somebody wrote, as HTML names it."""
    return html_lang(written_in(text))


def _appeal_words(row: Penalty, appeal: PenaltyAppeal | None) -> dict[str, Any]:
    if appeal is None:
        return {"appealed": "", "answer": ""}
    return {
        "appealed": queries.opened(row, "appeal", appeal.sealed),
        "answer": queries.opened(row, "answer", appeal.answer),
    }


def _dates(row: Penalty, appeal: PenaltyAppeal | None) -> list[dict[str, Any]]:
    """Return each date that was counted, with its steps: {title, at, estimated, lines}."""
    found = [(_("Appeal possible until"), queries.appeal_term(row))]
    if appeal is not None:
        found.append((_("Appeal decided by"), queries.decision_term(appeal)))
    return [
        {
            "title": title,
            "at": before_midnight(due.at),
            "estimated": due.estimated,
            "lines": why(due),
        }
        for title, due in found
        if due is not None
    ]


def lines_of(rows: Sequence[Penalty]) -> list[dict[str, Any]]:
    """Return the desk's list: what each penalty is for, whom it is about, its state and next date."""
    names = people.names({row.person_id for row in rows})
    vault.load_keys(row.stream for row in rows)
    decisions, now = queries.decisions_due(rows), utcnow()
    return [
        {
            "uid": row.uid,
            "status": row.status,
            "member": names.get(row.person_id, ""),
            "grounds": _grounds(queries.wording_of(row)),
            "until": before_midnight(decisions.get(row.id) or _next_date(row)),
            "late": row.id in decisions and decisions[row.id] <= now,
            "at": row.changed_at,
            "held_back": queries.is_ready(row, now) and queries.is_held_back(row),
        }
        for row in rows
    ]


def _next_date(row: Penalty) -> datetime | None:
    """Return the date on which a penalty moves by itself."""
    if row.status is S.TOLD:
        return row.appeal_until
    return row.ends_at if row.status is S.PUBLISHED else None


def _grounds(said: Wording | None) -> str:
    return " · ".join(_(policy.GROUNDS[code]) for code in said.grounds) if said else ""


def form_data(row: Penalty) -> dict[str, Any]:
    """Return what the form of a penalty begins with."""
    said = queries.wording_of(row)
    kept = said.facts(personal=row.personal) if said else {}
    return kept | {
        "days": kept.get("days") or None,
        "reasons": queries.opened(row, "reasons", row.reasons),
        "months": row.months,
        "orders": " ".join(row.orders),
    }


def desk_page(actor: Actor, row: Penalty) -> dict[str, Any]:
    """Return what the desk's page of a penalty shows, and what its reader may decide now."""
    appeal, correction = queries.appeal_of(row), queries.correction_of(row)
    people_of = {row.person_id, row.proposed_by, row.approved_by or 0}
    if appeal is not None:
        people_of.add(appeal.decided_by or 0)
    wording = queries.correction_wording(row, correction) if correction else None
    may = _may(actor, row)
    return member_page(row) | {
        "names": people.names(people_of),
        "remark": queries.opened(row, "remark", row.remark),
        "may": may,
        "writes": bool(_WRITTEN.intersection(may)),
        "held_back": row.status in _AHEAD and queries.is_held_back(row),
        "correction": correction,
        "correction_previews": previews(wording, personal=row.personal),
        "may_agree": correction and policy.may_approve(actor, correction.proposed_by),
    }


_AHEAD = frozenset({S.APPROVED, S.TOLD, S.APPEALED, S.UPHELD})
"""What was agreed to and not published yet."""
_WRITTEN = frozenset({"return", "hear", "overturn"})
"""Decisions that say why."""


def _may(actor: Actor, row: Penalty) -> list[str]:
    """Return the decisions that the reader may take now."""
    legal, author = actor.has(Role.LEGAL), actor.id == row.proposed_by
    second = policy.may_approve(actor, row.proposed_by)
    hears = policy.may_hear(actor, row)
    allowed = {
        "propose": row.status is S.DRAFT and legal and author,
        "approve": row.status is S.PROPOSED and second,
        "return": row.status is S.PROPOSED,
        "drop": row.status in (S.DRAFT, S.PROPOSED) and legal,
        "hear": row.status is S.APPEALED and hears,
        "overturn": row.status in OPEN_TO_SETTING_ASIDE and legal,
        "correct": row.status is S.PUBLISHED and legal,
    }
    return [act for act, holds in allowed.items() if holds]


def unstaffed_notices() -> list[tuple[str, str, str]]:
    """Return what waits for people who are not there, for the administrators' page: (title, text, address)."""
    waiting = queries.unstaffed_waiting()
    if not waiting:
        return []
    words = ngettext(
        "%(num)s penalty waits for another person, of legal or an approver. Give somebody the role.",
        "%(num)s penalties wait for another person, of legal or an approver. Give somebody the role.",
        waiting,
    )
    return [(_("Penalties are not staffed"), words, url_for("admin.people"))]
