"""People who are looked for, and texts with what is to be found in them between brackets."""

from __future__ import annotations

import re

from support.erasure.mentions import Identity, find

_MARKED = re.compile("⟦(.*?)⟧", re.DOTALL)


def make_identity(
    *names: str,
    member: str = "",
    mobiles: tuple[str, ...] = (),
    emails: tuple[str, ...] = (),
    organisations: tuple[str, ...] = (),
    addresses: tuple[str, ...] = (),
) -> Identity:
    """Return what a person is known by; what is not given is not known."""
    return Identity(names, member, mobiles, emails, organisations, addresses)


def marked(sample: str, who: Identity) -> str:
    """Return a sample as it should come out again: found in the text without its brackets, and bracketed anew."""
    text = _MARKED.sub(r"\1", sample)
    for each in reversed(find(text, who)):
        text = f"{text[: each.start]}⟦{text[each.start : each.end]}⟧{text[each.end :]}"
    return text
