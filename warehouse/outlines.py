"""What planning needs of documents and taggings: all but their texts. A snapshot keeps it, so that the next publication opens only new segments.

A finished segment never changes. What a snapshot kept of one is used where the bytes of the file are still the same (SHA-256), every other
segment is read; so a snapshot that kept nothing, or was made by another program, costs time and changes nothing.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.records import Document, Tagging
from evidence.segments import arrow_schema, from_table, read_segment_table, segment_paths

SIGNATURE = "signature"
DOCUMENT_COLUMNS = (
    "id", "extractor_version", "media_type", "size_bytes", "status", "content_digest", "title", "title_source", "subtitle", "authors", "published",
    "publisher", "doi", "isbn", "issn", "report_number", "language", "summary", "provenance", "links", "page_kind", "part_links", SIGNATURE,
)
TAGGING_COLUMNS = ("document", "extractor_version", "version", "status")
FOLDER = "outlines"
LIST = "segments.json"
"""By room, the SHA-256 of the file of its rows, and the segments that they are of: by path within the base [SHA-256, number of rows]."""

R = TypeVar("R")
SEGMENTS_AT_ONCE = 64
Signature = NDArray[np.uint32]
Segments = dict[str, pa.Table]
"""The rows of each segment, by its path within the base, in the order of the segments' names."""
Kept = Mapping[str, tuple[str, pa.Table]]
"""The same with the segment's SHA-256."""


@dataclass(frozen=True)
class Outlines:
    """Documents and taggings of one version each, without texts; of what stands in two segments the first counts.

    ``documents`` have no signature: ``signatures`` are apart, ``uint32 [128]`` or empty. ``tagged`` says by document whether the classifier
    could tag it, ``versions`` by which version: a tagging that was asked about again is another.
    """

    documents: dict[str, Document]
    signatures: dict[str, Signature]
    tagged: dict[str, bool]
    versions: dict[str, str]
    root: Path
    document_segments: dict[str, str]
    tagging_segments: dict[str, str]
    rooms: dict[str, Segments]

    def document_paths(self, ids: Iterable[str]) -> set[Path]:
        """The segments in which these documents stand."""
        return {self.root / self.document_segments[id] for id in ids if id in self.document_segments}

    def tagging_paths(self, ids: Iterable[str]) -> set[Path]:
        """The segments in which the taggings of these documents stand."""
        return {self.root / self.tagging_segments[id] for id in ids if id in self.tagging_segments}

    def keep(self, snapshot: Path, digests: Mapping[str, str], without: Collection[str]) -> None:
        """Writes into a snapshot's folder what the next publication need not read again.

        ``digests`` are the SHA-256 of the segments, by path within the base. Nothing is kept of a segment with one of the documents
        ``without``: what was taken down stands in no new file.
        """
        folder = snapshot / FOLDER
        folder.mkdir()
        gone = pa.array(sorted(without), pa.string())
        listed: dict[str, dict[str, object]] = {}
        for name, segments in self.rooms.items():
            # Asked of the rows, whose first column is the document: one that was read twice stands in two segments.
            key = _ROOMS[name][1][0]
            kept = {path: rows for path, rows in segments.items() if path in digests and not pc.any(pc.is_in(rows.column(key), gone)).as_py()}
            # Not Parquet, though the segments are: signatures are chance numbers, and packing them would take longer than all the rest.
            held = pa.BufferOutputStream()
            with pa.ipc.new_file(held, _schema(*_ROOMS[name])) as file:
                for table in kept.values():
                    file.write_table(table)
            rows = memoryview(held.getvalue())
            (folder / f"{name}.arrow").write_bytes(rows)
            listed[name] = {
                "sha256": hashlib.sha256(rows).hexdigest(), "segments": {path: [digests[path], len(table)] for path, table in kept.items()}}
        (folder / LIST).write_text(json.dumps(listed) + "\n", "utf-8")


_ROOMS: dict[str, tuple[type, Sequence[str]]] = {"documents": (Document, DOCUMENT_COLUMNS), "taggings": (Tagging, TAGGING_COLUMNS)}


def read_outlines(base: Base, extractor_version: str, classifier_version: str, kept: Mapping[str, Kept], digests: Mapping[str, str]) -> Outlines:
    """The outlines of all documents and taggings. ``kept`` are those of an earlier snapshot (``kept_outlines``), ``digests`` the SHA-256 of
    the segments as they are now, by path within the base. Raises ``IntegrandError`` for a segment that cannot be read."""
    documents: dict[str, Document] = {}
    signatures: dict[str, Signature] = {}
    document_segments: dict[str, str] = {}
    rooms = {
        "documents": _segments(base, base.documents(extractor_version), "documents", kept, digests),
        "taggings": _segments(base, base.tags(classifier_version), "taggings", kept, digests),
    }
    for paths, table in _together(rooms["documents"]):
        found = _records(base.root, paths, table.drop_columns([SIGNATURE]), Document)
        for path, document, signature in zip(paths, found, _signatures(table.column(SIGNATURE)), strict=True):
            if document.id not in documents:
                documents[document.id], signatures[document.id], document_segments[document.id] = document, signature, path
    tagged: dict[str, bool] = {}
    versions: dict[str, str] = {}
    tagging_segments: dict[str, str] = {}
    for paths, table in _together(rooms["taggings"]):
        for path, tagging in zip(paths, _records(base.root, paths, table, Tagging), strict=True):
            if tagging.extractor_version == extractor_version and tagging.document not in tagged:
                tagged[tagging.document], versions[tagging.document] = tagging.status == "tagged", tagging.version
                tagging_segments[tagging.document] = path
    return Outlines(documents, signatures, tagged, versions, base.root, document_segments, tagging_segments, rooms)


def _together(segments: Segments) -> Iterator[tuple[list[str], pa.Table]]:
    """(the segment of each row, rows) of several segments at once: each step costs as much as some fifty rows."""
    names = [name for name, rows in segments.items() if len(rows)]
    for start in range(0, len(names), SEGMENTS_AT_ONCE):
        some = names[start : start + SEGMENTS_AT_ONCE]
        yield [name for name in some for _ in range(len(segments[name]))], pa.concat_tables([segments[name] for name in some])


def _records(root: Path, paths: Sequence[str], table: pa.Table, record: type[R]) -> list[R]:
    """The records of rows of which each stands in one of ``paths``."""
    try:
        return from_table(root / paths[0], table, record)
    except IntegrandError:
        for path, rows in itertools.groupby(range(len(paths)), lambda at: paths[at]):
            numbers = list(rows)
            from_table(root / path, table.slice(numbers[0], len(numbers)), record)  # raises with the name of the segment that it is
        raise


def _segments(base: Base, folder: Path, room: str, kept: Mapping[str, Kept], digests: Mapping[str, str]) -> Segments:
    found: Segments = {}
    known, (record, columns) = kept.get(room, {}), _ROOMS[room]
    for path in segment_paths(folder):
        name = str(path.relative_to(base.root))
        digest, rows = known.get(name, ("", None))
        if rows is None or digest != digests.get(name):
            rows = read_segment_table(path, record, columns)
            if SIGNATURE in columns:
                rows = rows.set_column(columns.index(SIGNATURE), SIGNATURE, rows.column(SIGNATURE).cast(_MINIMA, safe=False))
        found[name] = rows
    return found


_MINIMA = pa.list_(pa.uint32())


def _schema(record: type, columns: Sequence[str]) -> pa.Schema:
    return pa.schema([pa.field(name, _MINIMA) if name == SIGNATURE else arrow_schema(record).field(name) for name in columns])


def _signatures(column: pa.ChunkedArray) -> list[Signature]:
    found: list[Signature] = []
    for chunk in column.chunks:
        if len(chunk):
            ends = np.cumsum(chunk.value_lengths().fill_null(0).to_numpy(zero_copy_only=False))
            found += np.split(chunk.flatten().to_numpy(zero_copy_only=False).astype(np.uint32), ends[:-1])
    return found


def kept_outlines(snapshot: Path) -> dict[str, Kept]:
    """What a snapshot kept, by room; nothing where an older program made it. Raises ``IntegrandError`` where it is damaged."""
    folder = snapshot / FOLDER
    if not (folder / LIST).is_file():
        return {}
    found: dict[str, Kept] = {}
    try:
        listed = json.loads((folder / LIST).read_text("utf-8"))
        for name, described in _ROOMS.items():
            rows = (folder / f"{name}.arrow").read_bytes()
            if hashlib.sha256(rows).hexdigest() != listed[name]["sha256"]:
                raise ValueError(f"{name}.arrow holds other bytes than were written")
            table = pa.ipc.open_file(pa.BufferReader(rows)).read_all()
            if not table.schema.equals(_schema(*described)):
                return {}
            kept, at = {}, 0
            for path, (digest, count) in listed[name]["segments"].items():
                kept[path] = (digest, table.slice(at, count))
                at += count
            found[name] = kept
    except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise IntegrandError(f"{folder}: cannot be read ({error})") from error
    return found
