"""People's SQL: it answers what reads, and nothing else happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from evidence.errors import IntegrandError, UsageError
from tests.warehouse.conftest import Library
from warehouse.answer_formats import formatted
from warehouse.loading import create_database
from warehouse.sql import ended, run_sql


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT title FROM works WHERE title IS NOT NULL",
        "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
        "EXPLAIN SELECT * FROM works",
        "EXPLAIN ANALYZE SELECT 1",
        "DESCRIBE works",
        "SHOW TABLES",
        "SUMMARIZE tags",
        "FROM v_evidence LIMIT 1",
        "SELECT unnest(range(3))",
        "SELECT comment FROM duckdb_tables()",
        "SELECT 1;",
    ],
)
def test_reading_statements_are_answered(library: Library, statement: str) -> None:
    assert run_sql(library.snapshot, statement).table.num_rows > 0


@pytest.mark.parametrize(
    "statement",
    [
        "COPY works TO '{0}/out.csv'",
        "EXPLAIN ANALYZE COPY works TO '{0}/out.csv'",
        "EXPORT DATABASE '{0}/out'",
        "ATTACH '{0}/out.db'",
        "SELECT * FROM read_csv('{0}/secret.csv')",
        "SELECT * FROM '{0}/secret.csv'",
        "FROM read_text('{0}/secret.csv')",
        "FROM read_blob('{0}/secret.csv')",
        "FROM glob('{0}/*')",
        "FROM sniff_csv('{0}/secret.csv')",
        "SELECT (SELECT max(a) FROM read_csv('{0}/secret.csv'))",
        "WITH x AS (FROM read_csv('{0}/secret.csv')) FROM x",
        "FROM works, LATERAL (FROM read_json('{0}/secret.csv'))",
        "FROM query('FROM read_csv(''{0}/secret.csv'')')",
        "FROM query_table('{0}/secret.csv')",
        "PRAGMA version",
        "PRAGMA database_list",
        "CALL enable_logging()",
        "FROM enable_logging(storage = 'file', storage_path = '{0}')",
        "SELECT 1; SELECT 2",
        "SELECT 1; COPY works TO '{0}/out.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "RESET memory_limit",
        "DROP TABLE works",
        "DELETE FROM works",
        "UPDATE works SET title = ''",
        "INSERT INTO works FROM works",
        "CREATE TABLE x AS SELECT 1",
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE MACRO f() AS 1",
        "PREPARE p AS SELECT 1",
        "CHECKPOINT",
        "VACUUM",
        "USE memory",
        "BEGIN",
        "SELECT getenv('PATH')",
        "SELECT write_log('x')",
        "FROM duckdb_settings()",
        "FROM duckdb_secrets()",
        "",
        ";",
        "-- nothing",
        "SELECT",
        "SELECT nothing_such FROM works",
        "SELECT $x",
        "FROM 'https://example.org/x.parquet'",
        "SELECT " + "+".join(["1"] * 5000),
        "/* */ EXPLAIN COPY works TO '{0}/out.csv'",
    ],
)
def test_everything_else_is_refused_in_plain_words_and_leaves_no_trace(library: Library, tmp_path: Path, statement: str) -> None:
    (tmp_path / "secret.csv").write_text("a\nsecret\n")
    with pytest.raises(UsageError) as caught:
        run_sql(library.snapshot, statement.replace("{0}", str(tmp_path)))
    assert "\n" not in str(caught.value) and "Traceback" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize(
    "statement",
    [
        "WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM range(10000000000) a, range(10000000000) b",
        "SELECT list(x) FROM range(1000000000) t(x)",
        "SELECT repeat('a', 4000000000)",
    ],
)
def test_what_takes_too_long_or_too_much_is_stopped(library: Library, statement: str) -> None:
    with pytest.raises(IntegrandError, match=r"stopped after|more than|needs more"):
        run_sql(library.snapshot, statement, time_limit_s=3, memory_limit_mb=128)


def test_more_rows_than_the_limit_are_cut_and_it_says_so(library: Library) -> None:
    answer = run_sql(library.snapshot, "FROM range(50)", row_limit=10)
    assert answer.table.num_rows == 10 and answer.truncated
    assert not run_sql(library.snapshot, "FROM range(10)", row_limit=10).truncated


def test_types_survive(library: Library) -> None:
    (row,) = run_sql(library.snapshot, "SELECT authors, \"year\", unsure FROM works WHERE title = 'Pooled budgets in practice'").rows()
    assert row == {"authors": ["Nia Writer"], "year": 2015, "unsure": True}


def test_a_module_in_the_working_folder_is_not_imported_by_the_child(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "duckdb.py").write_text("raise SystemExit('this is not the database')")
    monkeypatch.chdir(tmp_path)
    assert run_sql(library.snapshot, "SELECT 1 AS one").rows() == [{"one": 1}]


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (-24, "", "more than 62 s of computing"),
        (-9, "", "stopped by the system (SIGKILL)"),
        (-6, "terminate called after throwing an instance of 'std::bad_alloc'", "needs more than 128 MB"),
        (-11, "", "ended with SIGSEGV"),
        (1, "ModuleNotFoundError: No module named 'duckdb'", "exit code 1; it said: ModuleNotFoundError: No module named 'duckdb'"),
        (1, "MemoryError", "needs more than 128 MB"),
    ],
)
def test_how_the_child_ended_is_told_as_what_it_is(code: int, said: str, expected: str) -> None:
    assert expected in ended(code, said, memory_limit_mb=128, time_limit_s=30)


def test_a_child_that_cannot_start_is_no_statement_that_needs_too_much(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.sql._environment", lambda: {"PYTHONHOME": "/nowhere"})
    with pytest.raises(IntegrandError, match="exit code 1; it said"):
        run_sql(library.snapshot, "SELECT 1")


def test_columns_of_the_same_name_are_all_there(library: Library) -> None:
    answer = run_sql(library.snapshot, "SELECT 1 AS a, 2 AS a, 3 AS a_2, 4 AS a, 5 AS b")
    assert answer.columns == ["a", "a_3", "a_2", "a_4", "b"] and list(answer.rows()[0].values()) == [1, 2, 3, 4, 5]
    assert [row["title"] == row["title_2"] for row in run_sql(library.snapshot, "SELECT title, title FROM works").rows()]
    assert json.loads(formatted(answer, "json")) == [{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4, "b": 5}]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("'infinity'::DATE", "infinity"),
        ("'-infinity'::TIMESTAMP", "-infinity"),
        ("'infinity'::TIMESTAMPTZ", "infinity"),
        ("'44-03-15 (BC)'::DATE", "0044-03-15 (BC)"),
        ("['infinity'::DATE]", "[infinity]"),
        ("{'a': 'infinity'::DATE}", "{'a': infinity}"),
        ("DATE '2024-02-03'", "2024-02-03"),
        ("INTERVAL 3 DAY", "3 days"),
        ("'nan'::DOUBLE", None),
        ("['infinity'::FLOAT]", [None]),
        ("MAP {'a': 1}", [["a", 1]]),
    ],
)
def test_values_that_json_has_not_are_text_or_null(library: Library, expression: str, told: object) -> None:
    answer = run_sql(library.snapshot, f"SELECT {expression} AS x")
    (row,) = json.loads(formatted(answer, "json"))
    assert row["x"] == told or (told is None and "NaN" not in str(row["x"]))
    for format in ("csv", "parquet"):
        assert formatted(answer, format)


def test_a_statement_dies_with_the_program_that_asked_for_it(library: Library) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom warehouse.snapshot import Snapshot\nfrom warehouse.sql import run_sql\n"
        "run_sql(Snapshot(Path(sys.argv[1])), 'SELECT count(*) FROM range(1000000000000) a, range(1000000000000) b', time_limit_s=120)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(library.snapshot.path)]) as asker:
        children: list[psutil.Process] = []
        while not children:
            assert asker.poll() is None
            children = [one for one in psutil.Process(asker.pid).children() if one.cpu_times().user > 0.5]
        asker.kill()
    assert psutil.wait_procs(children, timeout=10)[1] == []


def test_a_slow_answer_draws_no_progress_where_programs_read(library: Library, tmp_path: Path) -> None:
    """DuckDB draws a bar on standard output after two seconds, and answers are read from there."""
    for connection in (library.snapshot.connect(), create_database(tmp_path / "x.duckdb", tmp_path / "scratch")):
        with connection:
            assert connection.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)
