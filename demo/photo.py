"""The photos of the demo, drawn here: nobody's face and nobody's file."""

from __future__ import annotations

import io

SIZE = (1200, 900)


def draw_photo() -> bytes:
    """Return a JPEG of a notebook on a table, as a phone would have taken it, turned by 90 degrees."""
    from PIL import (  # web processes import this room too, and draw no photo
        Image,
        ImageDraw,
        ImageFont,
    )

    picture = Image.new("RGB", SIZE, (214, 196, 172))
    pen = ImageDraw.Draw(picture)
    for line in range(0, SIZE[1], 30):
        pen.line([(0, line), (SIZE[0], line + 40)], fill=(205, 185, 158), width=3)
    pen.rounded_rectangle((330, 170, 870, 760), radius=24, fill=(120, 100, 84))
    pen.rounded_rectangle((310, 150, 850, 740), radius=24, fill=(32, 84, 96))
    pen.rectangle((370, 150, 392, 740), fill=(24, 64, 74))
    pen.rounded_rectangle((470, 260, 780, 360), radius=10, fill=(238, 230, 214))
    font = ImageFont.load_default(size=44)
    pen.text((512, 284), "Notebook A5", fill=(40, 40, 40), font=font)
    pen.ellipse((900, 90, 1130, 320), fill=(246, 242, 236))
    pen.ellipse((930, 120, 1100, 290), fill=(94, 62, 40))
    out = io.BytesIO()
    picture.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=85)
    return out.getvalue()


def draw_card(phrase: str) -> bytes:
    """Return a JPEG of a made-up card beside a sheet of paper with `phrase` (ASCII) on it."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", SIZE, (188, 176, 160))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((90, 120, 690, 500), radius=26, fill=(226, 234, 240))
    pen.rounded_rectangle((130, 190, 290, 400), radius=12, fill=(170, 182, 192))
    pen.ellipse((175, 215, 245, 295), fill=(120, 132, 142))
    pen.pieslice((150, 300, 270, 440), 180, 360, fill=(120, 132, 142))
    font = ImageFont.load_default(size=34)
    for row, words in enumerate(("SPECIMEN", "NAME  HE PING", "NO.  **************0417")):
        pen.text((330, 200 + 70 * row), words, fill=(60, 70, 80), font=font)
    pen.polygon([(420, 560), (1120, 520), (1140, 800), (440, 840)], fill=(252, 250, 244))
    pen.text((500, 640), phrase, fill=(30, 40, 110), font=ImageFont.load_default(size=48))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
