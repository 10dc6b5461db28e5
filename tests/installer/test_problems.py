"""What `flask check` finds, one thing at a time, and what keeps the pages closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask
from sqlalchemy import text

from installer.problems import all_problems, blocking_problems, file_system_of
from installer.refusal import init_refusal, refuse_service
from support.core import installation
from support.core.actors import SYSTEM
from support.core.db import db, transaction
from support.policies import service as policies
from tests.installer.conftest import configured


def codes(app: Flask) -> set[str]:
    with app.app_context():
        return {problem.code for problem in all_problems()}


def publish_own() -> None:
    policies.publish_version(SYSTEM, label="1", text_en="# Ours", text_zh="# 我们的")


def test_a_fresh_instance_lacks_everything(fresh: Flask) -> None:
    alone = {"mark", "valkey", "operator", "policy", "http", "mail", "sms"}
    assert codes(fresh) == alone | {"admin", "roles", "training"}


def test_a_demo_is_spared_what_it_can_not_have(fresh: Flask) -> None:
    with fresh.app_context():
        installation.mark(demo=True)
    assert codes(fresh) == {"valkey"}


def test_a_demo_under_a_public_name_is_a_problem(fresh: Flask) -> None:
    with fresh.app_context():
        installation.mark(demo=True)
    configured(fresh, public_url="https://support.example.com")
    assert "demo" in codes(fresh)


def test_open_keys_and_settings_are_found(fresh: Flask) -> None:
    instance = Path(fresh.instance_path)
    assert "modes" not in codes(fresh)
    (instance / "keys").chmod(0o755)
    assert "modes" in codes(fresh)
    (instance / "keys").chmod(0o700)
    (instance / "gongdan.toml").write_text("")
    (instance / "gongdan.toml").chmod(0o640)
    assert "modes" in codes(fresh)


def test_a_door_of_the_bank_that_can_t_be_right_is_named(fresh: Flask) -> None:
    assert "bank" not in codes(fresh)
    configured(fresh, bank_url="https://pay.example.com/send")
    assert "bank" in codes(fresh)
    configured(fresh, bank_url=f"https://gongdan:{'s' * 16}@pay.example.com/send")
    assert "bank" not in codes(fresh)


def test_texts_that_no_provider_approved_are_named(fresh: Flask) -> None:
    door = {"sms_url": "aliyun://id:secret@dysmsapi.aliyuncs.com"}
    configured(fresh, **door)
    assert "sms_sign" in codes(fresh)
    configured(fresh, **door, sms_sign="示例平台")
    with fresh.app_context():
        found = [each.words for each in all_problems() if each.code == "sms_templates"]
    assert [words.split(":")[0][-13:] for words in found] == ["(mainland.zh)", "(mainland.en)"]
    assert "notifications.code_phone_call, " in found[0]
    known = "[mainland.zh.notifications]\ncode_phone_call = 'SMS_1'\n"
    Path(fresh.instance_path, "sms-templates.toml").write_text(known, "utf-8")
    with fresh.app_context():
        found = [each.words for each in all_problems() if each.code == "sms_templates"]
    assert "notifications.code_phone_call" not in found[0]
    Path(fresh.instance_path, "sms-templates.toml").write_text("[mainland", "utf-8")
    with fresh.app_context():
        [found_broken] = [each for each in all_problems() if each.code == "sms_templates"]
    assert "can't be read" in found_broken.words


def test_a_door_to_the_platform_that_is_set_by_halves_is_named(fresh: Flask) -> None:
    url, good = "https://platform.example.com/calls", "whsec_" + "A" * 32
    assert "platform" not in codes(fresh)
    for setting in (
        {"platform_url": url},
        {"platform_secret": good},
        {"platform_url": "http://platform.example.com/calls", "platform_secret": good},
        {"platform_url": url, "platform_secret": "whsec_c2hvcnQ="},
        {"platform_url": url, "platform_secret": good, "platform_secret_before": "short"},
    ):
        configured(fresh, **{"platform_url": "", "platform_secret": "", **setting})
        assert "platform" in codes(fresh), setting
    both = {"platform_url": url, "platform_secret": good, "platform_secret_before": ""}
    configured(fresh, **both)
    assert "platform" not in codes(fresh)


def test_debug_is_found(fresh: Flask) -> None:
    fresh.debug = True
    assert "debug" in codes(fresh)


def test_an_old_database_is_found(fresh: Flask) -> None:
    with fresh.app_context(), transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
    assert "migrations" in codes(fresh)


def test_an_empty_database_is_named_by_what_cures_it(fresh: Flask) -> None:
    with fresh.app_context():
        with db.engine.begin() as connection:
            db.metadata.drop_all(connection)
            connection.execute(text("DROP TABLE alembic_version"))
        found = {problem.code: problem.fix for problem in all_problems()}
    assert found["migrations"] == "flask db upgrade"
    assert "database" not in found


def test_a_valkey_that_may_forget_is_found(fresh: Flask, valkey_url: str) -> None:
    configured(fresh, redis_url=valkey_url)
    client = redis.Redis.from_url(valkey_url)
    before = str(client.config_get("maxmemory-policy")["maxmemory-policy"])
    try:
        client.config_set("maxmemory-policy", "allkeys-lru")
        assert "eviction" in codes(fresh)
        client.config_set("maxmemory-policy", "noeviction")
        assert not {"eviction", "valkey"} & codes(fresh)
    finally:
        client.config_set("maxmemory-policy", before)
        client.close()


def test_a_valkey_that_is_away_is_found(fresh: Flask, tmp_path: Path) -> None:
    configured(fresh, redis_url=f"unix://{tmp_path / 'nobody.sock'}")
    assert "valkey" in codes(fresh)


def test_an_environment_that_overrides_the_file_is_found(
    fresh: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPERATOR_NAME", "Other")
    assert "environment" not in codes(fresh)
    (Path(fresh.instance_path) / "gongdan.toml").touch(mode=0o600)
    assert "environment" in codes(fresh)


def test_the_file_system_is_that_of_the_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "/dev/a / ext4 rw 0 0\n"
        f"host:/x {tmp_path}/share\\040one nfs4 rw 0 0\n"
        f"tmpfs {tmp_path}/share tmpfs rw 0 0\n"
    )
    assert file_system_of(tmp_path / "share one" / "instance", mounts) == "nfs4"
    assert file_system_of(tmp_path / "share", mounts) == "tmpfs"
    assert file_system_of(tmp_path / "shared", mounts) == "ext4"
    assert file_system_of(tmp_path, tmp_path / "none") == ""


@pytest.fixture
def refusing(fresh: Flask) -> Flask:
    """The application with the refusal before its requests."""
    if refuse_service not in fresh.before_request_funcs.get(None, []):
        init_refusal(fresh)
    return fresh


def test_until_it_is_set_up_every_page_but_health_is_closed(refusing: Flask) -> None:
    client = refusing.test_client()
    for path in (
        "/",
        "/policies",
        "/contact",
        "/login",
        "/desk",
        "/admin/announcements",
        "/nowhere",
    ):
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert "This desk is being set up" in answer.get_data(as_text=True)
        assert "policy publish" not in answer.get_data(as_text=True)
        assert answer.headers["Retry-After"] == "60"
    assert client.post("/language", data={"language": "zh"}).status_code == 503
    assert client.get("/healthz").status_code == 200
    assert "正在配置中" in client.get("/", headers={"Accept-Language": "zh"}).get_data(as_text=True)


def test_the_terminal_is_told_what_blocks_once(
    refusing: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    client = refusing.test_client()
    for _ in range(3):
        client.get("/")
    said = [record for record in caplog.records if record.message == "service_refused"]
    assert len(said) == 2
    assert any("policy publish" in vars(record)["fix"] for record in said)


def test_an_own_policy_and_an_operator_open_the_desk(
    refusing: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("installer.problems._LOOK_AGAIN_SECONDS", 0.0)
    client = refusing.test_client()
    with refusing.app_context():
        policies.load_sample()
    configured(refusing, operator_name="Example", operator_name_zh="示例")
    assert client.get("/policies").status_code == 503
    with refusing.app_context():
        publish_own()
    assert client.get("/policies").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"public_url": "http://support.example.com"},
        {"public_url": "http://localhost", "allowed_hosts": ("support.example.com",)},
    ],
)
def test_a_real_desk_serves_nobody_over_http(refusing: Flask, changes: dict[str, Any]) -> None:
    configured(refusing, operator_name="Example", operator_name_zh="示例", **changes)
    with refusing.app_context():
        publish_own()
        assert [each.code for each in blocking_problems()] == ["http"]
    answer = refusing.test_client().get("/login", headers={"Host": "localhost"})
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers
    result = refusing.test_cli_runner().invoke(args=["check"])
    assert "http" in result.output
    assert "flask setup (an https:// address)" in result.output


@pytest.mark.parametrize(
    "changes", [{"public_url": "https://support.example.com"}, {"public_url": "http://localhost"}]
)
def test_https_or_this_machine_alone_opens_it(refusing: Flask, changes: dict[str, Any]) -> None:
    configured(refusing, operator_name="Example", operator_name_zh="示例", **changes)
    with refusing.app_context():
        publish_own()
        assert blocking_problems() == []
    assert refusing.test_client().get("/policies").status_code == 200
    assert ("http" in codes(refusing)) == changes["public_url"].startswith("http:")


def test_neither_half_opens_it(refusing: Flask) -> None:
    with refusing.app_context():
        publish_own()
    assert refusing.test_client().get("/policies").status_code == 503


def test_a_demo_is_never_closed(refusing: Flask) -> None:
    with refusing.app_context():
        installation.mark(demo=True)
        policies.load_sample()
        assert blocking_problems() == []
    assert refusing.test_client().get("/policies").status_code == 200
