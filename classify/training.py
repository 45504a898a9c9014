"""Trains the models from labelled documents: ``python -m classify.training --documents FOLDER``.

``FOLDER`` holds documents as the pipeline wrote them (Parquet); labels come from ``gold/documents.jsonl`` of the shared folder, joined by the
digest of the payload, and designs that authors declare from ``bench/declared_designs.jsonl``. The same input gives the same files. Decision
thresholds and the temper (calibration) of each model are chosen on predictions made for documents left out of the fit.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify.appraisal import Appraiser
from classify.cases import Case, DeclaredCase, declared_cases, declared_rows, effect_sentences, gold_cases, shared_folder
from classify.changes import EVIDENCE as CHANGE_EVIDENCE
from classify.changes import LABELS as CHANGES
from classify.changes import MODEL as CHANGE_MODEL
from classify.changes import TRAITS as CHANGE_TRAITS
from classify.changes import change_votes
from classify.cue_worth import fit_worth
from classify.decided import is_whole, knows
from classify.document_form import TRAITS
from classify.facets import SHORT_FACETS, TRAINED_FACETS
from classify.finding_training import fit_findings
from classify.heads import lesson_marks
from classify.left_out import INNER_FOLDS, best_temper, best_threshold, folds, half_of_best
from classify.linear_models import Array, Choice, Pooled, fit_choice, fit_pooled, write_model
from classify.models import FOLDER, Models, text_key, write_learnt
from classify.observation import Observer
from classify.place_names import place_key
from classify.places import FEATURES as PLACE_FEATURES
from classify.places import LABEL as PLACE
from classify.readings import Readings
from classify.relevance import RelevanceModels
from classify.relevance_training import AboutExample, fit_relevance
from classify.short_designs import DesignExample, DesignModels, fit_short_design
from classify.short_texts import ShortCase, short_cases
from classify.study_design import CHOICE_PENALTY, WEIGHED, DesignModel, expected_weights, kinds
from classify.subject import is_short, label_names, label_table
from classify.word_heads import fit_vocabulary
from evidence.errors import IntegrandError, UsageError
from evidence.records import Document
from evidence.segments import read_segments
from evidence.taxonomy import load_taxonomy
from language.encoder import QuantisedEncoder

PENALTY = {"places": 4.0, "facets": 3.0, "short_facets": 6.0, "change": 1.0}
"""L2 weights, chosen by cross-validation over documents on a coarse grid; half or double of each changes no score by more than its interval. Of
facets 1, 3 and 6 give a mean micro-F1 of 0.675, 0.674 and 0.668 over five facets and three cross-validations."""
DECLARED_WEIGHT = 0.25
"""Weight of an abstract beside a whole document: there are four times as many, and abstracts are not what is read in earnest."""
REAL_WEIGHT = 2.0
"""Weight of a short document beside a short text of our own and an abstract: there are few, and they are what is read in earnest."""
SHORT_DESIGN_WEIGHT = 0.3
"""Weight of a short text's design: from 0.3 to 1.0 short texts (cross-validated by pair) and others are told equally well."""
OWN_DESIGN_WEIGHT = 0.3
"""Weight of a short text of our own beside an abstract, for the design of short texts."""
FEWEST = 40
"""Labelled documents below which there is no fitting: folds of folds would be of one or two."""
CHANGE_KEYS = ("text", "outcome", "intervention", "comparator")


def fit_models(
    cases: Sequence[Case], declared: Sequence[DeclaredCase], observer: Observer, short: Sequence[ShortCase] = (), closely: bool = True
) -> Models:
    """All models, fitted to these cases; ``closely`` False fits them to cues and words alone, for use without an encoder.

    Places, findings and strength learn from cases all of whose labels are known.
    """
    whole = [case for case in cases if is_whole(case.truth)]
    read = Readings(cases, observer, short, declared, closely)
    relevance = fit_case_relevance(cases, read, short, declared)
    out = LeftOut(cases, declared, observer, read, short)
    facets = {facet: fit_facet(cases, observer, facet, out, read) for facet in TRAINED_FACETS if observer.labels(facet)}
    brief = {facet: model for facet in SHORT_FACETS if (model := fit_short_facet(short, observer, facet, read)) is not None}
    design = fit_designs(cases, declared, observer, short, closely)
    labels, without = observer.labels("study_design"), fit_design(cases, declared, observer)
    seen = [one.observation for one in short]
    sorts = [kinds(without.chances(one.designs, one.traits, one.design_cues), labels) for one in seen]
    found = fit_findings(whole, out.kinds, out.relevant, observer, read.heads is not None, list(zip(short, sorts, strict=True)))
    strength, places = fit_strength(whole, out, observer), fit_places(whole, out)
    return Models(design, relevance, strength, places, found, facets, read.words, read.passages, read.heads, brief)


class LeftOut:
    """What models say of training documents that were left out of their fit: later stages must not learn from surer answers than they get.

    ``chances`` are those of the designs, ``relevant`` those of being relevant (0 where the document would not be called so), both by the
    case's key.
    """

    def __init__(
        self, cases: Sequence[Case], declared: Sequence[DeclaredCase], observer: Observer, read: Readings, short: Sequence[ShortCase]
    ) -> None:
        self.chances: dict[str, Array] = {}
        self.relevant: dict[str, float] = {}
        self.kinds: dict[str, list[float]] = {}
        held = folds([case.key for case in cases], INNER_FOLDS)
        labels = observer.labels("study_design")
        for fold in range(INNER_FOLDS):
            kept = [case for case, at in zip(cases, held, strict=True) if at != fold]
            design, relevance = DesignModels(fit_design(kept, declared, observer, short)), fit_case_relevance(kept, read, short, declared)
            for case in (case for case, at in zip(cases, held, strict=True) if at == fold):
                self.chances[case.key] = design.chances(case.observation)
                self.kinds[case.key] = kinds(self.chances[case.key], labels)
                short_one = is_short(case.observation)
                model = relevance.of(short_one)
                chance = model.probability("relevant", read.about(case, short_one))
                self.relevant[case.key] = chance if chance >= model.thresholds["relevant"] else 0.0


def fit_design(
    cases: Sequence[Case], declared: Sequence[DeclaredCase], observer: Observer, short: Sequence[ShortCase] = ()
) -> DesignModel:
    """Fitted on documents, abstracts whose authors declare the design and short texts whose design is known."""
    labels = observer.labels("study_design")
    told = [
        *((case.observation, case.truth["study_design"], 1.0) for case in cases if knows(case.truth, "study_design")),
        *((case.observation, case.design, DECLARED_WEIGHT) for case in declared),
        *((one.observation, one.design, SHORT_DESIGN_WEIGHT) for one in short if one.design),
    ]
    weights = np.array([weight for _, _, weight in told])
    worth, rows = fit_worth(labels, [one.design_cues for one, _, _ in told], [label for _, label, _ in told], [w for *_, w in told])
    choice = fit_choice(
        np.array([np.hstack([one.designs, row]) for (one, _, _), row in zip(told, rows, strict=True)]), np.array([one.traits for one, _, _ in told]),
        np.array([labels.index(label) for _, label, _ in told]), weights,
        (labels, WEIGHED, TRAITS), CHOICE_PENALTY, expected_weights(labels),
    )
    return DesignModel(choice, worth)


def fit_designs(
    cases: Sequence[Case], declared: Sequence[DeclaredCase], observer: Observer, short: Sequence[ShortCase] = (), closely: bool = True
) -> DesignModels:
    """The model of reports, and that of short texts, fitted on texts of our own, abstracts and short documents; no report is a lesson for it."""
    told = [
        *(DesignExample(case.key, case.observation, case.truth["study_design"], 1.0) for case in cases if knows(case.truth, "study_design")),
        *(DesignExample(case.key, case.observation, case.design, 1.0) for case in declared),
        *(DesignExample(one.pair, one.observation, one.design, OWN_DESIGN_WEIGHT) for one in short if one.design),
    ]
    brief = [one for one in told if closely and one.observation.reading is not None and is_short(one.observation)]
    return DesignModels(fit_design(cases, declared, observer, short), fit_short_design(brief, observer.labels("study_design")))


def fit_case_relevance(
    cases: Sequence[Case], read: Readings, short: Sequence[ShortCase] = (), declared: Sequence[DeclaredCase] = ()
) -> RelevanceModels:
    """Fitted on documents; that of short texts on short documents, texts of our own and abstracts that have been read.

    Texts of our own are no lessons for long documents: seven hundred of them took the cross-validated F1 of relevance from 0.86 to 0.81.
    """
    long: list[AboutExample] = []
    brief: list[AboutExample] = []
    for case in cases:
        if "relevance" in case.truth:
            relevant = case.truth["relevance"] == "relevant"
            long.append(AboutExample(case.key, read.about(case), relevant, 1.0, is_whole(case.truth)))
            if is_short(case.observation):
                brief.append(AboutExample(case.key, read.about(case, short=True), relevant, REAL_WEIGHT))
    brief += [AboutExample(one.pair, row, one.relevant) for one, row in zip(short, read.short, strict=True)]
    for abstract, found in zip(declared, read.declared, strict=True):
        if abstract.relevant is not None and found is not None:
            brief.append(AboutExample(abstract.key, found, abstract.relevant))
    return fit_relevance(long, brief, read.closely)


def fit_facet(cases: Sequence[Case], observer: Observer, facet: str, out: LeftOut, read: Readings) -> Pooled:
    """Fitted on relevant documents only, unless off-topic ones carry the facet too; the threshold is chosen on all."""
    everywhere = observer.taxonomy.facet(facet).off_topic
    labels = observer.labels(facet)
    table = Table()
    for case in cases:
        given = case.truth.get(facet) or []
        given = [given] if isinstance(given, str) else given
        for label, row in zip(labels, read.table(case, facet, labels), strict=True):
            if knows(case.truth, facet, label):
                table.add(case, label, list(row), label in given, 1.0 if everywhere else out.relevant[case.key], out)
    return _tuned(table, labels, label_names(facet, observer.feature_names(facet), read.keys), PENALTY["facets"], everywhere)


def fit_short_facet(short: Sequence[ShortCase], observer: Observer, facet: str, read: Readings) -> Pooled | None:
    """Fitted on relevant short texts whose integration types are known; None where there are none.

    What tells a type of a report tells too little of a text: by cross-validation over pairs the model of reports reaches a micro-F1 of 0.62 on
    short texts, one of their own 0.72.
    """
    labels = observer.labels(facet)
    told = [(one, one.types, said) for one, said in zip(short, read.short_said, strict=True) if one.relevant and one.types is not None]
    if not told:
        return None
    names = [label for _ in told for label in labels]
    rows = np.vstack([label_table(one.observation, facet, labels, said) for one, _, said in told])
    truth = np.array([float(label in types) for _, types, _ in told for label in labels])
    features = label_names(facet, observer.feature_names(facet), read.keys)
    held = folds([one.pair for one, _, _ in told for _ in labels], INNER_FOLDS)

    def fit(kept: NDArray[np.bool_]) -> Pooled:
        told_of = [name for name, k in zip(names, kept, strict=True) if k]
        return fit_pooled(rows[kept], told_of, labels, features, truth[kept], PENALTY["short_facets"])

    scores = np.zeros(len(rows))
    for fold in range(INNER_FOLDS):
        model = fit(held != fold)
        for at in np.flatnonzero(held == fold):
            scores[at] = model.probability(names[at], list(rows[at]))
    return replace(fit(np.ones(len(rows), dtype=bool)), thresholds=dict.fromkeys(labels, best_threshold(scores, truth)))


def fit_places(cases: Sequence[Case], out: LeftOut) -> Pooled:
    table = Table()
    for case in cases:
        given = {same_place(name) for name in case.truth["places"]}
        for candidate in case.observation.candidates:
            right = same_place(candidate.name) in given
            # Those of documents that would not be called relevant are not given at all; of others the threshold is that of the place alone.
            table.add(case, PLACE, candidate.values, right, float(out.relevant[case.key] > 0.0), out)
    # There are seventy names to find: the threshold that did best on them is chance (0.745 against 0.735, mean of four cross-validations).
    return _tuned(table, (PLACE,), PLACE_FEATURES, PENALTY["places"], False, half_of_best)


def fit_change(sentences: Sequence[dict[str, Any]]) -> Choice:
    """What weighs how much in telling an outcome's change from a sentence of a trial report."""
    votes, traits = zip(*(change_votes(*(row[key] for key in CHANGE_KEYS)) for row in sentences), strict=True)
    return fit_choice(
        np.array(votes), np.array(traits), np.array([CHANGES.index(row["change"]) for row in sentences]), np.ones(len(sentences)),
        (CHANGES, CHANGE_EVIDENCE, CHANGE_TRAITS), (PENALTY["change"], PENALTY["change"]),
    )


def same_place(name: str) -> str:
    """The key by which a printed name is compared with another: see ``place_names.place_key``."""
    return place_key(name)


def fit_strength(cases: Sequence[Case], out: LeftOut, observer: Observer) -> Pooled:
    """How often the grade is right, by how sure the design is: designs are those predicted for documents left out, grades by the rules."""
    appraiser = Appraiser(observer.taxonomy.strength)
    labels = observer.labels("study_design")
    rows, names, truth = [], [], []
    for case in cases:
        chances = out.chances[case.key]
        design = labels[int(chances.argmax())]
        grade = appraiser.grade(case.observation.prose, design).appraisal.strength
        rows.append([float(chances.max())])
        names.append(design)
        truth.append(float(grade == case.truth["evidence_strength"]))
    return fit_pooled(np.array(rows), names, labels, ("design_score",), np.array(truth), 2.0)


class Table:
    """Training rows: features of one label of one document, whether it holds, and how probably the document is relevant."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.names: list[str] = []
        self.rows: list[Sequence[float]] = []
        self.truth: list[float] = []
        self.kinds: list[list[float]] = []
        self.relevant: list[bool] = []
        self.chances: list[float] = []
        self.whole: list[bool] = []

    def add(self, case: Case, name: str, row: Sequence[float], holds: bool, chance: float, out: LeftOut) -> None:
        self.keys.append(case.key)
        self.names.append(name)
        self.rows.append(row)
        self.truth.append(float(holds))
        self.kinds.append(out.kinds[case.key])
        self.relevant.append(case.truth.get("relevance", "relevant") == "relevant")
        self.whole.append(is_whole(case.truth))
        self.chances.append(chance)


def _tuned(
    table: Table, labels: Sequence[str], features: Sequence[str], penalty: float, everywhere: bool,
    threshold: Callable[[Array, Array], float] = best_threshold,
) -> Pooled:
    """A pooled model with threshold (by default that of the best F1) and temper (best log loss) from predictions for documents left out."""
    rows, truth, sorts = np.array(table.rows), np.array(table.truth), np.array(table.kinds)
    fitted = np.ones(len(rows), dtype=bool) if everywhere else np.array(table.relevant)
    held = folds(table.keys, INNER_FOLDS)

    def fit(kept: NDArray[np.bool_]) -> Pooled:
        return fit_pooled(rows[kept], [n for n, k in zip(table.names, kept, strict=True) if k], labels, features, truth[kept], penalty, sorts[kept])

    logits = np.zeros(len(rows))
    for fold in range(INNER_FOLDS):
        model = fit((held != fold) & fitted)
        for at in np.flatnonzero(held == fold):
            logits[at] = model.logit(table.names[at], rows[at], sorts[at])
    whole = np.array(table.whole)
    temper = best_temper(logits[fitted & whole], truth[fitted & whole])
    scores = np.array(table.chances) / (1 + np.exp(-temper * logits))
    return replace(fit(fitted), temper=temper, thresholds=dict.fromkeys(labels, threshold(scores[whole], truth[whole])))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m classify.training", description="Train the classifier's models.")
    parser.add_argument("--documents", type=Path, required=True, help="folder of document segments (Parquet) as the pipeline writes them")
    parser.add_argument("--models", type=Path, default=FOLDER, help="where the models are written")
    given = parser.parse_args(arguments)
    try:
        train(given.documents, given.models)
    except IntegrandError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0


def fresh_observer(encoder: QuantisedEncoder | None, shared: Path) -> Observer:
    """An observer whose vocabulary is that of the lessons as they are now, not read from a file: the taxonomy's examples, excerpts of our own and
    abstracts of known design. No labelled document is among them."""
    taxonomy = load_taxonomy()
    abstracts = (f"{row['title']} {row['abstract']}" for row in declared_rows(shared))
    return Observer(taxonomy, encoder, fit_vocabulary([*lesson_marks(taxonomy).texts, *abstracts]))


def train(documents: Path, models: Path) -> None:
    """Fits all models to the labelled ones of ``documents`` and writes them. Raises ``UsageError`` where none is labelled."""
    shared = shared_folder()
    observer = fresh_observer(QuantisedEncoder(), shared)
    cases = gold_cases(shared, read_segments(documents, Document), observer)
    if not cases:
        raise UsageError(f"{documents}: none of its documents is labelled in gold/documents.jsonl")
    write_models(cases, declared_cases(shared, observer), effect_sentences(shared), observer, models)


def write_models(
    cases: Sequence[Case], declared: Sequence[DeclaredCase], sentences: Sequence[dict[str, Any]], observer: Observer, folder: Path = FOLDER
) -> None:
    """Fits and writes all models (those for cues alone beside them), and what they have learnt from."""
    short = short_cases(observer)
    # Everything is fitted before anything is written: who ends a training that takes minutes keeps the models that were there.
    fitted = [fit_models(cases, declared, observer, short, closely) for closely in (True, False) if observer.lessons is not None or not closely]
    change = fit_change(sentences) if sentences else None
    for models in fitted:
        models.write(folder)
    if change is not None:
        write_model(folder / CHANGE_MODEL.name, change)
    write_learnt(
        {
            "documents": [case.document.id for case in cases],
            "abstracts": [text_key(case.key) for case in declared],
            "sentences": [text_key(row["text"]) for row in sentences],
        },
        folder,
    )


if __name__ == "__main__":
    raise SystemExit(main())
