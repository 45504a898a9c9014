"""Decisions out of a base and into another, and how far reviewers agree."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evidence.base import Base
from evidence.errors import UsageError
from evidence.records import Decision, Span, Tag, Tagging
from evidence.taxonomy import load_taxonomy
from pipeline.agreement import Difference, agreements, judgements
from pipeline.cli import build_app
from pipeline.decision_files import as_line, export_decisions, import_decisions
from warehouse.decisions import read_decisions

TAXONOMY = load_taxonomy()


def _decision(
    id: str, reviewer: str, action: str, label: str, facet: str = "integration_type", target: str = "d1", **more: str
) -> Decision:
    return Decision(id, reviewer, datetime(2026, 3, int(id[-1]) + 1, tzinfo=UTC), action, target, facet, label, **more)


@pytest.fixture
def base(tmp_path: Path) -> Base:
    made = Base(tmp_path / "base")
    made.create()
    return made


def _file(folder: Path, *decisions: Decision) -> Path:
    path = folder / "given.jsonl"
    path.write_text("".join(as_line(one) for one in decisions), encoding="utf-8")
    return path


def test_what_is_imported_is_read_once_and_exported_again(base: Base, tmp_path: Path) -> None:
    given = [_decision("a1", "ana", "accept", "service"), _decision("b2", "bo", "reject", "service", quote="Zwei Häuser\u2028ein Team")]
    path = _file(tmp_path, *given)
    assert import_decisions(base, path, TAXONOMY) == (2, 0)
    assert import_decisions(base, path, TAXONOMY) == (0, 2)
    assert read_decisions(base) == given
    assert export_decisions(base, tmp_path / "out.jsonl") == 2
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("tail", ['{"id": "x9", "revie', as_line(_decision("z9", "ana", "accept", "clinical")).rstrip("\n")])
def test_a_file_that_ends_without_a_line_feed_stays_readable(base: Base, tmp_path: Path, tail: str) -> None:
    base.decisions.mkdir(parents=True, exist_ok=True)
    (base.decisions / "ana.jsonl").write_text(as_line(_decision("a0", "ana", "accept", "service")) + tail, encoding="utf-8")
    import_decisions(base, _file(tmp_path, _decision("a1", "ana", "reject", "financial")), TAXONOMY)
    kept = {one.id for one in read_decisions(base)}
    assert kept == {"a0", "a1"} | ({"z9"} if tail.endswith("}") else set())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": "spiritual"}, "line 2: 'spiritual': expected a label of integration_type"),
        ({"action": "redact"}, "line 2: action 'redact': expected one of accept"),
        ({"reviewer": "../etc"}, "line 2: reviewer '../etc': expected a short name"),
        ({"decided_at": "soon"}, "line 2: not a decision: decided_at"),
    ],
)
def test_one_wrong_line_brings_in_nothing_and_is_named(base: Base, tmp_path: Path, change: dict[str, str], message: str) -> None:
    good = as_line(_decision("a1", "ana", "accept", "service"))
    path = tmp_path / "given.jsonl"
    path.write_text(good + json.dumps(json.loads(as_line(_decision("a2", "ana", "accept", "service"))) | change) + "\n", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        import_decisions(base, path, TAXONOMY)
    assert message in str(refused.value)
    assert read_decisions(base) == []


def test_agreement_counts_the_last_word_on_labels_that_both_judged() -> None:
    found = agreements([
        _decision("a0", "ana", "reject", "service"), _decision("b1", "bo", "accept", "service"),
        _decision("a2", "ana", "accept", "service"), _decision("a3", "ana", "change", "financial", new_label="clinical"),
        _decision("b4", "bo", "add", "clinical"), _decision("b5", "bo", "accept", "financial"), _decision("b6", "bo", "accept", "normative"),
    ])
    (one,) = found
    assert (one.facet, one.reviewers, one.n) == ("integration_type", ("ana", "bo"), 3)
    assert one.agreed == pytest.approx(2 / 3)
    assert one.apart == (Difference("d1", "integration_type", "financial", ("does not hold", "holds")),)
    assert one.kappa == pytest.approx(0.0)


def test_two_who_change_a_design_to_different_ones_differ_and_each_is_compared_with_the_machine() -> None:
    span = Span(1, 0, 1, "a")
    said = tuple(Tag(facet, label, 0.6, False, "cues", span) for facet, label in (("study_design", "opinion"), ("theme", "funding")))
    tagging = Tagging("d1", "x", "c", tags=said)
    between, ana, bo = agreements([
        _decision("a1", "ana", "change", "opinion", "study_design", new_label="policy"),
        _decision("b1", "bo", "change", "opinion", "study_design", new_label="record"),
    ], [tagging])
    assert (between.reviewers, between.n, between.agreed) == (("ana", "bo"), 1, 0.0)
    assert between.apart == (Difference("d1", "study_design", "", ("policy", "record")),)
    assert (ana.reviewers, ana.agreed) == (("ana", "the machine"), 0.0) and bo.apart[0].said == ("record", "opinion")
    theme, design = agreements([
        _decision("a1", "ana", "accept", "funding", "theme"), _decision("a2", "ana", "reject", "policy", "study_design"),
    ], [tagging])
    assert (theme.agreed, design.agreed) == (1.0, 1.0)


def test_a_label_rejected_beside_another_that_was_named_leaves_the_named_one() -> None:
    made = [_decision("a1", "ana", "add", "policy", "study_design"), _decision("a2", "ana", "reject", "opinion", "study_design")]
    assert judgements(made) == {"ana": {("d1", "study_design", ""): "policy"}}


def test_a_label_of_a_facet_that_the_machine_left_open_is_a_difference() -> None:
    (one,) = agreements([_decision("a1", "ana", "add", "low", "intensity")], [Tagging("d1", "x", "c")])
    assert (one.n, one.apart[0].said) == (1, ("low", "no label"))


def test_agreement_is_told_with_kappa_and_where_reviewers_differ(base: Base, tmp_path: Path) -> None:
    given = [_decision(f"{who}{at}", who, action, label) for who, actions in (("ana", "araar"), ("boo", "arara"))
             for at, (label, action) in enumerate(zip(
                 ("service", "clinical", "financial", "systemic", "normative"),
                 ({"a": "accept", "r": "reject"}[one] for one in actions), strict=True))]
    import_decisions(base, _file(tmp_path, *given), TAXONOMY)
    answer = CliRunner().invoke(build_app(["agreement"]), ["agreement", "--base", str(base.root)])
    assert answer.exit_code == 0, answer.output
    assert "n    5  agreed 0.60  kappa 0.17" in answer.output
    assert "d1 systemic: ana says holds but boo says does not hold" in answer.output


@pytest.mark.parametrize("name", ["absent.csv", "absent.xlsx", "absent.jsonl"])
def test_a_file_that_is_not_there_is_told_plainly(base: Base, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name}: no such file$"):
        import_decisions(base, tmp_path / name, TAXONOMY)
