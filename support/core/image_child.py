"""The child process of `core.images`: limits itself, decodes one image, writes it anew and a thumbnail.

Run as a script by an isolated interpreter; it imports nothing of ours, so that it starts fast and meets no
key. stdin is the upload; the order on the command line (`images` writes it) names the limits
and the two files open for the results; stdout gets one line of JSON. With `words` the picture is only
marked with them and written once.
Exit codes: 0 done, 3 damaged, 4 too large, 5 no room on the disk.
"""

from __future__ import annotations

import errno
import io
import json
import os
import resource
import sys
import warnings
from typing import Any

from PIL import Image, ImageCms, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

DAMAGED, TOO_LARGE, DISK_FULL = 3, 4, 5


def limit_self(order: dict[str, Any]) -> None:
    """Bound this process: memory, processor seconds, size of a written file, no core dump."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (order["cpu_seconds"], order["cpu_seconds"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (order["output_bytes"], order["output_bytes"]))
    if sys.platform != "darwin":  # macOS knows this limit but refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (order["memory_bytes"], order["memory_bytes"]))


def upright_srgb(image: Image.Image) -> Image.Image:
    """Return the first frame turned upright, in sRGB, with no metadata; RGBA only where something shows through."""
    profile = image.info.get("icc_profile")
    transparent = "A" in image.getbands() or "transparency" in image.info
    ImageOps.exif_transpose(image, in_place=True)
    mode = "RGBA" if transparent else "RGB"
    if image.mode == "CMYK" and profile:
        image, profile = _to_srgb(image, profile), None
    if image.mode != mode:
        image = image.convert(mode)
    if profile:
        image = _to_srgb(image, profile)
    if transparent and image.getchannel("A").getextrema()[0] == 255:
        image = image.convert("RGB")
    image.info.clear()
    return image


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours as the phone meant them; a broken profile is ignored, as browsers do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        if image.mode == "CMYK":
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
            return image if converted is None else converted
        ImageCms.profileToProfile(image, source, target, inPlace=True)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return image


def write(image: Image.Image, descriptor: int, *, png: bool) -> str:
    """Write `image` as PNG when asked or when it has transparency, else as JPEG; return the media type."""
    with os.fdopen(descriptor, "wb") as out:
        if png or image.mode == "RGBA":
            image.save(out, "PNG", compress_level=4)
            return "image/png"
        image.save(out, "JPEG", quality=90)
        return "image/jpeg"


def mark(image: Image.Image, words: str) -> Image.Image:
    """Return the picture with `words` drawn across it in rows, half transparent, legible on light and dark."""
    picture = image.convert("RGBA")
    size = max(14, min(picture.size) // 28)
    font = ImageFont.load_default(size)
    layer = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    width = int(draw.textlength(words, font=font)) + 3 * size
    for row, top in enumerate(range(size, picture.height, 6 * size)):
        for left in range(-(row % 2) * width // 2, picture.width, width):
            draw.text(
                (left, top), words, font=font, fill=(255, 255, 255, 130),
                stroke_width=max(1, size // 12), stroke_fill=(0, 0, 0, 110),
            )  # fmt: skip
    return Image.alpha_composite(picture, layer).convert("RGB")


def main(order: dict[str, Any]) -> int:
    """Re-encode stdin, which must hold an image of the ordered format; return the exit code."""
    limit_self(order)
    source_format, side = order["format"], order["thumbnail_side"]
    # Pillow only warns between its limit and twice its limit; here the limit is the limit.
    Image.MAX_IMAGE_PIXELS = order["max_pixels"]
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    try:
        opened = Image.open(sys.stdin.buffer, formats=[source_format])
        opened.load()
        image = upright_srgb(opened)
        if words := order.get("words"):
            write(mark(image, words), order["image_fd"], png=False)
            return 0
        media_type = write(image, order["image_fd"], png=source_format in ("PNG", "GIF"))
        size = image.size
        image.thumbnail((side, side))
        thumbnail_type = write(image, order["thumbnail_fd"], png=False)
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_LARGE
    except (UnidentifiedImageError, ValueError, SyntaxError, EOFError, RuntimeError):
        return DAMAGED
    except OSError as error:
        return {errno.ENOSPC: DISK_FULL, errno.EDQUOT: DISK_FULL, errno.EFBIG: TOO_LARGE}.get(
            error.errno or 0, DAMAGED
        )
    answer = {
        "media_type": media_type,
        "size": size,
        "thumbnail_type": thumbnail_type,
        "thumbnail_size": image.size,
    }
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
