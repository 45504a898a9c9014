"""Everything that is read out of a document once, before any model weighs it: the features of all facets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from classify.label_evidence import EvidenceReader, Key, LabelEvidence, label_features
from classify.linear_models import Array
from classify.models import TRAINED_FACETS
from classify.places import Candidate, candidates
from classify.prose import Prose
from classify.relevance import relevance_features
from classify.study_design import evidence_rows, trait_row
from evidence.records import Document
from evidence.taxonomy import Taxonomy


@dataclass(frozen=True)
class Observation:
    """A document's features: ``rows[facet][label]`` are those of ``label_features``; designs as in ``study_design``."""

    prose: Prose
    evidence: dict[Key, LabelEvidence]
    designs: Array
    traits: Array
    relevance: list[float]
    rows: dict[str, dict[str, list[float]]]
    candidates: Sequence[Candidate]


class Observer:
    """Reads observations; compiled once for a taxonomy."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.reader = EvidenceReader(taxonomy, [f.id for f in taxonomy.facets.values() if f.grain == "document" and f.id != "evidence_strength"])

    def labels(self, facet: str) -> tuple[str, ...]:
        return self.taxonomy.facet(facet).label_ids if facet in self.taxonomy.facets else ()

    def observe(self, document: Document) -> Observation:
        prose = Prose(document)
        evidence = self.reader.read(prose)
        rows = {
            facet: {label: label_features(evidence, facet, label, self.labels(facet), prose.words) for label in self.labels(facet)}
            for facet in TRAINED_FACETS
            if facet in self.taxonomy.facets
        }
        return Observation(
            prose, evidence, evidence_rows(prose, evidence, self.labels("study_design")), trait_row(prose),
            relevance_features(evidence, self.labels("integration_type"), self.labels("boundary"), prose), rows, candidates(prose, evidence),
        )
