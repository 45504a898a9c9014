"""Heads that go by words alone: they read every excerpt of a document, where the encoder reads a few.

An excerpt becomes a sparse vector of its words, weighted by how rare they are (tf-idf with logarithmic counts, of unit length; Salton and
Buckley 1988), and a logistic regression a label says how much it sounds like that label's lessons: the taxonomy's examples, excerpts of our
own and passages that readers labelled. Added to the logits of the encoder's heads they take the average precision of telling passages from
0.51 to 0.57 for integration types and from 0.62 to 0.68 for themes (cross-validated by document).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify.heads import Heads, Lessons, fit_heads, joined_keys, read_heads
from classify.label_evidence import Key
from classify.linear_models import read_arrays

WORD_HEADS = Path(__file__).parent / "models" / "word_heads.npz"
FEWEST_TEXTS = 2
"""Texts that hold a word at least, for it to have a weight."""
PENALTY = 0.1
"""L2 weight, chosen by cross-validation over documents among 1, 1/3, 1/5 and 1/10."""
_WORD = re.compile(r"[a-z][a-z'-]+")


@dataclass(frozen=True)
class Vocabulary:
    """``rarity`` [words] is the inverse document frequency of each of ``words``."""

    words: tuple[str, ...]
    rarity: NDArray[np.float32]

    @cached_property
    def _at(self) -> dict[str, int]:
        return {word: at for at, word in enumerate(self.words)}

    def vectors(self, texts: Sequence[str]) -> Any:
        """Sparse, of unit length: [texts, words]. A text without a known word is zero."""
        from scipy.sparse import csr_array

        values: list[float] = []
        columns: list[int] = []
        ends = [0]
        for text in texts:
            counts = Counter(at for word in _words(text) if (at := self._at.get(word)) is not None)
            weights = [(1 + log(count)) * float(self.rarity[at]) for at, count in counts.items()]
            length = sqrt(sum(weight * weight for weight in weights))
            values += [weight / length for weight in weights]
            columns += counts
            ends.append(len(columns))
        return csr_array((values, columns, ends), shape=(len(texts), len(self.words)), dtype=np.float32)


@dataclass(frozen=True)
class WordHeads:
    """``heads`` have a weight a word of the vocabulary and label."""

    vocabulary: Vocabulary
    heads: Heads

    def write(self, path: Path = WORD_HEADS) -> None:
        np.savez_compressed(
            path, words=np.array(self.vocabulary.words), rarity=self.vocabulary.rarity, keys=joined_keys(self.heads.keys),
            weights=self.heads.weights.astype(np.float16), around=self.heads.around.astype(np.float16), bias=self.heads.bias,
        )


def fit_vocabulary(texts: Iterable[str]) -> Vocabulary:
    """The words of these texts, in the order of the alphabet."""
    said = [frozenset(_words(text)) for text in texts]
    holding = Counter(word for words in said for word in words)
    words = tuple(sorted(word for word, count in holding.items() if count >= FEWEST_TEXTS))
    return Vocabulary(words, np.array([log((1 + len(said)) / (1 + holding[word])) + 1 for word in words], dtype=np.float32))


def fit_word_heads(vocabulary: Vocabulary, keys: tuple[Key, ...], lessons: Lessons) -> WordHeads:
    """From lessons whose vectors are of this vocabulary."""
    heads = fit_heads(keys, lessons, scale=1.0, penalty=PENALTY)
    weights, around = (table.astype(np.float16).astype(np.float32) for table in (heads.weights, heads.around))
    return WordHeads(vocabulary, Heads(keys, weights, around, heads.bias))


@lru_cache(maxsize=2)
def read_word_heads(path: Path = WORD_HEADS) -> WordHeads:
    """Raises ``IntegrandError`` where the file is missing or holds none."""
    words, rarity = read_arrays(path, "words", "rarity")
    return WordHeads(Vocabulary(tuple(map(str, words)), rarity), read_heads(path))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
