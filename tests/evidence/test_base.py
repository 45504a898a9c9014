"""What would break if the base broke: two writers at once, a killed run forgotten, somebody's folder taken for a base."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.base import Base
from evidence.errors import BaseBusy, IntegrandError, UsageError
from evidence.records import SourceCount
from evidence.settings import Settings


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"x")
    with pytest.raises(IntegrandError, match="not an evidence base"):
        Base(tmp_path).create()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_missing_base_is_wrong_usage_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no evidence base here; make one with `integrand demo`, `integrand ingest PATH` or `integrand run`"):
        Base(tmp_path / "none").require()


def test_a_base_of_a_later_format_is_not_touched(tmp_path: Path) -> None:
    base = Base(tmp_path / "b").create()
    (base.root / "base.json").write_text('{"format": 99}')
    with pytest.raises(IntegrandError, match="upgrade"):
        base.require()


def test_a_second_process_is_told_at_once_who_holds_the_base(tmp_path: Path) -> None:
    base = Base(tmp_path / "b").create()
    code = f"from evidence.base import Base\nwith Base({str(base.root)!r}).lock(): pass"
    with base.lock():
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "BaseBusy" in other.stderr and f"process {os.getpid()}" in other.stderr
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_lock_is_free_after_a_failure_inside_it(tmp_path: Path) -> None:
    base = Base(tmp_path / "b").create()
    with pytest.raises(ZeroDivisionError), base.lock():
        raise ZeroDivisionError
    with base.lock(), pytest.raises(BaseBusy), base.lock():
        pass


def test_an_unfinished_run_is_resumed_by_the_same_command_only(tmp_path: Path) -> None:
    base = Base(tmp_path / "b").create()
    first = base.open_run("run a")
    assert base.open_run("run a") == first
    assert base.open_run("run b").run != first.run
    base.close_run(first)
    assert base.open_run("run a").run != first.run


def test_an_old_unfinished_run_is_not_resumed(tmp_path: Path) -> None:
    base = Base(tmp_path / "b").create()
    old = base.open_run("run", now=datetime.now(UTC) - timedelta(days=3))
    assert base.open_run("run").run != old.run


def test_run_reports_come_back_equal(tmp_path: Path) -> None:
    base = Base(tmp_path / "b").create()
    report = replace(base.open_run("run"), sources=(SourceCount("s", fetched=3, broken=("too few pages",)),), new_works=("w",))
    closed = base.close_run(report)
    assert base.run_reports() == [closed] and closed.finished_at is not None


def test_a_damaged_run_report_is_named(tmp_path: Path) -> None:
    base = Base(tmp_path / "b").create()
    (base.runs / "x.json").write_text("{")
    with pytest.raises(IntegrandError, match=r"x\.json: a damaged run report"):
        base.run_reports()


def test_a_creation_that_was_killed_is_gone_on_with(tmp_path: Path) -> None:
    made = Base(tmp_path / "whole").create()
    entries = ["base.json", "base.json.7.part", *(room.name for room in made.rooms)]
    for kept in range(len(entries)):
        root = tmp_path / str(kept)
        root.mkdir()
        for name in entries[: kept + 1]:
            if name == "base.json":
                (root / name).write_text('{"format": 1}')
            elif name.endswith("part"):
                (root / name).touch()
            else:
                (root / name).mkdir()
        if kept % 2:
            (root / "base.json").unlink()
        assert all(room.is_dir() for room in Base(root).create().rooms)


def test_a_folder_of_somebody_that_is_named_like_a_room_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "thesis.docx").write_bytes(b"x")
    with pytest.raises(IntegrandError, match="not an evidence base"):
        Base(tmp_path).create()
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]


def test_a_base_that_cannot_be_written_or_named_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = Base(tmp_path / "b").create()

    def read_only(*_: object, **__: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", read_only)
        with pytest.raises(IntegrandError, match="Read-only file system"), base.lock():
            pass
    for call in (Base(tmp_path / ("x" * 256)).create, Base(tmp_path / ("x" * 256)).require):
        with pytest.raises(IntegrandError, match="File name too long"):
            call()


@pytest.mark.parametrize("change", [
    {"run": "../../evil"}, {"run": 3}, {"started_at": "then"}, {"sources": [{"source": 1}]}, {"totals": []}, {"stages": {"a": 1}}, {"command": None}])
def test_a_run_report_with_other_values_is_told_and_never_written_elsewhere(tmp_path: Path, change: dict[str, object]) -> None:
    base = Base(tmp_path / "b").create()
    report = base.open_run("run")
    path = base.runs / f"{report.run}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(IntegrandError, match="a damaged run report") as caught:
        base.open_run("run")
    assert next(iter(change)) in str(caught.value) and "\n" not in str(caught.value)
    path.write_text("[]")
    with pytest.raises(IntegrandError, match="a damaged run report"):
        base.run_reports()


def test_an_empty_variable_is_a_setting_that_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEGRAND_BASE", "")
    monkeypatch.setenv("INTEGRAND_WORKERS", "")
    assert Settings().base == Path("base") and Settings().workers >= 1
