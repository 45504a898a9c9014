"""The process in which one statement of a person's SQL runs; started by ``warehouse.sql``, reads its task from standard input."""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from evidence.processes import die_with_parent

REFUSED, FAILED = 3, 4
TABLE_FUNCTIONS = frozenset((
    "range", "generate_series", "unnest", "repeat", "json_each", "json_tree", "duckdb_tables", "duckdb_columns",
    "duckdb_views", "duckdb_functions", "duckdb_types", "duckdb_keywords", "pragma_table_info"
))
"""Table functions that only compute or describe the schema. All others read files, change settings or run further SQL."""
SCALAR_FUNCTIONS_REFUSED = frozenset(("getenv", "write_log", "set_config", "json_execute_serialized_sql", "current_setting"))
ADDRESS_SPACE_MB = 3_072
"""Beside the memory limit: what the interpreter, Arrow and DuckDB reserve without using it."""
_EXPLAIN = re.compile(r"\s*EXPLAIN(?:\s+ANALYZE)?(?:\s*\([^()]*\))?\s+(?=\w|\()", re.IGNORECASE)


class NotAllowed(Exception):
    """The statement may not run; the message is for the person who wrote it."""


def check(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    """Lets one reading statement through. Raises ``NotAllowed`` for anything else."""
    try:
        statements = connection.extract_statements(statement)
    except duckdb.Error as error:
        raise NotAllowed(plain(error)) from None
    if not statements:
        raise NotAllowed("no statement was given; write one SELECT")
    if len(statements) > 1:
        raise NotAllowed(f"{len(statements)} statements were given, one at a time is allowed (PIVOT counts as several)")
    kind = statements[0].type
    if kind == duckdb.StatementType.EXPLAIN:
        inner = _EXPLAIN.sub("", statement, count=1)
        if inner == statement:
            raise NotAllowed("EXPLAIN is allowed at the beginning of a statement only; take comments away before it")
        return check(connection, inner)
    if kind != duckdb.StatementType.SELECT:
        raise NotAllowed(
            f"{kind.name} is not allowed: the warehouse is read only, and only SELECT, WITH, EXPLAIN, DESCRIBE and SHOW are answered"
        )
    parsed = json.loads((connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [statement]).fetchone() or ("{}",))[0])
    if parsed.get("error", True):
        raise NotAllowed("only SELECT, WITH, EXPLAIN, DESCRIBE and SHOW are answered")
    for node in _nodes(parsed):
        _check_node(node)
    return None


def _check_node(node: dict[str, Any]) -> None:
    name = str((node.get("function") or {}).get("function_name", "")).lower() if node.get("type") == "TABLE_FUNCTION" else ""
    if name and name not in TABLE_FUNCTIONS:
        raise NotAllowed(f"{name}() is not allowed in FROM: files, settings and further SQL are out of reach here")
    scalar = str(node.get("function_name", "")).lower()
    if node.get("class") == "FUNCTION" and scalar in SCALAR_FUNCTIONS_REFUSED:
        raise NotAllowed(f"{scalar}() is not allowed here")


def _nodes(parsed: Any) -> Iterator[dict[str, Any]]:
    """Every object of the parsed statement; a loop, as statements may be nested deeper than Python's stack."""
    waiting = [parsed]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)


def plain(error: duckdb.Error) -> str:
    """DuckDB's message on one line, without its pointer into the statement."""
    text = str(error).split("\n\nLINE")[0]
    return " ".join(text.split())


def open_locked(database: str, memory_limit_mb: int) -> duckdb.DuckDBPyConnection:
    """Read only, no files, no network, no extensions, no spilling to disk, and no way to change any of it."""
    connection = duckdb.connect(
        database,
        read_only=True,
        config={
            "memory_limit": f"{memory_limit_mb}MB",
            "threads": 2,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def limit_process(memory_limit_mb: int, time_limit_s: float) -> None:
    """Limits that hold whatever the statement does: address space, computing time, and no byte written to any file."""
    size = (memory_limit_mb + ADDRESS_SPACE_MB) * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    seconds = int(time_limit_s) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds, 2 * seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(task: dict[str, Any]) -> pa.Table:
    """Up to one row more than the limit, so that the asker knows of more."""
    connection = open_locked(task["database"], task["memory_limit_mb"])
    check(connection, task["statement"])
    result = connection.execute(task["statement"])
    batches, rows, size = [], 0, 0
    reader = result.to_arrow_reader(10_000)
    for batch in reader:
        batches.append(batch)
        rows += batch.num_rows
        size += batch.nbytes
        if size > task["memory_limit_mb"] * 2**20:
            raise MemoryError
        if rows > task["row_limit"]:
            break
    table = pa.Table.from_batches(batches, schema=reader.schema).slice(0, task["row_limit"] + 1)
    return plain_times(table.rename_columns(told_apart(table.column_names)))


def told_apart(names: list[str]) -> list[str]:
    """Column names of which no two are the same: a, a becomes a, a_2."""
    taken, found, last = set(names), list[str](), dict[str, int]()
    seen: set[str] = set()
    for name in names:
        if name in seen:
            number = last.get(name, 1) + 1
            while f"{name}_{number}" in taken:
                number += 1
            last[name], name = number, f"{name}_{number}"
            taken.add(name)
        seen.add(name)
        found.append(name)
    return found


def plain_times(table: pa.Table) -> pa.Table:
    """The table with each column of dates or times that Python or Parquet cannot hold (infinity, BC, intervals) as DuckDB prints them."""
    for at, field in enumerate(table.schema):
        if not _is_of_time(field.type):
            continue
        try:
            held = not _has_interval(field.type)
            table.column(at).to_pylist()
        except (OverflowError, ValueError, pa.ArrowException):
            held = False
        if not held:
            one = pa.table({"x": table.column(at)})
            with duckdb.connect(config={"enable_external_access": False, "threads": 1}) as connection:
                text = connection.from_arrow(one).project("x::VARCHAR AS x").to_arrow_table()
            table = table.set_column(at, field.name, text.column(0))
    return table


def _is_of_time(kind: pa.DataType) -> bool:
    if pa.types.is_nested(kind):
        return any(_is_of_time(kind.field(at).type) for at in range(kind.num_fields))
    return bool(pa.types.is_temporal(kind))


def _has_interval(kind: pa.DataType) -> bool:
    if pa.types.is_nested(kind):
        return any(_has_interval(kind.field(at).type) for at in range(kind.num_fields))
    return bool(pa.types.is_interval(kind))


def main() -> int:
    task = json.loads(sys.stdin.buffer.read())
    die_with_parent(task["parent"])
    limit_process(task["memory_limit_mb"], task["time_limit_s"])
    try:
        table = answer(task)
        with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
            stream.write_table(table)
        sys.stdout.buffer.flush()
    except NotAllowed as error:
        return _say(str(error), REFUSED)
    except (duckdb.OutOfMemoryException, MemoryError):
        return _say(f"the statement needs more than {task['memory_limit_mb']} MB; narrow it down", FAILED)
    except (duckdb.Error, pa.ArrowException, RecursionError) as error:
        return _say(
            plain(error) if isinstance(error, duckdb.Error) else f"the statement is too deep or too large ({type(error).__name__})", REFUSED
        )
    return 0


def _say(message: str, code: int) -> int:
    sys.stderr.write(message + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
