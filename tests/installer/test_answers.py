"""What was answered is kept whole, private, and readable by the application."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.answers import (
    QUESTIONS,
    SETTINGS,
    config_with,
    present_answers,
    read_answers,
    with_password,
    without_password,
    write_settings,
)
from support.core.config import Config, ConfigError, load


def read_back(directory: Path) -> Config:
    return load({"INSTANCE_DIR": str(directory)})


def test_there_are_eight_questions_about_settings_that_exist(tmp_path: Path) -> None:
    assert len(QUESTIONS) == 8
    assert set(present_answers(Config(tmp_path))) == set(SETTINGS)


def test_the_application_reads_what_was_written(tmp_path: Path, answers: dict[str, Any]) -> None:
    write_settings(tmp_path, answers)
    assert read_back(tmp_path) == config_with(read_back(tmp_path), answers)
    assert read_back(tmp_path).filing_numbers == ("ICP 00000000", "公安 00000000")
    assert read_back(tmp_path).operator_name == 'Example "Platform"'


def test_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        path = write_settings(tmp_path, {"operator_name": "A"})
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_run_keeps_settings_that_no_question_asks_for(tmp_path: Path) -> None:
    (tmp_path / "gongdan.toml").write_text(
        'trusted_proxies = 1\ndatabase_url = "sqlite:////var/x.db"\noperator_name = "Old"\n'
    )
    write_settings(tmp_path, {"operator_name": "New"})
    config = read_back(tmp_path)
    assert (config.trusted_proxies, config.database_url) == (1, "sqlite:////var/x.db")
    assert config.operator_name == "New"


def test_the_administrator_is_no_setting(tmp_path: Path, answers: dict[str, Any]) -> None:
    written = write_settings(tmp_path, answers).read_text("utf-8")
    assert "alice" not in written.lower()


def test_a_disk_that_fails_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_settings(tmp_path, {"operator_name": "Old"})
    before = path.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_settings(tmp_path, {"operator_name": "New"})
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["gongdan.toml"]


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.text(st.characters(exclude_categories=["Cs"]))),
)
def test_any_text_survives_the_file(
    tmp_path_factory: pytest.TempPathFactory, text: str, items: list[str]
) -> None:
    directory = tmp_path_factory.mktemp("settings")
    path = write_settings(directory, {"operator_name": text, "filing_numbers": items})
    assert tomllib.loads(path.read_text("utf-8")) == {
        "operator_name": text,
        "filing_numbers": items,
    }


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('favourite_colour = "green"', "favourite_colour"),
        ("operator_name = 7", "operator_name must be a text"),
        ('allowed_hosts = "a.example"', "allowed_hosts must be a list"),
        ("operator_name = ", "answers.toml"),
        ('database_url = "sqlite:///x"', "no question is called database_url"),
    ],
)
def test_a_file_with_a_slip_is_refused_by_name(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(line)
    with pytest.raises(ConfigError, match=words):
        read_answers(path)


def test_a_password_is_hidden_on_the_screen_and_escaped_in_the_address() -> None:
    url = with_password("smtps://desk%40x@mail.example.com:465/a?starttls=required", "p/@:ä")
    assert url == "smtps://desk%40x:p%2F%40%3A%C3%A4@mail.example.com:465/a?starttls=required"
    assert without_password(url) == "smtps://desk%40x:***@mail.example.com:465/a?starttls=required"
    assert without_password("smtp://mail.example.com") == "smtp://mail.example.com"
