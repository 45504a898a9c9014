"""One small head a label: logistic regression on the vector of an excerpt and that of its document. What it learns from, its fit and its file.

For :data:`IN_CONTEXT` an excerpt is read as part of its document: the mean of the document's excerpts (of embeddings: of those read closely) has
weights of its own.
Heads learn from the taxonomy's own examples (positive and hard negative), from passages that readers judged and sentences that they quoted
(``classify.document_lessons``), and from excerpts of our own. Each is fitted alone with an L2 penalty,
from zero, so that the same lessons give the same weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify.label_evidence import Key
from classify.linear_models import Array, read_arrays
from classify.written_lessons import written_lessons
from evidence.taxonomy import Taxonomy
from language.encoder import QuantisedEncoder, Vectors

JOINING: Key = ("relevance", "relevant")
"""The head that tells whether an excerpt is about joining up, personalising or commissioning care at all."""
JOINING_BY_WRITING: Key = ("relevance", "by_writing")
"""The same, learnt from the taxonomy's examples and from excerpts of our own alone: short texts are judged by it."""
OF_RELEVANCE = (JOINING, JOINING_BY_WRITING)
READ_FACETS = (
    "integration_type", "breadth", "boundary", "reality", "level", "theme", "population", "perspective", "evaluation_method",
)
"""Facets with heads. Intensity is told as well by cues alone (cross-validated 0.49 both ways)."""
SHOWING = ("integration_type", "breadth", "boundary", "intensity", "reality")
"""Facets whose positive examples are all about joining up care, and whose labels an off-topic excerpt never has."""
BESIDE = ("enabler", "barrier", "key_prompt", "process_stage", "commissioning_cycle", "work_strand")
"""Facets whose positive examples mostly are: half as sure."""
OTHER_LABEL = 0.3
"""Weight of another label's positive example as a negative one: a sentence may show two."""
SCALE, PENALTY = 8.0, 2.0
"""Unit vectors are multiplied by the first, so that the second is of the order used elsewhere; chosen on the trap suite, coarsely. Three times as
much finds passages a little better (0.005 of average precision) and tells documents no better."""
IN_CONTEXT = ("integration_type", "level")
"""Facets whose heads read an excerpt as part of its document: levels are told better by 0.05 (F1, mean of three cross-validations over documents),
integration types by 0.01. Boundaries and themes are told worse by 0.02. Relevance is told alike on labelled documents, but worse on others: of the
demonstration's 33 long ones ten are mistaken instead of three, as a centre tells which collection a document is from."""
CONTEXT = 0.6
"""Length of a document's centre beside an excerpt of length 1; from 0.3 to 1 passages are told equally well."""


@dataclass(frozen=True)
class Lessons:
    """``vectors`` [n, width] (of words: sparse); ``truth`` and ``weights`` [n, labels], where a weight of 0 means that nothing is known.

    ``centres`` [documents, width] are :func:`centre` of the documents that lessons come from, and ``document`` [n] says which of them is each
    lesson's, -1 where it is of none.
    """

    vectors: Vectors
    truth: Array
    weights: Array
    centres: Any = None
    document: NDArray[np.int64] | None = None

    def and_(self, *others: Lessons) -> Lessons:
        every = (self, *others)
        held = [one.centres for one in every if one.centres is not None]
        numbers, first = [], 0
        for one in every:
            if one.centres is None or one.document is None:
                numbers.append(np.full(len(one.truth), -1))
            else:
                numbers.append(np.where(one.document < 0, -1, one.document + first))
                first += one.centres.shape[0]
        return Lessons(
            stacked([one.vectors for one in every]), np.vstack([one.truth for one in every]), np.vstack([one.weights for one in every]),
            stacked(held) if held else None, np.concatenate(numbers) if held else None,
        )


def of_document(vectors: Vectors, around: Any, truth: Array, weights: Array) -> Lessons:
    """Lessons that are all of one document, whose centre is ``around`` [1, width]."""
    return Lessons(vectors, truth, weights, around, np.zeros(len(truth), dtype=np.int64))


@dataclass(frozen=True)
class Heads:
    """``weights`` [width, labels] of an excerpt, ``around`` [width, labels] of its document's centre, and ``bias`` [labels], in the order of
    ``keys``."""

    keys: tuple[Key, ...]
    weights: NDArray[np.float32]
    around: NDArray[np.float32]
    bias: NDArray[np.float32]

    def logits(self, vectors: Vectors, around: Any = None) -> Array:
        """[n, width] to [n, labels]; ``around`` [1, width] is the centre of the document that all are of."""
        result: Array = (vectors @ self.weights + (0.0 if around is None else around @ self.around) + self.bias).astype(np.float64)
        return result

    def write(self, path: Path) -> None:
        np.savez_compressed(path, keys=joined_keys(self.keys), weights=self.weights, around=self.around, bias=self.bias)


def centre(vectors: Any) -> Any:
    """What the rows [n, width] of a document are about together: [1, width] of length :data:`CONTEXT` (0 where there is no row), sparse as they."""
    from scipy.sparse import csr_array, issparse

    rows, width = vectors.shape
    mean = np.asarray(vectors.mean(axis=0) if rows else np.zeros(width), dtype=np.float32).reshape(1, width)
    length = float(np.linalg.norm(mean))
    found = (CONTEXT / length if length else 0.0) * mean
    return csr_array(found) if issparse(vectors) else found


def read_heads(path: Path) -> Heads:
    """Raises ``IntegrandError`` where the file is missing or no heads."""
    names, weights, around, bias = read_arrays(path, "keys", "weights", "around", "bias")
    return Heads(parted_keys(names), weights.astype(np.float32), around.astype(np.float32), bias.astype(np.float32))


def joined_keys(keys: Sequence[Key]) -> NDArray[np.str_]:
    """Keys as they stand in a file."""
    return np.array(["/".join(key) for key in keys])


def parted_keys(names: Iterable[object]) -> tuple[Key, ...]:
    return tuple((facet, label) for facet, _, label in (str(name).partition("/") for name in names))


@dataclass(frozen=True)
class Marks:
    """Texts and what each says of every head: ``truth`` and ``weights`` as in :class:`Lessons`."""

    texts: tuple[str, ...]
    truth: Array
    weights: Array

    def read(self, vectors: Any) -> Lessons:
        """The lessons, given the texts' vectors [n, any width]."""
        return Lessons(vectors, self.truth, self.weights)


def head_keys(taxonomy: Taxonomy) -> tuple[Key, ...]:
    """The heads of a taxonomy, in order."""
    read = [facet for facet in READ_FACETS if facet in taxonomy.facets]
    return (*OF_RELEVANCE, *((facet, label) for facet in read for label in taxonomy.facet(facet).label_ids))


def taxonomy_lessons(taxonomy: Taxonomy, encoder: QuantisedEncoder) -> Lessons:
    """The taxonomy's own examples."""
    marks = _taxonomy_marks(taxonomy)
    return marks.read(encoder.encode(marks.texts))


def lesson_marks(taxonomy: Taxonomy) -> Marks:
    """The taxonomy's own examples and excerpts of our own."""
    own, written = _taxonomy_marks(taxonomy), _written_marks(taxonomy)
    return Marks((*own.texts, *written.texts), np.vstack([own.truth, written.truth]), np.vstack([own.weights, written.weights]))


def _taxonomy_marks(taxonomy: Taxonomy) -> Marks:
    keys = head_keys(taxonomy)
    at = {key: position for position, key in enumerate(keys)}
    texts: list[str] = []
    marks: list[tuple[Array, Array]] = []
    for facet in taxonomy.facets.values():
        for label in facet.labels:
            for example in label.examples:
                truth, weights = np.zeros(len(keys)), np.zeros(len(keys))
                _mark(facet.id, label.id, example.hard_negative, at, truth, weights)
                if weights.any():
                    texts.append(example.text)
                    marks.append((truth, weights))
    return Marks(tuple(texts), np.array([truth for truth, _ in marks]), np.array([weights for _, weights in marks]))


def _mark(facet: str, label: str, negative: bool, at: dict[Key, int], truth: Array, weights: Array) -> None:
    """What one example says of every head."""
    if facet == "relevance":
        about = (label == "relevant") != negative
        for joining in (at[key] for key in OF_RELEVANCE):
            truth[joining], weights[joining] = float(about), 2.0
        for key, position in at.items():
            if not about and key[0] in SHOWING:
                weights[position] = 1.0
        return
    if (facet, label) in at:
        truth[at[facet, label]], weights[at[facet, label]] = float(not negative), 1.0
        for key, position in at.items():
            if not negative and key[0] == facet and key[1] != label:
                weights[position] = OTHER_LABEL
    for joining in (at[key] for key in OF_RELEVANCE):
        if facet in SHOWING:
            truth[joining] = float(not negative)
            weights[joining] = 1.0 if not negative or facet == "integration_type" else 0.5
        elif facet in BESIDE and not negative:
            truth[joining], weights[joining] = 1.0, 0.5


NOT_SAID = 0.5
"""Weight of a label that an excerpt of our own does not have, beside 1 of one that it has."""


def lessons_of_writing(taxonomy: Taxonomy, encoder: QuantisedEncoder) -> Lessons:
    """Excerpts of our own (``written_lessons``); they are no lessons for :data:`JOINING`."""
    marks = _written_marks(taxonomy)
    return marks.read(encoder.encode(marks.texts))


def _written_marks(taxonomy: Taxonomy) -> Marks:
    keys, written = head_keys(taxonomy), written_lessons(taxonomy)
    truth = np.array([[float(lesson.about if key == JOINING_BY_WRITING else key in lesson.labels) for key in keys] for lesson in written])
    sure = np.where(truth > 0, 1.0, [1.0 if key == JOINING_BY_WRITING else NOT_SAID for key in keys])
    sure[:, keys.index(JOINING)] = 0.0
    return Marks(tuple(lesson.text for lesson in written), truth, sure)


WRITTEN_SHARE = 0.3
"""How much of a label's head comes from excerpts of our own. All lessons in one fit let the many written ones drown what readers quoted:
integration types fall from 0.64 to 0.58 by cross-validation; mixed so they rise to 0.65, themes from 0.64 to 0.67, levels from 0.65 to 0.72."""


def mixed(by_documents: Heads, by_writing: Heads) -> Heads:
    """The heads of one set of lessons mixed with those of the other; of relevance each keeps its own."""
    own = {JOINING: 0.0, JOINING_BY_WRITING: 1.0}
    share = np.array([own.get(key, WRITTEN_SHARE) for key in by_documents.keys], dtype=np.float32)

    def mix(name: str) -> NDArray[np.float32]:
        table: NDArray[np.float32] = np.round((1 - share) * getattr(by_documents, name) + share * getattr(by_writing, name), 4).astype(np.float32)
        return table

    return Heads(by_documents.keys, mix("weights"), mix("around"), mix("bias"))


def fit_heads(keys: tuple[Key, ...], lessons: Lessons, scale: float = SCALE, penalty: float = PENALTY) -> Heads:
    """``scale`` multiplies the vectors for the fit, ``penalty`` is the L2 weight there. Vectors may be sparse."""
    alone = replace(lessons, centres=None, document=None)
    table = np.array([_fit(lessons if key[0] in IN_CONTEXT else alone, at, scale, penalty) for at, key in enumerate(keys)], dtype=np.float32)
    weights, around = np.split(scale * table[:, :-1].T, 2)
    return Heads(keys, np.ascontiguousarray(np.round(weights, 4)), np.ascontiguousarray(np.round(around, 4)), np.round(table[:, -1], 4))


ENOUGH = {"maxiter": 100, "ftol": 1e-5, "gtol": 1e-3}
"""When a fit ends. Ten times as fine takes a third longer and moves a logit by 0.005 on average; weights are rounded to four places anyway."""


def _fit(lessons: Lessons, label: int, scale: float, penalty: float) -> Array:
    """[2 * width + 1]: weights, those of the centre and bias; negatives together weigh at most three times as much as positives."""
    from scipy.optimize import minimize

    used = np.flatnonzero(lessons.weights[:, label] > 0)
    x, y, w = scale * lessons.vectors[used].astype(np.float64), lessons.truth[used, label], lessons.weights[used, label]
    positive, negative = float(w[y > 0].sum()), float(w[y == 0].sum())
    if negative > 3 * positive > 0:
        w[y == 0] *= 3 * positive / negative
    width = x.shape[1]
    held = np.full(2 * width + 1, penalty)
    held[-1] = 0.01
    document = np.full(len(used), -1) if lessons.document is None else lessons.document[used]
    within, of = np.flatnonzero(document >= 0), document[document >= 0]
    centres = scale * lessons.centres.astype(np.float64) if len(within) else None

    def loss(theta: Array) -> tuple[float, Array]:
        z = x @ theta[:width] + theta[-1]
        if centres is not None:
            z[within] += (centres @ theta[width:-1])[of]
        gap = w * (1 / (1 + np.exp(-z)) - y)
        around = np.zeros(width) if centres is None else centres.T @ np.bincount(of, gap[within], minlength=centres.shape[0])
        value = float((w * (np.logaddexp(0, z) - y * z)).sum() + 0.5 * (held * theta**2).sum())
        return value, np.concatenate([x.T @ gap, around, [gap.sum()]]) + held * theta

    theta: Array = minimize(loss, np.zeros(2 * width + 1), jac=True, method="L-BFGS-B", options=ENOUGH).x
    return theta


def stacked(vectors: Sequence[Any]) -> Any:
    """Arrays, or sparse arrays, one below the other."""
    from scipy.sparse import issparse, vstack

    return vstack(vectors, format="csr") if issparse(vectors[0]) else np.vstack(vectors)


def known(lessons: Lessons) -> Lessons:
    """Those lessons that say something of a label."""
    kept = np.flatnonzero(lessons.weights.any(axis=1))
    document = None if lessons.document is None else lessons.document[kept]
    return Lessons(lessons.vectors[kept], lessons.truth[kept], lessons.weights[kept], lessons.centres, document)
