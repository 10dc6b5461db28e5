"""What is said at a terminal is said in the language that its reader named."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

from support.core.config import ConfigError, load
from support.core.terminal import Command
from support.core.words import N_, named_language, speaking, spoken, terminal_language

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "de_DE.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LANG": "zh"}, "zh"),
        ({"LANG": "C.UTF-8"}, ""),
        ({"LANG": "POSIX"}, ""),
        ({}, ""),
    ],
)
def test_the_first_variable_that_is_set_names_the_language(
    environ: dict[str, str], language: str
) -> None:
    assert named_language(environ) == language


def test_a_language_is_spoken_until_its_block_ends() -> None:
    assert terminal_language() == "en"
    with speaking("zh"):
        assert spoken(N_("The audit trail is whole.")) == "审计日志完好。"
    assert spoken(N_("The audit trail is whole.")) == "The audit trail is whole."


def test_what_no_catalogue_knows_is_said_as_it_is() -> None:
    with speaking("zh"):
        assert spoken("100 %% of %(what)s", what="it") == "100 % of it"
        assert spoken("100 %") == "100 %"
        assert spoken("") == ""


def test_a_settings_error_speaks_the_language_of_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load({"INSTANCE_DIR": str(tmp_path), "TRUSTED_PROXIES": "many"})
    assert str(caught.value) == "trusted_proxies must be a whole number, not 'many'"
    with speaking("zh"):
        assert str(caught.value) == "trusted_proxies 必须是整数，不能是 'many'"


def ours(command: click.Command, *words: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and group of ours below `command`, with the words that call it."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from ours(each, *words, name)
    if isinstance(command, Command):
        yield words, command


def test_the_help_of_every_command_is_there_in_both_languages(app: Flask) -> None:
    runner, commands = app.test_cli_runner(), dict(ours(app.cli))
    assert {("setup",), ("check",), ("admin", "create"), ("audit", "verify")} <= set(commands)
    for words, command in commands.items():
        chinese = runner.invoke(args=[*words, "--lang", "zh", "--help"]).output
        english = runner.invoke(args=[*words, "--help"]).output
        texts = [command.help, *(getattr(each, "help", None) for each in command.params)]
        for text in filter(None, texts):
            assert "".join(text.split()) in "".join(english.split())
            with speaking("zh"):
                assert spoken(text) != text
                assert "".join(spoken(text).split()) in "".join(chinese.split())


def test_the_language_of_one_command_is_not_that_of_the_next(app: Flask) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify", "--lang", "zh"]).output == "审计日志完好。\n"
    assert runner.invoke(args=["audit", "verify"]).output == "The audit trail is whole.\n"
    refused = runner.invoke(args=["admin", "reset-factor", "Nobody", "--yes", "--lang", "zh"])
    assert refused.output == "错误：没有名为 Nobody 的人。\n"
    asked = runner.invoke(args=["admin", "reset-factor", "Ann", "--lang", "zh"], input="n\n")
    assert "是否继续？" in asked.output
    assert asked.exit_code == 1


def python(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Python on this checkout in another environment."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_make_run_and_make_logins_speak_chinese(tmp_path: Path) -> None:
    place = {"LC_ALL": "zh_CN.UTF-8", "INSTANCE_DIR": str(tmp_path)}
    run = python("-m", "running.supervisor", **place, PORT="none")
    assert run.stderr == "make run: PORT= 必须是 1 到 65535 之间的数字，不能是 'none'\n"
    logins = python("-m", "running.logins", **place)
    assert logins.stderr == "make logins: 还没有演示环境；请先运行 `make run`\n"


def test_the_supervisor_can_be_imported_before_anything_is_installed() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import running.supervisor"
    done = python("-I", "-S", "-c", code)
    assert done.returncode == 0, done.stderr


def test_installing_speaks_chinese_without_a_catalogue() -> None:
    done = subprocess.run(
        ["running/install.sh", "nothing"],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "zh_CN.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "make: 未知的安装项：nothing\n")
