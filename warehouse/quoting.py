"""The passages that show why a work was found: its words, else its meaning, else the labels that were asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import tantivy

from warehouse.highlights import highlights
from warehouse.loading import literal
from warehouse.query_compiler import Compiler, asked_of_text, of_work
from warehouse.query_language import Labelled, Node, leaves
from warehouse.text_index import passages_schema

PASSAGES_PER_WORK = 3
MOST_IMPRINTS = 5
"""Citations and notes of rights in one work that are passed over for what it says."""
_IMPRINT = re.compile(
    r"""\W*(?:
        (?:how\ to|please|to)\ (?:cite|reference)\b | (?:suggested|recommended|preferred)\ (?:citation|reference)\b | cite\ (?:this|as)\b
      | (?:this\ \w+|it)\ (?:should|may|can)\ be\ (?:cited|referenced)\ as\b
      | ©|\(c\)\ |copyright\b|(?:crown|all)\ (?:copyright|rights\ reserved)\b | ISBN\b | (?:first\ )?published\ by\b
      | this\ (?:publication|work|report|document)\ is\ licensed\b
    )""", re.IGNORECASE | re.VERBOSE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as the index keeps it; ``start`` and ``end`` are its place in the document's text."""

    document: str
    number: int
    page: int
    start: int
    end: int
    text: str

    def told(self, marks: list[list[int]]) -> dict[str, Any]:
        return {"document": self.document, "page": self.page, "start": self.start, "end": self.end, "text": self.text, "highlights": marks}


def quoted(
    cursor: duckdb.DuckDBPyConnection, passages: tantivy.Searcher, compiler: Compiler, node: Node | None, works: Mapping[int, str],
    nearest: Callable[[int], int | None], labels: Sequence[str],
) -> dict[int, list[dict[str, Any]]]:  # fmt: skip
    """The passages of each of ``works`` (number to id), best first, as the search answer gives them.

    ``nearest`` gives the row of the vector that lay nearest to the query by work number, ``labels`` are the "facet:label" that were
    filtered by.
    """
    wanted = asked_of_text(node)
    rows = {number: row for number in works if (row := nearest(number)) is not None}
    near = _near(cursor, passages, rows)
    answers: dict[int, list[dict[str, Any]]] = {}
    for number in works:
        found = _by_words(passages, compiler, node, number) if wanted else []
        if number in near and near[number] not in found and not (found and is_imprint(near[number].text)):
            found = [*found[: PASSAGES_PER_WORK - 1], near[number]]
        answers[number] = [one.told(highlights(one.text, wanted)) for one in found]
    meant = [*labels, *(tag for one, yes in leaves(node) if yes and isinstance(one, Labelled) for tag in compiler.tags(one))]
    silent = {works[number]: number for number, some in answers.items() if not some}
    if silent and meant:
        for number, some in _labelled(cursor, passages, silent, meant).items():
            answers[number] = some
    return answers


def _by_words(passages: tantivy.Searcher, compiler: Compiler, node: Node | None, number: int) -> list[Passage]:
    query = compiler.passages_query(node, number)
    if query is None:
        return []
    found = list(_read(passages, query, PASSAGES_PER_WORK + MOST_IMPRINTS))
    return sorted(found, key=lambda one: is_imprint(one.text))[:PASSAGES_PER_WORK]


def is_imprint(text: str) -> bool:
    """Whether a passage only tells how to cite the work or whose it is: it repeats the title's words, and so ranks high without saying a thing."""
    return _IMPRINT.match(text) is not None


def _read(passages: tantivy.Searcher, query: tantivy.Query, limit: int) -> Iterator[Passage]:
    addresses = [address for _, address in passages.search(query, limit=limit, count=False).hits]
    places = zip(*(passages.fast_field_values(name, addresses) for name in ("passage", "page", "start", "end")), strict=True) if addresses else ()
    for address, (number, page, start, end) in zip(addresses, places, strict=True):
        kept = passages.doc(address)
        yield Passage(kept["document"][0], int(number or 0), int(page or 0), int(start or 0), int(end or 0), kept["body"][0])


def _near(cursor: duckdb.DuckDBPyConnection, passages: tantivy.Searcher, rows: Mapping[int, int]) -> dict[int, Passage]:
    """The passages that vectors (their rows by work number) were made of, where they are of passages."""
    if not rows:
        return {}
    numbers = ", ".join(str(int(row)) for row in rows.values())
    held = cursor.execute(f"SELECT number, document, passage FROM vectors WHERE passage IS NOT NULL AND number IN ({numbers})").fetchall()
    places = {number: (document, passage) for number, document, passage in held}
    found: dict[int, Passage] = {}
    for number, row in rows.items():
        if row in places:
            document, passage = places[row]
            same = tantivy.Query.boolean_query([
                (tantivy.Occur.Must, of_work(number)),
                (tantivy.Occur.Must, tantivy.Query.term_query(passages_schema(), "passage", passage)),
            ])
            one = next((one for one in _read(passages, same, MOST_DOCUMENTS) if one.document == document), None)
            one = one or _stored(cursor, document, passage)
            found |= {number: one} if one is not None else {}
    return found


def _stored(cursor: duckdb.DuckDBPyConnection, document: str, passage: int) -> Passage | None:
    """A passage that the index lacks, as one of a copy that was judged and is not shown."""
    row = cursor.execute(
        "SELECT document, number, page, span_start, span_end, text FROM passages WHERE document = ? AND number = ?", [document, passage]
    ).fetchone()
    return Passage(*row) if row else None


MOST_DOCUMENTS = 100
"""Documents that speak for one work: the shown one, and the pages that offer it."""
MOST_PASSAGES = 20_000
"""Passages of one work that are looked through for those that show a label."""


def _labelled(
    cursor: duckdb.DuckDBPyConnection, passages: tantivy.Searcher, works: Mapping[str, int], labels: Sequence[str]
) -> dict[int, list[dict[str, Any]]]:
    """The passages that show any of the labels, their quotes highlighted, by work number."""
    shown: dict[int, list[tuple[str, int, int, int, str]]] = {}
    for id, *span in cursor.execute(
        f"""
        SELECT w.id, t.document, t.page, t.span_start, t.span_end, t.quote FROM works w JOIN v_work_tags t ON t.work = w.id
        WHERE w.id IN (SELECT unnest(string_split({literal(works)}, ','))) AND t.stands AND t.span_start IS NOT NULL
          AND t.facet || ':' || t.label IN (SELECT unnest(string_split({literal(labels)}, ',')))
        ORDER BY w.id, t.document, t.span_start"""
    ).fetchall():
        shown.setdefault(works[id], []).append(tuple(span))
    return {number: _around(passages, number, spans) for number, spans in shown.items()}


def _around(passages: tantivy.Searcher, number: int, spans: Sequence[tuple[str, int, int, int, str]]) -> list[dict[str, Any]]:
    """The first passages that hold a span; a quote that stands in none of the index (a heading) is a passage of its own."""
    addresses = [address for _, address in passages.search(of_work(number), limit=MOST_PASSAGES, count=False).hits]
    starts, ends = (passages.fast_field_values(name, addresses) for name in ("start", "end"))
    places = [(int(start or 0), int(end or 0), address) for start, end, address in zip(starts, ends, addresses, strict=True)]
    found: list[dict[str, Any]] = []
    seen: set[tuple[str, int]] = set()
    for document, page, first, last, quote in spans:
        if len(found) == PASSAGES_PER_WORK:
            break
        held = next(((start, end, kept["body"][0]) for start, end, address in places if start <= first < end
                     and (kept := passages.doc(address))["document"][0] == document), (first, last, quote))
        start, end, text = held
        if (document, start) not in seen:
            seen.add((document, start))
            found.append(Passage(document, 0, page, start, end, text).told([[first - start, min(last, end) - start]]))
    return found
