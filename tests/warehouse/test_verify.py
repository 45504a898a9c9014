"""Verification: a sound base is sound, and every kind of damage is found and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evidence.records import Capture, Document, Tagging
from evidence.salvage import index_name, salvage
from evidence.segments import arrow_schema, read_segment, to_table
from tests.warehouse.conftest import Library, make_library
from tests.warehouse.factory import MadeBase, made_taxonomy
from warehouse import build
from warehouse import verify as verify_module
from warehouse.verify import Verification, verify


def verified(made: MadeBase) -> Verification:
    return verify(made.base, extractor_version="x1", classifier_version="c1", taxonomy=made_taxonomy())


def test_a_sound_base_is_sound_and_says_what_was_checked(library: Library) -> None:
    result = verified(library.made)
    assert result.problems == [] and result.sound
    assert result.checked["payloads"] == 7 and result.checked["documents"] == 7 and result.checked["works"] == 5
    assert (
        result.checked["spans"] > 20 and result.checked["rows of passages"] == result.checked["passages"] > 10 and result.checked["rows of tags"] > 10
    )


@pytest.fixture
def damaged(tmp_path: Path) -> Library:
    return make_library(MadeBase(tmp_path / "base"))


def rewritten(folder: Path, record: type, change: Callable[[object], object]) -> None:
    path = sorted(folder.glob("*.parquet"))[0]
    records = [change(one) for one in read_segment(path, record)]
    pq.write_table(to_table(records, record), path)


def moved_span(tagging: Tagging) -> Tagging:
    tag = tagging.tags[0]
    assert tag.span
    return replace(tagging, tags=(replace(tag, span=replace(tag.span, start=tag.span.start + 1)), *tagging.tags[1:]))


def wrong_page(tagging: Tagging) -> Tagging:
    tag = tagging.tags[0]
    assert tag.span
    return replace(tagging, tags=(replace(tag, span=replace(tag.span, page=9)), *tagging.tags[1:]))


def spanless(tagging: Tagging) -> Tagging:
    return replace(tagging, tags=(replace(tagging.tags[0], span=None), *tagging.tags[1:]))


@pytest.mark.parametrize(("change", "message"), [(moved_span, "is not the quote"), (wrong_page, "is not on page 9"), (spanless, "has no span")])
def test_a_span_that_does_not_hold_is_found(damaged: Library, change: Callable[[object], object], message: str) -> None:
    rewritten(damaged.made.base.tags("c1"), Tagging, change)
    result = verified(damaged.made)
    assert any(message in problem for problem in result.problems)
    assert any("tags of document" in problem for problem in result.problems), "the snapshot no longer says what the files say"


def test_a_passage_outside_of_its_page_is_found(damaged: Library) -> None:
    rewritten(
        damaged.made.base.documents("x1"), Document, lambda one: replace(one, passages=tuple(replace(p, end=p.end + 10_000) for p in one.passages))
    )  # type: ignore[attr-defined]
    assert any("does not lie on page" in problem for problem in verified(damaged.made).problems)


def test_an_overwritten_payload_is_found(damaged: Library) -> None:
    path = sorted(damaged.made.base.archive.glob("*/*.warc.gz"))[0]
    bytes_ = bytearray(path.read_bytes())
    for at in range(900, len(bytes_) - 200, 300):
        bytes_[at] ^= 0xFF
    path.write_bytes(bytes(bytes_))
    assert any(path.name in problem for problem in verified(damaged.made).problems)


def test_a_missing_archive_file_is_found(damaged: Library) -> None:
    sorted(damaged.made.base.archive.glob("*/*.warc.gz"))[0].unlink()
    assert len(verified(damaged.made).problems) >= 4


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE passages SET text = 'other' WHERE number = 0",
        "UPDATE tags SET quote = 'other' WHERE said_by = 'machine'",
        "DELETE FROM findings",
        "UPDATE works SET shown_document = (SELECT max(id) FROM documents)",
        "UPDATE documents SET title = 'other' WHERE title IS NOT NULL",
        "DELETE FROM aliases; DELETE FROM labels",
        "UPDATE works SET id = 'x' WHERE id = (SELECT max(id) FROM works)",
    ],
)
def test_a_changed_row_of_the_snapshot_is_found(damaged: Library, sql: str) -> None:
    with duckdb.connect(str(damaged.snapshot.database)) as connection:
        connection.execute(sql)
    result = verified(damaged.made)
    assert result.problems and all("\n" not in problem for problem in result.problems)


def test_files_that_are_newer_than_the_snapshot_are_told(damaged: Library) -> None:
    damaged.made.run([("http://made.test/torbay.pdf", 304)])
    assert any("run `integrand publish`" in problem for problem in verified(damaged.made).problems)


def test_a_damaged_segment_is_told_and_does_not_end_the_check(damaged: Library) -> None:
    sorted(damaged.made.base.documents("x1").glob("*.parquet"))[0].write_bytes(b"PAR1 torn")
    result = verified(damaged.made)
    assert any("not a readable segment" in problem for problem in result.problems) and result.checked["payloads"] == 7


def test_a_tagging_without_its_document_is_told(damaged: Library) -> None:
    path = sorted(damaged.made.base.documents("x1").glob("*.parquet"))[0]
    pq.write_table(pa.Table.from_pylist([], schema=arrow_schema(Document)), path)
    assert any("there is no such document" in problem for problem in verified(damaged.made).problems)


def test_damage_in_the_archive_that_hides_captures_is_found(damaged: Library) -> None:
    """A damaged file whose index was lost gives an index that knows nothing of what stood in the damaged stretch."""
    base = damaged.made.base
    path = sorted(base.archive.glob("*/*.warc.gz"))[0]
    index = base.captures / index_name(path)
    before = len(list(read_segment(index, Capture)))
    index.unlink()
    assert any("are not indexed" in problem for problem in verified(damaged.made).problems)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 100] = bytes(100)
    path.write_bytes(content)
    salvage(base)
    assert 0 < len(list(read_segment(index, Capture))) < before
    assert any(path.name in problem and "damaged bytes at" in problem for problem in verified(damaged.made).problems)


def test_a_snapshot_of_another_version_of_the_program_is_told_as_one(damaged: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (build, verify_module):
        monkeypatch.setattr(module, "builder_version", lambda: "newer")
    assert [problem.partition(": ")[2] for problem in verified(damaged.made).problems] == [
        "another version of the program built it; run `integrand publish`"]
