"""Known works are told from others by identifiers before titles, and counted as held and found."""

from __future__ import annotations

import pytest

from tests.warehouse.conftest import Library
from warehouse.recall import KnownWork, plain_url, recall


@pytest.mark.parametrize(
    ("known", "name", "by"),
    [
        (KnownWork("x", doi="https://doi.org/10.1234/TORBAY"), "torbay", "doi"),
        (KnownWork("x", url="https://www.made.test/torbay/"), "torbay", "url"),
        (KnownWork("x", title="Integrated care in Torbay: an evaluation", year=2012), "torbay", "title"),
        (KnownWork("x", title="INTEGRATED CARE IN TORBAY"), "torbay", "title"),
        (KnownWork("x", title="Integrated care in Torbay", year=2019), None, None),
        (KnownWork("x", title="Shared care planning, a trial", doi="10.1234/torbay"), "torbay", "doi"),
        (KnownWork("x", title="Shared care planning: a trial", doi="10.9999/unknown"), "trial", "title"),
        (KnownWork("x", title="Practice"), None, None),
        (KnownWork("x", title="Pooled budgets in practice, part 2"), None, None),
        (KnownWork("x"), None, None),
    ],
)
def test_a_known_work_is_found_by_what_tells_it(library: Library, known: KnownWork, name: str | None, by: str | None) -> None:
    (row,) = recall(library.snapshot, [known]).rows
    assert (row.work, row.by, row.found) == (library.id(name) if name else None, by, False)


def test_held_and_found_are_counted_apart(library: Library) -> None:
    known = [KnownWork("a", doi="10.1234/torbay"), KnownWork("b", doi="10.5555/plan"), KnownWork("c", doi="10.1/none")]
    found = recall(library.snapshot, known, {library.id("trial")})
    assert (found.held, found.found, found.searched) == (2, 1, True)
    share = found.share(found.found, found.held)
    assert share is not None and share[0] == 0.5 and share[1] == pytest.approx(0.0945, abs=1e-3) and share[2] == pytest.approx(0.9055, abs=1e-3)
    assert not recall(library.snapshot, known).searched and found.share(0, 0) is None


def test_addresses_that_differ_in_nothing_that_matters_are_one() -> None:
    assert plain_url("HTTPS://www.Made.test/A/b/#part") == plain_url("http://made.test/A/b") != plain_url("http://made.test/a/b")
