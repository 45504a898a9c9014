"""What heads and passage models say of the documents that models are fitted to, when the heads were fitted without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from classify.cases import Case, DeclaredCase
from classify.document_lessons import document_marks
from classify.heads import Heads, fit_heads, head_keys, known, mixed, of_document
from classify.left_out import INNER_FOLDS, folds
from classify.linear_models import Array
from classify.observation import Observation, Observer
from classify.passage_training import fit_passages
from classify.short_texts import ShortCase
from classify.subject import about_row, label_table
from classify.substance import HeadLogits, Substance, head_logits, substance
from classify.word_heads import WordHeads, fit_word_heads


@dataclass(frozen=True)
class Lesson:
    """A document that heads may learn from; ``truth`` is empty where only passages of it were judged."""

    key: str
    observation: Observation
    truth: Mapping[str, Any]


class Readings:
    """Heads and passage models, fitted to these cases, and what they say of every case when the heads were fitted without it.

    The passage models, a few dozen weights, have seen the case. ``heads`` is None without an encoder.
    """

    def __init__(
        self, cases: Sequence[Case], observer: Observer, short: Sequence[ShortCase] = (), declared: Sequence[DeclaredCase] = (), closely: bool = True
    ) -> None:
        self.observer = observer
        self.keys = head_keys(observer.taxonomy)
        self.closely = closely and observer.encoder is not None
        abstracts = [Lesson(one.key, one.observation, {}) for one in declared if one.observation.judged]
        lessons = [*(Lesson(case.key, case.observation, case.truth) for case in cases), *abstracts]
        found: dict[str, HeadLogits] = {}
        held = folds([one.key + "/heads" for one in lessons], INNER_FOLDS)
        for fold in range(INNER_FOLDS):
            heads, words = self._fit([one for one, at in zip(lessons, held, strict=True) if at != fold])
            for one in (one for one, at in zip(lessons, held, strict=True) if at == fold):
                found[one.key] = head_logits(one.observation.signs, one.observation.reading, heads, words)
        self.passages = fit_passages([(case.observation, found[case.key]) for case in cases])
        self.said = {one.key: substance(one.observation.signs, found[one.key], self.passages) for one in lessons}
        self.heads, self.words = self._fit(lessons)
        self.short_said = [self.of(one.observation) for one in short]
        self.short = [about_row(one.observation, said, short=True) for one, said in zip(short, self.short_said, strict=True)]
        self.declared = [
            None if one.relevant is None else about_row(one.observation, self.said.get(one.key) or self.of(one.observation), short=True)
            for one in declared
        ]

    def of(self, observation: Observation) -> Substance:
        """What a document says that was no lesson."""
        return substance(observation.signs, head_logits(observation.signs, observation.reading, self.heads, self.words), self.passages)

    def _fit(self, lessons: Sequence[Lesson]) -> tuple[Heads | None, WordHeads]:
        observer, keys = self.observer, self.keys
        told = [(one.observation, one.observation.lesson_positions, one.truth) for one in lessons if len(one.observation.lesson_positions)]
        marks = [document_marks(keys, one.signs, positions, one.judged, truth) for one, positions, truth in told]
        spoken = [of_document(one.signs.words[1 + at], one.signs.centre, *mark) for (one, at, _), mark in zip(told, marks, strict=True)]
        words = fit_word_heads(observer.vocabulary, keys, known(observer.word_lessons.and_(*spoken)))
        if not self.closely or observer.lessons is None or observer.by_writing is None:
            return None, words
        read = [of_document(one.lesson_vectors, one.lesson_centre, *mark) for (one, _, _), mark in zip(told, marks, strict=True)]
        return mixed(fit_heads(keys, known(observer.lessons.and_(*read))), observer.by_writing), words

    def about(self, case: Case, short: bool = False) -> list[float]:
        return about_row(case.observation, self.said[case.key], short)

    def table(self, case: Case, facet: str, labels: Sequence[str]) -> Array:
        return label_table(case.observation, facet, labels, self.said[case.key])
