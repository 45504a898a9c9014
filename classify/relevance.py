"""Whether a document is about joining up, personalising or commissioning care (codebook, section 15).

A text that is too short to be dense or varied has a model of its own (:class:`RelevanceModels`).

What counts is substance: how much of it uses the subject's core terms (``core_terms.toml``), by how many ways of joining, in the abstract,
how densely, and how much evidence there is for the integration types. Ten features, because a hundred documents carry no more: twenty more
of the taxonomy's counts took the cross-validated F1 from 0.83 to 0.81.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import log1p
from pathlib import Path

from classify.label_evidence import Key, LabelEvidence, best_mention, quote
from classify.linear_models import Pooled
from classify.prose import Prose
from classify.wording import Wording
from evidence.errors import UsageError
from evidence.records import Span, Tag

FACET = "relevance"
FILE = Path(__file__).parent / "core_terms.toml"
THEMES = ("personalisation", "personal_budgets", "commissioning", "joint_commissioning", "data_sharing", "case_management")

FEATURES = (
    "core", "core_density", "core_lead", "core_dense_groups", "core_lead_groups",
    "type_strong", "type_peak", "type_density", "theme_density", "joints",
)
DENSE = 1.0
"""log(1 + sentences per thousand words) from which a group of core terms counts as dense: about two sentences in a thousand words."""
LEAD_LENGTH = 4000
"""Characters of abstract or opening in which core terms are counted."""


@dataclass(frozen=True)
class RelevanceModels:
    """How probable relevance is; ``thresholds["relevant"]`` of each is where the label turns."""

    long: Pooled
    short: Pooled

    def of(self, short: bool) -> Pooled:
        return self.short if short else self.long


@cache
def core_terms() -> dict[str, Wording]:
    """The groups of core terms. Raises ``UsageError`` naming the group where a pattern is wrong."""
    terms = {}
    for group, pattern in tomllib.loads(FILE.read_text(encoding="utf-8")).items():
        try:
            terms[group] = Wording(pattern, re.IGNORECASE)
        except re.error as error:
            raise UsageError(f"core_terms.toml: {group}: expected a regular expression: {error}") from None
    return terms


def core_features(prose: Prose) -> list[float]:
    """The first five of :data:`FEATURES`: counts and densities of core terms, summed over groups on a logarithmic scale."""
    lead = f"{prose.title} . {' '.join(sentence.plain for sentence in prose.lead)}"[:LEAD_LENGTH]
    told = [sentence.plain for sentence in prose.sentences if sentence.kind != "table"]
    counts, densities, leads = [], [], []
    for pattern in core_terms().values():
        count = sum(pattern.found(plain) for plain in told)
        counts.append(log1p(count))
        densities.append(log1p(1000 * count / max(300, prose.words)))
        leads.append(log1p(pattern.count(lead)))
    return [sum(counts), sum(densities), sum(leads), float(sum(one > DENSE for one in densities)), float(sum(one > 0 for one in leads))]


def relevance_features(evidence: dict[Key, LabelEvidence], types: Sequence[str], joined: int, prose: Prose) -> list[float]:
    """What :data:`FEATURES` names; ``joined`` is the number of sentences that join two sectors."""
    nothing = LabelEvidence()
    each = [evidence.get(("integration_type", label), nothing) for label in types]
    themes = [evidence.get(("theme", label), nothing) for label in THEMES]
    type_strong = sum(one.count("strong") for one in each)
    return [
        *core_features(prose), log1p(type_strong), log1p(max((one.peak for one in each), default=0)), log1p(1000 * type_strong / prose.words),
        log1p(1000 * sum(one.count("strong") for one in themes) / prose.words), log1p(joined),
    ]


def relevance_tag(
    prose: Prose, evidence: dict[Key, LabelEvidence], probability: float, threshold: float, unsure_below: float, read: Span | None = None
) -> Tag:
    """The tag for a probability of being relevant; ``threshold`` is where the label turns, ``read`` the sentence that reading found best."""
    relevant = probability >= threshold
    score = round(probability if relevant else 1.0 - probability, 4)
    span = (read or relevance_span(prose, evidence)) if relevant else None
    return Tag(FACET, "relevant" if relevant else "off_topic", score, score < unsure_below, "combined" if read else "cues", span)


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
