"""Everything that is read out of a document once, before any model weighs it: the features of all facets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from classify.claim_lessons import ClaimLessons, claim_lessons
from classify.claims import Claim, ClaimReader
from classify.close_reading import CloseReading, close_reading
from classify.cue_worth import Counts, own_cues
from classify.excerpts import excerpts
from classify.facets import TRAINED_FACETS
from classify.heads import READ_FACETS, Heads, Lessons, fit_heads, head_keys, lessons_of_writing, taxonomy_lessons
from classify.label_evidence import LABEL_FEATURES, EvidenceReader, Key, LabelEvidence, label_rows
from classify.linear_models import Array
from classify.places import Candidate, candidates
from classify.prose import Prose
from classify.relevance import relevance_features
from classify.sectors import JOINT_FEATURES, joint_features, joints, sectors
from classify.shown_passages import is_interleaved
from classify.study_design import evidence_rows, trait_row
from classify.word_heads import NOTHING_SAID, WORD_FEATURES, WordHeads, read_word_heads
from evidence.records import Document
from evidence.taxonomy import Taxonomy
from language.encoder import QuantisedEncoder, Vectors


@dataclass(frozen=True)
class Observation:
    """A document's features: ``rows[facet][label]`` are those of ``label_features``; designs as in ``study_design``."""

    prose: Prose
    evidence: dict[Key, LabelEvidence]
    designs: Array
    design_cues: Counts
    traits: Array
    relevance: list[float]
    rows: dict[str, dict[str, list[float]]]
    candidates: Sequence[Candidate]
    claims: Sequence[Claim]
    reading: CloseReading | None = None
    encoder: QuantisedEncoder | None = None

    @cached_property
    def interleaved(self) -> bool:
        """Whether columns of the document have been read across."""
        return is_interleaved(self.prose)

    @cached_property
    def claim_vectors(self) -> Vectors | None:
        """Of every claim, float32 [claims, 384]; None without an encoder. Read when first asked for: an off-topic document has no findings."""
        return self.encoder.encode([claim.sentence.plain for claim in self.claims]) if self.encoder is not None else None


class Observer:
    """Reads observations; compiled once for a taxonomy."""

    def __init__(self, taxonomy: Taxonomy, encoder: QuantisedEncoder | None = None, words: WordHeads | None = None) -> None:
        """``words`` are those that ship unless others are given (training gives those of the taxonomy and the lessons as they are now)."""
        self.taxonomy = taxonomy
        self.encoder = encoder
        self._words = words
        self.claims = ClaimReader(taxonomy)
        self.reader = EvidenceReader(taxonomy, [f.id for f in taxonomy.facets.values() if f.grain == "document" and f.id != "evidence_strength"])

    @cached_property
    def words(self) -> WordHeads:
        return self._words or read_word_heads()

    @cached_property
    def lessons(self) -> Lessons | None:
        """What heads learn from the taxonomy; None without an encoder."""
        return taxonomy_lessons(self.taxonomy, self.encoder) if self.encoder is not None else None

    @cached_property
    def by_writing(self) -> Heads | None:
        """Heads fitted to the taxonomy's examples and excerpts of our own, to no labelled document; None without an encoder."""
        if self.lessons is None or self.encoder is None:
            return None
        return fit_heads(head_keys(self.taxonomy), self.lessons.and_(lessons_of_writing(self.taxonomy, self.encoder)))

    @cached_property
    def claim_lessons(self) -> ClaimLessons | None:
        """What the heads for findings learn besides documents; None without an encoder."""
        return claim_lessons(self.taxonomy, self.encoder) if self.encoder is not None else None

    def feature_names(self, facet: str) -> tuple[str, ...]:
        """The names of the columns of ``Observation.rows[facet]``."""
        joint = JOINT_FEATURES if facet == "boundary" else ()
        return (*LABEL_FEATURES, *joint, *(WORD_FEATURES if facet in READ_FACETS else ()))

    def labels(self, facet: str) -> tuple[str, ...]:
        return self.taxonomy.facet(facet).label_ids if facet in self.taxonomy.facets else ()

    def observe(self, document: Document, closely: bool = True) -> Observation:
        """``closely`` False leaves out the excerpts' embeddings, which cost most."""
        prose = Prose(document)
        evidence = self.reader.read(prose)
        rows = {
            facet: label_rows(evidence, facet, self.labels(facet), prose.words)
            for facet in TRAINED_FACETS
            if facet in self.taxonomy.facets
        }
        joined = joints(prose)
        for label, row in rows.get("boundary", {}).items():
            row.extend(joint_features(joined, prose, sectors().boundaries.get(label, frozenset())))
        found = excerpts(prose)
        said = self.words.rows(found)
        for facet in READ_FACETS:
            for label, row in rows.get(facet, {}).items():
                row.extend(said.get((facet, label), NOTHING_SAID))
        about = relevance_features(evidence, self.labels("integration_type"), len(joined), prose)
        claims = self.claims.claims(prose, evidence)
        reader = self.encoder if closely else None
        return Observation(
            prose, evidence, evidence_rows(prose, evidence, self.labels("study_design")), own_cues(evidence, "study_design"),
            trait_row(prose), about, rows, candidates(prose, evidence), claims,
            close_reading(prose, found, evidence, joined, reader) if reader is not None else None,
            reader,
        )
