"""Sentence-level claims of effect of relevant documents (codebook, section 13).

A finding is a claim (``classify.claims``) that a careful reader would record, of an outcome, in a direction (``classify.outcomes``). Three small
models say how probable each is; what is recorded are the pairs of claim and outcome that are probable enough together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from classify.changes import CLAUSE_BORDER
from classify.claim_lessons import CLAIM, DOMAIN, claim_keys
from classify.claims import FEATURES, INTERVENTION, Claim
from classify.effects import effect_of
from classify.heads import Heads
from classify.label_evidence import Key, quote
from classify.linear_models import Array, Choice, Pooled
from classify.outcomes import DIRECTIONS, change_at, change_of_direction, direction_votes, outcome_rows, place_of
from classify.prose import Prose, Sentence
from classify.wording import Wording
from evidence.records import Finding, Place
from evidence.taxonomy import Taxonomy
from language.encoder import Vectors

LABEL = "finding"
MOST = 8
"""Findings a document at most: a reader of an annual report lists its main effects, not every sentence with a figure."""
MOST_OF_SENTENCE = 3
OTHERS_WORK = ("narrative_review", "systematic_review", "opinion", "protocol", "guidance")
"""Designs of documents that report effects which others have found."""

WITHOUT_STUDY = ("policy", "record", "statistics", "case_study")
"""Designs of documents that may report effects of their own, but none that "a study found"."""
_A_STUDY = Wording(r"\b(?:an?|one|another|the)\b[^.;]{0,60}\b(?:stud(?:y|ies)|trials?|reviews?|meta-analys[ie]s|evaluation)\b[^.;]{0,60}?"
    r"\b(?:found|show(?:ed|s|n)|report(?:ed|s)|suggest(?:ed|s)|concluded|demonstrated)\b", re.IGNORECASE)
_NAMED = re.compile(r"\b(?:the|our|this|an?) ((?:[\w'-]+ ){0,5}?(?:programme|program|service|team|pathway|pilot|model|scheme|project|"
    r"hub|intervention|network|initiative|approach|app))\b", re.IGNORECASE)
_SIZE = re.compile(r"\b\d+(?:[.,]\d+)* ?(?:%|per ?cent|percentage points?)")


@dataclass(frozen=True)
class FindingModels:
    """Which claims are recorded, which outcome they speak of, which way it went; ``heads`` None reads cues alone.

    ``claims.thresholds[LABEL]`` is that of a claim and its outcome together.
    """

    claims: Pooled
    outcomes: Pooled
    directions: Choice
    heads: Heads | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A claim of an ``outcome`` that ``plain[start:end]`` names, with its direction and the probability that a reader records it so."""

    claim: Claim
    outcome: str
    start: int
    end: int
    direction: str
    score: float


def logits_by_key(keys: Sequence[Key], row: Array | None) -> Mapping[Key, float] | None:
    return None if row is None else dict(zip(keys, (float(value) for value in row), strict=True))


CLAIM_FEATURES = (*FEATURES, "head", "cited_in_study", "lead_of_study", "cited_in_protocol", "cited_in_comment")


def claim_row(claim: Claim, head: float, sorts: Sequence[float]) -> list[float]:
    """The features of a claim: its own, its head's logit (0 without an encoder), and whose it is in a document of such a kind.

    A study's own effects stand in its summary, those that a protocol or a review reports are others'. ``sorts`` are probabilities of
    ``study_design.KINDS``.
    """
    lead, cited = float(claim.sentence.zone == "lead"), float(claim.sentence.cited)
    return [*claim.values, head, cited * sorts[0], lead * sorts[0], cited * sorts[1], cited * sorts[5]]


def outcome_features(taxonomy: Taxonomy, claim: Claim, logits: Mapping[Key, float] | None) -> Array:
    return outcome_rows(taxonomy.facet(DOMAIN).label_ids, claim.sentence.plain, claim.outcomes, heard(logits, DOMAIN))


def direction_features(taxonomy: Taxonomy, claim: Claim, outcome: str, logits: Mapping[Key, float] | None) -> tuple[Array, Array]:
    start, end = place_of(outcome, claim.sentence.plain, claim.outcomes)
    return direction_votes(taxonomy, outcome, claim.sentence.plain, start, end, heard(logits, "direction"))


def heard(logits: Mapping[Key, float] | None, facet: str) -> dict[str, float] | None:
    """Logits by label of one facet's heads."""
    return None if logits is None else {label: value for (of, label), value in logits.items() if of == facet}


def recorded(
    taxonomy: Taxonomy, claims: Sequence[Claim], logits: Sequence[Mapping[Key, float] | None], models: FindingModels, sorts: Sequence[float],
    relevant: float, least: float,
) -> list[Recorded]:
    """The pairs of claim and outcome whose probability reaches ``least``, most probable first, :data:`MOST_OF_SENTENCE` a sentence at most."""
    labels = taxonomy.facet(DOMAIN).label_ids
    found = []
    for claim, heads in zip(claims, logits, strict=True):
        row = claim_row(claim, heads[CLAIM] if heads else 0.0, sorts)
        chance = relevant * models.claims.probability(LABEL, row, sorts)
        if chance < least:
            continue
        rows = outcome_features(taxonomy, claim, heads)
        chances = [(chance * models.outcomes.probability(label, list(rows[at])), label) for at, label in enumerate(labels)]
        for score, label in sorted(chances, key=lambda pair: -pair[0])[:MOST_OF_SENTENCE]:
            if score >= least:
                start, end = place_of(label, claim.sentence.plain, claim.outcomes)
                found.append(Recorded(claim, label, start, end, _direction(taxonomy, models, claim, label, heads), score))
    return sorted(found, key=lambda one: -one.score)


def _direction(taxonomy: Taxonomy, models: FindingModels, claim: Claim, outcome: str, logits: Mapping[Key, float] | None) -> str:
    return DIRECTIONS[int(models.directions.probabilities(*direction_features(taxonomy, claim, outcome, logits)).argmax())]


def findings(
    taxonomy: Taxonomy, prose: Prose, claims: Sequence[Claim], vectors: Vectors | None, models: FindingModels, sorts: Sequence[float],
    relevant: float, places: Sequence[Place], design: str, unsure_below: float,
) -> tuple[Finding, ...]:
    """What is recorded of a document, at most :data:`MOST`, in the order of the text. ``vectors`` [claims, 384] are the sentences'."""
    keys = claim_keys(taxonomy)
    read = models.heads.logits(vectors) if models.heads is not None and vectors is not None and len(claims) else None
    logits = [logits_by_key(keys, None if read is None else read[at]) for at in range(len(claims))]
    kept = recorded(taxonomy, claims, logits, models, sorts, relevant, models.claims.thresholds.get(LABEL, 0.5))[:MOST]
    kept.sort(key=lambda one: (one.claim.sentence.number, one.start))
    return tuple(_finding(taxonomy, prose, one, places, design, unsure_below) for one in kept)


def _finding(taxonomy: Taxonomy, prose: Prose, one: Recorded, places: Sequence[Place], design: str, unsure_below: float) -> Finding:
    claim, sentence = one.claim, one.claim.sentence
    plain = sentence.plain
    measure = taxonomy.measure(one.outcome, plain[one.start : one.end])
    good = (measure.good if measure else taxonomy.label(DOMAIN, one.outcome).good) or ""
    near = [change for change in change_at(plain, one.start, one.end) if change.distance < CLAUSE_BORDER]
    place = next((where.name for where in places if where.name in plain), None)
    size = _SIZE.search(plain)
    return Finding(
        _intervention(plain, claim.types), claim.types, one.outcome, change_of_direction(one.direction, good, near), one.direction,
        is_own(sentence, design), claim.effect.hedged or design == "modelling", quote(prose, sentence, one.start, one.start), None, place,
        size[0] if size else None, round(one.score, 4), one.score < unsure_below,
    )


def follow(findings: Sequence[Finding], prose: Prose, gone: Collection[str], design: str) -> tuple[Finding, ...]:
    """The findings of a document of which it is known now that it has none of the integration types ``gone``, and what its ``design`` is."""
    return tuple(_following(one, prose, gone, design) for one in findings)


def _following(finding: Finding, prose: Prose, gone: Collection[str], design: str) -> Finding:
    types = tuple(label for label in finding.integration_types if label not in gone)
    sentence = next((one for one in prose.sentences if one.start <= finding.span.start < one.end), None)
    if sentence is None:
        return replace(finding, integration_types=types)
    intervention = _intervention(sentence.plain, types) if types != finding.integration_types else finding.intervention
    hedged = effect_of(sentence).hedged or design == "modelling"
    return replace(finding, integration_types=types, intervention=intervention, own=is_own(sentence, design), hedged=hedged)


def is_own(sentence: Sentence, design: str) -> bool:
    """Whether the effect shows in this document's own data."""
    if sentence.cited or (not sentence.own and design in OTHERS_WORK):
        return False
    return sentence.own or design not in WITHOUT_STUDY or not _A_STUDY.found(sentence.plain)


def _intervention(plain: str, types: Sequence[str]) -> str:
    """What the sentence says did it, in its own words where it names it."""
    named = _NAMED.search(plain)
    if named:
        return named[1].strip()
    word = INTERVENTION.search(plain)
    if word:
        low = plain.rfind(" ", 0, max(0, word.start() - 25)) + 1
        return plain[low : word.end()].strip(" ,;:")
    return (types[0].replace("_", " ") + " integration") if types else "not named"

