"""Excerpts: runs of two or three sentences, the pieces in which a document is read for what it says in substance.

A sentence alone leaves out who and what ("They now sit in one office"); a page says too many things. An excerpt is as many neighbouring
sentences as make about fifty words, within one heading's text. Headings, notes and tables make none: a table is searched for cues only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from classify.label_evidence import Key, LabelEvidence
from classify.prose import Prose, Sentence

FULL, FEWEST = 45, 9
"""Words: an excerpt that has so many takes no further sentence; one with fewer than the second is left out."""
LONGEST = 110
"""Words that an excerpt may have at most; a sentence that is longer (a torn table, a transcript) is cut there for reading."""
KINDS = frozenset(("body", "list", "caption", "abstract", "quote"))


@dataclass(frozen=True)
class Excerpt:
    """Neighbouring sentences of one document; ``number`` counts excerpts from 0."""

    number: int
    sentences: tuple[Sentence, ...]

    @cached_property
    def plain(self) -> str:
        """What is read: the sentences, at most :data:`LONGEST` words."""
        words = " ".join(sentence.plain for sentence in self.sentences).split()
        return " ".join(words[:LONGEST])

    @property
    def zone(self) -> str:
        return self.sentences[0].zone

    @property
    def words(self) -> int:
        return sum(words_in(sentence) for sentence in self.sentences)

    @property
    def cited(self) -> float:
        """Share of sentences that speak of other people's work."""
        return sum(sentence.cited for sentence in self.sentences) / len(self.sentences)


def words_in(sentence: Sentence) -> int:
    return len(sentence.plain.split())


def excerpts(prose: Prose) -> tuple[Excerpt, ...]:
    """All excerpts of a document, in order."""
    return tuple(Excerpt(number, run) for number, run in enumerate(_runs(prose)))


def _runs(prose: Prose) -> Iterator[tuple[Sentence, ...]]:
    held: list[Sentence] = []
    size = 0
    for sentence in prose.sentences:
        apart = sentence.kind in ("heading", "table", "footnote")
        words = words_in(sentence)
        if held and (apart or size >= FULL or sentence.zone != held[0].zone or size + words > LONGEST):
            if size >= FEWEST:
                yield tuple(held)
            held, size = [], 0
        if not apart:
            held.append(sentence)
            size += words
    if held and size >= FEWEST:
        yield tuple(held)


JOINING_FACETS = ("integration_type", "boundary", "breadth", "relevance")
"""Facets whose cues say that a passage may be about joining up care."""
OTHER_FACETS = ("theme", "population", "level", "intensity", "reality")
MOST_CHOSEN, OPENING = 14, 3
"""Excerpts of a document that are read closely at most, and how many of them are its first ones whatever they say. Their number is measured in
``docs/measures.md``: 36 cost more than twice as much and answer no better."""


def chosen(found: Sequence[Excerpt], evidence: Mapping[Key, LabelEvidence], joined: Iterable[int]) -> tuple[Excerpt, ...]:
    """The excerpts that are worth reading closely, in order: the opening ones, then those in which most cues meet.

    ``joined`` are numbers of sentences that join two sectors. Reading costs a thousand times what cues do, so cues choose.
    """
    if len(found) <= MOST_CHOSEN:
        return tuple(found)
    merits = cue_merits(evidence, joined)
    order = sorted(found, key=lambda one: (one.number >= OPENING, -sum(merits.get(s.number, 0.0) for s in one.sentences), one.number))
    return tuple(sorted(order[:MOST_CHOSEN], key=lambda one: one.number))


def cue_merits(evidence: Mapping[Key, LabelEvidence], joined: Iterable[int]) -> dict[int, float]:
    """By number of sentence: two for a label with a strong cue, half for a weak one, a third as much for facets beside; two for a joint."""
    by_label: dict[tuple[int, Key], float] = {}
    for key, one in evidence.items():
        share = 1.0 if key[0] in JOINING_FACETS else 0.33 if key[0] in OTHER_FACETS else 0.0
        if not share or key == ("relevance", "off_topic"):
            continue
        for mention in one.mentions:
            at = (mention.sentence.number, key)
            worth = share * {"strong": 2.0, "weak": 0.5}.get(mention.kind, -1.0)
            by_label[at] = max(by_label.get(at, -1.0), worth)
    merits: dict[int, float] = defaultdict(float)
    for (number, _), worth in by_label.items():
        merits[number] += worth
    for number in joined:
        merits[number] += 2.0
    return merits
