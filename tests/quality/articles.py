"""Scores web text on the article extraction benchmark: ``python -m tests.quality.articles``.

The measure is the benchmark's own, over multisets of shingles of four words (``\\w+``): each page's true positives, false positives and
false negatives are scaled to sum to one, so that long pages weigh no more than short ones; F1 is taken of the mean precision and the
mean recall, and a page for which one of them is undefined does not count in that mean. trafilatura alone is measured in the same run,
since its score moves with the library versions of the machine.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import trafilatura

from evidence.errors import Refused
from extract.reading import Hints, read

SHARED = Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
Reader = Callable[[bytes], str]


def shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3))) if words else Counter()


def agreement(true: str, found: str) -> tuple[float, float, float]:
    """Shares of true positives, false positives and false negatives."""
    one, two = shingles(true), shingles(found)
    both = sum((one & two).values())
    extra, missed = sum((two - one).values()), sum((one - two).values())
    total = both + extra + missed
    return (both / total, extra / total, missed / total) if total else (0.0, 0.0, 0.0)


def scores(pages: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    precisions = [tp / (tp + fp) for tp, fp, _ in pages if tp + fp]
    recalls = [tp / (tp + fn) for tp, _, fn in pages if tp + fn]
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return precision, recall, 2 * precision * recall / (precision + recall)


def ours(payload: bytes) -> str:
    """What a reader of the document reads: headings included, furniture left out."""
    try:
        document = read(payload, Hints(name="page.html", media_type="text/html"))
    except Refused:
        return ""
    text = document.text
    return "\n".join(text[passage.start : passage.end] for passage in document.passages if passage.kind != "boilerplate")


def plain(payload: bytes) -> str:
    return trafilatura.extract(payload, include_comments=False) or ""


def measure(reader: Reader, shared: Path = SHARED) -> dict[str, tuple[float, float, float]]:
    """Agreement a page."""
    bench = shared / "bench" / "articles"
    truth = json.loads((bench / "ground-truth.json").read_text(encoding="utf-8"))
    return {
        key: agreement(entry["articleBody"], reader(gzip.decompress((bench / "html" / f"{key}.html.gz").read_bytes())))
        for key, entry in sorted(truth.items())
    }


def main() -> int:
    """Ends with 1 where our F1 is below trafilatura's own in the same run."""
    found = {name: measure(reader) for name, reader in (("ours", ours), ("trafilatura", plain))}
    for key in sorted(found["ours"], key=lambda key: found["ours"][key][0] - found["trafilatura"][key][0]):
        one, two = found["ours"][key], found["trafilatura"][key]
        if abs(one[0] - two[0]) > 0.02:
            print(
                f"{key[:16]}  ours tp {one[0]:.3f} fp {one[1]:.3f} fn {one[2]:.3f}   trafilatura tp {two[0]:.3f} fp {two[1]:.3f} fn {two[2]:.3f}"
            )
    for name, pages in found.items():
        precision, recall, f1 = scores(list(pages.values()))
        print(f"{name:12} precision {precision:.4f} recall {recall:.4f} F1 {f1:.4f}")
    return 1 if scores(list(found["ours"].values()))[2] < scores(list(found["trafilatura"].values()))[2] else 0


if __name__ == "__main__":
    raise SystemExit(main())
