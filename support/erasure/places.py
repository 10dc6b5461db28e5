"""Organisations and postal addresses: the part by which one is known, with or without what people leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from support.erasure.chinese import HAN, is_han
from support.erasure.folding import Folded, fold
from support.erasure.latin import LEFT, RIGHT
from support.erasure.latin_words import PLAIN, WORD_NAMES

_HAN_FORM = re.compile(
    r"(?:\(集团\))?(?:股份有限公司|有限责任公司|有限公司|股份公司|总公司|公司|集团)$"
)
_FORM_WORDS = (
    r"co|company|ltd|limited|inc|incorporated|llc|llp|plc|corp|corporation|gmbh|pte|pty|ag|sa|s\.a|bv|b\.v|nv|n\.v|sarl"
    r"|oy|ab|as|kg|srl|spa"
)
_LATIN_FORM = re.compile(rf"(?:[ ,.]+(?:{_FORM_WORDS})\b\.?)+$")
_TAKEN_FORM = rf"(?:[ ,.]{{1,3}}(?:{_FORM_WORDS})(?!\w)\.?){{0,3}}"
_STOPS = "的了在是和与跟把被给向来去要想会也都您你我他她它说已有于及为不这那到请将就还从对让"
_LONGER_HAN = re.compile(
    rf"(?:\([{HAN}]{{2,4}}\))?(?:(?![{_STOPS}])[{HAN}]){{0,8}}?(?:有限|股份|公司|集团|事务所|研究院|研究所|基金会|协会|分部)"
)
_DIRECT = re.compile("(?:有限)?公司(?!法)")
_CITIES = (
    "北京|上海|广州|深圳|杭州|南京|苏州|成都|重庆|武汉|西安|天津|长沙|郑州|青岛|宁波|无锡|合肥|厦门|福州|济南|大连|沈阳"
    "|昆明|香港|澳门|台湾|中国|东莞|佛山|温州|义乌|哈尔滨|长春|南昌|石家庄|太原|贵阳|南宁|海口|珠海|常州|泉州|嘉兴|绍兴"
)
_LONGER_BEFORE = re.compile(rf"(?:{_CITIES}|[省市区县]|(?<![{HAN}])[新大老小])\)?$")
_SHORTEST_CORE = 3
_LEADS = frozenset(
    [
        "new",
        "global",
        "north",
        "south",
        "east",
        "west",
        "united",
        "american",
        "great",
        "royal",
        "first",
        "national",
        "greater",
    ]
)

_UNIT = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_REGION = re.compile(
    rf"^(?:中国|中华人民共和国)?(?:[{HAN}]{{2,8}}?(?:省|自治区|特别行政区))?(?:[{HAN}]{{1,8}}?(?:市|自治州|地区|盟))?"
    rf"(?:[{HAN}]{{1,8}}?市)?(?:[{HAN}]{{1,6}}?(?:新区|[区县旗]))?"
    rf"(?:[{HAN}]{{1,6}}?(?:街道|镇|乡)(?=.*[路街村]))?"
)
_ROAD = re.compile("[路街巷弄](?!道)")
_HAN_HEAD = re.compile(
    r"^.*?(?:[0-9一二三四五六七八九十百]+-?[0-9]*(?:号|弄)|[0-9]{1,5}(?=$|[,. ]))"
)
_STREETS = (
    ("street", "st"), ("road", "rd"), ("avenue", "ave", "av"), ("lane", "ln"), ("drive", "dr"), ("boulevard", "blvd"),
    ("square", "sq"), ("court", "ct"), ("place", "pl"), ("terrace", "ter"), ("highway", "hwy"), ("close",), ("way",),
    ("crescent", "cres"), ("parkway", "pkwy"), ("gardens", "gdns"), ("row",), ("hill",), ("quay",), ("strasse", "str"),
)  # fmt: skip
_SHORTENED = (
    *_STREETS,
    ("apartment", "apt"), ("building", "bldg"), ("floor", "fl"), ("north", "n"), ("south", "s"), ("east", "e"),
    ("west", "w"), ("suite", "ste"), ("room", "rm"), ("number", "no"),
)  # fmt: skip
_SAME = {word: "(?:" + "|".join(group) + ")" for group in _SHORTENED for word in group}
_STREET_WORDS = frozenset(word for group in _STREETS for word in group)
_MOST_UNITS = 40
_APART = r"[ \n,.()#\-、]{0,3}"


def find_organisation(text: Folded, name: str) -> Iterator[tuple[int, int]]:
    """Yield where the text holds an organisation, with its legal form or without, and not a longer one's name."""
    signs = fold(name).signs.strip()
    yield from (_find_han if any(map(is_han, signs)) else _find_letters)(text, signs)


def _find_han(text: Folded, signs: str) -> Iterator[tuple[int, int]]:
    core = _HAN_FORM.sub("", signs)
    form = signs[len(core) :]
    bodies = [(core, form)] if form else []
    if len(_units(core)) >= _SHORTEST_CORE or not form:
        bodies.append((core, ""))
    city = re.match(rf"\(?(?:{_CITIES})市?\)?", core)
    if form and city and len(_units(short := core[city.end() :])) > _SHORTEST_CORE:
        bodies += [(short, form), (short, "")]
    for body, tail in bodies:
        pattern = re.compile("[ ()]{0,2}".join(_units(body + tail)))
        for match in pattern.finditer(text.signs):
            start, end = match.span()
            before, behind = text.signs[max(0, start - 6) : start], text.signs[end : end + 20]
            if not tail and (direct := _DIRECT.match(behind)):
                end += direct.end()
            elif _LONGER_HAN.match(behind):
                continue
            if not _LONGER_BEFORE.search(before):
                while text.signs[start] in " ()":
                    start += 1
                yield start, end


def _find_letters(text: Folded, signs: str) -> Iterator[tuple[int, int]]:
    core = _LATIN_FORM.sub("", signs)
    words = re.findall(r"[^\W_]+", core)
    if not words or len("".join(words)) < _SHORTEST_CORE:
        return
    body = r"[ \n>.,'&+\-]{0,5}".join(
        "(?:and|&)?" if word == "and" else re.escape(word) for word in words
    )
    pattern = re.compile(f"{LEFT}{body}(?P<form>{_TAKEN_FORM}){RIGHT}")
    for match in pattern.finditer(text.signs):
        start, end = match.span()
        formed = bool(match["form"])
        if (
            not formed
            and len(words) == 1
            and (words[0] in WORD_NAMES or not text.is_capital(start))
        ):
            continue
        if not _longer_letters(text, start, end, formed=formed):
            yield start, end


def _longer_letters(text: Folded, start: int, end: int, *, formed: bool) -> bool:
    """Tell whether capital words beside the find belong to the name, too."""
    shouted = text.is_capital(end - 1) and not formed
    behind = re.match(r"(?:[ \-]| & )([^\W\d_]+)", text.signs[end : end + 30])
    if behind and not formed and not shouted and behind[1].isascii():
        capital = text.is_capital(end + behind.start(1))
        if capital and behind[1] not in PLAIN:
            return True
    if re.match(r"\.[a-z]", text.signs[end : end + 2]) and not text.is_capital(end + 1):
        return True
    before = re.search(r"(?<!\w)([^\W\d_]+)[ \-]$", text.signs[max(0, start - 24) : start])
    if before is None or shouted:
        return False
    place = start - len(before[0]) + before.start(1) - before.start()
    capital = text.is_capital(place) and before[1].isascii()
    opens = re.search(r"(?:^|[.!?:;\n>]) *$", text.signs[max(0, place - 4) : place]) is not None
    return capital and before[1] not in PLAIN and (not opens or before[1] in _LEADS)


def find_address(text: Folded, address: str) -> Iterator[tuple[int, int]]:
    """Yield where the text holds the street of an address, with as much of the rest as stands around it."""
    signs = fold(address).signs.strip()
    for before, street, behind in _parted(signs):
        units, ahead, rest = (_units(part)[:_MOST_UNITS] for part in (street, before, behind))
        if len("".join(units)) < 4:
            continue
        lead = ""
        for unit in ahead:
            lead = rf"(?:{lead}{_unit(unit)}{_APART})?"
        tail = ""
        for unit in reversed(rest):
            tail = rf"(?:{_APART}{_unit(unit)}{tail})?"
        body = _APART.join(map(_unit, units))
        if units[-1] == "号":
            body = _APART.join(map(_unit, units[:-1])) + f"(?:{_APART}号)?"
        yield from (match.span() for match in re.finditer(f"{lead}{body}{tail}", text.signs))


def _units(signs: str) -> list[str]:
    return _UNIT.findall(signs)


def _unit(unit: str) -> str:
    return unit if is_han(unit) else f"{LEFT}{_SAME.get(unit) or re.escape(unit)}{RIGHT}"


def _parted(signs: str) -> Iterator[tuple[str, str, str]]:
    """Yield an address as what stands before its street, the street with its number, and what stands behind."""
    if any(map(is_han, signs)):
        signs = re.sub(r"\s", "", signs)
        region = _REGION.match(signs)
        cut = region.end() if region and region.end() < len(signs) else 0
        cut = 0 if _ROAD.search(signs[:cut]) else cut
        head = _HAN_HEAD.match(signs[cut:])
        end = cut + head.end() if head else len(signs)
        yield signs[:cut], signs[cut:end], signs[end:]
        if any(map(str.isdigit, signs[end:])) and len(signs) - end >= 6:
            yield "", signs[end:], ""
        return
    parts = [part for part in re.split(r"[,\n]+", signs) if part.strip()]
    streets = [place for place, part in enumerate(parts) if _is_street(part)]
    place = streets[0] if streets else 0
    if parts and (streets or any(map(str.isdigit, parts[0])) or len(parts) == 1):
        street = parts[place]
        if place and re.fullmatch(r" *(?:no\.? *)?\d+[a-z]? *", parts[place - 1]):
            parts[place - 1 : place + 1] = ["", parts[place - 1] + " " + street]
            street = parts[place]
        yield " ".join(parts[:place]), street, " ".join(parts[place + 1 :])


def _is_street(part: str) -> bool:
    units = _units(part)
    return bool(set(units[1:]) & _STREET_WORDS) and len(units) >= 2
