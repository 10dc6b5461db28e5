"""What no announcement may show of a person: numbers of an ID, telephones, e-mail, where somebody lives (PP-3.3.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from support.core.masking import Secret, mask_secrets
from support.core.text import fold_digits
from support.core.words import N_
from support.policies.public_names import folded, holds

NUMBER = N_("This holds a number of an ID document or a bank card, which is never published.")
PHONE = N_("This holds a telephone number, which is never published.")
MAIL = N_("This holds an e-mail address, which is never published.")
HOME = N_("This looks like the address of a place, which is never published.")
OWN_NAME = N_("This holds the member's own name; a person is named by their role.")

_DASHES = re.compile(r"[‐-―－~～]")
_LONG_NUMBER = re.compile(r"(?<![0-9a-z])(?:\d[ -]?){14,19}[\dx](?![0-9a-z])")
_PHONE = re.compile(
    r"(?<!\d)(?:"
    r"(?:(?:\+|00)?86[ -]?)?1[3-9](?:[ .-]?\d){9}"  # mainland mobiles
    r"|\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}"  # mainland lines
    r"|[48]00[ -]?\d{3}[ -]?\d{4}"
    r"|\+\d{1,3}(?:[ ().-]{0,2}\d){6,13}"
    r")(?!\d)"
)
_MAIL = re.compile(
    r"[^\s@,，。;；:：]\s?(?:@|＠|\[at\]|\(at\))\s?[^\s@]{1,253}?[.。][a-z]{2}", re.IGNORECASE
)
"""Runs are bounded here and below: no text takes longer than its length says."""
_HOME = re.compile(
    r"(?:[路街巷弄村]|大道|胡同|小区)[^，。,.;；\n]{0,12}?\d{1,6}\s?[号弄]"
    r"|\d{1,6}\s?(?:号楼|幢|栋|座|单元|室)"
    r"|\b\d{1,5}[a-z]?,? (?:[a-z.'-]{1,40} ){1,4}"
    r"(?:street|st\.|road|rd\.|avenue|ave\.|lane|boulevard|blvd)(?!\w)"
    r"|\b(?:apartment|apt\.?|flat|suite) ?\d",
    re.IGNORECASE,
)


def refused(text: str, *, own: tuple[str, ...] = ()) -> str | None:
    """Return why `text` can't be published, a message id; None where nothing was found.

    `own` are names that the member bears. A person reads it all the same: what looks like nothing may be something.
    """
    return next(_found(text, own), None)


def holds_own(text: str, own: tuple[str, ...]) -> bool:
    """Tell whether a text holds one of these names, however it is spelt."""
    said = folded(text)
    return any(holds(said, name) for name in own)


def _found(text: str, own: tuple[str, ...]) -> Iterator[str]:
    plain = _DASHES.sub("-", fold_digits(text)).lower()
    secrets = mask_secrets(text).found
    if {Secret.ID_NUMBER, Secret.BANK_CARD} & set(secrets) or _LONG_NUMBER.search(plain):
        yield NUMBER
    if _PHONE.search(plain):
        yield PHONE
    if _MAIL.search(plain):
        yield MAIL
    if _HOME.search(plain):
        yield HOME
    if holds_own(text, own):
        yield OWN_NAME
