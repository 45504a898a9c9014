"""A small site made for the crawler's tests, its source definition, and what a harvest of it gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from crawler.catalogue import Source
from evidence.archive import read_captures
from evidence.base import Base
from evidence.records import Capture

PDF = b"%PDF-1.4\n%made for a test\n"


def page(title: str, *links: tuple[str, str]) -> str:
    anchors = "\n".join(f'<p><a href="{href}">{text}</a></p>' for href, text in links)
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f'<!doctype html><html lang="en">{head}<body><main><h1>{title}</h1>{anchors}</main></body></html>'


def sitemap(origin: str, *paths: str) -> str:
    rows = "".join(f"<url><loc>{origin}{path}</loc></url>" for path in paths)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'


ORIGIN = "http://made.localhost"

FILES: dict[str, str | bytes] = {
    "robots.txt": "User-agent: *\nDisallow: /private/\n",
    "sitemap.xml": sitemap(ORIGIN, "/a.html", "/b.html", "/gone.html", "/private/c.html", "/files/one.pdf", "/files/lonely report.pdf"),
    "a.html": page("A", ("/files/one.pdf", "Report one"), ("/files/two.pdf", "Report two"), ("/deep.html", "Deeper")),
    "b.html": page("B", ("/files/one.pdf", "Read report one (PDF)"), ("/old.html", "Moved")),
    "deep.html": page("Deep", ("/deeper.html", "Too deep"), ("/files/two.pdf", "")),
    "deeper.html": page("Deeper"),
    "new.html": page("New", ("/files/three.pdf", "Report three")),
    "private/c.html": page("C"),
    "files/one.pdf": PDF + b"one",
    "files/two.pdf": PDF + b"two",
    "files/three.pdf": PDF + b"three",
    "files/lonely report.pdf": PDF + b"lonely",
}


def write_site(folder: Path, files: Mapping[str, str | bytes] = FILES) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def made_source(**changes: Any) -> Source:
    plain: dict[str, Any] = {
        "slug": "made", "name": "Made", "publisher": "Made", "origin": ORIGIN,
        "discovery": {"sitemaps": ["/sitemap.xml"]},
        "follow": {"pages": ["/"], "max_depth": 1},
        "politeness": {"delay_s": 0.0, "concurrency": 4, "retries": 1, "backoff_s": 0.05, "timeout_s": 10.0},
        "expect": {"failed_share_max": 1.0},
    }
    return Source.model_validate({**plain, **changes})


def captures(base: Base, run: str | None = None) -> dict[str, Capture]:
    """The captures of a run by path; fails where one address was captured twice."""
    found: dict[str, Capture] = {}
    for capture in read_captures(base):
        if run is None or capture.run == run:
            path = "/" + capture.url.split("/", 3)[3]
            assert path not in found, f"{path} was captured twice in {run}"
            found[path] = capture
    return found


def told(base: Base, run: str) -> set[tuple[object, ...]]:
    """What a harvest tells of each address, without time and place in the archive."""
    return {(path, one.outcome, one.status, one.reason, one.digest, one.size_bytes, one.via, one.link_text, one.depth, one.role, one.media_type)
            for path, one in captures(base, run).items()}


def warc_records(paths: Iterable[Path], kind: str) -> list[ArcWarcRecord]:
    """The records of one kind in WARC files, headers only."""
    found = []
    for path in paths:
        with open(path, "rb") as file:
            found += [record for record in ArchiveIterator(file) if record.rec_type == kind]
    return found
