"""Sentence-level claims of effect of relevant documents (codebook, section 13).

A candidate is a sentence of prose with a change word and an outcome; a small logistic regression, trained on which sentences readers
took, weighs how it is said (claimed or expected, with figures, of an intervention that joins care, where it stands). Outcome, change and
direction follow from the words nearest to one another and the polarity table of ``outcome_domain``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from classify.changes import change_near
from classify.cue_index import CueIndex
from classify.effects import Effect, effect_of
from classify.label_evidence import Key, LabelEvidence, is_denied, quote
from classify.linear_models import Pooled
from classify.prose import Prose, Sentence
from evidence.records import Finding, Place
from evidence.taxonomy import Cue, Taxonomy

LABEL = "finding"
MOST = 8
"""Findings a document at most: a reader of an annual report lists its main effects, not every sentence with a figure."""

_INTERVENTION = re.compile(
    r"\b(?:interventions?|programmes?|programs?|pilots?|services?|teams?|pathways?|models?|schemes?|projects?|integration|integrated|"
    r"approach(?:es)?|"
    r"hubs?|networks?|app|training|initiatives?|case management|care co-?ordinat\w+|self-care|telehealth|telecare|joint|partnership|"
    r"sharing|led care|"
    r"records?|commissioning|multi-?disciplinary|clinics?|rehabilitation|support)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:the|our|this|an?) ((?:[\w'-]+ ){0,5}?(?:programme|program|service|team|pathway|pilot|model|scheme|project|"
    r"hub|intervention|network|initiative|approach|app))\b", re.IGNORECASE)

FEATURES = (
    "claim", "expected", "hedged", "figure", "past", "reported", "outcome_strong", "outcome_weak", "integration_strong", "integration_weak",
    "intervention", "own", "cited", "lead", "results", "discussion", "background", "methods", "better", "none", "mixed", "up", "down", "worse",
    "length", "words", "near_integration", "list",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that may be a finding, its features and the outcomes it names as (label, start, end, strong)."""

    sentence: Sentence
    effect: Effect
    outcomes: tuple[tuple[str, int, int, bool], ...]
    types: tuple[str, ...]
    values: tuple[float, ...]


class ClaimReader:
    """Finds the candidates of a document; compiled once."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        entries: list[tuple[str, Cue]] = []
        for label in taxonomy.facet("outcome_domain").labels:
            entries += [(label.id, cue) for cue in label.cues]
        self._index: CueIndex[str] = CueIndex(entries)

    def claims(self, prose: Prose, evidence: dict[Key, LabelEvidence]) -> list[Claim]:
        """Every candidate in the order of the text."""
        strong: dict[int, set[str]] = defaultdict(set)
        weak: dict[int, set[str]] = defaultdict(set)
        for (facet, label), one in evidence.items():
            if facet == "integration_type":
                for mention in one.mentions:
                    if mention.kind in ("strong", "weak"):
                        (strong if mention.kind == "strong" else weak)[mention.sentence.number].add(label)
        found = []
        for sentence in prose.sentences:
            if sentence.kind not in ("body", "list") or not sentence.is_prose:
                continue
            effect = effect_of(sentence)
            if not effect.signs:
                continue
            outcomes = self._outcomes(sentence)
            if not outcomes:
                continue
            near = {label for at in range(sentence.number - 2, sentence.number + 3) for label in strong.get(at, ())}
            values = _values(sentence, effect, outcomes, strong, weak, near, prose.words)
            types = tuple(sorted(strong.get(sentence.number) or near))
            found.append(Claim(sentence, effect, outcomes, types, values))
        return found

    def _outcomes(self, sentence: Sentence) -> tuple[tuple[str, int, int, bool], ...]:
        hits = self._index.hits(sentence.plain)
        against = {hit.key for hit in hits if hit.cue.negative}
        spoken = (hit for hit in hits if not hit.cue.negative and hit.key not in against)
        return tuple((hit.key, hit.start, hit.end, hit.cue.weight == "strong") for hit in spoken)

    def findings(
        self, prose: Prose, claims: Sequence[Claim], model: Pooled, sorts: Sequence[float], relevant: float, places: Sequence[Place],
        design: str, unsure_below: float,
    ) -> tuple[Finding, ...]:
        """The candidates whose probability reaches the threshold, at most :data:`MOST`, in the order of the text."""
        scored = sorted(((relevant * model.probability(LABEL, claim.values, sorts), claim) for claim in claims), key=lambda pair: -pair[0])
        kept = [(score, claim) for score, claim in scored[:MOST] if score >= model.thresholds.get(LABEL, 0.5)]
        kept.sort(key=lambda pair: pair[1].sentence.number)
        return tuple(self._finding(prose, claim, score, places, design, unsure_below) for score, claim in kept)

    def _finding(self, prose: Prose, claim: Claim, score: float, places: Sequence[Place], design: str, unsure_below: float) -> Finding:
        sentence = claim.sentence
        outcome, change = self._outcome_and_change(claim)
        start = min(start for label, start, _, _ in claim.outcomes if label == outcome)
        good = self.taxonomy.label("outcome_domain", outcome).good
        if change in ("better", "worse"):
            direction = "improved" if change == "better" else "worsened"
            rising = (good == "increase") == (change == "better")
            change = "unclear" if good not in ("increase", "decrease") else "increase" if rising else "decrease"
        else:
            direction = self.taxonomy.direction(outcome, change, sentence.plain)
        own = not sentence.cited and (sentence.own or design not in ("narrative_review", "systematic_review", "opinion", "protocol", "guidance"))
        place = next((one.name for one in places if one.name in sentence.plain), None)
        size = re.search(r"\b\d+(?:[.,]\d+)* ?(?:%|per ?cent|percentage points?)", sentence.plain)
        return Finding(
            _intervention(sentence.plain, claim.types), claim.types, outcome, change, direction, own,
            claim.effect.hedged or design == "modelling", quote(prose, sentence, start, start), None, place, size[0] if size else None,
            round(score, 4), score < unsure_below,
        )

    def _outcome_and_change(self, claim: Claim) -> tuple[str, str]:
        """The outcome that stands nearest to a change word, strong cues first, and that change."""
        best: tuple[tuple[float, int], str, str] | None = None
        for label, start, end, strong in claim.outcomes:
            if is_denied(claim.sentence.plain, start) and "none" not in claim.effect.signs:
                continue
            change, distance = change_near(claim.sentence.plain, start, end)
            merit = (distance + (0 if strong else 60) + (25 if label == "care_process" else 0), start)
            if best is None or merit < best[0]:
                best = (merit, label, change)
        if best is None:
            label, start, end, _ = claim.outcomes[0]
            return label, change_near(claim.sentence.plain, start, end)[0]
        return best[1], best[2]


def _values(
    sentence: Sentence, effect: Effect, outcomes: Sequence[tuple[str, int, int, bool]], strong: dict[int, set[str]],
    weak: dict[int, set[str]], near: set[str], words: int,
) -> tuple[float, ...]:
    signs = effect.signs
    return tuple(
        float(value)
        for value in (
            effect.is_claim, effect.expected, effect.hedged, effect.figure, effect.past, effect.reported,
            any(one[3] for one in outcomes), log1p(len(outcomes)), bool(strong.get(sentence.number)), bool(weak.get(sentence.number)),
            bool(_INTERVENTION.search(sentence.plain)), sentence.own, sentence.cited, sentence.zone == "lead", sentence.zone == "results",
            sentence.zone == "discussion", sentence.zone == "background", sentence.zone == "methods",
            "better" in signs, "none" in signs, "mixed" in signs, "up" in signs, "down" in signs, "worse" in signs,
            log1p(len(sentence.plain)) - 5, log1p(words) - 9, bool(near), sentence.kind == "list",
        )
    )


def _intervention(plain: str, types: Sequence[str]) -> str:
    """What the sentence says did it, in its own words where it names it."""
    named = _NAMED.search(plain)
    if named:
        return named[1].strip()
    word = _INTERVENTION.search(plain)
    if word:
        low = plain.rfind(" ", 0, max(0, word.start() - 25)) + 1
        return plain[low : word.end()].strip(" ,;:")
    return (types[0].replace("_", " ") + " integration") if types else "not named"
