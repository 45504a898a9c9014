"""How good the tags of the demonstration's own documents are: ``python -m tests.quality.demo``.

Every file of the demonstration states what a careful reader would say of it. No model has learnt from them and no place on a site
helps, so this is a small test on documents of many shapes (HTML, PDF in one and two columns, slides, a scan, DOCX, text).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from classify.evaluation import Pair, accuracy, labels_of, micro_f1, scored, weighted_kappa
from evidence.errors import IntegrandError
from evidence.records import Tagging
from pipeline.demo_site.builder import build_demo_site
from pipeline.demo_site.catalogue import DemoDocument
from pipeline.stages import tag_paths

FLOORS = {"relevance accuracy": 0.95, "study_design accuracy": 0.80, "evidence_strength weighted kappa": 0.80,
          "integration_type micro-F1": 0.78, "places micro-F1": 0.75}  # fmt: skip


def tagged() -> list[tuple[DemoDocument, Tagging | None]]:
    """Every document of the demonstration with what is said of its file as published, None where that was refused."""
    with tempfile.TemporaryDirectory(prefix="integrand-demo-") as folder:
        site = build_demo_site(Path(folder))
        paths = [site.folder / document.path.lstrip("/") for document in site.documents]
        return [(document, answer.tagging) for document, answer in zip(site.documents, tag_paths(paths), strict=True)]


def pairs(answers: list[tuple[DemoDocument, Tagging | None]], facet: str) -> list[Pair]:
    """What should be said and what is said, document by document; places by their code."""
    found = []
    for document, tagging in answers:
        said: frozenset[str] = frozenset()
        if tagging is not None:
            said = frozenset(one.code or one.name for one in tagging.places) if facet == "places" else labels_of(tagging, facet)
        found.append((_expected(document, facet), said))
    return found


def _expected(document: DemoDocument, facet: str) -> frozenset[str]:
    expect = document.expect
    if facet == "places":
        return frozenset(code for _, code in expect.places)
    if facet == "integration_type":
        return frozenset(expect.integration_types)
    return frozenset([getattr(expect, facet)])


def main() -> int:
    try:
        answers = tagged()
    except IntegrandError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    measures = {"relevance": accuracy, "study_design": accuracy, "evidence_strength": weighted_kappa, "integration_type": micro_f1,
                "places": micro_f1}  # fmt: skip
    missed = 0
    for facet, measure in measures.items():
        compared = pairs(answers, facet)
        words = {accuracy: "accuracy", weighted_kappa: "weighted kappa", micro_f1: "micro-F1"}[measure]
        score = scored(f"{facet} {words}", measure, compared)
        floor = FLOORS[score.name]
        missed += score.value < floor
        print(score, f"floor {floor:.2f} {'met' if score.value >= floor else 'MISSED'}")
        for (document, _), (true, said) in zip(answers, compared, strict=True):
            if true != said:
                print(f"  {document.id}: expected {', '.join(sorted(true)) or 'none'}; found {', '.join(sorted(said)) or 'none'}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
