"""Mobile numbers, e-mail addresses and member names, as people write them in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from support.erasure.chinese import han_name, is_han
from support.erasure.folding import Folded, fold
from support.erasure.latin import LEFT, RIGHT
from support.erasure.latin_words import WORD_NAMES

_GAP = r"[ \-.()/·_,]{0,3}"
_COUNTRIES_TEXT = (
    "852 853 886 86 1 7 20 27 30 31 32 33 34 36 39 40 41 44 45 46 47 48 49 52 55 60 61 62 63 64 65 66 81 82 "
    "84 90 91 92 971 966 353 351 358 420"
)
_COUNTRIES = _COUNTRIES_TEXT.split()
_FOREIGN = re.compile(r"(?:\+|(?<!\d)00)\d{1,3}[ \-()]{0,2}$")
_GROUP_BEFORE = re.compile(r"(?<![\d\-])\d{3,4}[ -]$")
_GROUP_BEHIND = re.compile(r"[ -]\d{3,4}(?![\d年/.:\-])")
_PHONE_GROUPS = re.compile(r"(?<!\d)1\d\d[ -]\d{4}[ -]\d{4}$")
_SHORTEST = 7

_AT = r"(?: {0,2}@ {0,2}| {0,2}[\[({<【] ?(?:at|@|艾特) ?[\])}>】] {0,2}| {1,2}at {1,2}| ?艾特 ?)"
_DOT = r"(?: ?[.。] ?| {0,2}[\[({<【] ?(?:dot|\.|点) ?[\])}>】] {0,2}| {1,2}dot {1,2}| ?点 ?)"
_MAIL = r"[a-z0-9_%+-]"
_ADDRESS = re.compile(r"(?<![a-z0-9._%+-])[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_HANDLE_SHOWN = re.compile(
    r"(?:@|member(?: name)?|user(?:name)?|account|nick(?:name)?|login|handle|seller|buyer|shop|id"
    r"|会员名?|用户名?|账号|昵称|卖家|买家|店铺)"
    r"[ :是为\"'“「]{0,3}$"
)


def other_addresses(text: Folded) -> list[tuple[int, int]]:
    """Return where the text holds e-mail addresses, whosever they are."""
    return [match.span() for match in _ADDRESS.finditer(text.signs)]


def find_mobile(text: Folded, number: str) -> Iterator[tuple[int, int]]:
    """Yield where the text holds a number with whatever between its digits, and not as part of a longer one."""
    for country, national in _readings(number):
        prefix = (
            rf"(?:(?:\+|\(\+?|00)?{_GAP}{_GAP.join(country)}{_GAP}(?:\(0\) ?)?)?" if country else ""
        )
        trunk = "0?" if country != "86" else ""
        pattern = re.compile(rf"(?<!\d){prefix}{trunk}{_GAP.join(national)}(?!\d)")
        for match in pattern.finditer(text.signs):
            start, end = match.span()
            while text.signs[start] in " -.)/·_,":
                start += 1
            if not _in_longer_number(text.signs, start, end):
                yield start, end


def _readings(number: str) -> Iterator[tuple[str, str]]:
    """Yield the country and the rest of a number, in each way in which it may be read."""
    signs = fold(number).signs
    digits = re.sub(r"\D", "", signs)
    outward = signs.lstrip(" (").startswith(("+", "00"))
    digits = digits.removeprefix("00")
    if re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
        yield "86", digits[-11:]
        return
    if len(digits) < _SHORTEST:
        return
    yield "", digits
    if outward:
        for country in _COUNTRIES:
            if digits.startswith(country) and len(digits) - len(country) >= _SHORTEST:
                yield country, digits[len(country) :]
                return
    elif digits.startswith("0"):
        yield "", digits[1:]


def _in_longer_number(signs: str, start: int, end: int) -> bool:
    before, behind = signs[max(0, start - 10) : start], signs[end : end + 6]
    if re.search(r"\d[\-_]$|\d{3}\.$", before) or re.match(r"[\-_.]\d", behind):
        return True
    if _FOREIGN.search(before):
        return True
    number = signs[start:end]
    if re.search(r"\d[ -]\d", number) is None:
        return False
    own = _PHONE_GROUPS.search(number) is not None
    return _GROUP_BEHIND.match(behind) is not None or (
        not own and _GROUP_BEFORE.search(before) is not None
    )


def find_email(text: Folded, address: str) -> Iterator[tuple[int, int]]:
    """Yield where the text holds an address, its signs written out or not, and not as part of a longer one."""
    local, at, domain = fold(address).signs.strip().rpartition("@")
    if not (local and at and domain):
        return
    own, host = (_DOT.join(map(re.escape, part.split("."))) for part in (local, domain))
    pattern = re.compile(rf"{own}(?:\+[a-z0-9._-]{{1,30}})?{_AT}{host}")
    for match in pattern.finditer(text.signs):
        start, end = match.span()
        if re.search(rf"{_MAIL}\.?$", text.signs[max(0, start - 2) : start]):
            continue
        behind = text.signs[end : end + 2]
        if re.match(r"[a-z0-9_]|-[a-z0-9]", behind):
            continue
        if re.match(r"\.[a-z0-9]", behind) and not text.is_capital(end + 1):
            continue
        yield start, end


def find_member(text: Folded, name: str) -> Iterator[tuple[int, int]]:
    """Yield where the text holds a member name as a whole word; an English word only where it is shown as one."""
    signs = fold(name).signs.strip()
    if len(signs) < 2:
        return
    if all(is_han(sign) for sign in signs) and len(signs) <= 3:
        if (finder := han_name(signs)) is not None:
            yield from finder.find(text)
        return
    left = LEFT + r"(?<![_])(?<![a-z0-9][.\-])" if not is_han(signs[0]) else ""
    right = RIGHT + r"(?!_)(?![.\-@][a-z0-9])" if not is_han(signs[-1]) else ""
    common = signs in WORD_NAMES or (signs.isalpha() and signs.isascii() and len(signs) <= 3)
    for match in re.finditer(left + re.escape(signs) + right, text.signs):
        if not common or _HANDLE_SHOWN.search(
            text.signs[max(0, match.start() - 16) : match.start()]
        ):
            yield match.span()
