"""Lists of known works: RIS, BibTeX, or a line each of DOI, ISBN, address or title."""

from __future__ import annotations

import re
from pathlib import Path

from evidence.errors import Refused, UsageError
from extract.bibliography import read_entry, split_entries
from extract.clean_text import decode
from extract.media_type import BIBTEX, RIS
from pipeline.local_files import payload_of
from warehouse.items import normal_doi, normal_isbn
from warehouse.recall import KnownWork

_URL_OF_ENTRY = re.compile(r"^\s*UR {1,2}- *(\S+)|^\s*url\s*=\s*[{\"]?([^}\",\s]+)", re.M | re.I)
_NAME_LENGTH = 80


def known_works(path: Path) -> list[KnownWork]:
    """The works of a list. Raises ``UsageError`` that names the file for one that cannot be read or holds none."""
    try:
        payload = payload_of(path)
        text = decode(payload)
        kind = RIS if re.search(r"^\s*TY {1,2}-", text, re.M) else BIBTEX if re.search(r"^\s*@\w+\s*[{(]", text, re.M) else None
        found = [_of_entry(key, entry, kind) for key, entry in split_entries(payload, kind)] if kind else _of_lines(text)
    except Refused as error:
        raise UsageError(f"{path}: {error}") from None
    if not found:
        raise UsageError(f"{path}: holds no work; expected RIS, BibTeX, or a DOI, ISBN, address or title a line")
    return found


def _of_entry(key: str, entry: str, kind: str) -> KnownWork:
    try:
        seen = {one.field: one.value for one in reversed(read_entry(entry.encode(), kind).seen)}
    except Refused:
        seen = {}  # without a title; it may have a DOI still
    url = _URL_OF_ENTRY.search(entry)
    doi = normal_doi(seen.get("doi")) or normal_doi(key) or (normal_doi(entry) if not seen else None)
    year = re.match(r"\d{4}", seen.get("published", ""))
    title = ": ".join(seen[name] for name in ("title", "subtitle") if name in seen) or None
    return KnownWork((title or doi or key)[:_NAME_LENGTH], doi, normal_isbn(seen.get("isbn")), (url[1] or url[2]) if url else None, title,
                     int(year[0]) if year else None)


def _of_lines(text: str) -> list[KnownWork]:
    found = []
    for line in (one.strip().lstrip("\ufeff") for one in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        name, doi = line[:_NAME_LENGTH], normal_doi(line)
        if doi:
            found.append(KnownWork(name, doi=doi))
        elif re.match(r"https?://|www\.", line, re.I):
            found.append(KnownWork(name, url=line))
        elif re.fullmatch(r"(?:ISBN[:\s-]*)?[\dXx\s-]{10,20}", line, re.I) and normal_isbn(line):
            found.append(KnownWork(name, isbn=normal_isbn(line)))
        else:
            found.append(KnownWork(name, title=line))
    return found
