"""What would break: two texts that ought to be compared would not be, as the short cuts to candidates would miss some."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.factory import make_document
from warehouse import containment
from warehouse.containment import MOST_HOLDERS
from warehouse.history import History
from warehouse.items import Item, item
from warehouse.likeness import BANDS, ROWS, TextSketch, shared_buckets

FEW_VALUES = st.lists(
    st.one_of(
        st.just([]), st.lists(st.integers(0, 3), min_size=100, max_size=100),
        st.integers(0, 2**32 - 1).map(lambda seed: np.random.default_rng(seed).integers(0, 2, size=BANDS * ROWS).tolist())),
    max_size=12)


def sketched(signatures: list[list[int]]) -> list[TextSketch]:
    return [TextSketch(np.array(one, dtype=np.uint32)) for one in signatures]


@settings(deadline=None)
@given(FEW_VALUES)
def test_a_bucket_is_named_exactly_where_another_text_falls_into_it(signatures: list[list[int]]) -> None:
    texts = sketched(signatures)
    keys = [
        [(band, tuple(one[band * ROWS : (band + 1) * ROWS])) for band in range(BANDS)] if len(one) >= BANDS * ROWS else [] for one in signatures
    ]
    held = Counter(key for some in keys for key in some)
    expected = [[bytes([band]) + np.array(rows, np.uint32).tobytes() for band, rows in some if held[band, rows] > 1] for some in keys]
    assert shared_buckets(texts) == expected


def items(signatures: list[list[int]], html: bool) -> list[Item]:
    plain = make_document(["Care."], html=html)
    made = [replace(plain, id=f"{'p' if html else 'f'}{at}", signature=tuple(one)) for at, one in enumerate(signatures) if one]
    return [item(one, History({})) for one in made]


@settings(deadline=None)
@given(FEW_VALUES, FEW_VALUES)
def test_minima_are_counted_as_by_comparing_every_page_with_every_file(first: list[list[int]], second: list[list[int]]) -> None:
    pages, files = items(first, True), items(second * 3, False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(containment, "PAGES_AT_ONCE", 5)
        found = {(page, file): shared for page, file, shared in containment._shared_minima(pages, files)} if pages and files else {}
    holders = Counter((place, int(value)) for file in files for place, value in enumerate(file.text.minima))
    expected = {
        (a, b): shared
        for a, page in enumerate(pages)
        for b, file in enumerate(files)
        if (shared := sum(
            x == y and holders[place, int(x)] <= MOST_HOLDERS
            for place, (x, y) in enumerate(zip(page.text.minima, file.text.minima, strict=False))))
    }
    assert found == expected
