"""The ground floor alone, once on each engine: configuration, keys, tables, a scanner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from flask import Flask

from support.core.config import Config
from support.core.context import Ground
from support.core.db import db
from support.core.keys import load_keys

_numbers = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database on each engine, made from the models."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'files.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"files_{next(_numbers)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield server.replace("postgresql:///postgres", f"postgresql:///{name}", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    return Config(instance_dir=tmp_path / "instance", testing=True).with_changes(
        database_url=database_url
    )


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """The ground floor alone: configuration, keys, tables."""
    config.instance_dir.mkdir(exist_ok=True)
    application = Flask("files")
    application.extensions["ground"] = Ground(config, load_keys(config.keys_dir))
    application.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    db.init_app(application)
    with application.app_context():
        db.create_all()
        db.session.remove()
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def scanner(app: Flask, tmp_path: Path) -> Callable[[str], Path]:
    """Configure a scanner that runs a few lines of shell with the file as `$1`."""

    def configure(lines: str) -> Path:
        script = tmp_path / "scanner.sh"
        script.write_text(f"#!/bin/sh\n{lines}\n")
        script.chmod(0o755)
        ground = app.extensions["ground"]
        changed = ground.config.with_changes(scanner_command=str(script))
        app.extensions["ground"] = Ground(changed, ground.keys)
        return script

    return configure
