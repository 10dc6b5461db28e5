"""A desk that is not set up serves nobody: every page but health says so, and the terminal says why."""

from __future__ import annotations

import logging

from flask import Flask, Response, current_app, request
from flask_babel import gettext as _

from installer.problems import Problem, blocking_problems
from support.core.web_errors import trouble

log = logging.getLogger(__name__)

_ALWAYS_OPEN = frozenset({"static", "web.healthz", "web.readyz", "web.metrics"})
_RETRY_SECONDS = 60


def init_refusal(app: Flask) -> None:
    """Ask before every request, ahead of sign-in, whether the desk may serve at all."""
    app.before_request_funcs.setdefault(None, []).insert(0, refuse_service)


def refuse_service() -> Response | None:
    """Answer 503 while something blocks (`blocking_problems`); None lets the request pass.

    The page names nothing; the log names each problem, once for each process.
    """
    if request.endpoint in _ALWAYS_OPEN:
        return None
    found = blocking_problems()
    if not found:
        return None
    for problem in found:
        _say_once(problem)
    words = _("This desk is being set up. It opens soon.")
    return trouble(503, words, retry_after=_RETRY_SECONDS)


def _say_once(problem: Problem) -> None:
    said: set[Problem] = current_app.extensions.setdefault("refusal_said", set())
    if problem not in said:
        said.add(problem)
        log.error("service_refused", extra={"problem": problem.words, "fix": problem.fix})
