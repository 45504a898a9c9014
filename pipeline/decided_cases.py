"""People's decisions in a base, as labelled documents to train on beside those of a gold file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from classify.decided import Verdicts, amended, partial, verdicts_on
from classify.models import TRAINED_FACETS
from classify.observation import Observer
from classify.training import Case
from evidence.base import Base
from evidence.records import Document
from evidence.segments import read_segments
from extract.reading import EXTRACTOR_VERSION
from warehouse.decisions import read_decisions

LEARNT = ("relevance", "study_design", *TRAINED_FACETS)
"""Facets whose models learn from a document of which little else is known."""


@dataclass(frozen=True)
class DecisionCount:
    """What training did with a base's decisions.

    ``decisions`` are all of the base; ``labels`` those that they settled and that were learnt, ``not_learnt`` those of facets that no model learns
    so; ``on_gold`` and ``beside`` are documents; ``overruled`` earlier words that a later one took back; ``unknown`` targets that are no
    document that this extractor has read; ``apart`` says in words where the gold file said otherwise.
    """

    decisions: int = 0
    labels: int = 0
    not_learnt: int = 0
    on_gold: int = 0
    beside: int = 0
    overruled: int = 0
    unknown: int = 0
    apart: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.decisions:
            return "no decisions to learn from"
        return (
            f"{self.decisions} decisions: {self.labels} labels learnt ({self.not_learnt} of facets without a model not), "
            f"on {self.on_gold} documents of the gold file and {self.beside} beside it; {self.overruled} taken back by a later one, "
            f"{len(self.apart)} against the gold file, {self.unknown} targets that this extractor has not read"
        )

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"apart": list(self.apart)}


def with_decisions(cases: Sequence[Case], base: Base, observer: Observer) -> tuple[list[Case], DecisionCount]:
    """The cases as people decided, in their order, and after them the documents beside the gold file of which people judged a label."""
    decisions = read_decisions(base)
    verdicts = verdicts_on(decisions, observer.taxonomy)
    if not verdicts:
        return list(cases), DecisionCount(len(decisions))
    result, apart = [], []
    for case in cases:
        judged = verdicts.get(case.document.id)
        if judged is None:
            result.append(case)
            continue
        truth, differing = amended(case.truth, judged)
        apart += [f"{case.key}: {one}" for one in differing]
        result.append(replace(case, truth=truth))
    on_gold = {case.document.id for case in cases} & set(verdicts)
    beside = _beside(base, {target: one for target, one in verdicts.items() if target not in on_gold}, observer)
    learnt = [*on_gold, *(case.document.id for case in beside)]
    facets = [facet for one in learnt for facet, _ in verdicts[one].holds]
    taken = sum(facet in LEARNT for facet in facets)
    count = DecisionCount(
        len(decisions), taken, len(facets) - taken, len(on_gold), len(beside),
        sum(verdicts[one].overruled for one in learnt), len(verdicts) - len(learnt), tuple(apart),
    )
    return [*result, *beside], count


def _beside(base: Base, verdicts: dict[str, Verdicts], observer: Observer) -> list[Case]:
    """Documents of the base that were judged, by id so that the order of segments changes nothing."""
    documents = {one.id: one for one in read_segments(base.documents(EXTRACTOR_VERSION), Document) if one.id in verdicts and one.text.strip()}
    return [
        Case(id, partial(verdicts[id], observer.taxonomy), observer.observe(document), document) for id, document in sorted(documents.items())
    ]
