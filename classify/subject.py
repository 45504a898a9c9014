"""Features of what a document is about, for relevance and for every facet of many labels (``classify.substance``), and what shows it best."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from classify.heads import JOINING, JOINING_BY_WRITING
from classify.label_evidence import Key, quote
from classify.linear_models import Array
from classify.observation import Observation
from classify.prose import Sentence
from classify.relevance import FEATURES as RELEVANCE_FEATURES
from classify.substance import ALONE, SUBSTANCE_FEATURES, Substance, substance_rows
from evidence.records import Span
from language.encoder import DIMENSIONS

ABOUT = ("type_best", "type_best_three", "type_sum")
"""Beside what is said of joining up care: the highest logit of any integration type, the mean of the three best excerpts, the logarithm of 1 +
expected types."""
SAID = ("best_three", "mean")
"""What a document's excerpts say of joining up care, as far as its relevance rests on it: all of :data:`ALONE` and :data:`ABOUT` are worth no more on
labelled documents (F1 0.82 for 0.84, mean of five cross-validations) and miss one more of the demonstration's."""
LONG_READ = (*RELEVANCE_FEATURES, *SAID)
ABOUT_READ = (*RELEVANCE_FEATURES, *ALONE, *ABOUT)
WHOLE = tuple(f"{part}_{number}" for part in ("text", "title") for number in range(DIMENSIONS))
"""What ``CloseReading.whole`` holds. A short text says little more than one thing, so that what it says as a whole tells whether it is about it."""
BY_WRITING = tuple(f"{name}_by_writing" for name in ALONE)
SHORT_READ = (*ABOUT_READ, *BY_WRITING, *WHOLE)
SHORT = 400
"""Words: a text with fewer cannot be dense or varied. Its relevance has a model of its own, whose head has learnt from excerpts as short."""
CUED_FACETS = ("integration_type", "boundary")
TYPES = "integration_type"
LIKELIEST = 12
"""Excerpts in which the sentence that shows a label best is looked for."""


def is_short(observation: Observation) -> bool:
    return observation.prose.words < SHORT


def about_names(read: bool, short: bool = False) -> tuple[str, ...]:
    return LONG_READ if not short else SHORT_READ if read else ABOUT_READ


def about_row(observation: Observation, said: Substance, short: bool = False) -> list[float]:
    """The features of relevance: what :func:`about_names` names."""
    joining = substance_rows(said, [JOINING], alone=True)[0]
    if not short:
        return [*observation.relevance, *(float(joining[ALONE.index(name)]) for name in SAID)]
    row = [*observation.relevance, *map(float, joining), *_types(said)]
    if observation.reading is None or not said.embedded:
        return row
    by_writing = substance_rows(said, [JOINING_BY_WRITING], alone=True)[0]
    return [*row, *map(float, by_writing), *observation.reading.whole]


def _types(said: Substance) -> list[float]:
    columns = [at for at, key in enumerate(said.keys) if key[0] == TYPES]
    table = said.table[:, columns] if len(said.table) else said.title[None, columns]
    best = -np.sort(-table.max(axis=1))
    return [float(best[0]), float(best[:3].mean()), float(np.log1p((1 / (1 + np.exp(-table))).sum()))]


def label_names(facet: str, cue_names: Sequence[str], keys: Sequence[Key]) -> tuple[str, ...]:
    """The features of a facet's labels; ``cue_names`` are those of ``Observation.rows``."""
    return (*cue_names, *SUBSTANCE_FEATURES) if any(key[0] == facet for key in keys) else tuple(cue_names)


def label_table(observation: Observation, facet: str, labels: Sequence[str], said: Substance) -> Array:
    """What :func:`label_names` names, of every label: [labels, features]."""
    cues = observation.rows.get(facet)
    parts = [] if cues is None else [np.array([cues[label] for label in labels])]
    keys = [(facet, label) for label in labels]
    if any(key[0] == facet for key in said.keys):
        parts.append(substance_rows(said, keys))
    return np.hstack(parts)


def read_span(observation: Observation, key: Key, said: Substance) -> Span | None:
    """The sentence that shows a label best: its excerpt's logit, its own cues, and where and how it speaks, added up."""
    if key not in said.keys or not observation.signs.excerpts:
        return None
    weights = cue_weights(observation, CUED_FACETS if key[0] == JOINING[0] else (key[0],), key)

    def merit(sentence: Sentence, logit: float) -> float:
        points = logit + min(weights.get(sentence.number, 0.0), 4.0) + 2.0 * sentence.is_prose - 1.0 * sentence.cited
        return points + 1.0 * (sentence.zone == "lead") + min(len(sentence.plain), 200) / 200

    logits, found = said.column(key), observation.signs.excerpts
    likeliest = np.argsort(-logits, kind="stable")[:LIKELIEST]
    rated = [(merit(s, float(logits[at])), -s.number, s) for at in likeliest for s in found[at].sentences]
    return quote(observation.prose, max(rated, key=lambda one: one[:2])[2])


def cue_weights(observation: Observation, facets: Sequence[str], key: Key) -> dict[int, float]:
    """By number of sentence, the weight of its cues for a label (for heads of relevance, for any label of ``facets``): a strong one two."""
    weights: dict[int, float] = defaultdict(float)
    for one, evidence in observation.evidence.items():
        if one[0] in facets and (key == one or key[0] == JOINING[0]):
            for number, _, kind in {(m.sentence.number, m.cue.pattern, m.kind) for m in evidence.mentions}:
                weights[number] += {"strong": 2.0, "weak": 0.67}.get(kind, 0.0)
    return weights
