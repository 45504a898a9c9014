"""What would break: a device, a FIFO or a link replaced by a file; half a file left behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evidence.errors import IntegrandError, UsageError
from evidence.output import whole_file, write_whole


def test_what_is_no_regular_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    fifo, folder = tmp_path / "fifo", tmp_path / "folder"
    os.mkfifo(fifo)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        before = {path.name: os.lstat(path).st_mode for path in tmp_path.iterdir()}
        for path, kind in ((fifo, "FIFO"), (folder, "folder"), (tmp_path / "socket", "socket"), (Path("/dev/null"), "device")):
            with pytest.raises(UsageError, match=f"is a {kind}, no regular file"):
                write_whole(path, b"x")
            link = tmp_path / "link"
            link.symlink_to(path)
            with pytest.raises(UsageError, match=kind):
                write_whole(link, b"x")
            link.unlink()
        assert {path.name: os.lstat(path).st_mode for path in tmp_path.iterdir()} == before
    assert os.stat("/dev/null").st_rdev == os.makedev(1, 3)


def test_a_link_stays_a_link_and_its_file_gets_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "file", tmp_path / "link"
    for before in (None, b"old"):
        if before is not None:
            target.write_bytes(before)
            target.chmod(0o640)
        link.unlink(missing_ok=True)
        link.symlink_to("there/file")
        write_whole(link, b"new")
        assert link.is_symlink() and target.read_bytes() == b"new" and not target.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "x") as file:
        file.write(b"half")
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["x"] and (tmp_path / "x").read_bytes() == b"old"


def test_names_that_no_file_can_have_are_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(IntegrandError, match="File name too long"):
        write_whole(tmp_path / ("x" * 256), b"")
    write_whole(tmp_path / ("x" * 255), b"1")
    with pytest.raises(UsageError, match="no such folder"):
        write_whole(tmp_path / "none" / "x", b"")
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    with pytest.raises(IntegrandError, match="cannot be written"):
        write_whole(loop, b"")


def test_what_a_killed_writer_left_goes_with_the_next_file_and_nothing_else(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    abandoned, fresh = tmp_path / f".{gone.pid}-0123abcd.part", tmp_path / f".{gone.pid}-89ef0123.part"
    living, foreign = tmp_path / f".{os.getpid()}-0123abcd.part", tmp_path / ".backup.part"
    for path in (abandoned, fresh, living, foreign):
        path.write_bytes(b"half")
    for path in (abandoned, living, foreign):
        os.utime(path, (time.time() - 3600, time.time() - 3600))
    write_whole(tmp_path / "map.csv", b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([fresh, living, foreign, tmp_path / "map.csv"])
