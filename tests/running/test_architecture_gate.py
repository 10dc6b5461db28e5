"""The architecture check finds what it is for: each planted import breaks its contract."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = (
    "from importlinter.cli import lint_imports_command as main; main(['--no-logo', '--no-cache'])"
)


def lint(folder: Path) -> str:
    """Return what the check says about the checkout in `folder`."""
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the code in which a test may plant something."""
    shutil.copytree(
        ROOT / "support", tmp_path / "support", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "code", "contract"),
    [
        ("support/core/clock.py", "import support.accounts", "Rooms import lower floors only"),
        ("support/unlisted/__init__.py", "", "Rooms import lower floors only"),
        ("support/core/clock.py", "import wiring", "Nothing imports the top"),
        ("support/policies/queries.py", "import flask", "Verbs, rules and queries know no web"),
    ],
)
def test_a_planted_import_breaks_its_contract(
    checkout: Path, path: str, code: str, contract: str
) -> None:
    assert f"{contract} KEPT" in lint(checkout)
    (checkout / path).parent.mkdir(exist_ok=True)
    with (checkout / path).open("a") as target:
        target.write(f"\n{code}\n")
    assert f"{contract} BROKEN" in lint(checkout)
