"""`flask setup`, `flask check` and `flask policy publish`, as a person at a terminal has them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from installer.answers import SETTINGS
from installer.problems import all_problems
from support.accounts import queries as accounts
from support.accounts import service_staff, service_training
from support.core import installation
from support.core.actors import SYSTEM, Role
from support.core.clock import utcnow
from support.core.config import load
from support.core.db import db
from support.core.installation import Installation
from support.policies import queries as policies
from support.policies.models import PolicyVersion
from tests.fixtures.mail import SmtpSink
from tests.installer.conftest import configured, write_toml


def run(app: Flask, *words: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=list(words), input=typed)


def settings_file(app: Flask) -> Path:
    return Path(app.instance_path) / "gongdan.toml"


def nothing_was_done(app: Flask) -> bool:
    with app.app_context():
        marks = db.session.execute(select(Installation)).scalars().all()
        return not settings_file(app).exists() and not marks and not accounts.staff()


def test_a_file_of_answers_sets_the_desk_up(fresh: Flask, answers_file: Path) -> None:
    result = run(fresh, "setup", "--file", str(answers_file))
    assert result.exit_code == 0, result.output
    assert load({"INSTANCE_DIR": fresh.instance_path}).operator_name == 'Example "Platform"'
    assert re.search(r"^https://localhost/join/\S+$", result.output, re.MULTILINE)
    with fresh.app_context():
        assert [each.name for each in accounts.staff(Role.ADMIN)] == ["Alice"]
        mark = db.session.execute(select(Installation)).scalar_one()
        assert mark.demo is False
        version = policies.current_version(utcnow())
        assert version is not None
        assert version.sample


def test_the_link_opens_the_desk_to_the_first_administrator(
    fresh: Flask, answers_file: Path
) -> None:
    output = run(fresh, "setup", "--file", str(answers_file)).output
    uid, token = re.findall(r"/join/(\w+)/(\w+)", output)[0]
    with fresh.app_context():
        service_staff.accept_invitation(
            uid, token, password="correct horse battery staple 42", address="127.0.0.1", device=""
        )
        assert accounts.staff(Role.ADMIN)[0].has_password


def test_a_failed_test_writes_nothing_unless_it_is_asked_for(
    fresh: Flask, answers: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "answers.toml"
    write_toml(path, answers | {"smtp_url": ""})
    result = run(fresh, "setup", "--file", str(path))
    assert result.exit_code == 1
    assert "Nothing was written" in result.output
    assert nothing_was_done(fresh)
    assert run(fresh, "setup", "--file", str(path), "--keep-failing").exit_code == 0


@pytest.mark.parametrize(
    "change",
    [
        {"operator_name": ""},
        {"public_url": "http://a.example"},
        {"admin_email": "x"},
        {"extra": "x"},
    ],
)
def test_a_wrong_answer_is_never_kept(
    fresh: Flask, answers: dict[str, Any], tmp_path: Path, change: dict[str, str]
) -> None:
    path = tmp_path / "answers.toml"
    write_toml(path, answers | change)
    assert run(fresh, "setup", "--file", str(path), "--keep-failing").exit_code == 1
    assert nothing_was_done(fresh)


def test_when_the_file_can_not_be_written_nothing_is_done(fresh: Flask, answers_file: Path) -> None:
    settings_file(fresh).mkdir()
    result = run(fresh, "setup", "--file", str(answers_file))
    assert result.exit_code != 0
    settings_file(fresh).rmdir()
    assert nothing_was_done(fresh)


def test_running_it_again_keeps_answers_and_makes_no_second_administrator(
    fresh: Flask, answers: dict[str, Any], answers_file: Path, tmp_path: Path
) -> None:
    run(fresh, "setup", "--file", str(answers_file))
    with fresh.app_context():
        configured(fresh, **vars_of(fresh))
    again = tmp_path / "again.toml"
    write_toml(
        again, {"operator_phone": "95187"} | {k: answers[k] for k in ("admin_name", "admin_email")}
    )
    result = run(fresh, "setup", "--file", str(again))
    assert result.exit_code == 0, result.output
    config = load({"INSTANCE_DIR": fresh.instance_path})
    assert (config.operator_phone, config.operator_name_zh) == ("95187", "示例平台")
    with fresh.app_context():
        assert len(accounts.staff(Role.ADMIN)) == 1


def vars_of(app: Flask) -> dict[str, Any]:
    """The settings that were written, as a restart would read them."""
    written = load({"INSTANCE_DIR": app.instance_path})
    return {name: getattr(written, name) for name in SETTINGS}


def test_a_demo_is_never_made_a_desk(fresh: Flask, answers_file: Path) -> None:
    with fresh.app_context():
        installation.mark(demo=True)
    result = run(fresh, "setup", "--file", str(answers_file))
    assert result.exit_code == 1
    assert "demo" in result.output
    assert not settings_file(fresh).exists()


def test_the_dialogue_asks_again_where_an_answer_is_wrong_and_hides_passwords(
    fresh: Flask, answers: dict[str, Any], smtp_sink: SmtpSink
) -> None:
    host = smtp_sink.url.removeprefix("smtp://")
    typed = [
        *("http://desk.example.com", "https://localhost"),
        "",
        *("Example", "", "Members", "会员部"),
        *("Example", "示例", "", ""),
        *("95187", "Mon-Fri 09:00-18:00", "Asia/Shanghai", "-"),
        "ICP 1, ICP 2",
        *(f"smtp://desk@{host}", "geheim", "support@example.com", "", "y"),
        "",
        *("Alice", "alice@example.com"),
    ]
    result = run(fresh, "setup", "--lang", "en", typed="\n".join(typed) + "\n")
    assert result.exit_code == 0, result.output
    config = load({"INSTANCE_DIR": fresh.instance_path})
    assert config.public_url == "https://localhost"
    assert (config.operator_name_zh, config.operator_department) == ("示例", "Members")
    assert config.filing_numbers == ("ICP 1", "ICP 2")
    assert config.smtp_url == f"smtp://desk:geheim@{host}"
    assert "geheim" not in result.output
    assert result.output.count("of 8") == 8


def test_giving_up_in_the_middle_writes_nothing(fresh: Flask) -> None:
    result = run(fresh, "setup", typed="en\nhttps://localhost\n\nExample\n")
    assert result.exit_code == 1
    assert nothing_was_done(fresh)


def test_the_dialogue_asks_for_the_language_first_where_none_is_named(
    fresh: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = run(fresh, "setup", typed="zh\n").output
    assert chosen.index("语言") < chosen.index("第 1 项，共 8 项")
    assert "of 8" not in chosen
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    named = run(fresh, "setup", typed="").output
    assert "第 1 项，共 8 项" in named
    assert "Language" not in named
    assert "1 of 8" in run(fresh, "setup", "--lang", "en", typed="").output


def test_setting_up_in_chinese_says_every_finding_in_chinese_and_writes_to_the_administrator_so(
    fresh: Flask, answers_file: Path
) -> None:
    result = run(fresh, "setup", "--lang", "zh", "--file", str(answers_file))
    assert result.exit_code == 0, result.output
    said = [line for line in result.output.splitlines() if line and "/join/" not in line]
    assert [line for line in said if not chinese(line)] == []
    with fresh.app_context():
        assert accounts.person(accounts.staff(Role.ADMIN)[0].id).language == "zh"


def test_a_wrong_answer_is_refused_in_chinese(
    fresh: Flask, answers: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "answers.toml"
    write_toml(path, answers | {"public_url": "nowhere", "operator_hours": "always"})
    output = run(fresh, "setup", "--lang", "zh", "--file", str(path)).output
    assert "public_url 的格式应为" in output
    assert "错误：未写入任何设置。" in output
    path.write_text("extra = 1")
    assert (
        "没有名为 extra 的设置项" in run(fresh, "setup", "--lang", "zh", "--file", str(path)).output
    )


def test_check_speaks_chinese_and_gives_each_problem_a_fix(
    fresh: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    result = run(fresh, "check")
    assert result.exit_code == 1
    assert "没有政策文本。" in result.output
    assert "以下角色无人担任：客服" in result.output
    assert "停止服务" in result.output
    with fresh.app_context():
        assert [each.words for each in all_problems() if not chinese(each.words)] == []


def chinese(text: str) -> bool:
    """True when there is a Chinese sign in the text."""
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def test_check_names_each_problem_with_its_fix_and_fails(fresh: Flask) -> None:
    result = run(fresh, "check")
    assert result.exit_code == 1
    assert "There is no policy text." in result.output
    assert "flask policy publish" in result.output
    assert "Pages answer 503" in result.output


@pytest.fixture
def own_policy(tmp_path: Path) -> list[str]:
    """The options that name an own policy in two files."""
    (tmp_path / "en.md").write_text("# Ours", "utf-8")
    (tmp_path / "zh.md").write_text("# 我们的", "utf-8")
    return ["--en", str(tmp_path / "en.md"), "--zh", str(tmp_path / "zh.md")]


def test_an_own_policy_is_published_from_two_files(fresh: Flask, own_policy: list[str]) -> None:
    result = run(fresh, "policy", "publish", "2026-1", *own_policy)
    assert result.exit_code == 0, result.output
    with fresh.app_context():
        version = db.session.execute(select(PolicyVersion)).scalar_one()
        assert (version.label, version.text_zh, version.sample) == ("2026-1", "# 我们的", False)


def test_publishing_the_sample_as_ones_own_is_refused(fresh: Flask, own_policy: list[str]) -> None:
    Path(own_policy[1]).write_text("**SAMPLE TEXT. It shows how", "utf-8")
    result = run(fresh, "policy", "publish", "2026-1", *own_policy)
    assert result.exit_code == 1
    assert "mark of the sample" in result.output
    again = run(fresh, "policy", "publish", "2026-1", *own_policy, "--lang", "zh")
    assert again.output.startswith("错误：")
    assert chinese(again.output.removeprefix("错误："))


def test_a_desk_that_is_set_up_has_nothing_left_to_do(
    fresh: Flask, answers_file: Path, own_policy: list[str], valkey_url: str
) -> None:
    run(fresh, "setup", "--file", str(answers_file))
    run(fresh, "policy", "publish", "2026-1", *own_policy)
    with fresh.app_context():
        more = {"redis_url": valkey_url, "training_required": True}
        configured(fresh, **vars_of(fresh) | more)
        person_id = service_staff.create_staff(
            SYSTEM,
            name="Everybody",
            email="everybody@example.com",
            roles=list(Role),
            password="correct horse battery staple 42",
            totp_secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        )
    untrained = run(fresh, "check").output
    assert "Nobody is: Agent" in untrained, "without a training no role counts"
    with fresh.app_context():
        passed_on = (utcnow() - timedelta(days=1)).date()
        service_training.record_training(SYSTEM, person_id, passed_on=passed_on)
    result = run(fresh, "check")
    assert (
        result.output
        == "Nothing is missing and nothing is unsafe, as far as this command can see.\n"
    )
    assert result.exit_code == 0
