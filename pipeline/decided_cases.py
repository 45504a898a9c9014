"""People's decisions in a base, as labelled documents to train on beside those of a gold file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from classify.cases import Case
from classify.decided import Verdicts, amended, partial, verdicts_on
from classify.observation import Observer
from classify.taught_labels import Taught, taught
from evidence.base import Base
from evidence.records import Document
from evidence.segments import read_segments
from extract.reading import EXTRACTOR_VERSION
from warehouse.decisions import read_decisions


@dataclass(frozen=True)
class DecisionCount:
    """What training did with a base's decisions.

    ``decisions`` are all of the base. Of the labels that they settled ``labels`` were news to a model, ``known`` say what the gold file says or
    what follows from another, ``not_learnt`` are of no model's learning (see ``classify.taught_labels``); ``on_gold`` and ``beside`` are
    documents; ``overruled`` earlier words that a later one took back; ``unknown`` targets that are no document that this extractor has read;
    ``apart`` says in words where the gold file said otherwise.
    """

    decisions: int = 0
    labels: int = 0
    known: int = 0
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
            f"{self.decisions} decisions: {self.labels} labels learnt ({self.known} more were known, {self.not_learnt} no model learns), "
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
    result, apart, told = [], [], list[Taught]()
    closely = observer.encoder is not None
    for case in cases:
        judged = verdicts.get(case.document.id)
        if judged is None:
            result.append(case)
            continue
        truth, differing = amended(case.truth, judged)
        apart += [f"{case.key}: {one}" for one in differing]
        told.append(taught(truth, case.truth, judged, observer.taxonomy, closely))
        result.append(replace(case, truth=truth))
    on_gold = {case.document.id for case in cases} & set(verdicts)
    beside = _beside(base, {target: one for target, one in verdicts.items() if target not in on_gold}, observer)
    told += [taught(case.truth, None, verdicts[case.document.id], observer.taxonomy, closely) for case in beside]
    read = [*on_gold, *(case.document.id for case in beside)]
    count = DecisionCount(
        len(decisions), sum(len(one.learnt) for one in told), sum(len(one.known) for one in told), sum(len(one.not_learnt) for one in told),
        len(on_gold), len(beside), sum(verdicts[one].overruled for one in read), len(verdicts) - len(read), tuple(apart),
    )
    return [*result, *beside], count


def _beside(base: Base, verdicts: dict[str, Verdicts], observer: Observer) -> list[Case]:
    """Documents of the base that were judged, by id so that the order of segments changes nothing."""
    documents = {one.id: one for one in read_segments(base.documents(EXTRACTOR_VERSION), Document) if one.id in verdicts and one.text.strip()}
    return [
        Case(id, partial(verdicts[id], observer.taxonomy), observer.observe(document), document) for id, document in sorted(documents.items())
    ]
