"""Which metadata a work carries: chosen from what all its copies say, in an order of trust; what was not chosen is kept too."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from evidence.errors import UsageError
from evidence.records import VALUE_SOURCES, Document

FIELDS = ("title", "subtitle", "authors", "published", "publisher", "doi", "isbn", "issn", "report_number", "language", "summary")
_TRUST = Path(__file__).with_name("trust.toml")


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a document gives for a field; authors are joined by "; " here and split again in the work."""

    field: str
    value: str
    source: str
    document: str
    own_choice: bool
    """True where the document itself carries this value."""


AUTHOR_JOIN = "; "


@lru_cache(maxsize=1)
def trust() -> dict[str, list[str]]:
    """The order of trust by field. Raises ``UsageError`` that names file, key and expectation."""
    order = tomllib.loads(_TRUST.read_text("utf-8")).get("order", {})
    if "default" not in order:
        raise UsageError(f"{_TRUST.name}: order.default: expected a list of value sources")
    for key, names in order.items():
        strange = [name for name in names if name not in VALUE_SOURCES]
        if strange or (key != "default" and key not in FIELDS):
            raise UsageError(f"{_TRUST.name}: order.{key}: expected fields and value sources of evidence.records, found {strange or key}")
    return dict(order)


def document_values(document: Document) -> list[Value]:
    """Every value that a document gives, its own choice of each field first."""
    values: list[Value] = []
    for name in FIELDS:
        held = getattr(document, name)
        chosen = AUTHOR_JOIN.join(held) if name == "authors" else held
        seen = [(entry.value, entry.source) for entry in document.provenance if entry.field == name]
        if name == "authors":
            by_source: dict[str, list[str]] = {}
            for value, source in seen:
                by_source.setdefault(source, []).append(value)
            seen = [(AUTHOR_JOIN.join(names), source) for source, names in by_source.items()]
        if chosen:
            stood = next((source for value, source in seen if value == chosen), seen[0][1] if seen else None)
            stood = stood or (document.title_source if name == "title" else None) or "text"
            values.append(Value(name, chosen, stood, document.id, True))
        values += [Value(name, value, source, document.id, False) for value, source in seen if value and value != chosen]
    return values


def choose(shown: str, current: Iterable[str], values: Mapping[str, Sequence[Value]]) -> dict[str, Value]:
    """The value of each field: the most trusted of what the current copies carry, the shown copy's where trust is equal.

    ``current`` are the copies that may speak for the work (older versions may not); what they merely also saw is not chosen.
    """
    speaking = [shown, *(document for document in current if document != shown)]
    chosen: dict[str, Value] = {}
    for rank, document in enumerate(speaking):
        for value in values.get(document, ()):
            if value.own_choice:
                best = chosen.get(value.field)
                if best is None or _trust_rank(value) < _trust_rank(best):
                    chosen[value.field] = value
        if rank == 0:
            # The date and the number are those of the version that is shown: another copy's would be another version's.
            fixed = {name: chosen[name] for name in ("published", "report_number") if name in chosen}
    return chosen | fixed


def _trust_rank(value: Value) -> int:
    order = trust().get(value.field, trust()["default"])
    return order.index(value.source) if value.source in order else len(order)


def value_rows(
    work: str, members: Iterable[str], values: Mapping[str, Sequence[Value]], chosen: Mapping[str, Value]
) -> list[dict[str, Any]]:
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for document in members:
        for one in values.get(document, ()):
            key = (one.field, one.value, one.source, one.document)
            rows.setdefault(
                key,
                {
                    "work": work,
                    "field": one.field,
                    "value": one.value,
                    "value_source": one.source,
                    "document": one.document,
                    "chosen": chosen.get(one.field) == one,
                },
            )
            rows[key]["chosen"] = rows[key]["chosen"] or chosen.get(one.field) == one
    return [rows[key] for key in sorted(rows)]
