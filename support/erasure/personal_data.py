"""What this room keeps of people: that they asked, and the proof; no word of theirs."""

from __future__ import annotations

from support.core.holders import NotPersonal

HOLDERS = (
    NotPersonal(
        {
            "erasure": "uid order_id person_id state ground scope region extension remark receipt",
            "erasure_line": "data_class measure reason",
            "erasure_step": "code measure note",
            "erasure_mention": "kind spans blind",
        }
    ),
)
"""The row is the evidence of a deletion under a number alone (SZ 25); a remark is the desk's."""
