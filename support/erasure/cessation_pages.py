"""What the pages of the end of the service show."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from support.accounts import queries as people
from support.core.actors import Actor
from support.core.context import settings
from support.erasure import queries_ceasing
from support.policies import cessation_pages as words
from support.policies import queries_cessation
from support.policies.cessation_pages import Stage, day_words
from support.policies.intake import Ending
from support.policies.lifecycle_cessation import CessationState
from support.policies.models_cessation import Cessation
from support.policies.service_cessation import earliest_day

S = CessationState


def ending_of(row: Cessation) -> Ending:
    """Return what of it everybody may know."""
    return Ending(
        row.uid, row.status, row.last_day, row.stops_at, row.last_export_day, row.export_until
    )


def acts_of(actor: Actor, row: Cessation | None, now: datetime) -> list[str]:
    """Return what this administrator may do now."""
    if row is None:
        return ["propose"]
    if row.status is S.PROPOSED:
        return ["withdraw"] if row.proposed_by == actor.id else ["agree", "withdraw"]
    return ["call_off"] if row.status is S.ANNOUNCED and now < row.stops_at else []


def timeline(row: Cessation, now: datetime) -> list[dict[str, Any]]:
    """Return the steps of the end, as `data.steps` draws them: announced, stopped, taken along, deleted, proved."""
    found = ending_of(row)
    public = row.status in (S.ANNOUNCED, S.ERASING, S.DONE)
    stage = words.stage_of(found, now) if public else None
    at = {Stage.COMING: 1, Stage.STOPPED: 2, Stage.ERASING: 3, Stage.DONE: 5}
    reached = 0 if stage is None else at[stage]
    day, until = day_words(row.last_day), day_words(row.last_export_day)
    steps = [
        (
            _("Announced"),
            day_words(row.agreed_at.astimezone(_zone()).date())
            if row.agreed_at
            else _("Everybody is told, here and one by one."),
        ),
        (_("Intake stops"), _("At the end of %(day)s; nothing new after that.", day=day)),
        (
            _("Data is taken along"),
            _("Until the end of %(until)s; open work orders go on till then.", until=until),
        ),
        (_("Personal data is deleted"), _("Person after person; what a law keeps is locked away.")),
        (_("The proof"), _("Numbers and dates, signed; anybody can check it.")),
    ]
    return [
        {
            "title": title,
            "text": text,
            "state": "done" if place < reached else "now" if place == reached else "next",
        }
        for place, (title, text) in enumerate(steps)
    ]


def _zone() -> ZoneInfo:
    return ZoneInfo(settings().operator_timezone)


def desk_page(actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what administrators see: what stands, who decided, what may be done, and what was before."""
    row = queries_cessation.standing_for(actor)
    earlier = queries_cessation.before(actor)
    every = [each for each in (row, *earlier) if each is not None]
    involved = {
        person
        for each in every
        for person in (each.proposed_by, each.agreed_by, each.called_off_by)
        if person
    }
    return {
        "row": row,
        "may": acts_of(actor, row, now),
        "steps": timeline(row, now) if row is not None else [],
        "earlier": earlier,
        "progress": queries_ceasing.progress()
        if row is not None and row.status in (S.ERASING, S.DONE)
        else None,
        "names": people.names(involved),
        "earliest": earliest_day(now),
        "day_words": day_words,
        "notice_days": settings().cessation_notice_days,
        "export_days": settings().cessation_export_days,
        "news": queries_cessation.announcement_of(row.id) if row is not None else "",
    }


def public_page(row: Cessation, now: datetime, language: str) -> dict[str, Any]:
    """Return what everybody sees of an announced end."""
    return {
        "row": row,
        "said": words.said(ending_of(row), now),
        "stage": words.stage_of(ending_of(row), now).name.lower(),
        "steps": timeline(row, now),
        "reason": row.reason_zh if language == "zh" else row.reason_en,
        "news": queries_cessation.announcement_of(row.id),
    }
