"""What training takes from people's judgements of one document: which labels it did not know before, and which it cannot learn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from classify.decided import Verdicts, is_whole, knows
from classify.facets import TRAINED_FACETS
from classify.heads import SHOWING
from classify.label_evidence import Key
from evidence.records import JUDGEMENTS
from evidence.taxonomy import Taxonomy


@dataclass(frozen=True)
class Taught:
    """Judged labels, each in one of three: ``learnt`` are news to a model; ``known`` say what the gold file says, or what follows from
    another label of a facet of exactly one; ``not_learnt`` are of no model's learning."""

    learnt: frozenset[Key]
    known: frozenset[Key]
    not_learnt: frozenset[Key]


def taught(truth: Mapping[str, Any], file: Mapping[str, Any] | None, verdicts: Verdicts, taxonomy: Taxonomy, closely: bool) -> Taught:
    """``truth`` is what is trained on, ``file`` the document's line of the gold file (None beside it); ``closely`` whether there are heads."""
    learnt, known, idle = set[Key](), set[Key](), set[Key]()
    for key, holds in verdicts.holds.items():
        if not _has_learner(truth, key, holds, taxonomy, closely):
            idle.add(key)
        elif _follows(key, holds, verdicts) or (file is not None and is_whole(truth) and _says(file, key) == holds):
            known.add(key)
        else:
            learnt.add(key)
    return Taught(frozenset(learnt), frozenset(known), frozenset(idle))


def _has_learner(truth: Mapping[str, Any], key: Key, holds: bool, taxonomy: Taxonomy, closely: bool) -> bool:
    """Whether a model is fitted to this label of this document (see ``training.fit_models``)."""
    facet, label = key
    if facet in JUDGEMENTS:
        # Strength is learnt with all other labels of a document or not at all; a design turned down leaves nothing that holds.
        there = is_whole(truth) if facet == "evidence_strength" else knows(truth, facet)
        return there and _says(truth, key) == holds
    if facet not in TRAINED_FACETS or not knows(truth, facet, label):
        return False
    if truth.get("relevance", "relevant") == "relevant" or taxonomy.facet(facet).off_topic:
        return True
    # Off-topic documents teach nothing of how documents are joined up, but heads that their excerpts do not show it.
    return closely and facet in SHOWING and not holds


def _follows(key: Key, holds: bool, verdicts: Verdicts) -> bool:
    """Whether the label does not hold because people judged that another one of a facet of exactly one does."""
    return not holds and key[0] in JUDGEMENTS and verdicts.only(key[0]) is not None


def _says(truth: Mapping[str, Any], key: Key) -> bool:
    facet, label = key
    given = truth.get(facet)
    return label == given if given is None or isinstance(given, str) else label in given
