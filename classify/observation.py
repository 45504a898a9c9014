"""Everything that is read out of a document once, before any model weighs it: the features of all facets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classify.claim_lessons import ClaimLessons, claim_lessons
from classify.claims import Claim, ClaimReader
from classify.close_reading import CloseReading, close_reading
from classify.cue_worth import Counts, own_cues
from classify.document_lessons import judged
from classify.excerpt_signs import ExcerptSigns, excerpt_signs
from classify.excerpts import excerpts
from classify.facets import TRAINED_FACETS
from classify.heads import Heads, Lessons, Marks, fit_heads, head_keys, lesson_marks, lessons_of_writing, taxonomy_lessons
from classify.label_evidence import LABEL_FEATURES, EvidenceReader, Key, LabelEvidence, label_rows
from classify.labelled_passages import PASSAGE_FACETS, WHEREVER, LabelledPassage
from classify.linear_models import Array
from classify.places import Candidate, candidates
from classify.prose import Prose
from classify.relevance import relevance_features
from classify.sectors import joints
from classify.shown_passages import is_interleaved
from classify.study_design import evidence_rows, trait_row
from classify.word_heads import Vocabulary, read_word_heads
from evidence.records import Document
from evidence.taxonomy import Taxonomy
from language.encoder import DIMENSIONS, QuantisedEncoder, Vectors

WITHOUT_COUNTS = tuple(facet for facet in PASSAGE_FACETS if facet not in WHEREVER)
"""Facets of which cues are weighed in passages alone. Counted over the document beside that they take levels from 0.70 to 0.67 and integration
types from 0.65 to 0.62 (cross-validated); themes and populations, which short mentions tell better, lose nothing by it."""


@dataclass(frozen=True)
class Observation:
    """A document's features: ``rows[facet][label]`` are counts of cues, of facets that passages are not weighed for; designs as in
    ``study_design``."""

    prose: Prose
    evidence: dict[Key, LabelEvidence]
    designs: Array
    design_cues: Counts
    traits: Array
    relevance: list[float]
    rows: dict[str, dict[str, list[float]]]
    candidates: Sequence[Candidate]
    claims: Sequence[Claim]
    signs: ExcerptSigns
    reading: CloseReading | None = None
    encoder: QuantisedEncoder | None = None

    @cached_property
    def interleaved(self) -> bool:
        """Whether columns of the document have been read across."""
        return is_interleaved(self.prose)

    @cached_property
    def judged(self) -> dict[int, LabelledPassage]:
        """What readers said of its excerpts, by position."""
        return judged(self.signs)

    @cached_property
    def lesson_positions(self) -> NDArray[np.int64]:
        """The excerpts that heads may learn from: those read closely and those that readers judged."""
        read = self.reading.positions if self.reading is not None else []
        return np.array(sorted({*read, *self.judged}), dtype=np.int64)

    @cached_property
    def lesson_vectors(self) -> Vectors:
        """Their embeddings, float32 [positions, 384]. Raises ``ValueError`` without an encoder."""
        if self.encoder is None or self.reading is None:
            raise ValueError("a document that was not read closely has no embeddings")
        known = dict(zip(self.reading.positions, self.reading.vectors[1:], strict=True))
        others = [int(at) for at in self.lesson_positions if int(at) not in known]
        known.update(zip(others, self.encoder.encode([self.signs.excerpts[at].plain for at in others]), strict=True))
        vectors = np.array([known[int(at)] for at in self.lesson_positions], dtype=np.float32)
        return vectors.reshape(len(vectors), DIMENSIONS)

    @property
    def lesson_centre(self) -> Vectors:
        """[1, 384]: the centre of what was read closely. Raises ``ValueError`` without an encoder."""
        if self.reading is None:
            raise ValueError("a document that was not read closely has no embeddings")
        return self.reading.centre

    @cached_property
    def claim_vectors(self) -> Vectors | None:
        """Of every claim, float32 [claims, 384]; None without an encoder. Read when first asked for: an off-topic document has no findings."""
        return self.encoder.encode([claim.sentence.plain for claim in self.claims]) if self.encoder is not None else None


class Observer:
    """Reads observations; compiled once for a taxonomy."""

    def __init__(self, taxonomy: Taxonomy, encoder: QuantisedEncoder | None = None, vocabulary: Vocabulary | None = None) -> None:
        """``vocabulary`` is the one that ships unless another is given (training gives that of the lessons as they are now)."""
        self.taxonomy = taxonomy
        self.encoder = encoder
        self._vocabulary = vocabulary
        self.claims = ClaimReader(taxonomy)
        self.reader = EvidenceReader(taxonomy, [f.id for f in taxonomy.facets.values() if f.grain == "document" and f.id != "evidence_strength"])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary or read_word_heads().vocabulary

    @cached_property
    def marks(self) -> Marks:
        """What the taxonomy's examples and excerpts of our own say."""
        return lesson_marks(self.taxonomy)

    @cached_property
    def word_lessons(self) -> Lessons:
        """What heads by words learn from them."""
        return self.marks.read(self.vocabulary.vectors(self.marks.texts))

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
        return () if facet in WITHOUT_COUNTS else LABEL_FEATURES

    def labels(self, facet: str) -> tuple[str, ...]:
        return self.taxonomy.facet(facet).label_ids if facet in self.taxonomy.facets else ()

    def observe(self, document: Document, closely: bool = True) -> Observation:
        """``closely`` False leaves out the excerpts' embeddings, which cost most."""
        prose = Prose(document)
        evidence = self.reader.read(prose)
        rows = {
            facet: label_rows(evidence, facet, self.labels(facet), prose.words)
            for facet in TRAINED_FACETS
            if facet in self.taxonomy.facets and facet not in WITHOUT_COUNTS
        }
        joined, found = joints(prose), excerpts(prose)
        signs = excerpt_signs(found, self.vocabulary.vectors([prose.title, *(one.plain for one in found)]), evidence, joined)
        about = relevance_features(evidence, self.labels("integration_type"), len(joined), prose)
        claims = self.claims.claims(prose, evidence)
        reader = self.encoder if closely else None
        return Observation(
            prose, evidence, evidence_rows(prose, evidence, self.labels("study_design")), own_cues(evidence, "study_design"),
            trait_row(prose), about, rows, candidates(prose, evidence), claims, signs,
            close_reading(prose.title, found, evidence, [joint.sentence.number for joint in joined], reader) if reader is not None else None,
            reader,
        )
