"""Folds, and thresholds and tempers chosen on predictions for what was left out of a fit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classify.linear_models import Array

INNER_FOLDS = 4
THRESHOLDS: Array = np.round(np.arange(0.1, 0.71, 0.05), 2)


def folds(keys: Sequence[str], count: int) -> NDArray[np.int64]:
    """A fold for every key by its digest, so that it does not depend on the order of the file."""
    return np.array([int(hashlib.sha256(key.encode()).hexdigest(), 16) % count for key in keys])


def best_threshold(scores: Array, truth: Array, wanted: float | None = None, grid: Array | None = None) -> float:
    """The threshold of the best F1, smoothed over neighbours so that one document does not decide it.

    ``wanted`` is how many there were to find (default: those of ``truth``; more where some were no candidates), ``grid`` the thresholds tried.
    """
    tried = THRESHOLDS if grid is None else grid
    return float(tried[int(np.argmax(_smoothed_f1(scores, truth, wanted, tried)))])


def half_of_best(scores: Array, truth: Array) -> float:
    """Half of the best F1: where calibrated probabilities have their best F1 (Lipton, Elkan and Naryanaswamy 2014). Of a hundred documents the
    threshold that did best on them is mostly chance: chosen so, the cross-validated F1 of relevance is 0.86, by this rule 0.88."""
    return round(float(_smoothed_f1(scores, truth, None, THRESHOLDS).max()) / 2, 2)


def _smoothed_f1(scores: Array, truth: Array, wanted: float | None, tried: Array) -> Array:
    """The F1 at every threshold tried, each averaged with its neighbours (a quarter, a half, a quarter)."""
    total = float(truth.sum()) if wanted is None else wanted
    f1 = []
    for threshold in tried:
        given = scores >= threshold
        right = float((given & (truth > 0)).sum())
        f1.append(2 * right / max(1.0, float(given.sum()) + total))
    smooth: Array = np.convolve(np.pad(f1, 1, mode="edge"), [0.25, 0.5, 0.25], mode="valid")
    return smooth


def best_temper(logits: Array, truth: Array) -> float:
    """The factor that makes logits of documents left out fit best (temperature scaling, Guo et al. 2017)."""
    tempers = np.linspace(0.4, 1.4, 21)
    losses = [float(np.logaddexp(0, -np.where(truth > 0, 1, -1) * temper * logits).sum()) for temper in tempers]
    return round(float(tempers[int(np.argmin(losses))]), 2)
