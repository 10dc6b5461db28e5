"""What an announcement of a penalty says, as one value: typed, checked, sealed, and published as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from support.core.errors import Invalid
from support.core.text import clean_line, clean_text, too_long
from support.core.words import N_
from support.disclosure import policy, redaction

NEEDED = N_("Please fill this in.")
CHOOSE = N_("Please choose at least one.")
TOO_LONG = N_("At most %(most)s characters.")
DAYS = N_("Between 1 and %(most)s days, for a shop that is closed for a time.")

_TEXTS = {
    "rule_en": policy.LONGEST_RULE,
    "rule_zh": policy.LONGEST_RULE,
    "words_en": policy.LONGEST_WORDS,
    "words_zh": policy.LONGEST_WORDS,
}


@dataclass(frozen=True, slots=True)
class Wording:
    """Grounds and measures are codes of `policy`; `days` belongs to a shop that is closed for a time, else 0.

    `name` is an organisation's verified name, or what a person's shop is called, which may be "".
    """

    grounds: tuple[str, ...]
    measures: tuple[str, ...]
    rule_en: str
    rule_zh: str
    words_en: str
    words_zh: str
    name: str = ""
    days: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """What somebody wrote of it, without the name."""
        return self.rule_en, self.rule_zh, self.words_en, self.words_zh

    def dump(self) -> str:
        """Return it as one text, to be sealed."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def facts(self, *, personal: bool) -> dict[str, Any]:
        """Return it as an entry of the public ledger holds it."""
        return {**json.loads(self.dump()), "personal": personal}


def load(said: str | Mapping[str, Any]) -> Wording:
    """Return a wording from its text, or from the facts of an entry."""
    given = json.loads(said) if isinstance(said, str) else said
    known = {one.name: given[one.name] for one in fields(Wording)}
    lists = {name: tuple(known[name]) for name in ("grounds", "measures")}
    return Wording(**(known | lists))


def checked(said: Wording, *, personal: bool, own: tuple[str, ...]) -> Wording:
    """Return the wording tidied; raise `Invalid` for what is missing, too long, or may not be shown.

    Of an organisation the name is its verified one, so nothing that was typed stands there.
    """
    tidy: dict[str, Any] = {}
    for name, most in _TEXTS.items():
        tidy[name] = clean_text(_fit(name, getattr(said, name), most), most)
        if not tidy[name]:
            raise Invalid(name, NEEDED)
    if personal:
        most = policy.LONGEST_NAME
        tidy["name"] = clean_line(_fit("name", said.name, most, line=True), most)
    for name, text in tidy.items():
        if why := redaction.refused(text, own=own):
            raise Invalid(name, why)
    for field, known in (("grounds", policy.GROUNDS), ("measures", policy.MEASURES)):
        chosen = getattr(said, field)
        if not chosen or not set(chosen) <= set(known):
            raise Invalid(field, CHOOSE)
    timed = policy.TIMED in said.measures
    if timed and not 1 <= said.days <= policy.MOST_DAYS:
        raise Invalid("days", DAYS, most=policy.MOST_DAYS)
    return replace(said, **tidy, days=said.days if timed else 0)


def _fit(field: str, text: str, most: int, *, line: bool = False) -> str:
    if too_long(text, most, line=line):
        raise Invalid(field, TOO_LONG, most=most)
    return text
