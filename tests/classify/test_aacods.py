"""The checklist for grey literature: each answer rests on words of the text, and is unclear where there are none."""

from __future__ import annotations

import pytest

from classify.appraisal import aacods
from classify.prose import Prose
from classify.short_texts import text_document

PLAIN = "The team visits people at home and writes one plan with them. Nurses and social workers share an office in the town hall."


def _answers(sentence: str) -> dict[str, tuple[str, str]]:
    answers = aacods(Prose(text_document(f"Joint visits in one town\n\n{PLAIN} {sentence}")))
    return {one.question: (one.answer, one.span.quote if one.span else "") for one in answers}


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("objectivity", "The authors declare that they have no competing interests in this work.", "yes"),
        ("objectivity", "The funder had no role in the analysis or in the writing of this report.", "yes"),
        ("objectivity", "Book a demo and see how our customers have cut their costs.", "no"),
        ("objectivity", "The work was funded by the county council and two charities.", "unclear"),
        ("significance", "Little is known about how joint visits work in small towns.", "yes"),
        ("significance", "We discuss what these results have as implications for policy in other towns.", "yes"),
    ],
)
def test_an_answer_shows_the_words_that_it_rests_on(question: str, sentence: str, answer: str) -> None:
    assert _answers(sentence)[question] == (answer, sentence)


def test_nothing_is_granted_or_denied_without_words() -> None:
    answers = _answers("It rained on most days of the week.")
    assert answers["objectivity"] == ("unclear", "")
    assert answers["significance"] == ("unclear", "")
