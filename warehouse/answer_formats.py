"""The rows of a query as files or text for other programs: CSV, JSON, Parquet."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq

from evidence.taxonomy.vocabulary import unknown
from warehouse.sql import Answer


def as_csv(answer: Answer) -> bytes:
    """RFC 4180 with a header line; lists and structs as JSON."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(answer.columns)
    for row in answer.rows():
        writer.writerow([json.dumps(cell, ensure_ascii=False, default=str) if isinstance(cell, (list, dict)) else cell for cell in row.values()])
    return out.getvalue().encode()


def as_json(answer: Answer) -> bytes:
    """One array of objects, a row each; times in ISO 8601, null for numbers that JSON has not (NaN, infinity)."""
    return json.dumps(_finite(answer.rows()), ensure_ascii=False, default=str, allow_nan=False).encode() + b"\n"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_parquet(answer: Answer) -> bytes:
    out = io.BytesIO()
    pq.write_table(answer.table, out, compression="zstd")
    return out.getvalue()


FORMATS: dict[str, Callable[[Answer], bytes]] = {"csv": as_csv, "json": as_json, "parquet": as_parquet}


def formatted(answer: Answer, format: str) -> bytes:
    """The answer in one of ``FORMATS``. Raises ``UsageError`` for another."""
    if format not in FORMATS:
        raise unknown("format", format, ["table", *FORMATS])
    return FORMATS[format](answer)
