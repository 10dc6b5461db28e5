"""The main job as people do it, in a real browser against `make run`'s own processes, on both databases.

A member registers on a phone in Chinese with a code from the mailbox and files a question with a photo; the agent
signs in at a desk with a second factor, finds it and replies; the member reads, confirms and rates. A guest does
the same by reference and code.
"""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until
from tests.story.steps import code_from_mailbox, photo, press, sign_in_at_desk

PASSWORD = "three green umbrellas"
SUBJECT = "更换手机号后无法登录"
ANSWER = "We have moved the codes to your new number. Please try again."


def fill_question(page: Page) -> None:
    """Fill the question form with a photo, up to the last look."""
    page.goto("/orders/new/question")
    page.locator("label.tile").first.click()
    page.locator("[name=subject]").fill(SUBJECT)
    page.locator("[name=body]").fill("我上周四更换了手机号，验证码仍发到旧号码。")
    page.locator("input[type=file]").set_input_files(
        {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    expect(page.locator(".file-list li.ready")).to_have_count(1)


def send(page: Page) -> str:
    """Go through the last look and return the reference of the receipt."""
    press(page, "核对并发送")
    page.wait_for_url(re.compile("/check$"))
    expect(page.locator("main")).to_contain_text("照片.jpg")
    press(page, "提交工单")
    page.wait_for_url(re.compile("/receipt$"))
    return page.locator("#reference").inner_text()


def answer_at_the_desk(desk: Page, server: LiveServer, reference: str) -> None:
    """Find the order in the queue, open it, reply and ask to confirm."""
    sign_in_at_desk(desk, server)
    desk.goto("/desk?sort=newest")
    desk.get_by_role("link", name=SUBJECT).first.click()
    desk.wait_for_url(re.compile(f"/desk/orders/{reference}"))
    desk.locator("#reply-body").fill(ANSWER)
    desk.locator("[name=then]").select_option("resolved")
    desk.locator("#reply button.primary").click()
    expect(desk.locator("main")).to_contain_text(ANSWER)


def mails(server: LiveServer) -> list[str]:
    """The mails in `instance/outgoing`."""
    folder: Path = server.instance / "outgoing"
    return [path.read_text("utf-8", "replace") for path in folder.glob("*.eml")]


def test_a_member_registers_asks_is_answered_confirms_and_rates(
    phone: Page, desk: Page, server: LiveServer
) -> None:
    phone.goto("/register")
    phone.locator("[name=where]").last.check()
    phone.locator("[name=address]").fill("yuting@example.org")
    press(phone, "验证码")
    digits = code_from_mailbox(phone, "yuting@example.org")
    phone.goto("/register/code")
    phone.locator("[name=code]").fill(digits)
    phone.locator("main form button").first.click()
    phone.locator("[name=name]").fill("林宇婷")
    phone.locator("[name=password]").fill(PASSWORD)
    phone.locator("[name=password_again]").fill(PASSWORD)
    phone.locator("[name=accept]").check()
    phone.locator("main form button.primary").click()
    phone.wait_for_url(lambda url: "register" not in url)

    fill_question(phone)
    reference = send(phone)
    answer_at_the_desk(desk, server, reference)

    wait_until(
        lambda: any(reference in mail and "yuting@example.org" in mail for mail in mails(server)),
        seconds=60,
        what="the mail in instance/outgoing",
    )
    phone.goto(f"/orders/{reference}")
    expect(phone.locator("main")).to_contain_text(ANSWER)
    phone.locator("[name=comment]").fill("很快，谢谢。")
    press(phone, "已解决")
    expect(phone.locator("main")).to_contain_text("已关闭")

    def delivered() -> bool:
        desk.goto(f"/desk/orders/{reference}")
        return "E-mail to yu•••g@ex•••.org sent" in desk.content()

    wait_until(delivered, seconds=60, what="the delivery on the thread")


def test_a_guest_asks_is_answered_and_confirms_by_reference_and_code(
    phone: Page, desk: Page, server: LiveServer
) -> None:
    fill_question(phone)
    phone.locator("[name=address]").fill("guest@example.org")
    reference = send(phone)
    expect(phone.locator("main")).not_to_contain_text(SUBJECT)
    answer_at_the_desk(desk, server, reference)

    digits = code_from_mailbox(phone, "guest@example.org")
    phone.goto("/follow/code")
    phone.locator("[name=code]").fill(digits)
    phone.locator("main form button").first.click()
    phone.wait_for_url(re.compile(f"/orders/{reference}"))
    expect(phone.locator("main")).to_contain_text(ANSWER)
    press(phone, "已解决")
    expect(phone.locator("main")).to_contain_text("已关闭")
