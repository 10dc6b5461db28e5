"""The classes of data that are kept of people, and what the law says of each: the retention table as data.

Sources: `PIPL` 47 and 50, `ECL` 24, 31 and 62, `CSL` 21, the Network Data Regulation (`NDSR`) 24 and the Shenzhen
regulation (`SZ`) 25. A class says what happens at its person's request, and how long it is kept when nobody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from support.core.errors import NotFound
from support.core.holders import Measure
from support.core.words import N_


class Class(StrEnum):
    """A class of data; the code stands in decisions, ledger and certificates and never changes."""

    ACCOUNT = "account"
    PROFILE = "profile"
    SIGN_INS = "sign_ins"
    IDENTITY = "identity"
    ORDERS = "orders"
    MESSAGES = "messages"
    TRACES = "traces"
    RIGHTS = "rights"
    CONDUCT = "conduct"
    PENALTIES = "penalties"
    CONSENTS = "consents"
    SHARING = "sharing"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done with a class on request, and why.

    `title` names it, `holds` says what it is; `measure` is what the table proposes on request and `allowed` what may
    be decided instead. `months` is how long something restricted or kept stays, counted from what `Holder.since` finds;
    `basis` is the source of it, "" where nothing has to stay; `reason` says it to the person. All but `basis` are
    message ids.
    """

    title: str
    holds: str
    measure: Measure
    allowed: frozenset[Measure]
    months: int = 0
    basis: str = ""
    reason: str = ""


_GONE = frozenset({Measure.ERASE})
_LOCKED = frozenset({Measure.ERASE, Measure.RESTRICT})

RULES: Mapping[Class, Rule] = {
    Class.ACCOUNT: Rule(
        N_("Account"),
        N_("Member name, addresses, ways to sign in, bound accounts, passkeys."),
        Measure.ERASE,
        _GONE,
    ),
    Class.PROFILE: Rule(
        N_("Basic information"),
        N_("What was written about oneself or a company, and contact persons."),
        Measure.ERASE,
        _GONE,
    ),
    Class.SIGN_INS: Rule(
        N_("Sign-ins and devices"),
        N_("When and from where somebody signed in, with which browser."),
        Measure.RESTRICT,
        _LOCKED,
        months=6,
        basis="CSL 21(3)",
        reason=N_("The law asks every site to keep its network logs for at least six months."),
    ),
    Class.IDENTITY: Rule(
        N_("Identity checks and real names"),
        N_("The verified name, what a check compared, and pictures of documents."),
        Measure.ERASE,
        _GONE,
    ),
    Class.ORDERS: Rule(
        N_("Work orders and what they say"),
        N_("What was written and sent in work orders, with its files."),
        Measure.ANONYMISE,
        frozenset({Measure.ANONYMISE}),
    ),
    Class.MESSAGES: Rule(
        N_("Messages we sent"),
        N_("Which letters and text messages went where, and when."),
        Measure.ERASE,
        _GONE,
    ),
    Class.TRACES: Rule(
        N_("Drafts and traces"),
        N_(
            "Begun forms, search words of the index, codes, kept answers, calls to other systems, comments on proposed "
            "versions of the policy."
        ),
        Measure.ERASE,
        _GONE,
    ),
    Class.RIGHTS: Rule(
        N_("Rights notices and reports"),
        N_("Notices, answers to them, reports of content, and their evidence."),
        Measure.RESTRICT,
        _LOCKED,
        months=36,
        basis="ECL 31, 62",
        reason=N_(
            "Records of how a dispute about goods was handled are kept for three years, as courts and authorities may "
            "ask for them."
        ),
    ),
    Class.CONDUCT: Rule(
        N_("Conduct"),
        N_("Notes, warnings and suspensions, and what was counted for them."),
        Measure.RESTRICT,
        _LOCKED,
        months=36,
        basis="ECL 31",
        reason=N_("What was decided about somebody can be questioned for three years."),
    ),
    Class.PENALTIES: Rule(
        N_("Penalty notices"),
        N_("Published measures under the rules of the platform, and appeals against them."),
        Measure.RESTRICT,
        _LOCKED,
        months=36,
        basis="ECL 36",
        reason=N_(
            "The law asks for the publication of measures; what was published ends on its own date."
        ),
    ),
    Class.CONSENTS: Rule(
        N_("Consents"),
        N_("What was agreed to, when, and in which version; no words of the person."),
        Measure.KEEP,
        frozenset({Measure.KEEP}),
        months=36,
        basis="SZ 25, PIPL 56",
        reason=N_(
            "That you were told and agreed is kept under a number alone, as evidence, for three years."
        ),
    ),
    Class.SHARING: Rule(
        N_("Records of sharing"),
        N_("What was given of somebody, to whom and why; not the data itself."),
        Measure.KEEP,
        frozenset({Measure.KEEP}),
        months=36,
        basis="NDSR 12",
        reason=N_(
            "That something was given, and why, is kept under a number alone for three years, as the law asks."
        ),
    ),
}


def rule_named(code: str) -> Rule:
    """Return the rule of a class; raise `NotFound` for a class that nobody declared."""
    try:
        return RULES[Class(code)]
    except ValueError as error:
        raise NotFound() from error
