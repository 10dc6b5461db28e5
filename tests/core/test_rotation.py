"""Rotation of the key-encryption key: nothing is lost, it goes on after a kill, and beside people who work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from support.core import audit, vault
from support.core.config import ConfigError
from support.core.context import keys
from support.core.db import db, transaction
from support.core.keys import load_keys
from support.core.wrapping import WrappingKeys, key_name
from tests.fixtures.servers import wait_until

ROOT = Path(__file__).parents[2]


def place(number: int) -> str:
    """Where the test seals something for owner `number`."""
    return f"contact_point.sealed:{number}"


def seal_for(owners: range) -> dict[int, bytes]:
    """Seal one value for each owner."""
    with transaction():
        return {
            each: vault.seal(f"person:{each}", place(each), f"secret {each}") for each in owners
        }


def opened(sealed: dict[int, bytes]) -> list[str]:
    """Open all of them in a new session, so that no unwrapped key is remembered."""
    db.session.remove()
    return [vault.unseal(f"person:{each}", place(each), blob) for each, blob in sealed.items()]


def wrapped_by() -> dict[str, int]:
    """Count data keys by the name of the key that wraps them."""
    db.session.remove()
    counted = select(vault.VaultKey.wrapped_by, func.count()).group_by(vault.VaultKey.wrapped_by)
    return {name: number for name, number in db.session.execute(counted)}  # noqa: C416


def rotate(app: Flask) -> str:
    """Run `flask vault rotate` and return what it says."""
    result = app.test_cli_runner().invoke(args=["vault", "rotate"])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_rotation_wraps_every_key_anew_and_everything_opens_as_before(app: Flask) -> None:
    with app.app_context():
        sealed = seal_for(range(450))
        old = keys().wrapping.present()[0]
    rotate(app)
    with app.app_context():
        new = keys().wrapping.present()[0]
        assert new != old
        assert wrapped_by() == {new: 450}
        assert opened(sealed) == [f"secret {each}" for each in range(450)]
        assert [event.action for event in db.session.execute(select(audit.Event)).scalars()].count(
            "vault.rotated"
        ) == 1


def test_keys_that_had_no_name_yet_are_rotated_too(app: Flask) -> None:
    with app.app_context():
        sealed = seal_for(range(3))
        with transaction() as session:
            session.execute(update(vault.VaultKey).values(wrapped_by=""))
    rotate(app)
    with app.app_context():
        assert list(wrapped_by()) == [keys().wrapping.present()[0]]
        assert opened(sealed) == ["secret 0", "secret 1", "secret 2"]


def test_the_key_of_two_rotations_ago_opens_nothing_any_more(app: Flask) -> None:
    with app.app_context():
        seal_for(range(1))
        first = keys().wrapping.present()[1]
    rotate(app)
    rotate(app)
    with app.app_context():
        assert first not in keys().wrapping.named("")
        directory = Path(app.instance_path) / "keys"
        assert first not in [path.read_bytes() for path in directory.iterdir()]


def test_a_process_that_began_before_the_rotation_opens_and_seals_on(app: Flask) -> None:
    with app.app_context():
        sealed = seal_for(range(2))
        stale = WrappingKeys(Path(app.instance_path) / "keys")
    rotate(app)
    new = stale.present()[0]
    with app.app_context():
        assert new == keys().wrapping.present()[0]
        assert stale.named(new)
        sealed |= seal_for(range(2, 4))
        assert wrapped_by() == {new: 4}
        assert opened(sealed) == [f"secret {each}" for each in range(4)]


def test_a_destroyed_key_stays_destroyed(app: Flask) -> None:
    with app.app_context():
        sealed = seal_for(range(2))
        with transaction():
            vault.destroy("person:0")
    rotate(app)
    with app.app_context():
        assert opened({1: sealed[1]}) == ["secret 1"]
        with pytest.raises(vault.KeyDestroyed):
            opened({0: sealed[0]})


def test_a_broken_key_is_named_and_stops_no_other(app: Flask) -> None:
    with app.app_context():
        sealed = seal_for(range(3))
        with transaction() as session:
            broken = update(vault.VaultKey).where(vault.VaultKey.owner == "person:1")
            session.execute(broken.values(wrapped=os.urandom(60)))
    result = app.test_cli_runner().invoke(args=["vault", "rotate"])
    assert result.exit_code == 1
    assert "person:1" in result.output
    with app.app_context():
        assert opened({0: sealed[0], 2: sealed[2]}) == ["secret 0", "secret 2"]


def test_a_rotation_that_stopped_goes_on_with_the_same_key(app: Flask) -> None:
    with app.app_context():
        sealed = seal_for(range(5))
        started = keys().wrapping.replace()
        vault.rewrap_some(0, most=2)
    assert "goes on" in rotate(app)
    with app.app_context():
        assert wrapped_by() == {started: 5}
        assert opened(sealed) == [f"secret {each}" for each in range(5)]


@pytest.mark.slow
def test_killed_in_the_middle_again_and_again_nothing_is_lost(app: Flask) -> None:
    environ = {
        **os.environ,
        "INSTANCE_DIR": app.instance_path,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "PUBLIC_URL": "http://localhost",
    }
    with app.app_context():
        sealed = seal_for(range(3000))
        before = wrapped_by()
    command = [sys.executable, "-m", "flask", "--app", "app", "vault", "rotate"]

    def moved() -> bool:
        with app.app_context():
            return wrapped_by() != before

    for _kill in range(3):
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.DEVNULL)
        wait_until(moved, seconds=60, what="some keys are wrapped anew")
        process.send_signal(signal.SIGKILL)
        process.wait()
        with app.app_context():
            before = wrapped_by()
            assert sum(before.values()) == 3000
    rotate(app)
    with app.app_context():
        assert len(wrapped_by()) == 1
        assert opened(sealed) == [f"secret {each}" for each in range(3000)]


def test_stopped_between_any_two_steps_on_the_disk_no_key_is_lost(tmp_path: Path) -> None:
    load_keys(tmp_path)
    ring = WrappingKeys(tmp_path)
    old, (name, _key) = ring.present()[1], ring.present()
    prepared = ring.prepare()
    os.link(tmp_path / "kek", tmp_path / "kek.before")  # as if killed before the last rename
    again = WrappingKeys(tmp_path)
    assert again.present()[0] == name
    assert again.replace() == prepared
    assert again.named(name) == [old]
    assert not (tmp_path / "kek.new").exists()


def test_a_key_that_others_can_read_or_that_is_weak_is_refused(tmp_path: Path) -> None:
    load_keys(tmp_path)
    ring = WrappingKeys(tmp_path)
    ring.prepare()
    (tmp_path / "kek.new").chmod(0o644)
    with pytest.raises(ConfigError):
        ring.replace()
    (tmp_path / "kek.new").write_bytes(b"\0" * 32)
    (tmp_path / "kek.new").chmod(0o600)
    with pytest.raises(ConfigError):
        load_keys(tmp_path)


def test_the_name_of_a_key_tells_nothing_of_it(tmp_path: Path) -> None:
    load_keys(tmp_path)
    name, key = WrappingKeys(tmp_path).present()
    assert name == key_name(key)
    assert name not in key.hex()
