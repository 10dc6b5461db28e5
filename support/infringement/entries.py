"""What this room hands to the application beside its pages: kinds, jobs, letters, timers; who may call which page."""

from __future__ import annotations

from support.infringement import (
    jobs,
    jobs_reports,
    kind,
    kind_report,
    letters,
    letters_reports,
    timers,
    views_reports,
    views_reports_desk,
)

REPORT_PAGES = (views_reports.blueprint, views_reports_desk.blueprint)

HOOKS: tuple[object, ...] = (
    kind.INFRINGEMENT,
    kind_report.REPORT,
    *jobs.SUBSCRIPTIONS,
    *jobs.PERIODIC,
    *jobs_reports.SUBSCRIPTIONS,
    *jobs_reports.PERIODIC,
    *letters.TEMPLATES,
    *letters_reports.TEMPLATES,
    *timers.PERIODIC,
)

PUBLIC = ("reports.answers_open", "reports.answers_code")
GUEST = ("reports.appeal", "reports.answers", "reports.accept", "reports.contest")
