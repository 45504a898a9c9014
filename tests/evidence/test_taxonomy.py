"""The taxonomy: every file complete, every cue well formed, the loader's errors usable, the strength rules whole."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from evidence.taxonomy import CARDINALITIES, FOLDER, Label, load_taxonomy

TAXONOMY = load_taxonomy()
LABELS = [label for facet in TAXONOMY.facets.values() for label in facet.labels]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "taxonomy"
    folder.mkdir()
    for path in FOLDER.glob("*.toml"):
        shutil.copy(path, folder)
    return folder


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("label", LABELS, ids=lambda label: f"{label.facet}.{label.id}")
def test_every_label_is_complete(label: Label) -> None:
    assert label.definition and label.source
    assert any(not cue.negative for cue in label.cues)


def test_no_example_serves_two_labels() -> None:
    counts = Counter(" ".join(example.text.lower().split()) for label in LABELS for example in label.examples)
    assert [text for text, n in counts.items() if n > 1] == []


def test_every_facet_says_how_many_labels_a_document_may_have() -> None:
    assert {facet.cardinality for facet in TAXONOMY.facets.values()} <= set(CARDINALITIES)
