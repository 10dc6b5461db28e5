"""Names written in Chinese characters: where a text holds one whole, and neither in a longer name nor in other words.

Nothing parts Chinese words, so the signs around a find decide: what makes a word with the family name from the
left (主张, not 张明), and on the right what ends a given name (张伟业) against words that a sentence goes on with
(张伟 业务).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from support.erasure.folding import Folded
from support.erasure.mention_words import (
    ACTS,
    BLENDS,
    COMPOUND,
    COUNTING,
    ENDS_WORD,
    EVERYDAY,
    GIVEN,
    MAY_SAY,
    MAY_SHOW,
    MEASURES,
    PLACES_NAMED,
    PURE_FAMILY,
    SAYS_NAME,
    SHOWS_NAME,
    WORDS,
)

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_HAN = re.compile(f"[{HAN}]")
_BETWEEN = r"[ ·._*\-]{0,2}"
_LONGEST = 12

_SHOWN = re.compile(rf"(?:{SHOWS_NAME})(?:姓名|名字)?[：:是为 \"“「『《(]{{0,3}}$")
_MAYBE_SHOWN = re.compile(rf"(?:{MAY_SHOW}) ?$")
_SAYS = re.compile(rf" ?(?:{SAYS_NAME})")
_MAY_SAY = re.compile(rf" ?(?:{MAY_SAY})")
_THANKED = re.compile("[感多致答谢]谢$")
_TITLE = re.compile(" ?(?:先生|女士|小姐|老师|同学|太太)")
_PLACE = re.compile(rf" ?(?:{PLACES_NAMED})")
_ADDRESSED = re.compile(r" ?(?:[,:] ?(?:您好|你好|请问)|:|[(:,]? ?1\d{2}|\n|\Z)")


def is_han(sign: str) -> bool:
    """Tell whether the sign is a Chinese character; the empty string is none."""
    return bool(sign) and _HAN.match(sign) is not None


def han_name(name: str) -> HanName | None:
    """Return the finder of a folded name of Chinese characters, None where it is too short to be told."""
    signs = "".join(_HAN.findall(name))
    return HanName(signs) if 2 <= len(signs) <= _LONGEST else None


class HanName:
    """One name of Chinese characters, as it is looked for."""

    def __init__(self, signs: str) -> None:
        self.signs = signs
        self._pattern = re.compile(_BETWEEN.join(signs))
        family = 2 if signs[:2] in COMPOUND and len(signs) > 2 else 1
        self._open = len(signs) - family == 1
        """A given name of one character, which another could follow."""

    def find(self, text: Folded) -> Iterator[tuple[int, int]]:
        """Yield where the folded text holds the name."""
        for match in self._pattern.finditer(text.signs):
            start, end = match.span()
            if self._stands(text.signs, start, end):
                yield start, end

    def _stands(self, signs: str, start: int, end: int) -> bool:
        before, behind = signs[max(0, start - 8) : start], signs[end : end + 8]
        shown = _SHOWN.search(before) is not None
        if _PLACE.match(behind):
            return False
        if self.signs in EVERYDAY and not self._shows(before, behind, shown=shown):
            return False
        titled = _TITLE.match(behind) is not None
        return self._begins(before, certain=shown or titled) and self._ends(behind)

    def _begins(self, before: str, *, certain: bool) -> bool:
        """Tell whether a word or a name of somebody else does not reach into the find from the left."""
        bare = before.rstrip(" ")
        last, family = bare[-1:], self.signs[0]
        if not last or certain:
            return True
        if family in MEASURES and (last in COUNTING or last.isdecimal()) and bare == before:
            return False
        if last in ENDS_WORD.get(family, "") or (
            last == family == "谢" and not _THANKED.search(bare)
        ):
            return False
        if bare != before:
            return True
        if last + family in COMPOUND:
            return False
        return not (
            last in PURE_FAMILY and bare[-2:-1] not in tuple("小老姓") and len(self.signs) < 4
        )

    def _ends(self, behind: str) -> bool:
        """Tell whether the sentence goes on behind the find, and not the name or a word."""
        following = behind[:1]
        if not is_han(following) or not self._open:
            return True
        if following == self.signs[-1]:
            return behind[:2] in WORDS or behind[1:2] in tuple("天年")
        if behind[:2] in ACTS:
            return True
        if behind[:2] in WORDS:
            return self.signs[-1] + following not in BLENDS
        return following not in GIVEN and self.signs[-1] + following not in BLENDS

    def _shows(self, before: str, behind: str, *, shown: bool) -> bool:
        """Tell whether a name that is an everyday word, too, stands where only a name can."""
        if _SAYS.match(behind) or (shown and not is_han(behind[:1])):
            return True
        acts = _MAY_SAY.match(behind) is not None
        if shown or (acts and _MAYBE_SHOWN.search(before) is not None):
            return acts or self.signs[-1] + behind[:1] not in BLENDS
        begins_line = before.strip(" ")[-1:] in ("", "\n", "-", ">")
        return begins_line and _ADDRESSED.match(behind) is not None
