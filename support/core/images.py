"""Images are never kept as they came: a limited child process decodes and writes them anew.

What comes out holds pixels only: no EXIF, no place, no camera, no appended archive or script, upright, in
sRGB. A decoder that a crafted file breaks or fills takes down the child and nothing else.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from support.core.errors import TooLarge, Unavailable, WrongType
from support.core.words import N_

log = logging.getLogger(__name__)

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10
OUTPUT_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 40_000_000
# Its decoder holds two canvases with transparency: 40 million pixels do not fit the memory limit (measured).
MAX_PIXELS_OF = {"WEBP": 20_000_000}
THUMBNAIL_SIDE = 480
WALL_SECONDS = 30
_DAMAGED, _TOO_LARGE = 3, 4  # what the child answers
# Started by its path and never imported: Pillow stays out of the web processes' memory.
_CHILD = Path(__file__).with_name("image_child.py")

DAMAGED = N_("This picture is damaged or incomplete. Please send it again.")
TOO_MANY_PIXELS = N_(
    "This picture is too large to be processed. Please send it smaller, at most %(megapixels)s megapixels."
)
BUSY = N_("Many pictures are being processed right now. Please try again in a moment.")

# Each child may take half a gigabyte: a flood of pictures waits, it does not fill the machine.
_children = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Reencoded:
    """What the child wrote: media types and sizes in pixels (width, height)."""

    media_type: str
    width: int
    height: int
    thumbnail_type: str
    thumbnail_width: int
    thumbnail_height: int


def reencode(source: Path, source_format: str, target: Path, thumbnail: Path) -> Reencoded:
    """Decode `source` (a Pillow format name says as what) and write a clean image and a thumbnail.

    Raises `WrongType` for a damaged picture, `TooLarge` beyond the limits of pixels, memory or time,
    `Unavailable` when no child is free within 30 s, `OSError` when the disk is full or no child starts.
    """
    if not _children.acquire(timeout=WALL_SECONDS):
        raise Unavailable(BUSY)
    try:
        status, answer = _run_child(source, source_format, target, thumbnail)
    finally:
        _children.release()
    if status == 0:
        found = json.loads(answer)
        width, height = found["size"]
        small_width, small_height = found["thumbnail_size"]
        return Reencoded(
            found["media_type"], width, height, found["thumbnail_type"], small_width, small_height
        )
    log.info("image_refused", extra={"status": status, "format": source_format})
    if status == _DAMAGED or -status in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS):
        raise WrongType(DAMAGED)
    if status != _TOO_LARGE and status > 0:
        raise OSError(f"the image process ended with {status}")
    megapixels = MAX_PIXELS_OF.get(source_format, MAX_PIXELS) // 1_000_000
    raise TooLarge(OUTPUT_BYTES, TOO_MANY_PIXELS, megapixels=megapixels)


def watermark(data: bytes, source_format: str, words: str) -> bytes:
    """Return the picture as JPEG with `words` (ASCII) drawn across it many times, for the eyes of whoever looks.

    No plain copy touches the disk. Raises `Unavailable` when no child is free or it fails.
    """
    if not _children.acquire(timeout=WALL_SECONDS):
        raise Unavailable(BUSY)
    try:
        status, drawn = _draw_in_child(data, source_format, words)
    except OSError as error:  # no process, no pipe
        log.exception("watermark_failed")
        raise Unavailable() from error
    finally:
        _children.release()
    if status != 0:
        log.error("watermark_failed", extra={"status": status})
        raise Unavailable()
    return drawn


def _draw_in_child(data: bytes, source_format: str, words: str) -> tuple[int, bytes]:
    """Return the exit code and the picture, which comes through a pipe."""
    reading, writing = os.pipe()
    order = _limits(source_format) | {"image_fd": writing, "thumbnail_fd": None, "words": words}
    drawn = list[bytes]()
    with TemporaryDirectory() as empty, os.fdopen(reading, "rb") as result:
        taking = threading.Thread(target=lambda: drawn.append(result.read()))
        try:
            child = subprocess.Popen(
                [sys.executable, "-I", str(_CHILD), json.dumps(order)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(writing,),
                cwd=empty,
                env=_CHILD_ENVIRONMENT,
                start_new_session=True,
            )
        finally:
            os.close(writing)
        taking.start()
        try:
            child.communicate(data, timeout=WALL_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        taking.join()
    return child.returncode, b"".join(drawn)


def _limits(source_format: str) -> dict[str, Any]:
    return {
        "format": source_format,
        "memory_bytes": MEMORY_BYTES,
        "cpu_seconds": CPU_SECONDS,
        "output_bytes": OUTPUT_BYTES,
        "max_pixels": MAX_PIXELS_OF.get(source_format, MAX_PIXELS),
        "thumbnail_side": THUMBNAIL_SIDE,
    }


# Each further arena would reserve 64 MB of the limit.
_CHILD_ENVIRONMENT = {"MALLOC_ARENA_MAX": "1"}


def _run_child(
    source: Path, source_format: str, target: Path, thumbnail: Path
) -> tuple[int, bytes]:
    """Return the exit code (negative: the signal that a limit sent) and what the child printed."""
    with (
        source.open("rb") as stdin,
        target.open("wb") as image_out,
        thumbnail.open("wb") as thumbnail_out,
        TemporaryDirectory() as empty,
    ):
        order = _limits(source_format) | {
            "image_fd": image_out.fileno(),
            "thumbnail_fd": thumbnail_out.fileno(),
        }
        command = [sys.executable, "-I", str(_CHILD), json.dumps(order)]
        child = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(image_out.fileno(), thumbnail_out.fileno()),
            cwd=empty,
            env=_CHILD_ENVIRONMENT,
            start_new_session=True,
        )
        try:
            answer, _ = child.communicate(timeout=WALL_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            answer, _ = child.communicate()
    return child.returncode, answer
