"""What is proposed for each class of data: what may be chosen, and what may not be decided together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from support.core.errors import Invalid
from support.core.holders import Measure
from support.core.words import N_
from support.erasure import execution, queries_plan
from support.erasure.models import Erasure, ErasureLine
from support.erasure.rules import REFUSALS

NO_MEASURE = N_("This can't be done with it: choose one of those offered.")
NEEDS_KEY = N_(
    "The key of the account opens it, and nobody could read it once the account is gone: lock it away, place a legal "
    "hold on it, or keep the account as well."
)
WHY_KEPT = N_("Say why it stays: the person has a right to the reason.")


def line_for(
    row: Erasure,
    each: queries_plan.Planned,
    measures: Mapping[str, str],
    reasons: Mapping[str, str],
) -> ErasureLine:
    """Return what happens to one class: what is wanted of it, or what the table says; raise `Invalid`."""
    code = each.data_class.value
    wanted = measures.get(code, each.measure)
    reason = reasons.get(code, "") or ("" if each.asked else "scope")
    if wanted not in each.choices:
        raise Invalid(code, NO_MEASURE)
    own = each.rule.measure is Measure.KEEP
    if wanted == Measure.KEEP and reason not in REFUSALS and not own:
        raise Invalid(code, WHY_KEPT)
    return ErasureLine(
        erasure_id=row.id,
        data_class=code,
        measure=wanted,
        found=each.found,
        until=each.until if wanted == Measure.RESTRICT else None,
        reason=("law" if own else reason) if wanted == Measure.KEEP else "",
        held=each.held and wanted != Measure.KEEP,
    )


def lost_with_key(person_id: int, lines: Sequence[ErasureLine]) -> str | None:
    """Return a class that would be kept and yet be lost: the account goes, and with it the key that alone opens it.

    Kept means that those who must can read it on the pages where it stands, without an end that nobody decided on; so
    it needs the person's key, and the two are not decided together.
    """
    kept = [line.data_class for line in lines if line.what is Measure.KEEP]
    if not execution.is_whole({line.data_class: line.what for line in lines}):
        return None
    places = queries_plan.holders_by_class()
    keyed = (code for code in kept if any(each.keyed(person_id) for each in places.get(code, [])))
    return next(keyed, None)


def is_refusal(lines: Sequence[ErasureLine]) -> bool:
    """True where all that stands about somebody stays."""
    return bool(lines) and all(line.what is Measure.KEEP for line in lines)
