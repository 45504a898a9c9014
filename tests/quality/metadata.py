"""Scores titles, years, authors and publishers against ``gold/documents.jsonl``: ``python -m tests.quality.metadata``.

How they are compared is told in ``extract.evaluation``.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from evidence.errors import Refused
from extract.evaluation import MetadataScore, score_metadata
from extract.reading import Hints, read

SHARED = Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def measure(shared: Path = SHARED) -> MetadataScore:
    """Reads every labelled document."""
    score = MetadataScore()
    lines = (shared / "gold" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        gold = json.loads(line)
        path = shared / gold["path"]
        try:
            document = read(path.read_bytes(), Hints(name=path.name))
        except Refused as error:
            score.misses.append(f"refused   {path.name}: {error}")
            continue
        score_metadata(gold, document, score, path.name)
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
