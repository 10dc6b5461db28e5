"""What content reports hand to the application: pages, kind, jobs, letters; who may call which page."""

from __future__ import annotations

from support.infringement import (
    jobs_reports,
    kind_report,
    letters_reports,
    views_reports,
    views_reports_desk,
)

BLUEPRINTS = (views_reports.blueprint, views_reports_desk.blueprint)

HOOKS: tuple[object, ...] = (
    kind_report.REPORT,
    *jobs_reports.SUBSCRIPTIONS,
    *jobs_reports.PERIODIC,
    *letters_reports.TEMPLATES,
)

PUBLIC = ("reports.answers_open", "reports.answers_code")
GUEST = (
    "reports.appeal",
    "reports.withdraw",
    "reports.answers",
    "reports.accept",
    "reports.contest",
)
