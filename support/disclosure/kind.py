"""What the public ledger is told of penalties."""

from __future__ import annotations

from support.core.words import N_
from support.disclosure.penalty_pages import rows_of
from support.disclosure.policy import MEASURES
from support.policies.publications import Counting, PublicKind

WHOLE = "notice"
"""What a penalty counts as, beside its measures."""

PENALTY = PublicKind(
    "penalty",
    N_("Penalty notice"),
    "gavel",
    N_(
        "A decision of the platform under its rules. The member was told first and could appeal; it is taken out when "
        "it is overturned or its time is over."
    ),
    rows_of,
    MEASURES,
    counting=Counting(
        N_("Penalty notices, by the month of publication."),
        N_("Measures that penalty notices name, one or several each, in the months shown above."),
        WHOLE,
    ),
)
