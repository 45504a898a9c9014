"""What would break: captures lost to a kill or to a few damaged bytes, and nobody told."""

from __future__ import annotations

import multiprocessing
import os
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence import salvage as salvage_module
from evidence.archive import Archive, read_captures, read_payload, sole_writer
from evidence.base import Base
from evidence.errors import BaseBusy, IntegrandError
from evidence.salvage import damage_in, salvage
from tests.evidence.made_archive import NOW, capture, check, exchange, files, fill


def test_salvage_keeps_whole_captures_at_every_place_a_write_can_be_torn(base: Base, tmp_path: Path) -> None:
    written = fill(base, "r1", "abc")
    (path,) = files(base)
    whole = path.read_bytes()
    ends = [member.end for member in salvage_module._members(path) if member.commits]
    assert len(ends) == 3 and ends[-1] == len(whole)
    for cut in {*range(0, len(whole), 97), *ends, *(end - 1 for end in ends), *(end + 1 for end in ends[:2])}:
        torn = Base(tmp_path / f"torn-{cut}").create()
        part = torn.archive / "site" / (path.name + ".part")
        part.parent.mkdir()
        part.write_bytes(whole[:cut])
        lines = salvage(torn)
        kept = sum(end <= cut for end in ends)
        assert list(read_captures(torn)) == written[:kept], f"cut at {cut}"
        assert lines[0].startswith(f"{path.name}: {kept} captures kept, {cut - max([0, *(end for end in ends if end <= cut)])} torn bytes")
        for one in written[:kept]:
            assert read_payload(torn, one)
        assert salvage(torn) == [], "a second salvage finds something to do"
        if kept:
            check(torn)


def test_salvage_makes_the_index_that_a_kill_between_archive_and_index_left_out(base: Base) -> None:
    written = fill(base, "r1", "ab")
    for path in base.captures.glob("*.parquet"):
        path.unlink()
    assert salvage(base) == ["r1-0001.parquet: index made from the archive"]
    assert list(read_captures(base)) == written


def _hold(root: str, seconds: float) -> None:
    with sole_writer(Base(root)):
        Path(root, "held").touch()
        time.sleep(seconds)


def test_salvage_waits_for_a_writer_that_is_about_to_end_and_refuses_one_that_is_not(base: Base) -> None:
    fill(base, "r1", "a")
    writer = multiprocessing.get_context("spawn").Process(target=_hold, args=(str(base.root), 1.0))
    writer.start()
    while not (base.root / "held").exists():
        time.sleep(0.01)
    with pytest.raises(BaseBusy, match="another process still writes"), sole_writer(base, patience_s=0.1):
        pass
    assert salvage(base) == []
    writer.join()


@pytest.mark.parametrize("kind", ["zeros", "noise", "cut out", "one bit"])
def test_damage_in_a_file_costs_the_captures_that_it_hits_and_no_others(base: Base, kind: str) -> None:
    written = fill(base, "r1", "abcdefgh")
    (path,) = files(base)
    whole = path.read_bytes()
    members = list(salvage_module._members(path))
    last = [member for member in members if member.commits][2]
    for index in base.captures.glob("*.parquet"):
        index.unlink()
    middle = (last.start + last.end) // 2
    damaged = {
        "zeros": whole[: last.start] + bytes(last.end - last.start) + whole[last.end :],
        "noise": whole[:middle] + os.urandom(40) + whole[middle + 40 :],
        "cut out": whole[:middle] + whole[middle + 7 :],
        "one bit": whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1 :],
    }[kind]
    path.write_bytes(damaged)
    (line,) = salvage(base)
    assert line.startswith("r1-0001.parquet: index made from the archive; r1-0001.warc.gz: ") and f"damaged bytes at {last.start} passed over" in line
    assert [one.url for one in read_captures(base)] == [one.url for one in (*written[:2], *written[3:])]
    assert len(damage_in(path)) == 1 and salvage(base) == []
    for one in written[:2]:
        assert read_payload(base, one)


def test_an_unfinished_file_with_a_hole_keeps_what_follows_the_hole(base: Base) -> None:
    """Pages of a file reach the disk in any order: after a power cut there may be a hole before whole captures."""
    written = fill(base, "r1", "abcd")
    (path,) = files(base)
    hole = next(member for member in salvage_module._members(path) if member.commits)
    whole = path.read_bytes()
    (base.captures / "r1-0001.parquet").unlink()
    path.unlink()
    path.with_name(path.name + ".part").write_bytes(whole[: hole.start] + bytes(hole.end - hole.start) + whole[hole.end :] + b"torn")
    lines = salvage(base)
    assert lines[0] == f"r1-0001.warc.gz: 3 captures kept, 4 torn bytes dropped; {hole.end - hole.start} damaged bytes at {hole.start} passed over"
    assert list(read_captures(base)) == written[1:] and all(read_payload(base, one) for one in written[1:])


def test_an_unfinished_file_is_read_once_to_be_kept_and_indexed(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    written = fill(base, "r1", "abc")
    (path,) = files(base)
    (base.captures / "r1-0001.parquet").unlink()
    path.rename(path.with_name(path.name + ".part"))
    reads = []
    members = salvage_module._members
    monkeypatch.setattr(salvage_module, "_members", lambda read: (reads.append(read), members(read))[1])
    assert salvage(base) == ["r1-0001.warc.gz: 3 captures kept, 0 torn bytes dropped", "r1-0001.parquet: index made from the archive"]
    assert len(reads) == 1 and list(read_captures(base)) == written


def test_captures_come_in_the_order_in_which_they_were_made(base: Base) -> None:
    """A run that was killed is gone on with under its old name, after another run has finished."""
    for run, hours in (("r1", 0), ("r2", 1), ("r1", 2)):
        with Archive(base, run) as archive:
            archive.writer("site").add_exchange(capture("a", run, fetched_at=NOW + timedelta(hours=hours)), exchange(str(hours).encode()))
    assert [path.name for path in files(base)] == ["r1-0001.warc.gz", "r1-0002.warc.gz", "r2-0001.warc.gz"]
    assert [one.fetched_at for one in read_captures(base)] == [NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2)]


def test_a_damaged_index_does_not_hide_the_captures_of_others(base: Base) -> None:
    fill(base, "r1", "a")
    fill(base, "r2", "b")
    (base.captures / "r1-0001.parquet").write_bytes(b"PAR1 torn")
    found = read_captures(base)
    assert next(found).url.endswith("/b")
    with pytest.raises(IntegrandError, match="r1-0001"):
        next(found)


def test_an_index_that_leads_out_of_the_archive_is_not_followed(base: Base) -> None:
    (written,) = fill(base, "r1", "a")
    for path in ("../outside.warc.gz", "/etc/passwd", "archive/../../x"):
        with pytest.raises(IntegrandError, match="is no file of the archive"):
            read_payload(base, replace(written, archive_path=path))
