"""XLSX with a sheet each for works, evidence (a row a quoted label), findings and places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]

from warehouse.export.spreadsheet import JOIN, columns, flat_row

LONGEST_CELL = 32_767
"""Characters; the format holds no more (ECMA-376, and Excel's specifications and limits)."""
MOST_ROWS = 1_048_576
_EVIDENCE = (
    "work", "facet", "label", "score", "unsure", "said_by", "method", "version", "document", "page", "span_start", "span_end", "quote", "url",
)  # fmt: skip
_FINDINGS = (
    "work", "document", "intervention", "integration_types", "outcome", "change", "direction", "own", "hedged", "population", "place",
    "effect_size", "score", "unsure", "page", "quote",
)  # fmt: skip
_PLACES = ("work", "document", "name", "code", "country", "lies_in", "score", "unsure", "page", "quote")


def write_workbook(works: Iterable[dict[str, Any]], facets: Mapping[str, object], file: BinaryIO) -> None:
    """Texts are written as texts, whatever they begin with; a sheet that is full is followed by another."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    names = columns(facets)
    sheets = [_Sheet(book, "works", names), *(_Sheet(book, name, some) for name, some in
              (("evidence", _EVIDENCE), ("findings", _FINDINGS), ("places", _PLACES)))]
    for work in works:
        sheets[0].add(flat_row(work, facets))
        for sheet, rows in zip(sheets[1:], (work["evidence"], work["findings"], work["places_found"]), strict=True):
            for row in rows:
                sheet.add({"work": work["id"]} | row)
    book.close()


class _Sheet:
    def __init__(self, book: Any, name: str, columns: Iterable[str]) -> None:
        self.book, self.name, self.columns, self.number = book, name, tuple(columns), 0
        self._begin()

    def _begin(self) -> None:
        self.number += 1
        self.sheet = self.book.add_worksheet(self.name if self.number == 1 else f"{self.name} {self.number}")
        self.sheet.write_row(0, 0, self.columns)
        self.sheet.freeze_panes(1, 0)
        self.row = 1

    def add(self, row: Mapping[str, Any]) -> None:
        if self.row == MOST_ROWS:
            self._begin()
        for at, name in enumerate(self.columns):
            self._cell(at, row[name])
        self.row += 1

    def _cell(self, at: int, value: Any) -> None:
        if isinstance(value, bool):
            self.sheet.write_boolean(self.row, at, value)
        elif isinstance(value, int | float):
            self.sheet.write_number(self.row, at, value)
        elif value is not None:
            some = [one.isoformat() if isinstance(one, datetime) else str(one) for one in (value if isinstance(value, list) else [value])]
            self.sheet.write_string(self.row, at, JOIN.join(some)[:LONGEST_CELL])
