"""What this room hands to `wiring.py`: pages, kinds, jobs, letters, timers, the ways there; who may call which page."""

from __future__ import annotations

from datetime import timedelta

from support.core.locking import LockedInside
from support.core.web_nav import NavItem
from support.core.words import N_
from support.core.worker import Periodic
from support.infringement import (  # noqa: F401  (most views add their routes)
    entries_conduct,
    entries_reports,
    jobs,
    kind,
    letters,
    listing_door,
    queries,
    removals,
    service_given,
    service_retention,
    timers,
    views,
    views_answers,
    views_case,
    views_complaints,
    views_decisions,
    views_desk,
    views_disputes,
    views_letters,
    views_listings,
    views_parts,
    views_publishing,
    views_resume,
    views_sending,
)
from support.policies.intake import Intake
from support.workorders.disputes import Disputes

BLUEPRINTS = (
    views.blueprint,
    views_desk.blueprint,
    views_publishing.blueprint,
    *entries_conduct.BLUEPRINTS,
    *entries_reports.BLUEPRINTS,
)

INTAKE = Intake(
    frozenset(
        f"notices.{name}"
        for name in (
            *("start", "tasks", "step", "files", "upload", "listings", "reasons", "reuse"),
            *("link", "resume", "resume_code", "domain", "domain_code", "check", "send"),
        )
    )
)

HOOKS: tuple[object, ...] = (
    INTAKE,
    kind.INFRINGEMENT,
    Disputes(queries.disputed_since),
    *jobs.SUBSCRIPTIONS,
    *jobs.PERIODIC,
    *letters.TEMPLATES,
    *timers.PERIODIC,
    *views_publishing.HOOKS,
    *views_parts.HOOKS,
    *entries_conduct.HOOKS,
    *entries_reports.HOOKS,
    *service_retention.HOOKS,
    listing_door.DOOR,
    Periodic("note_reveals", timedelta(minutes=1), service_given.note_reveals),
    LockedInside(removals.locked_links),
    Periodic("forget_old_notices", timedelta(hours=1), service_retention.forget_old_drafts),
)

MEMBER_NAV = NavItem("member", N_("IP notices"), "notices.start", "copyright")
"""Apart, since it stands behind the entries of work orders."""

PUBLIC = (
    "notices.start",
    "notices.tasks",
    "notices.step",
    "notices.files",
    "notices.upload",
    "notices.listings",
    "notices.reasons",
    "notices.reuse",
    "notices.discard",
    "notices.link",
    "notices.resume",
    "notices.resume_code",
    "notices.domain",
    "notices.domain_code",
    "notices.check",
    "notices.send",
    "notices.receipt",
    "notices.answers_open",
    "notices.answers_code",
    "notices.answers_short",
    *entries_reports.PUBLIC,
)

GUEST = (
    "notices.answer",
    "notices.answers",
    "notices.answers_complaint",
    "notices.answers_letter",
    "notices.answers_paper",
    "notices.complaint",
    "notices.counter",
    "notices.counter_accept",
    "notices.letter",
    "notices.paper",
    "notices.parts",
    "notices.status",
    "notices.supplement",
    "notices.withdraw",
    *entries_conduct.GUEST,
    *entries_reports.GUEST,
)
