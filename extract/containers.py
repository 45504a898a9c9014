"""Files that are ZIP archives, opened so that a hostile one is refused before it is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from evidence.errors import Refused

MOST_MEMBERS = 2_000
MOST_BYTES = 300_000_000
"""All members unpacked. The largest office file of a public body seen was 90 MB, nearly all of it pictures."""
MOST_RATIO = 200
"""Deflate cannot exceed 1,032:1; XML of real office files reaches 60:1. A small member may exceed it harmlessly."""
_SMALL = 5_000_000


def open_archive(payload: bytes, most_members: int = MOST_MEMBERS, most_bytes: int = MOST_BYTES) -> zipfile.ZipFile:
    """The archive, after a look at its directory. Raises Refused for a broken, encrypted or bomb-like one.

    ``most_bytes`` bounds all members unpacked; the defaults are those of one document in a ZIP archive (office files, books).
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(payload))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(f"broken ZIP archive ({_line(error)})") from error
    members = archive.infolist()
    if not members:
        raise Refused("empty ZIP archive")
    if len(members) > most_members:
        raise Refused(f"ZIP archive of {len(members):,} members (limit {most_members:,})")
    if any(member.flag_bits & 1 for member in members):
        raise Refused("encrypted ZIP archive")
    total = sum(member.file_size for member in members)
    if total > most_bytes:
        raise Refused(f"ZIP archive unpacks to {total:,} bytes (limit {most_bytes:,})")
    for member in members:
        if member.file_size > _SMALL and member.file_size > MOST_RATIO * max(1, member.compress_size):
            raise Refused(
                f"ZIP member {member.filename[:80]!r} unpacks to {member.file_size // max(1, member.compress_size)} times its size"
            )
    return archive


def member_bytes(archive: zipfile.ZipFile, name: str, most: int = MOST_BYTES) -> bytes:
    """One member; Refused where it is broken, longer than ``most`` or longer than its directory entry says (a lying header)."""
    try:
        info = archive.getinfo(name)
        if info.file_size > most:
            raise Refused(f"ZIP member {name[:80]!r} unpacks to {info.file_size:,} bytes (limit {most:,})")
        with archive.open(info) as stream:
            data = stream.read(info.file_size + 1)
    except (KeyError, zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise Refused(f"ZIP member {name[:80]!r} cannot be read ({_line(error)})") from error
    if len(data) > info.file_size:
        raise Refused(f"ZIP member {name[:80]!r} is longer than it says")
    return data


def check_xml(archive: zipfile.ZipFile) -> None:
    """Refuses office files whose XML declares entities: no office program writes any, and they can grow without end."""
    for info in archive.infolist():
        if info.filename.lower().endswith((".xml", ".rels")):
            head = member_bytes(archive, info.filename)[:4096] if info.file_size < 4096 else _head(archive, info)
            if b"<!ENTITY" in head or b"<!DOCTYPE" in head:
                raise Refused(f"{info.filename[:80]} declares XML entities, which no office file needs")


def documents_in(archive: zipfile.ZipFile) -> Iterator[str]:
    """Names of members that may be documents, in the archive's order."""
    for info in archive.infolist():
        base = info.filename.rsplit("/", 1)[-1]
        if not info.is_dir() and base and not base.startswith((".", "~$")) and not info.filename.startswith("__MACOSX/"):
            yield info.filename


def _head(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as stream:
            return stream.read(4096)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise Refused(f"ZIP member {info.filename[:80]!r} cannot be read ({_line(error)})") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:120] or type(error).__name__
