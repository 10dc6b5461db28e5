"""Query strings that nobody's page wrote: never a fault, on either database."""

from __future__ import annotations

import itertools

import pytest

from support.core.clock import utcnow
from support.workorders.desk_sorts import SORTS, write_key
from tests.hostile.world import World

ODD = (
    *("\x00", "9" * 40, "-1", "a_b", "é" * 300, "'; --", "{{7*7}}", "1.1_2", "١٢٣", "²"),
    *("9" * 18, "9" * 19, "9" * 5_000, "-" + "9" * 18, "9223372036854775808", "2147483648", "1e9"),
)
NUMBERS = ("1", "-1", "2147483648", "9999999999999", "9" * 18, "9" * 19, "9" * 5_000)
NAMES = (
    *("q", "before", "after", "since", "known", "status", "assignee", "team", "kind", "done"),
    *("priority", "language", "tag", "due", "view", "sort", "call", "asked", "about", "next"),
    *("text", "version", "reference"),
)


def paths(world: World) -> dict[str, tuple[str, ...]]:
    """The pages that read something from their query string, by who may open them."""
    order = f"/desk/orders/{world.orders['alice']}"
    return {
        "mei": (
            *("/desk", "/desk/mine", "/desk/search", "/desk/live", "/desk/orders/new"),
            *(order, f"{order}/history", f"{order}/why"),
        ),
        "ada": ("/admin/people", "/admin/deliveries", "/admin/announcements"),
        "alice": (
            *("/account/inbox", "/account/sign-ins", "/orders", "/orders/new/complaint"),
            *("/policies", "/announcements", "/announcements.atom", "/login", "/follow"),
        ),
    }


def test_odd_query_strings_are_never_a_fault(world: World) -> None:
    for who, addresses in paths(world).items():
        for path in addresses:
            for word in ODD:
                answer = world.client(who).get(path, query_string=dict.fromkeys(NAMES, word))
                assert answer.status_code < 500, f"{path} {word[:50]!r}"
                for name in ("before", "after", "since", "known", "done", "call"):
                    answer = world.client(who).get(path, query_string={name: word})
                    assert answer.status_code < 500, f"{path} {name}={word[:50]!r}"


@pytest.mark.parametrize("sort", SORTS)
def test_places_that_no_row_has_are_never_a_fault(world: World, sort: str) -> None:
    columns = len(SORTS[sort].columns)
    for parts in itertools.product(NUMBERS, repeat=columns):
        for name in ("after", "before"):
            query = {"sort": sort, name: "_".join(parts)}
            answer = world.client("mei").get("/desk", query_string=query)
            assert answer.status_code < 500, query


def test_cursors_that_no_page_wrote_are_never_a_fault(world: World) -> None:
    here = write_key((utcnow(), 0))
    for first, second in itertools.product(NUMBERS, repeat=2):
        for said in (
            {"since": f"{first}_{second}"},
            {"since": f"{here}.{first}-{second}"},
            {"since": f"{here}.{first}-v{second}t.{second}-"},
            {"since": here, "known": f"{first}.{second}"},
        ):
            answer = world.client("mei").get("/desk/live", query_string=said)
            assert answer.status_code in (200, 204), said


def test_forms_that_name_rows_and_versions_no_database_holds_are_never_a_fault(
    world: World,
) -> None:
    order = f"/desk/orders/{world.orders['alice']}"
    for number in NUMBERS:
        for path, said in (
            (f"{order}/replies", {"body": "x", "audience": "reply", "version": f"{number}-1"}),
            (f"{order}/replies", {"body": "x", "audience": "reply", "version": f"1-{number}"}),
            (f"{order}/properties", {"owner": number, "version": "1-1"}),
            (f"{order}/properties", {"priority": number, "version": f"{number}-{number}"}),
            ("/desk/bulk", {"act": "tag", "value": "v", "ids": f"{number}:1"}),
            ("/desk/bulk", {"act": "tag", "value": "v", "ids": f"1:{number}"}),
        ):
            assert world.post("mei", path, said).status_code < 500, (path, said)
        for path in ("/account/basic", f"/orders/{world.orders['alice']}/draft"):
            said = {"version": number, "draft_version": number, "body": "x"}
            assert world.post("alice", path, said).status_code < 500, (path, said)
