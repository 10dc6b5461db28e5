"""The doors themselves: odd addresses, foreign forms and redirects, half sign-ins, late forms, machines' pages."""

from __future__ import annotations

import pytest

from support.accounts import service_sessions
from support.accounts.policy import Method
from support.core import installation
from support.core.clock import utcnow
from support.core.db import transaction
from support.workorders import queries
from tests.fixtures.pages import Page
from tests.hostile.world import World, rows

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "///evil",
        "/%0d%0aX-Evil:1",
        "\t//evil",
        "https:evil",
        "/" + "a" * 5_000,
    ],
)
def test_no_next_leads_away(world: World, target: str) -> None:
    world.token("nobody")
    for answer in (
        world.post("nobody", "/language", {"language": "en", "next": target}),
        world.post(
            "nobody", "/theme", {"theme": "dark", "next": target}, headers={"Referer": "http://["}
        ),
        world.post("alice", "/account/confirm/code", {"contact": "x", "next": target}),
        world.post("mei", "/desk/bulk", {"act": "tag", "value": "v", "ids": "1:1", "next": target}),
        world.client("nobody").get("/login", query_string={"next": target}),
    ):
        location = answer.headers.get("Location", "/")
        assert location.startswith("/"), location
        assert not location.startswith(("//", "/\\")), location
        assert "X-Evil" not in answer.headers
        assert all(len(each) < 3_000 for each in answer.headers.getlist("Set-Cookie"))


def test_addresses_with_odd_bytes_are_not_found_but_never_a_fault(world: World) -> None:
    odd = (
        "%00",
        "a%00b",
        "%ff%fe",
        "%ed%a0%80",
        "x" * 3_000,
        "9" * 40,
        "-1",
        "%2e%2e%2fetc",
        "{{7*7}}",
        "%E2%80%AE",
    )
    with world.app.test_request_context():
        rules = [rule for rule in world.app.url_map.iter_rules() if rule.arguments]
        addresses = [
            (
                rule,
                "/".join(word if part.startswith("<") else part for part in rule.rule.split("/")),
            )
            for rule in rules
            for word in odd
        ]
    for who in ("alice", "ada"):
        client = world.client(who)
        for rule, address in addresses:
            if "GET" in (rule.methods or ()):
                with client.get(address) as answer:
                    assert answer.status_code < 500, address
            else:
                assert world.post(who, address).status_code < 500, address


def test_the_mailbox_is_for_this_machine_and_the_demo_only(world: World) -> None:
    client = world.client("nobody")
    assert client.get("/mailbox").status_code == 404
    with world.app.app_context():
        installation.mark(demo=True)
    here = {"REMOTE_ADDR": "127.0.0.1"}
    assert client.get("/mailbox", environ_base=here).status_code == 200
    for environ, headers in (
        ({"REMOTE_ADDR": "203.0.113.7"}, {}),
        (here, {"X-Forwarded-For": "203.0.113.7"}),
        (here, {"Forwarded": "for=203.0.113.7"}),
        (here, {"X-Forwarded-Host": "desk.example.org"}),
        (here, {"X-Real-IP": "203.0.113.7"}),
        (here, {"Via": "1.1 proxy"}),
    ):
        for path in ("/mailbox", "/mailbox/x", "/mailbox/x/html"):
            assert client.get(path, environ_base=environ, headers=headers).status_code == 403
    assert client.get("/mailbox/..%2f..%2fsettings.toml", environ_base=here).status_code == 404


def test_headers_of_other_systems_sign_nobody_in(world: World) -> None:
    for name in (
        "X-Remote-User",
        "X-Forwarded-User",
        "Remote-User",
        "Authorization",
        "X-Original-URL",
    ):
        answer = world.app.test_client().get("/desk", headers={name: "Mei Tanaka"})
        assert answer.status_code == 303, name


def test_half_a_sign_in_of_staff_opens_nothing(world: World) -> None:
    with world.app.app_context(), transaction():
        half = service_sessions.open_session(
            world.actors["ada"].id or 0, Method.PASSWORD, "127.0.0.1", "", utcnow(), second=False
        )
    client = world.app.test_client()
    client.set_cookie("sid", half.secret)
    for path in (
        "/desk",
        "/admin",
        "/admin/people",
        "/desk/search?q=a",
        "/orders",
        "/admin/deliveries",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (303, "/account/second-factor"), path


def test_an_agent_is_no_administrator(world: World) -> None:
    world.client("mei")
    before = rows(world.app)
    own, ada = world.uids["mei"], world.uids["ada"]
    for path in (
        "/admin/people/invite",
        f"/admin/people/{own}/roles",
        f"/admin/people/{ada}/access",
        f"/admin/people/{ada}/factor-reset",
        f"/admin/people/{ada}/sessions/end",
        "/admin/announcements/new",
    ):
        assert (
            world.post(
                "mei", path, {"roles": "admin", "name": "x", "email": "x@example.org"}
            ).status_code
            == 403
        ), path
    assert rows(world.app) == before


def test_pages_of_a_person_are_not_stored_by_browsers_or_proxies(world: World) -> None:
    for path in (
        "/orders",
        f"/orders/{world.orders['alice']}",
        "/account",
        "/account/sessions",
        "/",
    ):
        assert world.client("alice").get(path).headers["Cache-Control"] == "no-store", path


def test_a_form_of_another_site_is_neither_taken_nor_kept(world: World) -> None:
    path = f"/orders/{world.orders['alice']}/messages"
    answer = world.client("alice").post(
        path, data={"body": "forged"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 400
    assert "/kept/" not in answer.text


def test_late_forms_of_one_address_are_limited(world: World) -> None:
    client = world.app.test_client()
    statuses = [
        client.post("/orders/x/messages", data={"body": "x"}).status_code for _ in range(70)
    ]
    assert statuses == [401] * 60 + [429] * 10
    huge = world.app.test_client().post(
        "/orders/x/messages",
        data={"body": "x" * 1_000_000},
        environ_base={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert "/kept/" not in huge.text


def test_nobody_floods_a_stranger_with_receipts(world: World) -> None:
    said = {"topic": "access", "subject": "s", "body": "b", "address": "victim@example.net"}
    locations = []
    for number in range(12):
        world.post("nobody", "/orders/new/question", said | {"subject": f"Number {number}"})
        answer = world.post("nobody", "/orders/new/question/sending")
        locations.append(answer.status_code)
    assert locations == [303] * 10 + [429] * 2
    kept = world.client("nobody").get("/orders/new/question").text
    assert "Number 11" in kept, "what was typed is not lost"


def test_one_network_without_an_account_files_sixty_orders_an_hour(world: World) -> None:
    client, peer = world.client("nobody"), {"REMOTE_ADDR": "203.0.113.7"}
    found = []
    for number in range(62):
        said = {"topic": "access", "subject": f"Number {number}", "body": "b"}
        said |= {"address": f"somebody{number}@example.net", "csrf_token": world.token("nobody")}
        client.post("/orders/new/question", data=said, environ_base=peer)
        answer = client.post("/orders/new/question/sending", data=said, environ_base=peer)
        found.append(answer.status_code)
    assert found == [303] * 60 + [429] * 2
    assert "your draft is kept" in answer.text
    assert "Number 61" in client.get("/orders/new/question", environ_base=peer).text


def test_a_guest_whose_cookie_expired_files_the_kept_order(world: World) -> None:
    said = {
        "topic": "access",
        "subject": "Typed for an hour",
        "body": "A long story.",
        "address": "late@example.net",
    }
    client = world.app.test_client()
    late = client.post("/orders/new/question", data=said)
    assert late.status_code == 401
    kept = f"/kept/{late.text.split('/kept/')[1][:32]}"
    page = Page(client.get(kept).text)
    form = page.form(action="/orders/new/question")
    values = page.values(form)
    assert {name: values[name] for name in said} == said
    assert client.post("/orders/new/question", data=values).location == "/orders/new/question/check"
    check = Page(client.get("/orders/new/question/check").text)
    sending = check.values(check.form(action="/orders/new/question/sending"))
    filed = client.post("/orders/new/question/sending", data=sending)
    assert filed.location.endswith("/receipt")
    with world.app.app_context():
        order = queries.order_named(filed.location.split("/")[2])
        assert order.subject == "Typed for an hour"
