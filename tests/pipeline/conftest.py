"""One demonstration base for all tests that only read it; it is built once, by the command that people run."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from tests.bench.process_tree import Cost, integrand

Command = Callable[..., Cost]


@dataclass(frozen=True)
class DemoBase:
    root: Path
    printed: str


@pytest.fixture(scope="session")
def demo_base(tmp_path_factory: pytest.TempPathFactory) -> DemoBase:
    """The base that ``integrand demo`` builds; shared by the processes that run tests side by side."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    root, said = shared / "demo-base", shared / "demo-printed.txt"
    with FileLock(str(shared / "demo.lock")):
        if not said.exists():
            cost = integrand("demo", "--base", str(root))
            assert cost.code == 0, cost.err
            said.write_text(cost.out, "utf-8")
    return DemoBase(root, said.read_text("utf-8"))
