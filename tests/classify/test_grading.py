"""Grades by the rules: what counts as a sample, a measured change, an adjustment and a title."""

from __future__ import annotations

import pytest

from classify.appraisal import Appraiser, sample_sizes
from classify.prose import Prose
from classify.short_texts import text_document
from evidence.taxonomy import load_taxonomy

APPRAISER = Appraiser(load_taxonomy().strength)


def _grade(text: str, design: str) -> str:
    return APPRAISER.grade(Prose(text_document(text)), design).appraisal.strength


@pytest.mark.parametrize(("plain", "sizes"), [
    ("Forty-one carers answered.", [41]), ("All 34 people with a plan were included.", [34]), ("Twenty practices took part.", [20]),
    ("In 2019 patients were asked.", []), ("They meet at ten on Mondays.", []),
])  # fmt: skip
def test_samples_are_read_in_figures_and_in_words(plain: str, sizes: list[int]) -> None:
    assert sample_sizes(plain) == sizes


def test_a_small_sample_takes_one_step_down_where_a_change_was_measured() -> None:
    text = "A plan for joint visits\n\nAll 34 people were included. Admissions {} in the year after the joint visits began."
    assert _grade(text.format("fell from 41 to 27"), "observational") == "anecdotal"
    assert _grade(text.format("were described"), "observational") == "limited"


def test_a_score_that_predicts_adjusts_nothing() -> None:
    text = (
        "Who is admitted next year\n\nRecords of 48,300 people were used. {} It was adjusted for age and sex. "
        "Admissions were higher by 12 per cent in towns."
    )
    assert _grade(text.format("We developed a risk score."), "observational") == "limited"
    assert _grade(text.format("We followed a cohort."), "observational") == "moderate"


def test_money_overspent_is_no_effect() -> None:
    text = "Report to the committee\n\nHome care {} by 2 million pounds because visits rose by 4 per cent last year."
    assert _grade(text.format("was overspent"), "record") == "none"


def test_a_study_made_elsewhere_is_not_the_documents_own() -> None:
    text = "Our strategy\n\nA study of 2,410 patients in another region found that admissions fell by 9 per cent with a virtual ward."
    assert _grade(text, "policy") == "none"


def test_the_title_says_nothing_of_where_sentences_stand() -> None:
    prose = Prose(text_document("Impact of a plan on methods of work\n\nThe two teams share an office. They met the council in May."))
    assert {sentence.zone for sentence in prose.sentences} == {"lead"}
