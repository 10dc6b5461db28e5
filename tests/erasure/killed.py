"""Carries deletions out in processes that are killed, again and again, until nothing is left to do.

Each child is killed at its commit number `AT` (`before` it, or `after`), so that each run gets a little further; the
last one ends by itself. Prints how many were killed.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from app import create_app
from support.core import outbox
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from support.core.outbox_rows import OutboxRow

MOST_RUNS = 400


def main(config: Config, when: str, at: int) -> int:
    """Run children until one ends by itself; return how many were killed."""
    app = create_app(config)  # a child inherits it, without any connection
    for killed in range(MOST_RUNS):
        pid = os.fork()
        if pid == 0:
            carry_on(app, when, at)
            os._exit(0)
        _pid, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, status
            return killed
        assert os.WTERMSIG(status) == signal.SIGKILL
    raise AssertionError("it never came to an end")


def carry_on(app: Flask, when: str, at: int) -> None:
    """Do what the worker does after a restart: leases of the dead are over, and what is due is carried out."""
    with app.app_context():
        with transaction():
            lost = update(OutboxRow).where(OutboxRow.state == "sending")
            db.session.execute(lost.values(lease_until=utcnow() - timedelta(seconds=1)))
        seen = 0

        def count(_session: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Session, f"{when}_commit", count)
        while outbox.drain():
            pass
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    folder, url, when, at = sys.argv[1:]
    settings = Config(instance_dir=Path(folder), testing=True)
    sys.stdout.write(f"{main(settings.with_changes(database_url=url), when, int(at))}\n")
