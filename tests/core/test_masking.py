"""Pasted secrets are hidden from view, and what only looks like one is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from support.core.masking import Secret, mask_email, mask_mobile, mask_secrets
from support.workorders.reference import format_reference

PASSWORD, ID, CARD, CODE = Secret.PASSWORD, Secret.ID_NUMBER, Secret.BANK_CARD, Secret.CODE


@pytest.mark.parametrize(
    ("written", "seen", "kind"),
    [
        ("password: hunter2", "password: ••••••", PASSWORD),
        ("Password is hunter2!", "Password is ••••••!", PASSWORD),
        ("my password is 'letmein'", "my password is '••••••'", PASSWORD),
        ("PWD=x9z please", "PWD=•••••• please", PASSWORD),
        ("password abc12345", "password ••••••", PASSWORD),
        ("changed my password to hunter2", "changed my password to ••••••", PASSWORD),
        ("password wrong(pwd:abcd)", "password wrong(pwd:••••••", PASSWORD),
        ("密码是abc123", "密码是••••••", PASSWORD),
        ("密码：Qwerty!23，请帮忙", "密码：••••••，请帮忙", PASSWORD),
        ("登录密码 abc12345。", "登录密码 ••••••。", PASSWORD),
        ("新密码123456", "新密码••••••", PASSWORD),
        ("口令为 s3cret", "口令为 ••••••", PASSWORD),
        ("ｐａｓｓｗｏｒｄ：ｓｅｃ１２３", "ｐａｓｓｗｏｒｄ：••••••", PASSWORD),
        ("我的身份证11010519491231002X，谢谢", "我的身份证••••2X，谢谢", ID),
        ("ID 110105 19491231 002x.", "ID ••••2x.", ID),
        ("１１０１０５１９４９１２３１００２Ｘ", "••••２Ｘ", ID),
        ("440308199901101512", "••••12", ID),
        ("4111111111111111", "••••1111", CARD),
        ("card 4111-1111-1111-1111,", "card ••••1111,", CARD),
        ("3782 822463 10005", "••••0005", CARD),
        ("卡号6222021234567894吗", "卡号••••7894吗", CARD),
        ("６２２２　０２１２　３４５６　７８９４", "••••７８９４", CARD),
        ("验证码 123456", "验证码 ••••56", CODE),
        ("验证码是 123 456。", "验证码是 ••••56。", CODE),
        ("您的验证码为：８８８８６６，五分钟内有效", "您的验证码为：••••６６，五分钟内有效", CODE),
        ("code 123456", "code ••••56", CODE),
        ("Your one-time code is: 4821", "Your one-time code is: ••••21", CODE),
        ("OTP=482193", "OTP=••••93", CODE),
        ("123456 is your verification code", "••••56 is your verification code", CODE),
        ("654321是我的验证码", "••••21是我的验证码", CODE),
    ],
)
def test_a_secret_is_hidden_and_named(written: str, seen: str, kind: Secret) -> None:
    masked = mask_secrets(written)
    assert masked.text == seen
    assert masked.found == (kind,)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "my password is wrong",
        "The password is not working, please reset it",
        "Password: I forgot it",
        "forgot password WO-26-000123-G5",
        "password: WO-26-000123-G5",
        "password was changed on 2026-11-22",
        "password was reset, call 13800138000",
        "passwords must have 8 characters",
        "密码忘记了",
        "密码是错的",
        "密码错误12次",
        "验证码没收到",
        "验证码123456789",
        "WO-26-000123-K7",
        "+86 138 0013 8000",
        "13800138000 13900139000",
        "0755-12345678",
        "2026-11-22 15:30:00 2026-11-23",
        "20261122153000",
        "code 2026-11-22",
        "¥1,234,567.00",
        "4111111111111111.50",
        "error code 500123",
        "Error code: 404404",
        "zip code 518000",
        "QR code 123456",
        "postcodes 123456",
        "the code WO-26-000123-G5",
        "1732280000000",  # milliseconds
        "4111111111111112",  # Luhn fails
        "411 1111 1111 11111",  # no card is printed in such groups
        "110105194912310021",  # check digit fails
        "110105194913310027",  # no such month
        "order 202611221530012345678",
        "x4111111111111111",
        "41111111111111110000",
    ],
)
def test_what_only_looks_like_a_secret_stays(written: str) -> None:
    assert mask_secrets(written).text == written
    assert mask_secrets(written).found == ()


def test_several_secrets_are_each_hidden_and_named_once_in_order() -> None:
    masked = mask_secrets(
        "4111 1111 1111 1111 4012 8888 8888 1881 and 11010519491231002X, pwd: a1b2c3 and code 123456"
    )
    assert masked.text == "••••1111 ••••1881 and ••••2X, pwd: •••••• and code ••••56"
    assert masked.found == (CARD, ID, PASSWORD, CODE)


def test_the_longer_finding_wins_over_one_inside_it() -> None:
    assert mask_secrets("code 4111 1111 1111 1111").found == (CARD,)
    assert mask_secrets("password: 4111111111111111").text == "password: ••••••"


@given(st.integers(0, 99), st.integers(0, 10**9))
def test_no_reference_is_taken_for_a_secret(year: int, sequence: int) -> None:
    for prefix in ("", "code ", "密码 ", "password: ", "验证码"):
        text = prefix + format_reference(year, sequence)
        assert mask_secrets(text).text == text


@given(st.sampled_from(["4", "62220", "55", "37"]), st.text("0123456789", min_size=15, max_size=15))
def test_every_card_number_is_hidden_however_it_is_grouped(issuer: str, digits: str) -> None:
    length = 15 if issuer == "37" else 16
    body = (issuer + digits)[: length - 1]
    number = body + luhn.calc_check_digit(body)
    grouped = " ".join(number[place : place + 4] for place in range(0, length, 4))
    for written in (number, grouped, grouped.replace(" ", "-")):
        hidden = mask_secrets(f"卡{written}。")
        assert hidden.text == f"卡••••{number[-4:]}。"


@given(st.dates(), st.integers(0, 999))
def test_every_id_number_is_hidden(birth: object, serial: int) -> None:
    born = f"{birth}".replace("-", "")
    body = f"110105{born}{serial:03}"
    number = next((body + last for last in "0123456789X" if ric.is_valid(body + last)), None)
    if number is not None:
        assert mask_secrets(f"ID:{number}").text == f"ID:••••{number[-2:]}"


words = st.sampled_from(
    ["password", "密码", "是", ":", "=", " ", "is", "code", "验证码", "123456", "4111111111111111",
     "11010519491231002X", "hunter2", "'", "，", "•", "１２", "-", "your", "\n", "é"]
)  # fmt: skip


@given(st.one_of(st.lists(words, max_size=25).map("".join), st.text(max_size=60)))
def test_masking_what_is_masked_changes_nothing(written: str) -> None:
    once = mask_secrets(written)
    assert bool(once.found) is (once.text != written)
    again = mask_secrets(once.text)
    assert again.text == once.text


@pytest.mark.parametrize("unit", ["1", "1 ", "1234 ", "password ", "password:", "密码", "code ", "a",
                                  " ", "是", "password is ", "验证码 "])  # fmt: skip
def test_ten_times_the_text_takes_about_ten_times_the_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        begun = time.process_time()
        mask_secrets(text)
        return time.process_time() - begun

    unhurried = max(seconds(20_000) for _ in range(2))
    # quadratic would be 100; below 2 ms the small one is all noise
    assert seconds(200_000) / max(unhurried, 0.002) < 35


@pytest.mark.parametrize("kind", Secret)
def test_every_kind_has_a_title_for_the_warning(kind: Secret) -> None:
    assert kind.title != kind.value


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("simon@example.com", "si•••n@ex•••.com"),
        ("anna@qq.com", "a•••@q•••.com"),
        ("a@mail.example.co.uk", "a•••@ma•••.uk"),
        ("root@localhost", "r•••@lo•••"),
        ('"a@b"@example.com', '"a•••"@ex•••.com'),
        ("no address", "•••"),
        ("@example.com", "•••"),
        ("simon@", "•••"),
        ("", "•••"),
    ],
)
def test_an_address_is_known_by_its_owner_only(address: str, seen: str) -> None:
    assert mask_email(address) == seen


@pytest.mark.parametrize(
    ("number", "seen"),
    [
        ("+8613812341234", "+86 138••••1234"),
        ("13812341234", "+86 138••••1234"),
        ("+86 138 1234 1234", "+86 138••••1234"),
        ("１３８１２３４１２３４", "+86 138••••1234"),
        ("+447911123456", "+44••••3456"),
        ("075512345678", "••••5678"),
        ("12345", "••••"),
        ("", "••••"),
    ],
)
def test_a_mobile_shows_its_ends(number: str, seen: str) -> None:
    assert mask_mobile(number) == seen
