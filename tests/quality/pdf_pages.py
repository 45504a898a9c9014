"""Page-level truth for PDF text: what must be on a page, in which order, what must not, its tables and references.

``python -m tests.quality.pdf_pages`` prints each rate beside its floor (``pdf_pages.toml``) and every failure; it ends with 1
where a rate is below its floor. The labels are found through ``INTEGRAND_SHARED`` or ``../shared`` beside the repository.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import tomllib
from pathlib import Path

from extract.evaluation import RATES, PageScore, score_page
from extract.pdf import PdfReading, read_pdf

HERE = Path(__file__).resolve().parent

def shared_folder() -> Path:
    """Where the shared inputs lie; the folder may be absent."""
    return Path(os.environ.get("INTEGRAND_SHARED", HERE.parents[1].parent / "shared"))


def evaluate(gold: Path, root: Path, only: str = "") -> tuple[PageScore, float]:
    """Score every labelled page; also the seconds spent reading."""
    labels = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    readings: dict[str, PdfReading] = {}
    score, started = PageScore(), time.perf_counter()
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
