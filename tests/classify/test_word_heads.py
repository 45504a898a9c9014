"""Heads by words: they read every excerpt and ship with the models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classify.excerpts import MOST_CHOSEN
from classify.heads import Lessons, head_keys, lesson_marks
from classify.models import load_models
from classify.observation import Observer
from classify.short_texts import text_document
from classify.substance import SUBSTANCE_FEATURES, substance_rows
from classify.word_heads import WORD_HEADS, fit_vocabulary, fit_word_heads, read_word_heads
from evidence.errors import IntegrandError
from evidence.taxonomy import load_taxonomy

HOUSING = (
    "The occupational therapist of the council and the housing officer visit the tenant together before discharge, so that adaptations to the flat "
    "are finished and the tenancy is safe when she comes home from the ward."
)
LOOMS = (
    "The collection of looms was given to the museum by a weaver's widow, and two rooms on the upper floor now show how patterns were punched into "
    "cards before the mill was closed."
)
KEY = ("boundary", "health_housing")
TAXONOMY = load_taxonomy()


def best(*paragraphs: str) -> float:
    observation = Observer(TAXONOMY).observe(text_document("\n\n".join(("What was done", *paragraphs))))
    said = load_models(closely=False).substance(observation.signs, None)
    return float(substance_rows(said, [KEY])[0][SUBSTANCE_FEATURES.index("best")])


def test_a_passage_that_speaks_of_a_label_is_told_from_one_that_does_not() -> None:
    assert best(HOUSING) > best(LOOMS) + 1


def test_a_passage_far_down_a_long_document_is_read() -> None:
    before = [LOOMS] * (3 * MOST_CHOSEN)
    assert best(*before, HOUSING) > best(*before) + 1


def test_a_document_without_excerpts_is_told_by_its_title() -> None:
    observation = Observer(TAXONOMY).observe(text_document("Occupational therapists and housing officers"))
    assert not observation.signs.excerpts
    said = load_models(closely=False).substance(observation.signs, None)
    assert np.isfinite(substance_rows(said, [KEY])).all()


def test_words_that_no_lesson_has_say_nothing() -> None:
    assert read_word_heads().vocabulary.vectors(["qwyx zzrt", ""]).nnz == 0


def test_what_ships_has_a_head_for_every_label_that_is_read() -> None:
    assert read_word_heads().heads.keys == head_keys(TAXONOMY)


@pytest.mark.slow
def test_what_is_written_is_read_again_and_the_same_lessons_give_the_same_heads(tmp_path: Path) -> None:
    marks = lesson_marks(TAXONOMY)
    vocabulary = fit_vocabulary(marks.texts)
    lessons = Lessons(vocabulary.vectors(marks.texts), marks.truth, marks.weights)
    fitted = fit_word_heads(vocabulary, head_keys(TAXONOMY), lessons)
    fitted.write(tmp_path / "heads.npz")
    read = read_word_heads(tmp_path / "heads.npz")
    assert read.vocabulary.words == vocabulary.words
    assert read.heads.keys == fitted.heads.keys
    assert np.array_equal(read.heads.weights, fitted.heads.weights)
    assert np.array_equal(fit_word_heads(vocabulary, head_keys(TAXONOMY), lessons).heads.weights, fitted.heads.weights)
    logits = fitted.heads.logits(vocabulary.vectors([HOUSING, LOOMS]))[:, fitted.heads.keys.index(KEY)]
    assert logits[0] > logits[1] + 1


@pytest.mark.parametrize("content", [b"nothing", b"", WORD_HEADS.read_bytes()[:9000]])
def test_a_file_that_holds_no_heads_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "heads.npz").write_bytes(content)
    with pytest.raises(IntegrandError, match=r"heads\.npz"):
        read_word_heads(tmp_path / "heads.npz")
