"""The files that people name with -o: written whole or not at all, and never in the place of what is no file."""

from __future__ import annotations

import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from evidence.errors import IntegrandError, UsageError
from evidence.segments import PART, sync_and_rename


def output_target(path: Path) -> Path:
    """Where bytes for ``path`` go: a link leads to the file that it names.

    Raises ``UsageError`` for a folder that is not there and for what is there and no regular file (a folder, a device, a FIFO):
    renaming a file onto a device or a FIFO would replace it for everybody. ``IntegrandError`` where it cannot be looked at.
    """
    try:
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        kind = os.stat(target).st_mode if os.path.lexists(target) else None
        folder_there = target.parent.is_dir()
    except OSError as error:
        raise IntegrandError(f"{path}: cannot be written ({error.strerror}); name another file with -o") from error
    if kind is not None and not stat.S_ISREG(kind):
        raise UsageError(f"{path}: is {_KINDS.get(stat.S_IFMT(kind), 'something special')}, no regular file; name a file with -o")
    if not folder_there:
        raise UsageError(f"{target.parent}: no such folder; make it first or write elsewhere with -o")
    return target


_KINDS = {
    stat.S_IFDIR: "a folder", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket",
}


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write into, which takes its place at ``path`` when the block ends; where it fails, all stays as it was.

    Raises as ``output_target``, and ``IntegrandError`` where it cannot be written.
    """
    target = output_target(path)
    _clear_abandoned(target.parent)
    # A short name of its own: one made from the target's could be too long for the file system.
    part = target.with_name(f".{os.getpid()}-{secrets.token_hex(4)}{PART}")
    try:
        with open(part, "xb") as file:
            if target.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
            yield file
        sync_and_rename(part, target)
    except OSError as error:
        raise IntegrandError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)


IDLE_S = 600
"""Seconds without a write after which a part whose process is gone is no other machine's work in a shared folder."""


def _clear_abandoned(folder: Path) -> None:
    """Removes what writers that were killed left in a folder: parts of ours whose process is no more and that nobody writes to."""
    for part in folder.glob(f".*{PART}"):
        name = re.fullmatch(rf"\.(\d+)-[0-9a-f]{{8}}{re.escape(PART)}", part.name)
        try:
            if name and not _runs(int(name[1])) and time.time() - part.stat().st_mtime > IDLE_S:
                part.unlink()
        except OSError:
            continue  # another writer removed it, or it is not ours to remove


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; raises as ``whole_file``."""
    with whole_file(path) as file:
        file.write(content)
