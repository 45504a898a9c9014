"""Screening by active learning: which document to judge next, and what judging in that order would have saved.

The order is that of ASReview's default (van de Schoot et al. 2021, Nature Machine Intelligence 3: 125-133): words and pairs of words weighed by
TF-IDF, a naive Bayes classifier fitted anew after every few judgements with both answers weighing alike, and the likeliest document shown next.
Nothing is learnt but the answers given, so it serves any question, not only this project's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB

from classify.prose import Prose
from evidence.records import Document

WORDS_READ = 600
"""Words of the title and the opening by which a document is known: what screeners read first."""
SMOOTHING = 3.822
"""Of naive Bayes; ASReview's default."""
FIRST_OF_EACH = 1
"""Documents of either answer from which a replay starts."""


def screening_text(document: Document) -> str:
    """Title and opening (abstract or summary where there is one)."""
    prose = Prose(document)
    opening = " ".join(sentence.plain for sentence in (prose.lead or prose.sentences))
    return " ".join(f"{prose.title} {prose.title} {opening}".split()[:WORDS_READ])


class Screener:
    """Orders texts by how probably they belong in. Compiled once for a set of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2 if len(texts) > 20 else 1, sublinear_tf=True, stop_words="english")
        self.matrix: Any = words.fit_transform(texts)

    def chances(self, judged: Mapping[int, bool]) -> NDArray[np.float64]:
        """The probability of belonging in, by position, from answers given to other positions; 0.5 all over until both answers were given."""
        answers = list(judged.values())
        if len(set(answers)) < 2:
            return np.full(self.matrix.shape[0], 0.5)
        truth = np.array(answers)
        weights = np.where(truth, 0.5 / truth.sum(), 0.5 / (~truth).sum()) * len(truth)
        model = MultinomialNB(alpha=SMOOTHING).fit(self.matrix[list(judged)], truth, sample_weight=weights)
        found: NDArray[np.float64] = model.predict_proba(self.matrix)[:, 1]
        return found

    def order(self, judged: Mapping[int, bool]) -> list[int]:
        """The positions that nobody has judged, the likeliest first; equal ones in the order given."""
        chances = self.chances(judged)
        return sorted((at for at in range(len(chances)) if at not in judged), key=lambda at: (-chances[at], at))


@dataclass(frozen=True)
class Replay:
    """What screening in this order would have been like: ``found[i]`` of ``wanted`` were found after ``i + 1`` of ``count`` judgements."""

    count: int
    wanted: int
    found: tuple[int, ...]

    def judged_for(self, recall: float) -> int:
        """Judgements until that share of what was wanted was found."""
        goal = int(np.ceil(recall * self.wanted))
        return next((at + 1 for at, found in enumerate(self.found) if found >= goal), self.count)

    def saved(self, recall: float) -> float:
        """Work saved over sampling at this recall (WSS; Cohen et al. 2006): the share left unread beyond what chance would have spared."""
        return (self.count - self.judged_for(recall)) / self.count - (1 - recall)


def replay(texts: Sequence[str], truth: Sequence[bool], seed: int = 0) -> Replay:
    """Screens labelled texts as if nobody knew the labels, starting from one of either answer drawn by ``seed``. Needs both answers."""
    generator = np.random.default_rng(seed)
    screener, judged = Screener(texts), dict[int, bool]()
    for answer in (True, False):
        pool = [at for at, holds in enumerate(truth) if holds == answer]
        for at in generator.permutation(pool)[:FIRST_OF_EACH]:
            judged[int(at)] = answer
    found = list(np.cumsum([judged[at] for at in judged]))
    while len(judged) < len(truth):
        following = screener.order(judged)[0]
        judged[following] = bool(truth[following])
        found.append(found[-1] + judged[following])
    return Replay(len(truth), sum(truth), tuple(int(one) for one in found))
