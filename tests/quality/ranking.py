"""How well search puts first what answers a question: nDCG@10 over judged queries, for words, meaning and both.

``python -m tests.quality.ranking --base DIR`` ranks by a published base into which the labelled documents were ingested, and prints
the mean of each ranking with its 95 % bootstrap interval, then each query. nDCG is that of Järvelin and Kekäläinen (2002) with the
gain 2^grade - 1 and the discount log2(1 + rank); a document without a judgment gains nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import os
import random
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.base import Base
from evidence.errors import IntegrandError, UsageError
from language.encoder import Encoder
from warehouse import vectors
from warehouse.search import Searcher
from warehouse.snapshot import Snapshot, require_snapshot

QUERIES = Path(__file__).with_name("judged_queries.toml")
DEPTH = 10
GRADES = (1, 2, 3)
RESAMPLES = 2000

Ranking = Callable[[str], Sequence[str]]
"""From a query to the paths of documents, best first."""


@dataclass(frozen=True, slots=True)
class JudgedQuery:
    """A query, the need behind it in words, and the grade (1 to 3) of each judged document by its path below the shared folder."""

    id: str
    kind: str
    query: str
    need: str
    judgments: Mapping[str, int]


def shared_folder() -> Path:
    """Where the judged documents lie; the folder may be absent."""
    return Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))


def load_queries(path: Path = QUERIES) -> tuple[JudgedQuery, ...]:
    """The judged queries. Raises ``UsageError`` naming file, query and what was expected."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("queries", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: expected TOML in UTF-8: {error}") from None
    queries: dict[str, JudgedQuery] = {}
    for row in rows:
        where = f"{path.name}: queries[{row.get('id')}]"
        if set(row) != {"id", "kind", "query", "need", "judgments"}:
            raise UsageError(f"{where}: expected id, kind, query, need and judgments")
        if row["id"] in queries:
            raise UsageError(f"{where}.id: expected each id once")
        judgments = row["judgments"]
        if not judgments or any(grade not in GRADES or isinstance(grade, bool) for grade in judgments.values()):
            raise UsageError(f"{where}.judgments: expected at least one path with a grade of 1, 2 or 3")
        queries[row["id"]] = JudgedQuery(row["id"], row["kind"], row["query"], row["need"], judgments)
    return tuple(queries.values())


def ndcg(ranked: Sequence[str], judgments: Mapping[str, int], depth: int = DEPTH) -> float:
    """Discounted gain of the first ``depth`` documents over that of the best possible order, 0 to 1. A path counts once."""
    once = list(dict.fromkeys(ranked))[:depth]
    best = sorted(judgments.values(), reverse=True)[:depth]
    return _gain([judgments.get(path, 0) for path in once]) / _gain(best)


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


def scores(queries: Sequence[JudgedQuery], ranking: Ranking) -> dict[str, float]:
    """nDCG@10 of each query by its id."""
    return {one.id: ndcg(ranking(one.query), one.judgments) for one in queries}


def mean_interval(values: Sequence[float], seed: int = 7) -> tuple[float, float, float]:
    """Mean and 95 % percentile bootstrap interval over queries."""
    chance = random.Random(seed)
    means = sorted(sum(chance.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES))
    return sum(values) / len(values), means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def paths_by_work(snapshot: Snapshot, root: Path, paths: Sequence[str]) -> dict[str, list[str]]:
    """The given paths by the work that their bytes belong to in ``snapshot``; paths that are absent or not in the base are left out."""
    digests = {hashlib.sha256((root / path).read_bytes()).hexdigest(): path for path in paths if (root / path).is_file()}
    with snapshot.connect() as connection:
        rows = connection.execute("SELECT DISTINCT id, work FROM documents ORDER BY id").fetchall()
    works: dict[str, list[str]] = {}
    for id, work in rows:
        if id in digests:
            works.setdefault(work, []).append(digests[id])
    return works


def rankings(snapshot: Snapshot, works: Mapping[str, Sequence[str]]) -> dict[str, Ranking]:
    """Words and meaning together, words alone (BM25), and meaning alone. Works without a labelled document count by their id."""
    encode = Encoder().encode
    both, words = Searcher(snapshot, encode), Searcher(snapshot)
    matrix = vectors.load(snapshot)
    with snapshot.connect() as connection:
        owners = [str(row[0]) for row in connection.execute("SELECT work FROM vectors ORDER BY number").fetchall()]

    def told(ids: Sequence[str]) -> list[str]:
        return [path for id in ids for path in works.get(id, (id,))]

    def by_meaning(query: str) -> list[str]:
        nearest = (matrix @ vectors.normalised(encode([query]), 1)[0]).argsort(kind="stable")[::-1]
        return told(list(dict.fromkeys(owners[row] for row in nearest.tolist())))

    return {
        "hybrid": lambda query: told(both.search(query, limit=0).ids),
        "words": lambda query: told(words.search(query, limit=0).ids),
        "meaning": by_meaning,
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Score search on judged queries.")
    parser.add_argument("--base", type=Path, required=True, help="a published base that holds the labelled documents")
    parser.add_argument("--root", type=Path, default=shared_folder(), help="the folder that the judged paths are relative to")
    options = parser.parse_args(arguments)
    try:
        queries = load_queries()
        snapshot = require_snapshot(Base(options.base))
        judged = sorted({path for one in queries for path in one.judgments})
        works = paths_by_work(snapshot, options.root, judged)
        found = {path for some in works.values() for path in some}
        if missing := [path for path in judged if path not in found]:
            print(f"{len(missing)} of {len(judged)} judged documents are not in the base; the first is {missing[0]}", file=sys.stderr)
        table = {name: scores(queries, ranking) for name, ranking in rankings(snapshot, works).items()}
    except IntegrandError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    for name, by_query in table.items():
        mean, low, high = mean_interval(list(by_query.values()))
        print(f"{name:8s} nDCG@{DEPTH} {mean:.3f} ({low:.3f} to {high:.3f}), {len(by_query)} queries")
    print()
    for one in queries:
        print("  ".join(f"{table[name][one.id]:.2f}" for name in table), f" {one.id}: {one.query}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
