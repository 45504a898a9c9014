"""The full-text index of a snapshot: one of works, in which queries are answered, and one of passages, from which hits are quoted.

Every text is indexed twice: by word stems without stop words (for plain words), and exactly, without case and accents (for
phrases and truncation). A work's text is that of its shown document and of the pages that offer it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import tantivy

from evidence.errors import IntegrandError
from warehouse.loading import registered

STEMMED, EXACT, RAW = "stemmed", "exact", "raw"
TEXT_FIELDS = ("title", "headings", "summary", "body")
"""Each has a twin ``<name>_exact``."""
NAME_FIELDS = ("author", "publisher", "reference")
KEY_FIELDS = ("id", "source", "language", "doi", "url", "tag", "place", "media_type", "availability")
LONGEST_WORD = 100
WORDS_AT_ONCE = 3_000_000
NUMBERS = "numbers.txt"
HEAP_BYTES = 128 * 2**20
SEARCHED_KINDS = ("body", "list", "caption", "footnote", "table", "heading")


@lru_cache(maxsize=2)
def analyzer(name: str) -> tantivy.TextAnalyzer:
    """``stemmed`` or ``exact``: how texts and queries are cut into words."""
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    if name == STEMMED:
        builder = builder.filter(tantivy.Filter.stopword("english")).filter(tantivy.Filter.stemmer("english"))
    return builder.build()


@lru_cache(maxsize=1)
def works_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=False, indexed=True, fast=True)
    builder.add_integer_field("year", stored=False, indexed=True, fast=True)
    for name in TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name=STEMMED)
        builder.add_text_field(f"{name}_exact", tokenizer_name=EXACT)
    for name in NAME_FIELDS:
        builder.add_text_field(name, tokenizer_name=EXACT)
    for name in KEY_FIELDS:
        builder.add_text_field(name, tokenizer_name=RAW, index_option="basic")
    return builder.build()


@lru_cache(maxsize=1)
def passages_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("work", stored=False, indexed=True, fast=True)
    builder.add_unsigned_field("passage", stored=False, indexed=True, fast=True)
    for name in ("page", "start", "end"):
        builder.add_unsigned_field(name, stored=False, indexed=False, fast=True)
    builder.add_text_field("document", stored=True, tokenizer_name=RAW, index_option="basic")
    # The text is kept here too: ten hits are quoted from it in a millisecond, from the database, which scans its passages, in 40 to 200.
    builder.add_text_field("body", stored=True, tokenizer_name=STEMMED)
    builder.add_text_field("body_exact", tokenizer_name=EXACT)
    return builder.build()


def open_index(folder: Path, schema: tantivy.Schema) -> tantivy.Index:
    """An index for reading. Raises ``IntegrandError`` for one of another ``schema``, as an older program made it.

    Opening one makes a lock file in its folder. Where nothing may be written there, links to its files are opened in its place, in
    a folder that is removed as soon as the index holds them.
    """
    if not (folder / "meta.json").is_file():
        raise IntegrandError(f"{folder}: cannot be opened (it is no index); publish again with `integrand publish`")
    if os.access(folder, os.W_OK):
        return _of_schema(_opened(folder), schema, folder)
    with tempfile.TemporaryDirectory(prefix="integrand-") as links:
        for path in folder.iterdir():
            if path.suffix != ".lock":
                Path(links, path.name).symlink_to(path.absolute())
        return _of_schema(_opened(Path(links)), schema, folder)


def _of_schema(index: tantivy.Index, schema: tantivy.Schema, folder: Path) -> tantivy.Index:
    if index.schema != schema:
        raise IntegrandError(f"{folder}: was made by another version of this program; publish again with `integrand publish`")
    return index


def _opened(folder: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(folder))
    for name in (STEMMED, EXACT):
        index.register_tokenizer(name, analyzer(name))
    # Files are mapped here; later the folder may be gone. The index does not watch it: it would write a lock file where one is removed.
    index.config_reader(reload_policy="manual")
    index.reload()
    return index


def _create(folder: Path, schema: tantivy.Schema) -> tantivy.Index:
    folder.mkdir(parents=True)
    index = tantivy.Index(schema, path=str(folder))
    for name in (STEMMED, EXACT):
        index.register_tokenizer(name, analyzer(name))
    return index


@dataclass(frozen=True, slots=True)
class IndexCounts:
    works: int
    passages: int


def build_index(connection: duckdb.DuckDBPyConnection, folder: Path) -> IndexCounts:
    """Indexes all works of a loaded database. The index knows works by number; ``indexed_works`` lists their ids by it."""
    works, passages = _create(folder / "works", works_schema()), _create(folder / "passages", passages_schema())
    ids = [row[0] for row in connection.execute("SELECT id FROM works ORDER BY id").fetchall()]
    _write(connection, works, passages, [], {id: number for number, id in enumerate(ids)})
    (folder / NUMBERS).write_text("".join(f"{id}\n" for id in ids), "utf-8")
    return _counts(works, passages)


def update_index(connection: duckdb.DuckDBPyConnection, start: Path, folder: Path, changed: Sequence[str], gone: Sequence[str]) -> IndexCounts:
    """The index of ``start`` with the ``changed`` works indexed again and those that are ``gone`` left out; works keep their numbers."""
    for name in ("works", "passages"):
        _take_over(start / name, folder / name)
    works, passages = _opened(folder / "works"), _opened(folder / "passages")
    ids = indexed_works(start)
    number = {id: at for at, id in enumerate(ids) if id}
    for id in changed:
        if id not in number:
            number[id] = len(ids)
            ids.append(id)
    for id in gone:
        ids[number[id]] = ""
    if changed or gone:
        _write(connection, works, passages, [number[id] for id in (*changed, *gone)], {id: number[id] for id in changed})
    (folder / NUMBERS).write_text("".join(f"{id}\n" for id in ids), "utf-8")
    return _counts(works, passages)


def indexed_works(folder: Path) -> list[str]:
    """The ids of the works of an index by their numbers; "" where a number is no longer used. Raises ``IntegrandError`` for none."""
    try:
        return (folder / NUMBERS).read_text("utf-8").split("\n")[:-1]
    except (OSError, UnicodeDecodeError) as error:
        raise IntegrandError(f"{folder / NUMBERS}: cannot be read ({error}); publish again with `integrand publish`") from error


def _take_over(start: Path, folder: Path) -> None:
    """The files of an index in another folder. Those of its segments never change, so a second name does for a copy."""
    folder.mkdir(parents=True)
    for path in start.iterdir():
        if path.suffix == ".json":
            shutil.copyfile(path, folder / path.name)
        elif path.suffix != ".lock":
            try:
                os.link(path, folder / path.name)
            except OSError:
                shutil.copyfile(path, folder / path.name)


def _write(
    connection: duckdb.DuckDBPyConnection, works: tantivy.Index, passages: tantivy.Index, dropped: Sequence[int], added: Mapping[str, int]
) -> None:
    # One thread: documents keep their order, so that equal scores always rank alike.
    work_writer, passage_writer = works.writer(HEAP_BYTES, 1), passages.writer(HEAP_BYTES, 1)
    if dropped:
        work_writer.delete_documents_by_query(tantivy.Query.term_set_query(works_schema(), "number", list(dropped)))
        passage_writer.delete_documents_by_query(tantivy.Query.term_set_query(passages_schema(), "work", list(dropped)))
    for some in _batches(connection, added):
        texts, facts = _texts(connection, some), _facts(connection, some)
        for id in some:
            rows, number = texts.get(id, []), added[id]
            work_writer.add_document(tantivy.Document.from_dict({"number": number, **_work_fields(facts[id], rows)}, works_schema()))
            for document, passage, kind, page, start, end, text in rows:
                if kind in SEARCHED_KINDS and kind != "heading":
                    fields = {"work": number, "passage": passage, "page": page, "start": start, "end": end, "document": document, "body": text,
                              "body_exact": text}
                    passage_writer.add_document(tantivy.Document.from_dict(fields, passages_schema()))
    for writer in (work_writer, passage_writer):
        writer.commit()
        writer.wait_merging_threads()


def _counts(works: tantivy.Index, passages: tantivy.Index) -> IndexCounts:
    for index in (works, passages):
        index.reload()
    return IndexCounts(works.searcher().num_docs, passages.searcher().num_docs)


def _batches(connection: duckdb.DuckDBPyConnection, ids: Collection[str]) -> Iterator[list[str]]:
    """Works in the order of their ids, so many at once as have ``WORDS_AT_ONCE`` words: each batch costs a scan of all passages."""
    with registered(connection, ids) as wanted:
        counted = connection.execute(f"SELECT id, coalesce(word_count, 0) FROM works WHERE id IN (FROM {wanted}) ORDER BY id").fetchall()
    batch: list[str] = []
    words = 0
    for id, count in counted:
        batch.append(id)
        words += count
        if words >= WORDS_AT_ONCE:
            yield batch
            batch, words = [], 0
    if batch:
        yield batch


Row = tuple[str, int, str, int, int, int, str]
"""document, passage, kind, page, start, end, text"""


def _texts(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, list[Row]]:
    """The passages of the documents that speak for each work, the shown one first."""
    found: dict[str, list[Row]] = {}
    with registered(connection, ids) as wanted:
        rows = connection.execute(f"""
            SELECT c.work, p.document, p.number, p.kind, p.page, p.span_start, p.span_end, p.text
            FROM (SELECT work, document, role, max(part) AS part FROM copies
                  WHERE work IN (FROM {wanted}) AND role IN ('main', 'landing_page', 'part') GROUP BY ALL) c
            JOIN passages p ON p.document = c.document
            WHERE p.kind <> 'boilerplate' ORDER BY c.work, c.role = 'landing_page', c.part, p.document, p.number""").fetchall()
    for work, *row in rows:
        found.setdefault(work, []).append(tuple(row))
    return found


def _facts(connection: duckdb.DuckDBPyConnection, ids: list[str]) -> dict[str, dict[str, Any]]:
    with registered(connection, ids) as wanted:
        rows = connection.execute(f"""
            WITH chosen AS (SELECT * FROM works WHERE id IN (FROM {wanted})),
                 pieces AS (SELECT work, document, max(part) AS part FROM copies
                            WHERE work IN (FROM {wanted}) AND (shown OR part IS NOT NULL) GROUP BY ALL)
            SELECT w.id, w.title, w.subtitle, w.authors, w.publisher, w."year" AS "year", w.summary, w.source, w."language", w.doi,
                   w.url, w.landing_url, w.media_type, w.availability,
                   (SELECT list_sort(list(DISTINCT t.facet || ':' || t.label)) FROM v_work_tags t WHERE t.work = w.id) AS tags,
                   (SELECT list_sort(list(DISTINCT p."name")) FROM places p JOIN judged_documents j ON j.document = p.document
                    WHERE j.work = w.id) AS places,
                   (SELECT list_sort(list(DISTINCT c.code)) FROM (SELECT unnest(list_append(p.lies_in, p.code)) AS code FROM places p
                    JOIN judged_documents j ON j.document = p.document WHERE j.work = w.id) c WHERE c.code IS NOT NULL) AS codes,
                   (SELECT list(r.raw ORDER BY r.number) FROM refs r JOIN pieces k ON k.document = r.document WHERE k.work = w.id) AS refs,
                   (SELECT list(s.heading ORDER BY k.part, s.number) FROM sections s JOIN pieces k ON k.document = s.document
                    WHERE k.work = w.id) AS headings,
                   (SELECT list(d.title ORDER BY k.part) FROM pieces k JOIN documents d ON d.id = k.document
                    WHERE k.work = w.id AND d.title IS NOT NULL AND w.parts > 0) AS part_titles
            FROM chosen w""")
        names = [column[0] for column in rows.description or ()]
        return {row[0]: dict(zip(names, row, strict=True)) for row in rows.fetchall()}


def _work_fields(fact: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    body = [row[-1] for row in rows if row[2] in SEARCHED_KINDS]
    title = [one for one in (fact["title"], fact["subtitle"]) if one]
    headings = [*(fact["part_titles"] or []), *(fact["headings"] or [])]
    texts = {"title": title, "headings": headings, "summary": [fact["summary"]] if fact["summary"] else [], "body": body}
    fields: dict[str, Any] = {name: some for name, some in texts.items() if some}
    fields |= {f"{name}_exact": some for name, some in texts.items() if some}
    fields |= {"author": fact["authors"] or [], "publisher": [fact["publisher"] or ""], "reference": fact["refs"] or []}
    places = [place.casefold() for place in fact["places"] or []] + [code.casefold() for code in fact["codes"] or []]
    keyed = {
        "id": [fact["id"]],
        "source": [fact["source"]],
        "language": [fact["language"]],
        "doi": [fact["doi"]],
        "tag": fact["tags"] or [],
        "url": [fact["url"], fact["landing_url"]],
        "place": places,
        "media_type": [fact["media_type"]],
        "availability": [fact["availability"]],
    }
    fields |= {name: [value if name == "tag" else value.casefold() for value in values if value] for name, values in keyed.items()}
    if fact["year"] is not None:
        fields["year"] = fact["year"]
    return {name: value for name, value in fields.items() if value != []}
