"""The keys of the schema, checked on a finished database: keys.toml says what must hold."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from evidence.errors import UsageError

_KEYS = Path(__file__).with_name("keys.toml")


@dataclass(frozen=True, slots=True)
class Foreign:
    """``columns`` of ``table``, where none is null, are found in ``target_columns`` of ``target``."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Keys:
    primary: dict[str, tuple[str, ...]]
    foreign: tuple[Foreign, ...]


@lru_cache(maxsize=1)
def keys() -> Keys:
    """Raises ``UsageError`` naming file, key and expectation."""
    primary, foreign = {}, []
    for table, content in tomllib.loads(_KEYS.read_text("utf-8"))["tables"].items():
        if not content.get("primary"):
            raise UsageError(f"{_KEYS.name}: tables.{table}.primary: expected column names")
        primary[table] = tuple(content["primary"])
        foreign += [_foreign(table, text) for text in content.get("foreign", ())]
    return Keys(primary, tuple(foreign))


def _foreign(table: str, text: str) -> Foreign:
    left, arrow, right = text.partition("->")
    targets = [one.strip().partition(".") for one in right.split(",")]
    columns = tuple(one.strip() for one in left.split(","))
    if (
        not arrow
        or len(targets) != len(columns)
        or len({target for target, _, _ in targets}) != 1
        or not all(column for _, _, column in targets)
    ):
        raise UsageError(f"{_KEYS.name}: tables.{table}.foreign: expected 'column -> table.column', found {text!r}")
    return Foreign(table, columns, targets[0][0], tuple(column for _, _, column in targets))


def key_problems(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What does not hold, in words with an example; empty where all is well."""
    problems = []
    for table, columns in keys().primary.items():
        names = ", ".join(f'"{column}"' for column in columns)
        found = connection.execute(f"SELECT {names} FROM {table} GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1").fetchone()
        if found:
            problems.append(f"{table}: more than one row for {_shown(columns, found)}")
    for one in keys().foreign:
        names = ", ".join(f't."{column}"' for column in one.columns)
        present = " AND ".join(f't."{column}" IS NOT NULL' for column in one.columns)
        same = " AND ".join(f's."{theirs}" = t."{ours}"' for ours, theirs in zip(one.columns, one.target_columns, strict=True))
        found = connection.execute(
            f"SELECT {names} FROM {one.table} t ANTI JOIN {one.target} s ON {same} WHERE {present} LIMIT 1"
        ).fetchone()
        if found:
            problems.append(f"{one.table}: {_shown(one.columns, found)} is not in {one.target}")
    return problems


def _shown(columns: tuple[str, ...], values: tuple[object, ...]) -> str:
    return ", ".join(f"{column} {value!r}" for column, value in zip(columns, values, strict=True))
