"""Pictures of the main pages, as README shows them: `make screenshots` writes them again."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from tests.faces.conftest import Visitors
from tests.faces.places import (
    CHECK,
    DESK_ORDER,
    LOGIN,
    MINE,
    NEW,
    ORDER,
    QUEUE,
    RECEIPT,
    SEARCH,
    START,
    Place,
)

PICTURES: list[tuple[str, Place, int, str, str]] = [
    ("start", START, 390, "light", "zh"),
    ("start", START, 1440, "light", "en"),
    ("new", NEW, 390, "light", "zh"),
    ("new", NEW, 1440, "dark", "zh"),
    ("check", CHECK, 390, "light", "zh"),
    ("receipt", RECEIPT, 390, "light", "zh"),
    ("my-orders", MINE, 390, "light", "zh"),
    ("order", ORDER, 390, "light", "zh"),
    ("order", ORDER, 1440, "light", "en"),
    ("login", LOGIN, 390, "dark", "zh"),
    ("queue", QUEUE, 1440, "light", "en"),
    ("queue", QUEUE, 1440, "dark", "zh"),
    ("queue", QUEUE, 390, "dark", "en"),
    ("desk-order", DESK_ORDER, 1440, "light", "en"),
    ("desk-order", DESK_ORDER, 390, "light", "zh"),
    ("search", SEARCH, 1440, "light", "en"),
]
HEIGHTS = {390: 844, 1440: 900}


@pytest.mark.faces
@pytest.mark.parametrize(("name", "place", "width", "theme", "language"), PICTURES)
def test_picture(
    visitors: Visitors,
    screenshots: Path | None,
    tmp_path: Path,
    name: str,
    place: Place,
    width: int,
    theme: str,
    language: str,
) -> None:
    page = visitors.visit(place, language)
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    path = (screenshots or tmp_path) / f"{name}-{width}-{theme}-{language}.png"
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size < 200 * 1024
