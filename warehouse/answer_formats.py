"""The rows of a query as files or text for other programs: CSV, JSON, Parquet."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from evidence.errors import IntegrandError, UsageError
from evidence.segments import PART, sync_and_rename
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
    """One array of objects, a row each; times in ISO 8601."""
    return json.dumps(answer.rows(), ensure_ascii=False, default=str).encode() + b"\n"


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


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all. Raises ``UsageError`` for a missing folder, ``IntegrandError`` where it cannot be written."""
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent}: no such folder; make it first or write elsewhere with -o")
    part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    try:
        part.write_bytes(content)
        sync_and_rename(part, path)
    except OSError as error:
        raise IntegrandError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)
