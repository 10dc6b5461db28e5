"""Texts become blocks, and nothing in them can become a tag."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

import support.policies
from support.policies.prose import Block, Span, clean, parse

SAMPLES = Path(support.policies.__file__).parent / "sample"
ROOT = Path(__file__).parents[2]
MACROS = Environment(
    loader=FileSystemLoader(ROOT / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
).get_template("policies/_prose.html")


def drawn(text: str) -> str:
    return str(MACROS.module.blocks(parse(text)))  # type: ignore[attr-defined]


def test_headings_paragraphs_and_lists_are_told_apart() -> None:
    text = "# Title\nFirst line\nsecond line\n\n## Part\n- one\n- two\n  more\n1. first\n2. second"
    assert [(block.kind, block.level, block.plain) for block in parse(text)] == [
        ("heading", 1, "Title"),
        ("paragraph", 0, "First line second line"),
        ("heading", 2, "Part"),
        ("bullets", 0, "one two more"),
        ("numbers", 0, "first second"),
    ]


def test_wrapped_chinese_lines_are_joined_without_a_space() -> None:
    assert parse("我们会\n告诉您")[0].plain == "我们会告诉您"
    assert parse("我们用 Cookie\n和 URL")[0].plain == "我们用 Cookie 和 URL"


def test_strong_words_and_links_are_spans() -> None:
    assert parse("See **this** [page](/contact).")[0].lines == (
        (
            Span("See "),
            Span("this", strong=True),
            Span(" "),
            Span("page", url="/contact"),
            Span("."),
        ),
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/\\evil.example",
        "vbscript:x",
        "ftp://x",
    ],
)
def test_an_unsafe_address_stays_the_text_that_was_typed(url: str) -> None:
    (block,) = parse(f"[here]({url})")
    assert block.lines == ((Span(f"[here]({url})"),),)


def test_anchors_are_unique_in_a_text() -> None:
    anchors = [block.anchor for block in parse("# A\n# A\n## A")]
    assert anchors == ["s1", "s2", "s3"]


def test_no_level_of_headings_is_skipped() -> None:
    assert [block.level for block in parse("## A\n## B\n# C\n## D")] == [1, 2, 1, 2]


def test_tags_in_a_text_are_shown_not_obeyed() -> None:
    page = drawn("# <script>x</script>\n\n<img src=x> **<b>** [<i>](https://a.example/?a=1&b=2)")
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="https://a.example/?a=1&amp;b=2"' in page


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from("#-*[]()1. \n<>&\"'\x00\x0c\ufffe"))
    )
)
def test_any_text_is_drawn_as_well_formed_xml_of_known_tags(text: str) -> None:
    root = ElementTree.fromstring(f"<div>{drawn(text)}</div>")
    assert {each.tag for each in root.iter()} <= {
        "div",
        "h2",
        "h3",
        "p",
        "ul",
        "ol",
        "li",
        "strong",
        "a",
    }


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(("language", "mark"), [("en", "SAMPLE TEXT"), ("zh", "示例文本")])
def test_the_sample_says_first_that_it_is_one_and_is_whole(language: str, mark: str) -> None:
    blocks = parse((SAMPLES / f"{language}.md").read_text("utf-8"))
    assert mark in blocks[0].plain
    assert blocks[0].lines[0][0].strong
    assert not [block for block in blocks if "**" in block.plain or "](" in block.plain]


def test_both_samples_have_the_same_parts() -> None:
    def shape(language: str) -> list[tuple[str, int, int]]:
        blocks: list[Block] = parse((SAMPLES / f"{language}.md").read_text("utf-8"))
        return [(block.kind, block.level, len(block.lines)) for block in blocks]

    assert shape("en") == shape("zh")
