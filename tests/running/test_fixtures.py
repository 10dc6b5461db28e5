"""The ground that the other tests stand on: real servers, fresh databases, no way out."""

from __future__ import annotations

import smtplib
import socket
from email.message import EmailMessage

import pytest
import redis
from flask import Flask
from sqlalchemy import text

from support.core.db import db
from tests.fixtures.mail import SmtpSink
from tests.fixtures.network import OutsideConnection
from tests.fixtures.pages import PageClient


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_has_a_migrated_database_of_its_own(app: Flask, turn: str) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE planted (turn VARCHAR(9))"))
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_the_client_reaches_the_real_application(client: PageClient) -> None:
    assert client.get("/healthz").status_code == 200


def test_outside_addresses_and_names_are_refused() -> None:
    with socket.socket() as connection, pytest.raises(OutsideConnection, match=r"203\.0\.113\.1"):
        connection.connect(("203.0.113.1", 80))
    with pytest.raises(OutsideConnection, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


def test_the_mail_sink_keeps_mail_and_answers_as_scripted(smtp_sink: SmtpSink) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "工单"
    message.set_content("Hello")
    smtp_sink.replies.append("451 4.7.1 try again")
    host, _, port = smtp_sink.url.removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port), local_hostname="localhost") as client:
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            client.send_message(message)
        client.send_message(message)
    assert [each["Subject"] for each in smtp_sink.messages] == ["工单"]
    assert [each.reply[:3] for each in smtp_sink.deliveries] == ["451", "250"]


def test_valkey_is_real_and_empty_and_never_evicts(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        assert client.dbsize() == 0
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("port") == {"port": "0"}
