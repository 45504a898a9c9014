"""Floors of quality on labelled documents and on the article benchmark; below them something broke."""

from __future__ import annotations

import pytest

from extract.reading import Hints, read
from tests.extract.test_reading import check
from tests.quality import articles, metadata, references

pytestmark = pytest.mark.slow
present = pytest.mark.skipif(
    not (metadata.SHARED / "gold" / "documents.jsonl").exists(), reason="no labelled documents here (INTEGRAND_SHARED)"
)


@present
def test_metadata_of_labelled_documents() -> None:
    score = metadata.measure()
    assert score.rate("title") >= 0.90 and score.rate("year") >= 0.90 and score.authors_f1() >= 0.85, "\n".join(score.misses)


@present
def test_reference_entries_are_read_into_their_parts() -> None:
    score = references.measure()
    low = {f"{kind} {part}": rate for kind, part in references.measured(score) if (rate := score.rate(kind, part)) < references.FLOORS[kind]}
    assert not low, low


@present
def test_articles_are_read_no_worse_than_by_trafilatura_alone() -> None:
    ours = articles.scores(list(articles.measure(articles.ours).values()))
    alone = articles.scores(list(articles.measure(articles.plain).values()))
    assert ours[2] >= alone[2]


@present
def test_offsets_hold_on_real_documents() -> None:
    inputs = metadata.SHARED / "inputs"
    for path in sorted(
        [
            *(inputs / "texts").iterdir(),
            *(inputs / "seeds").iterdir(),
            *(inputs / "articles").iterdir(),
            *(inputs / "govuk_pages").iterdir(),
            *sorted((inputs / "pdfs").iterdir())[:2],
        ]
    ):
        payload = path.read_bytes()
        check(read(payload, Hints(name=path.name)))
