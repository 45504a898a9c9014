"""Scores the reading of reference entries: ``python -m tests.quality.references [-v]``.

Journal articles mark the parts of their references: the text of each is read by our rules and compared with the marked parts. Entries
that are marked but not printed (no punctuation of their own) are printed in three styles first (Vancouver, APA, Harvard). On the
transcribed PDF pages it is counted which entries are found, by their first words.

An author is right when the surname of the first is, a title when its letters are (or nine tenths of them, by ``difflib``). A part that
an entry does not have counts only when we say one: a year, a title or a DOI out of nowhere is wrong.
"""

from __future__ import annotations

import difflib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from extract.clean_text import clean
from extract.evaluation import letters
from extract.reading import Hints, read
from extract.references import parse
from tests.quality.metadata import SHARED

FLOORS = {"printed": 0.92, "styled": 0.92, "pages": 0.85}
"""The lowest share that each part may fall to among printed and styled entries; of entries found on PDF pages."""


@dataclass(frozen=True, slots=True)
class Entry:
    raw: str
    author: str | None
    year: int | None
    title: str | None
    doi: str | None


@dataclass
class Score:
    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def add(self, kind: str, part: str, right: bool, miss: str) -> None:
        self.counts[f"{kind} {part} of"] += 1
        self.counts[f"{kind} {part}"] += right
        if not right:
            self.misses.append(f"{kind:8} {part:7} {miss}")

    def rate(self, kind: str, part: str) -> float:
        return self.counts[f"{kind} {part}"] / max(1, self.counts[f"{kind} {part} of"])


def words(element: Any) -> str:
    return clean("".join(element.itertext())) if element is not None else ""


def printed(citation: Any) -> str:
    """The entry as its publisher prints it: some parts touch in the mark-up that are apart on paper."""
    return clean("".join(pieces(citation)))


def pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from pieces(child)
        yield child.tail or (" " if child.tag in ("surname", "source", "pub-id") else "")


def first(citation: Any, *names: str) -> str:
    return next((text for name in names for one in citation.iter(name) if (text := words(one))), "")


def names_of(citation: Any) -> list[tuple[str, str]]:
    """(surname, initials) of each author; of a body (name, "")."""
    found = []
    for one in citation.iter("name", "string-name", "collab"):
        surname = words(one.find("surname")) or words(one)
        given = words(one.find("given-names"))
        found.append((surname, given if given.isupper() else "".join(part[0] for part in re.split(r"[\s.-]+", given) if part)))
    return found


def entries(folder: Path) -> Iterator[tuple[str, Entry]]:
    """(kind, entry) of every marked reference that has a title; kind is ``printed`` or ``styled``."""
    for path in sorted(folder.glob("*.nxml")):
        for citation in etree.parse(str(path)).iter("mixed-citation", "element-citation"):
            names = names_of(citation)
            year = re.search(r"(?:1[89]|20)\d\d", first(citation, "year"))
            title = first(citation, "article-title", "chapter-title", "source").rstrip(".")
            doi = next((words(one).lower() for one in citation.iter("pub-id") if one.get("pub-id-type") == "doi"), None)
            number = int(year.group(0)) if year else None
            if not title or (not names and citation.tag == "element-citation"):
                continue
            if citation.tag == "mixed-citation" and sum(bool((child.tail or "").strip()) for child in citation) >= 2:
                raw = printed(citation)
                printed_doi = doi if doi and doi in raw.lower() else None
                yield "printed", Entry(raw, names[0][0] if names else None, number, title, printed_doi)
            elif len(citation) > 2 and names and number:
                for raw in styled(citation, names, number, title, doi):
                    yield "styled", Entry(raw, names[0][0], number, title, doi)


def styled(citation: Any, names: list[tuple[str, str]], year: int, title: str, doi: str | None) -> Iterator[str]:
    """The entry as Vancouver, APA and Harvard print it."""
    source = first(citation, "source") if first(citation, "article-title", "chapter-title") else ""
    volume, pages = first(citation, "volume"), "-".join(filter(None, (first(citation, "fpage"), first(citation, "lpage"))))
    dotted = [f"{surname}, {' '.join(f'{letter}.' for letter in given)}" if given else surname for surname, given in names]
    plain = [f"{surname} {given}".strip() for surname, given in names]
    mark = title if title[-1] in "?!" else f"{title}."
    tail = f" doi:{doi}" if doi else ""
    house = ": ".join(filter(None, (first(citation, "publisher-loc"), first(citation, "publisher-name"))))
    where = f" {source}. {year};{volume}:{pages}." if source else f" {house}; {year}." if house else f" {year}."
    yield clean(f"{', '.join(plain[:6])}{', et al' if len(plain) > 6 else ''}. {mark}{where}{tail}")
    listed = dotted[0] if len(dotted) == 1 else f"{', '.join(dotted[:-1])}, & {dotted[-1]}"
    yield clean(f"{listed} ({year}). {mark} {f'{source}, {volume}, {pages}.' if source else first(citation, 'publisher-name') + '.'}"
                f"{f' https://doi.org/{doi}' if doi else ''}")
    listed = plain[0] if len(plain) == 1 else f"{', '.join(plain[:-1])} and {plain[-1]}"
    quoted = f"‘{title}’," if source else f"{title}."
    yield clean(f"{listed} ({year}) {quoted} {f'{source}, {volume}, pp. {pages}.' if source else first(citation, 'publisher-loc') + '.'}{tail}")


def same(found: str | None, marked: str) -> bool:
    one, two = letters(found), letters(marked)
    return one == two or (bool(one) and difflib.SequenceMatcher(None, one, two, autojunk=False).ratio() >= 0.9)


def measure(shared: Path = SHARED) -> Score:
    score = Score()
    for kind, entry in entries(shared / "inputs" / "articles"):
        authors, year, title, doi, _ = parse(entry.raw)
        if entry.author or authors:
            right = bool(entry.author and authors) and letters(entry.author) in letters(authors[0])
            score.add(kind, "author", right, f"{entry.author!r} {list(authors[:3])} | {entry.raw}")
        score.add(kind, "year", year == entry.year, f"{entry.year} {year} | {entry.raw}")
        score.add(kind, "title", same(title, entry.title or ""), f"{entry.title!r} {title!r} | {entry.raw}")
        if entry.doi or (doi and "doi" not in entry.raw.lower()):
            score.add(kind, "doi", doi == entry.doi, f"{entry.doi} {doi} | {entry.raw}")
    for line in (shared / "gold" / "pdf_pages.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        if gold.get("references"):
            document = read((shared / gold["pdf"]).read_bytes(), Hints(name=gold["pdf"]))
            listed = [one for one in document.references if one.page == gold["page"]]
            for begin in gold["references"]:
                found = next((one for one in listed if letters(begin) in letters(one.raw[: len(begin) + 20])), None)
                said = (found.authors[:1], found.year, found.title) if found else None
                score.add("pages", "found", found is not None, f"{begin} | {said}")
                if found:
                    score.add("pages", "title", found.title is not None, f"{found.raw}")
    return score


def measured(score: Score) -> list[tuple[str, str]]:
    """(kind, part) of every rate there is."""
    names = sorted(name.removesuffix(" of").split() for name in score.counts if name.endswith(" of"))
    return [(kind, part) for kind, part in names]


def main() -> int:
    """Ends with 1 where a rate is below its floor."""
    score = measure()
    if "-v" in sys.argv:
        print("\n".join(score.misses))
    below = []
    for kind, part in measured(score):
        rate, name = score.rate(kind, part), f"{kind} {part}"
        print(f"{kind:8} {part:7} {score.counts[name]:4}/{score.counts[name + ' of']:4} = {rate:.3f}")
        if rate < FLOORS[kind]:
            below.append(name)
    print("below the floor:", ", ".join(below) or "none")
    return 1 if below else 0


if __name__ == "__main__":
    raise SystemExit(main())
