"""Decisions of a base as documents to train on: which are taken, which are counted as not, in an order that does not depend on segments."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from classify.cases import Case
from classify.observation import Observer
from classify.short_texts import text_document
from evidence.base import Base
from evidence.records import Decision, Document
from evidence.segments import segment_name, write_segment
from evidence.taxonomy import load_taxonomy
from extract.reading import EXTRACTOR_VERSION
from pipeline.decided_cases import with_decisions
from pipeline.decision_files import as_line, import_decisions

TEXTS = [f"Shared plans in district {at}\n\nNurses and social workers share one plan for each person in district {at}." for at in range(4)]
DOCUMENTS = [replace(text_document(text), extractor_version=EXTRACTOR_VERSION) for text in TEXTS]
OBSERVER = Observer(load_taxonomy())


def gold() -> list[Case]:
    truth = {"relevance": "relevant", "study_design": "case_study", "theme": ["workforce"], "integration_type": []}
    return [Case("one.txt", truth, OBSERVER.observe(DOCUMENTS[0]), DOCUMENTS[0])]


@pytest.fixture
def base(tmp_path: Path) -> Base:
    made = Base(tmp_path / "base").create()
    write_segment(made.documents(EXTRACTOR_VERSION) / segment_name("made", 0), DOCUMENTS[2:], Document)
    write_segment(made.documents(EXTRACTOR_VERSION) / segment_name("made", 1), DOCUMENTS[:2], Document)
    return made


def decide(base: Base, folder: Path, *told: tuple[int | str, str, str, str]) -> None:
    """(document or target, action, facet, label)."""
    given = [
        Decision(f"d{at}", "ana", datetime(2026, 3, 1 + at, tzinfo=UTC), action, who if isinstance(who, str) else DOCUMENTS[who].id, facet, label)
        for at, (who, action, facet, label) in enumerate(told)
    ]
    path = folder / "given.jsonl"
    path.write_text("".join(as_line(one) for one in given), encoding="utf-8")
    import_decisions(base, path, load_taxonomy())


def test_a_base_without_decisions_changes_nothing(base: Base) -> None:
    cases, count = with_decisions(gold(), base, OBSERVER)
    assert [case.truth for case in cases] == [gold()[0].truth]
    assert str(count) == "no decisions to learn from"


def test_decisions_are_taken_counted_and_told_where_the_gold_file_says_otherwise(base: Base, tmp_path: Path) -> None:
    decide(
        base, tmp_path, (0, "reject", "theme", "workforce"), (3, "accept", "relevance", "relevant"), (1, "add", "integration_type", "clinical"),
        (1, "accept", "enabler", "leadership"), ("f" * 64, "accept", "relevance", "relevant"),
    )
    cases, count = with_decisions(gold(), base, OBSERVER)
    assert cases[0].truth["theme"] == []
    assert [case.document.id for case in cases[1:]] == sorted([DOCUMENTS[1].id, DOCUMENTS[3].id])
    assert (count.decisions, count.labels, count.known, count.not_learnt, count.on_gold, count.beside, count.unknown) == (5, 3, 0, 1, 1, 2, 1)
    assert count.apart == ("one.txt: theme: workforce in the file, not so decided",)
    assert "1 against the gold file" in str(count)
    assert [case.truth for case in with_decisions(gold(), base, OBSERVER)[0]] == [case.truth for case in cases]
