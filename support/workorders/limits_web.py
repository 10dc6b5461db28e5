"""How much comes in within an hour: from one person who is signed in, and from one network without an account.

A whole office may complain at once, and nobody may fill the disk: any address opens a guest's session, so a guest
counts both ways. Staff work here and are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import request
from flask_limiter import RateLimitExceeded, RouteLimit

from support.core.context import settings
from support.core.errors import TooMany
from support.core.web import client_address, current_actor, limiter
from support.core.words import N_

TOO_MANY_ORDERS = N_(
    "You have sent many work orders within an hour. Your draft is kept; please send it a little later."
)
TOO_MANY_FROM_HERE = N_(
    "Too many work orders came from your network within an hour. Sign in, or try again later; your draft is kept."
)
TOO_MANY_REPLIES = N_(
    "You have sent many messages within an hour. Your text is kept; please send it a little later."
)
TOO_MUCH = N_(
    "You have sent a lot of files within an hour. Your text is kept; please add the files a little later."
)
TOO_MUCH_FROM_HERE = N_(
    "Too much was sent from your network within an hour. Sign in, or add files later; your text is kept."
)
_AN_HOUR = 3600
Cost = int | Callable[[], int]


def count_order() -> None:
    """Count an order that is about to be filed; raise `TooMany` beyond the limit."""
    if _has_no_account():
        with (
            _refusing(TOO_MANY_FROM_HERE),
            _per_network(settings().guest_orders_per_hour, "orders"),
        ):
            pass
    if _is_counted():
        with _refusing(TOO_MANY_ORDERS), _per_person(settings().person_orders_per_hour, "orders"):
            pass


def count_reply() -> None:
    """Count a message of a party that is about to be sent; raise `TooMany` beyond the limit."""
    if _is_counted():
        with (
            _refusing(TOO_MANY_REPLIES),
            _per_person(settings().person_replies_per_hour, "replies"),
        ):
            pass


def count_megabytes() -> None:
    """Count the body of this request, which brings files; raise `TooMany` beyond the limit."""
    if _has_no_account():
        most = settings().guest_megabytes_per_hour
        with _refusing(TOO_MUCH_FROM_HERE), _per_network(most, "megabytes", cost=_size):
            pass
    if _is_counted():
        most = settings().person_megabytes_per_hour
        with _refusing(TOO_MUCH), _per_person(most, "megabytes", cost=_size):
            pass


def _has_no_account() -> bool:
    return current_actor().kind in ("anonymous", "guest")


def _is_counted() -> bool:
    return current_actor().kind in ("guest", "member")


def _size() -> int:
    return 1 + (request.content_length or 0) // 1024**2


def _person() -> str:
    return current_actor().ref


def _per_network(most: int, what: str, cost: Cost = 1) -> RouteLimit:
    return limiter.shared_limit(f"{most}/hour", what, key_func=client_address, cost=cost)


def _per_person(most: int, what: str, cost: Cost = 1) -> RouteLimit:
    """The limiter keeps one limit for each line that asks: it may say nothing of one request, threads share it."""
    return limiter.shared_limit(f"{most}/hour", what, key_func=_person, cost=cost)


@contextmanager
def _refusing(words: str) -> Iterator[None]:
    try:
        yield
    except RateLimitExceeded as error:
        raise TooMany(_AN_HOUR, words) from error
