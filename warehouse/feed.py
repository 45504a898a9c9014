"""The feed of a saved search: an Atom file (RFC 4287) of its newest hits, which any feed reader tells of once each."""

from __future__ import annotations

import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from warehouse.items import normal_doi
from warehouse.loading import joined
from warehouse.search import described
from warehouse.searches import PastSearch
from warehouse.snapshot import Snapshot

ATOM = "http://www.w3.org/2005/Atom"
MOST_ENTRIES = 50
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(snapshot: Snapshot, line: PastSearch, ids: Sequence[str], site: str | None = None) -> bytes:
    """The feed of the saved search ``line`` whose hits are ``ids``: those that came into the base last, the newest first.

    An entry's id follows from the work's alone, so that a reader knows it again whichever search brought it. It links to where the work
    is published (an address of the web: its own, its landing page's or its DOI's), and with ``site`` (the address of the base's own pages)
    to its page there; one that has neither carries its summary as content, as RFC 4287 wants. Entries carry the labels as categories.
    """
    with snapshot.connect() as connection:
        rows = connection.execute(
            "SELECT id, first_seen FROM v_works WHERE id IN (SELECT unnest(string_split(?, ','))) ORDER BY first_seen DESC NULLS LAST, id LIMIT ?",
            [joined(ids), MOST_ENTRIES]).fetchall()
        works = described(connection.cursor(), [id for id, _ in rows])
        told = connection.execute("SELECT id, summary, doi FROM works WHERE id IN (SELECT unnest(string_split(?, ',')))",
                                  [joined(id for id, _ in rows)]).fetchall()
        summaries = {id: summary for id, summary, _ in told}
        dois = {id: doi for id, _, doi in told}
    ET.register_namespace("", ATOM)
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", uuid.uuid5(uuid.NAMESPACE_URL, f"integrand search {line.name} {line.query} {sorted(line.filters.items())}").urn)
    _add(feed, "title", f"{line.name}: {_printable(line.query) or 'all works'}")
    _add(feed, "updated", _moment(max((seen for _, seen in rows if seen is not None), default=line.searched_at)))
    _add(_add(feed, "author"), "name", "integrand")
    _add(feed, "generator", "integrand")
    for work, (_, seen) in zip(works, rows, strict=True):
        _entry(feed, work, summaries[work["id"]], _published_at(work, dois[work["id"]]), seen or line.searched_at, site)
    ET.indent(feed)
    content: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _published_at(work: dict[str, Any], doi: str | None) -> str | None:
    """An address that others can open; never where a file lies on somebody's disk."""
    resolver = f"https://doi.org/{quote(normal, safe='/()')}" if (normal := normal_doi(doi)) else None
    return next((url for url in (work["url"], work["landing_url"], resolver) if url and urlsplit(url).scheme.lower() in ("http", "https")), None)


def _entry(feed: ET.Element, work: dict[str, Any], summary: str | None, url: str | None, seen: datetime, site: str | None) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", uuid.uuid5(uuid.NAMESPACE_URL, f"integrand work {work['id']}").urn)
    _add(entry, "title", work["title"] or "(untitled)")
    _add(entry, "updated", _moment(seen))
    for name in work["authors"] or [work["publisher"] or work["source"] or "no author"]:
        _add(_add(entry, "author"), "name", name)
    own = f"{site.rstrip('/')}/works/{work['id']}" if site else None
    for href, rel in ((own or url, "alternate"), (url if own else None, "via")):
        if href:
            _add(entry, "link").attrib.update(rel=rel, href=_printable(href))
    labels = {facet: [work[facet]] for facet in ("study_design", "evidence_strength") if work[facet]} | work["tags"]
    for facet, some in labels.items():
        for label in some:
            _add(entry, "category").attrib.update(term=label, scheme=f"urn:integrand:{facet}", label=label.replace("_", " "))
    told = [f"{work['study_design'] or 'design not judged'}, strength {work['evidence_strength'] or 'not judged'}".replace("_", " ")]
    _add(entry, "summary" if own or url else "content", ". ".join([*told, *([summary] if summary else [])]))


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    one = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    if text is not None:
        one.text = _printable(text)
    return one


def _printable(text: str) -> str:
    """Without the characters that XML 1.0 has not."""
    return _UNPRINTABLE.sub("", text)


def _moment(moment: datetime) -> str:
    return moment.replace(tzinfo=moment.tzinfo or UTC).isoformat()
