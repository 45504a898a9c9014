"""Fits the two models of relevance: one for documents, one for texts too short to be dense or varied (``subject.SHORT``).

That for documents learns from short texts too: without them its cross-validated F1 falls by 0.04.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classify.left_out import INNER_FOLDS, best_temper, folds, half_of_best
from classify.linear_models import Array, Pooled, fit_pooled
from classify.relevance import RelevanceModels
from classify.subject import SAID, WHOLE, about_names

SAID_PENALTY, COUNT_PENALTY = 4.0, 32.0
"""L2 weights of what excerpts say of joining up care, and of counts of terms and cues. With one weight of 16 for both the F1 is 0.82 instead of 0.84
(mean of five cross-validations over documents), and twice as many of the demonstration's documents are missed."""
SHORT_PENALTY, WHOLE_PENALTY = 8.0, 1000.0
"""L2 weights of a short text's features and of the numbers of its embedding, of which there are many and each says little."""
EVEN = 0.5
"""Threshold for short texts: what they learn from is chosen, not drawn, so its shares say nothing of what is to be expected."""


@dataclass(frozen=True)
class AboutExample:
    """Features of a document or text (``subject.about_row``), whether it is relevant, and its weight.

    ``tunes`` False keeps it in every fit and out of the choice of threshold and temper.
    """

    key: str
    row: Sequence[float]
    relevant: bool
    weight: float = 1.0
    tunes: bool = True


def fit_relevance(long: Sequence[AboutExample], short: Sequence[AboutExample], read: bool) -> RelevanceModels:
    return RelevanceModels(_fit_long(long, about_names(read)), _fit_short(short, about_names(read, short=True)))


def _fit_long(examples: Sequence[AboutExample], names: Sequence[str]) -> Pooled:
    """Threshold and temper are chosen on predictions for documents left out of the fit."""
    penalties = np.array([SAID_PENALTY if name in SAID else COUNT_PENALTY for name in names])
    if not any(one.tunes for one in examples):
        return replace(_fitted(examples, names, penalties), thresholds={"relevant": EVEN})
    tunes = np.array([one.tunes for one in examples])
    held = np.where(tunes, folds([one.key + "/relevance" for one in examples], INNER_FOLDS), -1)
    truth = np.array([float(one.relevant) for one in examples])
    logits = np.zeros(len(examples))
    for fold in range(INNER_FOLDS):
        model = _fitted([one for one, at in zip(examples, held, strict=True) if at != fold], names, penalties)
        for at in (int(found) for found in np.flatnonzero(held == fold)):
            logits[at] = model.logit("relevant", examples[at].row)
    temper = best_temper(logits[tunes], truth[tunes])
    threshold = half_of_best(1 / (1 + np.exp(-temper * logits[tunes])), truth[tunes])
    return replace(_fitted(examples, names, penalties), temper=temper, thresholds={"relevant": threshold})


def _fit_short(examples: Sequence[AboutExample], names: Sequence[str]) -> Pooled:
    penalties = np.array([WHOLE_PENALTY if name in WHOLE else SHORT_PENALTY for name in names])
    return replace(_fitted(examples, names, penalties), thresholds={"relevant": EVEN})


def _fitted(examples: Sequence[AboutExample], names: Sequence[str], penalty: Array) -> Pooled:
    """Where there is nothing to learn from, a model that knows nothing."""
    if not any(one.weight > 0 for one in examples):
        return Pooled(tuple(names), (0.0,) * len(names), 0.0, {"relevant": 0.0}, {}, 1.0, {})
    rows, truth = np.array([one.row for one in examples]), np.array([float(one.relevant) for one in examples])
    weights: Array = np.array([one.weight for one in examples])
    kept: NDArray[np.bool_] = weights > 0
    return fit_pooled(rows[kept], ["relevant"] * int(kept.sum()), ("relevant",), names, truth[kept], penalty, counts=weights[kept])
