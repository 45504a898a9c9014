"""The measure of ranking: judged queries that search can read, and an nDCG that agrees with the textbook."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import UsageError
from evidence.taxonomy import load_taxonomy
from tests.quality.ranking import load_queries, mean_interval, ndcg, scores, shared_folder
from warehouse.query_language import parse

QUERY = '[[queries]]\nid = "a"\nkind = "plain"\nquery = "words"\nneed = "Words."\n[queries.judgments]\n"one.txt" = 3\n'


def test_there_are_forty_queries_of_several_kinds_that_search_can_read() -> None:
    queries = load_queries()
    assert len(queries) == 40
    assert {"plain", "phrase", "boolean"} <= {one.kind for one in queries}
    facets = load_taxonomy().facets
    for one in queries:
        assert parse(one.query, facets) is not None, one.id


def test_every_judged_path_exists() -> None:
    root = shared_folder()
    if not (root / "gold").is_dir():
        pytest.skip("the folder with the labelled documents is absent")
    missing = {path for one in load_queries() for path in one.judgments if not (root / path).is_file()}
    assert not missing


def test_ndcg_agrees_with_a_case_worked_by_hand() -> None:
    judgments = {"a": 3, "b": 2, "c": 1}
    best = 7 + 3 / math.log2(3) + 1 / 2
    assert ndcg(["a", "b", "c"], judgments) == pytest.approx(1)
    assert ndcg(["b", "x", "a"], judgments) == pytest.approx((3 + 7 / 2) / best)
    assert ndcg([], judgments) == 0


def test_a_document_named_twice_gains_once() -> None:
    assert ndcg(["a", "a", "a"], {"a": 1, "b": 1}) == ndcg(["a"], {"a": 1, "b": 1})


def test_what_stands_below_the_tenth_place_gains_nothing() -> None:
    assert ndcg([*map(str, range(10)), "a"], {"a": 3}) == 0


@given(st.dictionaries(st.sampled_from("abcdefghijklm"), st.integers(1, 3), min_size=1), st.permutations("abcdefghijklm"))
def test_ndcg_lies_between_none_and_all_and_the_best_order_is_best(judgments: dict[str, int], order: list[str]) -> None:
    ideal = sorted(judgments, key=lambda path: -judgments[path])
    assert 0 <= ndcg(order, judgments) <= 1 + 1e-12
    assert ndcg(ideal, judgments) == pytest.approx(1)


def test_a_ranking_is_asked_each_query() -> None:
    queries = load_queries()
    ideal = {one.query: [path for grade in (3, 2, 1) for path, given in one.judgments.items() if given == grade] for one in queries}
    assert all(score == pytest.approx(1) for score in scores(queries, lambda query: ideal[query]).values())
    assert all(score == 0 for score in scores(queries, lambda query: []).values())


def test_the_interval_holds_the_mean() -> None:
    mean, low, high = mean_interval([0.2, 0.4, 0.9, 1.0])
    assert low <= mean <= high
    assert mean == pytest.approx(0.625)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("= 3", "= 4", "judgments: expected at least one path with a grade of 1, 2 or 3"),
        ("= 3", "= true", "judgments: expected"),
        ('kind = "plain"', 'sort = "plain"', "expected id, kind, query, need and judgments"),
        ("[[queries]]", "[[queries]", "expected TOML"),
        ("[[queries]]", QUERY + "[[queries]]", "expected each id once"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(QUERY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        load_queries(path)
    assert str(refused.value).startswith("bad.toml: ")
    assert message in str(refused.value)
