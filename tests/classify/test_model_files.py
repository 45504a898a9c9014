"""A folder of models is whole, or it is said which file is not as expected: a missing one must not turn into fewer tags."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from classify.models import CUES_ALONE, FOLDER, load_models
from evidence.errors import IntegrandError


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "models"))


@pytest.mark.parametrize(
    ("name", "closely"),
    [("facet_theme.json", True), (f"{CUES_ALONE}/facet_level.json", False), ("passage_read_theme.json", True), ("passage_unread_level.json", False),
     ("relevance.json", True), ("heads.npz", True), ("word_heads.npz", False)],
)  # fmt: skip
def test_a_model_that_is_missing_is_named(copied: Path, name: str, closely: bool) -> None:
    (copied / name).unlink()
    with pytest.raises(IntegrandError, match=Path(name).name.replace(".", r"\.")):
        load_models(copied, closely)


@pytest.mark.parametrize("content", ["", "null", '"x"', "[]", "{}", '{"kind": "Pooled", "by_kind": []}'])
def test_a_model_that_holds_something_else_is_named(copied: Path, content: str) -> None:
    (copied / "facet_theme.json").write_text(content, encoding="utf-8")
    with pytest.raises(IntegrandError, match=r"facet_theme\.json"):
        load_models(copied)
