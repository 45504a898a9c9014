"""People's SQL over the published snapshot: read only, without files or network, within limits of time and memory.

The statement runs in a child process (``warehouse.sql_process``) that could not write a file if it wanted to, and that is killed
when its time is up. What may run is decided there on the parsed statement, not on its text.
"""

from __future__ import annotations

import json
import os
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
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "warehouse.sql_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
    )
    try:
        out, said = child.communicate(json.dumps(task).encode(), timeout=time_limit_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise IntegrandError(
            f"the statement was stopped after {time_limit_s:g} s; narrow it down (LIMIT, a WHERE) or raise the limit"
        ) from None
    if child.returncode == 0:
        table = pa.ipc.open_stream(out).read_all()
        return Answer(table.slice(0, row_limit), table.num_rows > row_limit)
    lines = said.decode("utf-8", "replace").strip().splitlines()
    if child.returncode in (REFUSED, FAILED) and lines:
        raise (UsageError if child.returncode == REFUSED else IntegrandError)(lines[-1])
    raise IntegrandError(f"the statement used more than {memory_limit_mb} MB or {time_limit_s:g} s of computing; narrow it down")


def _environment() -> dict[str, str]:
    """Only what Python needs to start, and where this package lies: nothing of the environment is there to be read."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "VIRTUAL_ENV") if name in os.environ}
    return kept | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
