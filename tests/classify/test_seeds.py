"""The five documents with which the product began: what everybody who sees them agrees on must stay said."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from classify.tagging import Tagger
from evidence.records import Tagging
from extract.reading import Hints, read
from language.encoder import QuantisedEncoder

SEEDS = Path(os.environ.get("INTEGRAND_SHARED", Path(__file__).resolve().parents[2].parent / "shared")) / "inputs" / "seeds"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not SEEDS.is_dir(), reason="needs the shared inputs beside the checkout")]
SHAW = {"systemic", "normative", "organisational", "administrative", "clinical"}


@pytest.fixture(scope="module")
def taggings() -> dict[str, Tagging]:
    """By the number with which a file's name begins."""
    tagger = Tagger(encoder=QuantisedEncoder())
    return {path.name[:3]: tagger.tag(read(path.read_bytes(), Hints(name=path.name))) for path in sorted(SEEDS.iterdir())}


def labels(tagging: Tagging, facet: str) -> set[str]:
    return {tag.label for tag in tagging.tags if tag.facet == facet}


def test_the_think_tank_report_is_a_review_of_all_five_types(taggings: dict[str, Tagging]) -> None:
    report = taggings["004"]
    assert labels(report, "relevance") == {"relevant"} and labels(report, "study_design") == {"narrative_review"}
    assert labels(report, "integration_type") >= SHAW


@pytest.mark.parametrize(("seed", "design"), [("000", "opinion"), ("001", "policy"), ("002", "opinion"), ("003", "opinion")])
def test_posts_articles_and_slides_are_what_they_are_and_inherit_no_strength(taggings: dict[str, Tagging], seed: str, design: str) -> None:
    assert labels(taggings[seed], "study_design") == {design}
    assert labels(taggings[seed], "evidence_strength") <= {"none", "anecdotal"}, "the strength of cited studies was inherited"
