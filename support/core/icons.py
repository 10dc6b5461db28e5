"""Icons: one cached inline SVG for each name, size and label.

The drawings come from the ``lucide`` wheel, so no icon font, sprite or request is needed and the strict
content policy holds. This is the one module allowed to build ``Markup``: what it marks safe is the
wheel's own drawing, and the label, the only text of ours in it, is set through the element tree,
which escapes it.
"""

import functools
import re

from lucide.jinja import lucide
from markupsafe import Markup

_BETWEEN_TAGS = re.compile(r"\s*\n\s*")


def icon(name: str, size: int = 16, label: str | None = None) -> Markup:
    """Draw the icon ``name`` as inline SVG of ``size`` CSS pixels.

    With a ``label`` the drawing is an image with that name for readers; without one it is
    decoration and hidden from them. Raises ``lucide.IconDoesNotExist`` for an unknown name, so
    that rendering a page is enough to find a slip.
    """
    return _draw(name, size, None if label is None else str(label))


@functools.cache
def _draw(name: str, size: int, label: str | None) -> Markup:
    attributes = {"class": "i", "focusable": "false"}
    if label is None:
        attributes["aria-hidden"] = "true"
    else:
        attributes |= {"role": "img", "aria-label": label}
    drawing = lucide(name, size=size, **attributes)
    return Markup(_BETWEEN_TAGS.sub("", drawing))  # noqa: S704 - see the module docstring
