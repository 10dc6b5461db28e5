"""A company's name is verified by papers and the amount of a small payment: on a phone in Chinese, by two people."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until
from tests.story.steps import photo, press, sign_in_at_desk
from tests.story.test_lost_account import decide
from tests.story.test_real_name import SEND, sign_in

COMPANY, LICENCE, ACCOUNT = "上海伞业有限公司", "91310101MA1FPX1234", "6222020000001234"


def write_details(phone: Page) -> None:
    """What the licence says."""
    phone.get_by_role("link", name=re.compile("证件上的信息")).click()
    phone.locator("[name=document][value=company_cn]").check()
    phone.locator("[name=name]").fill(COMPANY)
    phone.locator("[name=number]").fill(LICENCE)
    phone.locator("[name=consent]").check()
    phone.locator(SEND).first.click()


def say_account(phone: Page, holder: str) -> None:
    """The company's account, from the list of tasks on."""
    said = {
        "company": COMPANY,
        "licence": LICENCE,
        "region": "上海市",
        "bank": "示例银行浦东支行",
        "holder": holder,
        "number": "6222 0200 0000 1234",
    }
    for name, value in said.items():
        phone.locator(f"[name={name}]").fill(value)
    phone.locator("[name=consent]").check()
    phone.locator(SEND).first.click()


def amount_from_mailbox(phone: Page) -> str:
    """Read the amount as the company's bank would show it."""
    found: list[str] = []

    def arrived() -> bool:
        phone.goto("/mailbox")
        found.extend(re.findall(r"CNY (0\.\d\d)", phone.locator("main").inner_text()))
        return bool(found)

    wait_until(arrived, seconds=60, what="the payment at /mailbox")
    return found[0]


def give_pictures(phone: Page, tasks: str) -> None:
    """Licence and letter."""
    for name in ("营业执照", "授权书"):
        phone.locator("main li, main .task").get_by_role(
            "link", name=re.compile(name)
        ).first.click()
        phone.locator("[name=picture]").set_input_files(
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo()}
        )
        phone.locator("[name=consent]").check()
        press(phone, "提交此图片")
        phone.wait_for_url(tasks)


def test_a_company_shows_its_account_and_its_name_is_verified(
    phone: Page, open_screen: Callable[[], Page], server: LiveServer
) -> None:
    sign_in(phone, server)
    phone.goto("/account/realname")
    phone.locator("button[name=language][value=zh]").first.dispatch_event("click")
    press(phone, "营业执照与授权书")
    phone.wait_for_url(re.compile("/checks/"))
    tasks = phone.url
    write_details(phone)
    phone.wait_for_url(tasks)
    phone.get_by_role("link", name="对公账户打款验证").click()
    say_account(phone, "别的公司")
    expect(phone.locator("main")).to_contain_text("账户名称与企业名称不一致")
    say_account(phone, COMPANY)
    expect(phone.locator("main")).to_contain_text("•••• 1234")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    amount = amount_from_mailbox(phone)
    phone.goto(f"{tasks}/payment")
    phone.locator("[name=amount]").fill("0.01" if amount != "0.01" else "0.02")
    phone.locator(SEND).first.click()
    expect(phone.locator("main")).to_contain_text("金额不正确")
    phone.locator("[name=amount]").fill(amount)
    phone.locator(SEND).first.click()
    phone.wait_for_url(tasks)
    give_pictures(phone, tasks)
    press(phone, "提交给核验人员")
    reference = phone.locator(".order-line .ref").inner_text()

    for role in ("verifier", "approver"):
        screen = open_screen()
        sign_in_at_desk(screen, server, role)
        screen.goto("/desk/checks")
        screen.get_by_role("link", name=reference).click()
        expect(screen.locator("main")).to_contain_text(
            re.compile("confirmed by the person|本人已于")
        )
        expect(screen.locator("main")).not_to_contain_text(ACCOUNT)
        decide(screen, reference, pictures=2)
    phone.goto("/account/realname")
    expect(phone.locator("main")).to_contain_text(COMPANY)
