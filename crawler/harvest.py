"""Harvesting: what the rest of the program calls. The crawling itself goes on in a process of its own (``crawler.worker``)."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import IO, Any

from crawler.catalogue import Source
from evidence.base import Base
from evidence.errors import BaseBusy, IntegrandError, SourceBroken, UsageError
from evidence.records import Capture, SourceCount
from evidence.segments import from_plain

Progress = Callable[[Capture], None]


def harvest(base: Base, run: str, sources: Sequence[Source], *, limit: int | None = None, since: date | None = None,
            progress: Progress | None = None, contact: str = "") -> tuple[SourceCount, ...]:
    """Harvests ``sources`` into the base under the run's name and returns their counts in the same order.

    The caller holds the base's lock and has called ``evidence.archive.salvage``. A run that was killed is gone on with by
    calling this again with its name: what it captured is not asked for again. ``limit`` bounds the pages and the files of
    each source, each; ``since`` passes over what a sitemap or feed dates earlier. ``progress`` is told of each new capture.
    ``contact`` is the address that sites are told in the User-Agent.

    A source that breaks its expectations is named in ``SourceCount.broken`` and raises nothing here
    (``crawler.expectations.require_unbroken`` does). Raises ``IntegrandError`` where the base cannot be read or written.
    """
    slugs = [source.slug for source in sources]
    if len(set(slugs)) != len(slugs):
        raise UsageError(f"{', '.join(sorted(slugs))}: a source is named twice")
    if not sources:
        return ()
    errand = {
        "base": str(base.root), "run": run, "sources": [source.model_dump(mode="json") for source in sources], "limit": limit,
        "since": since.isoformat() if since else None, "parent": os.getpid(),
        "contact": contact,
    }
    with tempfile.TemporaryFile() as complaints:
        worker = _start(errand, complaints)
        try:
            result = _listen(worker, progress)
        finally:
            # Whatever ended the listening, no writer is left behind; what it wrote is whole or salvaged.
            worker.kill()
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                with contextlib.suppress(BrokenPipeError):
                    if pipe is not None:
                        pipe.close()
        if result is None:
            complaints.seek(0)
            last = complaints.read().decode("utf-8", "replace").strip().splitlines()[-1:]
            raise IntegrandError(f"the crawling process ended early ({last[0] if last else f'exit code {worker.returncode}'}); "
                                 "run the same command again to go on where it stopped")
    return result


def _start(errand: dict[str, Any], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """Starts the worker and gives it its errand; stdin stays open for as long as it may live."""
    # The worker finds its packages where this process did, wherever it was started; -P keeps the current folder out.
    path = os.pathsep.join(dict.fromkeys(entry or os.getcwd() for entry in sys.path))
    worker = subprocess.Popen(
        [sys.executable, "-P", "-m", "crawler.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"})
    assert worker.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        # A worker that is gone already is met when its answers end.
        worker.stdin.write(json.dumps(errand).encode() + b"\n")
        worker.stdin.flush()
    return worker


def _listen(worker: subprocess.Popen[bytes], progress: Progress | None) -> tuple[SourceCount, ...] | None:
    """Passes on what the worker tells until it ends; the counts, or None where it ended without."""
    assert worker.stdout is not None
    for line in worker.stdout:
        told = json.loads(line)
        if "capture" in told:
            if progress is not None:
                plain = told["capture"]
                progress(from_plain(Capture, {**plain, "fetched_at": datetime.fromisoformat(plain["fetched_at"])}))
        elif "error" in told:
            raise _error(told["error"], told["exit_code"])
        else:
            return tuple(from_plain(SourceCount, plain) for plain in told["counts"])
    return None


def _error(message: str, exit_code: int) -> IntegrandError:
    kinds: dict[int, type[IntegrandError]] = {kind.exit_code: kind for kind in (UsageError, SourceBroken, BaseBusy)}
    return kinds.get(exit_code, IntegrandError)(message)
