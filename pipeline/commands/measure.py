"""Commands that measure and train the classifier: evaluate, train."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer

from classify import training
from classify.cases import Case, declared_cases, effect_sentences, shared_folder
from classify.evaluation import FACETS, Score
from classify.models import FOLDER
from classify.screening import replay, screening_text
from evidence.base import Base
from evidence.errors import IntegrandError, UsageError
from evidence.output import write_whole
from evidence.records import Document
from evidence.settings import settings
from evidence.taxonomy import load_taxonomy
from pipeline import stages
from pipeline.commands.options import BaseOption, JsonOption, base_root, existing_base
from pipeline.decided_cases import with_decisions
from pipeline.evaluating import Evaluation
from pipeline.evaluating import evaluate as evaluate_gold
from pipeline.gold_files import DOCUMENTS, GoldFile, check_labels, read_gold, readers_agreement
from pipeline.progress import say

GoldOption = Annotated[Path, typer.Option("--gold", metavar="FILE", help="Labelled inputs, a JSON object a line.")]
RootOption = Annotated[
    Path | None, typer.Option("--root", metavar="DIR", help="Where the file's paths begin (default: the folder above the file's own).")]


def evaluate(
    gold: GoldOption, root: RootOption = None,
    predictions: Annotated[Path | None, typer.Option("--predictions", metavar="OUT.jsonl", help="Write what is predicted, a line an input.")] = None,
    json_: JsonOption = False,
) -> None:
    """Score the classifier against labelled inputs, a line a measure with its 95 % interval; without labels only predict."""
    given = read_gold(gold, root)
    answer = evaluate_gold(given, stages.new_tagger())
    if predictions is not None:
        lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in answer.predictions)
        write_whole(predictions, lines.encode("utf-8"))
    if json_:
        typer.echo(json.dumps(_as_json(given, answer), ensure_ascii=False))
        return
    for name, reason in answer.refused.items():
        say(f"refused {name}: {reason}")
    for note in answer.notes:
        say(note)
    for score in answer.scores:
        typer.echo(f"{score}  {_readers(given, score)}".rstrip())
    if not answer.scores:
        say(f"{gold}: {len(given.rows)} {given.kind} without labels: nothing to score")


def _as_json(gold: GoldFile, answer: Evaluation) -> dict[str, object]:
    scores = [
        {"measure": one.name, "n": one.n, "value": round(one.value, 4), "low": round(one.low, 4), "high": round(one.high, 4),
         "note": one.note, "readers": _readers(gold, one) or None}
        for one in answer.scores
    ]
    return {"gold": str(gold.path), "kind": gold.kind, "n": len(gold.rows), "notes": list(answer.notes),
            "refused": [{"input": name, "reason": reason} for name, reason in answer.refused.items()], "scores": scores}


def _readers(gold: GoldFile, score: Score) -> str:
    """The readers' agreement, beside the first measure of a facet."""
    facet, _, measure = score.name.partition(" ")
    return readers_agreement(gold, facet) if facet in FACETS and measure in ("F1", "accuracy", "micro-F1", "weighted kappa") else ""


def train(
    gold: Annotated[Path | None, typer.Option(
        "--gold", metavar="FILE", help="Labelled documents (default: gold/documents.jsonl of the folder of real inputs).")] = None,
    root: RootOption = None,
    models: Annotated[Path, typer.Option("--models", metavar="DIR", help="Where the models are written.")] = FOLDER,
    base: BaseOption = None, json_: JsonOption = False,
) -> None:
    """Fit the models to labelled documents and to what people decided in the base (and to abstracts and effect sentences beside them)."""
    given = read_gold(gold if gold is not None else shared_folder() / "gold" / "documents.jsonl", root)
    if given.kind != DOCUMENTS or not given.labelled:
        raise UsageError(f"{given.path}: expected labelled documents: lines with path and relevance")
    check_labels(given, load_taxonomy())
    if not settings().semantic:
        raise UsageError("training needs the sentence encoder: unset INTEGRAND_SEMANTIC")
    if models.exists() and not models.is_dir():
        raise UsageError(f"{models}: expected a folder for the models")
    observer = training.fresh_observer(stages.new_tagger().encoder, given.root)
    read = [Case(str(row["path"]), dict(row), observer.observe(document), document) for row, document in readable(given)]
    if len(read) < training.FEWEST:
        raise IntegrandError(f"{given.path}: {len(read)} documents could be read; {training.FEWEST} are needed to fit and to leave some out")
    place = existing_base(base) if base is not None else Base(base_root(None))
    cases, count = with_decisions(read, place, observer)
    models.mkdir(parents=True, exist_ok=True)
    training.write_models(cases, declared_cases(given.root, observer), effect_sentences(given.root), observer, models)
    for apart in count.apart:
        say(f"people decided otherwise than the gold file: {apart}")
    if json_:
        typer.echo(json.dumps({"models": str(models), "documents": len(read), "decisions": count.as_json()}, ensure_ascii=False))
        return
    say(f"models fitted to {len(read)} documents and written to {models}; {count}")


def readable(given: GoldFile) -> Iterator[tuple[Mapping[str, Any], Document]]:
    """The lines whose document can be read, with it; of others it is said why not. A folder or an archive is no document."""
    read = {one.path: one for one in stages.read_paths(given.root / str(row["path"]) for row in given.rows)}
    for row in given.rows:
        one = read.get(given.root / str(row["path"]))
        if one is None or one.document is None:
            say(f"refused {row['path']}: {one.reason if one is not None else 'holds several documents'}")
        else:
            yield row, one.document


def simulate(
    gold: GoldOption, root: RootOption = None,
    runs: Annotated[int, typer.Option("--runs", min=1, max=100, help="Replays, each from another pair of first documents.")] = 10,
    json_: JsonOption = False,
) -> None:
    """Replay screening by active learning on labelled documents: how many must be judged to find 95 % of the relevant ones, and work saved."""
    given = read_gold(gold, root)
    if given.kind != DOCUMENTS or not given.labelled:
        raise UsageError(f"{gold}: expected labelled documents: lines with path and relevance")
    texts, truth = [], []
    for row, document in readable(given):
        texts.append(screening_text(document))
        truth.append(row["relevance"] == "relevant")
    if len(set(truth)) < 2:
        raise UsageError(f"{gold}: expected documents of both kinds, relevant and off_topic")
    replays = [replay(texts, truth, seed) for seed in range(runs)]
    answer = {
        "n": len(truth), "relevant": sum(truth), "runs": runs,
        "judged_for_95": median(one.judged_for(0.95) for one in replays), "saved_at_95": round(median(one.saved(0.95) for one in replays), 4),
        "saved_at_95_range": [round(min(one.saved(0.95) for one in replays), 4), round(max(one.saved(0.95) for one in replays), 4)],
        "found": list(replays[0].found),
    }
    if json_:
        typer.echo(json.dumps(answer))
        return
    typer.echo(f"{answer['relevant']} of {answer['n']} are relevant; in {runs} replays 95 % of them were found after {answer['judged_for_95']:.0f} "
               f"judgements (median); work saved over sampling {answer['saved_at_95']:.2f} (WSS@95)")


def register(app: typer.Typer) -> None:
    for command in (evaluate, train, simulate):
        app.command(command.__name__)(command)
