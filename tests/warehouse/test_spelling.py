"""Words that no work holds are answered with the nearest that some do."""

from __future__ import annotations

import pytest

from tests.warehouse.conftest import Library
from warehouse.search import Searcher
from warehouse.spelling import _slips


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("pooled bugdets", "pooled budgets"),
        ("Torbey AND emergancy", "torbay AND emergency"),
        ('"pooled bugdets" OR torbay', '"pooled budgets" OR torbay'),
        ("title:tria OR practises", "title:trial OR practices"),
        ("pooled budgets", None),
        ("xqzzyv", None),
        ("NOT bugdets", None),
        ("author:riter", None),
        ("cre", None),
        ("", None),
        ("budgeting", None),
        ("straße OR bugdets", "straße OR budgets"),
        ("İİİ OR bugdets OR torbey", "İİİ OR budgets OR torbay"),
    ],
)
def test_a_slip_is_told_and_what_is_right_is_left_alone(searcher: Searcher, query: str, suggestion: str | None) -> None:
    assert searcher.search(query).suggestion == suggestion


def test_what_is_suggested_finds_something(library: Library, searcher: Searcher) -> None:
    answer = searcher.search("practises AND randomised")
    assert answer.total == 0 and answer.suggestion and searcher.search(answer.suggestion).ids == [library.id("trial")]


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("care", "care", 0), ("care", "crae", 1), ("care", "cares", 1), ("care", "core", 1),
     ("ca", "abc", 3), ("abcd", "wxyz", 3)],
)
def test_slips_are_counted(one: str, other: str, slips: int) -> None:
    assert _slips(one, other, 2) == min(slips, 3)
