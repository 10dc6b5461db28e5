"""The pages: inbox, choices, check page, unsubscribe, mailbox of the demo, dead deliveries."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from support.accounts.models import ContactKind
from support.core import installation
from support.core.actors import Role
from support.core.clock import utcnow
from support.core.config import Config
from support.core.context import register
from support.core.db import changed, db, transaction
from support.notifications import mail, outgoing, queries, service
from support.notifications.letters import Letter
from support.notifications.models import Channel, Delivery, DeliveryState, Purpose
from support.notifications.templates import misuse_path
from support.workorders.kind import COMPLAINT
from tests.fixtures.pages import PageClient
from tests.notifications.conftest import (
    ORDERS,
    actor_of,
    drain,
    make_agent,
    make_member,
    unread_count,
    use,
)
from tests.notifications.test_jobs import ask_code

SignIn = Callable[..., PageClient]


def tell_alice(app: Flask, count: int = 1, **ids: Any) -> int:
    with app.app_context():
        code = use(app, ORDERS)
        alice = make_member("Alice", "alice@example.com")
        for number in range(count):
            reference = {"reference": f"WO-26-{number:06}-K7"}
            service.tell(alice, code, about="order:1", key=str(number), ids=reference | ids)
    return alice


def rows(app: Flask) -> dict[str, list[str]]:
    """Return every row of every table but the session's own touch."""
    with app.app_context():
        return {
            table.name: sorted(str(tuple(row)) for row in db.session.execute(table.select()))
            for table in db.metadata.sorted_tables
            if table.name != "session"
        }


def mark_demo(app: Flask) -> None:
    with app.app_context():
        installation.mark(demo=True)


class TestInbox:
    def test_it_lists_what_was_told_and_opens_it(self, app: Flask, sign_in: SignIn) -> None:
        client = sign_in(tell_alice(app))
        page = client.page("/account/inbox")
        assert "WO-26-000000-K7" in page.text
        assert "New:" in page.text
        [link] = [e for e in page.all("a") if "/account/inbox/" in e.attributes.get("href", "")]
        message = client.page(link.attributes["href"])
        assert "Your account is ready. Your member name is Alice." in message.text
        targets = [e.attributes.get("href") for e in message.all("a")]
        assert "/orders/WO-26-000000-K7" in targets

    def test_looking_marks_nothing_a_button_does(self, app: Flask, sign_in: SignIn) -> None:
        alice = tell_alice(app, 2)
        client = sign_in(alice)
        with app.app_context():
            uid = queries.inbox_page(actor_of(alice))[0].uid
        before = rows(app)
        client.page("/account/inbox")
        client.page(f"/account/inbox/{uid}")
        assert rows(app) == before
        answer = client.submit(f"/account/inbox/{uid}", button="Mark as read")
        assert (answer.status_code, answer.location) == (303, "/account/inbox")
        with app.app_context():
            assert unread_count(alice) == 1
        client.submit("/account/inbox", button="Mark all as read")
        with app.app_context():
            assert unread_count(alice) == 0

    def test_somebody_elses_message_is_not_there(self, app: Flask, sign_in: SignIn) -> None:
        alice = tell_alice(app)
        with app.app_context():
            uid = queries.inbox_page(actor_of(alice))[0].uid
            eve = make_member("Eve")
        assert sign_in(eve).get(f"/account/inbox/{uid}").status_code == 404

    def test_what_one_may_not_see_any_more_is_not_shown(self, app: Flask, sign_in: SignIn) -> None:
        alice = tell_alice(app, hidden=True)
        with app.app_context():
            uid = queries.inbox_page(actor_of(alice))[0].uid
        page = sign_in(alice).page(f"/account/inbox/{uid}")
        assert "Alice" not in page.all("main")[0].text
        assert "You can't see this any more" in page.text

    def test_an_empty_inbox_says_what_will_stand_there(self, app: Flask, sign_in: SignIn) -> None:
        with app.app_context():
            alice = make_member("Alice")
        assert "Nothing here yet" in sign_in(alice).page("/account/inbox").text

    def test_a_long_inbox_has_pages_and_the_same_number_of_queries(
        self, app: Flask, sign_in: SignIn
    ) -> None:
        client = sign_in(tell_alice(app, queries.PAGE + 5))
        first = client.page("/account/inbox")
        [more] = [e for e in first.all("a") if e.attributes.get("rel") == "next"]
        second = client.page(more.attributes["href"])
        assert first.text.count("WO-26-") == queries.PAGE
        assert second.text.count("WO-26-") == 5

    def test_strangers_are_asked_to_sign_in(self, client: PageClient) -> None:
        assert client.get("/account/inbox").status_code == 303


class TestNotices:
    def test_choices_are_kept_and_shown_again(self, app: Flask, sign_in: SignIn) -> None:
        with app.app_context():
            alice = make_member("Alice", "alice@example.com")
        client = sign_in(alice)
        answer = client.submit(
            "/account/notices",
            {"orders_mail": None, "news_inbox": "y"},
            action="/account/notices",
        )
        assert answer.status_code == 303
        page = client.page("/account/notices")
        ticked = {e.attributes["name"] for e in page.all("input") if "checked" in e.attributes}
        assert ticked == {"news_inbox"}
        with app.app_context():
            assert queries.choices_of(alice)[Purpose.ORDERS, Channel.MAIL] is False

    def test_security_and_the_inbox_of_orders_are_no_choice(
        self, app: Flask, sign_in: SignIn
    ) -> None:
        with app.app_context():
            alice = make_member("Alice", "alice@example.com")
        page = sign_in(alice).page("/account/notices")
        names = {e.attributes.get("name", "") for e in page.all("input")}
        assert not any("security" in name or name == "orders_inbox" for name in names)


class TestCheck:
    def sent(self, app: Flask) -> Delivery:
        mark_demo(app)
        tell_alice(app)
        with app.app_context():
            drain()
            statement = db.select(Delivery).where(Delivery.channel == Channel.MAIL)
            delivery: Delivery = db.session.execute(statement).scalar_one()
            return delivery

    @pytest.mark.parametrize("spell", [str, str.lower, queries.spelled, "  {}  ".format])
    def test_a_genuine_code_is_confirmed_however_it_is_typed(
        self, app: Flask, client: PageClient, spell: Callable[[str], str]
    ) -> None:
        code = self.sent(app).check_code
        answer = client.submit("/check", {"code": spell(code)}, action="/check")
        text = answer.get_data(as_text=True)
        assert "Yes, we sent a message with this code." in text
        assert "E-mail" in text
        assert "Your work orders" in text
        for private in ("alice@", "Alice", "WO-26"):
            assert private not in text

    @pytest.mark.parametrize("code", ["00000000", "x", "' OR 1=1 --", "７７７７７７７７", "\u202e"])
    def test_an_unknown_code_is_a_warning(self, app: Flask, client: PageClient, code: str) -> None:
        self.sent(app)
        text = client.submit("/check", {"code": code}, action="/check").get_data(as_text=True)
        assert "We did not send a message with this code." in text

    def test_what_was_not_sent_yet_is_not_confirmed(self, app: Flask, client: PageClient) -> None:
        tell_alice(app)
        with app.app_context():
            codes = db.session.execute(db.select(Delivery.check_code)).scalars().all()
        for code in codes:
            text = client.submit("/check", {"code": code}, action="/check").get_data(as_text=True)
            assert "We did not send" in text

    def test_guessing_is_slowed_down(self, client: PageClient) -> None:
        statuses = [
            client.submit("/check", {"code": f"{number:08}"}, action="/check").status_code
            for number in range(12)
        ]
        assert statuses == [200] * 10 + [429] * 2

    def test_nothing_typed_is_an_error_of_the_form(self, client: PageClient) -> None:
        assert client.submit("/check", {"code": ""}, action="/check").status_code == 422


class TestUnsubscribe:
    def test_the_button_stops_news_and_a_second_click_is_harmless(
        self, app: Flask, client: PageClient
    ) -> None:
        with app.app_context():
            alice = make_member("Alice", "alice@example.com")
            service.set_preferences(actor_of(alice), {(Purpose.NEWS, Channel.MAIL): True})
            path = f"/unsubscribe/{service.unsubscribe_token(alice)}"
        for _time in range(2):
            answer = client.submit(path, button="Stop all news", follow_redirects=True)
            assert "You get no more news from us." in answer.get_data(as_text=True)
        with app.app_context():
            assert queries.choices_of(alice)[Purpose.NEWS, Channel.MAIL] is False

    def test_a_mail_program_can_do_it_with_one_post(self, app: Flask, client: PageClient) -> None:
        with app.app_context():
            alice = make_member("Alice", "alice@example.com")
            path = f"/unsubscribe/{service.unsubscribe_token(alice)}"
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        with app.app_context():
            assert queries.choices_of(alice)[Purpose.NEWS, Channel.MAIL] is False

    def test_a_token_that_is_not_ours_is_not_found(self, client: PageClient) -> None:
        path = "/unsubscribe/1-0000"
        assert client.get(path).status_code == 404
        one_click = {"List-Unsubscribe": "One-Click"}
        assert client.post(path, data=one_click).status_code == 404


class TestMailbox:
    def test_without_the_demo_mark_it_does_not_exist(self, client: PageClient) -> None:
        for path in ("/mailbox", "/mailbox/x", "/mailbox/x/html"):
            assert client.get(path).status_code == 404

    @pytest.mark.parametrize(
        "more",
        [
            {"environ_base": {"REMOTE_ADDR": "192.0.2.7"}},
            {"environ_base": {"REMOTE_ADDR": "::ffff:192.0.2.7"}},
            {"headers": {"X-Forwarded-For": "127.0.0.1"}},
            {"headers": {"Forwarded": "for=127.0.0.1"}},
            {"headers": {"X-Forwarded-Host": "localhost"}},
            {"headers": {"X-Real-IP": "127.0.0.1"}},
            {"headers": {"Via": "1.1 localhost"}},
            {"headers": {"CF-Connecting-IP": "127.0.0.1"}},
        ],
    )
    def test_only_this_machine_sees_it(
        self, app: Flask, client: PageClient, more: dict[str, Any]
    ) -> None:
        mark_demo(app)
        assert client.get("/mailbox").status_code == 200
        for path in ("/mailbox", "/mailbox/x", "/mailbox/x/html"):
            assert client.get(path, **more).status_code == 403

    def test_the_bar_leads_to_it_and_says_when_messages_really_go_out(self, app: Flask) -> None:
        mark_demo(app)
        page = app.test_client().get("/contact").get_data(as_text=True)
        assert 'href="/mailbox"' in page
        assert "Nothing you type here reaches anyone" in page
        ground = app.extensions["ground"]
        app.extensions["ground"] = replace(
            ground, config=ground.config.with_changes(smtp_url="smtp://mail.example.com")
        )
        page = app.test_client().get("/contact").get_data(as_text=True)
        assert "Messages really go out" in page
        assert "Nothing you type here" not in page

    def test_a_foreign_host_name_is_refused(self, app: Flask, client: PageClient) -> None:
        mark_demo(app)
        answer = client.get("/mailbox", headers={"Host": "evil.example.com"})
        assert answer.status_code in (400, 403)

    def test_codes_are_on_the_cards(self, app: Flask, client: PageClient) -> None:
        mark_demo(app)
        with app.app_context():
            ask_code(ContactKind.EMAIL, "alice@example.com")
            ask_code(ContactKind.MOBILE, "+8613800138000", visitor="w" * 32)
            drain()
            codes = [kept.code for kept in outgoing.kept_messages()]
        page = client.page("/mailbox")
        assert len(codes) == 2
        for code in codes:
            assert len(code) == 6
            assert code in page.text
        links = [e.attributes.get("href", "") for e in page.all("a")]
        items = [link for link in links if link.startswith("/mailbox/")]
        assert len(items) == 2
        for link in items:
            assert client.get(link).status_code == 200

    def test_a_mails_html_is_never_part_of_our_page(self, app: Flask, client: PageClient) -> None:
        mark_demo(app)
        evil = '<script>alert(1)</script><img src="http://evil.example.com/">'
        with app.app_context():
            made = mail.compose(
                "0" * 32, "a@example.com", Letter("Hi", evil, evil), language="en", at=utcnow()
            )
            mail.door().send(made)
            [kept] = outgoing.kept_messages()
        page = client.get(f"/mailbox/{kept.name}")
        assert "<script>alert" not in page.get_data(as_text=True)
        assert "&lt;script&gt;alert(1)" in page.get_data(as_text=True)
        part = FlaskClient(app, app.response_class).get(f"/mailbox/{kept.name}/html")
        policy = part.headers["Content-Security-Policy"]
        assert policy == "sandbox; default-src 'none'; style-src 'unsafe-inline'"
        assert part.headers["X-Content-Type-Options"] == "nosniff"

    @pytest.mark.parametrize(
        "name", ["..%2fgongdan.toml", "%2e%2e/keys/session", ".x.new", "x.eml", "keys"]
    )
    def test_only_kept_messages_are_read(
        self, app: Flask, client: PageClient, config: Config, name: str
    ) -> None:
        mark_demo(app)
        config.outgoing_dir.mkdir(parents=True, exist_ok=True)
        (config.outgoing_dir / "x.eml").write_text("secret")
        answer = client.get(f"/mailbox/{name}")
        assert answer.status_code == 404
        assert "secret" not in answer.get_data(as_text=True)

    def test_half_written_messages_are_not_seen(self, app: Flask, config: Config) -> None:
        mark_demo(app)
        with app.app_context():
            outgoing.keep("a" * 32, "sms.json", json.dumps({"to": "+1", "text": "hi"}).encode())
            Path(config.outgoing_dir / ".half.eml.new").write_text("x")
            assert [kept.text for kept in outgoing.kept_messages()] == ["hi"]


class TestDeadDeliveries:
    def dead(self, app: Flask) -> None:
        tell_alice(app)
        with app.app_context(), transaction():
            statement = db.update(Delivery).where(Delivery.channel == Channel.MAIL)
            values = {"state": DeliveryState.DEAD, "last_error": "smtp 550"}
            changed(statement.values(**values, created_at=utcnow() - timedelta(hours=1)))

    def test_an_agent_sees_the_reason_and_tries_again(self, app: Flask, sign_in: SignIn) -> None:
        self.dead(app)
        with app.app_context():
            bob = make_agent().id
        client = sign_in(bob, second_factor=True)
        page = client.page("/admin/deliveries")
        assert "smtp 550" in page.text
        assert "al•••e@ex•••.com" in page.text
        assert "alice@example.com" not in page.text
        [button] = [e for e in page.all("button") if "Try again" in page.name_of(e)]
        form = button.inside("form")
        assert form is not None
        answer = client.submit("/admin/deliveries", action=form.attributes["action"])
        assert answer.status_code == 303
        assert "Everything was delivered" in client.page("/admin/deliveries").text

    @pytest.mark.parametrize(("who", "status"), [("member", 404), ("verifier", 403)])
    def test_others_do_not_see_it(self, app: Flask, sign_in: SignIn, who: str, status: int) -> None:
        self.dead(app)
        with app.app_context():
            person = (
                make_member("Eve") if who == "member" else make_agent("Carol", Role.VERIFIER).id
            )
            uid = queries.dead_deliveries()[0].uid
        client = sign_in(person, second_factor=True)
        assert client.get("/admin/deliveries").status_code == status
        token = client.page("/account/notices").all("input")[0].attributes["value"]
        answer = client.post(f"/admin/deliveries/{uid}/retry", data={"csrf_token": token})
        assert answer.status_code == status


def test_it_was_not_me_leads_to_a_form_that_exists_and_to_its_own_once_there_is_one(
    app: Flask, client: PageClient
) -> None:
    with app.app_context():
        path = misuse_path()
    answer = client.page(path)
    chosen = [one for one in answer.all("input") if "checked" in one.attributes]
    assert [one.attributes["value"] for one in chosen] == ["access"]
    register(app, replace(COMPLAINT, code="leak"))
    with app.app_context():
        assert misuse_path() == "/orders/new/leak"
