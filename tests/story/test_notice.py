"""A rights holder without an account files fourteen links on a phone, goes on at a desk, is asked for one thing more.

One link is dead and one is not ours. In a real browser against `make run`'s own processes, on both databases.
"""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until
from tests.story.conftest import OpenScreen
from tests.story.steps import code_from_mailbox, photo, press

ADDRESS = "wen@halden.example"
PICTURE: FilePayload = {"name": "证明.jpg", "mimeType": "image/jpeg", "buffer": photo()}
LINKS = [f"https://market.example/item/{1000 + number}" for number in range(12)]


def go_on(page: Page) -> None:
    """Press the button of the question."""
    page.locator("main form button.primary").first.click()


def link_from_mailbox(page: Page) -> str:
    """Follow the mail with the link to go on, as its reader does."""
    mail = page.locator("main").get_by_role("link", name=re.compile("未完成的侵权通知"))

    def arrived() -> bool:
        page.goto("/mailbox")
        return mail.count() > 0

    wait_until(arrived, seconds=60, what="the link at /mailbox")
    mail.first.click()
    found = re.search(r"/notices/resume/[0-9a-f]{32}", page.locator("main").inner_text())
    assert found is not None
    return found[0]


def begin_on_the_phone(phone: Page) -> None:
    """From the start page to the links, in Chinese."""
    phone.goto("/")
    phone.get_by_role("link", name=re.compile("侵权通知")).first.click()
    phone.wait_for_url(re.compile("/notices$"))
    phone.get_by_role("link", name="现在开始").click()
    phone.get_by_role("link", name="您的身份", exact=True).click()
    phone.locator("[name=filer_type][value=holder]").check()
    phone.locator("[name=signer]").fill("温海登")
    phone.locator("[name=reach]").fill(ADDRESS)
    go_on(phone)
    phone.locator("[name=holder_name]").fill("Halden Outdoor AS")
    phone.locator("[name=country]").select_option("NO")
    go_on(phone)
    phone.locator("[name=right_type]").select_option("trademark")
    phone.locator("[name=right_name]").fill("HALDEN")
    phone.locator("[name=right_no]").fill("０１８４４２１９０")
    phone.locator("[name=territory]").select_option("CN")
    go_on(phone)
    phone.locator("input[type=file]").set_input_files(PICTURE)
    expect(phone.locator(".file-list li.ready")).to_have_count(1)
    go_on(phone)
    phone.wait_for_url(re.compile("/listings$"))


def paste_links(phone: Page) -> None:
    """Fourteen lines: one dead, one not ours; the second is corrected, the first left out."""
    lines = [*LINKS, "https://market.example/item/7", "https://elsewhere.example/item/1"]
    phone.locator("[name=links]").fill("\n".join(lines))
    press(phone, "^继续$")
    expect(phone.locator("#wrong")).to_contain_text("有 2 行需改正")
    expect(phone.locator("main")).to_contain_text("通知中有 12 个链接")
    phone.locator("[name=line-13]").fill("")
    phone.locator("[name=line-14]").fill("https://market.example/item/2000")
    press(phone, "重新检查")
    expect(phone.locator("main")).to_contain_text("通知中有 13 个链接")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    press(phone, "保存并返回列表")
    phone.wait_for_url(re.compile("/notices/new$"))


def resume_at_the_desk(phone: Page, desk: Page) -> str:
    """The link from the mailbox opens at another browser after a code, and shows nothing before; return the code."""
    phone.get_by_role("link", name=re.compile("发送链接")).click()
    go_on(phone)
    expect(phone.locator("main")).to_contain_text("链接已发出")
    path = link_from_mailbox(phone)
    desk.goto(path)
    expect(desk.locator("main")).not_to_contain_text("Halden")
    press(desk, "Send me the code")
    desk.wait_for_url(re.compile("/code$"))
    digits = code_from_mailbox(phone, ADDRESS)
    desk.locator("[name=code]").fill(digits)
    go_on(desk)
    desk.wait_for_url(re.compile("/notices/new$"))
    expect(desk.locator("main")).to_contain_text("Halden Outdoor AS")
    expect(desk.locator("main")).to_contain_text("13 links added")
    return digits


def finish_and_send(desk: Page) -> str:
    """The reason, the evidence, the contact, the last look; return the reference."""
    desk.get_by_role("link", name="Why it infringes", exact=True).click()
    desk.locator("[name=explanation]").fill("The same mark on the same goods.")
    go_on(desk)
    desk.wait_for_url(re.compile("/files/evidence$"))
    desk.locator("input[type=file]").set_input_files(PICTURE)
    expect(desk.locator(".file-list li.ready")).to_have_count(1)
    go_on(desk)
    desk.locator("[name=shown_contact]").fill("Lind Legal, Halden")
    go_on(desk)
    desk.goto("/notices/new/check")
    expect(desk.locator("main")).to_contain_text("the number of an ID or a licence")
    desk.get_by_text("What the other side will see").click()
    expect(desk.locator("#preview")).to_contain_text("Lind Legal, Halden")
    expect(desk.locator("#preview")).not_to_contain_text(ADDRESS)
    desk.locator("[name=truth]").check()
    desk.locator("[name=good_faith]").check()
    desk.locator("[name=signature]").fill("温海登")
    press(desk, "Send notice")
    desk.wait_for_url(re.compile("/notices/sent/"))
    return desk.locator("#reference").inner_text()


def follow(phone: Page, desk: Page, reference: str, *, after: str) -> None:
    """Open the notice with a code; the next one to an address goes out a minute after the last."""

    def asked() -> bool:
        desk.goto(f"/follow?reference={reference}")
        desk.locator("[name=address]").fill(ADDRESS)
        go_on(desk)
        return desk.url.endswith("/follow/code")

    wait_until(asked, seconds=90, what="a code to follow the notice")
    desk.locator("[name=code]").fill(code_from_mailbox(phone, ADDRESS, after=after))
    go_on(desk)


def test_a_guest_files_on_a_phone_resumes_at_a_desk_and_supplies_what_was_missing(
    phone: Page, open_screen: OpenScreen, server: LiveServer
) -> None:
    begin_on_the_phone(phone)
    paste_links(phone)
    desk = open_screen()
    used = resume_at_the_desk(phone, desk)
    reference = finish_and_send(desk)
    follow(phone, desk, reference, after=used)
    desk.wait_for_url(re.compile(f"/orders/{reference}"))
    expect(desk.locator("main")).to_contain_text("13 × Notice received")
    desk.get_by_role("link", name="Each link and its outcome").click()
    expect(desk.locator("main")).to_contain_text("Something is missing")
    desk.get_by_role("link", name="Supply it").click()
    desk.locator("[name=holder_id_no]").fill("NO 918273645")
    go_on(desk)
    expect(desk.locator("main")).to_contain_text("We check what you have added")
    expect(desk.locator("main")).not_to_contain_text("Something is missing")
    expect(desk.locator("main")).not_to_contain_text("918273645")
