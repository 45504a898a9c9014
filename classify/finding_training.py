"""Fits the models of findings (``classify.findings``) to labelled documents and to sentences of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from classify.claim_lessons import CLAIM, DOMAIN, PASSED_OVER, ClaimLesson, ClaimLessons, claim_keys, claim_marks, marked, own_lessons
from classify.claims import Claim
from classify.findings import CLAIM_FEATURES, LABEL, MOST, FindingModels, claim_row, direction_features, logits_by_key, outcome_features, recorded
from classify.heads import Heads, Lessons, fit_heads
from classify.label_evidence import Key
from classify.labelled_passages import LabelledClaim, labelled_claims, passage_digest
from classify.left_out import INNER_FOLDS, best_threshold, folds
from classify.linear_models import Array, Choice, Pooled, fit_choice, fit_pooled
from classify.observation import Observation, Observer
from classify.outcomes import DIRECTIONS, OUTCOME_FEATURES, TRAITS, VOTES
from classify.quotation import overlaps
from classify.short_texts import ShortCase
from evidence.taxonomy import Taxonomy

PENALTY = {"claims": 8.0, "outcomes": 2.0, "shared": 1.0, "own": 2.0}
"""L2 weights, chosen by cross-validation over documents on a coarse grid; half or double of each changes no score by more than its interval."""
OWN_WEIGHT = 0.5
"""Weight of a sentence of our own beside one that a reader recorded."""
SHORT_WEIGHT = 0.1
"""Weight of a short text's claims in what makes a claim worth recording: of a short text nearly all are, of a report one in thirty."""
JUDGED_WORTH = 0.3
"""How much of a recorded finding a sentence is that a reader, asked of it, called one: of two such sentences fewer than one is recorded."""
SHORT = ClaimLesson("", True)
"""Marks an example of a short text: heads do not learn from it, and it is no lesson of its own."""
THRESHOLDS = np.round(np.arange(0.04, 0.42, 0.02), 2)


class Labelled(Protocol):
    """A labelled document: ``truth`` is its line of the gold file."""

    @property
    def key(self) -> str: ...
    @property
    def truth(self) -> dict[str, Any]: ...
    @property
    def observation(self) -> Observation: ...


@dataclass(frozen=True)
class Example:
    """A claim with what readers recorded of it: ``outcomes`` with their direction; empty where they passed it over. ``judged`` is what a reader
    said who was asked of this sentence."""

    key: str
    claim: Claim
    vector: Array | None
    outcomes: dict[str, str]
    sorts: Sequence[float]
    lesson: ClaimLesson | None = None
    judged: LabelledClaim | None = None

    @property
    def told(self) -> Mapping[str, str]:
        """The outcomes, recorded or judged."""
        return self.outcomes or (self.judged.effects if self.judged is not None else {})

    @property
    def sure(self) -> float:
        """How sure it is that the sentence is a finding, or that it is none."""
        if self.outcomes:
            return 1.0
        return PASSED_OVER if self.judged is None or not self.judged.effects else self.judged.sure


def fit_findings(
    cases: Sequence[Labelled], sorts: Mapping[str, Sequence[float]], relevant: Mapping[str, float], observer: Observer, closely: bool,
    short: Sequence[tuple[ShortCase, Sequence[float]]] = (),
) -> FindingModels:
    """``sorts`` and ``relevant`` are by case what models say that were fitted without it: its kind, and its chance of being relevant (0 where
    it would not be called so). ``short`` are short texts with their kind."""
    lessons = observer.claim_lessons if closely else None
    examples = [
        example for case in cases if case.truth["relevance"] == "relevant" for example in examples_of(case, sorts[case.key], lessons is not None)
    ]
    told = [example for one, kind in short for example in short_examples(observer.taxonomy, one, kind, lessons is not None)]
    own = [*own_examples(observer, lessons), *told]
    training = Training(observer.taxonomy, examples, own, lessons)
    held = folds([case.key for case in cases], INNER_FOLDS)
    scores, right, wanted = [], [], 0
    for fold in range(INNER_FOLDS):
        models = training.fit({case.key for case, at in zip(cases, held, strict=True) if at != fold})
        for case in (case for case, at in zip(cases, held, strict=True) if at == fold):
            wanted += len(case.truth["findings"])
            if relevant[case.key] > 0:
                found = training.found(case, models, sorts[case.key], relevant[case.key])
                scores += [score for score, _ in found]
                right += [hit for _, hit in found]
    threshold = best_threshold(np.array(scores), np.array(right, dtype=float), float(wanted), THRESHOLDS) if scores else 0.5
    models = training.fit({case.key for case in cases})
    return replace(models, claims=replace(models.claims, thresholds={LABEL: threshold}))


def examples_of(case: Labelled, sorts: Sequence[float], closely: bool) -> list[Example]:
    """A document's claims, with what its reader recorded of each."""
    vectors = case.observation.claim_vectors if closely else None
    found = []
    for at, claim in enumerate(case.observation.claims):
        taken = {one["outcome"]: one["direction"] for one in case.truth["findings"] if overlaps(one["quote"], claim.sentence.plain)}
        judged = labelled_claims().get(passage_digest(claim.sentence.plain))
        found.append(Example(case.key, claim, None if vectors is None else vectors[at], taken, sorts, judged=judged))
    return found


def own_examples(observer: Observer, lessons: ClaimLessons | None) -> list[Example]:
    """Our own sentences as claims standing alone; only their outcome and direction are learnt from."""
    found = []
    for at, lesson in enumerate(own_lessons(observer.taxonomy)):
        if lesson.claims and lesson.outcome and lesson.direction:
            vector = None if lessons is None else lessons.vectors[at]
            claim = observer.claims.claim_alone(lesson.text)
            found.append(Example(lesson.text, claim, vector, {lesson.outcome: lesson.direction}, (), lesson))
    return found


def short_examples(taxonomy: Taxonomy, case: ShortCase, sorts: Sequence[float], closely: bool) -> list[Example]:
    """Of a short text: the likeliest claim of each effect that it reports; of one that reports none, all claims, as passed over.

    Nobody has marked the sentence of an effect: it is the one that names the outcome and whose words of change go the way that the effect went.
    Where every such sentence goes another way the effect is left out: taken for the one with most signs of a claim, a third of them taught that
    "rose" may be an improvement.
    """
    claims, vectors = case.observation.claims, case.observation.claim_vectors if closely else None
    if case.findings is None or not case.relevant:
        return []
    taken: dict[int, dict[str, str]] = {} if case.findings else {at: {} for at in range(len(claims))}
    for outcome, direction in case.findings:
        named = [at for at, claim in enumerate(claims) if any(one.label == outcome for one in claim.outcomes)]
        if named:
            best = max(named, key=lambda at: (_agreement(taxonomy, claims[at], outcome, direction), _names(claims[at], outcome), claims[at].merit))
            if _agreement(taxonomy, claims[best], outcome, direction) >= 0:
                taken.setdefault(best, {})[outcome] = direction
    return [
        Example(f"{case.pair} {at}", claims[at], None if vectors is None else vectors[at], outcomes, sorts, SHORT)
        for at, outcomes in taken.items()
    ]


def _names(claim: Claim, outcome: str) -> bool:
    return any(one.strong and one.label == outcome for one in claim.outcomes)


def _agreement(taxonomy: Taxonomy, claim: Claim, outcome: str, direction: str) -> float:
    """How many votes and signs of the sentence speak for the direction, less those that speak for another."""
    votes, traits = direction_features(taxonomy, claim, outcome, None)
    signs = dict(zip(TRAITS, traits, strict=True))
    beside = {name: float(signs[sign]) for name, sign in (("no_change", "none_near"), ("mixed", "mixed_near"), ("unclear", "cannot_tell"))}
    own = float(votes[DIRECTIONS.index(direction)].sum()) + beside.get(direction, 0.0)
    return own - (float(votes.sum()) + sum(beside.values()) - own)


class Training:
    """The examples, and fits of all models to those of some documents."""

    def __init__(self, taxonomy: Taxonomy, examples: list[Example], own: list[Example], lessons: ClaimLessons | None) -> None:
        self.taxonomy, self.examples, self.own, self.lessons = taxonomy, examples, own, lessons
        self.keys = claim_keys(taxonomy)

    def fit(self, kept: set[str]) -> FindingModels:
        """Heads are asked about sentences that were left out of their fit, so that the models above them do not trust them too much."""
        examples = [example for example in self.examples if example.key in kept]
        heads = self._heads(examples, self.own) if self.lessons is not None else None
        everything = [*examples, *self.own]
        logits = self._left_out(everything) if heads is not None else [None] * len(everything)
        return FindingModels(
            self._claims(everything, logits), self._outcomes(everything, logits), self._directions(everything, logits), heads
        )

    def found(self, case: Labelled, models: FindingModels, sorts: Sequence[float], relevant: float) -> list[tuple[float, bool]]:
        """Scores of what would be recorded at the lowest threshold, and whether each is what the reader recorded."""
        claims, vectors = case.observation.claims, case.observation.claim_vectors
        read = models.heads.logits(vectors) if models.heads is not None and vectors is not None and len(claims) else None
        logits = [logits_by_key(self.keys, None if read is None else read[at]) for at in range(len(claims))]
        taken: set[int] = set()
        scored = []
        for one in recorded(self.taxonomy, claims, logits, models, sorts, relevant, float(THRESHOLDS[0]))[:MOST]:
            hit = next(
                (
                    at for at, finding in enumerate(case.truth["findings"])
                    if at not in taken and (finding["outcome"], finding["direction"]) == (one.outcome, one.direction)
                    and overlaps(finding["quote"], one.claim.sentence.plain)
                ),
                None,
            )
            taken |= set() if hit is None else {hit}
            scored.append((one.score, hit is not None))
        return scored

    def _heads(self, examples: Sequence[Example], own: Sequence[Example]) -> Heads:
        assert self.lessons is not None
        kept = {example.key for example in own}
        marks = [claim_marks(self.keys, bool(one.told), one.told, one.sure) for one in examples]
        vectors = [example.vector for example in examples]
        for lesson, vector in zip(self.lessons.own, self.lessons.vectors, strict=True):
            if lesson.text in kept or not lesson.claims:
                marks.append(marked(self.keys, lesson))
                vectors.append(vector)
        told, sure = np.array([truth for truth, _ in marks]), np.array([weights for _, weights in marks])
        return fit_heads(self.keys, Lessons(np.array(vectors, dtype=np.float32), told, sure).and_(self.lessons.examples))

    def _left_out(self, examples: Sequence[Example]) -> list[Mapping[Key, float] | None]:
        held = folds([example.key + "/heads" for example in examples], INNER_FOLDS)
        found: list[Mapping[Key, float] | None] = [None] * len(examples)
        for fold in range(INNER_FOLDS):
            kept = [example for example, at in zip(examples, held, strict=True) if at != fold]
            heads = self._heads([one for one in kept if one.lesson is None], [one for one in kept if one.lesson is not None])
            for at in (int(at) for at in np.flatnonzero(held == fold)):
                vector = examples[at].vector
                if vector is not None:
                    found[at] = logits_by_key(self.keys, heads.logits(np.array([vector], dtype=np.float32))[0])
        return found

    def _claims(self, examples: Sequence[Example], logits: Sequence[Mapping[Key, float] | None]) -> Pooled:
        """From claims in documents and short texts; sentences that stand alone say nothing of where a claim is made."""
        placed = [(one, heads) for one, heads in zip(examples, logits, strict=True) if len(one.sorts)]
        rows = [claim_row(one.claim, heads[CLAIM] if heads else 0.0, one.sorts) for one, heads in placed]
        truth = np.array([1.0 if one.outcomes else JUDGED_WORTH * one.sure * bool(one.told) for one, _ in placed])
        counts = np.array([SHORT_WEIGHT if one.lesson else 1.0 for one, _ in placed])
        names, kinds = [LABEL] * len(placed), np.array([one.sorts for one, _ in placed])
        return fit_pooled(np.array(rows), names, (LABEL,), CLAIM_FEATURES, truth, PENALTY["claims"], kinds, counts)

    def _outcomes(self, examples: Sequence[Example], logits: Sequence[Mapping[Key, float] | None]) -> Pooled:
        labels = self.taxonomy.facet(DOMAIN).label_ids
        rows: list[Array] = []
        names: list[str] = []
        truth: list[float] = []
        counts: list[float] = []
        for one, heads in zip(examples, logits, strict=True):
            if one.told:
                rows.append(outcome_features(self.taxonomy, one.claim, heads))
                names += labels
                truth += [float(label in one.told) for label in labels]
                counts += [OWN_WEIGHT if one.lesson else 1.0] * len(labels)
        return fit_pooled(np.vstack(rows), names, labels, OUTCOME_FEATURES, np.array(truth), PENALTY["outcomes"], counts=np.array(counts))

    def _directions(self, examples: Sequence[Example], logits: Sequence[Mapping[Key, float] | None]) -> Choice:
        """Sentences of our own weigh as much as others here: readers' findings are so often good news that they teach little about bad."""
        votes, traits, chosen = [], [], []
        for one, heads in zip(examples, logits, strict=True):
            for outcome, direction in one.told.items():
                said, signs = direction_features(self.taxonomy, one.claim, outcome, heads)
                votes.append(said)
                traits.append(signs)
                chosen.append(DIRECTIONS.index(direction))
        names = (DIRECTIONS, VOTES, TRAITS)
        order: NDArray[np.int64] = np.array(chosen)
        return fit_choice(np.array(votes), np.array(traits), order, np.ones(len(order)), names, (PENALTY["shared"], PENALTY["own"]))
