"""The corpus is what its labelling rules say, so that an engine may be judged by it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import cast

import pytest

from tests.erasure.corpus import LONGEST, SHORTEST, Text, Thread, threads
from tests.erasure.people import CHINESE, WORDS

KINDS = {"name", "mobile", "email", "address", "member", "organisation"}
TRADITIONAL = {person.traditional: person.name for person in CHINESE + WORDS}
HAN = re.compile(r"[\u4e00-\u9fff]")


@cache
def corpus() -> list[Thread]:
    """One copy for all tests."""
    return threads()


def texts() -> Iterator[tuple[Thread, Text]]:
    """Each text with its thread."""
    return ((thread, text) for thread in corpus() for text in thread.texts)


def spans() -> Iterator[tuple[Thread, Text, str, str]]:
    """Each span: thread, text, what, and what is written there."""
    for thread, text in texts():
        for start, end, what in text.spans:
            yield thread, text, what, text.body[start:end]


def known(thread: Thread, key: str) -> list[str]:
    """The values listed under a key of the identity."""
    value = thread.identity[key]
    return [value] if isinstance(value, str) else cast(list[str], value)


def plain(text: str) -> str:
    """Letters and digits only, without case, accents, width."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in folded if c.isalnum())


def rest_of(text: Text) -> str:
    """The text with spans and traps blanked."""
    body = list(text.body)
    for start, end, _ in text.spans + text.traps:
        body[start:end] = "□" * (end - start)
    return "".join(body)


def is_a_writing_of(name: str, form: str, before: str) -> bool:
    """Whether the rules of the labels call this a form of the name, given what stands before it."""
    squeezed = "".join(form.split())
    if HAN.search(name):
        return TRADITIONAL.get(squeezed, squeezed) == name
    first, last = name.split(" ", 1)
    titled = re.search(r"(?<![A-Za-z])(Mr|Mrs|Ms|Dr)\.? $", before)
    greeted = re.search(r"\b(Hi|Hello|Dear) $", before)
    return plain(form) in (
        [plain(name), plain(last + first), plain(first[0] + last)]
        + ([plain(last)] if titled else [])
        + ([plain(first)] if greeted and len(first) >= 4 else [])
    )


def test_spans_lie_inside_the_text_in_order_and_apart() -> None:
    for _, text in texts():
        at = 0
        for start, end, what in sorted(text.spans + text.traps):
            assert at <= start < end <= len(text.body), text
            assert what, text
            at = end
        assert text.spans == sorted(text.spans)
        assert {what for _, _, what in text.spans} <= KINDS


def test_spans_begin_and_end_on_what_they_take_out() -> None:
    for *_, what, form in spans():
        assert form == form.strip(' \n，。：；、,;:>"“”|'), (what, form)


def test_two_calls_give_the_same() -> None:
    assert threads() == threads()


def test_sizes_are_as_promised() -> None:
    assert len(corpus()) == 200
    assert {len(thread.texts) for thread in corpus()} == set(range(3, 9))
    assert all(SHORTEST <= len(text.body) <= LONGEST for _, text in texts())
    assert sum(1 for _ in spans()) >= 700
    kinds = Counter(what for *_, what, _ in spans())
    assert min(kinds[kind] for kind in KINDS) >= 80


def test_languages_have_their_shares() -> None:
    shares = Counter(thread.language for thread in corpus())
    assert 90 <= shares["zh"] <= 110
    assert 60 <= shares["en"] <= 74
    assert shares["zh"] + shares["en"] + shares["mixed"] == 200
    for thread in corpus():
        written = "".join(text.body for text in thread.texts)
        assert bool(HAN.search(written)) == (thread.language != "en"), thread
        english = re.search(r"\b(the|is|my|you|and|was|for)\b", written)
        assert bool(english) == (thread.language != "zh"), thread


def test_a_third_of_the_texts_holds_nothing_to_take_out() -> None:
    empty = [text for _, text in texts() if not text.spans]
    assert 0.30 <= len(empty) / sum(1 for _ in texts()) <= 0.37
    assert sum(1 for text in empty if text.traps) >= len(empty) / 2


def test_names_that_are_words_are_few() -> None:
    words = sum(1 for thread, _, what, _ in spans() if thread.name_is_a_word and what == "name")
    assert 10 <= words <= 0.03 * sum(1 for _ in spans())


def test_each_name_taken_out_is_a_writing_of_a_listed_name() -> None:
    for thread, text in texts():
        for start, end, what in text.spans:
            if what == "name":
                form, before = text.body[start:end], text.body[:start]
                assert any(is_a_writing_of(n, form, before) for n in known(thread, "names")), form


def test_each_number_taken_out_is_a_listed_mobile() -> None:
    for thread, _, what, form in spans():
        if what == "mobile":
            digits = "".join(c for c in unicodedata.normalize("NFKC", form) if c.isdigit())
            tails = [re.sub(r"^\+(86|44|1)", "", number) for number in known(thread, "mobiles")]
            country = [digits.removesuffix(tail) for tail in tails if digits.endswith(tail)]
            assert set(country) & {"", "0", "86", "0086", "44", "440", "0044", "1"}, form


def test_each_mail_member_and_organisation_taken_out_is_listed() -> None:
    keys = {"email": "emails", "member": "member_name", "organisation": "organisations"}
    for thread, _, what, form in spans():
        if what in keys:
            spoken = re.sub(r"\W?\b(at|dot)\b\W?", "", form) if what == "email" else form
            assert plain(spoken) in map(plain, known(thread, keys[what])), form


def test_each_address_taken_out_has_a_road_and_a_number_of_a_listed_one() -> None:
    whole = {"Rd": "Road", "St": "Street", "Ave": "Avenue", "Ln": "Lane"}
    for thread, _, what, form in spans():
        if what == "address":
            full = re.sub(r"\b(Rd|St|Ave|Ln)\b", lambda found: whole[found.group()], form)
            assert any(plain(full) in plain(known_one) for known_one in known(thread, "addresses"))
            assert re.search(r"\d", unicodedata.normalize("NFKC", form)), form


@pytest.mark.parametrize(
    "key", ["names", "member_name", "mobiles", "emails", "organisations", "addresses"]
)
def test_nothing_listed_stands_outside_spans_and_traps(key: str) -> None:
    for thread, text in texts():
        rest = plain(rest_of(text))
        for value in known(thread, key):
            sought = plain(value)[-8:] if key == "mobiles" else plain(value)
            assert sought not in rest, (value, text)


def test_no_other_form_of_a_name_stands_outside_spans_and_traps() -> None:
    for thread, text in texts():
        rest = rest_of(text)
        for name in known(thread, "names"):
            if HAN.search(name):
                forms = [t for t, simplified in TRADITIONAL.items() if simplified == name]
                assert not any(form in "".join(rest.split()) for form in forms)
            else:
                first, last = (re.escape(part) for part in name.split(" "))
                short = rf"(Mr|Mrs|Ms|Dr)\.? {last}|(Hi|Hello|Dear) {first}|{first[0]}\.? {last}"
                assert not re.search(rf"\b({short}|{last},? {first})", rest, re.IGNORECASE), text


def test_no_trap_is_a_form_that_must_be_taken_out() -> None:
    for thread, text in texts():
        for start, end, why in text.traps:
            form = text.body[start:end]
            if why in ("other name", "shop of another", "near organisation", "near member"):
                listed = [
                    n for k in ("names", "organisations", "member_name") for n in known(thread, k)
                ]
                assert plain(form) not in map(plain, listed), (why, form)
            elif why == "near email":
                assert form not in known(thread, "emails")
            elif why in ("near mobile", "longer number"):
                digits = plain(form)
                tails = [re.sub(r"^\+(86|44|1)", "", n) for n in known(thread, "mobiles")]
                longer = why == "longer number"
                assert longer == any(tail in digits for tail in tails), form
                assert not any(re.fullmatch(rf"(0|0*86|0*44|1)?{tail}", digits) for tail in tails)
            elif why == "near address":
                ends = [re.escape(a) for a in known(thread, "addresses")]
                assert not any(re.search(rf"(?<!\d){end}", form) for end in ends), form
