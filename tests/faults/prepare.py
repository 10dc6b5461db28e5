"""A program for the fault tests: an empty demo installation with two agents who are signed in.

It stands in for the demo data, which would cost each test some seconds; prints the agents' session secrets.
"""

from __future__ import annotations

import json
import sys

import flask_migrate

from app import create_app
from support.accounts import service_sessions, service_staff
from support.accounts.policy import Method
from support.core import installation
from support.core.actors import SYSTEM, Role
from support.core.clock import utcnow
from support.core.db import transaction
from support.policies import service as policies


def main() -> None:
    """Prepare the instance that the environment names."""
    with create_app().app_context():
        flask_migrate.upgrade()
        installation.mark(demo=True)
        policies.load_sample()
        secrets = []
        for name in ("Alice", "Bob"):
            person = service_staff.create_staff(
                SYSTEM,
                name=name,
                email=f"{name.lower()}@desk.example.com",
                roles=[Role.AGENT],
                password="correct horse battery staple 42",
            )
            with transaction():
                opened = service_sessions.open_session(
                    person, Method.PASSWORD, "127.0.0.1", "", utcnow(), second=True
                )
            secrets.append(opened.secret)
    sys.stdout.write(json.dumps(secrets))


if __name__ == "__main__":
    main()
