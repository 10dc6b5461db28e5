"""A lost account, from a phone to a new password, in real browsers against real processes, on both databases.

Somebody who is locked out files as a guest; the agent asks for a check; the person shows a new mobile, that no
older address can be reached, and a photo with the phrase; a verifier and an approver decide in two browsers. The
owner of the old address stops the first run; the second runs out, and the person sets a new password.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import update

from app import create_app
from support.accounts.models import Code
from support.assurance import service_holds
from support.core.clock import utcnow
from support.core.config import Config
from support.core.db import db, transaction
from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until
from tests.story.steps import code_from_mailbox, photo, press, sign_in_at_desk

FIRST, SECOND = "13900004417", "13900004418"
ACCOUNT, OLD = "老街面馆", "noodle@example.com"
PASSWORD = "four yellow umbrellas"
WROTE = "locked.out@example.net"


def file_as_guest(phone: Page) -> str:
    """File the question and follow it by a code; return the reference."""
    phone.goto("/orders/new/question?topic=access")
    phone.locator("label.tile").first.click()
    phone.locator("[name=subject]").fill("手机和邮箱都用不了了，进不去店铺")
    phone.locator("[name=body]").fill("店铺叫老街面馆，请帮我找回账号。")
    phone.locator("[name=address]").fill(WROTE)
    press(phone, "核对并发送")
    press(phone, "提交工单")
    phone.wait_for_url(re.compile("/receipt$"))
    reference = phone.locator("#reference").inner_text()
    digits = code_from_mailbox(phone, WROTE)
    phone.goto("/follow/code")
    phone.locator("[name=code]").fill(digits)
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(re.compile(f"/orders/{reference}"))
    return reference


def ask_for_check(desk: Page, reference: str) -> None:
    """The agent names the account that the person says is theirs."""
    desk.goto(f"/desk/orders/{reference}")
    desk.get_by_role("link", name="Ask for an identity check").click()
    desk.get_by_label("Member name or whole address").fill(ACCOUNT)
    press(desk, "Send the tasks")
    expect(desk.locator("aside.panels")).to_contain_text("Locked until it is proved")


def show_who(phone: Page, reference: str, mobile: str) -> str:
    """Do every task on the phone, with a new mobile number; return the address of the check."""
    phone.goto(f"/orders/{reference}")
    phone.get_by_role("link", name="前往任务清单").click()
    phone.wait_for_url(re.compile("/checks/"))
    check = phone.url
    phone.get_by_role("link", name="您本人的新联系方式").click()
    phone.locator("[name=address]").fill(mobile)
    press(phone, "^发送验证码$")
    phone.wait_for_url(re.compile("/address/code"))
    code_page = phone.url
    digits = code_from_mailbox(phone, mobile)
    phone.goto(code_page)
    phone.locator("[name=code]").fill(digits)
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(check)
    phone.get_by_role("link", name="账号原有的联系方式").click()
    phone.get_by_role("link", name="我无法完成此步骤").click()
    phone.locator("[name=how][value=lost]").check()
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(check)
    phone.get_by_role("link", name="证件与写有口令的纸张合影").click()
    phone.locator("[name=picture]").set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    phone.locator("[name=consent]").check()
    press(phone, "提交此图片")
    phone.wait_for_url(check)
    press(phone, "提交给核验人员")
    expect(phone.locator("main")).to_contain_text("由两人先后决定")
    return check


def decide(screen: Page, reference: str, pictures: int = 1) -> None:
    """Open each picture with a reason, the last one first, and say that it is them."""
    screen.goto("/desk/checks")
    screen.get_by_role("link", name=reference).click()
    for place in reversed(range(pictures)):
        opens = re.compile("Open the picture|打开图片")
        screen.get_by_role("button", name=opens).nth(place).click()
        picture = screen.locator(".evidence-frame img")
        expect(picture).to_be_visible()
        wait_until(
            lambda: bool(picture.evaluate("image => image.complete && image.naturalWidth > 0")),  # noqa: B023
            seconds=20,
            what="the picture",
        )
    for mark in screen.locator("[name=marks]").all():
        mark.check()
    screen.locator("[name=verdict][value=pass]").check()
    press(screen, "^Decide$|^作出决定$")
    expect(screen.locator("main")).to_contain_text(
        re.compile("Your decision is noted|您的决定已记录")
    )


def link_to_stop(page: Page) -> str:
    """Find the link in the letter to the old address, as its owner reads it at /mailbox."""
    found: list[str] = []

    def arrived() -> bool:
        page.goto("/mailbox")
        to_owner = page.locator("main .card").filter(has_text=OLD)
        if to_owner.count():
            page.goto(str(to_owner.first.locator("a").first.get_attribute("href")))
            found.extend(re.findall(r"/holds/[\w-]+", page.content()))
        return bool(found)

    wait_until(arrived, seconds=60, what="the letter to the old address")
    return found[0]


def test_a_lost_account_is_stopped_by_its_owner_or_given_back_when_nobody_objects(
    phone: Page,
    desk: Page,
    open_screen: Callable[[], Page],
    server: LiveServer,
    bare_database_url: str,
) -> None:
    reference = file_as_guest(phone)
    verifier, approver, owner = open_screen(), open_screen(), open_screen()
    sign_in_at_desk(desk, server)
    sign_in_at_desk(verifier, server, "verifier")
    sign_in_at_desk(approver, server, "approver")

    ask_for_check(desk, reference)
    check = show_who(phone, reference, FIRST)
    decide(verifier, reference)
    decide(approver, reference)
    phone.goto(check)
    expect(phone.locator("main")).to_contain_text("账号所有人中止")
    owner.goto(link_to_stop(owner))
    press(owner, "不是我|It was not me")
    expect(owner.locator("main")).to_contain_text(re.compile("已中止|It is stopped"))

    def stopped() -> bool:
        phone.goto(check)
        return "听取双方说明" in phone.content()

    wait_until(stopped, seconds=60, what="the check is stopped")
    verifier.goto("/desk/checks")
    verifier.get_by_role("link", name=reference).click()
    press(verifier, "Refuse it|拒绝")

    ask_for_check(desk, reference)
    check = show_who(phone, reference, SECOND)
    decide(verifier, reference)
    decide(approver, reference)
    config = Config(instance_dir=server.instance).with_changes(database_url=bare_database_url)
    with create_app(config).app_context():
        service_holds.end_holds(utcnow() + timedelta(hours=73))
        with transaction() as session:  # three days have passed for the limits on codes as well
            session.execute(update(Code).values(created_at=utcnow() - timedelta(hours=73)))
        db.session.remove()
        db.engine.dispose()

    def given_back() -> bool:
        phone.goto(check)
        return "账号已归还给您" in phone.content()

    wait_until(given_back, seconds=60, what="the account is given back")
    phone.get_by_role("link", name="设置新密码").click()
    shown = code_from_mailbox(phone, SECOND)
    phone.goto("/retrieve")
    phone.locator("[name=address]").fill(SECOND)
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(re.compile("/retrieve/code"))
    digits = code_from_mailbox(phone, SECOND, after=shown)
    phone.goto("/retrieve/code")
    phone.locator("[name=code]").fill(digits)
    phone.locator("main form button.primary").first.click()
    phone.locator("[name=password]").fill(PASSWORD)
    phone.locator("[name=password_again]").fill(PASSWORD)
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(lambda url: "/retrieve" not in url)
    phone.goto("/login")
    phone.locator("[name=account]").fill(SECOND)
    phone.locator("[name=password]").fill(PASSWORD)
    phone.locator("main form button.primary").first.click()
    phone.wait_for_url(lambda url: "/login" not in url)
    phone.goto("/account")
    expect(phone.locator("main")).to_contain_text(ACCOUNT)
