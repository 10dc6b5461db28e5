"""A call to a service outside: by TLS or on this machine, one answer, no redirect, a bounded wait and length."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult

PATIENCE = 10.0
"""Seconds, for connecting, for the next byte, and for the whole answer."""
LARGEST = 65_536


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status and the body."""

    status: int
    body: bytes


def post(
    url: SplitResult, body: bytes, headers: Mapping[str, str], *, patience: float = PATIENCE
) -> Reply:
    """Post `body` to `url`, whose user and password are not sent, and return the answer, whatever its status.

    Raises `OSError` or `HTTPException` for silence, for an endless answer, and for a certificate that is not right.
    """
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=patience)
    until = time.monotonic() + patience
    try:
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        return Reply(answer.status, _read(answer, until))
    finally:
        connection.close()


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    body = b""
    while part := answer.read1(LARGEST):
        body += part
        if len(body) > LARGEST:
            raise http.client.HTTPException("too long")
        if time.monotonic() > until:
            raise TimeoutError("too slow")
    return body
