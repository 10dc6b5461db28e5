"""How well mentions are found, on texts that somebody else wrote and labelled without knowing how they are found."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from support.erasure.mentions import Identity, find
from tests.erasure.corpus import Text, Thread, threads

RECALL, PRECISION = 0.95, 0.9


def identity_of(thread: Thread) -> Identity:
    said = thread.identity
    return Identity(
        tuple(said["names"]),
        said["member_name"],
        tuple(said["mobiles"]),
        tuple(said["emails"]),
        tuple(said["organisations"]),
        tuple(said["addresses"]),
    )


def hits(found: Sequence[tuple[int, int]], text: Text) -> int:
    """How many labelled stretches were found: each once, by one that overlaps it by at least half of the longer."""
    left = [(start, end) for start, end, _what in text.spans]
    number = 0
    for start, end in found:
        for wanted in left:
            shared = min(end, wanted[1]) - max(start, wanted[0])
            if shared * 2 >= max(end - start, wanted[1] - wanted[0]):
                left.remove(wanted)
                number += 1
                break
    return number


def test_mentions_are_found_and_other_words_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    found = right = wanted = 0
    for thread in threads():
        who = identity_of(thread)
        for text in thread.texts:
            spans = [(one.start, one.end) for one in find(text.body, who)]
            found, wanted = found + len(spans), wanted + len(text.spans)
            right += hits(spans, text)
    recall, precision = right / wanted, right / found
    with capsys.disabled():
        said = f"recall {recall:.3f} of {wanted}, precision {precision:.3f} of {found}"
        print(f"\nmentions: {said}")  # noqa: T201 (the figures are asked for, whether it passes or not)
    assert recall >= RECALL
    assert precision >= PRECISION
