"""Files that hold several documents: ZIP archives (a document a member), RIS and BibTeX files (a record an entry).

Each is handed on with bytes of its own, which ``extract.reading.read`` reads like any other payload, so that a document's id is
the digest of its payload wherever it lay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.errors import Refused
from extract import media_type as media
from extract.bibliography import split_entries
from extract.containers import documents_in, member_bytes, open_archive

MOST_MEMBERS = 10_000
MOST_BYTES = 2_000_000_000
"""All members of an archive unpacked. They are unpacked one at a time, so the bound is on time and disk, not on memory."""
MOST_MEMBER_BYTES = 300_000_000


@dataclass(frozen=True, slots=True)
class Member:
    """One document of a file that holds several; ``payload`` is None where it was refused, for ``reason``.

    ``name`` is how people find it: the member's path, or the entry's number from 1. ``key`` is how it is known again when the
    file has grown: the same path, or the entry's own identifier (cite key, ``ID``, DOI) where it has one. Both are unique in the file.
    """

    name: str
    key: str
    payload: bytes | None
    media_type: str | None = None
    reason: str | None = None


def may_hold_several(head: bytes, name: str) -> bool:
    """Whether a file that begins so (4 kB suffice) may hold several documents; ``members_of`` then knows for certain."""
    return media.sniff(head, name, None) in (media.ZIP, media.RIS, media.BIBTEX)


def members_of(payload: bytes, name: str) -> Iterator[Member] | None:
    """The documents in ``payload``, or None where it is a single document itself. ``name`` is the file's.

    Raises Refused for an archive that is broken, encrypted or a bomb, or has nothing to read in it, and for a reference file
    without entries; archives inside archives are refused one by one.
    """
    kind = media.sniff(payload, name, None)
    if kind == media.ZIP:
        return _archived(payload)
    if kind in (media.RIS, media.BIBTEX):
        return _entries(payload, kind)
    return None


def _archived(payload: bytes) -> Iterator[Member]:
    archive = open_archive(payload, MOST_MEMBERS, MOST_BYTES)
    names = list(dict.fromkeys(documents_in(archive)))
    if not names:
        raise Refused("the ZIP archive holds no document")

    def unpacked() -> Iterator[Member]:
        with archive:
            for name in names:
                try:
                    yield from _unpacked(name, member_bytes(archive, name, MOST_MEMBER_BYTES))
                except Refused as error:
                    yield Member(name, name, None, reason=str(error))

    return unpacked()


def _unpacked(name: str, payload: bytes) -> Iterator[Member]:
    if not payload.strip():
        raise Refused("empty file")
    kind = media.sniff(payload, name, None)
    if kind == media.ZIP:
        raise Refused("an archive inside an archive: unpack it first")
    if kind in (media.RIS, media.BIBTEX):
        for entry in _entries(payload, kind):
            yield Member(f"{name}!{entry.name}", f"{name}!/{entry.key}", entry.payload, kind)
    else:
        yield Member(name, name, payload, kind)


def _entries(payload: bytes, kind: str) -> Iterator[Member]:
    seen: Counter[str] = Counter()
    members = []
    for number, (key, text) in enumerate(split_entries(payload, kind), start=1):
        seen[key] += 1
        members.append(Member(str(number), key if seen[key] == 1 else f"{key}~{seen[key]}", text.encode(), kind))
    return iter(members)
