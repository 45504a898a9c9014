"""What follows from a person's decision on a document beside the label that it names.

A document that somebody calls off topic keeps no facet of joining up care, no findings and no places of the machine's; where somebody names
another design, the grade of its evidence starts from that design, unless a person has graded it too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from evidence.records import JUDGEMENTS, Appraisal, Decision, Document
from evidence.taxonomy import Taxonomy
from warehouse.decisions import MACHINE, PERSON

Rows = list[dict[str, Any]]
Regrade = Callable[[Document, str], Appraisal]
"""The grade of a document, given its design, with its steps in words."""
BY_RULES = "rules"


def follow(document: Document, rows: dict[str, Rows], decisions: Sequence[Decision], taxonomy: Taxonomy, regrade: Regrade | None) -> None:
    """Changes the rows of one document's tagging, by table, whose tags hold what people said of single labels already.

    ``decisions`` are those of this document; ``regrade`` None leaves grades as they are.
    """
    if (verdict := _persons(rows["tags"], "relevance")) is not None and verdict["label"] == "off_topic":
        rows["findings"], rows["places"] = [], []
        for row in rows["tags"]:
            known = taxonomy.facets.get(row["facet"])
            if row["stands"] and row["said_by"] == MACHINE and row["facet"] not in JUDGEMENTS and known is not None and not known.off_topic:
                row["stands"], row["decision"] = False, verdict["decision"]
    design = _persons(rows["tags"], "study_design")
    if design is not None and regrade is not None:
        _grade(document, rows, design, next(one for one in decisions if one.id == design["decision"]), regrade)


def _grade(document: Document, rows: dict[str, Rows], design: dict[str, Any], decision: Decision, regrade: Regrade) -> None:
    said = [row for row in rows["tags"] if row["said_by"] == MACHINE]
    grade = next((row for row in said if row["facet"] == "evidence_strength" and row["stands"]), None)
    if grade is None or any(row["facet"] == "study_design" and row["label"] == design["label"] for row in said):
        return
    appraisal = regrade(document, design["label"])
    steps = [f"the design is {design['label']}, as {decision.reviewer} decided", *appraisal.steps]
    grade["stands"], grade["decision"] = False, decision.id
    follows = {
        "label": appraisal.strength, "score": None, "unsure": False, "method": BY_RULES, "alternatives": [], "said_by": PERSON, "stands": True,
        "decision": decision.id, "page": design["page"], "span_start": design["span_start"], "span_end": design["span_end"], "quote": design["quote"],
    }
    rows["tags"].append(grade | follows | {"number": len(rows["tags"])})
    changed = {"strength": appraisal.strength, "steps": steps, "sample_size": appraisal.sample_size, "comparator": appraisal.comparator}
    rows["appraisals"] = [row | changed for row in rows["appraisals"]]


def _persons(tags: Rows, facet: str) -> dict[str, Any] | None:
    """The label of a facet of one label that stands because a person said so."""
    return next((row for row in tags if row["facet"] == facet and row["said_by"] == PERSON and row["stands"]), None)
