"""One erased person with everything that belongs to them, and what each slot of a sentence becomes."""

from __future__ import annotations

import unicodedata
from random import Random

from tests.erasure.people import Chinese, Western
from tests.erasure.places import (
    SHOPS,
    ChineseAddress,
    EnglishAddress,
    Organisation,
    chinese_organisation,
    city_of,
    english_organisation,
)
from tests.erasure.writings import (
    decomposed,
    email_form,
    long_number,
    mobile_form,
    near_email,
    near_member,
    near_mobile,
    new_mobile,
)

# A piece of text and its mark: "" for none, a kind of span, or "!" and why it must stay.
Piece = tuple[str, str]

COMPOUND = ("欧阳", "司马", "诸葛", "上官")
TITLES = ("先生", "女士", "老师", "经理", "师傅", "律师", "同学", "主任")
STRANGERS_ZH = ("唐一帆", "邵可欣", "蒋梦瑶", "沈博文", "袁立群")
STRANGERS_EN = ("Ingrid Vale", "Peter Oakes", "Lucy Tarrant", "Desmond Pike")
OTHER_LAST = ("Price", "Jones", "Ferris", "Oakley")
OTHER_FIRST = ("Robin", "Alex", "Jordan", "Casey")
PLACES = {
    "Zhang": "Zhangjiakou",
    "Wang": "Wangfujing",
    "Li": "Lijiang",
    "Chen": "Chenzhou",
    "Zhou": "Zhoushan",
    "Huang": "Huangshan",
    "Han": "Handan",
    "He": "Heyuan",
    "Liu": "Liuzhou",
    "Luo": "Luoyang",
}
MEMBERS = (
    "moonriver",
    "qingshan_2019",
    "teapot88",
    "nightowl",
    "lvluo_home",
    "biscuit-tin",
    "harbour7",
    "xiaoman_6",
)
MEMBERS_ZH = ("旧城南小满", "半盏凉茶去", "橘子汽水不加冰", "深海打捞员")
DOMAINS = ("example.com", "example.org", "example.cn")


class Cast:
    """The person of one thread; `latin` tells whether a form in Latin letters is listed for a Chinese name."""

    def __init__(
        self, rng: Random, person: Chinese | Western, *, language: str, latin: bool
    ) -> None:
        """Give the person contact data."""
        self.rng, self.person, self.latin = rng, person, latin
        west = isinstance(person, Western)
        plain = (person.plain or person.name) if isinstance(person, Western) else person.latin
        first, *_, last = "".join(c for c in plain.lower() if c.isalpha() or c == " ").split()
        local = rng.choice(
            (
                f"{first}.{last}",
                f"{first}{last}",
                f"{last}.{first}",
                f"{first}{last}{rng.randint(70, 99)}",
                f"{first}_{last}",
            )
        )
        self.emails = [f"{local}@{rng.choice(DOMAINS)}"]
        if rng.random() < 0.12:
            self.emails.append(
                f"{rng.choice(('office', 'sales', 'shop'))}.{last}@{rng.choice(DOMAINS)}"
            )
        abroad = west and rng.random() < 0.75
        self.mobiles = [new_mobile(rng, rng.choice(("44", "1")) if abroad else "86")]
        if rng.random() < 0.1:
            self.mobiles.append(new_mobile(rng, "86"))
        english = language == "en" or (language == "mixed" and rng.random() < 0.3)
        chinese = isinstance(person, Chinese) and not english
        self.address: ChineseAddress | EnglishAddress | None = None
        if rng.random() < 0.8:
            self.address = ChineseAddress.new(rng) if chinese else EnglishAddress.new(rng)
        name = person.name if isinstance(person, Chinese) else ""
        self.organisation: Organisation | None = None
        if rng.random() < 0.7:
            self.organisation = (
                chinese_organisation(rng, name) if chinese else english_organisation(rng)
            )
        self.member = rng.choice(MEMBERS_ZH if chinese and rng.random() < 0.3 else MEMBERS)
        self.names = [person.name]
        if isinstance(person, Chinese) and latin:
            self.names = [person.latin] if language == "en" else [person.name, person.latin]

    @property
    def identity(self) -> dict[str, object]:
        """What the desk knows of the person."""
        return {
            "names": list(self.names),
            "member_name": self.member,
            "mobiles": list(self.mobiles),
            "emails": list(self.emails),
            "organisations": list(self.organisation.listed) if self.organisation else [],
            "addresses": [self.address.full] if self.address else [],
        }

    def lacks(self) -> set[str]:
        """Slots that this person cannot fill."""
        lacking: set[str] = set() if self.address else {"address", "near_address", "street"}
        if not self.organisation:
            lacking |= {"org", "near_org"}
        if not self.member.isascii():
            lacking.add("near_member")
        if isinstance(self.person, Western):
            lacking |= {"surname", "pinyin"}
            lacking.add("greet" if len(self.person.first) < 4 else "first")
            return lacking
        lacking.add("first")
        if self.names == [self.person.latin]:
            lacking.add("surname")
        return lacking

    def fill(self, slot: str, *, language: str, one_line: bool) -> list[Piece]:
        """What stands in a slot, in a sentence of this language, perhaps on one line only."""
        rng, mobile, email = self.rng, self.rng.choice(self.mobiles), self.rng.choice(self.emails)
        match slot:
            case "name" | "bare" | "full" | "greet":
                return self._name(slot, language)
            case "pinyin":
                return [(self._pinyin(), "name" if self.latin else "!unlisted pinyin")]
            case "mobile":
                return [(mobile_form(rng, mobile), "mobile")]
            case "email":
                return [(email_form(rng, email), "email")]
            case "mail":
                return [(rng.choice((email, email, email.upper())), "email")]
            case "member":
                return [(rng.choice((self.member, self.member, self.member.upper())), "member")]
            case "near_mobile":
                return [(near_mobile(rng, mobile), "!near mobile")]
            case "long_number":
                return [(long_number(rng, mobile), "!longer number")]
            case "near_email":
                return [(near_email(rng, email), "!near email")]
            case "near_member":
                return [(near_member(rng, self.member), "!near member")]
            case "other":
                return [(self._other(language), "!other name")]
            case "shop":
                return [(self._shop(language), "!shop of another")]
            case "first":
                return [(self.person.name.split()[0], "!short first name")]
            case "surname":
                return [(self._surname(), "!surname alone")]
            case "stranger":
                return [(rng.choice(STRANGERS_ZH if language == "zh" else STRANGERS_EN), "")]
        if self.organisation and slot in ("org", "near_org"):
            if slot == "org":
                return [(self.organisation.form(rng), "organisation")]
            return [(self.organisation.near(rng), "!near organisation")]
        if self.address and slot in ("address", "near_address", "street"):
            if slot == "address":
                return [(self.address.form(rng, one_line=one_line), "address")]
            near = self.address.near(rng) if slot == "near_address" else self.address.street
            return [(near, "!near address")]
        raise KeyError(slot)

    def _name(self, slot: str, language: str) -> list[Piece]:
        if isinstance(self.person, Western):
            return self._western(slot, self.person)
        in_latin = self.names == [self.person.latin]
        if self.latin and (in_latin or self.rng.random() < (0.75 if language == "en" else 0.2)):
            return [(self._pinyin(), "name")]
        return self._chinese(slot, self.person)

    def _chinese(self, slot: str, person: Chinese) -> list[Piece]:
        rng, form = self.rng, person.name
        way = rng.random()
        if way < 0.14:
            form = person.traditional
        elif way < 0.24:
            form = rng.choice((" ", " ", "\N{IDEOGRAPHIC SPACE}")).join(person.name)
        if slot == "name" and (person.is_a_word or rng.random() < 0.3):
            return [(form, "name"), (rng.choice(TITLES[:2] if person.is_a_word else TITLES), "")]
        return [(form, "name")]

    def _western(self, slot: str, person: Western) -> list[Piece]:
        rng = self.rng
        name = person.plain if person.plain and rng.random() < 0.35 else person.name
        if "'" in name and rng.random() < 0.4:
            name = name.replace("'", "’")
        if not name.isascii() and rng.random() < 0.15:
            name = decomposed(name)
        first, last = name.split(" ")
        if slot == "greet":
            return [(rng.choice((first, first, first, first.upper(), first.lower())), "name")]
        spaced = name.replace("-", " ")
        if slot != "name":
            return [
                (
                    rng.choice((name, name, name, name, name.upper(), f"{last}, {first}", spaced)),
                    "name",
                )
            ]
        if rng.random() < 0.22:
            return [(rng.choice((f"{person.title} ", f"{person.title}. ")), ""), (last, "name")]
        initial = unicodedata.normalize("NFC", first)[0]
        forms = (
            *[name] * 6,
            name.lower(),
            name.upper(),
            f"{initial}. {last}",
            f"{initial}. {last}",
            f"{initial} {last}",
            spaced,
        )
        return [(rng.choice(forms), "name")]

    def _pinyin(self) -> str:
        assert isinstance(self.person, Chinese)
        surname, given = self.person.surname, self.person.given
        forms = (
            f"{surname} {given}",
            f"{surname} {given}",
            f"{surname.upper()} {given}",
            f"{given} {surname}",
            f"{surname} {given}".upper(),
            f"{given} {surname.upper()}",
            f"{surname} {given}".lower(),
        )
        return self.rng.choice(forms)

    def _other(self, language: str) -> str:
        rng, person = self.rng, self.person
        if isinstance(person, Western):
            last, initial = (
                rng.choice(OTHER_LAST),
                rng.choice([c for c in "CHKPQ" if c != person.first[0]]),
            )
            forms = [
                f"{person.first} {last}",
                f"{rng.choice(OTHER_FIRST)} {person.last}",
                f"{person.first} {person.last}son",
                f"{person.title} {rng.choice(OTHER_FIRST)} {person.last}",
                f"{initial}. {person.last}",
            ]
            if "-" not in person.last:
                forms.append(f"{person.first} {person.last}-{last}")
            return rng.choice(forms)
        if language == "zh":
            return rng.choice(person.others)
        return rng.choice(
            (
                f"{person.surname} {person.given}li",
                f"Deng {person.given}",
                f"{person.surname} Ruolan",
                f"{person.given}ya {person.surname}",
            )
        )

    def _shop(self, language: str) -> str:
        rng, person = self.rng, self.person
        if isinstance(person, Western):
            last = person.last
            return rng.choice(
                (f"{last} & Daughters", f"{last} Street Books", f"{last}field Market")
            )
        if language != "zh":
            return PLACES.get(person.surname, "Wangfujing") + rng.choice(
                ("", " Books", " Noodle House")
            )
        while True:
            shop = f"{city_of(rng)}{person.name}{rng.choice(SHOPS)}"
            if not self.organisation or shop not in self.organisation.listed:
                return shop

    def _surname(self) -> str:
        name = self.person.name
        surname = name[:2] if name.startswith(COMPOUND) else name[0]
        if len(surname) == 2:
            return surname + self.rng.choice(("先生", "女士"))
        return self.rng.choice((f"{surname}先生", f"小{surname}", f"老{surname}", f"{surname}总"))
