"""What the base already knows of a source: this run's captures, by which a killed run is resumed, and those of earlier runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from evidence.archive import read_captures
from evidence.base import Base
from evidence.records import BODIED_OUTCOMES, READ_ROLES, Capture


@dataclass(slots=True)
class Ledger:
    """The captures of one source by URL: ``now`` those of this run, ``good`` the last of earlier runs that had a body,
    ``last`` how the URL fared in the last earlier run that asked for it."""

    now: dict[str, Capture] = field(default_factory=dict)
    good: dict[str, Capture] = field(default_factory=dict)
    last: dict[str, str] = field(default_factory=dict)

    def add(self, capture: Capture, run: str) -> None:
        """Takes in one capture; captures must come oldest run first."""
        if capture.run == run:
            self.now[capture.url] = capture
            return
        self.last[capture.url] = capture.outcome
        if capture.outcome in BODIED_OUTCOMES and capture.archive_path:
            self.good[capture.url] = capture

    def to_recheck(self) -> list[Capture]:
        """Publications once captured, which are asked for again even when nothing names them any more.

        Left out are those whose last answer was final: withdrawn, or moved to an address that is known by itself.
        """
        return [capture for url, capture in self.good.items()
                if capture.role in READ_ROLES and self.last.get(url) not in ("withdrawn", "redirected")]


def read_ledgers(base: Base, run: str, slugs: Iterable[str]) -> dict[str, Ledger]:
    """The ledger of each source, in one pass over the captures."""
    ledgers = {slug: Ledger() for slug in slugs}
    for capture in read_captures(base):
        if capture.source in ledgers:
            ledgers[capture.source].add(capture, run)
    return ledgers
