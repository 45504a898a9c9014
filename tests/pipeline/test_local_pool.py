"""What would break if the pool broke: one bad document would cost the batch, or a hang would never end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future

import pytest

from evidence.errors import Refused
from pipeline import local_pool
from pipeline.local_pool import LocalPool


def test_a_task_that_was_lost_with_its_worker_is_refused_and_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_pool, "START_WITHIN_S", 0.2)
    with LocalPool(1, timeout_s=5) as pool:
        never_started: Future[str] = Future()
        outcome = pool._finish("a", never_started)
    assert outcome.value is None and "lost with the worker" in (outcome.reason or "")


def behave(how: str) -> str:
    if how == "refuse":
        raise Refused("is a picture of a cat")
    if how == "bug":
        raise ValueError("two\nlines")
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "hang":
        time.sleep(60)
    if how == "memory":
        return "x" * len(bytearray(3 * 2**30))
    return how.upper()


@pytest.mark.slow
def test_each_failing_item_is_refused_with_its_reason_and_the_rest_is_done_in_order() -> None:
    items = ["a", "refuse", "crash", "b", "bug", "hang", "memory", "c"]
    with LocalPool(2, timeout_s=5, memory_bytes=512 * 2**20) as pool:
        outcomes = list(pool.map(behave, items))
    assert [one.item for one in outcomes] == items
    assert [one.value for one in outcomes if one.value] == ["A", "B", "C"]
    reasons = {one.item: one.reason or "" for one in outcomes if one.value is None}
    assert reasons["refuse"] == "is a picture of a cat"
    assert reasons["bug"] == "the reader failed (ValueError: two lines)"
    assert "crashed its reader" in reasons["crash"]
    assert "took longer than 5 s" in reasons["hang"]
    assert "more memory" in reasons["memory"]


def test_items_are_drawn_only_a_little_ahead() -> None:
    drawn: list[int] = []

    def items() -> object:
        for number in range(50):
            drawn.append(number)
            yield str(number)

    with LocalPool(1, timeout_s=30) as pool:
        stream = pool.map(behave, items())  # type: ignore[arg-type]
        next(stream)
        assert len(drawn) <= 3


CHILD = """
import os, sys, time
from pipeline import local_pool
from pipeline.local_pool import LocalPool
def work(n):
    sys.stdout.write(f"{os.getpid()}\\n"); sys.stdout.flush(); time.sleep(60)
if __name__ == "__main__":
    with LocalPool(1, timeout_s=100) as pool:
        list(pool.map(work, [1]))
"""


@pytest.mark.slow
def test_workers_die_with_a_killed_parent(tmp_path: object) -> None:
    script = os.path.join(str(tmp_path), "parent.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write(CHILD)
    parent = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for _ in range(50):
        if not os.path.exists(f"/proc/{worker}"):
            return
        time.sleep(0.1)
    pytest.fail("a worker outlived its killed parent")
