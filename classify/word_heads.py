"""Heads that go by words alone: they read every excerpt of a document, where the encoder reads a few.

An excerpt becomes a sparse vector of its words, weighted by how rare they are (tf-idf with logarithmic counts, of unit length; Salton and
Buckley 1988), and a logistic regression a label says how much it sounds like that label's lessons: the taxonomy's examples and excerpts of
our own. No labelled document is among them. Three features a label come of it (:data:`WORD_FEATURES`), beside those of cues: by cross-
validation (three times five folds) they are worth 0.02 in themes and 0.01 in boundaries.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify.excerpts import Excerpt
from classify.heads import Heads, fit_heads, head_keys, lesson_marks
from classify.label_evidence import Key
from classify.linear_models import Array, read_arrays
from evidence.taxonomy import Taxonomy

WORD_FEATURES = ("words_best", "words_best_three", "words_mean")
WORD_HEADS = Path(__file__).parent / "models" / "word_heads.npz"
FEWEST_LESSONS = 2
"""Lessons that hold a word at least, for it to have a weight."""
PENALTY = 1 / 3
"""L2 weight, chosen by cross-validation over documents among 1/20, 1/3 and 1."""
HELD = 6.0
"""Logits are held between this and its negative, as those of the encoder's heads are."""
NOTHING_SAID = (-HELD,) * len(WORD_FEATURES)
_WORD = re.compile(r"[a-z][a-z'-]+")


@dataclass(frozen=True)
class WordHeads:
    """``rarity`` [words] is the inverse document frequency of each of ``words``; ``heads`` have a weight a word and label."""

    words: tuple[str, ...]
    rarity: NDArray[np.float32]
    heads: Heads

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

    def rows(self, found: Sequence[Excerpt]) -> dict[Key, list[float]]:
        """What :data:`WORD_FEATURES` names, by label, over these excerpts (a document's every one)."""
        if not found:
            return {key: list(NOTHING_SAID) for key in self.heads.keys}
        logits = np.clip(self.heads.logits(self.vectors([one.plain for one in found])), -HELD, HELD)
        falling = np.sort(logits, axis=0)[::-1]
        table: Array = np.column_stack([falling[0], falling[:3].mean(axis=0), logits.mean(axis=0)])
        return {key: [float(value) for value in row] for key, row in zip(self.heads.keys, table, strict=True)}

    def write(self, path: Path = WORD_HEADS) -> None:
        np.savez_compressed(
            path, words=np.array(self.words), rarity=self.rarity, keys=np.array(["/".join(key) for key in self.heads.keys]),
            weights=self.heads.weights.astype(np.float16), bias=self.heads.bias,
        )


def fit_word_heads(taxonomy: Taxonomy) -> WordHeads:
    """From the taxonomy's examples and excerpts of our own; takes some ten seconds."""
    marks = lesson_marks(taxonomy)
    said = [frozenset(_words(text)) for text in marks.texts]
    lessons = Counter(word for words in said for word in words)
    words = tuple(sorted(word for word, count in lessons.items() if count >= FEWEST_LESSONS))
    rarity = np.array([log((1 + len(said)) / (1 + lessons[word])) + 1 for word in words], dtype=np.float32)
    empty = WordHeads(words, rarity, Heads((), np.zeros((len(words), 0), dtype=np.float32), np.zeros(0, dtype=np.float32)))
    keys = head_keys(taxonomy)
    heads = fit_heads(keys, marks.read(empty.vectors(marks.texts)), scale=1.0, penalty=PENALTY)
    return WordHeads(words, rarity, Heads(keys, heads.weights.astype(np.float16).astype(np.float32), heads.bias))


@lru_cache(maxsize=2)
def read_word_heads(path: Path = WORD_HEADS) -> WordHeads:
    """Raises ``IntegrandError`` where the file is missing or holds none."""
    words, rarity, names, weights, bias = read_arrays(path, "words", "rarity", "keys", "weights", "bias")
    keys = tuple((facet, label) for facet, _, label in (str(name).partition("/") for name in names))
    return WordHeads(tuple(map(str, words)), rarity, Heads(keys, weights.astype(np.float32), bias))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())
