"""Invented addresses and organisations of the erased people, and the ones next door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.erasure.writings import FULL_WIDTH

ROADS = (
    "柳荫桥路",
    "槐序巷",
    "望潮大道",
    "旧染坊街",
    "青溪湾路",
    "石榴弄",
    "晒盐场路",
    "云阶街",
    "北磨坊路",
    "听松巷",
)
CITIES = (
    ("浙江省", "杭州市", "西湖区"),
    ("广东省", "深圳市", "南山区"),
    ("江苏省", "苏州市", "姑苏区"),
    ("四川省", "成都市", "武侯区"),
    ("", "上海市", "静安区"),
    ("湖北省", "武汉市", "江汉区"),
    ("福建省", "泉州市", "鲤城区"),
    ("", "北京市", "丰台区"),
)
STREETS = (
    "Harrow Mill",
    "Tanner's Gate",
    "Juniper Hollow",
    "Old Saltpan",
    "Cobbler",
    "Quince Orchard",
    "Lower Ferry",
)
KINDS = (("Lane", "Ln"), ("Road", "Rd"), ("Street", "St"), ("Avenue", "Ave"))
TOWNS = ("Northbridge", "Saltmere", "Wexcombe", "Carrow", "Little Ambry", "Dunmarsh")
BRANDS = ("云杉渡", "青禾里", "泊岸", "千帆屿", "木棉堂", "拾光仓", "澜沧木", "沐野")
TRADES = ("贸易", "家居", "电子商务", "食品", "文化传播", "物业管理")
BRANDS_EN = ("Northwind", "Larkspur", "Copperfern", "Halcyon Bay", "Redgate", "Ostermoor")
TRADES_EN = ("Lamps", "Trading", "Textiles", "Ceramics", "Logistics", "Furniture")
SHOPS = ("餐厅", "花艺馆", "五金店", "眼镜店", "水果行")


@dataclass(frozen=True)
class ChineseAddress:
    """Province, city, district, road, number, rooms."""

    region: tuple[str, str, str]
    road: str
    number: int
    rooms: str

    @classmethod
    def new(cls, rng: Random) -> ChineseAddress:
        """Invent one."""
        rooms = f"{rng.randint(1, 19)}幢{rng.randint(2, 18)}0{rng.randint(1, 8)}室"
        if rng.random() < 0.3:
            rooms = rng.choice(("", f"{rng.choice('ABC')}座{rng.randint(3, 28)}楼"))
        return cls(rng.choice(CITIES), rng.choice(ROADS), rng.randint(21, 899), rooms)

    @property
    def street(self) -> str:
        """The road alone, which names nobody."""
        return self.road

    @property
    def door(self) -> str:
        """Road and number."""
        return f"{self.road}{self.number}号"

    @property
    def full(self) -> str:
        """All parts."""
        return "".join(self.region) + self.door + self.rooms

    def form(self, rng: Random, *, one_line: bool) -> str:
        """The whole or a part that has at least street and number."""
        province, city, district = self.region
        forms = [
            self.full,
            self.full,
            self.door,
            self.door,
            self.door + self.rooms,
            district + self.door,
            district + self.door + self.rooms,
            city + district + self.door + self.rooms,
            (self.door + self.rooms).translate(FULL_WIDTH),
            f"{province}{city} {district} {self.door}".strip(),
            f"{city}{district}{self.road} {self.number} 号",
        ]
        return rng.choice(forms)

    def near(self, rng: Random) -> str:
        """Another door."""
        n = self.number
        tail = "".join(self.region[1:]) if rng.random() < 0.4 else ""
        doors = (
            f"{self.road}{n + rng.randint(1, 9)}号",
            f"{self.road}{n}{rng.randint(0, 9)}号",
            f"{self.road}1{n}号",
            f"{self.road[:-1]}支路{n}号",
            f"新{self.road[1:]}{n}号",
        )
        return tail + rng.choice(doors)


@dataclass(frozen=True)
class EnglishAddress:
    """Flat, number, street, town, postcode."""

    flat: str
    number: int
    name: str
    kind: tuple[str, str]
    town: str
    code: str

    @classmethod
    def new(cls, rng: Random) -> EnglishAddress:
        """Invent one; no post office has codes in QX."""
        flat = rng.choice(("", "", f"Flat {rng.randint(2, 9)}, "))
        code = f"QX{rng.randint(1, 9)} {rng.randint(1, 9)}Z{rng.choice('ABDEF')}"
        return cls(
            flat,
            rng.randint(12, 289),
            rng.choice(STREETS),
            rng.choice(KINDS),
            rng.choice(TOWNS),
            code,
        )

    @property
    def street(self) -> str:
        """The street alone, which names nobody."""
        return f"{self.name} {self.kind[0]}"

    @property
    def door(self) -> str:
        """Number and street."""
        return f"{self.number} {self.street}"

    @property
    def full(self) -> str:
        """All parts."""
        return f"{self.flat}{self.door}, {self.town}, {self.code}"

    def form(self, rng: Random, *, one_line: bool) -> str:
        """The whole or a part that has at least street and number."""
        forms = [
            self.full,
            self.full,
            self.door,
            self.door,
            self.flat + self.door,
            f"{self.door}, {self.town}",
            f"{self.number} {self.name} {self.kind[1]}",
            f"{self.flat}{self.number} {self.name} {self.kind[1]}, {self.town}",
            self.door.upper(),
            self.door.lower(),
            f"{self.number}, {self.street}",
        ]
        form = rng.choice(forms)
        return form if one_line or rng.random() < 0.75 else form.replace(", ", ",\n")

    def near(self, rng: Random) -> str:
        """Another door."""
        n, other = self.number, rng.choice([k for k in KINDS if k != self.kind])
        return rng.choice(
            (
                f"1{n} {self.street}",
                f"{n + rng.randint(1, 9)} {self.street}",
                f"{n} {self.name} {other[0]}",
                f"{n}{rng.randint(0, 9)} {self.street}",
                f"{n} Upper {self.street}",
            )
        )


@dataclass(frozen=True)
class Organisation:
    """What is listed of an organisation, and how to invent another that resembles it."""

    listed: tuple[str, ...]
    near: Callable[[Random], str]

    def form(self, rng: Random) -> str:
        """A listed name, in other capitals or brackets now and then."""
        name = rng.choice(self.listed)
        if "（" in name and rng.random() < 0.5:
            return name.replace("（", "(").replace("）", ")")
        return rng.choice((name, name, name, name.upper(), name.lower()))


def city_of(rng: Random) -> str:
    """A city as shops put it before their names."""
    return rng.choice(CITIES)[1].removesuffix("市")


def chinese_organisation(rng: Random, name: str) -> Organisation:
    """A company, or (one in six) a shop called after the person."""
    city, brand = city_of(rng), rng.choice(BRANDS)
    trade, other = rng.sample(TRADES, 2)
    kind = rng.random()
    if name and kind < 0.17:
        shop = rng.choice(SHOPS)
        elsewhere = [c.removesuffix("市") for _, c, _ in CITIES if city not in c]
        return Organisation(
            (f"{city}{name}{shop}",), lambda r: f"{r.choice(elsewhere)}{name}{shop}"
        )
    full = f"{brand}{trade}（{city}）有限公司" if kind < 0.35 else f"{city}{brand}{trade}有限公司"
    listed = (full, f"{brand}{trade}") if rng.random() < 0.4 else (full,)
    return Organisation(listed, lambda r: f"{r.choice((city, city_of(r)))}{brand}{other}有限公司")


def english_organisation(rng: Random) -> Organisation:
    """A company with an English name."""
    brand = rng.choice(BRANDS_EN)
    trade, other = rng.sample(TRADES_EN, 2)
    full = f"{brand} {trade} Ltd"
    listed = (full, f"{brand} {trade}") if rng.random() < 0.4 else (full,)
    return Organisation(
        listed, lambda r: r.choice((f"{brand} {other} Ltd", f"{brand}er {trade} Ltd"))
    )
