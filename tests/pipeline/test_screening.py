"""What a base gives to judge next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classify.short_texts import text_document
from evidence.base import Base
from evidence.records import Decision, Document
from evidence.segments import segment_name, write_segment
from evidence.taxonomy import load_taxonomy
from extract.reading import EXTRACTOR_VERSION
from pipeline.cli import build_app
from pipeline.decision_files import as_line, import_decisions

CARE = [f"Shared plans in district {at}\n\nNurses and social workers share one plan for each person in district {at}." for at in range(4)]
OTHER = [f"Bridge {at} painted\n\nThe bridge over the river was painted and lorries were sent another way, by road {at}." for at in range(4)]


@pytest.fixture
def base(tmp_path: Path) -> Base:
    made = Base(tmp_path / "base").create()
    read = [replace(text_document(text), extractor_version=EXTRACTOR_VERSION) for text in (*CARE, *OTHER)]
    write_segment(made.documents(EXTRACTOR_VERSION) / segment_name("made", 0), read, Document)
    return made


def _screened(base: Base) -> list[dict[str, object]]:
    answer = CliRunner().invoke(build_app(["screen"]), ["screen", "--base", str(base.root), "--json"])
    assert answer.exit_code == 0, answer.output
    found: list[dict[str, object]] = json.loads(answer.stdout)
    return found


def test_answers_of_people_decide_what_comes_next_and_what_is_judged_is_not_shown(base: Base, tmp_path: Path) -> None:
    assert len(_screened(base)) == 8
    given = [
        Decision("a1", "ana", datetime(2026, 3, 1, tzinfo=UTC), "accept", text_document(CARE[0]).id, "relevance", "relevant"),
        Decision("a2", "ana", datetime(2026, 3, 2, tzinfo=UTC), "reject", text_document(OTHER[0]).id, "relevance", "relevant"),
    ]
    path = tmp_path / "given.jsonl"
    path.write_text("".join(as_line(one) for one in given), encoding="utf-8")
    import_decisions(base, path, load_taxonomy())
    following = [str(one["title"]) for one in _screened(base)]
    assert len(following) == 6
    assert all(title.startswith("Shared plans") for title in following[:3])
