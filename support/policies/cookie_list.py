"""Every cookie that the desk sets, for people to read (PP-6.1) and for a test to compare with what is set."""

from __future__ import annotations

from dataclasses import dataclass

from support.core.words import N_

CHOICE = "cookie_choice"
REMEMBER = "remember"
FORGET = "forget"


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie. `purpose` and `kept` are message ids; an optional one waits for a choice before it stays."""

    name: str
    purpose: str
    kept: str
    optional: bool = False


COOKIES = (
    Cookie(
        "form",
        N_(
            "Protects forms against misuse by other sites and ties a one-time code to your browser."
        ),
        N_("Until you close the browser"),
    ),
    Cookie(
        "sid",
        N_("Knows that you are signed in. Set when you sign in or open a work order with a code."),
        N_("Until you sign out, 90 days at most"),
    ),
    Cookie(
        "device",
        N_(
            "Knows your browser again when you sign in, so that we can warn you of a sign-in from "
            "another one. Holds a random number; set when you sign in to your account."
        ),
        N_("One year after you last signed in"),
    ),
    Cookie(
        CHOICE,
        N_("Remembers what you chose on this page, so that we need not ask again."),
        N_("One year"),
    ),
    Cookie(
        "language",
        N_("Shows pages in the language that you picked. Set only when you switch it."),
        N_("Until you close the browser; one year if you allow it"),
        optional=True,
    ),
    Cookie(
        "theme",
        N_("Shows pages light or dark, as you picked. Set only when you switch it."),
        N_("Until you close the browser; one year if you allow it"),
        optional=True,
    ),
)
OPTIONAL = frozenset(cookie.name for cookie in COOKIES if cookie.optional)


def shown_name(cookie: Cookie, *, secure: bool) -> str:
    """Return the name as the browser stores it: over https the bound ones carry `__Host-`."""
    bound = ("form", "sid", "device")
    return f"__Host-{cookie.name}" if secure and cookie.name in bound else cookie.name


def without_lifetime(header: str) -> str:
    """Return a Set-Cookie header that ends with the browser session; one that deletes its cookie stays as it is."""
    parts = header.split("; ")
    if any(part.lower() == "max-age=0" for part in parts):
        return header
    return "; ".join(
        part for part in parts if not part.lower().startswith(("max-age=", "expires="))
    )
