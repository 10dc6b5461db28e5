"""`make logins`: who can sign in to the demo, with the TOTP code of this moment."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pyotp
from rich.console import Console
from rich.table import Table

from support.core.words import N_
from support.core.words import spoken as _

_HEADINGS = (
    N_("role"),
    N_("works at"),
    N_("signs in at"),
    N_("login"),
    N_("password"),
    N_("code"),
)


def table(logins: Mapping[str, Mapping[str, str | None]], now: float) -> Table:
    """Return one row for each role: where it works, how it signs in, its code at `now` (Unix seconds)."""
    left = 30 - int(now) % 30
    result = Table(
        title=_("Demo logins (codes change in %(seconds)s s)", seconds=left), title_justify="left"
    )
    for heading in _HEADINGS:
        result.add_column(_(heading), no_wrap=True)
    for role, each in logins.items():
        secret = each.get("totp_secret")
        code = pyotp.TOTP(secret).at(int(now)) if secret else ""
        result.add_row(role, each["url"], each["login_path"], each["login"], each["password"], code)
    return result


def main() -> int:
    """Print the table of this installation; return the exit status."""
    path = Path(os.environ.get("INSTANCE_DIR", "instance")) / "demo-logins.json"
    if not path.exists():
        words = _("there is no demo yet; `make run` makes one")
        print(f"make logins: {words}", file=sys.stderr)
        return 1
    console = Console()
    if not console.is_terminal:
        console.width = 200
    console.print(table(json.loads(path.read_text("utf-8")), time.time()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
