"""Web workers that die, clients that are slow, clicks that come twice: what was accepted is there, once."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import quantiles

import pytest

from tests.faults import invariants
from tests.faults.clients import Browser, fill_in, reference_in, until_answered
from tests.faults.conftest import LONG, House, web_workers
from tests.fixtures.servers import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]

KILLS = 200 if LONG else 10
SLOW_CLIENTS = 200 if LONG else 100
TWINS = 20


class Filers:
    """Guests who file one order after the other and, when no answer comes, press the same button again."""

    def __init__(self, port: int, name: str) -> None:
        self._port, self._name = port, name
        self.acknowledged: dict[str, str] = {}
        self.subjects: list[str] = []
        self.wrong: list[str] = []
        self.stop = threading.Event()

    @contextmanager
    def at_work(self, guests: int) -> Iterator[None]:
        """Let `guests` file orders until the block ends."""
        with ThreadPoolExecutor(guests) as pool:
            work = [pool.submit(self._file, number) for number in range(guests)]
            try:
                yield
            finally:
                self.stop.set()
            for each in work:
                each.result()

    def _file(self, guest: int) -> None:
        number = 0
        while not self.stop.is_set():
            subject = f"{self._name} {guest} {number}"
            self.subjects.append(subject)
            address = f"guest.{guest}.{number}@example.com"
            ready = until_answered(lambda: fill_in(self._port, subject, address))  # noqa: B023
            answer = until_answered(ready.send)
            reference = reference_in(answer)
            if reference:
                self.acknowledged[subject] = reference
            else:
                self.wrong.append(f"{answer.status} {answer.location}")
            number += 1


def test_kills_during_submits_lose_nothing_and_double_nothing(house: House) -> None:
    server, seed = house.server, random.randrange(10**6)
    chance = random.Random(seed)
    filers = Filers(server.port, f"kill {seed}")
    with filers.at_work(3):
        for _kill in range(KILLS):
            wait_until(lambda: len(web_workers(server)) == 2, seconds=60, what="two web workers")
            time.sleep(chance.uniform(0, 0.2))
            # The older one: granian takes two deaths in a row of the same place for a crash loop and gives up.
            os.kill(min(web_workers(server)), signal.SIGKILL)
            goal = len(filers.acknowledged) + 1
            wait_until(lambda: len(filers.acknowledged) >= goal, seconds=60, what="orders")  # noqa: B023
    assert filers.wrong == [], f"seed {seed}"
    assert len(filers.acknowledged) >= KILLS
    with invariants.looking_into(server):
        invariants.check(filers.acknowledged.values())
        doubled = {
            subject: times
            for subject, times in invariants.filed(filers.subjects).items()
            if times > 1
        }
    assert doubled == {}, f"seed {seed}"
    assert len(set(filers.acknowledged.values())) == len(filers.acknowledged)


def test_a_killed_web_worker_comes_back_and_the_other_serves_on(house: House) -> None:
    server = house.server
    before = web_workers(server)
    os.kill(before[0], signal.SIGKILL)
    answered = [server.status("/healthz") for _request in range(30)]
    assert answered.count(200) >= 28, answered  # what the killed one held is lost, nothing else
    wait_until(
        lambda: len(web_workers(server)) == 2 and before[0] not in web_workers(server),
        seconds=20,
        what="a new worker",
    )


def test_twenty_identical_posts_at_once_make_one_order(house: House) -> None:
    subject = f"twins {random.randrange(10**9)}"
    ready = fill_in(house.server.port, subject)
    with ThreadPoolExecutor(TWINS) as pool:
        answers = [each.result() for each in [pool.submit(ready.send) for _twin in range(TWINS)]]
    references = {reference_in(answer) for answer in answers}
    assert len(references) == 1, references
    assert "" not in references, [answer.status for answer in answers]
    with invariants.looking_into(house.server):
        assert invariants.filed([subject]) == {subject: 1}
        invariants.check(references)


def test_of_two_agents_who_reply_at_once_one_wins_and_the_other_keeps_the_text(
    house: House,
) -> None:
    port = house.server.port
    reference = reference_in(fill_in(port, "Two agents, one order").send())
    page, action = f"/desk/orders/{reference}", f"/desk/orders/{reference}/replies"
    agents = [Browser(port, secret) for secret in house.agents]
    words = ("This is what Alice says.", "This is what Bob says.")
    forms = [
        agent.fields(page, action) | {"body": said, "audience": "reply", "then": "open"}
        for agent, said in zip(agents, words, strict=True)
    ]
    barrier = threading.Barrier(2)

    def send(number: int) -> tuple[int, str]:
        barrier.wait()
        answer = agents[number].post(action, forms[number])
        return answer.status, answer.text

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(send, range(2)))
    assert sorted(status for status, _text in answers) == [303, 409]
    loser = [status for status, _text in answers].index(409)
    assert words[loser] in answers[loser][1]
    assert words[1 - loser] in answers[loser][1]
    assert agents[0].get(page).text.count(words[1 - loser]) >= 1
    with invariants.looking_into(house.server):
        invariants.check([reference])


@pytest.mark.parametrize("slow", ["headers", "body"])
def test_slow_clients_stop_nobody(house: House, slow: str) -> None:
    port = house.server.port
    head = f"POST /language HTTP/1.1\r\nHost: localhost:{port}\r\n"
    if slow == "body":
        head += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n"
    clients = [socket.create_connection(("127.0.0.1", port)) for _client in range(SLOW_CLIENTS)]
    stop = threading.Event()

    def trickle() -> None:
        while not stop.wait(0.5):
            for client in clients:
                try:
                    client.sendall(b"a" if slow == "body" else b"X-a: b\r\n")
                except OSError:
                    continue  # the server had enough of it

    for client in clients:
        client.sendall(head.encode())
    sender = threading.Thread(target=trickle)
    sender.start()
    try:
        time.sleep(1)
        seconds = []
        for _request in range(60):
            answer = Browser(port).get("/")
            assert answer.status == 200
            seconds.append(answer.seconds)
    finally:
        stop.set()
        sender.join()
        for client in clients:
            client.close()
    assert quantiles(seconds, n=20)[18] < 1.0, sorted(seconds)[-5:]
