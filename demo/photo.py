"""The photo of the story about turned pictures, drawn here: nobody's face and nobody's file."""

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
