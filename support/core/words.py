"""Words: marked for translation where they stand, and said in the reader's language at a terminal.

Pages and letters are translated by Flask-Babel, which needs an application. Help, settings errors and `make run`
speak before there is one, so at a terminal the standard library reads the same compiled catalogues. This module
needs nothing else, so that it can be imported before the dependencies are installed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any

CATALOGUES = Path(__file__).resolve().parents[2] / "translations"
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_chosen: ContextVar[str] = ContextVar("terminal_language", default="")


def N_(message: str) -> str:
    """Return `message` unchanged and mark it for translation (gettext's `N_` convention)."""
    return message


def named_language(environ: Mapping[str, str] = os.environ) -> str:
    """Return the terminal's language as somebody named it ("en", "zh"), "" when nobody did.

    A `--lang` comes first, then the first of LC_ALL, LC_MESSAGES and LANG that is set; `C` names no language.
    """
    if chosen := _chosen.get():
        return chosen
    value = next(filter(None, (environ.get(name) for name in _VARIABLES)), "")
    if value.split(".")[0] in ("", "C", "POSIX"):
        return ""
    return "zh" if value.lower().startswith("zh") else "en"


def terminal_language() -> str:
    """Return the language that a terminal is spoken to in; English when nobody named one."""
    return named_language() or "en"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` ("en", "zh") at the terminal inside the block."""
    token = _chosen.set(language)
    try:
        yield
    finally:
        _chosen.reset(token)


def spoken(message: str, **facts: Any) -> str:
    """Return a message id in the terminal's language, its `%(name)s` fields filled with `facts`."""
    if message and terminal_language() == "zh":
        message = _chinese().gettext(message)
    return message % facts if facts else message


@cache
def _chinese() -> NullTranslations:
    """All rooms' catalogues as one; none at all before `make translations`, and then English is spoken."""
    found = NullTranslations()
    for path in sorted(CATALOGUES.glob("*/zh_Hans_CN/LC_MESSAGES/messages.mo")):
        with path.open("rb") as compiled:
            catalogue = GNUTranslations(compiled)
        catalogue.add_fallback(found)
        found = catalogue
    return found
