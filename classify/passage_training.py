"""Fits the passage models (``classify.substance``) to passages that readers labelled, from what heads said that had not learnt from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from classify.document_lessons import passage_marks
from classify.heads import JOINING
from classify.labelled_passages import PASSAGE_FACETS
from classify.linear_models import Pooled, fit_pooled
from classify.observation import Observation
from classify.substance import PASSAGE_FEATURES, HeadLogits, PassageModels, columns_of, passage_rows

PENALTY = 3.0
"""L2 weight; a tenth and ten times as much change no average precision by more than 0.002."""
FEWEST = 200
"""Labelled passages below which no model is fitted."""


def fit_passages(documents: Sequence[tuple[Observation, HeadLogits]]) -> PassageModels:
    """From documents with what heads said of their excerpts; where none was read closely there are no models for those that are."""
    judged = [(one, found) for one, found in documents if one.judged]
    facets = (JOINING[0], *PASSAGE_FACETS)
    read, unread = ({facet: model for facet in facets if (model := _fit(judged, facet, kind)) is not None} for kind in (True, False))
    return PassageModels(read, unread)


def _fit(documents: Sequence[tuple[Observation, HeadLogits]], facet: str, closely: bool) -> Pooled | None:
    """The model of excerpts that were read closely, or that of others: it learns from all, as if they had not been."""
    keys = documents[0][1].keys if documents else ()
    columns = columns_of(keys, facet)
    rows, truths, sures = [], [], []
    for one, found in documents if len(columns) else ():
        positions = np.array([at for at in sorted(one.judged) if found.closely[at] or not closely], dtype=np.int64)
        if not len(positions):
            continue
        rows.append(passage_rows(one.signs, found, facet, closely)[positions])
        truth, sure = passage_marks(keys, [one.judged[int(at)] for at in positions])
        truths.append(truth[:, columns])
        sures.append(sure[:, columns])
    if sum(map(len, rows)) < FEWEST:
        return None
    labels = [keys[at][1] for at in columns]
    table, truth, sure = np.vstack(rows), np.vstack(truths), np.vstack(sures)
    kept = (sure > 0).ravel()
    names = [label for _ in range(len(table)) for label in labels]
    return fit_pooled(
        table.reshape(-1, table.shape[2])[kept], [name for name, k in zip(names, kept, strict=True) if k], labels, PASSAGE_FEATURES[closely],
        truth.ravel()[kept], PENALTY,
    )
