"""E-mail addresses and mobile numbers: one spelling for each, and what of them may be shown."""

from __future__ import annotations

import unicodedata
from typing import Literal

from support.accounts.models import ContactKind
from support.core.errors import Invalid
from support.core.masking import mask_email, mask_mobile
from support.core.words import N_

MOST_CHARACTERS = 254
_NUMBER = N_("Enter a mobile number such as 138 0013 8000 or +44 7400 123456.")
_EITHER = N_(
    "Enter an e-mail address such as name@example.com, or a mobile number such as 138 0013 8000 or +44 7400 123456."
)


def normalise_address(
    kind: Literal["auto", "email", "mobile"] | ContactKind, text: str, *, field: str = "address"
) -> tuple[ContactKind, str]:
    """Return the kind and the one spelling of an address: lower-case e-mail, or E.164 mobile number.

    Full-width characters and spaces are accepted; a number without `+` is read as one of mainland China.
    Raises `Invalid` for `field` with words that say what is wrong (PP-2.1.1).
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        raise Invalid(field, N_("Enter an e-mail address or a mobile number."))
    if len(plain) > MOST_CHARACTERS or any(
        unicodedata.category(sign) in ("Cc", "Cf") for sign in plain
    ):
        raise Invalid(field, N_("This address has signs in it that an address can't have."))
    if kind == "email" or (kind == "auto" and "@" in plain):
        return ContactKind.EMAIL, _email(plain, field)
    return ContactKind.MOBILE, _mobile(plain, field, _EITHER if kind == "auto" else _NUMBER)


def is_mainland_mobile(value: str) -> bool:
    """True for a normalised mobile number of mainland China."""
    return value.startswith("+861") and len(value) == 14


def mask(kind: str, value: str) -> str:
    """Return the address as others may see it: `al•••e@ex•••.org`, `+86 138••••0000`."""
    return mask_email(value) if kind == ContactKind.EMAIL else mask_mobile(value)


def _email(plain: str, field: str) -> str:
    # Imported where used: phonenumbers and this one are a tenth of a process's memory (design section 4).
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(plain, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid(field, N_("Enter an e-mail address in the form name@example.com.")) from error
    return found.normalized.lower()


def _mobile(plain: str, field: str, words: str) -> str:
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

    try:
        number = phonenumbers.parse(plain, "CN")
    except NumberParseException as error:
        raise Invalid(field, words) from error
    could_be_mobile = phonenumbers.number_type(number) in (
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
    )
    if not phonenumbers.is_valid_number(number) or not could_be_mobile or number.extension:
        raise Invalid(field, words)
    return str(phonenumbers.format_number(number, PhoneNumberFormat.E164))


def digits_of(text: str) -> str:
    """Return the decimal digits of what was typed; full-width digits, spaces and hyphens are fine."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign in "0123456789")


def fold_name(name: str) -> str:
    """Return the form in which member names are compared: NFKC, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def checked_name(text: str, *, field: str = "name") -> str:
    """Return a member name as it will be shown; raise `Invalid` for a wrong length or something like an address."""
    name = " ".join(unicodedata.normalize("NFKC", text).split())
    if not 2 <= len(name) <= 30:
        raise Invalid(field, N_("A member name has 2 to 30 characters."))
    if any(unicodedata.category(sign)[0] == "C" for sign in name):
        raise Invalid(field, N_("A member name can't have invisible signs in it."))
    if "@" in name or (len(digits_of(name)) >= 6 and not any(sign.isalpha() for sign in name)):
        raise Invalid(
            field, N_("A member name is public: please don't use an e-mail address or a number.")
        )
    return name
