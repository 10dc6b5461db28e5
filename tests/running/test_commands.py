"""The small commands of the Makefile: translations, logins, the locks."""

from __future__ import annotations

import gettext
import os
import re
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest
from rich.console import Console

from running import logins, translations

ROOT = Path(__file__).resolve().parents[2]
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    """An empty room's catalogue file, to be written by the test."""
    path = tmp_path / "desk" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    return path


def test_a_changed_catalogue_is_compiled_once(tmp_path: Path, catalogue: Path) -> None:
    catalogue.write_text(HEADER + '#, python-format\nmsgid "%(n)s orders"\nmsgstr "%(n)s 个工单"\n')
    assert translations.stale(tmp_path) == [catalogue]
    translations.compile_catalogue(catalogue)
    assert translations.stale(tmp_path) == []
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("%(n)s orders") == "%(n)s 个工单"
    later = catalogue.stat().st_mtime + 10
    os.utime(catalogue, (later, later))
    assert translations.stale(tmp_path) == [catalogue]


def test_a_translation_that_drops_a_placeholder_is_refused(catalogue: Path) -> None:
    catalogue.write_text(HEADER + '#, python-format\nmsgid "%(n)s orders"\nmsgstr "%(m)s 个工单"\n')
    with pytest.raises(ValueError, match=r"messages\.po:6"):
        translations.compile_catalogue(catalogue)
    assert not catalogue.with_suffix(".mo").exists()


def test_logins_show_the_code_that_the_server_will_accept() -> None:
    secret = pyotp.random_base32()
    agent = {"login": "agent", "password": "p4ss", "totp_secret": secret}
    each = {"agent": {**agent, "login_path": "/login", "url": "http://localhost:8000/desk"}}
    console = Console(width=200)
    with console.capture() as captured:
        console.print(logins.table(each, now=1_800_000_007))
    shown = captured.get()
    assert pyotp.TOTP(secret).at(1_800_000_007) in shown
    assert "p4ss" in shown
    assert "change in 23 s" in shown


def test_logins_of_a_member_without_second_factor_have_no_code() -> None:
    member = {
        "login": "m",
        "password": "p",
        "totp_secret": None,
        "login_path": "/login",
        "url": "/",
    }
    assert logins.table({"member": member}, now=0).row_count == 1


def test_logins_before_the_first_run_say_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "running.logins"],
        cwd=ROOT,
        env={**os.environ, "INSTANCE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "make run" in done.stderr


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_the_locks_pin_and_hash_everything_and_name_no_host(name: str) -> None:
    lock = (ROOT / "requirements" / f"{name}.txt").read_text()
    pins = re.findall(r"^[a-z0-9-]+(\S*)(?: ; [^\\]+)? \\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\S", lock, re.MULTILINE))
    assert all(pin.startswith("==") for pin in pins)
    assert "://" not in lock


def test_make_alone_lists_every_command() -> None:
    shown = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in (
        "run",
        "logins",
        "test",
        "check",
        "bench",
        "faces",
        "screenshots",
        "translations",
        "lock",
    ):
        assert f"make {name} " in shown
