"""What labelled documents teach the heads: passages that readers judged, sentences that they quoted, and what a document is not.

A passage that readers judged (``labelled_passages``) says of every label of their facets whether it is shown. Of a document without such
passages the sentences quoted for a label are lessons, and its likeliest excerpts are lessons for the labels that it lacks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify.decided import knows
from classify.excerpt_signs import ExcerptSigns
from classify.heads import JOINING, NOT_SAID, SHOWING
from classify.label_evidence import Key
from classify.labelled_passages import ARGUABLE, WHEREVER, LabelledPassage, judged_labels, labelled_passages, passage_digest
from classify.linear_models import Array
from classify.quotation import overlaps

MOST_LESSONS = 12
"""Excerpts of one document that are lessons for what it is not: more would let long documents outweigh all others."""
NOT_IN_IT = 0.5
"""Weight of such a lesson."""


def judged(signs: ExcerptSigns) -> dict[int, LabelledPassage]:
    """The excerpts that readers have labelled, by position."""
    known = labelled_passages()
    found = ((position, known.get(passage_digest(one.plain))) for position, one in enumerate(signs.excerpts))
    return {position: one for position, one in found if one is not None}


def passage_marks(keys: Sequence[Key], passages: Sequence[LabelledPassage]) -> tuple[Array, Array]:
    """Truth and weights [passages, labels] of what readers judged; what is arguable weighs half, or nothing for being about joining up care."""
    truth, weights = np.zeros((len(passages), len(keys))), np.zeros((len(passages), len(keys)))
    for row, one in enumerate(passages):
        for column, key in enumerate(keys):
            if key == JOINING:
                truth[row, column], weights[row, column] = float(one.about > ARGUABLE), float(one.about != ARGUABLE)
            elif key in one.shown:
                truth[row, column], weights[row, column] = 1.0, one.shown[key]
            elif key in judged_labels():
                weights[row, column] = NOT_SAID if one.about != ARGUABLE or key[0] in WHEREVER else NOT_SAID / 2
    return truth, weights


def document_marks(
    keys: Sequence[Key], signs: ExcerptSigns, positions: NDArray[np.int64], found: Mapping[int, LabelledPassage], gold: Mapping[str, Any]
) -> tuple[Array, Array]:
    """Truth and weights [positions, labels] of the excerpts at ``positions``: what was judged of them (``found``, by position), what readers
    quoted, and what the gold line lacks."""
    truth, weights = np.zeros((len(positions), len(keys))), np.zeros((len(positions), len(keys)))
    rows = {int(position): row for row, position in enumerate(positions)}
    if found:
        known = sorted(set(found) & set(rows))
        at = [rows[position] for position in known]
        truth[at], weights[at] = passage_marks(keys, [found[position] for position in known])
    else:
        _lacking(keys, signs, positions, gold, weights)
    for label, quote in (gold.get("integration_quotes") or {}).items():
        for position, row in rows.items():
            if overlaps(quote, signs.excerpts[position].plain):
                for key in (JOINING, ("integration_type", label)):
                    truth[row, keys.index(key)] = weights[row, keys.index(key)] = 1.0
    return truth, weights


def _lacking(keys: Sequence[Key], signs: ExcerptSigns, positions: NDArray[np.int64], gold: Mapping[str, Any], weights: Array) -> None:
    """Weighs the likeliest excerpts as lessons for the labels that the document lacks: an off-topic one says so of every label of
    :data:`SHOWING`, a relevant one of those that readers did not give it."""
    cues = sum((table[positions, :2].any(axis=1) & ~table[positions, 2].astype(bool) for table in signs.cues.values()), np.zeros(len(positions)))
    likeliest = sorted(range(len(positions)), key=lambda row: (-float(cues[row]), row))[:MOST_LESSONS]
    for column, (facet, label) in enumerate(keys):
        given = gold.get(facet) or []
        if facet in SHOWING and knows(gold, facet, label) and label not in ([given] if isinstance(given, str) else given):
            weights[likeliest, column] = NOT_IN_IT
    if gold.get("relevance", "relevant") != "relevant":
        weights[likeliest, keys.index(JOINING)] = NOT_IN_IT
