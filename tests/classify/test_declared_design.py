"""What authors say that they did: a design counts where summary or methods say that it was done here."""

from __future__ import annotations

import pytest

from classify.evaluation import common_macro_f1, macro_f1
from classify.prose import Prose
from classify.study_design import declarations
from tests.classify.documents import made

LABELS = ("qualitative", "observational", "mixed_methods", "quasi_experiment", "randomised_trial", "protocol")


def declared(*sentences: str) -> set[str]:
    prose = Prose(made("Care in one town", "# Abstract", " ".join(sentences)))
    return {label for label, (count, _) in declarations(prose, LABELS).items() if count}


@pytest.mark.parametrize(
    ("sentence", "label"),
    [
        ("We conducted a cross-sectional survey of 412 practices.", "observational"),
        ("A mixed-methods design was used to study the hub.", "mixed_methods"),
        ("Twenty nurses were interviewed and the interviews analysed by theme.", "qualitative"),
        ("Practices were compared with matched controls in a controlled before and after study.", "quasi_experiment"),
        ("Patients were randomised to the team or to usual care.", "randomised_trial"),
    ],
)
def test_a_design_that_was_used_is_declared(sentence: str, label: str) -> None:
    assert label in declared(sentence)


def test_a_design_that_others_used_is_not_declared() -> None:
    assert not declared("Smith and others (2014) report that a randomised trial of such teams was carried out elsewhere.")


def test_a_design_that_is_only_named_is_not_declared() -> None:
    assert not declared("Randomised trials remain rare for joint teams.")


def test_rare_labels_do_not_count_among_the_common_ones() -> None:
    right = [(frozenset({"policy"}), frozenset({"policy"}))] * 10
    pairs = [*right, (frozenset({"opinion"}), frozenset({"policy"}))]
    assert common_macro_f1(pairs) == pytest.approx(20 / 21)
    assert macro_f1(pairs) == pytest.approx(10 / 21)
