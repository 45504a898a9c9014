"""What would break if the base broke: two writers at once, a killed run forgotten, somebody's folder taken for a base."""

from __future__ import annotations

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


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"x")
    with pytest.raises(IntegrandError, match="not an evidence base"):
        Base(tmp_path).create()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_missing_base_is_wrong_usage_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no evidence base here; make one"):
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
