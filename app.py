"""The application: the only file that knows every room."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from installer.refusal import init_refusal
from support.core import logs, web_health  # noqa: F401  (web_health adds its routes to the web blueprint)
from support.core.actors import Role
from support.core.config import Config, load
from support.core.context import Ground, register
from support.core.db import db
from support.core.keys import load_keys
from support.core.web import init_web
from support.core.web_errors import init_errors
from support.core.web_pages import init_pages
from support.disclosure.policy import DESK as PENALTY_ROLES
from support.erasure.policy import DESK as ERASURE_ROLES
from support.infringement.policy import CLERKS, CONDUCT_ROLES
from support.policies.policy import EDITORS as POLICY_EDITORS
from support.policies.policy import PROPOSERS as PURPOSE_PROPOSERS
from support.policies.policy_sharing import LEDGER as SHARING_ROLES
from support.policies.policy_sharing import READERS as PARTNER_READERS
from support.verification.policy import PAYERS, REVIEWERS
from wiring import BLUEPRINTS, COMMANDS, GUEST, HOOKS, PUBLIC

ROOT = Path(__file__).parent
STAFF_ROLES = {
    "desk": frozenset(Role),
    "deliveries": frozenset({Role.ADMIN, Role.AGENT}),
    "announcing": frozenset({Role.ADMIN}),
    "policy_desk": POLICY_EDITORS,
    "purposes": PURPOSE_PROPOSERS,
    "admin": frozenset({Role.ADMIN}),
    "reviews": REVIEWERS,
    "face": frozenset({Role.ADMIN}),
    "payments": PAYERS,
    "notice_desk": CLERKS,
    "publishing": CLERKS,
    "conduct_desk": CONDUCT_ROLES,
    "report_desk": CLERKS,
    "penalties": PENALTY_ROLES,
    "erasures": ERASURE_ROLES,
    "cessation": frozenset({Role.ADMIN}),
    "partners": PARTNER_READERS,
    "gates": PARTNER_READERS,
    "sharing_desk": SHARING_ROLES,
}


def create_app(config: Config | None = None) -> Flask:
    """Build the application from `config`, or from the settings file and the environment, as the commands need it."""
    from flask_migrate import Migrate  # a web process never migrates, and spares the 9 MB

    app = create_web_app(config)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    return app


def create_web_app(config: Config | None = None) -> Flask:
    """Build the application for a process that serves pages."""
    config = config or load()
    logs.configure(config.log_format)
    app = Flask("gongdan", root_path=str(ROOT), instance_path=str(config.instance_dir))
    config.instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    ground = Ground(config, load_keys(config.keys_dir))
    app.extensions["ground"] = ground
    app.config.update(
        TESTING=config.testing,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": not config.database_url.startswith("sqlite")},
    )
    db.init_app(app)
    init_web(
        app,
        config,
        session_key=ground.keys.session,
        public=PUBLIC,
        guest=GUEST,
        staff_roles=STAFF_ROLES,
    )
    init_pages(app, config)
    init_errors(app)
    init_refusal(app)
    register(app, *HOOKS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in COMMANDS:
        app.cli.add_command(command)
    return app
