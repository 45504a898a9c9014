"""Local files and folders: which files a path names, their bytes, and their captures in the base."""

from __future__ import annotations

import mimetypes
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from evidence.archive import Archive, ArchiveWriter, read_captures, sha256
from evidence.base import Base
from evidence.errors import Refused
from evidence.records import Capture, SourceCount
from evidence.settings import settings

LOCAL = "local"
"""The source slug of what ``integrand ingest`` brings in."""
_IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that the paths name, folders walked in name order; hidden files and folders are left out.

    A path that is not there is given as it is: reading it is refused, and so it is reported like any other file.
    """
    for path in paths:
        if path.is_dir():
            for folder, inner, names in os.walk(path):
                inner[:] = sorted(name for name in inner if not name.startswith("."))
                for name in sorted(names):
                    if not name.startswith(".") and name.lower() not in _IGNORED:
                        yield Path(folder) / name
        else:
            yield path


def payload_of(path: Path) -> bytes:
    """A file's bytes. Raises ``Refused`` where it is not there, not a file, not readable, empty or too large."""
    try:
        if not path.exists():
            raise Refused("no such file")
        if not path.is_file():
            raise Refused("not a regular file")
        size = path.stat().st_size
        if size == 0:
            raise Refused("empty file")
        if size > settings().max_file_bytes:
            raise Refused(f"{size} bytes are more than INTEGRAND_MAX_FILE_BYTES allows ({settings().max_file_bytes})")
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"cannot be opened ({error.strerror})") from error


def capture_files(base: Base, run: str, paths: Iterable[Path]) -> tuple[SourceCount, list[tuple[str, str]]]:
    """Archives local files as captures of the source ``local``; returns the counts and what was refused, with reasons.

    A file whose bytes are known already under its path is captured as ``unchanged``; in a resumed run it is left alone.
    """
    latest: dict[str, Capture] = {}
    for capture in read_captures(base):
        if capture.source == LOCAL:
            latest[capture.url] = capture
    outcomes: Counter[str] = Counter()
    refusals: list[tuple[str, str]] = []
    requested = size_bytes = 0
    with Archive(base, run) as archive:
        writer = archive.writer(LOCAL)
        for path in files_in(paths):
            url = path.absolute().as_uri()
            known = latest.get(url)
            if known is not None and known.run == run:
                continue
            requested += 1
            capture = Capture(LOCAL, url, run, datetime.now(UTC), "fetched", media_type=mimetypes.guess_type(path.name)[0], role="document")
            latest[url] = _capture_file(writer, path, capture, known, refusals)
            outcomes[latest[url].outcome] += 1
            size_bytes += latest[url].size_bytes
    return SourceCount(
        LOCAL, requested=requested, fetched=outcomes["fetched"], unchanged=outcomes["unchanged"], refused=outcomes["refused"],
        size_bytes=size_bytes), refusals


def _capture_file(
    writer: ArchiveWriter, path: Path, capture: Capture, known: Capture | None, refusals: list[tuple[str, str]],
) -> Capture:
    try:
        payload = payload_of(path)
    except Refused as error:
        refusals.append((path.as_posix(), str(error)))
        return writer.add_outcome(replace(capture, outcome="refused", reason=str(error)))
    if known is not None and known.digest == sha256(payload) and known.archive_path:
        return writer.add_outcome(replace(
            capture, outcome="unchanged", digest=known.digest, size_bytes=known.size_bytes, archive_path=known.archive_path,
            archive_offset=known.archive_offset))
    return writer.add_file(capture, payload)
