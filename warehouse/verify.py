"""Proves that the base still says what it said: every payload's digest, every span's words, every row of the snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import duckdb

from evidence.archive import read_captures, read_payload
from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.records import Document, Span, Tagging
from evidence.salvage import archive_files, damage_in, unindexed
from evidence.segments import read_segments
from evidence.taxonomy import Taxonomy
from warehouse.build import input_files, inputs_digest
from warehouse.keys import key_problems
from warehouse.planning import plan
from warehouse.rows import document_rows, tagging_rows
from warehouse.snapshot import Snapshot, current_snapshot, rolled_back_from
from warehouse.text_index import open_index, works_schema
from warehouse.vectors import load
from warehouse.version import builder_version

MOST_PROBLEMS = 200
"""More are counted and not told one by one."""


@dataclass
class Verification:
    """``checked`` counts what was looked at, by kind; ``problems`` are in words, ``unsaid`` more were found than are told."""

    checked: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unsaid: int = 0

    @property
    def sound(self) -> bool:
        return not self.problems

    def count(self, kind: str, number: int = 1) -> None:
        self.checked[kind] = self.checked.get(kind, 0) + number

    def found(self, problem: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self.unsaid += 1


def verify(
    base: Base, *, extractor_version: str, classifier_version: str, taxonomy: Taxonomy | None = None
) -> Verification:
    """Checks archive, documents, tags and the current snapshot, and says whether the snapshot is behind the files.

    Reads all of the base, the archive twice (as a sequence of records, and by its index); memory is bounded by the largest
    document. Raises ``UsageError`` where there is no base.
    """
    base.require()
    result = Verification()
    _archive(base, result)
    _payloads(base, result)
    _documents_and_tags(base, extractor_version, classifier_version, result)
    try:
        snapshot = current_snapshot(base)
        manifest = snapshot.manifest if snapshot is not None else {}
    except IntegrandError as error:
        result.found(str(error))
        return result
    if snapshot is None:
        return result
    rolled_back = rolled_back_from(base, snapshot)
    _snapshot(base, snapshot, result, not rolled_back)
    if taxonomy is not None:
        files = input_files(base, extractor_version, classifier_version)
        inputs = inputs_digest(base, extractor_version, classifier_version, taxonomy.version, manifest["encoder"], files)
        result.count("snapshots compared with the base's files")
        if any(one.manifest["inputs"] == inputs for one in rolled_back):
            result.count("snapshots that a person rolled back to")
        elif inputs != manifest["inputs"] and manifest.get("builder_version") != builder_version():
            result.found(f"snapshot {snapshot.name}: another version of the program built it; run `integrand publish`")
        elif inputs != manifest["inputs"]:
            result.found(f"snapshot {snapshot.name}: the base's files have changed since; run `integrand publish`")
    return result


def _archive(base: Base, result: Verification) -> None:
    """That every byte of the archive belongs to a whole record, and that its captures are indexed."""
    for path in archive_files(base):
        result.count("archive files")
        name = path.relative_to(base.root)
        try:
            for stretch in damage_in(path):
                result.found(f"{name}: {stretch}, captures may be lost; restore it from a backup")
        except OSError as error:
            result.found(f"{name}: cannot be read ({error.strerror})")
    for path in unindexed(base):
        result.found(f"{path.relative_to(base.root)}: its captures are not indexed; `integrand extract` mends that")


def _payloads(base: Base, result: Verification) -> None:
    """Every archived payload once, however many captures refer to it."""
    seen: set[tuple[str, int]] = set()
    try:
        for capture in read_captures(base):
            result.count("captures")
            if capture.archive_path is None or capture.archive_offset is None or (capture.archive_path, capture.archive_offset) in seen:
                continue
            seen.add((capture.archive_path, capture.archive_offset))
            result.count("payloads")
            try:
                read_payload(base, capture)
            except IntegrandError as error:
                result.found(str(error))
            except Exception as error:  # a torn or overwritten file fails in many ways, none of which may end the check
                result.found(f"{capture.archive_path} at {capture.archive_offset}: cannot be read ({type(error).__name__}: {error})")
    except IntegrandError as error:
        result.found(str(error))


def _documents_and_tags(base: Base, extractor_version: str, classifier_version: str, result: Verification) -> None:
    """Documents first, then each tagging against its document; taggings are held, documents stream."""
    taggings: dict[str, Tagging] = {}
    try:
        for tagging in read_segments(base.tags(classifier_version), Tagging):
            if tagging.extractor_version == extractor_version:
                taggings.setdefault(tagging.document, tagging)
        for document in read_segments(base.documents(extractor_version), Document):
            result.count("documents")
            for problem in document_problems(document, result):
                result.found(problem)
            if document.id in taggings:
                tagging = taggings.pop(document.id)
                result.count("taggings")
                for problem in tagging_problems(document, tagging, result):
                    result.found(problem)
    except IntegrandError as error:
        result.found(str(error))
    for id in sorted(taggings):
        result.found(f"tagging of {id}: there is no such document read by {extractor_version}")


def document_problems(document: Document, result: Verification) -> Iterator[str]:
    """Offsets that lie outside of the text or on another page than they say."""
    text, starts = document.text, document.page_starts()
    ends = [start + len(page.text) for start, page in zip(starts, document.pages, strict=True)]
    name = f"document {document.id[:12]}"
    if [page.number for page in document.pages] != list(range(1, len(document.pages) + 1)):
        yield f"{name}: pages are not numbered from 1 without gaps"
    for number, passage in enumerate(document.passages):
        result.count("passages")
        if not 1 <= passage.page <= len(starts) or not starts[passage.page - 1] <= passage.start <= passage.end <= ends[passage.page - 1]:
            yield f"{name}: passage {number} ({passage.start}-{passage.end}) does not lie on page {passage.page}"
        if not -1 <= passage.section < len(document.sections):
            yield f"{name}: passage {number} names section {passage.section}, of which there are {len(document.sections)}"
    for number, section in enumerate(document.sections):
        result.count("sections")
        if not 0 <= section.start <= section.end <= len(text):
            yield f"{name}: section {number} ({section.start}-{section.end}) is outside of the text of {len(text)}"
    for number, reference in enumerate(document.references):
        result.count("references")
        if not 0 <= reference.start <= reference.end <= len(text):
            yield f"{name}: reference {number} ({reference.start}-{reference.end}) is outside of the text of {len(text)}"


def tagging_problems(document: Document, tagging: Tagging, result: Verification) -> Iterator[str]:
    """Spans whose words are not in the text where they are said to be."""
    text, starts = document.text, document.page_starts()
    for what, span in _spans(tagging):
        result.count("spans")
        if text[span.start : span.end] != span.quote:
            yield f"document {document.id[:12]}: {what}: the text at {span.start}-{span.end} is not the quote {span.quote[:60]!r}"
        elif sum(start <= span.start for start in starts) != span.page:
            yield f"document {document.id[:12]}: {what}: {span.quote[:60]!r} is not on page {span.page}"
    for tag in tagging.tags:
        if tag.span is None and tag.label not in ("off_topic", "none"):
            yield f"document {document.id[:12]}: {tag.facet} {tag.label}: has no span"


def _spans(tagging: Tagging) -> Iterable[tuple[str, Span]]:
    for tag in tagging.tags:
        if tag.span is not None:
            yield f"{tag.facet} {tag.label}", tag.span
    for finding in tagging.findings:
        yield f"finding on {finding.outcome}", finding.span
    for place in tagging.places:
        yield f"place {place.name}", place.span
    for answer in tagging.appraisal.aacods if tagging.appraisal else ():
        if answer.span is not None:
            yield f"appraisal of {answer.question}", answer.span


def _snapshot(base: Base, snapshot: Snapshot, result: Verification, with_files: bool) -> None:
    """Keys, and ``with_files`` that the rows are those which the files give, whichever versions the snapshot was built from.

    A snapshot that a person went back to is older than the files by that person's will.
    """
    try:
        with snapshot.connect() as connection:
            for problem in key_problems(connection):
                result.found(f"snapshot {snapshot.name}: {problem}")
            result.count("keys of the snapshot")
            if with_files:
                _rows(base, snapshot, connection, result)
            _index(snapshot, connection, result)
    except (IntegrandError, duckdb.Error, ValueError, OSError) as error:
        result.found(f"snapshot {snapshot.name}: {' '.join(str(error).split())}")


def _rows(base: Base, snapshot: Snapshot, connection: duckdb.DuckDBPyConnection, result: Verification) -> None:
    extractor, classifier = snapshot.manifest["extractor_version"], snapshot.manifest["classifier_version"]
    planned = plan(base, extractor, classifier)
    found = dict(connection.execute("SELECT id, shown_document FROM works").fetchall())
    for work in planned.works:
        result.count("works")
        if found.pop(work.id, None) != work.shown:
            result.found(f"snapshot {snapshot.name}: work {work.id[:12]} is not the one that the files give")
    for id in found:
        result.found(f"snapshot {snapshot.name}: work {id[:12]} is in no file")
    seen = set[str]()
    for document in read_segments(base.documents(extractor), Document):
        if document.id in planned.items and document.id not in seen:
            seen.add(document.id)
            rows = document_rows(document, planned.work_of.get(document.id))
            for table in ("documents", "passages", "sections", "pages", "refs"):
                _same(connection, snapshot, table, "id" if table == "documents" else "document", document.id, rows[table], result)
    seen.clear()
    dismissed = {id for (id,) in connection.execute(_OFF_TOPIC_BY_PEOPLE).fetchall()}
    for tagging in read_segments(base.tags(classifier), Tagging):
        if tagging.extractor_version == extractor and tagging.document in planned.items and tagging.document not in seen:
            seen.add(tagging.document)
            rows = tagging_rows(tagging)
            for table in ("findings", "places"):
                expected = [] if tagging.document in dismissed else rows[table]
                _same(connection, snapshot, table, "document", tagging.document, expected, result)
            said = _held(connection, _SAID_BY_MACHINE, tagging.document)
            result.count("rows of tags", len(said))
            if [_as_said(row) for row in said] != [_as_said(row) for row in rows["tags"]]:
                result.found(f"snapshot {snapshot.name}: the tags of document {tagging.document[:12]} are not those of the files")


_SAID_BY_MACHINE = """SELECT * FROM tags WHERE document = ? AND said_by = 'machine' AND "method" <> 'regraded' ORDER BY number"""
_OFF_TOPIC_BY_PEOPLE = "SELECT document FROM tags WHERE facet = 'relevance' AND label = 'off_topic' AND said_by = 'person' AND stands"


def _as_said(row: dict[str, object]) -> dict[str, object]:
    """A tag without what people's decisions may have changed of it."""
    return {name: value for name, value in row.items() if name not in ("number", "stands", "decision")}


def _held(connection: duckdb.DuckDBPyConnection, sql: str, document: str) -> list[dict[str, object]]:
    cursor = connection.execute(sql, [document])
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]



def _same(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    table: str,
    key: str,
    document: str,
    rows: list[dict[str, object]],
    result: Verification,
) -> None:
    """Every value of a document's rows of one table."""
    held = _held(connection, f"SELECT * FROM {table} WHERE {key} = ? ORDER BY {'1' if table == 'documents' else 'number'}", document)
    result.count(f"rows of {table}", len(held))
    if held != rows:
        result.found(f"snapshot {snapshot.name}: the {table} of document {document[:12]} are not those of the files")


def _index(snapshot: Snapshot, connection: duckdb.DuckDBPyConnection, result: Verification) -> None:
    works = (connection.execute("SELECT count(*) FROM works").fetchone() or (0,))[0]
    indexed = open_index(snapshot.text / "works", works_schema()).searcher().num_docs
    result.count("works in the full-text index", indexed)
    if indexed != works:
        result.found(f"snapshot {snapshot.name}: the full-text index holds {indexed} works, the database {works}")
    vectors = (connection.execute("SELECT count(*) FROM vectors").fetchone() or (0,))[0]
    if vectors:
        rows = load(snapshot).shape[0]
        result.count("vectors", rows)
        if rows != vectors:
            result.found(f"snapshot {snapshot.name}: {rows} vectors for {vectors} rows")
