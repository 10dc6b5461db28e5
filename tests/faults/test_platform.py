"""A worker killed between the post and the note: the platform sees the same call twice, never two calls."""

from __future__ import annotations

import os
import signal

import pytest
from flask import Flask

from support.core import platform
from support.core.db import db
from support.core.platform_calls import Name, call_named
from tests.faults.test_deliveries import drainer, end_leases, lives
from tests.fixtures.platform import Platform
from tests.fixtures.servers import free_port, wait_until


def state_of(uid: str) -> str:
    db.session.rollback()
    return call_named(uid).state


@pytest.mark.slow
def test_a_kill_after_the_post_repeats_the_call_under_its_own_id(
    app: Flask, platform_there: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in platform_there.settings.items():
        monkeypatch.setenv(name.upper(), value)
    platform_there.told(next=["slowly"] * 3)
    with app.app_context(), drainer(app, free_port()) as drains:
        uid = platform.call(Name.TAKE_DOWN, "1", about="order:12", item=3)
        db.session.remove()
        for kills in (1, 2, 3):
            pid = drains.start()
            wait_until(
                lambda kills=kills: len(platform_there.taken()["calls"]) == kills,  # type: ignore[misc]
                seconds=30,
                what="the platform has the call",
            )
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda pid=pid: not lives(pid), seconds=10, what="killed")  # type: ignore[misc]
            assert state_of(uid) == "asked"
            end_leases()
        drains.start()
        wait_until(lambda: state_of(uid) == "done", seconds=30, what="the answer is recorded")
    taken = platform_there.taken()
    assert [each["id"] for each in taken["calls"]] == [uid] * 4
    assert taken["done"] == [uid]
