"""What a document says in substance: how probably each of its excerpts shows a label, and what that makes of the document.

Of every excerpt heads (``classify.heads`` on its embedding, where it was read closely, and ``classify.word_heads`` on its words) say how much
it sounds like lessons for a label. A passage model, a logistic regression shared by the labels of a facet, weighs them together with the
excerpt's cues and signs, as fitted to what readers said of passages of documents that the heads had not learnt from; there is one for
excerpts that were read closely and one for the others. What a document is about shows in its best excerpts, in how many there are and in which
labels they share: all features are maxima, means and logarithms of sums, so that a page and a bundle of minutes can be told by the
same weights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classify.close_reading import CloseReading
from classify.excerpt_signs import BESIDE, CUES, ExcerptSigns
from classify.heads import JOINING, Heads
from classify.label_evidence import Key
from classify.linear_models import Array, Pooled
from classify.word_heads import WordHeads

LEAST, MOST = -8.0, 8.0
"""Logits of heads are held between these: beyond them a head is only surer, not righter."""
SIGNS = ("words", "joining", "others", *CUES, *BESIDE, "pair")
PASSAGE_FEATURES = {True: ("read", *SIGNS), False: SIGNS}
"""By whether the excerpt was read closely. ``joining`` is the logit of being about joining up care, ``others`` the best one of the facet's
other labels, ``pair`` whether the sectors of the boundary are joined."""
OPENING = 3
"""Excerpts."""


@dataclass(frozen=True)
class PassageModels:
    """A model a facet, for excerpts that were ``read`` closely and for those that were not; without one logits of heads are added up."""

    read: Mapping[str, Pooled] = field(default_factory=dict)
    unread: Mapping[str, Pooled] = field(default_factory=dict)

    def of(self, closely: bool) -> Mapping[str, Pooled]:
        return self.read if closely else self.unread


@dataclass(frozen=True)
class Substance:
    """Logits of every label of ``keys``: ``title`` [labels], and of the excerpts ``table`` [excerpts, labels]. ``embedded`` tells whether heads
    of embeddings had a say."""

    keys: tuple[Key, ...]
    title: Array
    table: Array
    embedded: bool

    def column(self, key: Key) -> Array:
        """[excerpts]"""
        column: Array = self.table[:, self.keys.index(key)]
        return column


@dataclass(frozen=True)
class HeadLogits:
    """What heads say, before any passage model: ``read`` [excerpts, labels] is 0 where an excerpt was not read closely (not in ``closely``,
    [excerpts] of bool), ``words`` [1 + excerpts, labels] has the title first, ``title`` [labels] is that of the embedding."""

    keys: tuple[Key, ...]
    read: Array
    words: Array
    title: Array
    closely: Array
    embedded: bool = False


def head_logits(signs: ExcerptSigns, reading: CloseReading | None, heads: Heads | None, words: WordHeads) -> HeadLogits:
    keys = words.heads.keys
    count = len(signs.excerpts)
    said = np.clip(words.heads.logits(signs.words, signs.centre), LEAST, MOST)
    read, closely, title = np.zeros((count, len(keys))), np.zeros(count, dtype=bool), np.zeros(len(keys))
    if reading is not None and heads is not None:
        logits = np.clip(heads.logits(reading.vectors, reading.centre), LEAST, MOST)
        read[reading.positions], closely[reading.positions] = logits[1:], True
        title = logits[0] if reading.titled else np.full(len(keys), LEAST / 2)
    return HeadLogits(keys, read, said, title, closely, reading is not None and heads is not None)


def substance(signs: ExcerptSigns, found: HeadLogits, models: PassageModels) -> Substance:
    """Every label's logit in every excerpt; one that denies the label has the least."""
    keys = found.keys
    table = np.clip(found.read + found.words[1:], LEAST, MOST)
    title = np.clip(found.title + found.words[0], LEAST, MOST)
    for closely in (True, False):
        rows = np.flatnonzero(found.closely == closely)
        for facet, model in models.of(closely).items() if len(rows) else ():
            columns = columns_of(keys, facet)
            own = np.array([model.own.get(keys[at][1], 0.0) for at in columns])
            table[np.ix_(rows, columns)] = passage_rows(signs, found, facet, closely)[rows] @ np.array(model.weights) + model.intercept + own
    for key, positions in signs.denied.items():
        if key in keys:
            table[positions, keys.index(key)] = LEAST
    return Substance(keys, title, np.clip(table, LEAST, MOST), found.embedded)


def passage_rows(signs: ExcerptSigns, found: HeadLogits, facet: str, closely: bool) -> Array:
    """What :data:`PASSAGE_FEATURES` names: [excerpts, labels of the facet, features]; of relevance the one label is :data:`JOINING`."""
    keys, columns = found.keys, columns_of(found.keys, facet)
    words = found.words[1:]
    both = found.read + words if closely else words
    count = len(signs.excerpts)
    nothing, none = np.zeros((count, len(CUES))), np.zeros(count)
    cues = np.stack([signs.cues.get(keys[at], nothing) for at in columns], axis=1)
    pair = np.stack([signs.joined.get(keys[at], none) for at in columns], axis=1)
    joining = both[:, keys.index(JOINING)]
    parts = [
        words[:, columns], np.repeat(joining[:, None], len(columns), axis=1), _others(both[:, columns]), *np.moveaxis(cues, 2, 0),
        *(np.repeat(signs.beside[:, at, None], len(columns), axis=1) for at in range(len(BESIDE))), pair,
    ]
    return np.stack([found.read[:, columns], *parts] if closely else parts, axis=2)


def columns_of(keys: Sequence[Key], facet: str) -> NDArray[np.int64]:
    """Where the labels of a facet stand; of relevance that is :data:`JOINING` alone."""
    return np.array([at for at, key in enumerate(keys) if key[0] == facet and (facet != JOINING[0] or key == JOINING)], dtype=np.int64)


def _others(logits: Array) -> Array:
    """Of every column the greatest of the other columns, by row; a single column has 0."""
    if logits.shape[1] < 2 or not len(logits):
        return np.zeros_like(logits)
    order = np.argsort(-logits, axis=1, kind="stable")
    rows = np.arange(len(logits))
    first, second = order[:, 0], logits[rows, order[:, 1]]
    result: Array = np.repeat(logits[rows, first][:, None], logits.shape[1], axis=1)
    result[rows, first] = second
    return result


SUBSTANCE_FEATURES = (
    "best", "best_three", "sum", "mean", "title", "opening", "count", "of_most", "less_rest", "log_sum", "rank", "within",
)
"""Of a label in a document: its highest logit and the mean of the highest three; the logarithm of 1 + expected excerpts, and their share; the
logits of the title and of the best of the first three; the logarithm of 1 + excerpts that rather show it; expected excerpts beside those of
the facet's most frequent label; the highest logit less that of the other labels; the logarithm of expected excerpts; one over the rank among
the facet's labels; and expected excerpts that are also about joining up care."""
ALONE = SUBSTANCE_FEATURES[:7]
"""Those that do not compare labels."""


def substance_rows(said: Substance, labels: Sequence[Key], alone: bool = False) -> Array:
    """What :data:`SUBSTANCE_FEATURES` (``alone``: :data:`ALONE`) names, of labels of one facet: [labels, features]."""
    columns = [said.keys.index(key) for key in labels]
    title = said.title[columns]
    table = said.table[:, columns] if len(said.table) else title[None, :]
    chances = _chance(table)
    falling = -np.sort(-table, axis=0)
    total = chances.sum(axis=0)
    rows = [
        falling[0], falling[:3].mean(axis=0), np.log1p(total), chances.mean(axis=0), title, table[:OPENING].max(axis=0),
        np.log1p((table > 0).sum(axis=0)),
    ]
    if not alone:
        about = _chance(said.column(JOINING)) if len(said.table) else np.ones(1)
        rows += [
            total / max(total.max(), 0.01), falling[0] - _others(falling[:1])[0], np.log(np.maximum(total, 1e-3)),
            1.0 / (1.0 + (total[None, :] > total[:, None]).sum(axis=1)), np.log1p((chances * about[:, None]).sum(axis=0)),
        ]
    return np.column_stack(rows)


def _chance(logits: Array) -> Array:
    result: Array = 1.0 / (1.0 + np.exp(-logits))
    return result
