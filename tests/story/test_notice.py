"""A rights holder without an account files fourteen links on a phone, goes on at a desk, is asked for one thing more.

One link is dead and one is not ours. The seller of two of them contests both; when the waiting period has passed, one
is restored, and one stays down since a court's receipt came; all of it is published without a name. In real browsers
against `make run`'s own processes, on both databases; the clerk decides by the verbs.
"""

from __future__ import annotations

import re

from playwright.sync_api import FilePayload, Page, expect

from tests.fixtures.live import LiveServer
from tests.fixtures.servers import wait_until
from tests.story.conftest import OpenScreen
from tests.story.office import Office
from tests.story.steps import code_from_mailbox, photo, press

ADDRESS = "wen@halden.example"
PICTURE: FilePayload = {"name": "证明.jpg", "mimeType": "image/jpeg", "buffer": photo()}
SELLER, FIRST, SECOND = "shop2@shops.example", 2, 12
"""Who answers for two of the links, and their numbers."""
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


def open_the_letter(phone: Page, seller: Page) -> None:
    """The seller follows the letter at /mailbox; three looks change nothing, a code opens the page."""
    mail = (
        phone.locator("main li, main article, main .card")
        .filter(has_text=SELLER)
        .get_by_role("link")
    )

    def arrived() -> bool:
        phone.goto("/mailbox")
        return mail.count() > 0

    wait_until(arrived, seconds=60, what="the letter to the seller")
    mail.first.click()
    found = re.search(r"/notices/answers/[0-9a-f]{32}/open", phone.locator("main").inner_text())
    assert found is not None
    for _look in range(3):
        seller.goto(found[0])
    expect(seller.locator("main")).not_to_contain_text("Halden")
    go_on(seller)
    seller.wait_for_url(re.compile("/code$"))
    seller.locator("[name=code]").fill(code_from_mailbox(phone, SELLER))
    go_on(seller)
    expect(seller.locator("main")).to_contain_text("Halden Outdoor AS")
    expect(seller.locator("main")).not_to_contain_text(ADDRESS)
    expect(seller.locator("main")).not_to_contain_text("918273645")


def contest_both(seller: Page) -> None:
    """Each link is contested, with evidence; the look shows what the holder will see."""
    seller.get_by_role("link", name="Answer, link by link").click()
    for choice in seller.locator("[value=contest]").all():
        choice.check()
    said = {
        "explanation": "Bought from the holder's own dealer.",
        "name": "Shop 2",
        "id_no": "SPECIMEN-2",
        "shown_contact": "counsel@shops.example",
        "signature": "Shop 2",
    }
    for name, value in said.items():
        seller.locator(f"[name={name}]").fill(value)
    seller.locator("input[type=file]").set_input_files(PICTURE)
    for name in ("no_infringement", "truth"):
        seller.locator(f"[name={name}]").check()
    press(seller, "Check before sending")
    expect(seller.locator("#preview")).to_contain_text("counsel@shops.example")
    expect(seller.locator("#preview")).not_to_contain_text("SPECIMEN-2")
    expect(seller.locator("main")).not_to_contain_text("The check will ask for more")
    press(seller, "Send the answer")
    expect(seller.locator("main")).to_contain_text("We check your counter-notice by")


def sue_about_the_second(desk: Page, reference: str) -> None:
    """The holder reads the counter-notice and shows a receipt of a court for one of its two links."""
    desk.goto(f"/orders/{reference}/notice")
    desk.get_by_role("link", name="See it and answer").click()
    expect(desk.locator("main")).to_contain_text("counsel@shops.example")
    expect(desk.locator("main")).not_to_contain_text("SPECIMEN-2")
    desk.locator("[id^=dispute-][type=checkbox]").nth(1).check()
    desk.locator("[name=authority]").fill("Hangzhou Internet Court")
    desk.locator("[name=number]").fill("2026-417")
    desk.locator("input[type=file]").set_input_files(PICTURE)
    press(desk, "Show it")
    expect(desk.locator("main")).to_contain_text("Somebody looks at it")


def read_the_end(desk: Page, seller: Page, reference: str) -> None:
    """Both sides read the same end."""

    def restored() -> bool:
        seller.reload()
        return "It is restored." in seller.locator("main").inner_text()

    wait_until(restored, seconds=60, what="the platform has restored it")
    expect(seller.locator("main")).to_contain_text(
        "The measure stays while an authority or a court decides."
    )
    desk.goto(f"/orders/{reference}/notice")
    row = desk.locator("tbody tr")
    expect(row.nth(FIRST - 1)).to_contain_text("Restored")
    expect(row.nth(SECOND - 1)).to_contain_text("Measure kept: dispute pending")
    expect(row.nth(SECOND - 1)).to_contain_text("Hangzhou Internet Court")


def read_in_public(visitor: Page) -> None:
    """Anybody reads the claim, the answer and the result in order; nothing there tells who or where."""
    visitor.goto("/transparency")
    entries = visitor.locator("main ul.orders a").filter(has_not_text="Penalty notice")
    expect(entries).to_have_count(3)
    expect(visitor.locator("main ul.orders")).to_contain_text("Restored")
    pages = [entry.get_attribute("href") or "" for entry in entries.all()]
    for address in ["/transparency", "/transparency.atom", "/transparency.json", *pages]:
        body = visitor.request.get(address).text()
        for told in ("Halden", ADDRESS, "918273645", "market.example", "Shop 2", "counsel@"):
            assert told not in body, (address, told)
    visitor.goto(pages[0])
    expect(visitor.locator("main .timeline li")).to_have_count(3)


def test_a_notice_from_a_phone_to_one_link_that_is_restored_and_one_that_is_kept(
    phone: Page, open_screen: OpenScreen, server: LiveServer, bare_database_url: str
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
    office, seller = Office(server, bare_database_url, reference), open_screen()
    office.qualify()
    office.take_down(FIRST, SECOND)
    open_the_letter(phone, seller)
    contest_both(seller)
    office.send_counter_on(FIRST, SECOND)
    sue_about_the_second(desk, reference)
    office.keep(SECOND)
    office.let_time_pass()
    read_the_end(desk, seller, reference)
    office.publish(3)
    read_in_public(open_screen())
