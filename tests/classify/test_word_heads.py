"""Heads by words: they read every excerpt, ship with the models and are those of the taxonomy and the lessons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classify.excerpts import MOST_CHOSEN, excerpts
from classify.prose import Prose
from classify.short_texts import text_document
from classify.word_heads import NOTHING_SAID, WORD_FEATURES, WORD_HEADS, fit_word_heads, read_word_heads
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


def best(*paragraphs: str) -> float:
    prose = Prose(text_document("\n\n".join(("What was done", *paragraphs))))
    return read_word_heads().rows(excerpts(prose))[KEY][WORD_FEATURES.index("words_best")]


def test_a_passage_that_speaks_of_a_label_is_told_from_one_that_does_not() -> None:
    assert best(HOUSING) > best(LOOMS) + 1


def test_a_passage_far_down_a_long_document_is_read() -> None:
    before = [LOOMS] * (3 * MOST_CHOSEN)
    assert best(*before, HOUSING) > best(*before) + 1


def test_a_document_without_excerpts_says_nothing_of_any_label() -> None:
    heads = read_word_heads()
    assert heads.rows(()) == {key: list(NOTHING_SAID) for key in heads.heads.keys}


def test_words_that_no_lesson_has_say_nothing() -> None:
    heads = read_word_heads()
    assert heads.vectors(["qwyx zzrt", ""]).nnz == 0


@pytest.mark.slow
def test_what_ships_is_what_the_taxonomy_and_the_lessons_teach(tmp_path: Path) -> None:
    fitted = fit_word_heads(load_taxonomy())
    fitted.write(tmp_path / "heads.npz")
    written, shipped = read_word_heads(tmp_path / "heads.npz"), read_word_heads()
    assert written.words == shipped.words
    assert written.heads.keys == shipped.heads.keys
    assert np.allclose(written.heads.weights, shipped.heads.weights, atol=0.05)
    assert np.array_equal(written.heads.weights, fitted.heads.weights)


@pytest.mark.parametrize("content", [b"nothing", b"", WORD_HEADS.read_bytes()[:9000]])
def test_a_file_that_holds_no_heads_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "heads.npz").write_bytes(content)
    with pytest.raises(IntegrandError, match=r"heads\.npz"):
        read_word_heads(tmp_path / "heads.npz")
