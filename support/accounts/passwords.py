"""Passwords: strong by length and by a list of common ones, never by composition rules (PP-7.3, M22)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from support.core.errors import Invalid
from support.core.words import N_

SHORTEST, LONGEST = 8, 128
_OWN_PART = 4
_DECORATION = 5

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the argon2id hash; every character counts."""
    return _hasher.hash(_spelt(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Compare `password` with the `stored` hash; without one, take the same time and say False."""
    try:
        return _hasher.verify(stored or _nobody(), _spelt(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """True when the parameters were raised since `stored` was made."""
    return _hasher.check_needs_rehash(stored)


def check_password(password: str, *, own: Iterable[str] = (), field: str = "password") -> None:
    """Raise `Invalid` for a password that is too short, too long, common, or made of the person's `own` words.

    8 to 128 characters. `own` are the member name and addresses: one of their parts, with digits or signs
    around it, is refused.
    """
    spelt = _spelt(password)
    if len(spelt) < SHORTEST:
        raise Invalid(field, N_("Use at least %(shortest)s characters."), shortest=SHORTEST)
    if len(spelt) > LONGEST:
        raise Invalid(field, N_("Use at most %(longest)s characters."), longest=LONGEST)
    plain = spelt.casefold()
    if len(set(plain)) < 4 or plain in _common() or _weak_stem(plain) in _common():
        raise Invalid(
            field, N_("This password is one of the first that are tried. Choose another one.")
        )
    if plain in _parts(own) or _weak_stem(plain) in _parts(own):
        raise Invalid(
            field, N_("Your name or address makes a password easy to guess. Choose another one.")
        )


def _spelt(password: str) -> str:
    """The same characters whatever keyboard typed them (NFC keeps full-width signs apart, as typed)."""
    return unicodedata.normalize("NFC", password)


def _weak_stem(plain: str) -> str:
    """The word inside a few digits and signs: `2024password!` is as weak as `password`. With many, nothing."""
    stem = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", plain)
    return stem if len(plain) - len(stem) <= _DECORATION else ""


def _parts(own: Iterable[str]) -> set[str]:
    words = set()
    for text in own:
        plain = text.casefold()
        words |= {plain, plain.partition("@")[0], *re.split(r"[\W_]+", plain)}
    return {word for word in words if len(word) >= _OWN_PART}


@cache
def _common() -> frozenset[str]:
    """Thirty thousand common passwords and common words of eight or more letters, read when first needed."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    words = set(FREQUENCY_LISTS["passwords"])
    for name in ("english_wikipedia", "us_tv_and_film", "surnames", "female_names", "male_names"):
        words.update(word for word in FREQUENCY_LISTS[name] if len(word) >= SHORTEST)
    return frozenset(words)


@cache
def _nobody() -> str:
    """A hash that nobody's password matches, so that unknown people take the time that known ones take."""
    return _hasher.hash("nobody has this password")
