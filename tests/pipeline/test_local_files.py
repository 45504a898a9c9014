"""What would break: a wrong path would end a batch, a second ingest would double documents."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from evidence.archive import read_captures, read_payload, sha256
from evidence.base import Base
from evidence.errors import Refused
from pipeline.local_files import capture_files, files_in, items_in, payload_of
from pipeline.stages import extract
from tests.bench.process_tree import integrand

RECORDS = "TY  - RPRT\nTI  - Sharing an office\nAB  - Two teams came to share one office and one budget.\nER  - \n" + (
    "TY  - JOUR\nID  - b2\nTI  - On offices\nER  - \nTY  - JOUR\nAU  - Nobody, Ann\nER  - \n")


def make_archive(folder: Path) -> Path:
    path = folder / "all.zip"
    inner = folder / "inner.zip"
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("a.txt", "deeper")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("our reports/a.txt", "Two teams came to share one office and one budget, as they had planned.")
        file.writestr("b.ris", RECORDS)
        file.write(inner, "inner.zip")
    inner.unlink()
    return path


def test_folders_are_walked_in_name_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b/2.txt", "a/1.txt", "a/.hidden", ".git/x", "Thumbs.db", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [path.relative_to(tmp_path).as_posix() for path in files_in([tmp_path])] == ["c.txt", "a/1.txt", "b/2.txt"]
    assert list(files_in([tmp_path / "absent.pdf"])) == [tmp_path / "absent.pdf"]


@pytest.mark.parametrize(("name", "reason"), [("absent", "no such file"), ("folder", "a folder that cannot be listed"), ("empty", "empty file")])
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
    (tmp_path / "e.txt").touch()
    count, refusals = capture_files(base, "run-1", [tmp_path / "a.txt", tmp_path / "e.txt"])
    resumed = capture_files(base, "run-1", [tmp_path / "a.txt", tmp_path / "e.txt"])
    assert resumed == (count, refusals) and (count.fetched, count.refused) == (1, 1)
    assert len(list(read_captures(base))) == 2


def test_members_and_records_are_captures_whose_digests_are_their_documents_ids(tmp_path: Path) -> None:
    base, path = Base(tmp_path / "base").create(), make_archive(tmp_path)
    count, refusals = capture_files(base, "run-1", [path])
    assert (count.requested, count.fetched, count.refused) == (5, 4, 1)
    assert refusals == [(f"{path}!inner.zip", "an archive inside an archive: unpack it first")]
    captures = {capture.url.removeprefix(path.as_uri()): capture for capture in read_captures(base)}
    keys = list(captures)
    assert keys[0] == "!/our%20reports/a.txt" and keys[2] == "!/b.ris!/b2" and len(keys) == 5
    kept = [capture for capture in captures.values() if capture.digest]
    assert [sha256(read_payload(base, capture)) for capture in kept] == [capture.digest for capture in kept]
    stage = extract(base, "run-1", {})
    assert stage.done == 3 and [reason for _, reason in stage.refusals] == ["the entry has no title"]


def test_a_second_ingest_of_an_archive_stores_nothing_again(tmp_path: Path) -> None:
    base, path = Base(tmp_path / "base").create(), make_archive(tmp_path)
    first, _ = capture_files(base, "run-1", [path])
    size = sum(file.stat().st_size for file in base.archive.rglob("*.warc.gz"))
    again, _ = capture_files(base, "run-2", [path])
    assert (again.fetched, again.unchanged) == (0, first.fetched)
    places = {(capture.url, capture.archive_path, capture.archive_offset) for capture in read_captures(base) if capture.digest}
    assert len(places) == first.fetched and size > 0
    assert capture_files(base, "run-2", [path])[0] == again


def test_a_broken_archive_is_refused_as_one_file(tmp_path: Path) -> None:
    whole = make_archive(tmp_path).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[: len(whole) // 2])
    items = list(items_in([tmp_path / "cut.zip"]))
    assert [(item.path, bool(item.reason)) for item in items] == [(tmp_path / "cut.zip", True)]


def test_one_line_a_member_and_a_record_on_the_command_line(tmp_path: Path) -> None:
    path = make_archive(tmp_path)
    (tmp_path / "c.ris").write_text(RECORDS)
    cost = integrand("read", str(path), str(tmp_path / "c.ris"), "--json")
    answers = [json.loads(line) for line in cost.out.splitlines()]
    assert cost.code == 1
    said = [(one["path"].removeprefix(f"{tmp_path}/"), one["status"]) for one in answers]
    assert said == [
        ("all.zip!our reports/a.txt", "ok"), ("all.zip!b.ris!1", "ok"), ("all.zip!b.ris!2", "ok"), ("all.zip!b.ris!3", "refused"),
        ("all.zip!inner.zip", "refused"), ("c.ris!1", "ok"), ("c.ris!2", "ok"), ("c.ris!3", "refused")]
    assert answers[1]["title"] == "Sharing an office" and "one budget" in answers[1]["pages"][0]["text"]
