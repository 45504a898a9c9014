"""What would break: a wrong path would end a batch, a second ingest would double documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.archive import read_captures, read_payload
from evidence.base import Base
from evidence.errors import Refused
from pipeline.local_files import capture_files, files_in, payload_of


def test_folders_are_walked_in_name_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a/1.txt", "a/.hidden", ".git/x", "Thumbs.db", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.relative_to(tmp_path).as_posix() for path in files_in([tmp_path])] == ["c.txt", "a/1.txt", "b/2.txt"]
    assert list(files_in([tmp_path / "absent.pdf"])) == [tmp_path / "absent.pdf"]


@pytest.mark.parametrize(("name", "reason"), [("absent", "no such file"), ("folder", "not a regular file"), ("empty", "empty file")])
def test_what_cannot_be_read_is_refused_in_words(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").touch()
    with pytest.raises(Refused, match=reason):
        payload_of(tmp_path / name)


def test_a_second_ingest_stores_no_body_again(tmp_path: Path) -> None:
    base = Base(tmp_path / "base").create()
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("first")
    (tmp_path / "in" / "e.txt").touch()
    count, refusals = capture_files(base, "20260101T000000Z-1", [tmp_path / "in", tmp_path / "absent"])
    assert (count.fetched, count.unchanged, count.refused) == (1, 0, 2)
    assert [reason for _, reason in refusals] == ["empty file", "no such file"]
    count, _ = capture_files(base, "20260102T000000Z-1", [tmp_path / "in"])
    assert (count.fetched, count.unchanged, count.refused) == (0, 1, 1)
    (tmp_path / "in" / "a.txt").write_text("second")
    count, _ = capture_files(base, "20260103T000000Z-1", [tmp_path / "in"])
    assert count.fetched == 1
    bodies = [read_payload(base, capture) for capture in read_captures(base) if capture.archive_path]
    assert bodies == [b"first", b"first", b"second"]


def test_a_resumed_ingest_leaves_alone_what_it_has(tmp_path: Path) -> None:
    base = Base(tmp_path / "base").create()
    (tmp_path / "a.txt").write_text("first")
    capture_files(base, "run-1", [tmp_path / "a.txt"])
    count, _ = capture_files(base, "run-1", [tmp_path / "a.txt"])
    assert count.requested == 0 and len(list(read_captures(base))) == 1
