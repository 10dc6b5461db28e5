"""The web ground: hosts, lengths, languages, late forms, and errors that say nothing they shouldn't."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import refresh
from sqlalchemy import select

from app import create_app
from support.core import logs, web_kept
from support.core.clock import utcnow
from support.core.db import db
from support.core.errors import Invalid, NotFound, Stale, TooMany, Unavailable
from support.core.keepings import forget_old_forms
from support.core.web import is_local_request, safe_next
from support.core.web_bodies import LARGEST_BODY_BYTES
from support.core.web_kept import KeptForm
from support.core.web_pages import hours_words, language
from support.core.web_times import zone_words
from tests.fixtures.pages import PageClient
from tests.workorders.desk_world import make_member, make_order, sign_in

# Werkzeug's test client leaves its own temporary file of a large body to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil", "///evil", "https:evil", "https://evil.example", "javascript:x", "\t//evil",
     "/a\nb", "/a\\b", "evil", "", None, "/ a", "/\x00"],
)  # fmt: skip
def test_a_target_that_could_leave_the_site_is_refused(target: str | None) -> None:
    assert safe_next(target) == ""


@pytest.mark.parametrize(
    "target", ["/", "/orders/WO-26-000001-9Y?x=1#y", "/desk?status=open&sort=due"]
)
def test_our_own_paths_are_kept(target: str) -> None:
    assert safe_next(target) == target


def test_a_foreign_host_is_refused_so_no_link_can_be_poisoned(client: PageClient) -> None:
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 400


PROXIES_ADD = (
    *("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"),
    *("X-Forwarded", "X-Forwarded-Prefix", "Forwarded-For", "X-Original-Forwarded-For", "Via"),
    *("X-Real-IP", "X-Client-IP", "Client-IP", "X-Cluster-Client-IP", "True-Client-IP"),
    *("CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Ray", "CDN-Loop", "Fastly-Client-IP"),
    *("Fly-Client-IP", "X-Azure-ClientIP", "X-Azure-SocketIP", "X-Remote-IP", "X-Remote-Addr"),
    *("X-Envoy-External-Address", "X-ProxyUser-IP", "Proxy-Client-IP", "WL-Proxy-Client-IP"),
    *("X-Original-URL", "X-Original-Host", "X-Rewrite-URL", "X-Host", "X-Appengine-User-IP"),
)
BROWSERS_SEND = {
    "Accept": "text/html",
    "Accept-Encoding": "gzip, br, zstd",
    "Accept-Language": "zh-CN,zh;q=0.9",
    "Cache-Control": "max-age=0",
    "Connection": "keep-alive",
    "Cookie": "form=x",
    "DNT": "1",
    "If-None-Match": '"x"',
    "Origin": "http://localhost",
    "Pragma": "no-cache",
    "Priority": "u=0, i",
    "Purpose": "prefetch",
    "Range": "bytes=0-",
    "Referer": "http://localhost/",
    "Sec-CH-UA": '"Chromium";v="130"',
    "Sec-CH-UA-Platform": '"Linux"',
    "Sec-Fetch-Site": "same-origin",
    "Sec-GPC": "1",
    "TE": "trailers",
    "Upgrade-Insecure-Requests": "1",
    "User-Agent": "Mozilla/5.0",
    "X-Prometheus-Scrape-Timeout-Seconds": "10",
    "X-Requested-With": "fetch",
}


def test_what_any_proxy_passed_on_is_not_of_this_machine(app: Flask) -> None:
    local = {"REMOTE_ADDR": "127.0.0.1"}
    for header in PROXIES_ADD:
        for name in (header, header.lower(), header.upper()):
            with app.test_request_context("/", headers={name: "127.0.0.1"}, environ_base=local):
                assert not is_local_request(), name
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "203.0.113.9"}):
        assert not is_local_request()


def test_browsers_and_prometheus_on_this_machine_are_of_this_machine(app: Flask) -> None:
    for address in ("127.0.0.1", "::1"):
        with app.test_request_context(
            "/", headers=BROWSERS_SEND, environ_base={"REMOTE_ADDR": address}
        ):
            assert is_local_request()


def test_metrics_answer_this_machine_only(client: PageClient) -> None:
    assert client.get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "X-Real-IP", "Via"):
        assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"}).status_code == 403
    assert b"doorbell" in client.get("/readyz").data
    assert b"doorbell" not in client.get("/readyz", environ_base={"REMOTE_ADDR": "192.0.2.1"}).data


def test_a_body_without_a_length_gets_411(client: PageClient) -> None:
    answer = client.post(
        "/language", environ_base={"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    )
    assert answer.status_code == 411


def test_a_body_above_the_limit_gets_413_in_words(client: PageClient) -> None:
    answer = client.post("/language", data={"x": "y" * (9 * 1024 * 1024)})
    assert answer.status_code == 413
    assert b"8 MB" in answer.data


def test_text_is_limited_however_many_parts_it_comes_in(client: PageClient) -> None:
    parts = {f"x{number}": "y" * (1024 * 1024) for number in range(9)}
    answer = client.post("/language", data=parts, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert b"8 MB" in answer.data


def test_a_body_that_no_message_has_is_not_read_at_all(client: PageClient) -> None:
    length = str(LARGEST_BODY_BYTES + 1)
    answer = client.post(
        "/orders/new/question",
        data={"body": "x"},
        content_type="multipart/form-data",
        environ_overrides={"CONTENT_LENGTH": length},
    )
    assert answer.status_code == 413
    assert b"68 MB" in answer.data


def test_so_much_is_kept_of_late_forms_and_the_next_is_shown_instead(
    app: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_kept, "MOST_BYTES", 3_000)
    sent = {"body": "A long story. " * 50, "password": "hunter2", "csrf_token": "too old"}
    found = [client.post("/orders/new/question", data=sent) for _number in range(6)]
    assert {answer.status_code for answer in found} == {401}
    assert b"A long story." not in found[0].data
    assert b"A long story." in found[-1].data
    assert b"hunter2" not in found[-1].data
    with app.app_context():
        rows = db.session.execute(select(KeptForm.fields)).scalars().all()
        assert 3 <= len(rows) < 6
        assert sum(len(each) for each in rows) < 4_000
        forget_old_forms(utcnow() + timedelta(hours=25))
    assert b"A long story." not in client.post("/orders/new/question", data=sent).data


@pytest.mark.parametrize(
    ("header", "expected"),
    [("zh-CN", "zh"), ("zh-Hans-CN,en;q=0.5", "zh"), ("zh-TW", "zh"), ("en-GB,zh;q=0.9", "en"),
     ("fr,zh;q=0.8,en;q=0.7", "zh"), ("fr", "en"), ("", "en"), ("*", "en")],
)  # fmt: skip
def test_the_browsers_language_is_found(app: Flask, header: str, expected: str) -> None:
    with app.test_request_context("/", headers={"Accept-Language": header}):
        assert language() == expected


def test_a_chosen_language_wins_over_the_browsers(client: PageClient) -> None:
    page = client.get("/", headers={"Accept-Language": "zh-CN"})
    assert b'lang="zh-Hans"' in page.data
    client.set_cookie("language", "en")
    assert b'<html lang="en"' in client.get("/", headers={"Accept-Language": "zh-CN"}).data


def test_opening_hours_are_written_in_the_readers_language() -> None:
    hours = "Mon-Fri 09:00-18:00; Sat 10:00-12:00"
    assert hours_words(hours, chinese=True) == "周一至周五 09:00-18:00；周六 10:00-12:00"
    assert hours_words(hours, chinese=False) == hours


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFound(), 404, "find that page"),
        (Stale(), 409, "changed"),
        (Invalid("x", "Please check what you entered."), 422, "check what you entered"),
        (TooMany(90), 429, "wait"),
        (Unavailable(), 503, "Nothing"),
        (ValueError("the password is 12345"), 500, "went wrong"),
    ],
)
def test_an_error_becomes_a_page_with_its_status_and_no_secret(
    app: Flask,
    client: PageClient,
    error: Exception,
    status: int,
    words: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail() -> str:
        raise error

    app.view_functions["workorders.start"] = fail
    client.set_cookie("sid", "a-secret-session")
    with caplog.at_level(logging.INFO):
        answer = client.get("/", headers={"Authorization": "Bearer topsecret"})
    assert answer.status_code == status
    assert words.encode() in answer.data
    for secret in (b"12345", b"a-secret-session", b"topsecret", b"Traceback"):
        assert secret not in answer.data
    if status == 429:
        assert answer.headers["Retry-After"] == "90"
    as_json = client.get("/", headers={"Accept": "application/json"})
    assert set(json.loads(as_json.data)) == {"error", "reference"}


def test_a_log_line_holds_no_text_of_an_exception(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    log = logging.getLogger("support.test")
    try:
        raise ValueError("someone@example.com said 13800000000")
    except ValueError:
        log.exception("thing_failed", extra={"order": 7, "email": "someone@example.com"})
    line = json.loads(capsys.readouterr().err.strip().splitlines()[-1])
    assert (line["event"], line["order"], line["error"]) == ("thing_failed", 7, "ValueError")
    assert "example" not in json.dumps(line)


def test_a_form_that_comes_too_late_is_kept_and_sent_after_signing_in(
    app: Flask, client: PageClient
) -> None:
    with app.app_context():
        alice = make_member("Alice", "alice@example.org")
        order = make_order(alice)
        path = f"/orders/{order.reference}"
        sign_in(client, alice)
    token = _token(client, path)
    secret = client.get_cookie("sid")
    client.delete_cookie("sid")
    answer = client.post(
        f"{path}/messages",
        data={
            "body": "A long story",
            "password": "hunter2",
            "number": "110105",
            "csrf_token": token,
        },
    )
    assert answer.status_code == 401
    assert b"/login?next=" in answer.data
    with app.app_context():
        kept = db.session.execute(select(KeptForm)).scalar_one()
        assert b"A long story" not in kept.fields
        uid = kept.uid
    other = app.test_client()
    assert other.get(f"/kept/{uid}").status_code == 410, "another browser must not see it"
    assert secret is not None
    client.set_cookie("sid", secret.value)
    page = client.get(f"/kept/{uid}")
    assert b"A long story" in page.data
    assert b"hunter2" not in page.data
    assert b"110105" not in page.data, "nor the number of a document"
    client.submit(f"/kept/{uid}", {}, action=f"{path}/messages")
    assert b"A long story" in client.get(path).data


def _token(client: PageClient, path: str) -> str:
    page = client.get(path).data.decode()
    found: str = page.split('name="csrf_token" value="')[1].split('"')[0]
    return found


def test_the_cookie_before_sign_in_holds_no_person(app: Flask, client: PageClient) -> None:
    client.get("/orders/new/question")
    with client.session_transaction() as kept:
        assert set(kept) <= {"csrf_token", "visitor", "_fresh"}


def test_a_secure_site_sets_host_cookies_and_hsts(config: Any) -> None:
    app = create_app(config.with_changes(public_url="https://desk.example.org"))
    answer = app.test_client().get("/orders/new/question", base_url="https://desk.example.org")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {
            part.strip() for part in cookie.split(";")
        }
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("zh", "Asia/Shanghai", "北京时间 UTC+8"),
        ("zh", "America/New_York", "纽约时间 UTC-5"),
        ("en", "Asia/Shanghai", "Shanghai time, UTC+8"),
        ("en", "Asia/Kolkata", "Kolkata time, UTC+5:30"),
        ("en", "UTC", "UTC+0"),
    ],
)
def test_a_zone_is_named_by_its_city_and_its_distance(
    app: Flask, language: str, zone: str, words: str
) -> None:
    with app.test_request_context("/", headers={"Accept-Language": language}):
        refresh()
        app.extensions["babel"].timezone_selector = lambda: zone
        assert zone_words(datetime(2026, 11, 27, tzinfo=UTC)) == words
