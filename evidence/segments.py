"""Segments: numbered Parquet files of records, written whole or not at all.

The Arrow schema is derived from the record's type, so that a record is defined once (``evidence.records``). A segment is
written under a temporary name, synced and renamed; a finished one is never appended to, so a reader sees all of it or
none of it, and a crash leaves at most a ``.part`` file, which readers ignore and ``discard_torn`` removes.
"""

from __future__ import annotations

import dataclasses
import os
import types
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import TypeAdapter, ValidationError

from evidence.errors import IntegrandError

PART = ".part"
_PLAIN: dict[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    bool: pa.bool_(),
    datetime: pa.timestamp("us", tz="UTC"),
}

R = TypeVar("R")


@cache
def arrow_schema(record: type) -> pa.Schema:
    """The Arrow schema of a record type; field order is that of the dataclass."""
    hints = typing.get_type_hints(record)
    return pa.schema([pa.field(f.name, _arrow_type(hints[f.name])) for f in dataclasses.fields(record)])


def _arrow_type(hint: Any) -> pa.DataType:
    if hint in _PLAIN:
        return _PLAIN[hint]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return pa.struct(list(arrow_schema(hint)))
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _arrow_type(next(one for one in inner if one is not type(None)))
    if origin is tuple and inner[-1] is Ellipsis:
        return pa.list_(_arrow_type(inner[0]))
    if origin is tuple and len(set(inner)) == 1:
        return pa.list_(_arrow_type(inner[0]))
    if origin is dict:
        return pa.map_(_arrow_type(inner[0]), _arrow_type(inner[1]))
    raise TypeError(f"no Arrow type for {hint!r}")


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """A function from a plain Python value, as Arrow gives it, to one of the hinted type."""
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint)
        readers = {f.name: _reader(hints[f.name]) for f in dataclasses.fields(hint)}
        # Most values are read as they are; a call for each of them would be most of the time.
        nested = {name: read for name, read in readers.items() if read is not _as_it_is}

        def record(value: Any) -> Any:
            fields = {name: item for name, item in value.items() if name in readers}
            for name, read in nested.items():
                if name in fields:
                    fields[name] = read(fields[name])
            return hint(**fields)

        return record
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        read = _reader(next(one for one in inner if one is not type(None)))
        return read if read is _as_it_is else lambda value: None if value is None else read(value)
    if origin is tuple:
        read = _reader(inner[0])
        return _as_tuple if read is _as_it_is else lambda value: tuple(read(item) for item in value or ())
    if origin is dict:
        return dict
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _as_tuple(value: Any) -> Any:
    return tuple(value or ())


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return list(value.items())
    return value


def as_plain(record: Any) -> Any:
    """A record as dicts and lists, for JSON; times stay ``datetime``."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: as_plain(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, (tuple, list)):
        return [as_plain(item) for item in record]
    return record


def from_plain(record: type[R], value: dict[str, Any]) -> R:
    """The record that ``as_plain`` (or a Parquet row) describes; unknown keys are left out, missing ones take defaults."""
    result: R = _reader(typing.cast(Any, record))(value)
    return result


@cache
def _checker(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(record)


def from_json(record: type[R], text: str | bytes) -> R:
    """The record that a JSON object holds, every value of its type and every time in UTC; unknown keys are left out.

    Raises ``ValueError`` that names the first key that does not fit. For files that people or other programs may have changed.
    """
    try:
        found: R = _checker(typing.cast(Any, record)).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{where}: {first['msg']}" if where else first["msg"]) from error
    times = {field.name: value for field in dataclasses.fields(typing.cast(Any, found)) if isinstance(value := getattr(found, field.name), datetime)}
    utc = {name: value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC) for name, value in times.items()}
    return typing.cast(R, dataclasses.replace(typing.cast(Any, found), **utc))


def to_table(records: Sequence[Any], record: type) -> pa.Table:
    """Records of one type as an Arrow table."""
    return pa.Table.from_pylist([_plain(one) for one in records], schema=arrow_schema(record))


def write_segment(path: Path, records: Sequence[Any], record: type) -> Path:
    """Writes ``records`` to ``path`` whole or not at all.

    Raises ``FileExistsError`` where the segment is already there: segments are never replaced.
    """
    if path.exists():
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    pq.write_table(to_table(records, record), part, compression="zstd", row_group_size=256)
    sync_and_rename(part, path)
    return path


def sync_and_rename(part: Path, path: Path) -> None:
    """Makes ``part`` durable under the name ``path``: the file's bytes first, then the folder's entry."""
    with open(part, "rb+") as handle:
        os.fsync(handle.fileno())
    os.replace(part, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def segment_paths(folder: Path) -> list[Path]:
    """The finished segments of a folder, in name order (run, then number)."""
    return sorted(folder.glob("*.parquet")) if folder.is_dir() else []


def read_segments(folder: Path, record: type[R], columns: Sequence[str] | None = None) -> Iterator[R]:
    """Every record of a folder's segments in name order; with ``columns``, the others take their defaults."""
    for path in segment_paths(folder):
        yield from read_segment(path, record, columns)


def read_segment(path: Path, record: type[R], columns: Sequence[str] | None = None) -> Iterator[R]:
    """The records of one segment, a row group at a time, so that memory is bounded by the group.

    Raises ``IntegrandError`` where the file is not readable Parquet, or lacks a column without which there is no such record.
    """
    build = _reader(typing.cast(Any, record))
    try:
        # memory_map=False and pre_buffer=False keep the resident size that of one row group.
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            _check_columns(path, file.schema_arrow, record, columns)
            for batch in file.iter_batches(batch_size=64, columns=list(columns) if columns else None):
                for row in batch.to_pylist():
                    yield build(row)
    except (pa.ArrowException, OSError, TypeError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def read_segment_table(path: Path, record: type, columns: Sequence[str]) -> pa.Table:
    """Some columns of one segment as a table of the record's own types; a column that the file lacks is filled with defaults.

    Raises ``IntegrandError`` as ``read_segment`` does.
    """
    wanted = pa.schema([arrow_schema(record).field(name) for name in columns])
    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            _check_columns(path, file.schema_arrow, record, columns)
            if all(name in file.schema_arrow.names and file.schema_arrow.field(name).type.equals(wanted.field(name).type) for name in columns):
                return file.read(columns=list(columns), use_threads=False).select(list(columns)).cast(wanted)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error
    # Written by an older program: a record knows its defaults.
    return to_table(list(read_segment(path, record, columns)), record).select(list(columns))


def from_table(path: Path, table: pa.Table, record: type[R]) -> list[R]:
    """The records that a table's rows describe; columns that it lacks take their defaults. ``path`` is named where that fails."""
    build = _reader(typing.cast(Any, record))
    try:
        return [build(row) for row in table.to_pylist()]
    except (pa.ArrowException, TypeError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def _check_columns(path: Path, found: pa.Schema, record: type, columns: Sequence[str] | None) -> None:
    """That a segment has each column that the record cannot do without, and plain values of the type they should have."""
    for field in dataclasses.fields(record):
        if columns is not None and field.name not in columns:
            continue
        at = found.get_field_index(field.name)
        wanted = arrow_schema(record).field(field.name).type
        if at < 0:
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                raise _unreadable(path, f"it has no column {field.name!r}")
        elif not pa.types.is_nested(wanted) and not found.field(at).type.equals(wanted):
            raise _unreadable(path, f"column {field.name!r} holds {found.field(at).type} in place of {wanted}")


def read_some(
    folder: Path, record: type[R], key: str, wanted: Collection[str], columns: Sequence[str] | None = None, among: Iterable[Path] | None = None,
) -> Iterator[R]:
    """The records of a folder's segments whose ``key`` (a text field) is wanted, in name order; segments without any are not read.

    ``among`` are the only segments to look into, for who knows where they stand.
    """
    sought = set(wanted)
    for path in (segment_paths(folder) if among is None else sorted(among)) if sought else ():
        if not sought.isdisjoint(row[key] for row in read_segment_columns(path, [key])):
            yield from (one for one in read_segment(path, record, columns) if getattr(one, key) in sought)


def read_columns(folder: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Some top-level columns of every row of a folder's segments, as plain dicts; nothing else is read from disk."""
    for path in segment_paths(folder):
        yield from read_segment_columns(path, columns)


def read_segment_columns(path: Path, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Some top-level columns of every row of one segment."""
    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            lacking = [name for name in columns if name not in file.schema_arrow.names]
            if lacking:
                raise _unreadable(path, f"it has no column {lacking[0]!r}")
            rows: list[dict[str, Any]] = file.read(columns=list(columns), use_threads=False).to_pylist()
            return rows
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


def smallest(path: Path, column: str) -> Any:
    """The smallest value of a column of one segment; None where it has none. Raises ``IntegrandError`` as ``read_segment_columns``."""
    try:
        with pq.ParquetFile(path, memory_map=False, pre_buffer=False) as file:
            if column not in file.schema_arrow.names:
                raise _unreadable(path, f"it has no column {column!r}")
            return pc.min(file.read(columns=[column], use_threads=False).column(0)).as_py()
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: object) -> IntegrandError:
    return IntegrandError(f"{path}: not a readable segment ({error}); restore it from a backup or remove it to redo it")


def next_number(folder: Path, run: str) -> int:
    """The number of the next segment of ``run`` in ``folder``; segments are ``<run>-<n>.parquet``, counted from 1."""
    numbers = [path.stem.rpartition("-")[2] for path in folder.glob(f"{run}-*.parquet")] if folder.is_dir() else []
    return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1


def segment_name(run: str, number: int) -> str:
    return f"{run}-{number:04d}.parquet"


class SegmentWriter:
    """Collects records and writes them as segments of at most ``size`` records; ``close`` (or the with block) writes the rest."""

    def __init__(self, folder: Path, run: str, record: type, size: int = 100) -> None:
        self.folder, self.run, self.record, self.size = folder, run, record, size
        self._number = next_number(folder, run)
        self._waiting: list[Any] = []

    def add(self, record: Any) -> None:
        self._waiting.append(record)
        if len(self._waiting) >= self.size:
            self.flush()

    def flush(self) -> None:
        """Writes what waits as one segment; nothing where nothing waits."""
        if self._waiting:
            write_segment(self.folder / segment_name(self.run, self._number), self._waiting, self.record)
            self._number += 1
            self._waiting = []

    def __enter__(self) -> SegmentWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self.flush()


def discard_torn(folders: Iterable[Path]) -> list[str]:
    """Removes unfinished Parquet segments (their rows are made again from what they were read from); returns their names."""
    torn = [path for folder in folders if folder.is_dir() for path in folder.glob("*.parquet" + PART)]
    for path in torn:
        path.unlink()
    return [path.name for path in torn]
