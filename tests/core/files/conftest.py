"""The ground floor alone, once on each engine: configuration, keys, tables, a scanner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from support.core.context import Ground
from support.core.db import db


@pytest.fixture
def app(app: Flask) -> Iterator[Flask]:
    """The application with its context open: these tests call no page."""
    with app.app_context():
        yield app
        db.session.remove()


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
