"""The ways in which people write a number, an address or a name; and what only looks like it."""

from __future__ import annotations

import unicodedata
from random import Random

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
# Prefixes after which no operator gives out numbers.
PREFIXES = ("142", "143", "154", "160", "161", "163", "164", "168", "169", "179", "194")


def digits(rng: Random, count: int) -> str:
    """As many random digits as asked, the first of them no nought."""
    return str(rng.randint(1, 9)) + "".join(str(rng.randint(0, 9)) for _ in range(count - 1))


def national(mobile: str) -> str:
    """The number without its country: eleven digits in China, ten elsewhere."""
    for prefix in ("+86", "+44", "+1"):
        mobile = mobile.removeprefix(prefix)
    return mobile


def new_mobile(rng: Random, country: str) -> str:
    """A number that nobody has: in China of no operator, elsewhere from the ranges kept for drama."""
    if country == "44":
        return f"+447700900{rng.randint(100, 999)}"
    if country == "1":
        return f"+1{rng.choice(('202', '303', '415'))}55501{rng.randint(10, 99)}"
    number = rng.choice(PREFIXES) + "".join(str(rng.randint(0, 9)) for _ in range(8))
    return number if rng.random() < 0.5 else f"+86{number}"


def mobile_form(rng: Random, mobile: str) -> str:
    """One of the chinese of this number."""
    n = national(mobile)
    if mobile.startswith("+44"):
        a, b, c = n[:4], n[4:7], n[7:]
        british = (
            f"+44{n}",
            f"+44 {a} {b}{c}",
            f"+44 (0){a} {b}{c}",
            f"0044 {a} {b} {c}",
            f"0{a} {b}{c}",
            f"0{n}",
            f"0{a}-{b}-{c}",
            f"+44-{a}-{b}{c}",
        )
        return rng.choice(british)
    if mobile.startswith("+1"):
        a, b, c = n[:3], n[3:6], n[6:]
        american = (
            f"+1 {a}-{b}-{c}",
            f"({a}) {b}-{c}",
            f"{a}-{b}-{c}",
            f"{a}.{b}.{c}",
            f"+1{n}",
            f"1-{a}-{b}-{c}",
            f"+1 ({a}) {b}-{c}",
            f"{a} {b} {c}",
        )
        return rng.choice(american)
    a, b, c = n[:3], n[3:7], n[7:]
    chinese = (
        n,
        n,
        n,
        n,
        f"{a} {b} {c}",
        f"{a} {b} {c}",
        f"{a}-{b}-{c}",
        f"{a}-{b}-{c}",
        f"+86{n}",
        f"+86 {a} {b} {c}",
        f"+86 {n}",
        f"+86-{n}",
        f"+86-{a}-{b}-{c}",
        f"0086{n}",
        f"0086-{n}",
        f"0086 {a} {b} {c}",
        n.translate(FULL_WIDTH),
        n.translate(FULL_WIDTH),
        f"(+86) {a} {b} {c}",
        f"（+86）{n}",
        f"{a}.{b}.{c}",
        f"{n[:4]} {n[4:8]} {n[8:]}",
        f"{a}\N{NO-BREAK SPACE}{b}\N{NO-BREAK SPACE}{c}",
        f"{a}－{b}－{c}".translate(FULL_WIDTH),
        f"{a}–{b}–{c}",
    )
    return rng.choice(chinese)


def near_mobile(rng: Random, mobile: str) -> str:
    """Somebody else's number that shares eight digits or more with this one."""
    n = national(mobile)
    if len(n) != 11:
        changed = n[:-2] + f"{(int(n[-2:]) + rng.randint(1, 98)) % 100:02d}"
    elif rng.random() < 0.4:
        changed = n[:8] + f"{(int(n[8:]) + rng.randint(1, 998)) % 1000:03d}"
    elif rng.random() < 0.5:
        changed = rng.choice([p for p in PREFIXES if p != n[:3]]) + n[3:]
    else:
        at = next(i for i in (*range(5, 10), 3, 4) if n[i] != n[i + 1])
        changed = n[:at] + n[at + 1] + n[at] + n[at + 2 :]
    return mobile_form(rng, mobile.replace(n, changed))


def long_number(rng: Random, mobile: str) -> str:
    """An order or tracking number, longer than the mobile and holding all its digits."""
    n = national(mobile)
    before, after = digits(rng, rng.randint(2, 6)), digits(rng, rng.randint(2, 5))
    if before.endswith(("86", "44", "1", "0")):
        before = before[:-1] + "7"
    letters = rng.choice(("SF", "YT", "JD", "WO", "ZTO"))
    numbers = (before + n, n + after, before + n + after, letters + before + n, letters + n + after)
    return rng.choice(numbers)


def email_form(rng: Random, email: str) -> str:
    """One of the writings of this e-mail address."""
    local, domain = email.split("@")
    spoken = domain.replace(".", " dot ")
    forms = (
        email,
        email,
        email,
        email,
        email.upper(),
        f"{local.upper()}@{domain}",
        f"{local.capitalize()}@{domain.capitalize()}",
        f"{local} (at) {domain}",
        f"{local} at {spoken}",
        f"{local}[at]{domain}",
        f"{local}＠{domain}",
        f"{local} [at] {domain.replace('.', ' [dot] ')}",
        f"{local}(at){domain}",
    )
    return rng.choice(forms)


def near_email(rng: Random, email: str) -> str:
    """Somebody else's address: the same domain, or this one as a part."""
    local, domain = email.split("@")
    head = rng.choice("bdkmrt")
    forms = (
        f"{head}{local}@{domain}",
        f"{head}{local}@{domain}",
        f"{local}{rng.randint(2, 9)}@{domain}",
        f"info@{domain}",
        f"{head}.{local}@{domain}",
        f"{local}@{domain}.example",
        f"{local}s@{domain}",
        f"{local}@{head}.{domain}",
        f"{local}-{head}@{domain}",
    )
    return rng.choice(forms)


def near_member(rng: Random, member: str) -> str:
    """Another account whose name is longer by a sign."""
    digit = rng.randint(0, 9)
    return rng.choice(
        (f"{member}{digit}", f"{member}x", f"my{member}", f"{member}_shop", f"x{member}")
    )


def decomposed(text: str) -> str:
    """The same letters with their accents as signs of their own, as some machines send them."""
    return unicodedata.normalize("NFD", text)
