"""The feed of a saved search: well formed, newest first, the same entry whichever search brings it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime

from tests.warehouse.conftest import Library
from tests.warehouse.factory import MadeBase, make_document, make_tagging, prose
from warehouse.feed import ATOM, atom
from warehouse.search import Searcher
from warehouse.searches import PastSearch
from warehouse.snapshot import require_snapshot


def line(name: str, query: str) -> PastSearch:
    return PastSearch(1, datetime(2024, 1, 9, tzinfo=UTC), query, query, {}, False, "r", 0, {}, name)


def entries(feed: bytes) -> dict[str, ET.Element]:
    return {one.findtext(f"{{{ATOM}}}title") or "": one for one in ET.fromstring(feed).iter(f"{{{ATOM}}}entry")}


def test_a_feed_tells_hits_with_what_a_reader_needs_of_them(library: Library) -> None:
    with Searcher(library.snapshot) as searcher:
        ids = searcher.search("care OR budgets").ids
    feed = atom(library.snapshot, line("care", "care OR budgets"), ids)
    root = ET.fromstring(feed)
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{{{ATOM}}}{name}"), "RFC 4287 asks for it"
    found = entries(feed)
    assert len(found) == len(ids)
    torbay = found["Integrated care in Torbay"]
    assert [one.findtext(f"{{{ATOM}}}name") for one in torbay.iter(f"{{{ATOM}}}author")] == ["Ann van Example", "The Made Foundation"]
    assert torbay.find(f"{{{ATOM}}}link").get("href") == "http://made.test/torbay.pdf"  # type: ignore[union-attr]
    assert {one.get("term") for one in torbay.iter(f"{{{ATOM}}}category")} >= {"service", "financial", "case_study", "anecdotal"}
    other = entries(atom(library.snapshot, line("other", "torbay"), ids, "http://base.test/"))["Integrated care in Torbay"]
    assert other.findtext(f"{{{ATOM}}}id") == torbay.findtext(f"{{{ATOM}}}id"), "a reader tells a work once"
    assert [one.get("href") for one in other.iter(f"{{{ATOM}}}link")] == [
        f"http://base.test/works/{library.id('torbay')}", "http://made.test/torbay.pdf"]


def test_what_came_last_comes_first_and_odd_letters_break_nothing(made: MadeBase) -> None:
    old, new = (make_document([f"Care {word}.", prose(word, 5)], title=title) for word, title in (("one", "Old"), ("two", "New \x07 & <odd>")))
    made.run([("http://made.test/old", old)], taggings=[make_tagging(old)])
    made.run([("http://made.test/new", new)], taggings=[make_tagging(new)])
    made.publish()
    feed = atom(require_snapshot(made.base), line("x", "care"), [old.id, new.id])
    assert list(entries(feed)) == ["New  & <odd>", "Old"]
    assert ET.fromstring(atom(require_snapshot(made.base), line("x", "none"), [])).findtext(f"{{{ATOM}}}updated") == "2024-01-09T00:00:00+00:00"


def test_no_entry_leads_to_a_file_of_this_machine_and_each_has_what_a_reader_asks_for(made: MadeBase) -> None:
    own, cited = (make_document([f"Care {word}.", prose(word, 5)], title=word, doi=doi) for word, doi in (("Own", None), ("Cited", "10.1234/a b")))
    made.run([("file:///home/ann/own.pdf", own), ("file:///home/ann/cited.pdf", cited)])
    made.publish()
    snapshot = require_snapshot(made.base)
    plain = atom(snapshot, line("x", "care"), [own.id, cited.id])
    assert b"file:" not in plain and b"/home/" not in plain
    found = entries(plain)
    assert found["Own"].find(f"{{{ATOM}}}link") is None and found["Own"].findtext(f"{{{ATOM}}}content"), "RFC 4287, 4.1.2: a link or a content"
    assert found["Cited"].find(f"{{{ATOM}}}link").attrib == {"rel": "alternate", "href": "https://doi.org/10.1234/a"}  # type: ignore[union-attr]
    on_site = entries(atom(snapshot, line("x", "care"), [own.id], "http://base.test"))["Own"]
    assert [one.attrib for one in on_site.iter(f"{{{ATOM}}}link")] == [{"rel": "alternate", "href": f"http://base.test/works/{own.id}"}]
