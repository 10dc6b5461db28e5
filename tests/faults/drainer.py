"""A program for the kill tests: each line on its input forks a real process that drains the outbox.

The application is imported once, so that thirty kills do not cost thirty imports; the database and the mail
door are first touched in the child.
"""

from __future__ import annotations

import os
import signal
import sys

from app import create_app
from support.core import outbox


def main() -> None:
    """Answer each line with the pid of a new draining process, which ends when nothing is due."""
    app = create_app()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            with app.app_context():
                while outbox.drain():
                    pass
            os._exit(0)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
