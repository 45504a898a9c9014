"""XLSX with a sheet each for works, evidence (a row a quoted label), findings, places and copies: typed cells, frozen heads, filters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, BinaryIO

import xlsxwriter  # type: ignore[import-untyped]

from warehouse.export.spreadsheet import DECISION_COLUMNS, JOIN, TAG_COLUMNS, columns, flat_row

LONGEST_CELL = 32_767
"""Characters; the format holds no more (ECMA-376, and Excel's specifications and limits)."""
MOST_ROWS = 1_048_576
_FINDINGS = (
    "work", "document", "intervention", "integration_types", "outcome", "change", "direction", "own", "hedged", "population", "place",
    "effect_size", "score", "unsure", "page", "quote",
)  # fmt: skip
_COPIES = ("work", "document", "url", "role", "reason", "shown", "media_type")
_PLACES = ("work", "document", "name", "code", "country", "lies_in", "score", "unsure", "page", "quote")


def write_workbook(works: Iterable[dict[str, Any]], facets: Mapping[str, object], file: BinaryIO) -> None:
    """Texts are written as texts, whatever they begin with; a sheet that is full is followed by another."""
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    names = columns(facets)
    sheets = [_Sheet(book, "works", names), *(_Sheet(book, name, some) for name, some in
              (("evidence", (*TAG_COLUMNS, *DECISION_COLUMNS)), ("findings", _FINDINGS), ("places", _PLACES), ("copies", _COPIES)))]
    for work in works:
        sheets[0].add(flat_row(work, facets))
        for sheet, rows in zip(sheets[1:], (work["evidence"], work["findings"], work["places_found"], work["copies_found"]), strict=True):
            for row in rows:
                sheet.add({"work": work["id"], "title": work["title"]} | row)
    for sheet in sheets:
        sheet.end()
    book.close()


class _Sheet:
    def __init__(self, book: Any, name: str, columns: Iterable[str]) -> None:
        self.book, self.name, self.columns, self.number = book, name, tuple(columns), 0
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.empty = DECISION_COLUMNS if name == "evidence" else ()
        self._begin()

    def _begin(self) -> None:
        self.number += 1
        self.sheet = self.book.add_worksheet(self.name if self.number == 1 else f"{self.name} {self.number}")
        self.sheet.write_row(0, 0, self.columns)
        self.sheet.freeze_panes(1, 0)
        self.row = 1

    def add(self, row: Mapping[str, Any]) -> None:
        if self.row == MOST_ROWS:
            self.end()
            self._begin()
        for at, name in enumerate(self.columns):
            if name not in self.empty:
                self._cell(at, row[name])
        self.row += 1

    def end(self) -> None:
        self.sheet.autofilter(0, 0, max(self.row - 1, 1), len(self.columns) - 1)

    def _cell(self, at: int, value: Any) -> None:
        if isinstance(value, bool):
            self.sheet.write_boolean(self.row, at, value)
        elif isinstance(value, int | float):
            self.sheet.write_number(self.row, at, value)
        elif isinstance(value, datetime):
            self.sheet.write_datetime(self.row, at, value.replace(tzinfo=None), self.moment)
        elif value is not None:
            some = [one.isoformat() if isinstance(one, datetime) else str(one) for one in (value if isinstance(value, list) else [value])]
            self.sheet.write_string(self.row, at, _cut(JOIN.join(some)))


def _cut(text: str) -> str:
    """At most what a cell holds, with a mark where something is missing."""
    if len(text) <= LONGEST_CELL:
        return text
    mark = f" [cut: {len(text):,} characters]"
    return text[: LONGEST_CELL - len(mark)] + mark
