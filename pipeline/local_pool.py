"""The local engine: a function over many items in worker processes, one failing item at a time.

Each item has a wall-time limit, each worker a memory limit. An item that crashes its worker, hangs it or outgrows it is
refused with a reason; the others go on (pebble replaces the worker). Workers die with their parent, so that a killed run
leaves nobody behind who could still write.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from evidence.errors import IntegrandError
from evidence.processes import die_with_parent

T = TypeVar("T")
R = TypeVar("R")
_AHEAD = 2
START_WITHIN_S = 180.0
"""The oldest task waits for nothing but a worker's start (imports and models: 2 to 60 s on a busy machine)."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T, R]):
    """What became of one item: ``value``, or the ``reason`` for which it was refused. ``wall_s`` is the worker's time."""

    item: T
    value: R | None
    reason: str | None
    wall_s: float


def _start_worker(prepare: Callable[[], None] | None, memory_bytes: int | None) -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if prepare is not None:
        prepare()
    if memory_bytes is not None:
        limit = _address_space_bytes() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _address_space_bytes() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _timed(function: Callable[[Any], Any], item: Any) -> tuple[Any, str | None, float]:
    started = time.perf_counter()
    try:
        return function(item), None, time.perf_counter() - started
    except IntegrandError as error:
        return None, str(error), time.perf_counter() - started
    except MemoryError:
        gc.collect()
        return None, "needs more memory than one document may take (INTEGRAND_DOCUMENT_MEMORY_BYTES)", time.perf_counter() - started
    except RecursionError:
        return None, "is nested too deeply to be read", time.perf_counter() - started
    except Exception as error:
        # A defect of a reader must cost one document and be visible; the run report keeps the words.
        return None, f"the reader failed ({type(error).__name__}: {error})".replace("\n", " ")[:300], time.perf_counter() - started


class LocalPool:
    """A pool of worker processes; use it in a ``with`` block.

    ``prepare`` runs once in each worker (loads models); ``memory_bytes`` is what a worker may use on top of that.
    """

    def __init__(
        self, workers: int, timeout_s: float, memory_bytes: int | None = None, prepare: Callable[[], None] | None = None,
    ) -> None:
        self.timeout_s, self._window = timeout_s, workers * _AHEAD
        self._pool = ProcessPool(
            max_workers=workers, initializer=_start_worker, initargs=(prepare, memory_bytes), context=multiprocessing.get_context("spawn"))

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[Outcome[T, R]]:
        """Outcomes in the order of ``items``, which is drawn from only a little ahead of what is done."""
        waiting: deque[tuple[T, Any]] = deque()
        for item in items:
            try:
                waiting.append((item, self._pool.schedule(_timed, args=(function, item), timeout=self.timeout_s)))
            except RuntimeError as error:
                raise IntegrandError("the workers could not be started; `integrand doctor` says what this machine lacks") from error
            if len(waiting) >= self._window:
                yield self._finish(*waiting.popleft())
        while waiting:
            yield self._finish(*waiting.popleft())

    def _finish(self, item: T, future: Any) -> Outcome[T, R]:
        try:
            self._await_start(future)
            value, reason, wall_s = future.result()
            return Outcome(item, value, reason, wall_s)
        except CancelledError:
            return Outcome(item, None, "was lost with the worker that should have read it", 0.0)
        except FutureTimeoutError:
            return Outcome(item, None, f"took longer than {self.timeout_s:g} s (INTEGRAND_DOCUMENT_TIMEOUT_S)", self.timeout_s)
        except BrokenProcessPool as error:
            # No worker could be prepared at all: that is no fault of the item.
            raise IntegrandError("the workers could not be started; `integrand doctor` says what this machine lacks") from error
        except ProcessExpired as error:
            code = getattr(error, "exitcode", None)
            return Outcome(item, None, f"crashed its reader (exit {code})", 0.0)

    def _await_start(self, future: Any) -> None:
        """Waits until the task runs; cancels one that does not although nothing stands before it.

        A worker that dies while it takes a task from the queue takes the task with it, and no time limit has begun.
        """
        deadline = time.monotonic() + START_WITHIN_S
        while not (future.running() or future.done()):
            if time.monotonic() > deadline:
                future.cancel()
                raise CancelledError
            time.sleep(0.005)

    def __enter__(self) -> LocalPool:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._pool.close()  # type: ignore[no-untyped-call]
        else:
            self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
