"""People's SQL over the published snapshot: read only, without files or network, within limits of time and memory.

The statement runs in a child process (``warehouse.sql_process``) that could not write a file if it wanted to, and that is killed
when its time is up. What may run is decided there on the parsed statement, not on its text.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from evidence.errors import IntegrandError, UsageError
from warehouse.snapshot import Snapshot

TIME_LIMIT_S = 30.0
MEMORY_LIMIT_MB = 1024
ROW_LIMIT = 100_000
REFUSED, FAILED = 3, 4
"""Exit codes of the child: the statement may not run, or it went wrong."""


@dataclass(frozen=True)
class Answer:
    """The rows of a query as an Arrow table; ``truncated`` where there were more than the limit."""

    table: pa.Table
    truncated: bool = False

    @property
    def columns(self) -> list[str]:
        return list(self.table.column_names)

    def rows(self) -> list[dict[str, Any]]:
        """A dict a row. Column names are unique; dates and times that Python has no value for (infinity) are text by then."""
        found: list[dict[str, Any]] = self.table.to_pylist()
        return found


def run_sql(
    snapshot: Snapshot,
    statement: str,
    *,
    time_limit_s: float = TIME_LIMIT_S,
    memory_limit_mb: int = MEMORY_LIMIT_MB,
    row_limit: int = ROW_LIMIT,
) -> Answer:
    """The answer to one SELECT (or WITH, EXPLAIN, DESCRIBE, SHOW, SUMMARIZE).

    Raises ``UsageError`` in plain words for a statement that may not run or that is wrong, ``IntegrandError`` where it takes too
    long or too much memory.
    """
    task = {
        "database": str(snapshot.database),
        "statement": statement,
        "memory_limit_mb": memory_limit_mb,
        "row_limit": row_limit,
        "time_limit_s": time_limit_s,
        "parent": os.getpid(),
    }
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "warehouse.sql_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    try:
        out, said = child.communicate(json.dumps(task).encode(), timeout=time_limit_s)
    except BaseException as error:
        child.kill()
        child.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise  # Ctrl-C, too, leaves no statement running
        raise IntegrandError(
            f"the statement was stopped after {time_limit_s:g} s; narrow it down (LIMIT, a WHERE) or raise the limit"
        ) from None
    if child.returncode == 0:
        table = pa.ipc.open_stream(out).read_all()
        return Answer(table.slice(0, row_limit), table.num_rows > row_limit)
    lines = said.decode("utf-8", "replace").strip().splitlines()
    if child.returncode in (REFUSED, FAILED) and lines:
        raise (UsageError if child.returncode == REFUSED else IntegrandError)(lines[-1])
    raise IntegrandError(ended(child.returncode, lines[-1] if lines else "", memory_limit_mb, time_limit_s))


_OUT_OF_MEMORY = ("MemoryError", "bad_alloc", "Cannot allocate memory", "cannot allocate memory")


def ended(code: int, said: str, memory_limit_mb: int, time_limit_s: float) -> str:
    """How the child ended, in words: only what shows that a limit was met is told as one."""
    name = signal.Signals(-code).name if code < 0 and -code in set(signal.Signals) else ""
    if name == "SIGXCPU":
        return f"the statement used more than {2 * (int(time_limit_s) + 1)} s of computing; narrow it down"
    if any(sign in said for sign in _OUT_OF_MEMORY):
        return f"the statement needs more than {memory_limit_mb} MB; narrow it down"
    told = f"; it said: {said}" if said else ""
    if name == "SIGKILL":
        return f"the statement was stopped by the system (SIGKILL), as when memory runs out{told}"
    return f"the statement could not be answered: its process ended with {name or f'exit code {code}'}{told}"


def _environment() -> dict[str, str]:
    """Only what Python needs to start, and where this package lies: nothing of the environment is there to be read."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV") if name in os.environ}
    return kept | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
