"""Hiding of what people paste and should not: passwords, ID and card numbers, one-time codes.

Text is kept as written and masked on view (`law.md` PP-2.2.7); the writer is warned. Found in English
and Chinese, in full-width too. What only looks alike is left: references, phones, dates, amounts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from stdnum import luhn
from stdnum.cn import ric

from support.core.text import fold_digits
from support.core.words import N_

BULLETS = "••••"
_MANY_BULLETS = "••••••"

# One for one, so that a position in the folded text is the same position in the original. Chinese
# marks between clauses stay, since they end a pasted value and are no part of it.
# Letters become small here too: `str.lower()` changes the length of some.
_WIDE = {0xFF01 + place: 0x21 + place for place in range(94) if chr(0x21 + place) not in ",;?()"}
_WIDE |= {0x3000: 0x20, 0xA0: 0x20}
_WIDE |= {place + letter: 0x61 + letter for place in (ord("A"), ord("Ａ")) for letter in range(26)}

_NOT_IN_WORD = r"(?<![a-z0-9])"
_IS = (
    r"(?:\s{0,3}(?:[:=]|->|→)\s{0,3}"
    r"|\s{1,3}(?:is|was|to)\s{0,3}:?\s{0,3}"
    r"|\s{0,3}(?:是|为|改成|改为)\s{0,3}:?\s{0,3})"
)
_PASSWORD_WORD = (
    rf"(?:{_NOT_IN_WORD}(?:passwords?|passwd|passphrase|passcode|pwd|psw|mima)|密码|口令)"
)
_PASSWORD = re.compile(
    rf"{_PASSWORD_WORD}(?P<is>{_IS}|\s{{0,3}})(?P<quote>[\"'“‘「`]?)(?P<value>[!-~]{{3,128}})"
)
_MAY_HOLD = re.compile(
    r"[\dＡ-Ｚａ-ｚ]|[pP](?:[aA][sS][sS]|[wW][dD]|[sS][wW])|[mM][iI][mM][aA]|密码|口令"
)
_DIGITS = b"0123456789"
_SHORTEST = 4
"""Digits that the shortest secret of digits alone has: a code."""
_MENTIONS_PASSWORD = re.compile("pass|pwd|psw|mima|密码|口令")
_PLAIN_WORD = re.compile(r"[a-z]+[.,;!?)]*")
_CLOSING = "\"'`.,;!?)"
_LOOKS_LIKE_REFERENCE = re.compile(r"wo-?\d{2}-?\d{6,18}-?[0-9a-z]{2}(?![0-9a-z])")
_LOOKS_LIKE_SECRET = re.compile(r"(?=.*[a-z])(?=.*[\d!@#$%^&*_+=?~]).{5,}|\d{6,10}")
_NOT_PASSWORDS = re.compile(
    "and|any|been|but|can|cannot|changed|correct|does|don't|expired|for|forgot|forgotten|from|had|has"
    "|have|hidden|how|incorrect|invalid|lost|missing|must|need|none|not|null|please|required|reset"
    "|same|should|still|the|too|unknown|was|what|when|which|will|with|wrong|you|your"
)

_DIGIT = re.compile("[0-9]")
# Runs of digits with single spaces or dashes between groups; letters on neither side.
_NUMBER = re.compile(r"(?<![a-z0-9])(?<!\d\.)\d(?:[ -]?\d){12,60}x?(?![a-z0-9]|\.\d)")
_GROUP = re.compile(r"\d+x?")
_MAX_GROUPS = 6
_ID_SHAPES = frozenset(
    [(18,), (6, 8, 4), (6, 12), (6, 4, 4, 4), (3, 3, 4, 4, 4), (4, 4, 4, 4, 2), (10, 8), (14, 4)]
)

_CODE_WORD = (
    r"(?:验证码|校验码|动态码|动态密码|短信码|确认码"
    rf"|{_NOT_IN_WORD}(?:(?:verification|security|confirmation|login|sms|2fa|one[- ]time|access)"
    r"\s{1,3}(?:code|pin)|t?otp))"
)
_OTHER_CODE = (
    "area bank bar branch colour color country coupon currency discount dress error exit gift hs item"
    " order pin post postal product promo qr region response sort source status stock swift tax zip"
)
_NOT_OTHER_CODE = "".join(rf"(?<!{word} )(?<!{word}-)" for word in _OTHER_CODE.split())
_CODE = re.compile(
    rf"(?:{_CODE_WORD}|{_NOT_OTHER_CODE}{_NOT_IN_WORD}code)(?:{_IS}|\s{{0,3}})"
    r"(?P<value>\d{3}[ -]\d{3}|\d{4,8})(?![\d/.年月]\d|[-a-z0-9年])"
)
_MENTIONS_CODE = re.compile("code|pin|otp|码")
_CODE_BEFORE = re.compile(
    r"(?<![\d.,:/•-])(?P<value>\d{4,8})\s{0,3}(?:是|为|is|was)\s{0,3}"
    rf"(?:(?:your|my|the|我的|你的|您的)\s{{0,3}})?(?:{_CODE_WORD}|code(?![a-z]))"
)


class Secret(StrEnum):
    """What was found; `title` is a message id for the warning to the writer."""

    PASSWORD = "password"  # noqa: S105  # the name of a kind
    ID_NUMBER = "id_number"
    BANK_CARD = "bank_card"
    CODE = "code"

    @property
    def title(self) -> str:  # type: ignore[override]  # a kind's title, not str.title()
        """A message id."""
        return _TITLES[self]


_TITLES = {
    Secret.PASSWORD: N_("a password"),
    Secret.ID_NUMBER: N_("an ID number"),
    Secret.BANK_CARD: N_("a bank card number"),
    Secret.CODE: N_("a verification code"),
}

# A password shows nothing; an ID number two, since its last four prove identity elsewhere.
_KEPT = {Secret.PASSWORD: 0, Secret.ID_NUMBER: 2, Secret.BANK_CARD: 4, Secret.CODE: 2}


class Masked(NamedTuple):
    """A text with its secrets hidden, and the kinds that were found, each once, in order."""

    text: str
    found: tuple[Secret, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """Where a secret stands in a text, and what it is."""

    start: int
    end: int
    kind: Secret


def mask_secrets(text: str) -> Masked:
    """Return the text with pasted secrets replaced by bullets.

    Passwords vanish, ID numbers and codes keep their last 2, cards their last 4 characters.
    """
    found = find_secrets(text)
    if not found:
        return Masked(text, ())
    found.sort(key=lambda each: (each.start, -each.end))
    parts: list[str] = []
    kinds: list[Secret] = []
    done = 0
    for each in found:
        if each.start < done:
            continue
        kept = _KEPT[each.kind]
        signs = [mark for mark in text[each.start : each.end] if mark.isalnum()]
        hidden = BULLETS + "".join(signs[-kept:]) if kept else _MANY_BULLETS
        parts += [text[done : each.start], hidden]
        kinds.append(each.kind)
        done = each.end
    return Masked("".join([*parts, text[done:]]), tuple(dict.fromkeys(kinds)))


def find_secrets(text: str) -> list[Found]:
    """Return where a text holds secrets; some may overlap."""
    # Most texts hold neither a digit nor the words: asking for that is cheap, folding and the patterns below are not.
    if not _may_hold(text):
        return []
    folded = text.lower() if text.isascii() else fold_digits(text).translate(_WIDE)
    found = _passwords(folded) if _MENTIONS_PASSWORD.search(folded) else []
    if _DIGIT.search(folded):
        found += _numbers(folded)
        found += _codes(folded) if _MENTIONS_CODE.search(folded) else []
    return found


def _may_hold(text: str) -> bool:
    """Tell what `_MAY_HOLD` tells, since a thread has many texts; an ASCII one with three digits holds no number."""
    if not text.isascii():
        return _MAY_HOLD.search(text) is not None
    small = text.lower()
    if "pass" in small or "pwd" in small or "psw" in small or "mima" in small:
        return True
    plain = small.encode()
    return len(plain) - len(plain.translate(None, _DIGITS)) >= _SHORTEST


def _passwords(text: str) -> list[Found]:
    result: list[Found] = []
    match = _PASSWORD.search(text)
    while match is not None:
        said, quoted = match["is"].strip(), bool(match["quote"])
        value = match["value"]
        if quoted or not _is_assigned(said):
            value = value.rstrip(_CLOSING)
        start, following = match.span("value")
        if _is_password(value, said, quoted=quoted):
            result.append(Found(start, start + len(value), Secret.PASSWORD))
        else:
            following = start  # the word refused may itself name a password: wrong(pwd:x1)
        match = _PASSWORD.search(text, following)
    return result


def _is_assigned(said: str) -> bool:
    return any(sign in said for sign in ":=>→")


def _is_password(value: str, said: str, *, quoted: bool) -> bool:
    """Tell a password from the next word of a sentence about passwords."""
    if len(value) < 3 or _LOOKS_LIKE_REFERENCE.match(value):
        return False
    if quoted:
        return True
    if _is_assigned(said) or said.startswith(("是", "为", "改")):
        return _NOT_PASSWORDS.fullmatch(value.rstrip(_CLOSING)) is None
    if said:
        return _PLAIN_WORD.fullmatch(value) is None
    return _LOOKS_LIKE_SECRET.fullmatch(value) is not None


def _numbers(text: str) -> list[Found]:
    """Return ID and card numbers; a run may hold several, parted by single spaces or dashes."""
    result: list[Found] = []
    for match in _NUMBER.finditer(text):
        groups = [group.span() for group in _GROUP.finditer(text, *match.span())]
        done = 0
        for first, (start, _) in enumerate(groups):
            if start < done:
                continue
            for last in range(first, min(first + _MAX_GROUPS, len(groups))):
                kind = _number_kind([text[slice(*span)] for span in groups[first : last + 1]])
                if kind is not None:
                    done = groups[last][1]
                    result.append(Found(start, done, kind))
                    break
    return result


def _number_kind(groups: list[str]) -> Secret | None:
    number, shape = "".join(groups), tuple(map(len, groups))
    if shape in _ID_SHAPES and ric.is_valid(number.upper()):
        return Secret.ID_NUMBER
    if (
        number.isdigit()
        and _is_card_shape(shape)
        and _is_card_number(number)
        and luhn.is_valid(number)
    ):
        return Secret.BANK_CARD
    return None


def _is_card_shape(shape: tuple[int, ...]) -> bool:
    if len(shape) == 1 or shape in ((4, 6, 5), (4, 6, 4), (6, 10), (6, 13)):
        return True
    return all(length == 4 for length in shape[:-1]) and 1 <= shape[-1] <= 4


def _is_card_number(number: str) -> bool:
    """Tell whether length and first digits are a card issuer's: order numbers and times are not."""
    length, two = len(number), number[:2]
    if number[0] == "4":
        return length in (13, 16, 19)
    if "51" <= two <= "55" or "2221" <= number[:4] <= "2720":
        return length == 16
    if two in ("34", "37"):
        return length == 15
    if two in ("30", "36", "38", "39"):
        return length == 14
    if two in ("35", "50", "56", "57", "58", "60", "62", "63", "64", "65", "67", "68", "69", "81"):
        return 16 <= length <= 19
    return number[:5] in ("95588", "95599") and 16 <= length <= 19


def _codes(text: str) -> list[Found]:
    return [
        Found(match.start("value"), match.end("value"), Secret.CODE)
        for pattern in (_CODE, _CODE_BEFORE)
        for match in pattern.finditer(text)
    ]


def mask_email(address: str) -> str:
    """Return an address that its owner recognises and nobody else learns: `si•••n@ex•••.com`."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        return "•••"
    shown = f"{local[:2]}•••{local[-1]}" if len(local) > 4 else f"{local[0]}•••"
    host, _, top = domain.rpartition(".")
    name = host or top
    return f"{shown}@{name[: 2 if len(name) > 3 else 1]}•••" + (f".{top}" if host else "")


def mask_mobile(number: str) -> str:
    """Return a mobile number with its middle hidden: `+86 138••••1234`, `+44••••4567`.

    Eleven digits without a country are taken as mainland China's; fewer than eight show nothing.
    """
    digits = "".join(mark for mark in fold_digits(number) if mark in "0123456789")
    if re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
        return f"+86 {digits[-11:-8]}{BULLETS}{digits[-4:]}"
    if len(digits) < 8:
        return BULLETS
    return f"{'+' + digits[:2] if number.strip()[:1] in '+＋' else ''}{BULLETS}{digits[-4:]}"
