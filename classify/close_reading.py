"""Which excerpts of a document are read closely, as embeddings: cues choose them (``classify.excerpts``), the encoder makes each a vector."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from classify.excerpts import Excerpt, chosen
from classify.heads import centre
from classify.label_evidence import Key, LabelEvidence
from language.encoder import QuantisedEncoder, Vectors


@dataclass(frozen=True)
class CloseReading:
    """The excerpts that were read: ``vectors`` [1 + excerpts, 384], the first that of the title (zeros where there is none)."""

    excerpts: tuple[Excerpt, ...]
    vectors: Vectors
    titled: bool

    @property
    def positions(self) -> list[int]:
        """Where they stand among all excerpts of the document."""
        return [one.number for one in self.excerpts]

    @cached_property
    def centre(self) -> Vectors:
        """[1, 384]: what the excerpts that were read are about together (``heads.centre``)."""
        found: Vectors = centre(self.vectors[1:])
        return found

    @property
    def whole(self) -> list[float]:
        """[2 * 384]: the mean of the excerpts' vectors (the title's where there is none), then the title's."""
        body = self.vectors[1:] if len(self.vectors) > 1 else self.vectors
        return [*map(float, body.mean(axis=0)), *map(float, self.vectors[0])]


def close_reading(
    title: str, found: Sequence[Excerpt], evidence: Mapping[Key, LabelEvidence], joined: Iterable[int], encoder: QuantisedEncoder
) -> CloseReading:
    """Chooses among the excerpts ``found`` and encodes; ``joined`` are numbers of sentences that join sectors."""
    kept = chosen(found, evidence, joined)
    vectors = encoder.encode([title, *(one.plain for one in kept)])
    if not title:
        vectors[0] = np.zeros(vectors.shape[1], dtype=vectors.dtype)
    return CloseReading(kept, vectors, bool(title))
