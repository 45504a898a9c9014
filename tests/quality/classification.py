"""How good the classifier is on real documents: ``python -m tests.quality.classification [--train] [--wrong FACET…]``.

Reads the labelled documents of the shared folder with the project's own extractor, scores models on documents they have not learnt
from (five-fold cross-validation by document) and, with ``--train``, rebuilds the models that ship.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from classify import evaluation
from classify.cases import Case, declared_cases, effect_sentences, gold_cases, shared_folder
from classify.short_texts import short_cases
from classify.tagging import Tagger
from classify.training import fresh_observer, write_models
from evidence.errors import IntegrandError
from evidence.records import Document
from evidence.taxonomy import load_taxonomy
from language.encoder import QuantisedEncoder

FLOORS = {
    "relevance F1": 0.95, "study_design accuracy": 0.80, "evidence_strength weighted kappa": 0.80, "integration_type micro-F1": 0.78,
    "places micro-F1": 0.75, "boundary micro-F1": 0.70, "level micro-F1": 0.70, "theme micro-F1": 0.70, "population micro-F1": 0.70,
    "findings F1": 0.55, "declared designs accuracy": 0.88, "declared designs macro-F1": 0.78, "change of effect sentences macro-F1": 0.80,
}
"""What must be reached. Changed by hand only: nothing here is read from a measurement, so a worse model cannot lower what is asked of it."""


def documents(shared: Path) -> list[Document]:
    """The labelled documents, read by the extractor; those it refuses are named on stderr and left out."""
    from extract.reading import Hints, read

    found = []
    for line in (shared / "gold" / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        path = shared / json.loads(line)["path"]
        try:
            found.append(read(path.read_bytes(), Hints(name=path.name)))
        except IntegrandError as error:
            print(f"left out {path.name}: {error}", file=sys.stderr)
    return found


def change_pairs(shared: Path) -> list[evaluation.Pair]:
    """True change of the effect sentences and that predicted by a model without their article; none where the file is not there."""
    rows = effect_sentences(shared)
    found = evaluation.cross_validated_changes(rows) if rows else []
    return [(frozenset([row["change"]]), frozenset([change])) for row, change in zip(rows, found, strict=True)]


def pages_of(cases: Sequence[Case]) -> float:
    """Printed pages; 3,000 characters are one where a format has no pages."""
    return sum(max(len(case.document.pages), len(case.document.text) / 3000) for case in cases)


def missed(scores: Sequence[evaluation.Score]) -> list[str]:
    """The measures below their floors; one that could not be taken (its labels are not there) is none that was met."""
    values = {score.name: score.value for score in scores}
    return [name for name, floor in FLOORS.items() if not values.get(name, 0.0) >= floor]


def main(arguments: Sequence[str] | None = None, given: list[Document] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--wrong", nargs="*", default=[])
    options = parser.parse_args(arguments)
    shared, taxonomy = shared_folder(), load_taxonomy()
    tagger = Tagger(taxonomy, QuantisedEncoder())
    read = given if given is not None else documents(shared)
    if options.train:
        tagger.observer = fresh_observer(tagger.encoder, shared)
    started = time.perf_counter()
    cases = gold_cases(shared, read, tagger.observer)
    observed = time.perf_counter() - started
    declared = declared_cases(shared, tagger.observer)
    short = short_cases(tagger.observer)
    taggings = evaluation.cross_validated(cases, declared, tagger, short)
    scores = evaluation.facet_scores(cases, taggings)
    designs = evaluation.cross_validated_designs(declared, cases, tagger, short)
    pairs = [(frozenset([case.design]), frozenset([found])) for case, found in zip(declared, designs, strict=True)]
    if pairs:
        scores.append(evaluation.scored("declared designs accuracy", evaluation.accuracy, pairs))
        scores.append(evaluation.scored("declared designs macro-F1", evaluation.common_macro_f1, pairs, "labels with ten items or more"))
    changes = change_pairs(shared)
    if changes:
        scores.append(evaluation.scored("change of effect sentences macro-F1", evaluation.macro_f1, changes, "folds by article"))
    for score in scores:
        floor = FLOORS.get(score.name)
        print(score, "" if floor is None else f"floor {floor:.2f} {'met' if score.value >= floor else 'MISSED'}")
    below = missed(scores)
    print("below the floor or not measured:", ", ".join(below) or "none")
    print("calibration error", {name: round(value, 3) for name, value in evaluation.calibration(cases, taggings).items()})
    print(f"integration quotes that overlap the readers' {evaluation.quote_overlap(cases, taggings):.2f}")
    print(f"features read in {1000 * observed / pages_of(cases):.1f} ms a page ({pages_of(cases):.0f} pages)")
    for line in evaluation.wrong_calls(cases, taggings, options.wrong):
        print(line)
    if options.train:
        write_models(cases, declared, effect_sentences(shared), tagger.observer)
    return 1 if below else 0


if __name__ == "__main__":
    raise SystemExit(main())
