"""Bulk loading: rows are gathered and handed to DuckDB as Arrow tables, never inserted one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

SCHEMA = Path(__file__).with_name("schema.sql")
VIEWS = Path(__file__).with_name("views.sql")
BATCH_ROWS = 20_000


def create_database(path: Path, scratch: Path, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An empty database with the schema's tables; what does not fit in ``memory`` spills to ``scratch``."""
    connection = open_database(path, scratch, memory, threads)
    connection.execute(SCHEMA.read_text("utf-8"))
    return connection


def open_database(path: Path, scratch: Path, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A database to be written to, under the same limits."""
    connection = duckdb.connect(str(path), config={"memory_limit": memory, "threads": threads, "temp_directory": str(scratch)})
    # It would be drawn on standard output, where programs expect JSON.
    connection.execute("SET enable_progress_bar = false")
    return connection


VIEW_TABLES = {
    "v_work_tags": ("tags",),
    "v_works": ("works",),
    "v_evidence": ("tags", "works"),
    "v_findings": ("findings", "works"),
    "v_changes": ("changes", "works"),
}
"""The tables that a view's columns come from: a column that views.sql says nothing of means what it means there."""


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(VIEWS.read_text("utf-8"))
    told = {(table, column): comment for table, column, comment in connection.execute(
        "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal").fetchall()}
    for view, tables in VIEW_TABLES.items():
        for column in [column for (name, column), comment in told.items() if name == view and comment is None]:
            comment = next(told[table, column] for table in tables if (table, column) in told)
            connection.execute(f'COMMENT ON COLUMN {view}."{column}" IS {literal([comment])}')


def literal(values: Iterable[object]) -> str:
    """Ids, numbers or labels as one text in SQL, for ``string_split(…, ',')``.

    What is asked at every search goes so and not as a parameter: a parameter makes duckdb import pandas where it is installed (0.3 s of a
    cold search; duckdb 1.5.5). For what a person wrote take parameters.
    """
    return "'" + joined(values).replace("'", "''") + "'"


def joined(values: Iterable[object]) -> str:
    """Ids, numbers or labels as one parameter, for ``string_split(?, ',')``: a list as parameter costs 0.2 ms an element (duckdb 1.5.5)."""
    return ",".join(str(value) for value in values)


@contextmanager
def registered(connection: duckdb.DuckDBPyConnection, ids: Iterable[str]) -> Iterator[str]:
    """Ids as a table of one column ``id`` for the length of a block; gives the table's name."""
    connection.register("some_ids", pa.table({"id": pa.array(sorted(ids), pa.string())}))
    try:
        yield "some_ids"
    finally:
        connection.unregister("some_ids")


class Loader:
    """Gathers rows by table and loads a table's when there are enough; ``close`` (or the with block) loads the rest.

    The Arrow schema is the database's own, so that a column is declared once. A row lacks no column: a missing key raises.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, batch_rows: int = BATCH_ROWS) -> None:
        self.connection, self.batch_rows = connection, batch_rows
        self._schemas: dict[str, pa.Schema] = {}
        self._waiting: dict[str, list[dict[str, Any]]] = {}

    def add(self, rows: Mapping[str, Iterable[dict[str, Any]]]) -> None:
        for table, some in rows.items():
            waiting = self._waiting.setdefault(table, [])
            waiting.extend(some)
            if len(waiting) >= self.batch_rows:
                self._load(table)

    def close(self) -> None:
        for table in list(self._waiting):
            self._load(table)

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.close()

    def schema(self, table: str) -> pa.Schema:
        if table not in self._schemas:
            self._schemas[table] = self.connection.execute(f"SELECT * FROM {table} LIMIT 0").to_arrow_table().schema
        return self._schemas[table]

    def _load(self, table: str) -> None:
        rows, self._waiting[table] = self._waiting[table], []
        if not rows:
            return
        schema = self.schema(table)
        batch = pa.table({name: pa.array([row[name] for row in rows], schema.field(name).type) for name in schema.names}, schema=schema)
        self.connection.register("batch", batch)
        self.connection.execute(f"INSERT INTO {table} SELECT * FROM batch")
        self.connection.unregister("batch")
