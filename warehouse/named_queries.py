"""The named queries: one .sql file each in queries/, opening with a comment that says question, grain and parameters.

    -- question: Which works appeared since a day?
    -- grain: a row a work
    -- parameter since (date, default 1900-01-01): the first day

In the statement a parameter is ``$since``. Types are text, integer, number, date and month, and the kinds of ``warehouse.known_values``
(facet, place, "label of theme"): a value that the snapshot does not know is wrong usage, and no empty answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb

from evidence.errors import UsageError
from evidence.taxonomy.vocabulary import unknown
from warehouse.known_values import KINDS, checked_value, is_kind
from warehouse.snapshot import Snapshot
from warehouse.sql import Answer

FOLDER = Path(__file__).with_name("queries")
_PARAMETER = re.compile(r"parameter (\w+) \((\w+(?: of \w+)?)(?:, default (.*?))?\): (.+)")


def _month(text: str) -> str:
    return f"{date.fromisoformat(text + '-01'):%Y-%m}" if text else ""


TYPES: dict[str, Callable[[str], Any]] = {"text": str, "integer": int, "number": float, "date": date.fromisoformat, "month": _month}
_FORMS = {"date": "a date (YYYY-MM-DD)", "month": "a month (YYYY-MM)", "integer": "an integer"}


@dataclass(frozen=True)
class Parameter:
    """``default`` is None where a value must be given; a text parameter's default may be empty."""

    name: str
    type: str
    default: str | None
    meaning: str

    def value(self, given: str, connection: duckdb.DuckDBPyConnection) -> Any:
        """The value as its type. Raises ``UsageError`` for one that is none, or that the snapshot does not know."""
        if is_kind(self.type):
            try:
                return given if given == self.default else checked_value(connection, self.type, given)
            except UsageError as error:
                raise UsageError(f"parameter {self.name}: {error}") from None
        try:
            return TYPES[self.type](given)
        except ValueError:
            raise UsageError(
                f"parameter {self.name}: expected {_FORMS.get(self.type, f'a {self.type}')}, found {given!r}"
            ) from None


@dataclass(frozen=True)
class NamedQuery:
    name: str
    question: str
    grain: str
    parameters: tuple[Parameter, ...]
    sql: str


@lru_cache(maxsize=4)
def list_queries(folder: Path = FOLDER) -> dict[str, NamedQuery]:
    """All named queries by name. Raises ``UsageError`` naming file, key and expectation for one that is not well formed."""
    return {path.stem: _read(path) for path in sorted(folder.glob("*.sql"))}


def _read(path: Path) -> NamedQuery:
    sql = path.read_text("utf-8")
    found: dict[str, str] = {}
    parameters: list[Parameter] = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        content = line[2:].strip()
        match = _PARAMETER.fullmatch(content)
        if match:
            parameters.append(Parameter(match[1], match[2], match[3], match[4]))
        elif content.partition(":")[0] in ("question", "grain"):
            key, _, value = content.partition(":")
            found[key] = value.strip()
        else:
            raise UsageError(
                f"{path.name}: opening comment: expected 'question: …', 'grain: …' or 'parameter name (type, default x): …', "
                f"found {content!r}"
            )
    for key in ("question", "grain"):
        if not found.get(key):
            raise UsageError(f"{path.name}: {key}: expected one in the opening comment")
    used = set(re.findall(r"\$([a-z_]\w*)", sql))
    if used != {parameter.name for parameter in parameters} or not all(one.type in TYPES or is_kind(one.type) for one in parameters):
        raise UsageError(f"{path.name}: parameter: expected one of type {', '.join((*TYPES, *KINDS))} or label of a facet for each of {sorted(used)}")
    return NamedQuery(path.stem, found["question"], found["grain"], tuple(parameters), sql)


def run_query(snapshot: Snapshot, name: str, parameters: Mapping[str, str] | None = None) -> Answer:
    """The answer to a named query; ``parameters`` as text, by name. Raises ``UsageError`` for unknown names, missing or wrong values."""
    queries = list_queries()
    if name not in queries:
        raise unknown("query", name, queries)
    query, given = queries[name], dict(parameters or {})
    known = [parameter.name for parameter in query.parameters]
    for strange in given:
        if strange not in known:
            raise unknown(f"parameter of {name}", strange, known or ["none"])
    texts: dict[str, str] = {}
    for parameter in query.parameters:
        text = given.get(parameter.name, parameter.default)
        if text is None:
            raise UsageError(f"query {name}: give the parameter {parameter.name} ({parameter.meaning}): -p {parameter.name}=…")
        texts[parameter.name] = text
    with snapshot.connect() as connection:
        values = {parameter.name: parameter.value(texts[parameter.name], connection) for parameter in query.parameters}
        try:
            return Answer(
                connection.execute(query.sql, values).to_arrow_table() if values else connection.execute(query.sql).to_arrow_table()
            )
        except duckdb.Error as error:
            raise UsageError(f"query {name}: {str(error).splitlines()[0]}") from error
