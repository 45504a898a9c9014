"""The passages that show why a work was found: its words, else its meaning, else the labels that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import tantivy

from warehouse.highlights import highlights
from warehouse.loading import joined
from warehouse.query_compiler import Compiler, asked_of_text
from warehouse.query_language import Labelled, Node, leaves

PASSAGES_PER_WORK = 3
Place = tuple[str, int]
"""A document and the number of a passage of it."""


def quoted(
    cursor: duckdb.DuckDBPyConnection, passages: tantivy.Searcher, compiler: Compiler, node: Node | None, works: Mapping[int, str],
    nearest: Mapping[int, int], labels: Sequence[str],
) -> dict[int, list[dict[str, Any]]]:  # fmt: skip
    """The passages of each of ``works`` (number to id), best first, as the search answer gives them.

    ``nearest`` is the row of the vector that lay nearest to the query by work number, ``labels`` the "facet:label" that were
    filtered by. One question to the database for all, as each would scan the passages.
    """
    wanted = asked_of_text(node)
    by_vector = _vector_places(cursor, [nearest[number] for number in works if number in nearest])
    places: dict[int, list[Place]] = {}
    for number in works:
        found = _by_words(passages, compiler, node, number) if wanted else []
        near = by_vector.get(nearest.get(number, -1))
        if near and near not in found:
            found = [*found[: PASSAGES_PER_WORK - 1], near]
        places[number] = found
    texts = _texts(cursor, [place for found in places.values() for place in found])
    answers = {
        number: [_passage(document, texts[document, passage], highlights(texts[document, passage][3], wanted)) for document, passage in found
                 if (document, passage) in texts]
        for number, found in places.items()
    }  # fmt: skip
    meant = [*labels, *(tag for one, yes in leaves(node) if yes and isinstance(one, Labelled) for tag in compiler.tags(one))]
    silent = {works[number]: number for number, found in answers.items() if not found}
    for id, passage in _labelled(cursor, list(silent), meant) if silent and meant else ():
        answers[silent[id]].append(passage)
    return answers


def _by_words(passages: tantivy.Searcher, compiler: Compiler, node: Node | None, number: int) -> list[Place]:
    query = compiler.passages_query(node, number)
    if query is None:
        return []
    addresses = [address for _, address in passages.search(query, limit=PASSAGES_PER_WORK, count=False).hits]
    numbers = passages.fast_field_values("passage", addresses)
    return [(passages.doc(address)["document"][0], int(one or 0)) for address, one in zip(addresses, numbers, strict=True)]


def _vector_places(cursor: duckdb.DuckDBPyConnection, rows: Sequence[int]) -> dict[int, Place]:
    if not rows:
        return {}
    found = cursor.execute(
        "SELECT number, document, passage FROM vectors WHERE passage IS NOT NULL AND number IN (SELECT unnest(string_split(?, ','))::INTEGER)",
        [joined(rows)],
    ).fetchall()
    return {number: (document, passage) for number, document, passage in found}


def _texts(cursor: duckdb.DuckDBPyConnection, places: Sequence[Place]) -> dict[Place, tuple[int, int, int, str]]:
    """(page, start, end, text) of each passage."""
    if not places:
        return {}
    found = cursor.execute(
        """
        SELECT p.document, p.number, p.page, p.span_start, p.span_end, p.text
        FROM (SELECT split_part(x, ':', 1) AS document, split_part(x, ':', 2)::INTEGER AS number FROM unnest(string_split(?, ',')) t(x)) w
        JOIN passages p ON p.document = w.document AND p.number = w.number""",
        [joined(f"{document}:{number}" for document, number in places)],
    ).fetchall()
    return {(document, number): (page, start, end, text) for document, number, page, start, end, text in found}


def _labelled(cursor: duckdb.DuckDBPyConnection, ids: Sequence[str], labels: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """(work, passage) for the passages that show any of the labels, their quotes highlighted."""
    rows = cursor.execute(
        """
        WITH shown AS (SELECT w.id, t.document, t.span_start, t.span_end FROM works w JOIN v_work_tags t ON t.work = w.id
                       WHERE w.id IN (SELECT unnest(string_split($ids, ',')))
                         AND t.facet || ':' || t.label IN (SELECT unnest(string_split($labels, ','))))
        SELECT s.id, p.document, p.page, p.span_start, p.span_end, p.text, s.span_start, least(s.span_end, p.span_end)
        FROM shown s JOIN passages p ON p.document = s.document AND s.span_start >= p.span_start AND s.span_start < p.span_end
        QUALIFY row_number() OVER (PARTITION BY s.id, p.document, p.number ORDER BY s.span_start) = 1
            AND dense_rank() OVER (PARTITION BY s.id ORDER BY p.document, p.number) <= $most
        ORDER BY s.id, p.document, p.number""",
        {"ids": joined(ids), "labels": joined(labels), "most": PASSAGES_PER_WORK},
    ).fetchall()
    return [(id, _passage(document, (page, start, end, text), [[first - start, last - start]]))
            for id, document, page, start, end, text, first, last in rows]  # fmt: skip


def _passage(document: str, place: tuple[int, int, int, str], marks: list[list[int]]) -> dict[str, Any]:
    return {"document": document, "page": place[0], "start": place[1], "end": place[2], "text": place[3], "highlights": marks}
