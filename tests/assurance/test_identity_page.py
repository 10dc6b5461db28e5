"""`docs/identity.md` says what the table says: it is written from `assurance/policy.py` and compared with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from support.assurance.policy import ACTS, HOLD_LASTS, LADDER, PROOF_LIVES, TOO_NEW, ProofKind

PAGE = Path(__file__).parents[2] / "docs" / "identity.md"


def lasts(span: timedelta) -> str:
    """A time as the page writes it."""
    minutes = span // timedelta(minutes=1)
    return (
        f"{minutes} min"
        if minutes < 120
        else f"{minutes // 60} h"
        if minutes < 7200
        else f"{span.days} days"
    )


def proofs_table() -> str:
    """The proofs and how long each lives."""
    rows = [f"| `{kind}` | {kind.title} | {lasts(PROOF_LIVES[kind])} |" for kind in ProofKind]
    return "\n".join(["| proof | what was shown | lives |", "|---|---|---|", *rows])


def ladder_table() -> str:
    """The lines of the ladder."""
    rows = [
        f"| {level.value} | {level.title} | {' + '.join(f'`{each}`' for each in sorted(line))} |"
        for level, line in LADDER
    ]
    return "\n".join(["| level | which is | proofs |", "|---|---|---|", *rows])


def acts_table() -> str:
    """The protected acts."""
    rows = [
        f"| `{act}` | {rule.title} | {rule.level.value} | {'a check' if rule.by_check else 'the session'} | "
        f"{'unless ' + ', '.join(f'`{each}`' for each in sorted(rule.sure)) if rule.sure else '–'} |"
        for act, rule in ACTS.items()
    ]
    head = f"| act | in words | level | proofs of | waits {lasts(HOLD_LASTS)} |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def test_the_page_about_identity_shows_the_table_that_counts() -> None:
    page = PAGE.read_text("utf-8")
    for table in (proofs_table(), ladder_table(), acts_table()):
        assert table in page, f"docs/identity.md needs:\n\n{table}\n"
    assert f"within the last {lasts(TOO_NEW)}" in page
