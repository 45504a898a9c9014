"""What would break if segments broke: records come back equal, and a killed writer leaves nothing half-written to readers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence import records
from evidence.errors import IntegrandError
from evidence.records import Capture
from evidence.segments import (
    PART,
    SegmentWriter,
    arrow_schema,
    as_plain,
    discard_torn,
    from_plain,
    read_columns,
    read_segment,
    read_segments,
    to_table,
    write_segment,
)

TRAVELLING = [kind for kind in vars(records).values() if dataclasses.is_dataclass(kind)]

text = st.text(max_size=30)
spans = st.builds(records.Span, st.integers(1, 9), st.integers(0, 99), st.integers(0, 99), text)
tags = st.builds(records.Tag, text, text, st.floats(0, 1), st.booleans(), text, st.none() | spans,
                 st.lists(st.builds(records.Alternative, text, st.floats(0, 1)), max_size=2).map(tuple))
taggings = st.builds(records.Tagging, text, text, text, text, st.none() | text, st.lists(tags, max_size=3).map(tuple))


def a_document(name: str = "a") -> records.Document:
    return records.Document(
        id=name, extractor_version="1", media_type="text/plain", size_bytes=3, status="ok", authors=("A", "B"),
        pages=(records.Page(1, "text", lines=(records.Line(0, 4, 1.0, 2.0, 3.0, 4.0),)),), tables=(records.Table(1, (("a", "b"), ())),),
        references=(records.Reference("raw", ("X",), 2011),), signature=(1, 2**40))


@pytest.mark.parametrize("kind", TRAVELLING, ids=lambda kind: kind.__name__)
def test_every_record_type_has_a_parquet_form(kind: type) -> None:
    assert arrow_schema(kind).names == [field.name for field in dataclasses.fields(kind)]


@given(st.lists(taggings, max_size=4))
def test_taggings_come_back_equal_through_arrow(rows: list[records.Tagging]) -> None:
    assert [from_plain(records.Tagging, row) for row in to_table(rows, records.Tagging).to_pylist()] == rows


def test_a_document_comes_back_equal_from_disk_and_from_json_shape(tmp_path: Path) -> None:
    document = a_document()
    path = write_segment(tmp_path / "run-0001.parquet", [document], records.Document)
    assert list(read_segment(path, records.Document)) == [document]
    assert from_plain(records.Document, as_plain(document)) == document


def test_times_keep_their_zone(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 1, 12, 30, 15, 250000, tzinfo=UTC)
    capture = records.Capture("s", "http://x/", "run", moment, "fetched")
    path = write_segment(tmp_path / "run-0001.parquet", [capture], records.Capture)
    [back] = read_segment(path, records.Capture)
    assert back.fetched_at == moment and back.fetched_at.utcoffset() == timedelta(0)


def test_a_segment_is_never_replaced(tmp_path: Path) -> None:
    write_segment(tmp_path / "run-0001.parquet", [a_document()], records.Document)
    with pytest.raises(FileExistsError):
        write_segment(tmp_path / "run-0001.parquet", [a_document("b")], records.Document)


def test_the_writer_numbers_on_after_what_an_earlier_process_wrote(tmp_path: Path) -> None:
    for names in (("a", "b", "c"), ("d",)):
        with SegmentWriter(tmp_path, "run", records.Document, size=2) as writer:
            for name in names:
                writer.add(a_document(name))
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["run-0001.parquet", "run-0002.parquet", "run-0003.parquet"]
    assert [document.id for document in read_segments(tmp_path, records.Document)] == ["a", "b", "c", "d"]
    assert [row["id"] for row in read_columns(tmp_path, ["id"])] == ["a", "b", "c", "d"]


def test_torn_segments_are_unseen_by_readers_and_removed(tmp_path: Path) -> None:
    path = write_segment(tmp_path / "run-0001.parquet", [a_document()], records.Document)
    (tmp_path / f"run-0002.parquet{PART}").write_bytes(path.read_bytes()[:100])
    assert len(list(read_segments(tmp_path, records.Document))) == 1
    assert discard_torn([tmp_path, tmp_path / "absent"]) == [f"run-0002.parquet{PART}"]
    assert [one.name for one in tmp_path.iterdir()] == ["run-0001.parquet"]


def test_a_damaged_segment_is_named_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "run-0001.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(IntegrandError, match=r"run-0001\.parquet: not a readable segment"):
        list(read_segments(tmp_path, records.Document))
    with pytest.raises(IntegrandError, match="not a readable segment"):
        list(read_columns(tmp_path, ["id"]))


@pytest.mark.parametrize(("change", "message"), [
    (lambda table: table.drop_columns(["url"]), "it has no column 'url'"),
    (lambda table: table.set_column(table.column_names.index("size_bytes"), "size_bytes", pa.array(["big"])), "column 'size_bytes' holds string"),
])
def test_a_segment_without_a_column_or_with_another_type_is_told(tmp_path: Path, change: Callable[[pa.Table], pa.Table], message: str) -> None:
    path = tmp_path / "r-0001.parquet"
    one = Capture("s", "http://a.test/", "r", datetime(2024, 1, 1, tzinfo=UTC), "fetched")
    pq.write_table(change(to_table([one], Capture)), path)
    with pytest.raises(IntegrandError, match=f"not a readable segment .{message}"):
        list(read_segments(tmp_path, Capture))
    with pytest.raises(IntegrandError, match="not a readable segment"):
        list(read_columns(tmp_path, ["nothing_such"]))


def test_a_column_that_is_newer_than_the_segment_takes_its_default(tmp_path: Path) -> None:
    one = Capture("s", "http://a.test/", "r", datetime(2024, 1, 1, tzinfo=UTC), "fetched", depth=3)
    pq.write_table(to_table([one], Capture).drop_columns(["depth"]), tmp_path / "r-0001.parquet")
    assert list(read_segments(tmp_path, Capture)) == [replace(one, depth=0)]
