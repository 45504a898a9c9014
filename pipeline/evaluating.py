"""Predictions for gold files, and their scores: what ``integrand evaluate`` does.

Predictions are made by the models that ship, before any label is looked at. Scores are of those predictions, except for items the models have learnt
from: they are predicted anew by models that have not seen them (cross-validation), and the answer says for how many that was so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from classify import evaluation
from classify.abstracts import abstract_document
from classify.cases import Case, DeclaredCase, declared_cases
from classify.changes import change_of
from classify.evaluation import Pair, Score
from classify.models import learnt, text_key
from classify.short_texts import short_cases
from classify.tagging import Tagger, unfit
from classify.training import FEWEST
from evidence.errors import IntegrandError
from evidence.records import Tagging
from extract.evaluation import RATES, PageScore, score_page
from extract.pdf import PdfPage, PdfReading, read_pdf
from pipeline import answers, stages
from pipeline.gold_files import ABSTRACTS, DOCUMENTS, PAGES, SENTENCES, GoldFile
from pipeline.local_files import payload_of


@dataclass(frozen=True)
class Evaluation:
    """``predictions`` are a JSON object an input; ``scores`` are empty where the file has no labels; ``notes`` are for people; ``refused``
    are the inputs that could not be read, by name, with the reason."""

    predictions: Sequence[dict[str, Any]]
    scores: Sequence[Score]
    notes: Sequence[str]
    refused: Mapping[str, str] = field(default_factory=dict)


def evaluate(gold: GoldFile, tagger: Tagger) -> Evaluation:
    """Predicts every input of a gold file and, where it has labels, scores."""
    return {DOCUMENTS: _documents, ABSTRACTS: _abstracts, SENTENCES: _sentences, PAGES: _pages}[gold.kind](gold, tagger)


def _documents(gold: GoldFile, tagger: Tagger) -> Evaluation:
    predictions: list[dict[str, Any]] = []
    cases: list[Case] = []
    found: dict[str, Tagging] = {}
    notes: list[str] = []
    refused: dict[str, str] = {}
    read = {one.path: one for one in stages.read_paths(gold.root / str(row["path"]) for row in gold.rows)}
    for row in gold.rows:
        name, one = str(row["path"]), read.get(gold.root / str(row["path"]))
        if one is None:
            # An archive or a list of references: it has members, not one text.
            predictions.append({**answers.refused_tagging(Path(name), "holds several documents", None, 0.0), "path": name})
            refused[name] = "holds several documents"
            continue
        if one.document is None:
            predictions.append({**answers.refused_tagging(Path(name), one.reason, one.digest, one.wall_s), "path": name})
            refused[name] = one.reason or "not read"
            continue
        # Of what is not fit to be tagged only a score needs an observation.
        observation = tagger.observer.observe(one.document) if gold.labelled or not unfit(one.document) else None
        tagging = tagger.tag(one.document) if observation is None or unfit(one.document) else tagger.tag_observed(one.document, observation)
        predictions.append({**answers.identity(Path(name), one.document), **answers.tagging(tagging), "path": name})
        if observation is not None:
            cases.append(Case(name, dict(row), observation, one.document))
        found[name] = tagging
    if not gold.labelled:
        return Evaluation(predictions, (), notes, refused)
    if len(cases) < len(gold.rows):
        notes.append(f"{len(gold.rows) - len(cases)} of {len(gold.rows)} labelled inputs were refused and are in no score")
    known = learnt("documents")
    seen = [case for case in cases if case.document.id in known]
    if 0 < len(seen) < FEWEST:
        notes.append(f"the models have learnt from {len(seen)} of the inputs, too few to leave some out: those are scored too well")
    else:
        notes.append(_note(len(seen), len(cases)))
    if len(seen) >= FEWEST:
        anew = evaluation.cross_validated(seen, declared_cases(gold.root, tagger.observer), tagger, short_cases(tagger.observer))
        found |= {case.key: tagging for case, tagging in zip(seen, anew, strict=True)}
    kept = [found[case.key] for case in cases]
    named = set().union(*gold.rows)
    scores = [one for one in evaluation.facet_scores(cases, kept) if one.name.split()[0] in named]
    nothing = sorted(named & {*evaluation.MANY, "places", "findings"} - {one.name.split()[0] for one in scores})
    if nothing:
        notes.append(f"nothing to find and nothing found, so no score: {', '.join(nothing)}")
    errors = evaluation.calibration(cases, kept)
    notes.append("calibration error " + ", ".join(f"{name} {value:.3f}" for name, value in errors.items()))
    return Evaluation(predictions, scores, notes, refused)


def _abstracts(gold: GoldFile, tagger: Tagger) -> Evaluation:
    cases = [
        DeclaredCase(title, str(row.get("study_design")), tagger.observer.observe(abstract_document(title, str(row["abstract"]))))
        for row in gold.rows
        for title in [str(row["title"])]
    ]
    found = [tagger.study_design(case.observation).label for case in cases]
    predictions = [{"title": case.key, "study_design": label} for case, label in zip(cases, found, strict=True)]
    if not gold.labelled:
        return Evaluation(predictions, (), ())
    known = learnt("abstracts")
    seen = [at for at, case in enumerate(cases) if text_key(case.key) in known]
    if seen:
        anew = evaluation.cross_validated_designs([cases[at] for at in seen], [], tagger, short_cases(tagger.observer))
        for at, label in zip(seen, anew, strict=True):
            found[at] = label
    pairs = [(frozenset([case.design]), frozenset([label])) for case, label in zip(cases, found, strict=True)]
    return Evaluation(predictions, _one_of("study_design", pairs), [_note(len(seen), len(cases))])


def _sentences(gold: GoldFile, tagger: Tagger) -> Evaluation:
    rows = [dict(row) for row in gold.rows]
    found = [change_of(row["text"], row["outcome"], row["intervention"], row["comparator"]) for row in rows]
    predictions = [{"text": row["text"], "outcome": row["outcome"], "change": change} for row, change in zip(rows, found, strict=True)]
    if not gold.labelled:
        return Evaluation(predictions, (), ())
    known = learnt("sentences")
    seen = [at for at, row in enumerate(rows) if text_key(row["text"]) in known]
    if seen:
        for at, change in zip(seen, evaluation.cross_validated_changes([rows[at] for at in seen]), strict=True):
            found[at] = change
    pairs = [(frozenset([row["change"]]), frozenset([change])) for row, change in zip(rows, found, strict=True)]
    return Evaluation(predictions, _one_of("change", pairs), [_note(len(seen), len(rows))])


def _pages(gold: GoldFile, tagger: Tagger) -> Evaluation:
    """Pages as read: nothing of reading is learnt, so there is nothing to leave out. A PDF or page that cannot be read finds nothing."""
    readings: dict[str, PdfReading | None] = {}
    predictions: list[dict[str, Any]] = []
    notes: list[str] = []
    refused: dict[str, str] = {}
    each: list[PageScore] = []
    for row in gold.rows:
        name, number = str(row["pdf"]), int(row["page"])
        if name not in readings:
            readings[name] = _reading(gold.root / name, name, refused)
        reading = readings[name]
        page = reading.pages[number - 1] if reading is not None and 0 < number <= len(reading.pages) else PdfPage(number, 0.0, 0.0)
        tables = [[list(cells) for cells in table.rows] for table in page.tables]
        predictions.append({"pdf": name, "page": number, "text": page.text, "ocr": page.ocr, "tables": tables})
        if gold.labelled:
            score = PageScore()
            score_page(row, page, score)
            each.append(score)
            notes.extend(score.failures)
    scores = [rate_over(name, [(one.hits[name], one.trials[name]) for one in each if one.trials[name]]) for name in RATES] if each else []
    return Evaluation(predictions, [one for one in scores if one.n], notes, refused)


def _reading(path: Path, name: str, refused: dict[str, str]) -> PdfReading | None:
    try:
        return read_pdf(payload_of(path))
    except IntegrandError as error:
        refused[name] = str(error)
        return None


def rate_over(name: str, counts: Sequence[tuple[int, int]]) -> Score:
    """Hits of trials over pages, with a bootstrap over pages; ``n`` counts trials."""
    table = np.array(counts, dtype=float).reshape(-1, 2)
    hits, trials = table.sum(axis=0)
    generator = np.random.default_rng(0)
    draws = [table[generator.integers(0, len(table), len(table))].sum(axis=0) for _ in range(evaluation.DRAWS if len(table) else 0)]
    low, high = np.percentile([draw[0] / draw[1] for draw in draws], [2.5, 97.5]) if draws else (0.0, 0.0)
    return Score(name, int(trials), float(hits / trials) if trials else 0.0, float(low), float(high))


def _one_of(facet: str, pairs: Sequence[Pair]) -> list[Score]:
    measures: Mapping[str, Any] = {"accuracy": evaluation.accuracy, "macro-F1": evaluation.macro_f1, "kappa": evaluation.kappa}
    return [evaluation.scored(f"{facet} {name}", measure, pairs) for name, measure in measures.items()]


def _note(seen: int, count: int) -> str:
    if not seen:
        return f"none of {count} inputs is among those that the models have learnt from; all are scored as predicted"
    return f"the models have learnt from {seen} of {count} inputs; those are scored by cross-validation in {evaluation.FOLDS} folds, never as seen"
