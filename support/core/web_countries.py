"""Countries and regions to choose from, in the order and the words of the reader's language."""

from __future__ import annotations

import unicodedata

from babel import Locale
from flask_babel import get_locale


def countries() -> list[tuple[str, str]]:
    """Countries and regions in the language of the page; blank is the first choice."""
    territories = (get_locale() or Locale("en")).territories
    named = [
        (code, name) for code, name in territories.items() if len(code) == 2 and code.isalpha()
    ]
    skipped = {"ZZ", "EU", "EZ", "UN", "QO", "XA", "XB"}
    kept = [(code, _STYLED.get(name, name)) for code, name in named if code not in skipped]
    return [("", "–"), *sorted(kept, key=_by_name)]


def country_name(code: str) -> str:
    """Return what a country or region is called in the reader's language, the code itself where it has no name."""
    name = str((get_locale() or Locale("en")).territories.get(code, code))
    return _STYLED.get(name, name)


_FIRST = ("CN", "HK", "MO", "TW")
# CLDR names the other two by the country; one list should not name three regions in two ways.
_STYLED = {"台湾": "中国台湾"}
# The few signs of these names that GB2312 sorts by radical, and a sign of its first level that sounds like each.
_SOUNDS = str.maketrans("斐梵汶珀瑙", "匪范问破闹")


def _by_name(pair: tuple[str, str]) -> tuple[int, bytes]:
    """China's regions first, then by name: Chinese ones by sound, since the first level of GB2312 is in pinyin order.

    GBK keeps that order, and that of ASCII for English names; it has no sign for accents, which are dropped.
    """
    code, name = pair
    first = _FIRST.index(code) if code in _FIRST else len(_FIRST)
    return first, sound_of(name)


def sound_of(name: str) -> bytes:
    """Return what a name is sorted by: a Chinese one by how it sounds."""
    plain = unicodedata.normalize("NFKD", name.translate(_SOUNDS))
    return plain.encode("gbk", "ignore")
