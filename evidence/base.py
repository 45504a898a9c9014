"""The base on disk: where everything lies, who may write, and which run is open.

One directory holds the whole evidence base (DESIGN: the one idea). ``Base`` names its rooms; it reads and writes no
records itself beyond the run reports, which say what each run did.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evidence.errors import BaseBusy, IntegrandError, UsageError
from evidence.records import RunReport
from evidence.segments import PART, as_plain, from_json, sync_and_rename

FORMAT = 1
RESUME_WITHIN = timedelta(hours=24)
"""An older unfinished run is left as it is: what it fetched is too old to count as fetched now."""
_MARK = "base.json"


class Base:
    """The rooms of one evidence base. Making the object touches no disk; ``create`` does."""

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root).absolute()

    @property
    def archive(self) -> Path:
        return self.root / "archive"

    @property
    def captures(self) -> Path:
        return self.root / "captures"

    @property
    def all_documents(self) -> Path:
        return self.root / "documents"

    @property
    def all_tags(self) -> Path:
        return self.root / "tags"

    @property
    def decisions(self) -> Path:
        return self.root / "decisions"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def searches(self) -> Path:
        """Made when the first search is noted."""
        return self.root / "searches"

    def documents(self, extractor_version: str) -> Path:
        return self.all_documents / extractor_version

    def tags(self, classifier_version: str) -> Path:
        return self.all_tags / classifier_version

    @property
    def rooms(self) -> tuple[Path, ...]:
        return self.archive, self.captures, self.all_documents, self.all_tags, self.decisions, self.warehouse, self.runs

    @property
    def exists(self) -> bool:
        """Raises ``IntegrandError`` for a folder that cannot be looked into."""
        try:
            return (self.root / _MARK).is_file()
        except OSError as error:
            raise IntegrandError(f"{self.root}: cannot be opened ({error.strerror}); name another folder with --base") from error

    def create(self) -> Base:
        """Lays out the rooms where they are missing. Raises ``IntegrandError`` for a folder that holds something else.

        The mark comes first, so that a creation that is killed can be gone on with.
        """
        try:
            if not self.exists:
                if self.root.exists() and not self.root.is_dir():
                    raise UsageError(f"{self.root}: not a folder; name another with --base")
                if self.root.is_dir() and not self._may_become_base():
                    raise IntegrandError(f"{self.root}: is not empty and not an evidence base; name another folder with --base")
                self.root.mkdir(parents=True, exist_ok=True)
                write_text_durably(self.root / _MARK, json.dumps({"format": FORMAT}) + "\n")
            for room in self.rooms:
                room.mkdir(exist_ok=True)
        except OSError as error:
            raise IntegrandError(f"{self.root}: cannot be written ({error.strerror}); name another folder with --base") from error
        return self.require()

    def _may_become_base(self) -> bool:
        """Nothing but our rooms: all of them (a base that lost its mark), or empty ones (a killed creation).

        A folder that merely holds a full ``documents/`` or ``archive/`` is somebody's own.
        """
        beside = ("lock", self.searches.name)
        held = [one for one in self.root.iterdir() if one.name not in beside and not (one.name.startswith(_MARK) and one.suffix == PART)]
        if not all(path in self.rooms and path.is_dir() for path in held):
            return False
        return len(held) == len(self.rooms) or not any(any(path.iterdir()) for path in held)

    def require(self) -> Base:
        """This base, or ``UsageError`` where there is none, ``IntegrandError`` where a newer program wrote it."""
        if not self.exists:
            raise UsageError(f"{self.root}: no evidence base here; make one with `integrand demo`, `integrand ingest PATH` or "
                             "`integrand run`, or name it with --base")
        try:
            found = json.loads((self.root / _MARK).read_text("utf-8"))["format"]
        except (ValueError, KeyError, TypeError) as error:
            raise IntegrandError(f"{self.root / _MARK}: damaged ({error}); restore it from a backup") from error
        if found != FORMAT:
            raise IntegrandError(f"{self.root}: written in format {found}, this program knows {FORMAT}; upgrade integrand")
        return self

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the base for writing until the block ends (or the process dies). Raises ``BaseBusy`` at once where held."""
        try:
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise IntegrandError(f"{self.root}: cannot be written ({error.strerror}); it can be searched and read, not changed") from error
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                holder = os.pread(handle, 100, 0).decode("utf-8", "replace").strip() or "another process"
                raise BaseBusy(f"{self.root}: {holder} holds this base; wait for it to end or stop it") from error
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()}".encode(), 0)
            yield
        finally:
            os.close(handle)

    def open_run(self, command: str, now: datetime | None = None) -> RunReport:
        """The unfinished run of this command, to be gone on with, or a new one.

        A run that was killed is resumed under its own name, so that what it leaves is what an undisturbed run would
        have left: nothing in the base tells the two apart. After ``RESUME_WITHIN`` a new run begins instead.
        """
        moment = now or datetime.now(UTC)
        for report in self.run_reports():
            if report.finished_at is None and report.command == command and moment - report.started_at < RESUME_WITHIN:
                return report
        report = RunReport(run=f"{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", command=command, started_at=moment)
        self.save_run(report)
        return report

    def close_run(self, report: RunReport) -> RunReport:
        """Marks the run as ended and stores what it did."""
        ended = replace(report, finished_at=datetime.now(UTC))
        self.save_run(ended)
        return ended

    def save_run(self, report: RunReport) -> None:
        plain = as_plain(report)
        for key in ("started_at", "finished_at"):
            plain[key] = plain[key].isoformat() if plain[key] else None
        write_text_durably(self.runs / f"{report.run}.json", json.dumps(plain, indent=1, ensure_ascii=False) + "\n")

    def run_reports(self) -> list[RunReport]:
        """All runs, oldest first. Raises ``IntegrandError`` for a damaged report."""
        reports = []
        for path in sorted(self.runs.glob("*.json")) if self.runs.is_dir() else []:
            try:
                report = from_json(RunReport, path.read_bytes())
                if report.run != path.stem:
                    # The report is written again under its own name, which must not lead elsewhere.
                    raise ValueError(f"run: expected {path.stem!r}, found {report.run!r}")
            except (ValueError, OSError) as error:
                raise IntegrandError(f"{path}: a damaged run report ({error}); restore it from a backup or remove it") from error
            reports.append(report)
        return reports


def write_text_durably(path: Path, text: str) -> None:
    """Replaces a small file's text whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    part.write_text(text, "utf-8")
    sync_and_rename(part, path)
