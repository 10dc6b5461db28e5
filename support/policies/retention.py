"""How long each class of data is kept when nobody asks, as data (PP-7.2, PIPL 19 and 47, `law.md` 3.1).

The months are the operator's to raise, and to lower as far as the law lets them (`Config.retention_*_months`).
A class without a term here makes the nightly run fail before it touches anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from support.core.config import RETENTION_MONTHS, Config
from support.core.keeping import Keeping
from support.core.words import N_
from support.policies.data_classes import Class


@dataclass(frozen=True, slots=True)
class Term:
    """How long a class is kept, and why so long.

    `words` say since when it counts, or, of a class without months, until when it is kept; `why` is the reason, both
    message ids. `basis` is the source of what the law asks for, "" where it asks for nothing. `own` is True where each
    place of the class names its own time. A class `with_account` needs no place that ends by itself.
    """

    words: str
    why: str
    basis: str = ""
    own: bool = False
    with_account: bool = False


_DISPUTES = N_("Disputes, courts and authorities can still ask for it.")

TERMS: MutableMapping[str, Term] = {
    Class.ACCOUNT: Term(
        N_("As long as the account; of a guest, until no work order of theirs is left"),
        N_("Whoever has an account signs in with it; a guest is answered by it."),
        own=True,
    ),
    Class.PROFILE: Term(
        N_("As long as the account"),
        N_("Members write and delete it themselves."),
        with_account=True,
    ),
    Class.SIGN_INS: Term(
        N_("after the sign-in"), N_("The law asks for the log of the network."), "CSL 21(3)"
    ),
    Class.IDENTITY: Term(
        N_("30 days after the end of the check; a verified name, as long as the account"),
        N_("Somebody may contest how a check ended."),
        own=True,
    ),
    Class.ORDERS: Term(N_("after closing"), _DISPUTES, "ECL 31"),
    Class.MESSAGES: Term(
        N_("after sending"), N_("It shows who was told what, and when."), "ECL 31, 62"
    ),
    Class.TRACES: Term(
        N_("Hours to weeks, each for itself"),
        N_("Something begun can be taken up again; then it is of no use."),
        own=True,
    ),
    Class.RIGHTS: Term(N_("after the end of the case"), _DISPUTES, "ECL 31, 62"),
    Class.CONDUCT: Term(N_("after the end of the step"), _DISPUTES, "ECL 31"),
    Class.PENALTIES: Term(N_("after the end of the publication"), _DISPUTES, "ECL 31, 36"),
    Class.CONSENTS: Term(
        N_("after taking it back"), N_("It is evidence that somebody agreed."), "SZ 25, PIPL 56"
    ),
    Class.SHARING: Term(
        N_("after the sharing"), N_("The law asks for a record of who got what."), "NDSR 12"
    ),
}


def months_of(data_class: str, config: Config) -> int:
    """Return for how many months a class is kept; 0 for one whose places have their own times."""
    return (
        int(getattr(config, RETENTION_MONTHS[data_class][0]))
        if data_class in RETENTION_MONTHS
        else 0
    )


def begins(keeping: Keeping, now: datetime, config: Config) -> datetime:
    """Return the moment before which a thing has to be for its time to be over `now`."""
    if keeping.kept is not None:
        return now - keeping.kept
    return months_before(now, months_of(keeping.data_class, config), config.operator_timezone)


def months_before(now: datetime, number: int, zone: str) -> datetime:
    """Return the same time of day `number` months earlier; never a later one, so that nothing ends too early."""
    local = now.astimezone(ZoneInfo(zone))
    index = local.year * 12 + local.month - 1 - number
    year, month = divmod(index, 12)
    for day in range(local.day, 0, -1):
        try:
            return local.replace(year=year, month=month + 1, day=day).astimezone(now.tzinfo)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def uncovered(classes: Iterable[str], keepings: Iterable[Keeping]) -> list[str]:
    """Return the classes that nobody ends: without a term, without months, or with a term that nobody carries out."""
    places: Mapping[str, list[Keeping]] = {each: [] for each in classes}
    lost = []
    for keeping in keepings:
        if keeping.data_class in places:
            places[keeping.data_class].append(keeping)
        else:
            lost.append(keeping.data_class)
    return sorted({*lost, *(each for each, found in places.items() if not _covered(each, found))})


def _covered(data_class: str, places: list[Keeping]) -> bool:
    term = TERMS.get(data_class)
    if term is None:
        return False
    if term.with_account:
        return True
    timed = term.own or data_class in RETENTION_MONTHS
    return (
        bool(places)
        and timed
        and all(each.kept is not None or data_class in RETENTION_MONTHS for each in places)
    )
