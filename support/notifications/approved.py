"""The texts as a provider approves them: which there are, what they say, and under which id each was approved.

`sms-templates.toml` in the instance directory holds the ids, by part of the world, language and message:
`[mainland.zh.notifications]`, `code = "SMS_1"`. `flask sms templates` writes one to be filled in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.core.config import UNREADABLE, Config, ConfigError

FILE = "sms-templates.toml"
MAINLAND, ABROAD = "mainland", "abroad"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Missing:
    """Messages of one part of the world and language that no template is approved for."""

    area: str
    language: str
    messages: tuple[str, ...]


def area_of(number: str) -> str:
    """Return the part of the world of a number; Hong Kong, Macao and Taiwan need the templates of other countries."""
    return MAINLAND if number.startswith("+86") else ABROAD


def areas(config: Config) -> Iterator[str]:
    """Yield the parts of the world to which texts go at all."""
    signs = {MAINLAND: config.sms_sign, ABROAD: config.sms_sign_abroad}
    yield from (area for area, sign in signs.items() if sign)


def template_id(folder: Path, area: str, language: str, message: str) -> str:
    """Return the id under which a message was approved, or ""; raises `ConfigError` where the file can't be read."""
    found: Any = _read(folder)
    for name in (area, language, *message.split(".")):
        found = found.get(name) if isinstance(found, dict) else None
    return found.strip() if isinstance(found, str) else ""


def missing(config: Config, messages: list[str]) -> list[Missing]:
    """Return which of `messages` have no approved template where texts are switched on."""
    return [
        Missing(area, language, lacking)
        for area in areas(config)
        for language in LANGUAGES
        if (
            lacking := tuple(
                each
                for each in messages
                if not template_id(config.instance_dir, area, language, each)
            )
        )
    ]


def _read(folder: Path) -> dict[str, Any]:
    """Read anew each time: it is small, and an id that was approved today holds without a restart."""
    path = folder / FILE
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(UNREADABLE, file=FILE, reason=type(error).__name__) from error
