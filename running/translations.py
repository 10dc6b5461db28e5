"""Compile every catalogue that changed: `translations/<room>/<locale>/LC_MESSAGES/*.po` to `.mo`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "translations"


def stale(root: Path) -> list[Path]:
    """Return the catalogues whose compiled form is missing or older."""
    return [
        catalogue
        for catalogue in sorted(root.glob("*/*/LC_MESSAGES/*.po"))
        if not (compiled := catalogue.with_suffix(".mo")).exists()
        or compiled.stat().st_mtime < catalogue.stat().st_mtime
    ]


def compile_catalogue(catalogue: Path) -> None:
    """Write the `.mo` beside `catalogue` in one step, so that a running server never reads half a file.

    Raises ValueError naming the message when a translation is malformed or its placeholders differ.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with catalogue.open("rb") as source:
        messages = read_po(source, locale=catalogue.parts[-3], abort_invalid=True)
    for message, errors in messages.check():
        raise ValueError(f"{catalogue}:{message.lineno}: {errors[0]}")
    temporary = catalogue.with_suffix(".mo.new")
    with temporary.open("wb") as target:
        write_mo(target, messages)
    temporary.replace(catalogue.with_suffix(".mo"))


def main() -> int:
    """Compile what is stale; return the exit status."""
    for catalogue in stale(ROOT):
        try:
            compile_catalogue(catalogue)
        except ValueError as error:
            print(f"make translations: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
