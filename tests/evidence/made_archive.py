"""Makes small archives for tests, and checks them with another program."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from warcio.checker import Checker

from evidence.archive import Archive, Exchange
from evidence.base import Base
from evidence.records import Capture

NOW = datetime(2024, 3, 1, 10, 0, 0, 123456, tzinfo=UTC)
BODY = "<html>Évaluation of joined-up care</html>".encode()


def capture(name: str = "a", run: str = "r1", outcome: str = "fetched", **values: object) -> Capture:
    return replace(Capture("site", f"http://example.org/{name}", run, NOW, outcome, status=200), **values)  # type: ignore[arg-type]


def exchange(payload: bytes = BODY, status: int = 200, *headers: tuple[str, str]) -> Exchange:
    return Exchange("GET", [("Host", "example.org"), ("User-Agent", "integrand")], status, "OK", [("Content-Type", "text/html"), *headers], payload)


def fill(base: Base, run: str, names: str) -> list[Capture]:
    with Archive(base, run) as archive:
        return [archive.writer("site").add_exchange(capture(name, run), exchange(BODY + name.encode())) for name in names]


def files(base: Base) -> list[Path]:
    return sorted(base.archive.glob("*/*.warc.gz"))


def check(base: Base) -> None:
    checker = Checker(type("Command", (), {"inputs": [str(path) for path in files(base)], "verbose": False})())
    checker.process_all()
    assert checker.exit_value == 0, "warcio check fails"
