"""How fast search answers: words beside SQLite's full text, words with meaning and facets, and the command from a cold start.

Run as ``python -m tests.bench.search [--documents 4000] [--passages 50] [--queries 300] [--folder DIR]``. The base is generated as in
``tests.bench.publish``: 4,000 documents of 50 passages are 200,000 passages, 20,000 are a million. Every engine answers the same queries over
the same passages, warm, one after another in this process. SQLite's FTS5 with its porter tokenizer gives the ten best passages and nothing
else; a search here gives works with facets, quoted passages and highlights.

Ends with 1 where words alone take more than a fifth of SQLite's time (95th percentile), words with meaning longer than 50 ms (150 ms from
a million passages on), the command longer than 1.5 s, or where the command imports torch.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from evidence.base import Base
from language.encoder import Encoder, is_exported
from tests.bench.publish import add_run, made_document, publication
from warehouse.search import Searcher
from warehouse.snapshot import Snapshot, require_snapshot

MOST_OF_FTS5 = 0.2
MOST_HYBRID_MS, MOST_HYBRID_OF_A_MILLION_MS, A_MILLION = 50.0, 150.0, 1_000_000
MOST_COLD_S = 1.5
COLD_STARTS = 5
Asked = tuple[str, str]
"""A query as this project writes it and as FTS5 does."""


def asked(snapshot: Snapshot, count: int) -> list[Asked]:
    """Queries in the base's own words, five kinds in turn: two words, either of two, a phrase, a truncated word and another, one word but
    not another. The words are taken from passages at random, so frequent ones come up as often as they are written."""
    with snapshot.connect() as database:
        rows = database.execute("SELECT text FROM passages ORDER BY hash(document || number) LIMIT ?", [count]).fetchall()
    dice, found = random.Random(7), list[Asked]()
    for at, (text,) in enumerate(rows):
        words = text.rstrip(".").casefold().split()
        first = dice.randrange(len(words) - 1)
        a, b = words[first], words[first + 1]
        c = dice.choice([word for word in words if word != a])
        found.append([
            (f"{a} {c}", f'"{a}" AND "{c}"'),
            (f"{a} OR {c}", f'"{a}" OR "{c}"'),
            (f'"{a} {b}"', f'"{a} {b}"'),
            (f"{a[:4]}* AND {c}", f'"{a[:4]}"* AND "{c}"'),
            (f"{a} NOT {c}", f'"{a}" NOT "{c}"'),
        ][at % 5])
    return found


def full_text(snapshot: Snapshot, path: Path) -> sqlite3.Connection:
    """The snapshot's passages in an FTS5 table with the porter tokenizer."""
    table = sqlite3.connect(path)
    table.execute("CREATE VIRTUAL TABLE passages USING fts5(text, tokenize = 'porter unicode61')")
    with snapshot.connect() as database:
        rows = database.execute("SELECT text FROM passages WHERE kind <> 'boilerplate'")
        while some := rows.fetchmany(20_000):
            table.executemany("INSERT INTO passages VALUES (?)", some)
    table.execute("INSERT INTO passages (passages) VALUES ('optimize')")
    table.commit()
    return table


def times(ask: Callable[[str], object], queries: Sequence[str]) -> list[float]:
    """Milliseconds of each query, ascending; every engine is asked some queries before, so that all are warm."""
    for query in queries[:20]:
        ask(query)
    found = []
    for query in queries:
        started = time.perf_counter()
        ask(query)
        found.append(1000 * (time.perf_counter() - started))
    return sorted(found)


def part(found: Sequence[float], share: float) -> float:
    return found[min(len(found) - 1, int(share * len(found)))]


def cold(base: Base, query: str) -> tuple[float, bool]:
    """Seconds of ``integrand search`` in a new process, the median of some, and whether it imports torch."""
    command = [sys.executable, "-X", "importtime", "-m", "pipeline.cli", "search", query, "--base", str(base.root), "--json"]
    quiet = [one for one in command if one not in ("-X", "importtime")]
    seconds = []
    for _ in range(COLD_STARTS):
        started = time.perf_counter()
        subprocess.run(quiet, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - started)
    told = subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True).stderr
    return part(sorted(seconds), 0.5), any(line.split("|")[-1].strip() == "torch" for line in told.splitlines())


def told(name: str, found: Sequence[float]) -> float:
    """Prints the latencies; gives the 95th percentile."""
    sys.stdout.write(f"{name}: median {part(found, 0.5):.1f} ms, 95 % {part(found, 0.95):.1f} ms, longest {found[-1]:.1f} ms\n")
    sys.stdout.flush()
    return part(found, 0.95)


def measure(base: Base, folder: Path, queries: int) -> int:
    snapshot = require_snapshot(base)
    passages = int(snapshot.manifest["counts"]["passages"])
    both = asked(snapshot, queries)
    ours, theirs = [one for one, _ in both], [one for _, one in both]
    table = full_text(snapshot, folder / "fts5.sqlite")
    statement = "SELECT rowid FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT 10"
    sys.stdout.write(f"{passages} passages, {len(both)} queries\n")
    fts5 = told("SQLite FTS5 (porter), ten passages", times(lambda query: table.execute(statement, [query]).fetchall(), theirs))
    table.close()
    with Searcher(snapshot) as searcher:
        words = told("words, works with facets and passages", times(lambda query: searcher.search(query, limit=10), ours))
    failed = [] if words <= MOST_OF_FTS5 * fts5 else [f"words take {words / fts5:.2f} of SQLite's time, {MOST_OF_FTS5} at most"]
    sys.stdout.write(f"words: {words / fts5:.3f} of SQLite's time (95 %)\n")
    if is_exported():
        encoder = Encoder(threads=1)
        # The generated vectors are of a made encoder: cost is all that is measured here.
        with Searcher(snapshot, lambda texts: encoder.encode(texts)) as searcher:
            hybrid = told("words and meaning, with facets", times(lambda query: searcher.search(query, limit=10), ours))
        most = MOST_HYBRID_OF_A_MILLION_MS if passages >= A_MILLION else MOST_HYBRID_MS
        failed += [f"words and meaning take {hybrid:.0f} ms, {most:.0f} at most"] if hybrid > most else []
    seconds, torch = cold(base, ours[0])
    sys.stdout.write(f"integrand search, cold: {seconds:.2f} s (median of {COLD_STARTS}), {'with' if torch else 'without'} torch\n")
    failed += [f"a cold search takes {seconds:.2f} s, {MOST_COLD_S} at most"] if seconds > MOST_COLD_S else []
    failed += ["a search imports torch"] if torch else []
    for one in failed:
        sys.stdout.write(f"does not hold: {one}\n")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("documents", 4_000), ("passages", 50), ("queries", 300)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=None, help="where to make the base (a base that is there already is used)")
    given = parser.parse_args()
    os.environ.pop("INTEGRAND_BASE", None)
    scratch = Path(tempfile.mkdtemp(prefix="search-"))
    try:
        base = Base(given.folder or scratch / "base")
        if not base.exists:
            base.create()
            add_run(base, "r1", 1, ((number, made_document(number, given.passages)) for number in range(given.documents)))
            publication(base, "r1", True)
        return measure(base, scratch, given.queries)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
