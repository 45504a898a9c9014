"""Excerpts of our own: readable, told apart, and kept from drowning what readers quoted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from classify.abstracts import relevant_abstracts
from classify.excerpt_signs import excerpt_signs
from classify.excerpts import excerpts
from classify.heads import JOINING, JOINING_BY_WRITING, SHOWING, WRITTEN_SHARE, Heads, mixed
from classify.label_evidence import EvidenceReader
from classify.prose import Prose
from classify.substance import LEAST, HeadLogits, PassageModels, substance
from classify.written_lessons import written_lessons
from evidence.errors import UsageError
from evidence.taxonomy import load_taxonomy
from tests.classify.documents import made

TAXONOMY = load_taxonomy()


def test_no_excerpt_is_there_twice_and_none_off_the_subject_shows_how_care_is_joined() -> None:
    lessons = written_lessons(TAXONOMY)
    assert max(Counter(" ".join(one.text.casefold().split()) for one in lessons).values()) == 1
    assert not [one.text for one in lessons if not one.about and any(facet in SHOWING for facet, _ in one.labels)]


def test_every_integration_type_has_excerpts_that_show_it_and_many_are_off_the_subject() -> None:
    lessons = written_lessons(TAXONOMY)
    counts = Counter(key for one in lessons for key in one.labels)
    assert min(counts["integration_type", label] for label in TAXONOMY.facet("integration_type").label_ids) >= 30
    assert 0.25 < sum(not one.about for one in lessons) / len(lessons) < 0.6


@pytest.mark.parametrize(
    "line", ["{", '{"text": "a"}', '{"text": "a", "about": true, "integration_type": ["fusion"]}', '{"text": "a", "about": true, "colour": ["red"]}']
)
def test_an_excerpt_that_is_not_as_expected_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    good = json.dumps({"text": "One plan for each person.", "about": True, "integration_type": ["clinical"]})
    (tmp_path / "some.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"some\.jsonl, line 2"):
        written_lessons(TAXONOMY, tmp_path)


def test_what_readers_quoted_weighs_more_than_what_we_wrote() -> None:
    keys = (JOINING, JOINING_BY_WRITING, ("integration_type", "service"))
    ones = np.ones((2, 3), dtype=np.float32)
    read, written = (Heads(keys, value * ones, value * ones, value * ones[0]) for value in (0.0, 1.0))
    assert mixed(read, written).bias.tolist() == pytest.approx([0.0, 1.0, WRITTEN_SHARE], abs=1e-4)
    assert WRITTEN_SHARE < 0.5


def test_an_excerpt_that_denies_a_way_of_joining_does_not_show_it() -> None:
    denied = "The practices have not merged, and have not formed a federation or anything like it in all of these years."
    said = "In the next valley the surgeries merged in spring, and the federation of practices now runs the clinics for all of them together."
    prose = Prose(made("Five practices", denied, "# Elsewhere", said))
    evidence, key = EvidenceReader(TAXONOMY, ["integration_type"]).read(prose), ("integration_type", "organisational")
    signs = excerpt_signs(excerpts(prose), None, evidence, [])
    logits = HeadLogits((key, JOINING), np.zeros((2, 2)), np.array([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]), np.zeros(2), np.zeros(2, dtype=bool))
    assert substance(signs, logits, PassageModels()).column(key).tolist() == [LEAST, 3.0]


def test_abstracts_that_were_read_are_of_both_kinds() -> None:
    assert {True, False} == set(relevant_abstracts().values())
