"""What people's judgements teach: nothing that was known is counted as learnt, and nothing that no model can learn."""

from __future__ import annotations

from typing import Any

import pytest

from classify.decided import amended, partial, verdicts_on
from classify.taught_labels import Taught, taught
from tests.classify.test_decided import GOLD, TAXONOMY, decided

Told = tuple[str, str, str, str | None]


def on_file(*told: Told, closely: bool = False, **given: Any) -> Taught:
    file, verdicts = GOLD | given, verdicts_on(decided(*told), TAXONOMY)["doc"]
    return taught(amended(file, verdicts)[0], file, verdicts, TAXONOMY, closely)


def beside(*told: Told, closely: bool = False) -> Taught:
    verdicts = verdicts_on(decided(*told), TAXONOMY)["doc"]
    return taught(partial(verdicts, TAXONOMY), None, verdicts, TAXONOMY, closely)


def counts(one: Taught) -> tuple[int, int, int]:
    return len(one.learnt), len(one.known), len(one.not_learnt)


@pytest.mark.parametrize(("told", "expected"), [
    ([("accept", "theme", "funding", None)], (0, 1, 0)), ([("reject", "theme", "workforce", None)], (0, 1, 0)),
    ([("reject", "theme", "funding", None)], (1, 0, 0)), ([("accept", "relevance", "relevant", None)], (0, 1, 0)),
    ([("change", "study_design", "opinion", "policy")], (1, 1, 0)), ([("reject", "study_design", "opinion", None)], (0, 0, 1)),
    ([("add", "enabler", "leadership", None)], (0, 0, 1)),
    ([("reject", "relevance", "relevant", None), ("reject", "integration_type", "clinical", None)], (1, 0, 1)),
    ([("add", "evidence_strength", "limited", None)], (1, 0, 0)),
])
def test_on_the_gold_file_only_what_differs_from_it_is_learnt(told: list[Told], expected: tuple[int, int, int]) -> None:
    assert counts(on_file(*told, evidence_strength="none")) == expected


@pytest.mark.parametrize(("told", "expected"), [
    ([("accept", "theme", "funding", None)], (1, 0, 0)), ([("reject", "integration_type", "clinical", None)], (1, 0, 0)),
    ([("reject", "study_design", "opinion", None)], (0, 0, 1)), ([("change", "study_design", "opinion", "policy")], (1, 1, 0)),
    ([("add", "evidence_strength", "limited", None)], (0, 0, 1)), ([("reject", "relevance", "relevant", None)], (1, 0, 0)),
    ([("change", "relevance", "relevant", "off_topic"), ("reject", "integration_type", "clinical", None)], (1, 1, 1)),
])
def test_beside_the_file_what_models_are_fitted_to_is_learnt(told: list[Told], expected: tuple[int, int, int]) -> None:
    assert counts(beside(*told)) == expected


def test_heads_learn_that_an_off_topic_document_does_not_show_a_type() -> None:
    told: list[Told] = [("reject", "relevance", "relevant", None), ("reject", "integration_type", "clinical", None)]
    assert counts(beside(*told)) == (1, 0, 1)
    assert counts(beside(*told, closely=True)) == (2, 0, 0)
