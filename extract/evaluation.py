"""Reading measured against labels: pages of PDF files as transcribed from their images, and documents' metadata as printed.

Texts are compared after folding (compatibility forms, straight quotes, single spaces, line-end hyphens joined). A title is right when its
letters and digits equal those printed, or when the two differ only in a little (0.9 by ``difflib``); authors are compared by their letters.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.records import Document
from extract.pdf import PdfPage

QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-",
                        "−": "-", "\u00ad": "", "\u200b": "", "•": " "})
RATES = ("with_text", "with_ocr", "order", "without", "table_cells", "references")
SAME_TITLE = 0.9


def folded(text: str) -> str:
    """Compatibility forms, straight quotes and dashes, single spaces, line-end hyphens joined: idempotent."""
    text = unicodedata.normalize("NFKC", text.translate(QUOTES)).translate(QUOTES)
    text = re.sub(r"(?<=\w)-\s+(?=\w)", "-", text)
    return " ".join(text.split())


def loose(text: str) -> str:
    """Folded, and without hyphens between letters: for comparing across a joined or kept hyphen."""
    return re.sub(r"(?<=\w)-(?=\w)", "", folded(text))


@dataclass
class PageScore:
    """Hits and trials of each of :data:`RATES`, and what failed, in words."""

    hits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RATES, 0))
    trials: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RATES, 0))
    failures: list[str] = field(default_factory=list)

    def count(self, rate: str, hit: bool, where: str, what: object) -> None:
        self.trials[rate] += 1
        self.hits[rate] += hit
        if not hit:
            self.failures.append(f"{rate:12s} {where}: {what}")

    def rate(self, name: str) -> float:
        """Hits of trials; 1.0 where there was nothing to find."""
        return self.hits[name] / self.trials[name] if self.trials[name] else 1.0


def score_page(label: Mapping[str, Any], page: PdfPage, score: PageScore) -> None:
    """Counts one labelled page: strings found (whole words where OCR read it), order, running matter kept out, cells, references."""
    where = f"{Path(label['pdf']).name[:48]} p{label['page']} {label.get('layout') or ''}"
    text = loose(page.text)
    words = set(re.findall(r"\w+", text.lower()))
    for wanted in label.get("with") or ():
        if page.ocr:
            for word in re.findall(r"\w+", loose(wanted).lower()):
                score.count("with_ocr", word in words, where, f"{word!r} of {wanted!r}")
        else:
            score.count("with_text", loose(wanted) in text, where, repr(wanted))
    for first, second in label.get("order") or ():
        a, b = text.find(loose(first)), text.rfind(loose(second))
        score.count("order", 0 <= a < b, where, f"{first!r} ({a}) before {second!r} ({b})")
    for unwanted in label.get("without") or ():
        score.count("without", loose(unwanted) not in text, where, repr(unwanted))
    if label.get("table"):
        _score_table(label["table"], page, where, score)
    entries = [loose(re.sub(r"^\W*\d{1,3}\W+", "", block.text)) for block in page.blocks]
    for start in label.get("references") or ():
        key = loose(start)
        score.count("references", any(entry.startswith(key) for entry in entries), where, repr(start))


def _score_table(truth: Mapping[str, Any], page: PdfPage, where: str, score: PageScore) -> None:
    """Cells at their row and column of the page's best fitting table."""
    best: list[bool] = [False] * len(truth["cells"])
    shape = "no table"
    for table in page.tables:
        found = [_cell(table.rows, row, column) == loose(text) for row, column, text in truth["cells"]]
        if sum(found) > sum(best) or shape == "no table":
            best, shape = found, f"{len(table.rows)} x {max(map(len, table.rows))} for {truth['rows']} x {truth['cols']}"
    for (row, column, text), hit in zip(truth["cells"], best, strict=True):
        score.count("table_cells", hit, where, f"({row}, {column}) {text!r} [{shape}]")


def _cell(rows: tuple[tuple[str, ...], ...], row: int, column: int) -> str | None:
    return loose(rows[row][column]) if row < len(rows) and column < len(rows[row]) else None


@dataclass
class MetadataScore:
    """Counts by measure (``title`` right of ``title_of`` printed …); ``misses`` are lines for people."""

    counts: Counter[str] = field(default_factory=Counter)
    misses: list[str] = field(default_factory=list)

    def rate(self, name: str) -> float:
        total = self.counts[f"{name}_of"]
        return self.counts[name] / total if total else float("nan")

    def authors_f1(self) -> float:
        right, said, printed = (self.counts[key] for key in ("authors_right", "authors_said", "authors_printed"))
        return 2 * right / (said + printed) if said + printed else float("nan")


def letters(text: str | None) -> str:
    """Letters and digits in small letters, without accents."""
    decomposed = unicodedata.normalize("NFKD", text or "").casefold()
    return re.sub(r"[\W_]+", "", "".join(char for char in decomposed if not unicodedata.combining(char)))


def same_title(found: str | None, printed: str) -> bool:
    one, two = letters(found), letters(printed)
    return one == two or (bool(one) and difflib.SequenceMatcher(None, one, two, autojunk=False).ratio() >= SAME_TITLE)


def score_metadata(gold: Mapping[str, Any], document: Document, score: MetadataScore, name: str) -> None:
    """Adds one document. Articles whose authors are not labelled are left out of the authors' measure."""
    title, date, publisher = (str(gold[key]) if gold.get(key) else None for key in ("title", "date", "publisher"))
    authors = [str(author) for author in gold.get("authors") or []]
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
