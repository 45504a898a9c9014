"""What a command costs as a whole: wall time and the memory of its process tree, sampled."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class Cost:
    """``peak_bytes``: the largest sum over the process tree of proportional set sizes (memory shared between processes counts once);
    ``parent_peak_bytes``: that of the command's own process alone."""

    code: int
    out: str
    err: str
    wall_s: float
    peak_bytes: int
    parent_peak_bytes: int


def integrand(*arguments: str, env: dict[str, str] | None = None, timeout_s: float = 1800) -> Cost:
    """Runs the command line as a person would and measures it."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli", *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env={**os.environ, **(env or {})})
    peak = _Peak(process.pid)
    peak.start()
    out, err = process.communicate(timeout=timeout_s)
    peak.stop()
    return Cost(process.returncode, out, err, time.perf_counter() - started, peak.bytes, peak.parent_bytes)


class _Peak(threading.Thread):
    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.bytes, self.parent_bytes, self._over = pid, 0, 0, threading.Event()

    def run(self) -> None:
        while not self._over.wait(SAMPLE_EVERY_S):
            sizes = tree_bytes(self.pid)
            self.bytes = max(self.bytes, sum(sizes))
            self.parent_bytes = max([self.parent_bytes, *sizes[:1]])

    def stop(self) -> None:
        self._over.set()
        self.join()


def tree_bytes(pid: int) -> list[int]:
    """Proportional set sizes of a process and of all its descendants, in bytes; what has ended is left out."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
    sizes = []
    for member in family:
        try:
            sizes.append(member.memory_full_info().pss)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return sizes
