"""Numbers, addresses and organisations are found in every spelling, and not within longer ones."""

from __future__ import annotations

import pytest

from support.erasure.mentions import What, find
from tests.erasure.samples import make_identity, marked


@pytest.mark.parametrize(
    "sample",
    [
        "⟦13812345678⟧，⟦138-1234-5678⟧，⟦138 1234 5678⟧，⟦138.1234.5678⟧，⟦1 3 8 1 2 3 4 5 6 7 8⟧",
        "⟦+86 138 1234 5678⟧; ⟦008613812345678⟧; ⟦(+86)13812345678⟧; ⟦＋８６ １３８１２３４５６７８⟧",
        "电话⟦１３８１２３４５６７８⟧，①⟦13812345678⟧，13900000000/⟦13812345678⟧",
        "⟦138\u200b1234\u200b5678⟧ and 1.⟦13812345678⟧元",
    ],
)
def test_a_mobile_is_found_with_whatever_parts_its_digits(sample: str) -> None:
    assert marked(sample, make_identity(mobiles=("+8613812345678",))) == sample


@pytest.mark.parametrize(
    "text",
    [
        "913812345678, 138123456789",
        "6222 1381 2345 678, 138 1234 5678 9012",
        "0571-13812345678",
        "+1 13812345678",
        "13812345679, 13812345 67",
    ],
)
def test_digits_of_a_longer_or_another_number_are_left(text: str) -> None:
    assert marked(text, make_identity(mobiles=("13812345678",))) == text


def test_a_number_of_another_country_is_found_as_it_is_dialled_there() -> None:
    sample = "⟦07700 900123⟧, ⟦+44 7700 900 123⟧, ⟦0044 (0)7700-900123⟧, +1 7700900123"
    assert marked(sample, make_identity(mobiles=("+447700900123",))) == sample


def test_an_email_is_found_in_any_case_and_with_its_signs_written_out() -> None:
    sample = (
        "⟦LI.HUA@EXAMPLE.COM⟧, ⟦li.hua(at)example(dot)com⟧, ⟦li.hua [at] example [dot] com⟧, ⟦li.hua at example.com⟧,"
        " ⟦ｌｉ．hua＠example．com⟧. mailto:⟦li.hua@example.com⟧ 发到⟦li.hua@example.com⟧吧，⟦li.hua+x@example.com⟧"
    )
    assert marked(sample, make_identity(emails=("li.hua@example.com",))) == sample


def test_another_email_is_left() -> None:
    text = "xli.hua@example.com, li.hua@example.com.cn, li.hua@example.comm, a.li.hua@example.com, lihua@example.com"
    assert marked(text, make_identity(emails=("li.hua@example.com",))) == text


def test_a_member_name_is_a_whole_word() -> None:
    sample = "⟦LiHua88⟧, lihua888, xlihua88, lihua88@x.example, 会员⟦lihua88⟧的, u/⟦lihua88⟧, lihua88-old"
    assert marked(sample, make_identity(member="lihua88")) == sample
    assert marked("会员⟦快乐小鱼⟧说", make_identity(member="快乐小鱼")) == "会员⟦快乐小鱼⟧说"


def test_a_member_name_that_is_an_english_word_is_found_where_it_is_shown_as_a_name() -> None:
    sample = "a sunny day, @⟦sunny⟧, user ⟦Sunny⟧, 会员⟦sunny⟧"
    assert marked(sample, make_identity(member="Sunny")) == sample


def test_an_organisation_is_found_with_and_without_its_legal_form() -> None:
    han = make_identity(organisations=("杭州云集科技有限公司",))
    sample = "⟦杭州云集科技有限公司⟧的⟦杭州云集科技⟧，⟦杭州云集科技公司⟧，⟦云集科技⟧，⟦杭州雲集科技有限公司⟧"
    assert marked(sample, han) == sample
    acme = make_identity(organisations=("Acme Trading Co., Ltd.",))
    sample = "⟦Acme Trading⟧ is late, ⟦ACME TRADING CO., LTD.⟧ too; ⟦acme trading limited⟧; ⟦Acme Trading⟧'s"
    assert marked(sample, acme) == sample


def test_a_longer_name_is_another_organisation() -> None:
    han = "上海杭州云集科技有限公司，杭州云集科技服务有限公司，上海云集科技有限公司，云集"
    assert marked(han, make_identity(organisations=("杭州云集科技有限公司",))) == han
    acme = "Acme Trading International, New Acme Trading, Acme Tradings, acme"
    assert marked(acme, make_identity(organisations=("Acme Trading Ltd",))) == acme
    orange = "orange juice, ⟦Orange Inc.⟧"
    assert marked(orange, make_identity(organisations=("Orange Inc",))) == orange


def test_an_address_is_found_by_its_street_with_what_stands_around_it() -> None:
    who = make_identity(addresses=("浙江省杭州市西湖区文三路478号华星时代广场A座1203室",))
    sample = (
        "寄到⟦文三路478号⟧，⟦浙江省杭州市西湖区文三路478号华星时代广场A座1203室⟧，⟦西湖区 文三路 ４７８ 號⟧；"
        "杭州市西湖区，文三路，文三路4780号，文三路47号"
    )
    assert marked(sample, who) == sample
    baker = make_identity(addresses=("Flat 3, 12 Baker Street, London NW1 6XE",))
    sample = "⟦12 Baker St., London⟧; ⟦12 BAKER STREET⟧; ⟦Flat 3, 12 Baker Street⟧; 112 Baker Street; London"
    assert marked(sample, baker) == sample


def test_each_mention_says_which_value_it_is_of_and_the_widest_stands() -> None:
    who = make_identity(
        "John Smith", "张伟", member="john_88", mobiles=("13812345678",), emails=("john.smith@example.com",),
        organisations=("John Smith Ltd",), addresses=("12 Baker Street",),
    )  # fmt: skip
    text = "John Smith Ltd, 张伟, john_88, 13812345678, john.smith@example.com, 12 Baker Street"
    assert [(text[each.start : each.end], each.what) for each in find(text, who)] == [
        ("John Smith Ltd", What.ORGANISATION),
        ("张伟", What.NAME),
        ("john_88", What.MEMBER),
        ("13812345678", What.MOBILE),
        ("john.smith@example.com", What.EMAIL),
        ("12 Baker Street", What.ADDRESS),
    ]
    assert len({what.title for what in What}) == len(What)
