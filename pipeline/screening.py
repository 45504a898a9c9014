"""Which documents of a base to judge next."""

from __future__ import annotations

from dataclasses import dataclass

from classify.adjudication import METHOD
from classify.screening import Screener, screening_text
from evidence.base import Base
from evidence.records import Document, Tagging
from evidence.segments import read_segments
from extract.reading import EXTRACTOR_VERSION
from pipeline.agreement import OTHER_THAN, judgements
from pipeline.stages import classifier_version
from warehouse.decisions import read_decisions

FACET = "relevance"


@dataclass(frozen=True)
class Following:
    """A document that nobody has judged; ``chance`` is how probably it is relevant."""

    document: str
    title: str | None
    chance: float


def to_screen(base: Base) -> list[Following]:
    """Those that nobody has judged for relevance, the likeliest first."""
    documents = {one.id: one for one in read_segments(base.documents(EXTRACTOR_VERSION), Document) if one.text.strip()}
    ids = sorted(documents)
    answers = _answers(base)
    judged = {at: answers[id] for at, id in enumerate(ids) if id in answers}
    if len(set(judged.values())) == 2:
        screener = Screener([screening_text(documents[id]) for id in ids])
        chances = [float(one) for one in screener.chances(judged)]
    else:
        machine = {one.document: _chance(one) for one in read_segments(base.tags(classifier_version()), Tagging)}
        chances = [machine.get(id, 0.5) for id in ids]
    found = [Following(id, documents[id].title, round(chances[at], 4)) for at, id in enumerate(ids) if at not in judged]
    return sorted(found, key=lambda one: (-one.chance, one.document))


def _answers(base: Base) -> dict[str, bool]:
    """By document, whether people say that it is relevant; the reviewer whose name comes last has the last word."""
    answers: dict[str, bool] = {}
    for _, judged in sorted(judgements(read_decisions(base)).items()):
        for (document, facet, _), said in judged.items():
            if facet == FACET:
                answers[document] = said in ("relevant", OTHER_THAN + "off_topic")
    return answers


def _chance(tagging: Tagging) -> float:
    """How probably the document is relevant by what the machine says; a second opinion outranks the score of what it was asked about."""
    tag = next((one for one in tagging.tags if one.facet == FACET), None)
    if tag is None:
        return 0.5
    score = max(tag.score, 1.0 - tag.score) if tag.method.startswith(METHOD) else tag.score
    return score if tag.label == "relevant" else 1.0 - score
