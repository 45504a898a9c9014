"""Heads read an excerpt as part of its document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from classify.heads import CONTEXT, Lessons, centre, fit_heads, known, of_document, read_heads

KEYS = (("level", "meso"),)
SAME = np.array([[1.0, 0.0, 0.0]] * 6, dtype=np.float32)


def about(first: float, second: float) -> np.ndarray:
    return centre(np.array([[0.0, first, second]], dtype=np.float32))


@pytest.mark.parametrize("sparse", [False, True])
def test_a_documents_centre_is_the_mean_of_its_excerpts_at_a_length_of_its_own(sparse: bool) -> None:
    rows = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]], dtype=np.float32)
    found = centre(csr_array(rows) if sparse else rows)
    table = found.toarray() if sparse else found
    assert table.shape == (1, 2) and np.linalg.norm(table) == pytest.approx(CONTEXT) and table[0, 1] == pytest.approx(2 * table[0, 0])
    none = centre(csr_array((0, 2)) if sparse else rows[:0])
    assert (none.toarray() if sparse else none).tolist() == [[0.0, 0.0]]


def as_read(vectors: np.ndarray, sparse: bool) -> Any:
    return csr_array(vectors) if sparse else vectors


@pytest.mark.parametrize("sparse", [False, True])
def test_the_same_words_say_another_thing_in_another_document(sparse: bool, tmp_path: Path) -> None:
    weights, yes, no = np.ones((6, 1)), np.ones((6, 1)), np.zeros((6, 1))
    same, here, there = (as_read(one, sparse) for one in (SAME, about(1, 0), about(0, 1)))
    joined, apart = of_document(same, here, yes, weights), of_document(same, there, no, weights)
    fit_heads(KEYS, joined.and_(apart), penalty=0.1).write(tmp_path / "heads.npz")
    heads = read_heads(tmp_path / "heads.npz")
    assert heads.logits(same[:1], here)[0, 0] > 1 > -1 > heads.logits(same[:1], there)[0, 0]
    assert abs(float(heads.logits(same[:1])[0, 0])) < 0.5


def test_a_theme_is_read_alike_in_every_document() -> None:
    weights, truth = np.ones((6, 2)), np.ones((6, 2))
    lessons = of_document(SAME, about(1, 0), truth, weights).and_(of_document(SAME, about(0, 1), 0 * truth, weights))
    heads = fit_heads((*KEYS, ("theme", "workforce")), lessons)
    assert heads.around[:, 0].any() and not heads.around[:, 1].any()


def test_lessons_put_together_keep_their_documents() -> None:
    own = Lessons(SAME[:2], np.zeros((2, 1)), np.array([[1.0], [0.0]]))
    first, second = (of_document(SAME[:1], about(1, at), np.ones((1, 1)), np.ones((1, 1))) for at in (0, 1))
    every = known(own.and_(first.and_(own), second))
    assert every.document is not None and every.document.tolist() == [-1, 0, -1, 1]
    assert every.centres.shape == (2, 3) and own.and_(own).centres is None
