"""A published snapshot on disk, and the pointer that says which one to read."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from evidence.base import Base, write_text_durably
from evidence.errors import IntegrandError, UsageError
from evidence.taxonomy.vocabulary import unknown

KEPT = 3
POINTER = "current"
_NAME = re.compile(r"(?!\.)[\w.-]{1,200}")
BUILDING = ".building"
_AWAY = "turned-away"


_MANIFEST: dict[str, type] = {
    "inputs": str, "run": str, "extractor_version": str, "classifier_version": str, "taxonomy_version": str, "encoder": str,
    "published_after": list, "counts": dict,
}
_COUNTED = ("works", "documents", "passages", "vectors")


@dataclass(frozen=True)
class Snapshot:
    """One published snapshot; nothing in its folder ever changes."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def published_at(self) -> datetime:
        """When it was made, UTC."""
        return datetime.fromtimestamp((self.path / "manifest.json").stat().st_mtime, UTC)

    @property
    def database(self) -> Path:
        return self.path / "warehouse.duckdb"

    @property
    def text(self) -> Path:
        return self.path / "text"

    @property
    def vectors(self) -> Path:
        return self.path / "vectors.npy"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the snapshot was built from. Raises ``IntegrandError`` where it is damaged or gone."""
        try:
            manifest = json.loads((self.path / "manifest.json").read_text("utf-8"))
            wrong = [key for key, kind in _MANIFEST.items() if not isinstance(manifest, dict) or not isinstance(manifest.get(key), kind)]
            if wrong or not all(isinstance(manifest["counts"].get(key), int) for key in _COUNTED):
                raise ValueError(f"manifest.json lacks {wrong[0] if wrong else 'counts'}")
        except (OSError, ValueError) as error:
            raise IntegrandError(f"{self.path}: not a readable snapshot ({error}); publish again with `integrand publish`") from error
        return dict(manifest)

    @property
    def is_readable(self) -> bool:
        """False for a folder that is damaged: a new snapshot may then take its place, nothing may be taken over from it."""
        try:
            return bool(self.manifest) and self.database.is_file()
        except IntegrandError:
            return False

    @property
    def opens(self) -> bool:
        """Whether its database can be opened and its works listed: milliseconds, so not every block of the file is read."""
        try:
            with self.connect() as connection:
                connection.execute("SELECT max(id), max(title) FROM works").fetchall()
        except (IntegrandError, duckdb.Error):
            return False
        return True

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A read-only connection. Every connection of one process to one file must be configured alike: so all come from here."""
        try:
            connection = duckdb.connect(str(self.database), read_only=True)
            # It would be drawn on standard output, where programs expect JSON.
            connection.execute("SET enable_progress_bar = false")
            return connection
        except duckdb.Error as error:
            raise IntegrandError(f"{self.database}: cannot be opened ({error}); publish again with `integrand publish`") from error


def pointed_name(base: Base) -> str | None:
    """The name in the pointer, whether or not it is there; None before the first publication.

    Raises ``IntegrandError`` for a pointer that is damaged.
    """
    pointer = base.warehouse / POINTER
    try:
        name = pointer.read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise IntegrandError(f"{pointer}: cannot be read ({why}); remove it and publish again with `integrand publish`") from error
    if name and not _NAME.fullmatch(name):
        raise IntegrandError(f"{pointer}: names {name[:80]!r}, which is no snapshot; publish again with `integrand publish`")
    return name or None


def current_snapshot(base: Base) -> Snapshot | None:
    """The snapshot to read, or None where nothing was published yet."""
    name = pointed_name(base)
    if name is None:
        return None
    path = base.warehouse / name
    if not path.is_dir():
        raise IntegrandError(f"{base.warehouse / POINTER}: names {name!r}, which is not there; publish again with `integrand publish`")
    return Snapshot(path)


def require_snapshot(base: Base) -> Snapshot:
    """Raises ``UsageError`` where nothing was published yet, ``IntegrandError`` where the snapshot lacks its manifest or database."""
    snapshot = current_snapshot(base.require())
    if snapshot is None:
        raise UsageError(f"{base.root}: nothing published yet; run `integrand publish` or `integrand run` first")
    if snapshot.manifest and not snapshot.database.is_file():
        raise IntegrandError(f"{snapshot.path}: not a readable snapshot (it has no database); publish again with `integrand publish`")
    return snapshot


def point_to(base: Base, snapshot: Snapshot) -> None:
    """From here on readers open this snapshot; those at work keep theirs."""
    try:
        write_text_durably(base.warehouse / POINTER, snapshot.name + "\n")
    except OSError as error:
        raise IntegrandError(f"{base.warehouse / POINTER}: cannot be written ({error.strerror}); remove what is there") from error


def snapshots(base: Base) -> list[Snapshot]:
    """All finished snapshots, oldest first."""
    folders = (
        [path for path in base.warehouse.iterdir() if path.is_dir() and not path.name.endswith(BUILDING)] if base.warehouse.is_dir() else []
    )
    return [Snapshot(path) for path in sorted(folders, key=lambda path: (path.stat().st_mtime_ns, path.name))]


def discard_unfinished(base: Base) -> None:
    """Removes what a killed build left."""
    for path in base.warehouse.glob(f"*{BUILDING}"):
        shutil.rmtree(path, ignore_errors=True)


def roll_back(base: Base, name: str) -> Snapshot:
    """Makes a kept snapshot the one to read; ``previous`` is the newest that was published before the current one. Needs the base's lock.

    The snapshots that were published after it are turned away from: none of them becomes current again by itself, only a new one,
    when the base's files have changed. Raises ``UsageError`` for a name that is not kept.
    """
    kept = [one for one in snapshots(base) if one.is_readable]
    current = pointed_name(base)
    if name == "previous":
        before: list[str] = next((one.manifest["published_after"] for one in kept if one.name == current), [])
        earlier = [one for one in kept if one.name in before and one.name not in turned_away(base)]
        if not earlier:
            raise UsageError(f"{base.warehouse}: no snapshot before {current} is kept; `integrand publish --list` lists those that are")
        chosen = earlier[-1]
    else:
        found = next((one for one in kept if one.name == name), None)
        if found is None:
            raise unknown("snapshot", name, [one.name for one in kept])
        chosen = found
    later = {one.name for one in kept if chosen.name in one.manifest["published_after"]}
    away = sorted((later | set(turned_away(base)).difference(chosen.manifest["published_after"])) - {chosen.name})
    write_text_durably(base.warehouse / _AWAY, "".join(f"{one}\n" for one in away))
    point_to(base, chosen)
    return chosen


def turned_away(base: Base) -> list[str]:
    """The names of the snapshots that a person rolled back from."""
    try:
        return (base.warehouse / _AWAY).read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        return []


def rolled_back_from(base: Base, current: Snapshot) -> list[Snapshot]:
    """The kept snapshots that a person turned away from to ``current``; none once something newer was published."""
    away = turned_away(base)
    return [one for one in snapshots(base) if one.name in away and one.is_readable and current.name in one.manifest["published_after"]]


def discard_old(base: Base, keep: int = KEPT) -> None:
    """Keeps the current snapshot and the newest others, ``keep`` in all; those that a person turned away from go first.

    Open files of a removed one stay readable.
    """
    away = turned_away(base)
    others = [one for one in snapshots(base) if one.name != pointed_name(base)]
    others.sort(key=lambda one: one.name not in away)
    for one in others[: max(len(others) - (keep - 1), 0)]:
        shutil.rmtree(one.path, ignore_errors=True)
