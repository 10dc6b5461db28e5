"""The rights notices of the demo as data: who files what, and what happens when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from support.infringement.elements import CounterFacts, NoticeFacts

SHOP = "beian"
"""Who answers for most of the links."""
Step = tuple[str, str] | tuple[str, str, tuple[int, ...]]
"""When (`moments.moment_of`), what, and for which of the links where it is not for all."""


@dataclass(frozen=True, slots=True)
class Case:
    """A notice: its filer (a name of `people`), what it says, its links by number, what happens to it."""

    filer: str
    facts: NoticeFacts
    links: Mapping[str, str]
    steps: tuple[Step, ...]
    papers: tuple[str, ...] = ("right", "evidence")
    since: str = ""
    """Since when the platform has the links."""
    owners: tuple[str, ...] = (SHOP,)
    """Who answers for the links, in turn (names of `people`)."""


_MARK = NoticeFacts(
    holder_name="Halden Outdoor AS",
    holder_id_type="licence",
    holder_id_no="NO 000 000 417",
    country="NO",
    address="Storgata 1, 1771 Halden",
    email="rights@halden.example",
    phone="+12025550181",
    shown_name="Lind Legal",
    shown_contact="desk@lindlegal.example",
    right_type="trademark",
    right_name="HALDEN",
    right_no="00000417",
    right_class="18",
    territory="CN",
    explanation="The listing shows our mark on bags that we did not make. The photo of the seam shows it.",
    measure="delete",
    signature="Wen Halden",
    statements=frozenset({"truth", "good_faith"}),
)
_BOOKS = replace(
    _MARK,
    holder_name="青禾文化传播有限公司",
    country="CN",
    address="杭州市示例路 1 号",
    email="rights@qinghe.example",
    shown_name="青禾法务",
    shown_contact="rights@qinghe.example",
    right_type="copyright",
    right_name="《茶山行记》",
    right_no="",
    right_class="",
    work="《茶山行记》，文字作品，2024 年首次出版。",
    explanation="商品页上传了本书前三章的扫描件，我们没有授权任何人这样做。",
    signature="青禾文化",
)
_PATENT = replace(
    _MARK,
    right_type="patent_invention",
    right_name="Folding buckle",
    right_no="ZL000000000041.7",
    right_class="",
    explanation="The buckle of this bag has every feature of claim 1; the table compares them one by one.",
)

_COVERS = replace(
    _MARK,
    holder_name="Mei Lin",
    holder_id_type="id",
    signature="Mei Lin",
    explanation="The covers bear my mark, but I sewed none of them: mine have a double seam and a number inside.",
)

DEFENCE = CounterFacts(
    name="北岸旧书店",
    id_no="SPECIMEN-0417",
    address="青岛市示例路 7 号",
    email="respondent@example.com",
    phone="+12025550143",
    shown_name="北岸旧书店",
    shown_contact="respondent@example.com",
    explanation="这些都是从权利人授权的经销商处购得的正品，附进货单。",
    signature="北岸旧书店",
    statements=frozenset({"no_infringement", "truth"}),
)
_DOWN = ("check", "measure", "done", "forward")

CASES: tuple[Case, ...] = (
    Case(  # nobody answered for any of its links: its filer comes into the fast lane
        "mei",
        _COVERS,
        {str(2010 + number): f"Notebook cover No. {number}" for number in range(1, 11)},
        (
            ("28d 09:05", "file"),
            *((f"28d {hour}:05", do) for hour, do in zip((10, 11, 12, 14), _DOWN, strict=True)),
            ("28d 15:05", "arrive"),
            ("12d 09:00", "lapse"),
        ),
        owners=(SHOP, "amu", "noodle"),
    ),
    Case(  # came back at the end of its waiting period
        "jonas",
        _MARK,
        {"2109": "Canvas satchel, second hand"},
        (
            ("29d 09:10", "file"),
            *((f"29d {hour}:20", do) for hour, do in zip((10, 11, 12, 14), _DOWN, strict=True)),
            ("29d 15:00", "arrive"),
            ("28d 10:00", "contest"),
            ("28d 14:00", "check_counter"),
            ("28d 15:00", "forward_counter"),
            ("28d 16:00", "arrive"),
            ("9d 09:00", "restore"),
            ("9d 09:05", "done"),
        ),
    ),
    Case(  # a complaint that legal hears
        "guest_heping",
        _BOOKS,
        {"2119": "茶山行记 第一版", "2129": "茶山行记 签名本"},
        (
            ("18d 09:30", "file"),
            *((f"18d {hour}:30", do) for hour, do in zip((10, 11, 12, 14), _DOWN, strict=True)),
            ("18d 15:10", "arrive"),
            ("5d 09:00", "lapse"),
            ("2d 11:00", "complain", (1,)),
        ),
    ),
    Case(  # the member's own: its waiting period runs
        "mei",
        _COVERS,
        {"2139": "Hand-sewn notebook cover", "2149": "Notebook cover, blue"},
        (
            ("8d 09:40", "file"),
            *((f"8d {hour}:40", do) for hour, do in zip((10, 11, 12, 14), _DOWN, strict=True)),
            ("8d 15:20", "arrive"),
            ("6d 10:00", "contest", (1,)),
            ("6d 10:05", "accept", (2,)),
            ("6d 14:30", "check_counter"),
            ("5d 10:00", "forward_counter"),
            ("5d 10:10", "arrive"),
        ),
    ),
    Case(  # to be completed: the evidence is missing
        "guest_nora",
        _MARK,
        {"2159": "Rucksack, green", "2169": "Rucksack, grey"},
        (("3d 10:20", "file"), ("3d 15:40", "check")),
        ("right",),
    ),
    Case(  # a counter-notice to check
        "sofia",
        replace(_MARK, holder_name="Sofia Rossi", signature="Sofia Rossi", right_day="2026-03-02"),
        {"2179": "Leather belt", "2189": "Leather belt, brown", "2199": "Leather strap"},
        (
            ("2d 09:15", "file"),
            *((f"2d {hour}:15", do) for hour, do in zip((10, 11, 12, 14), _DOWN, strict=True)),
            ("2d 15:30", "arrive"),
            ("100m", "contest", (1, 2)),
        ),
        since="2025-11-12",
    ),
    Case(  # a patent: legal decides on the measure
        "guest_nora",
        _PATENT,
        {"2209": "Bag with a folding buckle"},
        (("1d 10:00", "file"), ("170m", "check")),
        ("right", "evidence", "comparison"),
    ),
    Case(  # awaits an answer of the demo's respondent
        "oliver",
        replace(
            _MARK,
            holder_name="Oliver Hart",
            signature="Oliver Hart",
            explanation="The mugs bear my mark on their base; I have never sold any to this shop.",
        ),
        {"2219": "Enamel mug, set of two", "2229": "Enamel mug", "2239": "Enamel jug"},
        (("90m", "file"), ("80m", "check"), ("75m", "measure"), ("74m", "done"), ("50m", "forward")),
    ),
    Case(  # to be checked
        "guest_heping",
        replace(_BOOKS, explanation="商品页使用了本书封面和作者照片。"),
        {"2249": "茶山行记 明信片"},
        (("35m", "file"),),
    ),
)  # fmt: skip
