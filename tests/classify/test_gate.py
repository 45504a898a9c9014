"""The gate of classification quality: what is below its floor, or could not be measured, is told and fails."""

from __future__ import annotations

from typing import Any

from classify.cases import Case
from classify.evaluation import Score, facet_scores, finding_scores
from evidence.records import Tag, Tagging
from tests.quality.classification import FLOORS, missed


def scores(**changed: float) -> list[Score]:
    values = dict(FLOORS) | {name.replace("_f1", " F1"): value for name, value in changed.items()}
    return [Score(name, 100, value, value, value) for name, value in values.items()]


def test_all_at_their_floors_pass() -> None:
    assert missed(scores()) == []


def test_one_below_its_floor_is_named() -> None:
    assert missed(scores(relevance_f1=FLOORS["relevance F1"] - 0.001)) == ["relevance F1"]


def test_a_measure_that_was_not_taken_was_not_met() -> None:
    assert missed([score for score in scores() if score.name != "findings F1"]) == ["findings F1"]


def test_a_measure_that_is_no_number_was_not_met() -> None:
    assert missed(scores(relevance_f1=float("nan"))) == ["relevance F1"]


def test_what_is_nowhere_to_find_and_nowhere_found_has_no_score() -> None:
    assert finding_scores([], []) == []


def test_a_label_that_is_found_where_none_is_to_find_counts_as_wrong() -> None:
    unread: Any = None
    case = Case("a", {"relevance": "relevant", "theme": [], "level": []}, unread, unread)
    tagging = Tagging("d", "1", "1", tags=(Tag("theme", "workforce", 0.9, False, "combined"),))
    found = {score.name: score.value for score in facet_scores([case], [tagging])}
    assert found["theme micro-F1"] == 0.0
    assert not [name for name in found if name.startswith(("level", "places", "findings"))]
