"""The vectors of a snapshot: which texts are embedded, and the matrix beside the database.

Embedded are titles, summaries, the first passage of each section and the passages that show a tag: about a tenth of all. A text
that the previous snapshot embedded with the same encoder is not encoded again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evidence.errors import IntegrandError
from warehouse.loading import Loader, registered
from warehouse.snapshot import Snapshot

Floats = NDArray[np.float32]
Encode = Callable[[list[str]], Floats]
ENCODED_AT_ONCE = 512
COPIED_AT_ONCE = 20_000
LONG_STRETCH = 32
"""Rows of a stretch, on average, from which copying file to file pays."""
LONGEST_TEXT = 2_000
"""Characters that are embedded of a text: more than the encoder's 256 word pieces hold."""

_TEXTS = """
WITH chosen AS NOT MATERIALIZED (FROM works {where})
SELECT work, document, kind, passage, text FROM (
    SELECT id AS work, shown_document AS document, 0 AS rank, 'title' AS kind, NULL::INTEGER AS passage,
           concat_ws(': ', title, subtitle) AS text
    FROM chosen WHERE title IS NOT NULL
  UNION ALL
    SELECT id, shown_document, 1, 'summary', NULL, summary FROM chosen WHERE summary IS NOT NULL
  UNION ALL
    SELECT w.id, p.document, 2, 'lead', p.number, p.text
    FROM chosen w JOIN (SELECT DISTINCT work, document FROM copies WHERE shown OR part IS NOT NULL) k ON k.work = w.id
    JOIN passages p ON p.document = k.document
    WHERE p.kind IN ('body', 'list')
    QUALIFY row_number() OVER (PARTITION BY p.document, p.section ORDER BY p.number) = 1
  UNION ALL
    SELECT DISTINCT w.id, p.document, 3, 'tagged', p.number, p.text
    FROM chosen w JOIN judged_documents j ON j.work = w.id JOIN tags t ON t.document = j.document AND t.stands AND t.span_start IS NOT NULL
    JOIN passages p ON p.document = t.document AND t.span_start >= p.span_start AND t.span_start < p.span_end
)
ORDER BY work, rank, document, passage"""


def encoder_version(encode: Encode) -> str:
    """The ``version`` of the object that ``encode`` is a method of; "" for one that does not say."""
    return str(getattr(getattr(encode, "__self__", None), "version", ""))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def embed(connection: duckdb.DuckDBPyConnection, path: Path, encode: Encode, previous: Snapshot | None) -> int:
    """Fills the table ``vectors`` and writes the matrix (``float32 [n, width]``, rows of length 1). Returns n.

    ``previous`` gives vectors that can be taken over, none where it is damaged; pass None where another encoder made them.
    """
    held, known = _held(previous)
    connection.execute("TRUNCATE vectors")
    texts = _add_rows(connection, connection.execute(_TEXTS.format(where="")).fetchall(), first=len(held))
    return _write(connection, path, held, known, encode, texts)


def embed_changed(
    connection: duckdb.DuckDBPyConnection, path: Path, encode: Encode, previous: Snapshot, changed: Sequence[str], gone: Sequence[str]
) -> int:
    """The same for a database that was taken over from ``previous`` with its table ``vectors``: only the texts of the changed works
    are looked at."""
    with registered(connection, changed) as wanted:
        found = connection.execute(_TEXTS.format(where=f"WHERE id IN (FROM {wanted})")).fetchall()
    with registered(connection, {digest(row[4][:LONGEST_TEXT]) for row in found}) as wanted:
        known = dict(
            connection.execute(f"SELECT text_digest, min(number) FROM vectors WHERE text_digest IN (FROM {wanted}) GROUP BY ALL").fetchall()
        )
    with registered(connection, {*changed, *gone}) as wanted:
        connection.execute(f"DELETE FROM vectors WHERE work IN (FROM {wanted})")
    held = load(previous) if previous.vectors.exists() else np.zeros((0, 0), dtype=np.float32)
    texts = _add_rows(connection, found, first=len(held))
    return _write(connection, path, held, known, encode, texts)


def _held(previous: Snapshot | None) -> tuple[Floats, dict[str, int]]:
    """The matrix of a snapshot and the first row that holds each text's vector, by digest; both empty where it cannot be read."""
    if previous is not None and previous.vectors.exists():
        try:
            held = load(previous)
            with previous.connect() as older:
                return held, dict(older.execute("SELECT text_digest, min(number) FROM vectors WHERE number < ? GROUP BY ALL", [len(held)]).fetchall())
        except (IntegrandError, duckdb.Error):
            pass  # all can be made again from the files
    return np.zeros((0, 0), dtype=np.float32), {}


def _add_rows(connection: duckdb.DuckDBPyConnection, found: Sequence[tuple[Any, ...]], first: int) -> dict[str, str]:
    """Rows of ``vectors`` for these texts, numbered from ``first``; a passage that is a section's lead and shows a tag has one. Returns the
    texts by digest."""
    texts: dict[str, str] = {}
    with Loader(connection) as loader:
        seen: set[tuple[str, int]] = set()
        number = first
        for work, document, kind, passage, text in found:
            # Blank ones are left out here: in the statement the condition would be tried on every passage of the base.
            if not text.strip() or (passage is not None and (document, passage) in seen):
                continue
            seen.add((document, passage if passage is not None else -1 - (kind == "summary")))
            cut = text[:LONGEST_TEXT]
            texts.setdefault(digest(cut), cut)
            row = {"number": number, "work": work, "document": document, "kind": kind, "passage": passage, "text_digest": digest(cut)}
            loader.add({"vectors": [row]})
            number += 1
    return texts


def _write(
    connection: duckdb.DuckDBPyConnection, path: Path, held: Floats, known: Mapping[str, int], encode: Encode, texts: Mapping[str, str]
) -> int:
    """Numbers the rows anew and writes their vectors: rows numbered below ``len(held)`` keep theirs, the texts of the others have one in
    ``held`` (``known``: its row by digest) or are encoded."""
    waiting = [text_digest for text_digest in texts if text_digest not in known]
    made: dict[str, Floats] = {}
    for start in range(0, len(waiting), ENCODED_AT_ONCE):
        some = waiting[start : start + ENCODED_AT_ONCE]
        made |= zip(some, normalised(encode([texts[one] for one in some]), len(some)), strict=True)
    added = dict(connection.execute("SELECT number, text_digest FROM vectors WHERE number >= ?", [len(held)]).fetchall())
    before = _renumbered(connection)
    if not len(before):
        return 0
    width = next((len(vector) for vector in made.values()), held.shape[1] if held.ndim == 2 else 0)
    if len(held) and held.shape[1] != width:
        raise IntegrandError(f"the encoder gives {width} numbers a text, the last snapshot has {held.shape[1]}; publish with another encoder name")
    matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(len(before), width))
    _copy(held, matrix, before)
    for number in np.flatnonzero(before >= len(held)).tolist():
        text_digest = added[int(before[number])]
        matrix[number] = made[text_digest] if text_digest in made else held[known[text_digest]]
    matrix.flush()
    return len(before)


def _renumbered(connection: duckdb.DuckDBPyConnection) -> NDArray[np.int64]:
    """Numbers the rows of ``vectors`` from 0 by their works' ids, and gives the number that each had before, in the new order.

    The rows of a work stand side by side in the order of ``_TEXTS`` as they were added, so each work's are moved as a whole.
    """
    works = connection.execute("SELECT work, min(number), count(*) FROM vectors GROUP BY work ORDER BY work").fetchall()
    first = np.array([number for _, number, _ in works], dtype=np.int64)
    counts = np.array([count for _, _, count in works], dtype=np.int64)
    moved = np.cumsum(counts) - counts - first
    shifts = pa.table({"work": pa.array([work for work, _, _ in works], pa.string()), "by": pa.array(moved, pa.int64())})
    connection.register("shifts", shifts)
    connection.execute('UPDATE vectors SET number = number + shifts."by" FROM shifts WHERE shifts.work = vectors.work AND shifts."by" <> 0')
    connection.unregister("shifts")
    return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(moved, counts)


def _copy(held: Floats, matrix: Floats, before: NDArray[np.int64]) -> None:
    """Fills each row of ``matrix`` whose number ``before`` was one of ``held`` with that row.

    Where both are files and most rows keep their neighbours, the kernel copies the stretches from file to file: mapped into memory, every
    page of both would be fetched and copied twice (430 MB: 2 s).
    """
    old = np.flatnonzero(before < len(held))
    if not len(old):
        return
    breaks = np.flatnonzero((np.diff(old) != 1) | (np.diff(before[old]) != 1)) + 1
    stretches = [(int(some[0]), int(before[some[0]]), len(some)) for some in np.split(old, breaks)] if len(breaks) * LONG_STRETCH < len(old) else []
    if stretches and isinstance(held, np.memmap) and isinstance(matrix, np.memmap) and held.dtype == matrix.dtype and held.flags.c_contiguous:
        try:
            _copy_stretches(held, matrix, stretches)
            return
        except OSError:
            pass  # not every file system copies so; what was copied is copied again
    for start in range(0, len(old), COPIED_AT_ONCE):
        part = old[start : start + COPIED_AT_ONCE]
        matrix[part] = held[before[part]]


def _copy_stretches(held: np.memmap[Any, Any], matrix: np.memmap[Any, Any], stretches: Sequence[tuple[int, int, int]]) -> None:
    """``stretches`` are (first row in ``matrix``, first row in ``held``, number of rows)."""
    width = matrix.strides[0]
    with open(str(held.filename), "rb") as source, open(str(matrix.filename), "rb+") as target:
        for to, first, rows in stretches:
            read, write, left = held.offset + first * width, matrix.offset + to * width, rows * width
            while left:
                done = os.copy_file_range(source.fileno(), target.fileno(), left, read, write)
                if not done:
                    raise OSError(f"{held.filename} is shorter than it says")
                read, write, left = read + done, write + done, left - done


def normalised(vectors: Any, expected: int) -> Floats:
    """Rows of length 1. Raises ``IntegrandError`` for another shape or for numbers that are none."""
    matrix = np.asarray(vectors, dtype=np.float32)
    if matrix.ndim != 2 or matrix.shape[0] != expected or not np.isfinite(matrix).all():
        raise IntegrandError(
            f"the encoder gave {matrix.shape} for {expected} texts, or numbers that are none; check the model with `integrand doctor`"
        )
    lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
    result: Floats = matrix / np.maximum(lengths, 1e-12)
    return result


def load(snapshot: Snapshot) -> Floats:
    """The matrix, memory-mapped: ``float32 [n, width]``."""
    try:
        matrix: Floats = np.load(snapshot.vectors, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IntegrandError(f"{snapshot.vectors}: cannot be read ({error}); publish again with `integrand publish`") from error
    return matrix


class Nearness:
    """How near each work of a snapshot lies to one vector.

    ``best`` is the highest cosine of each of ``count`` works, ``float32 [count]``, -1 where it has no vector. ``works`` holds each row's
    work number, ``int64 [n]``, the rows of a work side by side; ``query`` is ``float32 [width]`` of length 1.
    """

    def __init__(self, matrix: Floats, works: NDArray[np.int64], query: Floats, count: int) -> None:
        self._scores = np.asarray(matrix @ query, dtype=np.float32)
        self._works = works
        self.best = np.full(count, -1.0, dtype=np.float32)
        if len(works):
            starts = np.flatnonzero(np.r_[True, works[1:] != works[:-1]])
            self.best[works[starts]] = np.maximum.reduceat(self._scores, starts)

    def row(self, number: int) -> int:
        """The row of a work's vector that lies nearest, the first of equals."""
        rows = np.flatnonzero(self._works == number)
        return int(rows[np.argmax(self._scores[rows])])
