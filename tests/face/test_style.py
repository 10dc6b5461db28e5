"""The style sheet and the scripts: equal dark blocks, contrast, weight, nothing from elsewhere."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.face.gallery import ROOT

CSS = (ROOT / "static/app.css").read_text("utf-8")
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
MEMBER = {"app", "page", "forms", "upload", "draft", "small"}
STATES = ["ok", "warn", "bad", "info", "vio", "mute"]
GROUNDS = ["bg", "surface", "surface-2", "sel", "note"]


def tokens(start: str) -> dict[str, str]:
    """Return the custom properties of the first block that follows `start`."""
    block = CSS[CSS.index(start) + len(start) :].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):([^;}]+)", block))


LIGHT = tokens(":root{")
DARK = tokens(":root[data-theme=dark]{")


def luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_both_dark_blocks_are_equal() -> None:
    assert tokens(":root:not([data-theme=light]){") == DARK
    assert set(DARK) <= set(LIGHT)
    assert {name for name, value in LIGHT.items() if value.startswith("#")} <= set(DARK)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_has_a_contrast_of_4_5_and_borders_of_3(theme: dict[str, str]) -> None:
    pairs = [(ink, ground) for ink in ("ink", "ink-2", "ink-3", "acc") for ground in GROUNDS]
    pairs += [(state, f"{state}-s") for state in STATES] + [(state, "surface") for state in STATES]
    pairs += [
        ("acc-ink", "acc-soft"),
        ("on-acc", "acc"),
        ("on-acc", "acc-2"),
        ("ink-2", "surface-3"),
        ("ink-3", "surface-3"),
    ]
    pairs += [
        ("warn", "note"),
        ("warn", "note-l"),
        ("bg", "ink"),
        ("surface", "bad"),
        ("acc-ink", "surface"),
    ]
    for text, ground in pairs:
        assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground)
    for ground in ("bg", "surface", "surface-2"):
        assert contrast(theme["line-2"], theme[ground]) >= 3, ground


def test_each_token_used_is_set_and_each_colour_is_a_token() -> None:
    assert set(re.findall(r"var\(--([\w-]+)", CSS)) <= set(LIGHT)
    rest = re.sub(r"--[\w-]+:[^;}]+", "", CSS)
    assert not re.findall(r"#[0-9a-f]{6}\b", rest.replace("color:#000000", ""))
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "@font-face" not in CSS


def test_style_and_scripts_keep_their_weight() -> None:
    def weight(names: set[str]) -> int:
        return sum(len(gzip.compress(p.read_bytes(), 9)) for p in SCRIPTS if p.stem in names)

    assert len(gzip.compress(CSS.encode(), 9)) <= 14 * 1024
    assert weight(MEMBER) <= 6 * 1024
    assert weight({p.stem for p in SCRIPTS}) <= 16 * 1024


def test_scripts_run_under_the_policy_and_reach_no_one_else() -> None:
    for path in SCRIPTS:
        text = path.read_text("utf-8")
        assert not re.search(
            r"\beval\(|new Function|document\.write|https?://|setAttribute\(.style", text
        ), path.name
        assert len(text.splitlines()) <= 300
