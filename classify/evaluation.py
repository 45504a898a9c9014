"""How right the classifier is: predictions against labels, with intervals, for any facet.

Counts are over documents; intervals are percentile bootstraps over documents (1,000 draws, fixed seed). Models that learnt from the labels are
scored only on documents that were left out of the fit (:func:`cross_validated`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classify.cases import Case, DeclaredCase
from classify.changes import LABELS as CHANGES
from classify.changes import change_votes
from classify.left_out import folds
from classify.quotation import overlaps
from classify.short_texts import ShortCase
from classify.tagging import Tagger
from classify.training import CHANGE_KEYS, fit_change, fit_designs, fit_models, same_place
from evidence.records import JUDGEMENTS, STRENGTHS, Tagging

FOLDS = 5
COMMON = 10
"""Items that a label needs to count in :func:`common_macro_f1`."""
DRAWS = 1000
MANY = ("integration_type", "breadth", "boundary", "level", "theme", "population", "perspective", "evaluation_method", "reality", "intensity")
FACETS = (*JUDGEMENTS, *MANY, "places")
Pair = tuple[frozenset[str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Score:
    """One measure with its 95 % interval."""

    name: str
    n: int
    value: float
    low: float
    high: float
    note: str = ""

    def __str__(self) -> str:
        return f"{self.name:38} n {self.n:4}  {self.value:6.3f}  [{self.low:.3f}, {self.high:.3f}]  {self.note}"


def cross_validated(
    cases: Sequence[Case], declared: Sequence[DeclaredCase], tagger: Tagger, short: Sequence[ShortCase] = (), salt: str = ""
) -> list[Tagging]:
    """The tagging of every case by models that have not seen it, in the order of ``cases``. Another ``salt`` gives other folds."""
    held = folds([case.key + salt for case in cases], FOLDS)
    result: dict[str, Tagging] = {}
    for fold in range(FOLDS):
        kept = [case for case, at in zip(cases, held, strict=True) if at != fold]
        trained = tagger.with_models(fit_models(kept, declared, tagger.observer, short, tagger.encoder is not None))
        for case in (case for case, at in zip(cases, held, strict=True) if at == fold):
            result[case.key] = trained.tag_observed(case.document, case.observation)
    return [result[case.key] for case in cases]


def cross_validated_designs(
    declared: Sequence[DeclaredCase], cases: Sequence[Case], tagger: Tagger, short: Sequence[ShortCase] = ()
) -> list[str]:
    """The design predicted for every abstract by models that have not seen it."""
    held = folds([case.key for case in declared], FOLDS)
    result: list[str] = [""] * len(declared)
    for fold in range(FOLDS):
        kept = [case for case, at in zip(declared, held, strict=True) if at != fold]
        model = fit_designs(cases, kept, tagger.observer, short, tagger.encoder is not None)
        for at in (int(found) for found in np.flatnonzero(held == fold)):
            result[at] = model.labels[int(model.chances(declared[at].observation).argmax())]
    return result


def cross_validated_changes(sentences: Sequence[dict[str, Any]]) -> list[str]:
    """The change predicted for every effect sentence by a model that has seen no sentence of the same article."""
    held = folds([str(row["pmcid"]) for row in sentences], FOLDS)
    result = [""] * len(sentences)
    for fold in range(FOLDS):
        model = fit_change([row for row, at in zip(sentences, held, strict=True) if at != fold])
        for at in (int(found) for found in np.flatnonzero(held == fold)):
            result[at] = CHANGES[int(model.probabilities(*change_votes(*(sentences[at][key] for key in CHANGE_KEYS))).argmax())]
    return result


def labels_of(tagging: Tagging, facet: str) -> frozenset[str]:
    if facet == "places":
        return frozenset(same_place(place.name) for place in tagging.places)
    return frozenset(tag.label for tag in tagging.tags if tag.facet == facet)


def truth_of(truth: dict[str, Any], facet: str) -> frozenset[str]:
    given = truth.get(facet) or []
    if facet == "places":
        return frozenset(same_place(name) for name in given)
    return frozenset([given] if isinstance(given, str) else given)


def micro_f1(pairs: Sequence[Pair]) -> float:
    """2 TP / (2 TP + FP + FN) over all labels of all documents."""
    right = sum(len(true & found) for true, found in pairs)
    total = sum(len(true) + len(found) for true, found in pairs)
    return 2 * right / total if total else 1.0


def micro_precision(pairs: Sequence[Pair]) -> float:
    return sum(len(true & found) for true, found in pairs) / max(1, sum(len(found) for _, found in pairs))


def micro_recall(pairs: Sequence[Pair]) -> float:
    return sum(len(true & found) for true, found in pairs) / max(1, sum(len(true) for true, _ in pairs))


def accuracy(pairs: Sequence[Pair]) -> float:
    return sum(true == found for true, found in pairs) / max(1, len(pairs))


def macro_f1(pairs: Sequence[Pair], least: int = 1) -> float:
    """Mean F1 over the labels that occur ``least`` times or more in the truth."""
    counts = Counter(label for true, _ in pairs for label in true)
    each = []
    for label in sorted(label for label, count in counts.items() if count >= least):
        right = sum(label in true and label in found for true, found in pairs)
        total = sum((label in true) + (label in found) for true, found in pairs)
        each.append(2 * right / total if total else 0.0)
    return sum(each) / max(1, len(each))


def common_macro_f1(pairs: Sequence[Pair]) -> float:
    """:func:`macro_f1` over labels with :data:`COMMON` items: the F1 of one with four is a matter of luck."""
    return macro_f1(pairs, COMMON)


def kappa(pairs: Sequence[Pair]) -> float:
    """Cohen's kappa of an exactly-one facet; no answer is an answer of its own."""
    count = max(1, len(pairs))
    labels = {label for pair in pairs for side in pair for label in side} | {""}

    def share(side: int, label: str) -> float:
        return sum(next(iter(pair[side]), "") == label for pair in pairs) / count

    chance = sum(share(0, label) * share(1, label) for label in labels)
    return (accuracy(pairs) - chance) / max(1e-9, 1 - chance)


def weighted_kappa(pairs: Sequence[Pair], order: Sequence[str] = STRENGTHS) -> float:
    """Cohen's kappa with quadratic weights over an ordered scale; no answer counts as the lowest."""
    size = len(order)
    observed = np.zeros((size, size))
    for true, found in (pair for pair in pairs if pair[0]):
        observed[order.index(next(iter(true))), order.index(next(iter(found), order[0]))] += 1
    weights = np.subtract.outer(np.arange(size), np.arange(size)) ** 2.0
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / max(1.0, observed.sum())
    return float(1 - (weights * observed).sum() / max(1e-9, (weights * expected).sum()))


def calibration_error(scores: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Expected calibration error over equally wide bins of the score."""
    values, hits = np.array(scores), np.array(right, dtype=float)
    if not len(values):
        return 0.0
    bin_of = np.minimum((values * bins).astype(int), bins - 1)
    gaps = [abs(values[bin_of == b].mean() - hits[bin_of == b].mean()) * (bin_of == b).mean() for b in range(bins) if (bin_of == b).any()]
    return float(sum(gaps))


def scored(name: str, measure: Callable[[Sequence[Pair]], float], pairs: Sequence[Pair], note: str = "") -> Score:
    """A measure with its bootstrap interval."""
    generator = np.random.default_rng(0)
    draws = [measure([pairs[at] for at in generator.integers(0, len(pairs), len(pairs))]) for _ in range(DRAWS if len(pairs) > 1 else 1)]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Score(name, len(pairs), measure(pairs), float(low), float(high), note)


def pairs_of(cases: Sequence[Case], taggings: Sequence[Tagging], facet: str) -> list[Pair]:
    return [(truth_of(case.truth, facet), labels_of(tagging, facet)) for case, tagging in zip(cases, taggings, strict=True)]


def facet_scores(cases: Sequence[Case], taggings: Sequence[Tagging]) -> list[Score]:
    """One line a measure: of relevance, design and strength, and of every other facet of which there is anything to find or found."""
    about = pairs_of(cases, taggings, "relevance")
    relevance = [(frozenset(true & {"relevant"}), frozenset(found & {"relevant"})) for true, found in about]
    design, strength = pairs_of(cases, taggings, "study_design"), pairs_of(cases, taggings, "evidence_strength")
    scores = [
        scored("relevance F1", micro_f1, relevance),
        scored("relevance accuracy", accuracy, about),
        scored("relevance kappa", kappa, about),
        scored("study_design accuracy", accuracy, design),
        scored("study_design macro-F1", macro_f1, design),
        scored("study_design kappa", kappa, design),
        scored("evidence_strength weighted kappa", weighted_kappa, strength),
        scored("evidence_strength accuracy", accuracy, strength),
    ]
    for facet in (*MANY, "places"):
        pairs = pairs_of(cases, taggings, facet)
        if not _says_any(pairs):
            continue
        note = f"P {micro_precision(pairs):.3f} R {micro_recall(pairs):.3f}"
        scores.append(scored(f"{facet} micro-F1", micro_f1, pairs, note))
        scores.append(scored(f"{facet} macro-F1", macro_f1, pairs))
    return [*scores, *finding_scores(cases, taggings)]


def _says_any(pairs: Sequence[Pair]) -> bool:
    return any(true or found for true, found in pairs)


def finding_scores(cases: Sequence[Case], taggings: Sequence[Tagging]) -> list[Score]:
    """A finding is right where outcome and direction match and the quotes overlap. Empty where there is none to find and none found."""
    pairs: list[Pair] = []
    located: list[Pair] = []
    for case, tagging in zip(cases, taggings, strict=True):
        true, found, place_true, place_found = set(), set(), set(), set()
        taken: set[int] = set()
        for number, finding in enumerate(case.truth.get("findings") or []):
            match = next(
                (
                    at for at, mine in enumerate(tagging.findings)
                    if at not in taken and overlaps(finding["quote"], mine.span.quote)
                    and (finding["outcome"], finding["direction"]) == (mine.outcome, mine.direction)
                ),
                None,
            )
            true.add(f"g{number}")
            if match is not None:
                taken.add(match)
                found.add(f"g{number}")
            place_true.add(f"g{number}")
            if any(overlaps(finding["quote"], mine.span.quote) for mine in tagging.findings):
                place_found.add(f"g{number}")
        found |= {f"m{at}" for at in range(len(tagging.findings)) if at not in taken}
        place_found |= {
            f"m{at}" for at, mine in enumerate(tagging.findings)
            if not any(overlaps(finding["quote"], mine.span.quote) for finding in (case.truth.get("findings") or []))
        }
        pairs.append((frozenset(true), frozenset(found)))
        located.append((frozenset(place_true), frozenset(place_found)))
    if not _says_any(pairs):
        return []
    return [
        scored("findings F1", micro_f1, pairs, f"P {micro_precision(pairs):.3f} R {micro_recall(pairs):.3f}"),
        scored("findings located F1", micro_f1, located, f"P {micro_precision(located):.3f} R {micro_recall(located):.3f}"),
    ]


def quote_overlap(cases: Sequence[Case], taggings: Sequence[Tagging]) -> float:
    """Of the integration types that are right, the share whose quotation shares words with the reader's."""
    hits = []
    for case, tagging in zip(cases, taggings, strict=True):
        quotes = case.truth.get("integration_quotes") or {}
        for tag in tagging.tags:
            if tag.facet == "integration_type" and tag.span and tag.label in quotes:
                hits.append(overlaps(quotes[tag.label], tag.span.quote))
    return sum(hits) / max(1, len(hits))


def calibration(cases: Sequence[Case], taggings: Sequence[Tagging]) -> dict[str, float]:
    """Expected calibration error of the scores, by group of facets."""
    groups: dict[str, list[tuple[float, bool]]] = {"relevance": [], "study_design": [], "evidence_strength": [], "labels": [], "places": []}
    for case, tagging in zip(cases, taggings, strict=True):
        for tag in tagging.tags:
            if tag.facet in (*JUDGEMENTS, *MANY):
                groups[tag.facet if tag.facet in JUDGEMENTS else "labels"].append((tag.score, tag.label in truth_of(case.truth, tag.facet)))
        for place in tagging.places:
            groups["places"].append((place.score, same_place(place.name) in truth_of(case.truth, "places")))
    errors = {name: calibration_error([s for s, _ in one], [r for _, r in one]) for name, one in groups.items()}
    everything = [pair for one in groups.values() for pair in one]
    errors["all"] = calibration_error([s for s, _ in everything], [r for _, r in everything])
    return errors


def wrong_calls(cases: Sequence[Case], taggings: Sequence[Tagging], facets: Iterable[str]) -> list[str]:
    """Each wrong call with the text behind it."""
    lines = []
    for facet in facets:
        for case, tagging in zip(cases, taggings, strict=True):
            true, found = truth_of(case.truth, facet), labels_of(tagging, facet)
            if true == found:
                continue
            spans = {tag.label: tag.span.quote if tag.span else "" for tag in tagging.tags if tag.facet == facet}
            extra = "; ".join(f"{label}: {' '.join(spans.get(label, '').split())[:160]}" for label in sorted(found - true))
            lines.append(f"{facet} | {case.key[-46:]} | missing {sorted(true - found)} | extra {extra or '-'}")
    return lines
