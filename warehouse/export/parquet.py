"""Parquet: a row a work, lists as lists, the quoted evidence, findings and places nested; for pandas, R and other databases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.export.spreadsheet import columns, flat_row

ROWS_AT_ONCE = 500
_LISTS = ("authors", "strength_steps", "guesses", "places", "place_codes")
_NUMBERS = ("year", "page_count", "word_count", "sample_size", "findings", "copies")
_TEXT, _WHOLE, _REAL, _YES = pa.string(), pa.int64(), pa.float64(), pa.bool_()
_SPAN = {
    "document": _TEXT, "page": _WHOLE, "span_start": _WHOLE, "span_end": _WHOLE, "quote": _TEXT, "score": _REAL, "unsure": _YES, "version": _TEXT,
}  # fmt: skip
_NESTED = {
    "evidence": {"facet": _TEXT, "label": _TEXT, "said_by": _TEXT, "method": _TEXT, "url": _TEXT, **_SPAN},
    "findings_found": {
        "intervention": _TEXT, "integration_types": pa.list_(_TEXT), "outcome": _TEXT, "change": _TEXT, "direction": _TEXT, "own": _YES,
        "hedged": _YES, "population": _TEXT, "place": _TEXT, "effect_size": _TEXT, **_SPAN,
    },
    "places_found": {"name": _TEXT, "code": _TEXT, "country": _TEXT, "lies_in": pa.list_(_TEXT), **_SPAN},
}  # fmt: skip


def schema(facets: Iterable[str]) -> pa.Schema:
    several = [*_LISTS, *(facet for facet in facets)]
    kinds = {name: pa.list_(_TEXT) for name in several} | dict.fromkeys(_NUMBERS, _WHOLE)
    kinds |= {"unsure": _YES, "first_seen": pa.timestamp("us", "UTC"), "last_seen": pa.timestamp("us", "UTC")}
    kinds |= dict.fromkeys(("relevance", "study_design", "evidence_strength"), _TEXT)
    flat = [pa.field(name, kinds.get(name, _TEXT)) for name in columns(facets)]
    return pa.schema([*flat, *(pa.field(name, pa.list_(pa.struct(list(fields.items())))) for name, fields in _NESTED.items())])


def write_parquet(works: Iterable[dict[str, Any]], facets: Mapping[str, object], file: BinaryIO) -> None:
    shape, waiting = schema(facets), iter(works)
    with pq.ParquetWriter(file, shape, compression="zstd") as writer:
        while some := list(islice(waiting, ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist([_row(work, facets) for work in some], schema=shape))


def _row(work: dict[str, Any], facets: Mapping[str, object]) -> dict[str, Any]:
    nested = {"evidence": work["evidence"], "findings_found": work["findings"], "places_found": work["places_found"]}
    return flat_row(work, facets) | {name: [{key: row[key] for key in _NESTED[name]} for row in rows] for name, rows in nested.items()}
