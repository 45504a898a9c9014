"""What kind of study or text a document itself is, whatever it cites (codebook, section 10).

Three things speak: the cues of the taxonomy by where they stand (title, abstract, methods, results; those about other people's work speak
against), how the document names itself (``designations.toml``), and its form (``document_form``). A conditional logit weighs them
(``linear_models.Choice``): weights of evidence are shared by all designs, weights of form are free only where a reader would expect
the trait to matter.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from math import log1p
from pathlib import Path

import numpy as np

from classify.cue_worth import WORTH_FEATURES, Counts, CueWorth
from classify.document_form import TRAITS, traits
from classify.label_evidence import Key, LabelEvidence, best_mention, quote
from classify.linear_models import Array, Choice
from classify.prose import Prose, Sentence
from classify.wording import Wording
from evidence.errors import UsageError
from evidence.records import Span

FACET = "study_design"
FOLDER = Path(__file__).parent
OPENING_LENGTH = 1500
"""Characters of cover, headings and first lines in which documents name their kind."""

EVIDENCE = (
    "strong", "weak", "distinct", "title_strong", "title_weak", "lead_strong", "lead_weak", "methods_strong", "methods_weak", "headings",
    "peak", "density", "share", "lead_share", "against", "citing", "results_strong", "names_title", "names_opening", "names_headings",
    "tense", "results_told", "declared", "declared_share", "declared_first", "both_kinds", "both_methods", "title_announces", "own_strong",
    "own_lead_strong", "leads",
)
STUDIES = (
    "systematic_review", "randomised_trial", "quasi_experiment", "observational", "economic_evaluation", "mixed_methods", "qualitative", "modelling",
)
_FUTURE = Wording(r"\bwill (?:be|receive|undergo|complete|include|assess|compare|have|use|take|recruit|collect|test|then|also)\b", re.IGNORECASE)
_DONE_HERE = Wording(
    r"\b(?:we|our|this (?:\w+ ){0,3}(?:study|paper|article|review|trial|project|research|protocol)|the (?:present|current) \w+|here|"
    r"(?:was|were|is|are|will be) (?:\w+ ){0,2}(?:conducted|used|applied|performed|carried|undertaken|employed|adopted|collected|analy[sz]ed|"
    r"searched|done|included|assessed|interviewed|recruited|held|chosen|selected|designed|identified|administered|"
    r"compared|randomi[sz]ed|allocated|assigned|followed|surveyed|matched)|"
    r"utili[sz]ed|consisted of|used an?|design(?:ed)?:?|using)\b", re.IGNORECASE,
)
_PAST = Wording(r"\b(?:was|were) (?:\w+ly )?(?:\w+ed|found|given|taken|drawn|held|sent|made|done|seen|shown|undertaken|chosen)\b", re.IGNORECASE)

EXPECTED: dict[str, tuple[str, ...]] = {
    "systematic_review": ("search", "references", "methods", "lead_will", "lead_results"),
    "randomised_trial": ("random", "statistics", "results", "lead_results", "will_be", "lead_will", "sample", "economics"),
    "quasi_experiment": ("statistics", "results", "lead_results", "random", "sample"),
    "observational": ("statistics", "sample", "results", "lead_results", "random", "numbers", "participants", "lead_will", "methods"),
    "economic_evaluation": ("economics", "statistics", "lead_results"),
    "mixed_methods": ("participants", "statistics", "sample", "results", "lead_results"),
    "qualitative": ("participants", "statistics", "results", "methods", "lead_results"),
    "modelling": ("simulation", "statistics", "numbers", "participants"),
    "case_study": ("project", "statistics", "methods", "references", "results", "sentence_length"),
    "narrative_review": ("references", "methods", "search", "should", "statistics", "words"),
    "protocol": ("will_be", "lead_will", "results", "random", "methods", "lead_results", "references", "lead_methods"),
    "guidance": ("should", "references", "we_will", "first_person", "numbers"),
    "policy": ("we_will", "policy_words", "should", "references", "words", "fragments", "statistics"),
    "statistics": ("numbers", "fragments", "sentence_length", "words"),
    "record": ("speech", "minutes", "accounts", "stamps", "requirement", "fragments", "words", "references", "first_person"),
    "opinion": ("first_person", "debate", "questions", "words", "references", "methods", "numbers", "fragments"),
}
"""Traits of form in which a reader would look for each design; weights for all others are held near zero."""


@dataclass(frozen=True)
class DesignModel:
    """The conditional logit and the worth of cues that it weighs beside :data:`EVIDENCE`."""

    choice: Choice
    worth: CueWorth

    @property
    def labels(self) -> tuple[str, ...]:
        return self.choice.labels

    def chances(self, evidence: Array, traits: Array, cues: Counts) -> Array:
        """The probability of every label: ``evidence`` [labels, features] and ``traits`` [traits] as read, ``cues`` the document's own."""
        return self.choice.probabilities(np.hstack([evidence, self.worth.rows(cues)]), traits)


WEIGHED = (*EVIDENCE, *WORTH_FEATURES)
CHOICE_PENALTY = (3.0, 2.0)
"""L2 weights of what all labels share and of what is each one's own, chosen by cross-validation over documents on a coarse grid."""

KINDS: tuple[tuple[str, ...], ...] = (
    STUDIES, ("protocol",), ("case_study",), ("policy", "guidance", "statistics"), ("record",), ("opinion", "narrative_review"),
)
"""Kinds of document whose readers label alike: studies, protocols, projects, policy, proceedings, comment."""


def kinds(chances: Array, labels: tuple[str, ...]) -> list[float]:
    """The probability of each of :data:`KINDS`."""
    by_label = dict(zip(labels, chances, strict=True))
    return [float(sum(by_label[label] for label in kind)) for kind in KINDS]


@cache
def designations() -> dict[str, dict[str, Wording]]:
    """How each design is named in titles and openings. Raises ``UsageError`` naming the key where a pattern is wrong."""
    content = tomllib.loads((FOLDER / "designations.toml").read_text(encoding="utf-8"))
    patterns: dict[str, dict[str, Wording]] = {}
    for design, places in content.items():
        for place, words in places.items():
            try:
                patterns.setdefault(design, {})[place] = Wording("|".join(f"(?:{word})" for word in words), re.IGNORECASE)
            except re.error as error:
                raise UsageError(f"designations.toml: {design}.{place}: expected regular expressions: {error}") from None
    return patterns


def evidence_rows(prose: Prose, evidence: dict[Key, LabelEvidence], labels: tuple[str, ...]) -> Array:
    """What :data:`EVIDENCE` names, a row a design: [labels, features]."""
    opening = _opening(prose)
    headings = " | ".join(sentence.plain for sentence in prose.sentences if sentence.kind == "heading")[:4000]
    own = {label: evidence.get((FACET, label), LabelEvidence()) for label in labels}
    total = sum(one.count("strong", cited=False) for one in own.values())
    lead_total = sum(one.count("strong", ("lead",), cited=False) for one in own.values())
    future, told = tense(prose), results_told(prose)
    declared = declarations(prose, labels)
    said = sum(declared[label][0] for label in labels)
    first = min((at for count, at in declared.values() if count), default=0)
    both = all(declared.get(kind, (0, 0))[0] for kind in ("qualitative", "observational"))
    mixed, announced = both_methods(own), designations()["protocol"]["title"].found(prose.title)
    rows, leading = [], first_in_lead(own)
    for label in labels:
        side = 1.0 if label == "protocol" else -1.0 if label in STUDIES else 0.0
        one = own[label]
        names = designations().get(label, {})
        strong, weak = one.count("strong", cited=False), one.count("weak")
        lead = one.count("strong", ("lead",), cited=False)
        rows.append([
            log1p(strong), log1p(weak), log1p(one.distinct), float("strong" in one.title), float("weak" in one.title), log1p(lead),
            log1p(one.count("weak", ("lead",))), log1p(one.count("strong", ("methods",))), log1p(one.count("weak", ("methods",))),
            log1p(one.headings), log1p(one.peak), log1p(1000.0 * (strong + 0.3 * weak) / prose.words), strong / total if total else 0.0,
            lead / lead_total if lead_total else 0.0, log1p(one.count("against") + ("against" in one.title)), log1p(one.count("citing")),
            log1p(one.count("strong", ("results", "discussion"))),
            float(bool("title" in names and names["title"].search(prose.title))),
            log1p(names["opening"].count(opening)) if "opening" in names else 0.0,
            log1p(names["title"].count(headings)) if "title" in names else 0.0,
            side * (future - 0.5), -side * told,
            log1p(declared[label][0]), declared[label][0] / said if said else 0.0, float(bool(declared[label][0]) and declared[label][1] == first),
            float(label == "mixed_methods" and both),
            mixed * (1.0 if label == "mixed_methods" else -1.0 if label in ALONE else 0.0),
            float(announced and label in STUDIES and bool(names["title"].search(prose.title))),
            log1p(one.spoken()), log1p(one.spoken(("title", "lead", "background"))), float(label in leading),
        ])
    return np.array(rows)


def declarations(prose: Prose, labels: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """How many sentences of summary and methods say that the document's own study is of a design, and the number of the first of them.

    A sentence about what others did is left out, and so is one that only names the design without saying that it was done here.
    """
    found = dict.fromkeys(labels, (0, 0))
    for sentence in prose.zones("lead", "methods"):
        if sentence.cited or sentence.kind == "heading" or not _DONE_HERE.found(sentence.plain):
            continue
        for label in labels:
            terms = designations().get(label, {}).get("terms")
            if terms is not None and terms.found(sentence.plain):
                count, first = found[label]
                found[label] = (count + 1, first if count else sentence.number)
    return found


ALONE = ("qualitative", "observational")
"""Designs that a document has by itself only where it does not do both."""


def both_methods(own: dict[str, LabelEvidence]) -> float:
    """How much a document shows of the weaker of qualitative and quantitative work: only mixed methods show much of both."""
    return min(log1p(own[label].count("strong", cited=False) + 0.3 * own[label].count("weak")) for label in ALONE)


def first_in_lead(own: dict[str, LabelEvidence]) -> frozenset[str]:
    """The designs of which abstract or opening speak first."""
    first = {
        label: min((m.sentence.number for m in one.mentions if m.kind == "strong" and not m.sentence.cited and m.sentence.zone == "lead"), default=-1)
        for label, one in own.items()
    }
    found = [number for number in first.values() if number >= 0]
    return frozenset(label for label, number in first.items() if found and number == min(found))


def tense(prose: Prose) -> float:
    """The share of the future among what abstract and methods say is done: near 1 in a protocol, near 0 in a report; 0.5 where neither is used."""
    future = past = 0
    for sentence in prose.zones("lead", "methods", "results"):
        future += len(_FUTURE.findall(sentence.plain))
        past += len(_PAST.findall(sentence.plain))
    return (future + 1) / (future + past + 2)


def results_told(prose: Prose) -> float:
    """How much of the text stands under results, from 0 to 1 (a tenth is full measure): a protocol has none."""
    words = sum(sentence.plain.count(" ") for sentence in prose.zones("results") if sentence.is_prose)
    return min(1.0, 10.0 * words / prose.words)


def trait_row(prose: Prose) -> Array:
    return np.array(traits(prose))


def expected_weights(labels: tuple[str, ...]) -> Array:
    """[labels, traits]: 1 where a trait is expected to matter (and for the constant), else a large multiple of the penalty."""
    return np.array([[1.0 if at == 0 or name in EXPECTED[label] else 30.0 for at, name in enumerate(TRAITS)] for label in labels])


def _opening(prose: Prose) -> str:
    parts: list[str] = []
    length = 0
    for sentence in prose.sentences:
        parts.append(sentence.plain)
        length += len(sentence.plain) + 1
        if length > OPENING_LENGTH:
            break
    lead = " ".join(sentence.plain for sentence in prose.lead)[:2500]
    return " ".join(parts) + " " + lead


def design_span(prose: Prose, evidence: dict[Key, LabelEvidence], label: str) -> Span | None:
    """The sentence in which the document says or shows what it is; the title or first sentence where none says it."""
    mentions = evidence[(FACET, label)].mentions if (FACET, label) in evidence else []
    own = [mention for mention in mentions if not mention.sentence.cited and mention.kind == "strong"]
    best = best_mention(own)
    if best is not None:
        return quote(prose, best.sentence, best.start, best.end)
    names = designations().get(label, {})
    for place in ("opening", "title"):
        if place in names:
            for sentence in prose.sentences[:40]:
                if match := names[place].search(sentence.plain):
                    return quote(prose, sentence, match.start(), match.end())
    weak = best_mention(mentions)
    if weak is not None:
        return quote(prose, weak.sentence, weak.start, weak.end)
    first = next((sentence for sentence in prose.sentences if sentence.is_prose), _first(prose))
    return quote(prose, first) if first else None


def _first(prose: Prose) -> Sentence | None:
    return prose.sentences[0] if prose.sentences else None
