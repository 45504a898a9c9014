"""Labelled documents, abstracts and sentences as training and evaluation take them: each with what was read out of it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.abstracts import abstract_document, relevant_abstracts
from classify.observation import Observation, Observer
from evidence.errors import UsageError
from evidence.records import Document


@dataclass(frozen=True)
class Case:
    """A labelled document: ``truth`` is its line of the gold file, or what people judged of it (see ``classify.decided``)."""

    key: str
    truth: dict[str, Any]
    observation: Observation
    document: Document


@dataclass(frozen=True)
class DeclaredCase:
    """An abstract with the design that its authors declare; ``relevant`` where somebody has read it for that."""

    key: str
    design: str
    observation: Observation
    relevant: bool | None = None


def shared_folder() -> Path:
    """Where labels and benchmarks lie: ``INTEGRAND_SHARED`` or ``../shared``. Raises ``UsageError`` where neither is there."""
    folder = Path(os.environ.get("INTEGRAND_SHARED") or Path(__file__).parents[1].parent / "shared")
    if not (folder / "gold" / "documents.jsonl").is_file():
        raise UsageError(f"{folder}: expected gold/documents.jsonl in it; set INTEGRAND_SHARED")
    return folder


def gold_cases(shared: Path, documents: Iterable[Document], observer: Observer) -> list[Case]:
    """The gold lines for which a document with the payload's digest is given, in the file's order."""
    by_id = {document.id: document for document in documents}
    cases = []
    for line in (shared / "gold" / "documents.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        digest = hashlib.sha256((shared / truth["path"]).read_bytes()).hexdigest()
        if digest in by_id:
            cases.append(Case(truth["path"], truth, observer.observe(by_id[digest]), by_id[digest]))
    return cases


def declared_cases(shared: Path, observer: Observer) -> list[DeclaredCase]:
    """The abstracts with declared designs; none where the file is not there."""
    return [declared_case(row, observer) for row in declared_rows(shared)]


def declared_rows(shared: Path) -> list[dict[str, Any]]:
    return _benchmark(shared, "declared_designs.jsonl")


def declared_case(row: Mapping[str, Any], observer: Observer) -> DeclaredCase:
    """``row`` has title, abstract, study_design and, where it is known, doi."""
    relevant = relevant_abstracts().get(row.get("doi") or "")
    observation = observer.observe(abstract_document(row["title"], row["abstract"]))
    return DeclaredCase(row["title"], row["study_design"], observation, relevant)


def effect_sentences(shared: Path) -> list[dict[str, Any]]:
    """Sentences of trial reports with the change they report; none where the file is not there."""
    return _benchmark(shared, "effect_sentences.jsonl")


def _benchmark(shared: Path, name: str) -> list[dict[str, Any]]:
    path = shared / "bench" / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
