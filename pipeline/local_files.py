"""Local files and folders: which documents a path names, their bytes, and their captures in the base."""

from __future__ import annotations

import mimetypes
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, unquote

from evidence.archive import Archive, ArchiveWriter, read_captures, sha256
from evidence.base import Base
from evidence.errors import Refused
from evidence.records import Capture, SourceCount
from evidence.settings import settings
from extract.members import Member, may_hold_several, members_of

LOCAL = "local"
"""The source slug of what ``integrand ingest`` brings in."""
_HEAD_BYTES = 4096
_IGNORED = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


def files_in(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that the paths name, folders walked in name order; hidden files and folders are left out.

    A path that is not there is given as it is: reading it is refused, and so it is reported like any other file.
    """
    for path in paths:
        if path.is_dir():
            closed: list[OSError] = []
            for folder, inner, names in os.walk(path, onerror=closed.append):
                inner[:] = sorted(name for name in inner if not name.startswith("."))
                for name in sorted(names):
                    if not name.startswith(".") and name.lower() not in _IGNORED:
                        yield Path(folder) / name
            # A folder that may not be listed is given as it is, so that it is refused and not passed over.
            yield from (Path(error.filename) for error in closed)
        else:
            yield path


def paths_without_files(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """The paths that lead to no file at all, not even a refused one in a folder, each with the reason."""
    without = []
    for path in paths:
        if path.is_dir():
            if next(files_in([path]), None) is None:
                without.append((path, "no files in this folder"))
        elif not os.path.exists(path):
            try:
                payload_of(path)
            except Refused as error:
                without.append((path, str(error)))
    return without


def payload_of(path: Path) -> bytes:
    """A file's bytes. Raises ``Refused`` where it is not there, not a file, not readable, empty or too large."""
    try:
        if not path.exists():
            raise Refused("no such file")
        if path.is_dir():
            raise Refused("a folder that cannot be listed; check its permissions")
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


@dataclass(frozen=True, slots=True)
class LocalItem:
    """One document to be: a file, or what lies in an archive or reference file.

    ``path`` names it to people (``reports.zip!2020/report.pdf``, ``library.ris!3``), ``url`` in the base. ``payload`` is None for
    a file of its own, which whoever reads it opens, and where the item was refused, for ``reason``.
    """

    path: Path
    url: str
    payload: bytes | None = None
    media_type: str | None = None
    reason: str | None = None

    @property
    def name(self) -> str:
        """The file's path, or the member's inside its archive: what the reader may judge a format or a title by."""
        return self.path.as_posix() if self.payload is None else self.path.as_posix().split("!", 1)[1]

    def read_bytes(self) -> bytes:
        """The payload. Raises ``Refused``."""
        if self.reason is not None:
            raise Refused(self.reason)
        return payload_of(self.path) if self.payload is None else self.payload


def name_of(url: str) -> str:
    """A local document as people name it: the path of its file, and its member (``reports.zip!2020/report.pdf``)."""
    return unquote(url.removeprefix("file://"), errors="replace").replace("!/", "!", 1)


def items_in(paths: Iterable[Path]) -> Iterator[LocalItem]:
    """The documents that the paths name, in order; archives and reference files are taken apart, one member in memory at a time.

    What is refused (a file that is not there, a broken archive, an archive in an archive) is an item with its reason.
    """
    for path in files_in(paths):
        url = path.absolute().as_uri()
        whole = LocalItem(path, url, media_type=mimetypes.guess_type(path.name)[0])
        try:
            members = _members(path)
            if members is None:
                yield whole
                continue
            for member in members:
                yield LocalItem(
                    Path(f"{path}!{member.name}"), f"{url}!/{quote(member.key, safe='/!')}", member.payload, member.media_type, member.reason)
        except Refused as error:
            yield replace(whole, reason=str(error))


def _members(path: Path) -> Iterator[Member] | None:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None  # whoever reads the file says why it cannot be opened
    return members_of(payload_of(path), path.name) if head and may_hold_several(head, path.name) else None


def capture_files(base: Base, run: str, paths: Iterable[Path]) -> tuple[SourceCount, list[tuple[str, str]]]:
    """Archives local documents as captures of the source ``local``; returns what the run has captured so far, counted, and what
    of it was refused, with reasons.

    Each member of an archive and each record of a reference file is a capture of its own, whose digest is its document's id.
    What is known already under its URL with the same bytes is captured as ``unchanged``; in a resumed run it is left alone.
    """
    latest: dict[str, Capture] = {}
    for capture in read_captures(base):
        if capture.source == LOCAL:
            latest[capture.url] = capture
    with Archive(base, run) as archive:
        writer = archive.writer(LOCAL)
        for item in items_in(paths):
            known = latest.get(item.url)
            if known is not None and known.run == run:
                continue
            capture = Capture(LOCAL, item.url, run, datetime.now(UTC), "fetched", media_type=item.media_type, role="document")
            latest[item.url] = _capture_item(writer, item, capture, known)
    # A resumed run counts what it captured before it was killed, too.
    made = [capture for capture in latest.values() if capture.run == run]
    outcomes = Counter(capture.outcome for capture in made)
    count = SourceCount(
        LOCAL, requested=len(made), fetched=outcomes["fetched"], unchanged=outcomes["unchanged"], refused=outcomes["refused"],
        size_bytes=sum(capture.size_bytes for capture in made))
    return count, [(name_of(capture.url), capture.reason or "") for capture in made if capture.outcome == "refused"]


def _capture_item(writer: ArchiveWriter, item: LocalItem, capture: Capture, known: Capture | None) -> Capture:
    try:
        payload = item.read_bytes()
    except Refused as error:
        return writer.add_outcome(replace(capture, outcome="refused", reason=str(error)))
    if known is not None and known.digest == sha256(payload) and known.archive_path:
        return writer.add_outcome(replace(
            capture, outcome="unchanged", digest=known.digest, size_bytes=known.size_bytes, archive_path=known.archive_path,
            archive_offset=known.archive_offset))
    return writer.add_file(capture, payload)
