"""The documents that people show, as data: whose they are, and what their numbers look like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from stdnum.cn import ric, uscc

from support.accounts.queries_names import plain_signs
from support.core.words import N_
from support.verification.policy import Way


class Document(StrEnum):
    """A kind of document."""

    PASSPORT = "passport"
    CN_ID = "cn_id"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    RESIDENCE_PERMIT = "residence_permit"
    PERMANENT_RESIDENT = "permanent_resident"
    COMPANY_CN = "company_cn"
    COMPANY_ABROAD = "company_abroad"


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """One kind of document: its words, by which ways it is shown, whose name it bears, what its number looks like.

    `country` is the code of the country that issues it, "" where the person says which. A number that is not
    `foreign` is given once in China, whatever the card is called; `lasting` of its signs stay when it is given anew.
    """

    title: str
    ways: frozenset[Way]
    number: Callable[[str], bool]
    slip: str
    bears: Literal["individual", "company"] = "individual"
    country: str = "CN"
    foreign: bool = False
    lasting: int | None = None


def _like(pattern: str) -> Callable[[str], bool]:
    form = re.compile(pattern)
    return lambda number: form.fullmatch(number) is not None


def _with_check_digit(pattern: str) -> Callable[[str], bool]:
    """Numbers of the form of an ID card that begin otherwise; the last sign checks the others (GB 11643)."""
    form = re.compile(pattern)
    return lambda number: (
        form.fullmatch(number) is not None and ric.calc_check_digit(number[:-1]) == number[-1]
    )


LONGEST_NUMBER = 30
_ZEROS = re.compile(r"([a-z]*)0*(\d.*)")
_PERMANENT = _with_check_digit(r"9\d{16}[\dX]")
_BY_PHOTO, _BY_COMPANY = frozenset({Way.DOCUMENT}), frozenset({Way.COMPANY})

DOCUMENTS: Mapping[Document, DocumentRule] = {
    Document.PASSPORT: DocumentRule(
        N_("Passport"),
        _BY_PHOTO,
        _like(r"(?=.*\d)[A-Z0-9]{5,9}"),
        N_(
            "A passport number has 5 to 9 letters and digits, as in the last line of the photo page."
        ),
        country="",
        foreign=True,
    ),
    Document.CN_ID: DocumentRule(
        N_("Identity card of the PRC"),
        frozenset({Way.DOCUMENT, Way.FACE}),
        ric.is_valid,
        N_("This is no ID card number: it has 18 signs, and the last one checks the others."),
    ),
    Document.HK_MACAO_PERMIT: DocumentRule(
        N_("Travel permit for Hong Kong and Macao residents"),
        _BY_PHOTO,
        _like(r"[HM]\d{8}(\d{2})?"),
        N_("The number of this permit is H or M and 8 digits, or 10 on an older one."),
        lasting=9,
    ),
    Document.TAIWAN_PERMIT: DocumentRule(
        N_("Travel permit for Taiwan residents"),
        _BY_PHOTO,
        _like(r"\d{8}(\d{2})?"),
        N_("The number of this permit has 8 digits, or 10 on an older one."),
        lasting=8,
    ),
    Document.RESIDENCE_PERMIT: DocumentRule(
        N_("Residence permit for Hong Kong, Macao and Taiwan residents"),
        _BY_PHOTO,
        _with_check_digit(r"8[123]0000\d{11}[\dX]"),
        N_("The number of this permit has 18 signs and begins with 81, 82 or 83."),
    ),
    Document.PERMANENT_RESIDENT: DocumentRule(
        N_("Permanent resident ID card of a foreigner"),
        _BY_PHOTO,
        lambda number: _PERMANENT(number) or re.fullmatch(r"[A-Z]{3}\d{12}", number) is not None,
        N_(
            "The number has 18 signs and begins with 9, or 3 letters and 12 digits on an older card."
        ),
        country="",
    ),
    Document.COMPANY_CN: DocumentRule(
        N_("Business licence of the PRC"),
        _BY_COMPANY,
        uscc.is_valid,
        N_("This is no unified social credit code: it has 18 signs, and the last one checks them."),
        bears="company",
    ),
    Document.COMPANY_ABROAD: DocumentRule(
        N_("Registration of a company elsewhere"),
        _BY_COMPANY,
        _like(rf"(?=.*\d)[A-Z0-9][A-Z0-9./-]{{2,{LONGEST_NUMBER - 1}}}"),
        N_("Write the registration number as the register gives it, 3 to 30 signs."),
        bears="company",
        country="",
        foreign=True,
    ),
}


def documents_of(way: Way) -> list[Document]:
    """Return the documents that can be shown by a way."""
    return [document for document, rule in DOCUMENTS.items() if way in rule.ways]


def plain_number(text: str) -> str:
    """Return a number as it is compared: half-width, capitals, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def indexed(document: Document, country: str, number: str) -> str:
    """Return what the blind index of a document is made of: another spelling, or another word for it, is the same.

    Of a number from elsewhere leading zeros don't count, also after the letters that it begins with: registers print
    them and people leave them out. Two numbers of one length, as an issuer gives them, never become one by that.
    """
    rule = DOCUMENTS[document]
    signs = plain_signs(number)[: rule.lasting]
    if not rule.foreign:
        return signs
    letters, digits = _without_zeros(signs)
    return _of_country(document, country, letters + digits)


def spellings(document: Document, country: str, number: str) -> list[str]:
    """Return all that an index may be made of, as leading zeros once counted; none for numbers of China."""
    if not DOCUMENTS[document].foreign:
        return []
    letters, digits = _without_zeros(plain_signs(number))
    room = LONGEST_NUMBER - len(letters + digits)
    return [
        _of_country(document, country, f"{letters}{'0' * zeros}{digits}")
        for zeros in range(room + 1)
    ]


def _without_zeros(signs: str) -> tuple[str, str]:
    """Return the letters that a number begins with, and the rest without the zeros before its first digits."""
    found = _ZEROS.fullmatch(signs)
    return (found[1], found[2]) if found else ("", signs)


def _of_country(document: Document, country: str, signs: str) -> str:
    return f"{document}\0{country}\0{signs}"
