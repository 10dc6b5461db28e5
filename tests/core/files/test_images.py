"""Pictures are written anew by a limited child: what goes in crafted comes out as pixels, or not at all."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageCms

from support.core import images
from support.core.errors import TooLarge, WrongType
from support.core.images import Reencoded, reencode


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """A picture whose left half is red and right half blue."""
    made = Image.new(mode, size, "red")
    made.paste(Image.new(mode, (size[0] // 2, size[1]), "blue"), (size[0] // 2, 0))
    return made


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    """The bytes of `image` in a format."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def gps_jpeg(orientation: int = 6) -> bytes:
    """A phone photo: camera, place, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretPhone"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 16.0, 12.5), 3: "E", 4: (120.0, 9.0, 1.0)})
    return saved(picture(), "JPEG", exif=exif)


def png_claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose header declares a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


class Bench:
    """A folder with the one input and two outputs of a run."""

    def __init__(self, folder: Path) -> None:
        self.source, self.target = folder / "in", folder / "out"
        self.thumbnail = folder / "small"

    def run(self, content: bytes, kind: str) -> Reencoded:
        self.source.write_bytes(content)
        return reencode(self.source, kind, self.target, self.thumbnail)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_photo_loses_place_and_camera_and_stands_upright(bench: Bench) -> None:
    content = gps_jpeg()
    assert b"SecretPhone" in content
    done = bench.run(content, "JPEG")
    assert (done.media_type, done.width, done.height) == ("image/jpeg", 48, 64)
    for path in (bench.target, bench.thumbnail):
        assert b"SecretPhone" not in path.read_bytes()
        assert b"Exif" not in path.read_bytes()
        with Image.open(path) as result:
            assert not result.getexif()
            assert result.size == (48, 64)
            red, _, blue = result.convert("RGB").getpixel((24, 4))  # type: ignore[misc]
            assert red > 200 > blue, "the left half went up: turned clockwise"


def test_a_heic_becomes_a_jpeg_without_its_metadata(bench: Bench) -> None:
    heif = pillow_heif.from_pillow(picture((640, 480)))
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    heif.save(out, quality=80, exif=exif.tobytes())
    assert b"SecretPhone" in out.getvalue()
    done = bench.run(out.getvalue(), "HEIF")
    assert (done.media_type, done.width, done.height) == ("image/jpeg", 640, 480)
    assert b"SecretPhone" not in bench.target.read_bytes()
    with Image.open(bench.target) as result:
        assert result.format == "JPEG"


@pytest.mark.parametrize(
    ("kind", "mode", "expected"),
    [
        ("PNG", "RGB", "image/png"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "1", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "I;16", "image/png"),
        ("WEBP", "RGB", "image/jpeg"),
        ("WEBP", "RGBA", "image/jpeg"),
        ("GIF", "P", "image/png"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
    ],
)
def test_each_accepted_kind_comes_out_as_jpeg_or_png(
    bench: Bench, kind: str, mode: str, expected: str
) -> None:
    source = Image.new("I;16", (64, 48), 9) if mode == "I;16" else picture().convert(mode)
    done = bench.run(saved(source, kind), kind)
    assert done.media_type == expected
    with Image.open(bench.target) as result:
        assert result.size == (64, 48)
        assert Image.MIME[result.format or ""] == expected


def test_only_the_first_frame_of_an_animation_is_kept(bench: Bench) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    done = bench.run(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), "GIF")
    assert done.media_type == "image/png"
    with Image.open(bench.target) as result:
        assert getattr(result, "n_frames", 1) == 1
        assert result.convert("RGB").getpixel((5, 5)) == (255, 0, 0)


def test_what_is_transparent_stays_so(bench: Bench) -> None:
    clear = Image.new("RGBA", (900, 300), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 450, 300))
    done = bench.run(saved(clear, "WEBP", lossless=True), "WEBP")
    assert (done.media_type, done.thumbnail_type) == ("image/png", "image/png")
    assert (done.thumbnail_width, done.thumbnail_height) == (480, 160)
    with Image.open(bench.target) as result:
        assert result.getpixel((899, 5))[3] == 0  # type: ignore[index]
        assert result.getpixel((5, 5)) == (0, 0, 255, 255)


def test_colours_are_brought_to_srgb_and_the_profile_is_dropped(bench: Bench) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    mirrored = profile.replace(b"rXYZ", b"----", 1).replace(b"bXYZ", b"rXYZ", 1)
    mirrored = mirrored.replace(b"----", b"bXYZ", 1)  # its red is blue
    bench.run(saved(picture(), "PNG", icc_profile=mirrored), "PNG")
    with Image.open(bench.target) as result:
        assert "icc_profile" not in result.info
        red, _, blue = result.getpixel((5, 5))  # type: ignore[misc]
        assert blue > 200 > red, "the profile was applied, not thrown away"


def test_a_broken_profile_is_ignored(bench: Bench) -> None:
    bench.run(saved(picture(), "PNG", icc_profile=b"not a profile"), "PNG")
    with Image.open(bench.target) as result:
        assert result.getpixel((5, 5)) == (255, 0, 0)


def test_an_appended_archive_or_script_does_not_survive(bench: Bench) -> None:
    bench.run(saved(picture(), "JPEG") + b"<?php system($_GET['c']); ?>PK\x03\x04evil", "JPEG")
    assert b"php" not in bench.target.read_bytes()
    assert b"PK\x03\x04" not in bench.target.read_bytes()


def test_ten_thousand_squared_is_refused_in_words(bench: Bench) -> None:
    bomb = saved(Image.new("1", (10_000, 10_000)), "PNG")
    assert len(bomb) < 100_000
    with pytest.raises(TooLarge) as refused:
        bench.run(bomb, "PNG")
    assert refused.value.words == images.TOO_MANY_PIXELS
    assert refused.value.facts["megapixels"] == 40


def test_the_pixel_limit_is_exact(bench: Bench) -> None:
    assert bench.run(saved(Image.new("L", (8000, 5000)), "PNG"), "PNG").width == 8000
    with pytest.raises(TooLarge):
        bench.run(saved(Image.new("L", (8000, 5001)), "PNG"), "PNG")


@pytest.mark.parametrize(
    ("kind", "size"), [("JPEG", (8000, 5000)), ("PNG", (8000, 5000)), ("WEBP", (5000, 4000))]
)
def test_the_largest_picture_of_each_kind_fits_the_memory_limit_also_when_turned(
    bench: Bench, kind: str, size: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    mode = "RGB" if kind == "JPEG" else "RGBA"
    largest = Image.new(mode, size, (9, 99, 200, 120)[: len(mode)])
    options = {"compress_level": 1} if kind == "PNG" else {"method": 0} if kind == "WEBP" else {}
    done = bench.run(saved(largest, kind, exif=exif, **options), kind)
    assert (done.height, done.width) == size


def test_a_header_that_promises_too_much_is_refused_before_decoding(bench: Bench) -> None:
    with pytest.raises(TooLarge):
        bench.run(png_claiming(60_000, 60_000), "PNG")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_truncated_picture_is_called_damaged(bench: Bench, kind: str) -> None:
    whole = saved(Image.effect_noise((200, 200), 60).convert("RGB"), kind)
    with pytest.raises(WrongType) as refused:
        bench.run(whole[: len(whole) // 2], kind)
    assert refused.value.words == images.DAMAGED


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"GIF89a", os.urandom(5000)])
def test_rubbish_is_called_damaged(bench: Bench, content: bytes) -> None:
    with pytest.raises(WrongType):
        bench.run(content, "JPEG")


def test_a_picture_is_decoded_only_as_what_it_was_found_to_be(bench: Bench) -> None:
    with pytest.raises(WrongType):
        bench.run(saved(picture(), "PNG"), "JPEG")


@pytest.mark.parametrize("limit", ["MEMORY_BYTES", "CPU_SECONDS", "OUTPUT_BYTES"])
def test_each_limit_of_the_child_holds(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    noisy = saved(Image.effect_noise((2500, 2500), 60).convert("RGB"), "PNG", compress_level=1)
    assert bench.run(noisy, "PNG").width == 2500
    tight = {"MEMORY_BYTES": 80 * 1024**2, "CPU_SECONDS": 0, "OUTPUT_BYTES": 100_000}
    monkeypatch.setattr(images, limit, tight[limit])
    with pytest.raises((TooLarge, WrongType)):
        bench.run(noisy, "PNG")


def test_a_child_that_hangs_is_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "WALL_SECONDS", 0.05)
    with pytest.raises(TooLarge):
        bench.run(saved(picture(), "JPEG"), "JPEG")


def test_the_child_sees_no_environment_of_ours(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spy = tmp_path / "spy.py"
    seen = tmp_path / "seen"
    spy.write_text(
        "import os, pathlib, sys\n"
        f"pathlib.Path({str(seen)!r}).write_text(f'{{sorted(os.environ)}} {{os.getcwd()}}')\n"
        "sys.exit(3)\n"
    )
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    monkeypatch.setattr(images, "_CHILD", spy)
    with pytest.raises(WrongType):
        bench.run(b"x", "JPEG")
    assert "DATABASE_URL" not in seen.read_text()
    assert os.getcwd() not in seen.read_text()
