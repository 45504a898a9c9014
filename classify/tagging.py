"""Document to Tagging: the one door of the package.

``Tagger.tag`` is pure and deterministic: the same document, taxonomy and models give the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from functools import cached_property

import numpy as np

from classify.appraisal import Appraiser
from classify.findings import findings
from classify.heads import JOINING
from classify.label_evidence import best_mention, quote
from classify.linear_models import Array
from classify.models import Models, load_models, models_version
from classify.observation import Observation, Observer
from classify.places import places
from classify.prose import reference_share
from classify.relevance import relevance_tag
from classify.shown_passages import shown
from classify.study_design import design_span, kinds
from classify.subject import about_row, is_short, label_table, read_span
from classify.substance import Substance
from evidence.records import LISTING, Alternative, Appraisal, Document, Span, Tag, Tagging
from evidence.taxonomy import Taxonomy, load_taxonomy
from language.encoder import QuantisedEncoder

UNSURE = {"study_design": 0.5, "relevance": 0.75, "evidence_strength": 0.5}
UNSURE_OTHERWISE = 0.6
"""Probabilities below which a best guess goes to a person."""

SCALES = frozenset({"intensity"})
"""At-most-one facets whose labels go from least to most in the taxonomy's order."""

SIGNED = 0.85
"""Share of an untrained facet's tags that a careful reader signs at least (``docs/measures.md``): the only calibration there is."""

LEAST_WORDS = 20
"""A document with fewer words in sentences cannot be judged: it names something ("The report can be read online") and says nothing of it."""
MOST_REFERENCES = 0.7
"""Share of a text that stands in references beyond which it is a list of them (labelled articles: 0.31 at most; pages of publications: 0.96)."""


def classifier_version(taxonomy: Taxonomy, closely: bool = True) -> str:
    """Names code, taxonomy and models: changes whenever an answer may. ``closely`` False is a tagger without an encoder."""
    return f"{taxonomy.version}-{models_version()}{'' if closely else '-cues'}"


class Tagger:
    """Tags documents. ``encoder`` is used where embeddings can change an answer; None leaves that stage out."""

    def __init__(self, taxonomy: Taxonomy | None = None, encoder: QuantisedEncoder | None = None, models: Models | None = None) -> None:
        self.taxonomy = taxonomy or load_taxonomy()
        self.encoder = encoder
        self.observer = Observer(self.taxonomy, encoder, None if models is None else models.words.vocabulary)
        self.appraiser = Appraiser(self.taxonomy.strength)
        self._models = models

    @cached_property
    def models(self) -> Models:
        return self._models or load_models(closely=self.encoder is not None)

    @cached_property
    def version(self) -> str:
        return classifier_version(self.taxonomy, self.encoder is not None)

    def with_models(self, models: Models) -> Tagger:
        """This tagger with other models; what is compiled is shared."""
        other = copy(self)
        for derived in ("models", "untrained"):
            other.__dict__.pop(derived, None)
        other._models = models
        return other

    def tag(self, document: Document) -> Tagging:
        """All tags, findings and places of a document, or why it cannot be judged."""
        reason = unfit(document)
        return self._untagged(document, reason) if reason else self._tagged(document, self.observer.observe(document))

    def tag_observed(self, document: Document, observation: Observation) -> Tagging:
        """As :meth:`tag`, from features that have been read already (cross-validation reads them once for all folds)."""
        reason = unfit(document)
        return self._untagged(document, reason) if reason else self._tagged(document, observation)

    def _untagged(self, document: Document, reason: str) -> Tagging:
        return Tagging(document.id, document.extractor_version, self.version, "untagged", reason)

    def _tagged(self, document: Document, observation: Observation) -> Tagging:
        if observation.prose.words < LEAST_WORDS:
            return self._untagged(document, "it has too little text to be judged")
        said = self.models.substance(observation.signs, observation.reading)
        chance, relevance = self.relevance(observation, said)
        chances = self.models.study_design.chances(observation)
        design, sorts = self.design_tag(observation, chances), kinds(chances, self.models.study_design.labels)
        strength, appraisal = self.strength(observation, design)
        relevant = relevance.label == "relevant"
        tags = [relevance, design, strength]
        for facet in self.models.facets:
            if facet in self.taxonomy.facets and (relevant or self.taxonomy.facet(facet).off_topic):
                tags.extend(self.labels(observation, facet, chance, sorts, said))
        if relevant:
            for facet in self.untrained:
                tags.extend(self.cued(observation, facet, chance))
        where = places(observation.prose, observation.candidates, self.models.places, sorts, UNSURE_OTHERWISE) if relevant else ()
        effects = findings(
            self.taxonomy, observation.prose, observation.claims, observation.claim_vectors, self.models.findings, sorts, chance, where,
            design.label, UNSURE_OTHERWISE,
        ) if relevant else ()
        return Tagging(
            document.id, document.extractor_version, self.version, "tagged", None, tuple(tags), effects, where, appraisal,
        )

    def relevance(self, observation: Observation, said: Substance) -> tuple[float, Tag]:
        """The probability of being relevant, and the tag."""
        short = is_short(observation)
        model = self.models.relevance.of(short)
        chance = model.probability("relevant", about_row(observation, said, short))
        span = read_span(observation, JOINING, said)
        threshold = model.thresholds.get("relevant", 0.5)
        return chance, relevance_tag(observation.prose, observation.evidence, chance, threshold, UNSURE["relevance"], span)

    def study_design(self, observation: Observation) -> Tag:
        return self.design_tag(observation, self.models.study_design.chances(observation))

    def design_tag(self, observation: Observation, chances: Array) -> Tag:
        """The likeliest design; ``chances`` [labels] are those of ``models.study_design``."""
        model = self.models.study_design
        order = [int(at) for at in np.argsort(-chances, kind="stable")]
        label, score = model.labels[order[0]], round(float(chances[order[0]]), 4)
        others = tuple(Alternative(model.labels[at], round(float(chances[at]), 4)) for at in order[1:4] if chances[at] >= 0.02)
        span = design_span(observation.prose, observation.evidence, label)
        return Tag("study_design", label, score, score < UNSURE["study_design"], "combined", span, others)

    def strength(self, observation: Observation, design: Tag) -> tuple[Tag, Appraisal]:
        """The grade by the rules of the codebook; its score is how often such a grade was right."""
        grade = self.appraiser.grade(observation.prose, design.label)
        score = round(self.models.strength.probability(design.label, [design.score]), 4)
        span = grade.span or design.span
        tag = Tag("evidence_strength", grade.appraisal.strength, score, score < UNSURE["evidence_strength"], "rules", span)
        return tag, grade.appraisal

    @cached_property
    def untrained(self) -> tuple[str, ...]:
        """Facets of documents for which nobody has labelled anything yet (codebook, section 16)."""
        known = {*self.models.facets, "relevance", "study_design", "evidence_strength"}
        return tuple(one.id for one in self.taxonomy.facets.values() if one.grain == "document" and one.id not in known)

    def cued(self, observation: Observation, facet: str, relevant: float) -> list[Tag]:
        """Labels by cues alone, precision first: a sentence must do what the label says (see ``shown_passages``)."""
        found: list[Tag] = []
        if observation.interleaved:
            return found
        for label in self.taxonomy.facet(facet).labels:
            one = observation.evidence.get((facet, label.id))
            best = next(iter(shown(observation.prose, one, label)), None) if one is not None else None
            if best is not None:
                score = round(relevant * SIGNED, 4)
                span = quote(observation.prose, best.sentence, best.start, best.end)
                found.append(Tag(facet, label.id, score, score < UNSURE_OTHERWISE, "cues", span))
        return found

    def labels(
        self, observation: Observation, facet: str, relevant: float, sorts: Sequence[float], said: Substance
    ) -> list[Tag]:
        """The labels of an any-number or at-most-one facet whose probability reaches the facet's threshold.

        ``sorts`` say what kind of document it is (``study_design.kinds``). A label of a facet that off-topic documents do not carry is as
        probable as it is and the document's relevance are together. Of an at-most-one facet the most intense label that reaches the
        threshold counts where its labels are a scale (codebook, section 4). A label that the taxonomy has got since models were trained has
        no tags yet.
        """
        model = self.models.of(facet, is_short(observation))
        chance = 1.0 if self.taxonomy.facet(facet).off_topic else relevant
        found: list[Tag] = []
        labels = [label for label in self.observer.labels(facet) if label in model.own]
        for label, row in zip(labels, label_table(observation, facet, labels, said) if labels else (), strict=True):
            score = chance * model.probability(label, list(row), sorts)
            if score < model.thresholds.get(label, 0.5):
                continue
            read = read_span(observation, (facet, label), said)
            span = read or label_span(observation, facet, label)
            if span is not None:
                found.append(Tag(facet, label, round(float(score), 4), bool(score < UNSURE_OTHERWISE), "combined" if read else "cues", span))
        if self.taxonomy.facet(facet).cardinality == "at_most_one" and found:
            order = self.observer.labels(facet)
            return [max(found, key=lambda tag: order.index(tag.label) if facet in SCALES else tag.score)]
        return sorted(found, key=lambda tag: -tag.score)


def label_span(observation: Observation, facet: str, label: str) -> Span | None:
    """The sentence that shows the label best; None where nothing speaks of it."""
    one = observation.evidence.get((facet, label))
    best = best_mention(one.mentions) if one else None
    return quote(observation.prose, best.sentence, best.start, best.end) if best else None


def unfit(document: Document) -> str | None:
    """Why the document cannot be judged, or None."""
    if document.status == "refused" or not document.text.strip():
        return "it has no text"
    if document.language is not None and document.language != "en":
        return f"its language is {document.language}, and only English can be judged"
    if document.page_kind is not None:
        # What a list of reports names is not what the list says.
        return "it is a list of other pages" if document.page_kind == LISTING else "it is a page that the site carries for its own sake"
    if reference_share(document) > MOST_REFERENCES:
        return "it is a list of references"
    return None
