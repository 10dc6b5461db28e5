"""Labelled texts of a support desk, by which the erasure of free text is judged.

A thread is one person to be erased and what others wrote; a span is what must be taken out. The rules of the labels:

 1. Name: every form of a listed name, whole and nothing else: no title, no possessive 's, no quote or bracket around.
 2. Chinese: simplified or traditional, spaces (also ideographic) between the characters. Never a surname alone (张先生,
    小张, 欧阳女士), another name (张伟业), the characters across words (女王芳香系列), the word (请马上给我退款).
 3. Pinyin only if a Latin form is listed: surname first or last, any capitals. Other people's pinyin never.
 4. Western: any capitals, accents or not (also decomposed), ' or ’, hyphen or space; "J. Smith", "J Smith" and
    "Smith, Jonathan" whole; the last name after a title (Mr, Mrs, Ms, Dr, with or without a point); the first name
    after Hi, Hello, Dear if it has four letters or more. Never another person who shares a first or last name, a
    longer name (Smithson, Smith-Jones), nor Will, May, Mark, Grant as common words.
 5. Mobile: any grouping, full-width digits, from the country prefix (+86, 0086, +44 (0), with its own bracket) or the
    trunk 0 to the last digit. Never other numbers sharing digits, nor longer numbers (orders, parcels) holding them.
 6. E-mail: any capitals, full-width ＠, (at), [at], "at example dot com"; without < > and mailto:. Never an address
    with a longer local part or a longer domain, nor another one of the domain.
 7. Address: what is written of it in one piece, if it has at least road and number (also full-width, spaced, "Rd" for
    "Road", over a line end). Never a road alone, another number, a number holding this one, a sister road.
 8. Member: the whole account name, any capitals, without "@". Never a longer account name.
 9. Organisation: a listed name whole, any capitals, either bracket; a personal name inside belongs to it. Never one
    of another trade or city, nor a shop called after the person that is not listed (上海张伟餐厅).
10. Spans never overlap. A first name in mid-sentence and a Chinese given name alone do not occur. `traps` are the
    places (start, end, why) that look like the person and must stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.erasure import sentences_en as en
from tests.erasure import sentences_zh as zh
from tests.erasure.cast import Cast, Piece
from tests.erasure.people import CHINESE, WESTERN, WORDS, Chinese, Western

Person = Chinese | Western

SEED = 20261130
SHORTEST, LONGEST = 30, 400
SLOT = re.compile(r"\{(\w+)\}")

HEADERS = {
    "zh": (
        "发件人：{bare} <{mail}>\n收件人：{stranger} <cs@example.net>\n主题：回复：退货\n\n",
        "---- 原始邮件 ----\n发件人: \"{bare}\" <{mail}>\n主题: 转发: 订单\n\n",
        "在 2026年11月3日，{bare}（{mail}）写道：\n> ",
    ),
    "en": (
        "From: {full} <{mail}>\nTo: support@example.net\nSubject: Re: your parcel\n\n",
        "On Tue, 3 Nov 2026 at 09:12, {full} <{mail}> wrote:\n> ",
        "-----Original Message-----\nFrom: {full} [mailto:{mail}]\nCc: {stranger}\n\n",
    ),
}  # fmt: skip
OTHER_HEADERS = {
    "zh": ("发件人：{other} <{near_email}>\n收件人：cs@example.net\n主题：催发货\n\n",),
    "en": ("From: {other} <{near_email}>\nTo: support@example.net\nSubject: Late order\n\n",),
}
SIGNATURES = {
    "zh": (
        "\n——\n{bare}\n{mobile}\n{address}",
        "\n--\n{bare}｜{org}\n电话：{mobile}",
        "\n此致\n{bare}",
    ),
    "en": (
        "\n-- \n{full}\n{mobile}\n{address}",
        "\n--\n{full} | {org}\n{mobile}",
        "\nBest regards,\n{full}",
    ),
}
FILLERS = {"zh": zh.FILLER, "en": en.FILLER}
NOTES = {"zh": ("【客服备注】", "[通话记录] ", ""), "en": ("[Agent's note] ", "Call log: ", "")}


@dataclass(frozen=True)
class Text:
    """A text; its spans (start, end, what) to take out; its traps (start, end, why) that must stay."""

    body: str
    spans: list[tuple[int, int, str]]
    traps: list[tuple[int, int, str]]


@dataclass(frozen=True)
class Thread:
    """The identity of an erased person and other people's texts; the language is zh, en or mixed."""

    identity: dict[str, Any]
    texts: list[Text]
    language: str
    name_is_a_word: bool


def threads() -> list[Thread]:
    """The same two hundred threads at each call."""
    rng = Random(SEED)
    roles: list[tuple[Person, str, bool]] = [(person, "zh", False) for person in WORDS]
    roles += [(CHINESE[i % len(CHINESE)], "zh", i % 4 == 3) for i in range(92)]
    roles += [(WESTERN[i % len(WESTERN)], "en", False) for i in range(57)]
    roles += [(CHINESE[i * 3 % len(CHINESE)], "en", True) for i in range(10)]
    roles += [(CHINESE[(i * 5 + 1) % len(CHINESE)], "mixed", True) for i in range(20)]
    roles += [(WESTERN[(i * 7 + 2) % len(WESTERN)], "mixed", False) for i in range(13)]
    rng.shuffle(roles)
    return [_thread(rng, person, language, latin) for person, language, latin in roles]


def _thread(rng: Random, person: Person, language: str, latin: bool) -> Thread:
    cast = Cast(rng, person, language=language, latin=latin)
    texts: dict[str, Text] = {}
    wanted = rng.randint(3, 8)
    while len(texts) < wanted:
        text = _text(rng, cast, language, len(texts))
        if SHORTEST <= len(text.body) <= LONGEST:
            texts.setdefault(text.body, text)
    word = isinstance(person, Chinese) and person.is_a_word
    return Thread(cast.identity, list(texts.values()), language, word)


def _text(rng: Random, cast: Cast, language: str, number: int) -> Text:
    """One message, note or mail, in one language or (in a mixed thread) in two."""
    tongue = ("zh", "en")[number % 2] if language == "mixed" else language
    other = (
        ("en" if tongue == "zh" else "zh")
        if language == "mixed" and rng.random() < 0.35
        else tongue
    )
    clean = rng.random() < 0.34
    quoted = rng.random() < 0.2
    said: list[tuple[str, str]] = []
    if not clean:
        said += _some(rng, _able(cast, _hits(cast, tongue)), tongue, (1, 1, 2, 2, 3))
        if other != tongue:
            said += _some(rng, _able(cast, _hits(cast, other)), other, (1,))
    said += _some(
        rng, _able(cast, _traps(cast, other)), other, (0, 1, 2, 2, 3) if clean else (0, 0, 1, 1, 2)
    )
    native = "zh" if isinstance(cast.person, Chinese) else "en"
    if cast.person.phrases and native in (tongue, other) and rng.random() < 0.22:
        said.append((f"!{rng.choice(cast.person.phrases)}", native))
    said += _some(rng, FILLERS[tongue], tongue, (1, 2) if clean else (0, 1, 1))
    rng.shuffle(said)
    before, after, gap = "", "", " " if "en" in (tongue, other) else ""
    if quoted:
        before = rng.choice(("> ", "> ", ">> "))
        gap = f"\n{before}"
    elif not clean and rng.random() < 0.2:
        before = rng.choice(HEADERS[tongue])
    elif clean and rng.random() < 0.2:
        before = rng.choice(OTHER_HEADERS[tongue])
    elif not clean and rng.random() < 0.12:
        after = rng.choice(_able(cast, SIGNATURES[tongue]))
    elif rng.random() < 0.25:
        before = rng.choice(NOTES[tongue])
    one_line = quoted or before.endswith("> ")
    pieces = _pieces(cast, before, tongue, one_line=False)
    for place, (sentence, speech) in enumerate(said):
        pieces += [(gap, "")] * (place > 0) + _pieces(cast, sentence, speech, one_line=one_line)
    return _joined(pieces + _pieces(cast, after, tongue, one_line=False))


def _hits(cast: Cast, tongue: str) -> tuple[str, ...]:
    more = zh.LATIN if tongue == "zh" else en.LATIN
    return (zh.HITS if tongue == "zh" else en.HITS) + (more if cast.latin else ())


def _traps(cast: Cast, tongue: str) -> tuple[str, ...]:
    if tongue == "zh":
        return zh.TRAPS + (() if cast.latin else zh.LATIN)
    return en.TRAPS + en.SHORT_GREETINGS


def _able(cast: Cast, sentences: Iterable[str]) -> tuple[str, ...]:
    """The sentences whose slots this person can fill."""
    lacking = cast.lacks()
    return tuple(s for s in sentences if not lacking.intersection(SLOT.findall(s)))


def _some(
    rng: Random, sentences: tuple[str, ...], tongue: str, counts: tuple[int, ...]
) -> list[tuple[str, str]]:
    return [(sentence, tongue) for sentence in rng.sample(sentences, rng.choice(counts))]


def _pieces(cast: Cast, sentence: str, tongue: str, *, one_line: bool) -> list[Piece]:
    """The sentence with its slots filled; one that begins with "!" is a trap from end to end."""
    if sentence.startswith("!"):
        return [(sentence[1:], "!phrase")]
    if one_line:
        sentence = sentence.replace(",\n", ", ")
    pieces: list[Piece] = []
    for number, part in enumerate(SLOT.split(sentence)):
        pieces += (
            cast.fill(part, language=tongue, one_line=one_line) if number % 2 else [(part, "")]
        )
    return pieces


def _joined(pieces: list[Piece]) -> Text:
    text = Text("".join(part for part, _ in pieces), [], [])
    at = 0
    for part, mark in pieces:
        end = at + len(part)
        if mark.startswith("!"):
            text.traps.append((at, end, mark[1:]))
        elif mark:
            text.spans.append((at, end, mark))
        at = end
    return text
