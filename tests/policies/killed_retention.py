"""Carries a run of retention out in processes that are killed at each second commit, until it is over.

Prints how many were killed.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, update
from sqlalchemy.orm import Session

from app import create_app
from support.core.config import Config
from support.core.db import changed, db, transaction
from support.policies import queries_retention as queries
from support.policies import service_retention as service
from support.policies.models_retention import RetentionRun

AT = 4
"""Two commits do no work: the leases of the dead are over, and the run is taken."""


def main(config: Config, run_id: int, now: datetime) -> int:
    """Run children until the run is over; return how many were killed."""
    for killed in range(400):
        pid = os.fork()
        if pid == 0:
            carry_on(config, run_id, now)
            os._exit(0)
        _pid, status = os.waitpid(pid, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, status
            return killed
        assert os.WTERMSIG(status) == signal.SIGKILL
    raise AssertionError("it never came to an end")


def carry_on(config: Config, run_id: int, now: datetime) -> None:
    """Go on with the run as the tick does after a restart, half a minute later."""
    with create_app(config).app_context():
        seen = 0

        def count(_session: Any) -> None:
            nonlocal seen
            seen += 1
            if seen == AT:
                os.kill(os.getpid(), signal.SIGKILL)

        event.listen(Session, "after_commit", count)
        with transaction():
            over = datetime.now(UTC) - timedelta(seconds=1)
            changed(
                update(RetentionRun).where(RetentionRun.busy_until > over).values(busy_until=over)
            )
        while queries.run_by_id(run_id).is_open:
            db.session.rollback()
            service.go_on(run_id, now)
        db.session.remove()
        db.engine.dispose()


if __name__ == "__main__":
    folder, url, number, moment = sys.argv[1:]
    settings = Config(instance_dir=Path(folder), testing=True).with_changes(database_url=url)
    sys.stdout.write(f"{main(settings, int(number), datetime.fromisoformat(moment))}\n")
