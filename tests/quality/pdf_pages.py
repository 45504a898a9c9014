"""Page-level truth for PDF text: what must be on a page, in which order, what must not, its tables and references.

``python -m tests.quality.pdf_pages`` prints each rate beside its floor (``pdf_pages.toml``) and every failure; it ends with 1
where a rate is below its floor. The labels are found through ``INTEGRAND_SHARED`` or ``../shared`` beside the repository.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
import tomllib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from extract.pdf import PdfPage, PdfReading, read_pdf

HERE = Path(__file__).resolve().parent
QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-",
                        "−": "-", "\u00ad": "", "\u200b": "", "•": " "})
RATES = ("with_text", "with_ocr", "order", "without", "table_cells", "references")


def shared_folder() -> Path:
    """Where the shared inputs lie; the folder may be absent."""
    return Path(os.environ.get("INTEGRAND_SHARED", HERE.parents[1].parent / "shared"))


def folded(text: str) -> str:
    """Compatibility forms, straight quotes and dashes, single spaces, line-end hyphens joined: idempotent."""
    text = unicodedata.normalize("NFKC", text.translate(QUOTES)).translate(QUOTES)
    text = re.sub(r"(?<=\w)-\s+(?=\w)", "-", text)
    return " ".join(text.split())


def loose(text: str) -> str:
    """Folded, and without hyphens between letters: for comparing across a joined or kept hyphen."""
    return re.sub(r"(?<=\w)-(?=\w)", "", folded(text))


@dataclass
class Score:
    """Hits and trials of each rate, and what failed, in words."""

    hits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RATES, 0))
    trials: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RATES, 0))
    failures: list[str] = field(default_factory=list)

    def count(self, rate: str, hit: bool, where: str, what: object) -> None:
        self.trials[rate] += 1
        self.hits[rate] += hit
        if not hit:
            self.failures.append(f"{rate:12s} {where}: {what}")

    def rate(self, name: str) -> float:
        return self.hits[name] / self.trials[name] if self.trials[name] else 1.0


def score_page(label: dict[str, Any], page: PdfPage, score: Score) -> None:
    """Count one labelled page."""
    where = f"{Path(label['pdf']).name[:48]} p{label['page']} {label['layout']}"
    text = loose(page.text)
    words = set(re.findall(r"\w+", text.lower()))
    for wanted in label["with"]:
        if page.ocr:
            for word in re.findall(r"\w+", loose(wanted).lower()):
                score.count("with_ocr", word in words, where, f"{word!r} of {wanted!r}")
        else:
            score.count("with_text", loose(wanted) in text, where, repr(wanted))
    for first, second in label["order"]:
        a, b = text.find(loose(first)), text.rfind(loose(second))
        score.count("order", 0 <= a < b, where, f"{first!r} ({a}) before {second!r} ({b})")
    for unwanted in label["without"]:
        score.count("without", loose(unwanted) not in text, where, repr(unwanted))
    if label.get("table"):
        _score_table(label["table"], page, where, score)
    entries = [loose(re.sub(r"^\W*\d{1,3}\W+", "", block.text)) for block in page.blocks]
    for start in label.get("references") or ():
        key = loose(start)
        score.count("references", any(entry.startswith(key) for entry in entries), where, repr(start))


def _score_table(truth: dict[str, Any], page: PdfPage, where: str, score: Score) -> None:
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


def evaluate(gold: Path, root: Path, only: str = "") -> tuple[Score, float]:
    """Score every labelled page; also the seconds spent reading."""
    labels = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    readings: dict[str, PdfReading] = {}
    score, started = Score(), time.perf_counter()
    for label in labels:
        if only not in label["pdf"]:
            continue
        if label["pdf"] not in readings:
            readings[label["pdf"]] = read_pdf((root / label["pdf"]).read_bytes())
        score_page(label, readings[label["pdf"]].pages[label["page"] - 1], score)
    return score, time.perf_counter() - started


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score the PDF reader against page-level truth.")
    parser.add_argument("--gold", type=Path, default=shared_folder() / "gold" / "pdf_pages.jsonl")
    parser.add_argument("--only", default="", help="a part of the file names to score")
    options = parser.parse_args(arguments)
    if not options.gold.exists():
        print(f"skipped: no labels at {options.gold}")
        return 0
    floors = tomllib.loads((HERE / "pdf_pages.toml").read_text(encoding="utf-8"))["floors"]
    score, seconds = evaluate(options.gold, options.gold.resolve().parent.parent, options.only)
    for failure in score.failures:
        print(failure)
    low = False
    for name in RATES:
        below = score.rate(name) < floors[name] and score.trials[name] > 0
        low |= below
        print(f"{name:12s} {score.rate(name):.4f}  floor {floors[name]:.3f}  {score.hits[name]}/{score.trials[name]}"
              f"{'  BELOW' if below else ''}")
    print(f"read in {seconds:.1f} s")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main())
