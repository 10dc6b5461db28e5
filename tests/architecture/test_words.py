"""Every word that a person can see exists in both languages."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2"), ("**.sms", "jinja2")]
OPTIONS = {
    pattern: {"extensions": "jinja2.ext.do,jinja2.ext.i18n"}
    for pattern, how in METHODS
    if how == "jinja2"
}
KEYWORDS = {
    "_": None, "gettext": None, "lazy_gettext": None, "_l": None, "N_": None, "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}  # fmt: skip


@cache
def used() -> dict[str, str]:
    """Every message id in code and templates, with one file that uses it."""
    found: dict[str, str] = {}
    for folder in ("support", "templates", "installer", "demo", "running"):
        for name, _line, message, _comments, _context in extract_from_dir(
            ROOT / folder, METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=lambda _path: True
        ):
            found.setdefault(
                message if isinstance(message, str) else message[0], f"{folder}/{name}"
            )
    for name in ("wiring.py", "commands.py"):
        for _line, message, _comments, _context in extract_from_file(
            "python", ROOT / name, keywords=KEYWORDS
        ):
            found.setdefault(str(message), name)
    return found


@cache
def translated() -> dict[str, dict[str, str]]:
    """Every message id of the catalogues with its translation in each catalogue that has one."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for path in (ROOT / "translations").glob("*/zh_Hans_CN/LC_MESSAGES/messages.po"):
        with path.open("rb") as stream:
            catalogue: Catalog = read_po(stream, locale="zh_Hans_CN")
        for message in catalogue:
            if message.id and not message.fuzzy:
                key = message.id if isinstance(message.id, str) else message.id[0]
                words = (
                    message.string
                    if isinstance(message.string, str)
                    else str(next(iter(message.string or [""])))
                )
                found[key][path.parts[-4]] = words
    return found


def test_every_message_has_a_chinese_translation() -> None:
    missing = {
        message: where
        for message, where in used().items()
        if not any(translated().get(message, {}).values())
    }
    assert missing == {}


def test_a_message_has_one_translation_whichever_catalogue_gives_it() -> None:
    split = {
        message: words for message, words in translated().items() if len(set(words.values())) > 1
    }
    assert split == {}


def test_no_catalogue_keeps_words_that_nobody_uses() -> None:
    unused = {
        message: sorted(where) for message, where in translated().items() if message not in used()
    }
    assert unused == {}
