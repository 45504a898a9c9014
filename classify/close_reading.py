"""What a document says in substance: its best excerpts, read as embeddings and weighed by one small head a label.

Cues choose the excerpts (``classify.excerpts``); the encoder makes each a vector; a head (logistic regression on the vector, see
``classify.heads``) says how much it sounds like the taxonomy's own examples of a label rather than like its hard negatives. What a document
is about shows in the best excerpts, in how many there are, in the opening and in the title; all features are maxima, means and shares, so that
a page and a bundle of minutes can be told by the same weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from classify.excerpts import Excerpt, chosen
from classify.label_evidence import Key, LabelEvidence
from classify.linear_models import Array
from classify.prose import Prose
from classify.sectors import Joint, names_care
from language.encoder import QuantisedEncoder, Vectors

READING_FEATURES = (
    "read_best", "read_best_three", "read_mean", "read_opening", "read_title", "read_share", "read_cued", "read_own", "read_lead_of_rest",
)
ABOUT_FEATURES = ("care_share", "joint_share", "cued_share", "covered")
"""Beside :data:`READING_FEATURES`, for relevance: shares of the excerpts that name a care sector, join two, hold a cue, and were read at all."""

LEAST, MOST = -6.0, 6.0
"""Logits are held between these: beyond them a head is only surer, not righter."""
OPENING_EXCERPTS = 3


@dataclass(frozen=True)
class CloseReading:
    """The excerpts that were read: ``vectors`` [1 + excerpts, 384], the first that of the title (zeros where there is none).

    ``cued`` says by label which excerpts (positions) hold one of its cues, ``denied`` which deny it ("The practices have not merged"): the
    embeddings of a thing and of its denial hardly differ.
    """

    excerpts: tuple[Excerpt, ...]
    vectors: Vectors
    titled: bool
    cued: Mapping[Key, frozenset[int]]
    about: tuple[float, ...]
    denied: Mapping[Key, frozenset[int]] = field(default_factory=dict)

    @property
    def whole(self) -> list[float]:
        """[2 * 384]: the mean of the excerpts' vectors (the title's where there is none), then the title's."""
        body = self.vectors[1:] if len(self.vectors) > 1 else self.vectors
        return [*map(float, body.mean(axis=0)), *map(float, self.vectors[0])]

    def undenied(self, key: Key, logits: Array) -> Array:
        """The logits [1 + excerpts] of a label, least where an excerpt denies it."""
        positions = self.denied.get(key)
        if not positions:
            return logits
        held = logits.copy()
        held[[1 + at for at in positions]] = LEAST
        return held


def close_reading(
    prose: Prose, found: Sequence[Excerpt], evidence: Mapping[Key, LabelEvidence], joined: Sequence[Joint], encoder: QuantisedEncoder
) -> CloseReading:
    """Chooses among the excerpts ``found`` and encodes. A document without excerpts is read by its title alone."""
    numbers = [joint.sentence.number for joint in joined]
    kept = chosen(found, evidence, numbers)
    vectors = encoder.encode([prose.title, *(one.plain for one in kept)])
    if not prose.title:
        vectors[0] = 0.0
    cued = cued_positions(kept, evidence)
    return CloseReading(kept, vectors, bool(prose.title), cued, about_features(found, kept, cued, numbers), denied_positions(kept, evidence))


def denied_positions(kept: Sequence[Excerpt], evidence: Mapping[Key, LabelEvidence]) -> dict[Key, frozenset[int]]:
    """By label, the positions of excerpts in which a sentence denies it and no other speaks for it."""
    at = {sentence.number: position for position, one in enumerate(kept) for sentence in one.sentences}
    result: dict[Key, frozenset[int]] = {}
    for key, one in evidence.items():
        if one.denied:
            spoken = {at.get(m.sentence.number) for m in one.mentions if m.kind == "strong" and m.sentence.number not in one.denied}
            denied = {at[number] for number in one.denied if number in at} - spoken
            if denied:
                result[key] = frozenset(denied)
    return result


def cued_positions(kept: Sequence[Excerpt], evidence: Mapping[Key, LabelEvidence]) -> dict[Key, frozenset[int]]:
    """By label, the positions of excerpts that hold a cue of it which nothing in the excerpt speaks against."""
    at = {sentence.number: position for position, one in enumerate(kept) for sentence in one.sentences}
    result: dict[Key, frozenset[int]] = {}
    for key, one in evidence.items():
        spoken = {at[m.sentence.number] for m in one.mentions if m.kind in ("strong", "weak") and m.sentence.number in at}
        against = {at[m.sentence.number] for m in one.mentions if m.kind == "against" and m.sentence.number in at}
        if spoken - against:
            result[key] = frozenset(spoken - against)
    return result


def about_features(
    found: Sequence[Excerpt], kept: Sequence[Excerpt], cued: Mapping[Key, frozenset[int]], joined: Sequence[int]
) -> tuple[float, ...]:
    """What :data:`ABOUT_FEATURES` names."""
    if not kept:
        return (0.0, 0.0, 0.0, 1.0)
    numbers = frozenset(joined)
    care = sum(names_care(one.plain) for one in kept)
    joint = sum(any(sentence.number in numbers for sentence in one.sentences) for one in kept)
    spoken = frozenset().union(*(positions for (facet, _), positions in cued.items() if facet == "integration_type"))
    return care / len(kept), joint / len(kept), len(spoken) / len(kept), len(kept) / len(found)


def reading_row(reading: CloseReading, logits: Array, others: Array | None, cued: frozenset[int]) -> list[float]:
    """What :data:`READING_FEATURES` names. ``logits`` [1 + excerpts] are of the label, the title first; ``others`` the best of other labels."""
    held = np.clip(logits, LEAST, MOST)
    title, body = (float(held[0]) if reading.titled else LEAST / 2), held[1:]
    if not len(body):
        return [title, title, title, title, title, float(title > 0), LEAST, title, 0.0]
    falling = np.sort(body)[::-1]
    own = [value for value, one in zip(body, reading.excerpts, strict=True) if one.cited < 0.5]
    best = float(falling[0])
    rest = 0.0 if others is None else float(np.clip(others[1:], LEAST, MOST).max())
    return [
        best, float(falling[:3].mean()), float(body.mean()), float(body[:OPENING_EXCERPTS].max()), title, float((body > 0).mean()),
        max((float(body[at]) for at in cued), default=LEAST), float(max(own)) if own else LEAST, best - rest,
    ]
