"""What follows from a person's decision on a document beside the label that it names.

A document that somebody calls off topic keeps no facet of joining up care, no findings and no places of the machine's; where somebody names
another design, the grade of its evidence starts from that design, which a person's own grade then takes the place of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from evidence.records import JUDGEMENTS, Appraisal, Decision, Document, Span
from evidence.taxonomy import Taxonomy
from warehouse.decisions import MACHINE, PERSON
from warehouse.rows import Rows, judged_tags, span_columns

Regrade = Callable[[Document, str], tuple[Appraisal, Span | None]]
"""The grade of a document, given its design, with its steps in words and the sentence that weighs most."""
REGRADED = "regraded"
"""Method of a grade that the machine gives to a design that a person named."""
STRENGTH = "evidence_strength"
OTHER = {"relevant": "off_topic", "off_topic": "relevant"}
"""A document is one or the other: who rejects one says the other."""


def judge(document: Document, rows: dict[str, Rows], decisions: Sequence[Decision], taxonomy: Taxonomy, regrade: Regrade | None) -> None:
    """Changes the rows of one document's tagging, by table, as people decided and as follows from it.

    ``decisions`` are those of this document, oldest first; ``regrade`` None leaves grades as they are. A grade that follows from a design
    is there before decisions on grades are looked at: a person may accept, reject or change it too.
    """
    decisions = [_plain(one) for one in decisions]
    of_grades = [one for one in decisions if one.facet == STRENGTH]
    rows["tags"] = judged_tags(document, rows["tags"], [one for one in decisions if one.facet != STRENGTH])
    if (verdict := _persons(rows["tags"], "relevance")) is not None and verdict["label"] == "off_topic":
        rows["findings"], rows["places"] = [], []
        for row in rows["tags"]:
            known = taxonomy.facets.get(row["facet"])
            if row["stands"] and row["said_by"] == MACHINE and row["facet"] not in JUDGEMENTS and known is not None and not known.off_topic:
                row["stands"], row["decision"] = False, verdict["decision"]
    design = _persons(rows["tags"], "study_design")
    if design is not None and regrade is not None:
        _grade(document, rows, design, next(one for one in decisions if one.id == design["decision"]), regrade)
    if of_grades:
        rows["tags"] = judged_tags(document, rows["tags"], of_grades)


def _grade(document: Document, rows: dict[str, Rows], design: dict[str, Any], decision: Decision, regrade: Regrade) -> None:
    said = [row for row in rows["tags"] if row["said_by"] == MACHINE]
    grade = next((row for row in said if row["facet"] == STRENGTH), None)
    if grade is None or any(row["facet"] == "study_design" and row["label"] == design["label"] for row in said):
        return
    appraisal, span = regrade(document, design["label"])
    steps = [f"the design is {design['label']}, as {decision.reviewer} decided", *appraisal.steps]
    grade["stands"], grade["decision"] = False, decision.id
    follows = {
        "label": appraisal.strength, "score": None, "unsure": False, "method": REGRADED, "alternatives": [], "stands": True,
        **(span_columns(span) if span is not None else {name: design[name] for name in span_columns(None)}),
    }
    rows["tags"].append(grade | follows | {"number": len(rows["tags"])})
    changed = {"strength": appraisal.strength, "steps": steps, "sample_size": appraisal.sample_size, "comparator": appraisal.comparator}
    rows["appraisals"] = [row | changed for row in rows["appraisals"]]


def _persons(tags: Rows, facet: str) -> dict[str, Any] | None:
    """The label of a facet of one label that stands because a person said so."""
    return next((row for row in tags if row["facet"] == facet and row["said_by"] == PERSON and row["stands"]), None)


def _plain(decision: Decision) -> Decision:
    if decision.facet == "relevance" and decision.action == "reject" and decision.label in OTHER:
        return replace(decision, action="change", new_label=OTHER[decision.label])
    return decision
