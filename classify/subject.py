"""Features of what a document is about, for relevance and for every facet of many labels: cues counted, and excerpts read.

Where the document has been read closely (``Observation.reading``) the heads' logits add the features of ``classify.close_reading``;
without an encoder there are the cues alone, and models of their own for that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from classify.close_reading import ABOUT_FEATURES, LEAST, MOST, READING_FEATURES, reading_row
from classify.heads import JOINING, JOINING_BY_EXAMPLES, JOINING_BY_WRITING, Heads
from classify.label_evidence import Key, quote
from classify.linear_models import Array
from classify.observation import Observation
from classify.prose import Sentence
from classify.relevance import FEATURES as RELEVANCE_FEATURES
from evidence.records import Span
from language.encoder import DIMENSIONS

BY_EXAMPLES = ("read_best", "read_best_three", "read_title", "read_cued")
ABOUT_READ = (
    *READING_FEATURES[:-1], "type_best", "type_best_three", *(f"{name}_by_examples" for name in BY_EXAMPLES), *ABOUT_FEATURES,
    "short", "short_read_best", "short_read_best_by_examples",
)
WHOLE = tuple(f"{part}_{number}" for part in ("text", "title") for number in range(DIMENSIONS))
"""What ``CloseReading.whole`` holds. A short text says little more than one thing, so that what it says as a whole tells whether it is about it."""
SHORT_READ = (*READING_FEATURES[:-1], "type_best", "type_best_three", *ABOUT_FEATURES, *WHOLE)
SHORT = 400
"""Words: a text with fewer cannot be dense or varied. Its relevance has a model of its own, whose head has learnt from excerpts as short."""
CUED_FACETS = ("integration_type", "boundary")


def logits_of(observation: Observation, heads: Heads | None) -> Array | None:
    """[1 + excerpts, labels] of a document that has been read; the title is first."""
    if observation.reading is None or heads is None:
        return None
    return heads.logits(observation.reading.vectors)


def is_short(observation: Observation) -> bool:
    return observation.prose.words < SHORT


def about_names(read: bool, short: bool = False) -> tuple[str, ...]:
    return (*RELEVANCE_FEATURES, *(SHORT_READ if short else ABOUT_READ)) if read else RELEVANCE_FEATURES


def about_row(observation: Observation, heads: Sequence[Key], logits: Array | None, short: bool = False) -> list[float]:
    """The features of relevance: what :func:`about_names` names. Those of a ``short`` text come from :data:`JOINING_BY_WRITING`."""
    reading = observation.reading
    if reading is None or logits is None:
        return list(observation.relevance)
    cued = frozenset[int]().union(*(at for (facet, _), at in reading.cued.items() if facet in CUED_FACETS))
    types = np.sort(np.clip(_best(logits)[[at for at, key in enumerate(heads) if key[0] == "integration_type"]], LEAST, MOST))[::-1]
    learnt = reading_row(reading, logits[:, heads.index(JOINING_BY_WRITING if short else JOINING)], None, cued)[:-1]
    row = [*observation.relevance, *learnt, float(types[0]), float(types[:3].mean())]
    if short:
        return [*row, *reading.about, *reading.whole]
    by_examples = dict(zip(READING_FEATURES, reading_row(reading, logits[:, heads.index(JOINING_BY_EXAMPLES)], None, cued), strict=True))
    brief = float(is_short(observation))
    beside = (brief, brief * learnt[0], brief * by_examples["read_best"])
    return [*row, *(by_examples[name] for name in BY_EXAMPLES), *reading.about, *beside]


def label_names(cue_names: Sequence[str], read: bool) -> tuple[str, ...]:
    return (*cue_names, *READING_FEATURES) if read else tuple(cue_names)


def label_row(observation: Observation, key: Key, heads: Sequence[Key], logits: Array | None) -> list[float]:
    """The features of one label: what :func:`label_names` names."""
    facet, label = key
    row = observation.rows[facet][label]
    if observation.reading is None or logits is None or key not in heads:
        return row
    beside = [at for at, other in enumerate(heads) if other[0] == facet and other != key]
    own = observation.reading.undenied(key, logits[:, heads.index(key)])
    read = reading_row(
        observation.reading, own, logits[:, beside].max(axis=1), observation.reading.cued.get(key, frozenset())
    )
    return [*row, *read]


def _best(logits: Array) -> Array:
    """The highest logit of every label over excerpts (over the title where there is none)."""
    best: Array = (logits[1:] if len(logits) > 1 else logits).max(axis=0)
    return best


def read_span(observation: Observation, key: Key, heads: Sequence[Key], logits: Array | None) -> Span | None:
    """The sentence that shows a label best: its excerpt's logit, its own cues, and where and how it speaks, added up.

    The weights were set by how many of readers' quotations it meets: 32 of 110, cues alone 26, logits alone 18.
    """
    reading = observation.reading
    if reading is None or logits is None or key not in heads or not reading.excerpts:
        return None
    weights = cue_weights(observation, CUED_FACETS if key[0] == JOINING[0] else (key[0],), key)
    held = np.clip(reading.undenied(key, logits[:, heads.index(key)])[1:], LEAST, MOST)

    def merit(sentence: Sentence, logit: float) -> float:
        points = logit + min(weights.get(sentence.number, 0.0), 4.0) + 2.0 * sentence.is_prose - 1.0 * sentence.cited
        return points + 1.0 * (sentence.zone == "lead") + min(len(sentence.plain), 200) / 200

    rated = [(merit(s, float(logit)), -s.number, s) for logit, one in zip(held, reading.excerpts, strict=True) for s in one.sentences]
    return quote(observation.prose, max(rated, key=lambda one: one[:2])[2])


def cue_weights(observation: Observation, facets: Sequence[str], key: Key) -> dict[int, float]:
    """By number of sentence, the weight of its cues for a label (for heads of relevance, for any label of ``facets``): a strong one two."""
    weights: dict[int, float] = defaultdict(float)
    for one, evidence in observation.evidence.items():
        if one[0] in facets and (key == one or key[0] == JOINING[0]):
            for number, _, kind in {(m.sentence.number, m.cue.pattern, m.kind) for m in evidence.mentions}:
                weights[number] += {"strong": 2.0, "weak": 0.67}.get(kind, 0.0)
    return weights
