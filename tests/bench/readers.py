"""Readers beside a publisher: ``python -m tests.bench.readers [--base made] [--documents 4000] [--minutes 5] [--every 30]``.

Eight processes put 20 queries a second in all, at a base of 200,000 made passages or (``--base demo``) at the demonstration's, while new
documents are published every half minute. ``--base DIR`` takes a copy of a base that is there.
Nobody may meet an error, an answer slower than ``MOST_S``, or half of a new snapshot: the same query of the same snapshot must always find
the same works. Prints the latencies; ends with 1 where something that must hold does not.
"""

from __future__ import annotations

import argparse
import multiprocessing
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from evidence.base import Base
from evidence.taxonomy import load_taxonomy
from tests.bench.publish import add_run, encoded, made_document, publication
from tests.warehouse.factory import made_taxonomy
from warehouse.build import publish
from warehouse.search import Searcher
from warehouse.snapshot import current_snapshot, require_snapshot

READERS, QUERIES_A_SECOND = 8, 20
MOST_S = 30.0
"""An answer that takes longer than this has hung."""
Told = tuple[str, str, tuple[str, ...], float]


def words_of(base: Base) -> list[str]:
    """Queries in the base's own words: of titles, so that each finds something."""
    with require_snapshot(base).connect() as database:
        titles = database.execute("SELECT title FROM works ORDER BY id LIMIT 200").fetchall()
    words = [some for (title,) in titles if title and len(some := re.findall(r"\w{4,}", title)) > 1]
    return [query for one in words[:40] for query in (one[0], f"{one[0]} AND {one[1]}", f'"{one[0]} {one[1]}"', f"{one[0][:4]}* NOT {one[1]}")]


def read(root: str, queries: list[str], number: int, until: float, told: multiprocessing.Queue[Any]) -> None:
    """Asks at its share of the rate, by a searcher that is opened anew when there is a newer snapshot; tells each answer or error."""
    base, searcher, at = Base(Path(root)), None, number
    pause = READERS / QUERIES_A_SECOND
    try:
        while time.monotonic() < until:
            started = time.monotonic()
            snapshot = current_snapshot(base)
            assert snapshot is not None
            if searcher is None or searcher.snapshot.name != snapshot.name:
                if searcher is not None:
                    searcher.close()
                searcher = Searcher(snapshot)
            query = queries[at % len(queries)]
            answer = searcher.search(query, limit=10)
            told.put((answer.run, query, (*(work["id"] for work in answer.works), str(answer.total)), time.monotonic() - started))
            at += READERS
            time.sleep(max(0.0, pause - (time.monotonic() - started)))
    except BaseException as error:
        told.put(f"reader {number}: {type(error).__name__}: {error}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("documents", 4_000), ("passages", 50), ("every", 30)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--base", default="made", help="made, demo, or the folder of a published base, which is copied")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="readers-"))
    try:
        return measure(prepared(folder / "base", given), given)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def prepared(folder: Path, given: argparse.Namespace) -> Base:
    """The base to be read, published."""
    if given.base == "made":
        base = Base(folder).create()
        add_run(base, "r1", 1, ((number, made_document(number, given.passages)) for number in range(given.documents)))
        publication(base, "r1", True)
        return base
    if given.base == "demo":
        subprocess.run([sys.executable, "-m", "pipeline.cli", "demo", "--base", str(folder)], check=True, stdout=subprocess.DEVNULL)
    else:
        shutil.copytree(given.base, folder)
    return Base(folder)


def publish_more(base: Base, number: int, given: argparse.Namespace) -> None:
    """Ten new documents in a run, read and tagged by the versions that the base was."""
    manifest = require_snapshot(base).manifest
    extractor, classifier = manifest["extractor_version"], manifest["classifier_version"]
    fresh = 10**6 + 10 * number
    documents = ((at, made_document(at, given.passages)) for at in range(fresh, fresh + 10))
    add_run(base, f"r{number}", number, documents, extractor, classifier)
    publish(base, extractor_version=extractor, classifier_version=classifier, taxonomy=made_taxonomy() if given.base == "made" else load_taxonomy(),
            run=f"r{number}", encode=encoded, encoder="made")


def measure(base: Base, given: argparse.Namespace) -> int:
    context = multiprocessing.get_context("spawn")
    told: multiprocessing.Queue[Any] = context.Queue()
    queries, until = words_of(base), time.monotonic() + 60 * given.minutes
    readers = [context.Process(target=read, args=(str(base.root), queries, number, until, told)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    published = 1
    answers: list[Told] = []
    errors: list[str] = []
    due = time.monotonic() + given.every
    while any(reader.is_alive() for reader in readers) or not told.empty():
        while not told.empty():
            one = told.get()
            (errors if isinstance(one, str) else answers).append(one)
        if time.monotonic() >= due and time.monotonic() < until:
            published += 1
            due += given.every
            publish_more(base, published, given)
        time.sleep(0.05)
    return told_of(answers, errors, published, 60 * given.minutes)


def told_of(answers: list[Told], errors: list[str], published: int, seconds: float) -> int:
    """Prints what was met; the exit code."""
    found: dict[tuple[str, str], Counter[tuple[str, ...]]] = defaultdict(Counter)
    for run, query, works, _ in answers:
        found[run, query][works] += 1
    torn = [key for key, several in found.items() if len(several) > 1]
    times = sorted(latency for *_, latency in answers)
    parts = (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99))
    share = {name: times[min(len(times) - 1, int(part * len(times)))] for name, part in parts} if times else {}
    sys.stdout.write(
        f"{len(answers)} answers ({len(answers) / seconds:.1f} a second) of {len({run for run, *_ in answers})} snapshots, {published} published; "
        f"{len(errors)} errors, {len(torn)} queries with two answers of one snapshot; seconds: "
        + ", ".join(f"{name} {value:.3f}" for name, value in share.items()) + f", longest {times[-1] if times else 0:.2f}\n")
    for line in (*errors[:10], *(f"two answers: {key}" for key in torn[:10])):
        sys.stdout.write(f"{line}\n")
    good = not errors and not torn and bool(times) and times[-1] <= MOST_S and len({run for run, *_ in answers}) >= min(2, published)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
