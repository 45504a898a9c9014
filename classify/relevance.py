"""Whether a document is about joining up, personalising or commissioning care (codebook, section 15).

What counts is substance: how much of it speaks of joining up, how closely together, in the title and the abstract, by how many of
the integration types; words that only look so ("integrated circuit", "shared its results") are taken off by the taxonomy's negative cues.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log1p

from classify.label_evidence import Key, LabelEvidence, best_mention, quote
from classify.linear_models import Pooled
from classify.prose import Prose
from classify.sectors import JOINT_FEATURES
from evidence.records import Span, Tag

FACET = "relevance"
THEMES = ("personalisation", "personal_budgets", "commissioning", "joint_commissioning", "data_sharing", "case_management")

FEATURES = (
    "strong", "distinct", "peak", "density", "title_strong", "title_weak", "lead_strong", "lead_weak", "headings", "against",
    "off_strong", "off_title", "off_density", "type_strong", "type_distinct", "type_peak", "type_density", "type_title", "type_lead",
    "types_with_peak", "theme_density", "theme_title", "boundary_strong", "lead_density", *JOINT_FEATURES,
)


def relevance_features(evidence: dict[Key, LabelEvidence], types: Sequence[str], boundaries: Sequence[str], prose: Prose) -> list[float]:
    """What :data:`FEATURES` names but for the joints; counts logarithmic, densities per thousand words."""
    nothing = LabelEvidence()
    own, off = evidence.get((FACET, "relevant"), nothing), evidence.get((FACET, "off_topic"), nothing)
    each = [evidence.get(("integration_type", label), nothing) for label in types]
    themes = [evidence.get(("theme", label), nothing) for label in THEMES]
    words = prose.words
    strong = own.count("strong")
    type_strong = sum(one.count("strong") for one in each)
    lead_words = max(40, sum(sentence.plain.count(" ") + 1 for sentence in prose.lead))
    type_lead = sum(one.count("strong", ("lead",)) for one in each)
    lead = own.count("strong", ("lead",))
    return [
        log1p(strong), log1p(own.distinct), log1p(own.peak), log1p(1000 * strong / words), float("strong" in own.title), float("weak" in own.title),
        log1p(lead), log1p(own.count("weak", ("lead",))), log1p(own.headings), log1p(own.count("against")),
        log1p(off.count("strong")), float("strong" in off.title), log1p(1000 * off.count("strong") / words),
        log1p(type_strong), log1p(sum(one.distinct for one in each)), log1p(max((one.peak for one in each), default=0)),
        log1p(1000 * type_strong / words), float(any("strong" in one.title for one in each)), log1p(type_lead),
        float(sum(one.peak >= 6 for one in each)), log1p(1000 * sum(one.count("strong") for one in themes) / words),
        float(any("strong" in one.title for one in themes)),
        log1p(sum(evidence.get(("boundary", label), nothing).count("strong") for label in boundaries)),
        log1p(1000 * (lead + type_lead) / lead_words),
    ]


def relevance_tag(prose: Prose, evidence: dict[Key, LabelEvidence], probability: float, threshold: float, unsure_below: float) -> Tag:
    """The tag for a probability of being relevant; ``threshold`` is where the label turns."""
    relevant = probability >= threshold
    score = round(probability if relevant else 1.0 - probability, 4)
    span = relevance_span(prose, evidence) if relevant else None
    return Tag(FACET, "relevant" if relevant else "off_topic", score, score < unsure_below, "cues", span)


def relevance_span(prose: Prose, evidence: dict[Key, LabelEvidence]) -> Span | None:
    """The sentence that shows best that joining up care is the matter."""
    mentions = [mention for (facet, label), one in evidence.items() if (facet, label) == (FACET, "relevant") for mention in one.mentions]
    best = best_mention(mentions, ("strong",)) or best_mention(
        [mention for (facet, _), one in evidence.items() if facet == "integration_type" for mention in one.mentions]
    )
    best = best or best_mention(mentions)
    if best is not None:
        return quote(prose, best.sentence, best.start, best.end)
    first = next((sentence for sentence in prose.sentences if sentence.is_prose), prose.sentences[0] if prose.sentences else None)
    return quote(prose, first) if first else None


def probability(model: Pooled, features: Sequence[float]) -> float:
    return model.probability("relevant", features)
