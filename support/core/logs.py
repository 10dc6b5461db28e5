"""Logs are events: a constant name plus ids. Never names, addresses, codes, headers or message text."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

_PRIVATE = frozenset(
    {"cookie", "authorization", "password", "code", "email", "mobile", "text", "subject", "body"}
)


def _drop_private(_logger: Any, _method: str, event: Any) -> Any:
    """Drop fields that could carry a person's data, in case a caller forgot the rule."""
    return {key: value for key, value in event.items() if key.lower() not in _PRIVATE}


def _drop_exception_values(_logger: Any, _method: str, event: Any) -> Any:
    """Keep where an exception happened and its type; its text may quote what a person typed."""
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, BaseException):
        failure = (type(failure), failure, failure.__traceback__)
    if failure and failure[0] is not None:
        frame, where = failure[2], []
        while frame is not None:
            where.append(
                f"{frame.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{frame.tb_lineno}"
            )
            frame = frame.tb_next
        event["error"], event["where"] = failure[0].__name__, where[-8:]
    return event


def configure(log_format: str) -> None:
    """Send every log of this process to stderr, as JSON lines or (`log_format="text"`) for a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_private,
        _drop_exception_values,
    ]
    last: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if log_format == "text"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("rq", "rq.worker", "alembic", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def bind(**ids: Any) -> None:
    """Add ids (request, job, order, actor) to every later log line of this context."""
    structlog.contextvars.bind_contextvars(**ids)


def clear() -> None:
    """Forget the bound ids at the start of a request or job."""
    structlog.contextvars.clear_contextvars()
