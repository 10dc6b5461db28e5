"""Names are found however they are written, and only where they are the whole name of the person."""

from __future__ import annotations

import pytest

from tests.erasure.samples import make_identity, marked

JOHN = make_identity("John Smith")
WEI = make_identity("张伟")


@pytest.mark.parametrize(
    "sample",
    [
        "⟦John Smith⟧ called, ⟦john smith⟧ too; ⟦JOHN SMITH⟧ asked.",
        "⟦Ｊｏｈｎ　Ｓｍｉｔｈ⟧ wrote",
        "this is ⟦John Smith⟧'s order and ⟦John Smith⟧’s parcel",
        "⟦Mr Smith⟧, ⟦Mr. Smith⟧, ⟦Dr Smith⟧ and ⟦mrs smith⟧",
        "⟦J. Smith⟧ / ⟦J Smith⟧ / ⟦Smith, J.⟧ / ⟦Smith, John⟧ / ⟦SMITH John⟧",
        "⟦John A. Smith⟧ signed",
        "> ⟦John\n> Smith⟧ wrote:",
        "请联系⟦John Smith⟧先生，⟦Smith⟧先生很急",
        "@⟦JohnSmith⟧ please",
        "Dear ⟦John⟧, I asked ⟦John⟧ about it. hi ⟦john⟧, thanks",
        "Regards,\n⟦John⟧",
    ],
)
def test_a_name_in_letters_is_found_in_the_forms_people_write(sample: str) -> None:
    assert marked(sample, JOHN) == sample


@pytest.mark.parametrize(
    "text",
    [
        "John Smithson and Johnson",
        "John Doe, John Brown and Elton John",
        "Mary John Smith is somebody else",
        "Mr Smith Jones, John Smith-Jones",
        "A. J. Smith and B. Smith",
        "Smith & Sons, a smith, the john",
        "the John Smith Foundation, John Smith Street",
        "john.smith@elsewhere.example",
        "Mr John Miller, Mr. Miller",
        "John van Dyke",
    ],
)
def test_another_persons_name_in_letters_is_left(text: str) -> None:
    assert marked(text, JOHN) == text


def test_accents_hyphens_and_apostrophes_are_written_or_left_out() -> None:
    jose = "⟦José Müller-García⟧, ⟦Jose Muller Garcia⟧, ⟦Jose Mueller-Garcia⟧, ⟦Jose\u0301 Mu\u0308ller-Garci\u0301a⟧"
    assert marked(jose, make_identity("José Müller-García")) == jose
    brien = "⟦Siobhan OBrien⟧, ⟦SIOBHÁN O’BRIEN⟧, ⟦Ms O'Brien⟧"
    assert marked(brien, make_identity("Siobhán O'Brien")) == brien
    luc = "⟦Jean Luc Picard⟧, ⟦J.-L. Picard⟧, ⟦Picard, Jean-Luc⟧"
    assert marked(luc, make_identity("Jean-Luc Picard")) == luc


def test_a_chinese_name_in_letters_is_known_by_its_family_name_which_may_stand_first() -> None:
    wang = (
        "⟦Wang Xiaoming⟧, ⟦Xiao-Ming Wang⟧, ⟦Xiao Ming Wang⟧, ⟦Mr Wang⟧, ⟦X.M. Wang⟧, ⟦Wang XM⟧, Dear ⟦Xiaoming⟧,"
        " Wang alone, Wang Xiaofang, Ms Wang Fang"
    )
    assert marked(wang, make_identity("Wang Xiaoming")) == wang
    zhang = "⟦Zhang Wei⟧, ⟦WEI ZHANG⟧, ⟦Ms Zhang⟧; Zhang Weimin, Zhang Wei Min, Ms Zhang Li"
    assert marked(zhang, make_identity("Zhang Wei")) == zhang


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("Will Grant", "Will you grant it? The grant will come. will grant. ⟦Will⟧ said so. Ask ⟦Will⟧."),
        ("Mark Grant", "Mark as read. click Mark as Read. ⟦Mark⟧'s refund; does ⟦Mark⟧ know? Mark the order."),
        ("April Chen", "In April we paid. until April; April 5. I told ⟦April⟧ that. Dear ⟦April⟧, ⟦april chen⟧"),
        ("May Lee", "You may. In May. May I? ⟦May Lee⟧ called, ⟦may lee⟧; ⟦Miss Lee⟧"),
        ("Grace Hope", "Grace period. Hope this helps, in the hope of grace. Dear ⟦Grace⟧, ⟦GRACE HOPE⟧"),
        ("Rose White", "prices rose; The White House; a rose. ⟦Rose⟧ bought it; ⟦Ms White⟧; ⟦Rose White⟧"),
    ],
)  # fmt: skip
def test_a_name_of_english_words_needs_a_capital_and_a_place_for_a_name(
    name: str, sample: str
) -> None:
    assert marked(sample, make_identity(name)) == sample


@pytest.mark.parametrize(
    "sample",
    [
        "⟦张伟⟧您好，⟦張偉⟧先生已申請退款",
        "客户⟦张伟⟧表示，已联系⟦张伟⟧；⟦张伟⟧的订单",
        "⟦张 伟⟧、⟦张·伟⟧、⟦张　伟⟧",
        "⟦张\u200b伟⟧和⟦张\u2060伟⟧，\u200f⟦张伟⟧\u200f",
        "⟦张伟⟧建议退款，⟦张伟⟧刚打电话，⟦张伟⟧明天来，⟦张伟⟧业务咨询，⟦张伟⟧国内的号码",
        "经理⟦张伟⟧，主任⟦张伟⟧女士，对⟦张伟⟧说，与⟦张伟⟧沟通",
        "⟦张伟⟧13900000000，Hi⟦张伟⟧,",
    ],
)
def test_a_chinese_name_is_found_where_the_sentence_goes_on_behind_it(sample: str) -> None:
    assert marked(sample, WEI) == sample


@pytest.mark.parametrize(
    "text",
    [
        "张伟业来电，张伟丽投诉，张伟国的订单，张伟伟说",
        "刘张伟说",
        "张先生来电，张女士",
        "这张伟大的照片，主张伟大",
        "张伟律师事务所，张伟有限公司",
        "伟、张",
    ],
)
def test_a_longer_chinese_name_or_a_family_name_with_a_title_is_left(text: str) -> None:
    assert marked(text, WEI) == text


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("张明", "一张明信片，主张明确，扩张明显；⟦张明⟧确认收货"),
        ("高明", "提高明显，高明的做法，最高明；客户⟦高明⟧说，⟦高明⟧您好"),
        ("高峰", "高峰期、早高峰时段；联系人：⟦高峰⟧，⟦高峰⟧先生"),
        ("方明", "对方明确拒绝，双方明天谈；⟦方明⟧提供了发票"),
        ("许可", "未经许可，许可申请；申请人：⟦许可⟧"),
        ("谢娜", "谢谢娜姐；感谢⟦谢娜⟧的回复，谢谢⟦谢娜⟧"),
        ("马光", "司马光说；⟦马光⟧说"),
        ("周杰", "周杰伦的歌，上周杰出员工；⟦周杰⟧反映"),
        ("欧阳娜", "欧阳娜娜；⟦欧阳娜⟧说，⟦歐陽娜⟧"),
        ("王小明", "小明说；⟦王小明⟧明天来，⟦王 小 明⟧女士，⟦王·小明⟧"),
        ("约翰·史密斯", "⟦约翰史密斯⟧和⟦约翰·史密斯⟧先生"),
        ("王大卫 (David Wang)", "⟦王大卫⟧说，⟦David⟧ said, ⟦Mr Wang⟧"),
    ],
)
def test_everyday_words_that_hold_the_signs_of_a_name_are_left(name: str, sample: str) -> None:
    assert marked(sample, make_identity(name)) == sample


def test_names_without_cases_are_names_too() -> None:
    petrov = "⟦Иван Петров⟧, ⟦ПЕТРОВ ИВАН⟧"
    assert marked(petrov, make_identity("Иван Петров")) == petrov
    assert marked("⟦山田太郎⟧さん", make_identity("山田太郎")) == "⟦山田太郎⟧さん"
    assert marked("⟦김민수⟧님", make_identity("김민수")) == "⟦김민수⟧님"
