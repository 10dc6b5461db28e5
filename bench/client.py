"""A load generator that costs little itself: a few threads, a kept connection each, requests made beforehand."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from statistics import quantiles
from urllib.parse import urlencode

CLIENTS = 4
_TIMEOUT = 30.0


class UnexpectedAnswer(RuntimeError):
    """A page answered with another status than the case expects: its figures would mean nothing."""


@dataclass(slots=True)
class Answer:
    """One answer as far as the bench looks at it."""

    status: int
    head: bytes
    body: bytes


@dataclass(slots=True)
class Sample:
    """What one round measured. `seconds` is the wall time of the round, latencies and the server's processor time
    (`cpu`) are in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    bytes: int = 0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        """Return a percentile of the latencies in milliseconds."""
        cuts = quantiles(self.latencies, n=100, method="inclusive")
        return cuts[percent - 1] * 1000


class Connection:
    """One kept HTTP/1.1 connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""

    def ask(self, request: bytes) -> Answer:
        """Send a whole request and return its whole answer."""
        self._socket.sendall(request)
        data = self._left
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head, body = data[:end], data[end + 4 :]
        length = _length(head)
        while len(body) < length:
            body += self._more()
        self._left = body[length:]
        return Answer(int(head[9:12]), head, body[:length])

    def close(self) -> None:
        """Give the connection up."""
        self._socket.close()

    def _more(self) -> bytes:
        received = self._socket.recv(262_144)
        if not received:
            raise ConnectionError("the server closed the connection")
        return received


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


def get(port: int, path: str, cookies: str = "") -> bytes:
    """Return the bytes of a GET as a browser's, which takes HTML in English."""
    return _head("GET", port, path, cookies) + b"\r\n"


def post(port: int, path: str, fields: dict[str, str], cookies: str = "") -> bytes:
    """Return the bytes of a form's POST."""
    body = urlencode(fields).encode()
    kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    return _head("POST", port, path, cookies) + kind.encode() + body


def _head(method: str, port: int, path: str, cookies: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{port}", "Accept: text/html"]
    lines += ["Accept-Language: en", *([f"Cookie: {cookies}"] if cookies else [])]
    return "".join(f"{line}\r\n" for line in lines).encode()


def load(port: int, requests: Iterable[bytes], *, status: int, seconds: float) -> Sample:
    """Send `requests` from a few clients at once until they or the `seconds` are over.

    Raises `UnexpectedAnswer` when an answer has another status.
    """
    queue, sample, faults = iter(requests), Sample(), list[BaseException]()
    start = threading.Barrier(CLIENTS + 1)

    def work() -> None:
        connection = Connection(port)
        latencies, size = [], 0
        start.wait()
        end = time.perf_counter() + seconds
        try:
            for request in _until(queue, end):
                began = time.perf_counter()
                answer = connection.ask(request)
                latencies.append(time.perf_counter() - began)
                size = len(answer.body)
                if answer.status != status:
                    raise UnexpectedAnswer(f"{answer.status}: {answer.body[:2000]!r}")
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()
        sample.latencies += latencies
        sample.bytes = max(sample.bytes, size)

    threads = [threading.Thread(target=work) for _client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    sample.seconds = time.perf_counter() - began
    if faults:
        raise faults[0]
    return sample


def _until(queue: Iterator[bytes], end: float) -> Iterator[bytes]:
    for request in queue:
        yield request
        if time.perf_counter() > end:
            return
