"""Mentions are told in places of the stored text, whatever stands in it, and redacting leaves the rest as it was."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from support.erasure.mentions import MARK, Mention, What, find, redact
from tests.erasure.samples import make_identity

WHO = make_identity(
    "张伟", "Zhang Xiaoming", "José O'Neill", member="wei_88", mobiles=("+8613812345678",),
    emails=("zhang.wei@example.com",), organisations=("杭州云集科技有限公司", "Acme Trading Ltd"),
    addresses=("浙江省杭州市西湖区文三路478号1203室", "12 Baker Street, London"),
)  # fmt: skip
VALUES = [
    *WHO.names, WHO.member_name, *WHO.mobiles, *WHO.emails, *WHO.organisations, *WHO.addresses,
    "張偉", "ＺＨＡＮＧ　ＸＩＡＯＭＩＮＧ", "Jose\u0301 O’Neill", "张\u200b伟",
    "138\u200f1234\u200e5678", "wei\u2060_88",
]  # fmt: skip
ANYTHING = st.text(max_size=40)
NEAR_MISSES = st.lists(
    st.sampled_from([*VALUES, " ", "\n", "的", "业", "a", "1", "-", "@", ".", "'", "\u0301", "\u200d", "İ", "ﬃ", "㎏"]),
    max_size=12,
).map("".join)  # fmt: skip


def _bare(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


@given(text=ANYTHING | NEAR_MISSES)
@settings(deadline=None)
def test_mentions_are_in_order_apart_and_within_the_text(text: str) -> None:
    done = 0
    for each in find(text, WHO):
        assert done <= each.start < each.end <= len(text)
        done = each.end


@given(before=ANYTHING, value=st.sampled_from(VALUES), behind=ANYTHING)
@settings(deadline=None)
def test_a_value_on_a_line_of_its_own_is_found_exactly_there(
    before: str, value: str, behind: str
) -> None:
    text = f"{before}\n\n{value}\n\n{behind}"
    start = len(before) + 2
    assert (start, start + len(value)) in {(each.start, each.end) for each in find(text, WHO)}


@given(noise=st.lists(ANYTHING, min_size=1, max_size=4), value=st.sampled_from(VALUES))
@settings(deadline=None)
def test_a_redacted_text_holds_no_whole_value(noise: list[str], value: str) -> None:
    text = f"\n\n{value}\n\n".join(noise)
    left = _bare(redact(text, find(text, WHO)))
    assert [each for each in VALUES if f"\n{_bare(each)}\n" in left] == []


@given(text=ANYTHING | NEAR_MISSES)
@settings(deadline=None)
def test_redacting_keeps_every_sign_that_is_not_mentioned(text: str) -> None:
    mentions = find(text, WHO)
    kept = redact(text, mentions)
    done, parts = 0, []
    for each in mentions:
        parts.append(text[done : each.start])
        done = each.end
    assert kept == MARK.join([*parts, text[done:]])


def test_mentions_that_overlap_have_one_mark() -> None:
    mentions = [Mention(3, 6, What.NAME), Mention(0, 4, What.EMAIL), Mention(8, 9, What.NAME)]
    assert redact("abcdefghij", mentions) == f"{MARK}gh{MARK}j"
    assert redact("nobody", []) == "nobody"


def test_an_accent_that_hangs_on_a_name_goes_with_it() -> None:
    text = "Dear Jose\u0301, from Rene\u0301 O'Neill"
    who = make_identity("Rene O'Neill")
    assert redact(text, find(text, who)) == f"Dear Jose\u0301, from {MARK}"
    alone = "Hi Rene\u0301"
    assert redact(alone, find(alone, who)) == f"Hi {MARK}"


def test_signs_that_unfold_to_several_keep_the_places_right() -> None:
    text = "İİﬃ㎏½ Straße: 张伟，ﬁn"
    assert redact(text, find(text, WHO)) == f"İİﬃ㎏½ Straße: {MARK}，ﬁn"


def test_unseen_signs_inside_a_value_hide_nothing() -> None:
    text = "\u202e张\u200d伟\u202c，\u2067zhang\u00ad.wei@exa\ufeffmple.com\u2069，1\u200b3\u200b8 1234 5678"
    assert redact(text, find(text, WHO)) == f"\u202e{MARK}\u202c，\u2067{MARK}\u2069，{MARK}"


def test_an_identity_of_which_nothing_is_known_is_mentioned_nowhere() -> None:
    assert (
        find(
            "张伟 John 13812345678", make_identity("", " ", "伟", "·", member=" ", mobiles=("12",))
        )
        == []
    )


def test_values_with_signs_of_patterns_are_read_as_they_are() -> None:
    who = make_identity(
        "(John",
        "J*",
        "张[伟",
        member="a.b+c",
        emails=("a+b.*@x.example",),
        addresses=("1 (A) Road+",),
    )
    text = "axb+c abbc, aab.x@x.example, a.b+c, a+b.*@x.example"
    assert redact(text, find(text, who)) == f"axb+c abbc, aab.x@x.example, {MARK}, {MARK}"
