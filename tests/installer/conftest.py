"""A database without policy or mark, answers that can stand, and a bridge for SMS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete

from support.core.config import Config
from support.core.db import transaction
from support.core.installation import Installation
from support.notifications.bridge import sign
from support.policies.models import PolicyVersion
from tests.fixtures.mail import SmtpSink

SECRET = "a secret of the bridge"


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """A configuration that nobody has filled in yet."""
    return Config(instance_dir=tmp_path / "instance", testing=True).with_changes(
        database_url=database_url
    )


@pytest.fixture
def fresh(app: Flask) -> Flask:
    """The application as it is before anybody set it up: no mark, no policy."""
    with app.app_context(), transaction() as session:
        session.execute(delete(PolicyVersion))
        session.execute(delete(Installation))
    return app


@dataclass
class Bridge:
    """A bridge for SMS: keeps what it got, answers `status`; 401 when the signature is wrong."""

    url: str = ""
    status: int = 204
    bodies: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    """A real HTTP server that checks the signature of each call."""
    kept = Bridge()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            right = sign(SECRET, self.headers["Gongdan-Timestamp"], body)
            if self.headers["Gongdan-Signature"] == right:
                kept.bodies.append(json.loads(body))
                self.send_response(kept.status)
            else:
                self.send_response(401)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://gongdan:{SECRET.replace(' ', '%20')}@127.0.0.1:{server.server_port}/send"
    try:
        yield kept
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def answers(smtp_sink: SmtpSink, bridge: Bridge) -> dict[str, Any]:
    """Answers to every question, each of which passes its test on this machine."""
    return {
        "public_url": "https://localhost",
        "allowed_hosts": ["desk.example.com"],
        "operator_name": 'Example "Platform"',
        "operator_name_zh": "示例平台",
        "operator_department": "Member Services",
        "operator_department_zh": "会员服务部",
        "operator_phone": "+86 10 5550 0100",
        "operator_hours": "Mon-Fri 09:00-18:00",
        "operator_timezone": "Asia/Shanghai",
        "operator_complaints": "complaints@example.com",
        "filing_numbers": ["ICP 00000000", "公安 00000000"],
        "smtp_url": smtp_sink.url,
        "mail_from": "support@example.com",
        "sms_url": bridge.url,
        "admin_name": "Alice",
        "admin_email": "alice@example.com",
    }


@pytest.fixture
def answers_file(answers: dict[str, Any], tmp_path: Path) -> Path:
    """The answers as a TOML file."""
    path = tmp_path / "answers.toml"
    write_toml(path, answers)
    return path


def write_toml(path: Path, values: dict[str, Any]) -> None:
    """Write texts and lists of texts as TOML."""
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    path.write_text("\n".join(lines), "utf-8")


def configured(app: Flask, **changes: Any) -> None:
    """Give the running application another configuration, as a restart would."""
    ground = app.extensions["ground"]
    app.extensions["ground"] = replace(ground, config=ground.config.with_changes(**changes))
