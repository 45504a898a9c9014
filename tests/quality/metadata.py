"""Scores titles, years, authors and publishers against ``gold/documents.jsonl``: ``python -m tests.quality.metadata``.

A title is right when its letters and digits equal those printed (case, punctuation and spacing aside), or when the two differ only
in a little (0.9 by ``difflib``). Authors are compared by their letters; articles whose authors are not labelled are left out.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evidence.errors import Refused
from evidence.records import Document
from extract.reading import Hints, read

SHARED = Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


@dataclass
class Score:
    """Counts by measure; ``misses`` are lines for people."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def rate(self, name: str) -> float:
        total = self.counts[f"{name}_of"]
        return self.counts[name] / total if total else float("nan")

    def authors_f1(self) -> float:
        right, said, printed = (self.counts[key] for key in ("authors_right", "authors_said", "authors_printed"))
        return 2 * right / (said + printed) if said + printed else float("nan")


def letters(text: str | None) -> str:
    folded = unicodedata.normalize("NFKD", text or "").casefold()
    return re.sub(r"[\W_]+", "", "".join(char for char in folded if not unicodedata.combining(char)))


def same_title(found: str | None, printed: str) -> bool:
    one, two = letters(found), letters(printed)
    return one == two or (bool(one) and difflib.SequenceMatcher(None, one, two, autojunk=False).ratio() >= 0.9)


def judge(gold: dict[str, object], document: Document, score: Score, name: str) -> None:
    """Adds one document to the score."""
    title, date, publisher = (str(gold[key]) if gold.get(key) else None for key in ("title", "date", "publisher"))
    authors = [str(author) for author in gold.get("authors") or []]  # type: ignore[attr-defined]
    if title:
        score.counts["title_of"] += 1
        score.counts["title"] += same_title(document.title, title)
        if not same_title(document.title, title):
            score.misses.append(f"title     {name}\n    printed {title}\n    read    {document.title} [{document.title_source}]")
    if date:
        year = re.search(r"(?:19|20)\d\d", date)
        right = year is not None and (document.published or "")[:4] == year.group(0)
        score.counts["year_of"] += 1
        score.counts["year"] += right
        if not right:
            score.misses.append(f"year      {name}: printed {date}, read {document.published}")
    else:
        score.counts["no_year_of"] += 1
        score.counts["no_year"] += document.published is None
    if authors or not name.endswith(".nxml"):
        want, got = {letters(author) for author in authors}, {letters(author) for author in document.authors}
        score.counts["authors_right"] += len(want & got)
        score.counts["authors_said"] += len(got)
        score.counts["authors_printed"] += len(want)
        if want != got:
            score.misses.append(f"authors   {name}\n    printed {authors}\n    read    {list(document.authors)}")
    if publisher:
        score.counts["publisher_of"] += 1
        right = letters(publisher) in letters(document.publisher) or (
            bool(document.publisher) and letters(document.publisher) in letters(publisher)
        )
        score.counts["publisher"] += right
        if not right:
            score.misses.append(f"publisher {name}: printed {publisher}, read {document.publisher}")


def measure(shared: Path = SHARED) -> Score:
    """Reads every labelled document."""
    score = Score()
    lines = (shared / "gold" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        gold = json.loads(line)
        path = shared / gold["path"]
        try:
            document = read(path.read_bytes(), Hints(name=path.name))
        except Refused as error:
            score.misses.append(f"refused   {path.name}: {error}")
            continue
        judge(gold, document, score, path.name)
    return score


FLOORS = {"title": 0.95, "year": 0.90, "authors": 0.85}
"""Lowest rates that metadata may fall to on the gold documents; no_year and publisher are reported without a floor."""


def main() -> int:
    score = measure()
    print("\n".join(sorted(score.misses)))
    for name in ("title", "year", "no_year", "publisher"):
        print(f"{name:10} {score.counts[name]:3}/{score.counts[name + '_of']:3} = {score.rate(name):.3f}")
    right, said, printed = (score.counts[key] for key in ("authors_right", "authors_said", "authors_printed"))
    print(f"authors    F1 {score.authors_f1():.3f} ({right} right of {said} read, {printed} printed)")
    found = {"title": score.rate("title"), "year": score.rate("year"), "authors": score.authors_f1()}
    below = [f"{name} {found[name]:.3f} < {floor}" for name, floor in FLOORS.items() if found[name] < floor]
    print("below the floor:", ", ".join(below) or "none")
    return 1 if below else 0


if __name__ == "__main__":
    raise SystemExit(main())
