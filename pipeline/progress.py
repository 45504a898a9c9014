"""What a person sees while work goes on: a progress bar on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LINE_EVERY_S = 5.0


class Steps:
    """Counts the items of one stage; use it in a ``with`` block and call it for each item."""

    def __init__(self, stage: str, quiet: bool = False) -> None:
        self.stage, self.quiet = stage, quiet
        self.done = self.refused = 0
        self._said = time.monotonic()
        self._bar: Progress | None = None

    def __enter__(self) -> Steps:
        if not self.quiet and sys.stderr.isatty():
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[name]}"),
                console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self.stage, total=None, name="")
            self._bar.start()
        return self

    def __call__(self, name: str, refused: bool = False) -> None:
        """One item is done; ``name`` is shown."""
        self.done += 1
        self.refused += refused
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done, name=name[-60:])
        elif not self.quiet and time.monotonic() - self._said > LINE_EVERY_S:
            self._said = time.monotonic()
            say(f"{self.stage}: {self.done} done, {self.refused} refused")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()


def say(line: str) -> None:
    """One line for people, on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
