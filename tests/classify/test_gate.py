"""The gate of classification quality: what is below its floor, or could not be measured, is told and fails."""

from __future__ import annotations

from classify.evaluation import Score, finding_scores
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
