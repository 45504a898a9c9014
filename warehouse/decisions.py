"""What people decided, read from the reviewers' files, and what it does to the machine's tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.records import JUDGEMENTS, PAGE_BREAK, Decision
from evidence.segments import from_json
from warehouse.history import plain_time

MACHINE, PERSON = "machine", "person"


def read_decisions(base: Base) -> list[Decision]:
    """All decisions, oldest first. A torn last line (a crash while writing) is left out; other damage raises ``IntegrandError``."""
    decisions: dict[str, Decision] = {}
    for path in _files(base):
        whole, last = _lines(path)
        for number, line in enumerate(whole, start=1):
            if not line.strip():
                continue
            try:
                decision = _decision(line)
            except ValueError as error:
                raise IntegrandError(f"{path}: line {number}: not a decision ({error}); mend or remove the line") from error
            decisions.setdefault(decision.id, decision)
        if last.strip() and not _is_torn(last):
            decision = _decision(last)
            decisions.setdefault(decision.id, decision)
    return sorted(decisions.values(), key=lambda one: (one.decided_at, one.id))


def torn_lines(base: Base) -> list[str]:
    """In words, each file whose last line was not written to its end."""
    return [
        f"{path.relative_to(base.root)}: the last line is torn and was left out; decide again what it said"
        for path in _files(base)
        if (last := _lines(path)[1]).strip() and _is_torn(last)
    ]


def _decision(line: str) -> Decision:
    return from_json(Decision, line)


def _is_torn(line: str) -> bool:
    """Whether a line without a line feed breaks off: one that a person typed to its end counts."""
    try:
        _decision(line)
    except ValueError:
        return True
    return False


def _files(base: Base) -> list[Path]:
    return sorted(base.decisions.glob("*.jsonl")) if base.decisions.is_dir() else []


def _lines(path: Path) -> tuple[list[str], str]:
    """The lines of a file that a line feed ends, and what stands behind the last of them.

    Only a line feed ends a line: JSON may hold U+2028 and U+0085, at which ``str.splitlines`` cuts. A torn line may break off
    within a character, so bytes that are not UTF-8 are no error there.
    """
    whole, _, last = path.read_bytes().rpartition(b"\n")
    try:
        return (whole.decode("utf-8").split("\n") if whole else []), last.decode("utf-8", "replace")
    except UnicodeDecodeError as error:
        raise IntegrandError(f"{path}: not UTF-8 at byte {error.start}; mend the file") from error


def settled(decisions: Sequence[Decision], stands_for: dict[str, str]) -> list[Decision]:
    """The same decisions, aimed at the documents that stand for payloads which only repeat their text."""
    return [
        replace(one, target=stands_for.get(one.target, one.target), other=stands_for.get(one.other, one.other) if one.other else None)
        for one in decisions
    ]


def apply_to_tags(rows: list[dict[str, Any]], decisions: Sequence[Decision], text: str, page_starts: Sequence[int]) -> list[dict[str, Any]]:
    """A document's tag rows with those of people added; what a person rejected or changed no longer stands.

    ``decisions`` are those of this document, oldest first: the last word on a label counts.
    """
    rows = [dict(row) for row in rows]
    for decision in decisions:
        if decision.action not in ("accept", "reject", "change", "add") or not decision.facet or not decision.label:
            continue
        for row in rows:
            if row["facet"] == decision.facet and row["label"] == decision.label and row["stands"]:
                row["decision"] = decision.id
                row["stands"] = decision.action in ("accept", "add") and row["said_by"] == PERSON
        label = decision.new_label if decision.action == "change" else decision.label
        if decision.action == "reject" or not label:
            continue
        _unseat(rows, decision)
        rows.append(_person_row(decision, label, text, page_starts, rows))
    return rows


SINGLE_FACETS = (*JUDGEMENTS, "intensity", "reality")
"""Facets of at most one label a document: a person's word takes the place of what stood."""


def _unseat(rows: list[dict[str, Any]], decision: Decision) -> None:
    if decision.facet in SINGLE_FACETS:
        for row in rows:
            if row["facet"] == decision.facet and row["stands"]:
                row["stands"], row["decision"] = False, decision.id


def _person_row(decision: Decision, label: str, text: str, page_starts: Sequence[int], rows: list[dict[str, Any]]) -> dict[str, Any]:
    span: dict[str, Any] = dict.fromkeys(("page", "span_start", "span_end", "quote"))
    at = text.find(decision.quote) if decision.quote else -1
    if at >= 0 and decision.quote and PAGE_BREAK not in decision.quote:
        span = {
            "page": sum(start <= at for start in page_starts),
            "span_start": at,
            "span_end": at + len(decision.quote),
            "quote": decision.quote,
        }
    elif not decision.quote:
        shown = next((row for row in rows if row["facet"] == decision.facet and row["label"] == decision.label and row["quote"]), None)
        span = {key: shown[key] for key in span} if shown else span
    return {
        "facet": decision.facet,
        "label": label,
        "score": None,
        "unsure": False,
        "method": decision.action,
        "version": decision.version,
        **span,
        "alternatives": [],
        "said_by": PERSON,
        "stands": True,
        "decision": decision.id,
    }


def decision_rows(decisions: Sequence[Decision], anchored: dict[str, bool], applied: dict[str, str]) -> list[dict[str, Any]]:
    """Rows of ``decisions``; ``anchored`` and ``applied`` (the document that it applies to) are by the decision's id."""
    return [
        {
            "id": one.id,
            "reviewer": one.reviewer,
            "decided_at": plain_time(one.decided_at),
            "action": one.action,
            "target": one.target,
            "document": applied.get(one.id),
            "facet": one.facet,
            "label": one.label,
            "new_label": one.new_label,
            "quote": one.quote,
            "other": one.other,
            "reason": one.reason,
            "version": one.version,
            "anchored": anchored.get(one.id, True),
        }
        for one in decisions
    ]
