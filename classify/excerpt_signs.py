"""What every excerpt of a document shows without any model: cues for and against each label, joints of sectors, where and of whom it speaks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify.excerpts import Excerpt
from classify.heads import centre
from classify.label_evidence import Key, LabelEvidence
from classify.linear_models import Array
from classify.sectors import Joint, names_care, sectors

BESIDE = ("joint", "care", "cited", "lead")
"""Signs that are those of no label: two sectors are joined, a care sector is named, the share that speaks of others' work, the opening."""
CUES = ("strong", "weak", "against")


@dataclass(frozen=True)
class ExcerptSigns:
    """``words`` [1 + excerpts, words] are sparse word vectors, the title's first; ``beside`` [excerpts, 4] is what :data:`BESIDE` names.

    By label, where there is any: ``cues`` [excerpts, 3] is what :data:`CUES` names, ``joined`` [excerpts] tells which join the sectors of that
    boundary, ``denied`` holds the positions of excerpts that deny the label ("The practices have not merged") and say nothing else of it.
    """

    excerpts: tuple[Excerpt, ...]
    words: Any
    beside: Array
    cues: Mapping[Key, Array]
    joined: Mapping[Key, Array]
    denied: Mapping[Key, NDArray[np.int64]]

    @cached_property
    def centre(self) -> Any:
        """[1, words]: what the excerpts are about together, by their words."""
        return centre(self.words[1:])


def excerpt_signs(found: Sequence[Excerpt], words: Any, evidence: Mapping[Key, LabelEvidence], joined: Sequence[Joint]) -> ExcerptSigns:
    at = {sentence.number: position for position, one in enumerate(found) for sentence in one.sentences}
    joints = {at[joint.sentence.number] for joint in joined if joint.sentence.number in at}
    beside = np.array([
        [float(position in joints), float(names_care(one.plain)), one.cited, float(one.zone == "lead")] for position, one in enumerate(found)
    ]).reshape(len(found), len(BESIDE))
    return ExcerptSigns(
        tuple(found), words, beside, _cues(len(found), at, evidence), _boundaries(len(found), at, joined),
        {key: np.array(sorted(positions)) for key, positions in denied_positions(at, evidence).items()},
    )


def _cues(count: int, at: Mapping[int, int], evidence: Mapping[Key, LabelEvidence]) -> dict[Key, Array]:
    found: dict[Key, Array] = {}
    for key, one in evidence.items():
        for mention in one.mentions:
            position = at.get(mention.sentence.number)
            if position is not None and mention.kind in CUES:
                found.setdefault(key, np.zeros((count, len(CUES))))[position, CUES.index(mention.kind)] = 1.0
    return found


def _boundaries(count: int, at: Mapping[int, int], joined: Sequence[Joint]) -> dict[Key, Array]:
    found: dict[Key, Array] = {}
    for label, pairs in sectors().boundaries.items():
        for joint in joined:
            position = at.get(joint.sentence.number)
            if position is not None and joint.pairs & pairs:
                found.setdefault(("boundary", label), np.zeros(count))[position] = 1.0
    return found


def denied_positions(at: Mapping[int, int], evidence: Mapping[Key, LabelEvidence]) -> dict[Key, set[int]]:
    """By label, the positions of excerpts in which a sentence denies it and no other speaks for it; ``at`` is by number of sentence."""
    result: dict[Key, set[int]] = defaultdict(set)
    for key, one in evidence.items():
        if one.denied:
            spoken = {at.get(m.sentence.number) for m in one.mentions if m.kind == "strong" and m.sentence.number not in one.denied}
            result[key] = {at[number] for number in one.denied if number in at} - spoken
    return {key: positions for key, positions in result.items() if positions}
