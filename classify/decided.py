"""What people decided of documents, as labels to learn from.

The last word on a label counts, whoever spoke it. On a document of the gold file a decision wins over the file, and where the two say otherwise
that is told: a decision was made on this text, knowing what the machine had said, and is the newer of the two. A document beside the
gold file teaches only the labels that people judged; of all others nothing is known, and none is taken for absent. Each judged
label weighs as much as one of the gold file. Thresholds and tempers are chosen on the gold file alone, because decisions are made
on what a machine has offered and are no sample of what there is to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from classify.label_evidence import Key
from evidence.records import JUDGEMENTS, Decision
from evidence.taxonomy import Taxonomy

JUDGED = "judged"
"""Key of the truth of a document of which only some labels are known: facet and label of each."""
ACTIONS = ("accept", "add", "change", "reject")
SINGLE = (*JUDGEMENTS, "intensity", "reality")
"""Facets of at most one label: one that holds is the only one."""
INTEGRATION = ("integration_type", "breadth", "boundary", "level", "perspective", "evaluation_method")
"""Facets of any number of labels that off-topic documents do not carry (codebook, section 15)."""
OTHER = {"relevant": "off_topic", "off_topic": "relevant"}


@dataclass
class Verdicts:
    """The last word on every label judged of one document, with the quotation that was given, and how often reviewers were overruled."""

    holds: dict[Key, bool] = field(default_factory=dict)
    quotes: dict[Key, str] = field(default_factory=dict)
    overruled: int = 0

    def take(self, key: Key, holds: bool, quote: str | None) -> None:
        self.overruled += self.holds.get(key, holds) != holds
        self.holds[key] = holds
        if quote and holds:
            self.quotes[key] = quote
        if holds and key[0] in SINGLE:
            for other in [other for other in self.holds if other[0] == key[0] and other[1] != key[1]]:
                self.overruled += self.holds[other]
                self.holds[other] = False

    def only(self, facet: str) -> str | None:
        """The label of a facet of one label that holds, None where people only said what does not."""
        return next((label for (known, label), holds in self.holds.items() if known == facet and holds), None)


def verdicts_on(decisions: Iterable[Decision], taxonomy: Taxonomy) -> dict[str, Verdicts]:
    """By target, from decisions oldest first; labels that the taxonomy does not know (any more) are left out."""
    found: dict[str, Verdicts] = {}
    for one in decisions:
        facet = taxonomy.facets.get(one.facet or "")
        if one.action not in ACTIONS or facet is None or one.label not in facet.label_ids:
            continue
        verdicts = found.setdefault(one.target, Verdicts())
        verdicts.take((facet.id, one.label), one.action in ("accept", "add"), one.quote)
        if one.action == "change" and one.new_label in facet.label_ids:
            verdicts.take((facet.id, str(one.new_label)), True, one.quote)
    return found


def knows(truth: Mapping[str, Any], facet: str, label: str | None = None) -> bool:
    """Whether it is known if the label holds (None: whether the facet's one label is known). Of a document of the gold file all is."""
    if JUDGED not in truth:
        return True
    return facet in truth if label is None else [facet, label] in truth[JUDGED]


def is_whole(truth: Mapping[str, Any]) -> bool:
    """Whether all labels of the document are known."""
    return JUDGED not in truth


def amended(truth: Mapping[str, Any], verdicts: Verdicts) -> tuple[dict[str, Any], list[str]]:
    """A line of the gold file with what people decided in place of what it says, and in words each label on which the two differ.

    A label of a facet of exactly one that was turned down without another in its place leaves the file as it is: something must hold.
    """
    result, apart = dict(truth), []
    for (facet, label), holds in verdicts.holds.items():
        if facet in SINGLE:
            stood = truth.get(facet)
            if holds and stood != label:
                apart.append(f"{facet}: {stood} in the file, {label} decided")
                result[facet] = label
            elif not holds and stood == label and verdicts.only(facet) is None:
                instead = OTHER.get(label) if facet == "relevance" else None
                if instead or facet not in JUDGEMENTS:
                    result[facet] = instead
                    apart.append(f"{facet}: {label} in the file, not so decided")
                else:
                    apart.append(f"{facet}: {label} in the file, turned down with nothing in its place: the file stands")
            continue
        given = list(truth.get(facet) or [])
        if holds != (label in given):
            apart.append(f"{facet}: {label} {'not ' if holds else ''}in the file, {'' if holds else 'not '}so decided")
            kept = result.get(facet) or []
            result[facet] = [*kept, label] if holds else [one for one in kept if one != label]
    quotes = {**(truth.get("integration_quotes") or {}), **type_quotes(verdicts)}
    result["integration_quotes"] = {label: quote for label, quote in quotes.items() if label in (result.get("integration_type") or [])}
    return _of_one_mind(result, truth, verdicts), apart


def _of_one_mind(result: dict[str, Any], truth: Mapping[str, Any], verdicts: Verdicts) -> dict[str, Any]:
    """An off-topic document has no integration labels, findings or places; of one that people called relevant against the file only what they
    judged is known, as the file said nothing of the rest."""
    joined = any(holds and facet in INTEGRATION for (facet, _), holds in verdicts.holds.items())
    if result.get("relevance") == "off_topic" and joined and ("relevance", "off_topic") not in verdicts.holds:
        result["relevance"] = "relevant"
    if result.get("relevance") == "off_topic":
        none: dict[str, Any] = {facet: [] for facet in (*INTEGRATION, "findings", "places")}
        return {**result, **none, "intensity": None, "reality": None, "integration_quotes": {}}
    if result.get("relevance") == "relevant" and truth.get("relevance") == "off_topic":
        known = [[facet, label] for facet, label in verdicts.holds]
        return {**result, JUDGED: [*known, ["relevance", "relevant"], ["relevance", "off_topic"]]}
    return result


def type_quotes(verdicts: Verdicts) -> dict[str, str]:
    """By integration type, the quotation that a person gave for it."""
    return {label: quote for (facet, label), quote in verdicts.quotes.items() if facet == "integration_type"}


def partial(verdicts: Verdicts, taxonomy: Taxonomy) -> dict[str, Any]:
    """The truth of a document beside the gold file: labels that were judged, and what follows from them for relevance."""
    truth: dict[str, Any] = {JUDGED: [[facet, label] for facet, label in verdicts.holds]}
    for facet in SINGLE:
        label = verdicts.only(facet)
        if label is not None:
            truth[facet] = label
            truth[JUDGED] += [[facet, other] for other in taxonomy.facet(facet).label_ids if [facet, other] not in truth[JUDGED]]
    for (facet, label), holds in verdicts.holds.items():
        if facet not in SINGLE:
            truth.setdefault(facet, [])
            truth[facet] += [label] if holds else []
    turned_down = [label for (facet, label), holds in verdicts.holds.items() if facet == "relevance" and not holds]
    if turned_down:
        truth.setdefault("relevance", OTHER[turned_down[-1]])
    # An off-topic document has none of these labels (codebook, section 15), so one that holds says that the document is relevant.
    elif any(holds and not taxonomy.facet(facet).off_topic and facet not in JUDGEMENTS for (facet, _), holds in verdicts.holds.items()):
        truth.setdefault("relevance", "relevant")
    truth["integration_quotes"] = type_quotes(verdicts)
    return truth
