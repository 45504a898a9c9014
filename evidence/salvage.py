"""Salvage: what a killed run or a damaged disk left of the archive is kept, indexed and told of.

The archive's files are gzip members, a record each; the last record of each capture commits it. So every whole capture can be
found by itself, also behind damaged bytes.
"""

from __future__ import annotations

import io
import mmap
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from evidence.archive import CAPTURE_TYPE, CHUNK_BYTES, WARC_SUFFIX, sole_writer
from evidence.base import Base
from evidence.errors import IntegrandError
from evidence.records import Capture
from evidence.segments import PART, from_json, segment_paths, sync_and_rename, write_segment


def salvage(base: Base) -> list[str]:
    """Finishes what a killed run left: keeps the whole captures of unfinished WARC files, indexes what has no index.

    Returns one line a file in words. Needs the base's lock, and waits for a dying writer (``BaseBusy`` where it does not
    die). Torn bytes behind the last whole capture are dropped.
    """
    with sole_writer(base):
        return _salvage(base)


def _salvage(base: Base) -> list[str]:
    lines = []
    for part in sorted(base.archive.glob(f"*/*{WARC_SUFFIX}{PART}")):
        final, size = Path(str(part)[: -len(PART)]), part.stat().st_size
        found = _survey(part)
        damaged = "".join(f"; {_damaged(start, end)}" for start, end in found.damage if end <= found.whole_until)
        lines.append(f"{final.name}: {found.commits} captures kept, {size - found.whole_until} torn bytes dropped{damaged}")
        if found.commits == 0:
            part.unlink()
            continue
        os.truncate(part, found.whole_until)
        sync_and_rename(part, final)
        lines.append(_indexed(base, final, found, []))
    for path in unindexed(base):
        found = _survey(path)
        lines.append(_indexed(base, path, found, [f"{path.name}: {_damaged(*stretch)}" for stretch in found.damage]))
    return lines


def _indexed(base: Base, path: Path, found: _Survey, damage: list[str]) -> str:
    write_segment(base.captures / index_name(path), found.captures, Capture)
    return "; ".join([f"{index_name(path)}: index made from the archive", *damage])


def archive_files(base: Base) -> list[Path]:
    """The finished WARC files, by source, then name."""
    return sorted(base.archive.glob(f"*/*{WARC_SUFFIX}"))


def index_name(path: Path) -> str:
    """The segment of ``captures/`` that indexes a WARC file."""
    return path.name[: -len(WARC_SUFFIX)] + ".parquet"


def unindexed(base: Base) -> list[Path]:
    """The finished WARC files that no segment of captures tells of; ``salvage`` indexes them."""
    indexed = {path.name for path in segment_paths(base.captures)}
    return [path for path in archive_files(base) if index_name(path) not in indexed]


@dataclass(slots=True)
class _Survey:
    """What one reading of a WARC file tells: the captures it commits, how many records commit one, the end of the last of these, and the
    stretches (first byte, byte behind the last) that are no whole record."""

    captures: list[Capture] = field(default_factory=list)
    commits: int = 0
    whole_until: int = 0
    damage: list[tuple[int, int]] = field(default_factory=list)


def _survey(path: Path) -> _Survey:
    """Reads all of a file, once. Raises IntegrandError for a whole record that tells of a capture and is none."""
    found, at = _Survey(), 0
    with open(path, "rb") as file:
        for member in _members(path):
            if member.start > at:
                found.damage.append((at, member.start))
            at = member.end
            if member.commits:
                found.commits, found.whole_until = found.commits + 1, member.end
                file.seek(member.start)
                found.captures += _captures_of(path, member, file.read(member.end - member.start))
    size = path.stat().st_size
    if at < size:
        found.damage.append((at, size))
    return found


def _captures_of(path: Path, member: _Member, record_bytes: bytes) -> Iterator[Capture]:
    record = next(iter(ArchiveIterator(io.BytesIO(record_bytes))))
    if record.rec_headers.get_header("Content-Type") == CAPTURE_TYPE:
        try:
            yield from_json(Capture, record.content_stream().read())
        except ValueError as error:
            raise IntegrandError(f"{path} at {member.start}: a record of no capture ({error}); restore the file from a backup") from error


@dataclass(frozen=True, slots=True)
class _Member:
    """One gzip member of a WARC file, which is one record; ``head`` are the first bytes of the record."""

    start: int
    end: int
    head: bytes

    @property
    def commits(self) -> bool:
        return b"\r\nWARC-Type: metadata\r\n" in self.head


def _members(path: Path) -> Iterator[_Member]:
    """Each whole record of a WARC file, in order. What is damaged or torn is passed over: behind it the next whole one is looked for."""
    if path.stat().st_size == 0:
        return
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = 0
        while (at := content.find(_GZIP_MAGIC, at)) >= 0:
            member = _member_at(content, at)
            if member is not None:
                yield member
            at = member.end if member is not None else at + 1


_GZIP_MAGIC = b"\x1f\x8b\x08"
_HEAD_BYTES = 2_048


def _member_at(content: mmap.mmap, start: int) -> _Member | None:
    """The record that begins at ``start``; None where the bytes are torn, damaged or no record of ours."""
    unpacker, head, at = zlib.decompressobj(wbits=31), b"", start
    while not unpacker.eof:
        chunk = unpacker.unconsumed_tail or content[at : at + CHUNK_BYTES]
        at += 0 if unpacker.unconsumed_tail else len(chunk)
        if not chunk:
            return None
        try:
            out = unpacker.decompress(chunk, 16 * CHUNK_BYTES)
        except zlib.error:
            return None
        head = head if len(head) >= _HEAD_BYTES else (head + out)[:_HEAD_BYTES]
        if not b"WARC/".startswith(head[:5]):
            return None
    return _Member(start, at - len(unpacker.unused_data), head)


def damage_in(path: Path) -> list[str]:
    """In words, each stretch of a WARC file that is no whole record; captures that stood there are lost. Reads all of the file."""
    found, at = [], 0
    for member in _members(path):
        if member.start > at:
            found.append(_damaged(at, member.start))
        at = member.end
    size = path.stat().st_size
    return [*found, _damaged(at, size)] if at < size else found


def _damaged(start: int, end: int) -> str:
    return f"{end - start} damaged bytes at {start} passed over"


def captures_in(path: Path) -> list[Capture]:
    """The captures that a WARC file commits, in order; those whose own record is damaged are left out (``damage_in`` tells of them)."""
    return _survey(path).captures
