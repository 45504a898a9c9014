"""The vectors of a snapshot: which texts are embedded, and the matrix beside the database.

Embedded are titles, summaries, the first passage of each section and the passages that show a tag: about a tenth of all. A text
that the previous snapshot embedded with the same encoder is not encoded again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from evidence.errors import IntegrandError
from warehouse.loading import Loader
from warehouse.snapshot import Snapshot

Floats = NDArray[np.float32]
Encode = Callable[[list[str]], Floats]
ENCODED_AT_ONCE = 512
LONGEST_TEXT = 2_000
"""Characters that are embedded of a text: more than the encoder's 256 word pieces hold."""

_TEXTS = """
SELECT work, document, kind, passage, text FROM (
    SELECT id AS work, shown_document AS document, 0 AS rank, 'title' AS kind, NULL::INTEGER AS passage,
           concat_ws(': ', title, subtitle) AS text
    FROM works WHERE title IS NOT NULL
  UNION ALL
    SELECT id, shown_document, 1, 'summary', NULL, summary FROM works WHERE summary IS NOT NULL
  UNION ALL
    SELECT w.id, p.document, 2, 'lead', p.number, p.text
    FROM works w JOIN passages p ON p.document = w.shown_document
    WHERE p.kind IN ('body', 'list')
    QUALIFY row_number() OVER (PARTITION BY p.document, p.section ORDER BY p.number) = 1
  UNION ALL
    SELECT DISTINCT w.id, p.document, 3, 'tagged', p.number, p.text
    FROM works w JOIN tags t ON t.document = w.judged_document AND t.stands AND t.span_start IS NOT NULL
    JOIN passages p ON p.document = t.document AND t.span_start >= p.span_start AND t.span_start < p.span_end
)
WHERE length(trim(text)) > 0
ORDER BY work, rank, document, passage"""


def encoder_version(encode: Encode) -> str:
    """The ``version`` of the object that ``encode`` is a method of; "" for one that does not say."""
    return str(getattr(getattr(encode, "__self__", None), "version", ""))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def embed(connection: duckdb.DuckDBPyConnection, path: Path, encode: Encode, previous: Snapshot | None) -> int:
    """Fills the table ``vectors`` and writes the matrix (``float32 [n, width]``, rows of length 1). Returns n.

    ``previous`` gives vectors that can be taken over; pass None where another encoder made them.
    """
    texts: dict[str, str] = {}
    with Loader(connection) as loader:
        seen: set[tuple[str, int]] = set()
        number = 0
        for work, document, kind, passage, text in connection.execute(_TEXTS).fetchall():
            if passage is not None and (document, passage) in seen:
                continue
            seen.add((document, passage if passage is not None else -1 - (kind == "summary")))
            cut = text[:LONGEST_TEXT]
            texts.setdefault(digest(cut), cut)
            loader.add(
                {
                    "vectors": [
                        {"number": number, "work": work, "document": document, "kind": kind, "passage": passage, "text_digest": digest(cut)}
                    ]
                }
            )
            number += 1
    if not number:
        return 0
    made = dict(_vectors(texts, encode, previous))
    rows = connection.execute("SELECT text_digest FROM vectors ORDER BY number").fetchall()
    width = next(iter(made.values())).shape[0]
    matrix = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=(number, width))
    for at, (text_digest,) in enumerate(rows):
        matrix[at] = made[text_digest]
    matrix.flush()
    return number


def _vectors(texts: dict[str, str], encode: Encode, previous: Snapshot | None) -> Iterator[tuple[str, Floats]]:
    """Each text's vector by digest: from the previous snapshot where it has it, encoded else."""
    if previous is not None and previous.vectors.exists():
        matrix = load(previous)
        with previous.connect() as connection:
            known = connection.execute("SELECT text_digest, min(number) FROM vectors GROUP BY ALL ORDER BY 2").fetchall()
        for text_digest, number in known:
            if text_digest in texts:
                del texts[text_digest]
                yield text_digest, matrix[number]
    waiting = list(texts)
    for start in range(0, len(waiting), ENCODED_AT_ONCE):
        some = waiting[start : start + ENCODED_AT_ONCE]
        yield from zip(some, normalised(encode([texts[one] for one in some]), len(some)), strict=True)


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


def work_similarities(matrix: Floats, works: NDArray[np.int64], query: Floats, count: int) -> tuple[Floats, NDArray[np.int64]]:
    """The best cosine of each of ``count`` works (-1 where it has no vector) and the row that gave it (-1).

    ``works`` holds each row's work number, ``int64 [n]``, ascending; ``query`` is ``float32 [width]`` of length 1.
    """
    best = np.full(count, -1.0, dtype=np.float32)
    row_of = np.full(count, -1, dtype=np.int64)
    scores = np.asarray(matrix @ query, dtype=np.float32)
    order: Sequence[int] = np.lexsort((-np.arange(len(scores)), scores)).tolist()
    ranked = np.asarray(order, dtype=np.int64)
    best[works[ranked]] = scores[ranked]
    row_of[works[ranked]] = ranked
    return best, row_of
