"""Gold files told apart, predicted without their labels, and scored without favour to what the models have learnt from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from classify import evaluation, models
from evidence.errors import UsageError
from evidence.settings import settings
from evidence.taxonomy import load_taxonomy
from pipeline import evaluating
from pipeline.cli import build_app
from pipeline.commands.measure import readable
from pipeline.gold_files import ABSTRACTS, DOCUMENTS, PAGES, SENTENCES, check_labels, read_gold, readers_agreement

ABSTRACT = {
    "title": "Joint visits by nurses and social workers", "study_design": "randomised_trial",
    "abstract": "Methods We randomly assigned 412 people to joint visits or usual care; analysis was by intention to treat. Results "
                "Admissions were lower in the intervention arm (odds ratio 0.7, 95% CI 0.5 to 0.9).",
}
SENTENCE = {
    "text": "Admissions were significantly lower with joint visits than with usual care.", "intervention": "joint visits",
    "comparator": "usual care", "outcome": "admissions", "change": "decrease",
}
REPORT = """Minutes of the joint committee

Apologies for absence were received. The committee noted the minutes of the last meeting and resolved that the integrated care team of
the council and the community trust should have one manager. The health and social care partnership will report at the next meeting.
"""


def _gold(folder: Path, *rows: dict[str, Any]) -> Path:
    (folder / "gold").mkdir(exist_ok=True)
    path = folder / "gold" / "some.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(build_app(arguments), list(arguments), env={"INTEGRAND_SEMANTIC": "0"})


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"path": "a.md", "title": "A"}, DOCUMENTS), (ABSTRACT, ABSTRACTS), (SENTENCE, SENTENCES), ({"pdf": "a.pdf", "page": 1}, PAGES),
        ({key: value for key, value in ABSTRACT.items() if key != "study_design"}, ABSTRACTS),
    ],
)
def test_a_format_is_told_by_its_fields_even_without_labels(tmp_path: Path, row: dict[str, Any], kind: str) -> None:
    gold = read_gold(_gold(tmp_path, row))
    assert gold.kind == kind
    assert gold.root == tmp_path.resolve()
    assert gold.labelled == any(label in row for label in ("study_design", "change"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1: not JSON"), ("[1]", "line 1: expected a JSON object"), ('{"colour": 1}', "line 1: no known format"), ("\n", "empty"),
        ('{"path": "a"}\n{"title": "b"}', "line 2: expected path, as in the first line"),
    ],
)
def test_a_file_that_is_no_gold_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.jsonl").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_gold(tmp_path / "bad.jsonl")


def test_predictions_of_documents_do_not_depend_on_labels(tmp_path: Path) -> None:
    (tmp_path / "minutes.txt").write_text(REPORT, encoding="utf-8")
    labelled = {"path": "minutes.txt", "relevance": "off_topic", "study_design": "opinion"}
    answers = []
    for row in (labelled, {"path": "minutes.txt"}):
        out = tmp_path / "out.jsonl"
        told = _run("evaluate", "--gold", str(_gold(tmp_path, row, {"path": "gone.txt"} if len(row) == 1 else row)), "--predictions", str(out))
        assert told.exit_code == 0, told.output
        answers.append([json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()])
    assert "refused gone.txt: " in told.output
    (refused,) = json.loads(_run("evaluate", "--gold", str(_gold(tmp_path, {"path": "gone.txt"})), "--json").output)["refused"]
    assert refused["input"] == "gone.txt" and refused["reason"]
    first, second = (rows[0] for rows in answers)
    assert {key: first[key] for key in ("relevance", "study_design", "tags")} == {key: second[key] for key in ("relevance", "study_design", "tags")}
    assert first["study_design"]["label"] == "record"
    assert answers[1][1]["path"] == "gone.txt" and answers[1][1]["status"] == "refused"


def test_what_was_learnt_from_is_left_out_before_it_is_scored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [SENTENCE | {"pmcid": str(at), "text": f"In trial {at} {SENTENCE['text']}"} for at in range(12)]
    gold = read_gold(_gold(tmp_path, *rows))
    tagger: Any = None
    assert "none of 12 inputs" in evaluating.evaluate(gold, tagger).notes[0]
    called: list[int] = []

    def never_seen(seen: list[dict[str, Any]]) -> list[str]:
        called.append(len(seen))
        return ["increase"] * len(seen)

    monkeypatch.setattr(evaluating, "learnt", lambda kind: frozenset(models.text_key(row["text"]) for row in rows[:5]))
    monkeypatch.setattr(evaluation, "cross_validated_changes", never_seen)
    again = evaluating.evaluate(gold, tagger)
    assert called == [5]
    assert "learnt from 5 of 12" in again.notes[0]
    (accuracy,) = [score for score in again.scores if score.name == "change accuracy"]
    assert accuracy.value == pytest.approx(7 / 12)
    assert [one["change"] for one in again.predictions] == ["decrease"] * 12


def test_scores_are_given_as_one_json_document_with_intervals(tmp_path: Path) -> None:
    told = _run("evaluate", "--gold", str(_gold(tmp_path, ABSTRACT)), "--json")
    assert told.exit_code == 0, told.output
    answer = json.loads(told.stdout)
    assert answer["kind"] == "abstracts" and answer["n"] == 1
    assert {score["measure"] for score in answer["scores"]} == {"study_design accuracy", "study_design macro-F1", "study_design kappa"}
    assert all(score["low"] <= score["value"] <= score["high"] for score in answer["scores"])


def test_what_is_nowhere_to_find_is_told_and_not_scored(tmp_path: Path) -> None:
    (tmp_path / "minutes.txt").write_text(REPORT, encoding="utf-8")
    row = {"path": "minutes.txt", "relevance": "relevant", "study_design": "record", "evidence_strength": "none", "places": [], "findings": []}
    told = _run("evaluate", "--gold", str(_gold(tmp_path, row)))
    assert told.exit_code == 0, told.output
    assert "nothing to find and nothing found, so no score: findings, places" in told.stderr
    assert "places" not in told.stdout and "relevance F1" in told.stdout


def test_the_readers_agreement_stands_beside_a_facet(tmp_path: Path) -> None:
    gold = read_gold(_gold(tmp_path, {"path": "a"}))
    assert readers_agreement(gold, "boundary") == ""
    (tmp_path / "gold" / "README.md").write_text(
        "Agreed: relevance 0.96 (kappa 0.92) · integration_type micro-F1 0.86 · boundary\n0.85 · level 0.84.", encoding="utf-8")
    assert readers_agreement(gold, "relevance") == "readers 0.96 (kappa 0.92)"
    assert readers_agreement(gold, "integration_type") == "readers 0.86"
    assert readers_agreement(gold, "boundary") == "readers 0.85"
    assert readers_agreement(gold, "theme") == ""


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    """Settings as the environment has them now, not as another test had them."""
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("fresh_settings")
def test_training_without_the_encoder_ends_before_anything_is_read_and_leaves_the_models_alone(tmp_path: Path) -> None:
    (tmp_path / "minutes.txt").write_text(REPORT, encoding="utf-8")
    gold = _gold(tmp_path, {"path": "minutes.txt", "relevance": "relevant", "study_design": "record", "evidence_strength": "none"})
    told = _run("train", "--gold", str(gold), "--models", str(tmp_path / "models"))
    assert told.exit_code == 1 and "needs the sentence encoder" in str(told.exception)
    assert not (tmp_path / "models").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("fresh_settings")
def test_too_few_documents_are_not_learnt_from_and_leave_the_models_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEGRAND_SEMANTIC", "1")
    (tmp_path / "minutes.txt").write_text(REPORT, encoding="utf-8")
    gold = _gold(tmp_path, {"path": "minutes.txt", "relevance": "relevant", "study_design": "record", "evidence_strength": "none"})
    told = CliRunner().invoke(build_app(["train"]), ["train", "--gold", str(gold), "--models", str(tmp_path / "models")])
    assert told.exit_code == 1 and "1 documents could be read; 40 are needed" in str(told.exception)
    assert not (tmp_path / "models").exists()


def test_a_label_that_nobody_knows_is_named(tmp_path: Path) -> None:
    gold = _gold(tmp_path, {"path": "minutes.txt", "relevance": "relevant", "study_design": "seance"})
    with pytest.raises(UsageError, match=r"minutes\.txt: 'seance': expected a label of study_design$"):
        check_labels(read_gold(gold), load_taxonomy())


def test_a_folder_among_labelled_documents_is_passed_over_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "minutes.txt").write_text(REPORT, encoding="utf-8")
    gold = _gold(tmp_path, {"path": "folder", "relevance": "relevant"}, {"path": "minutes.txt", "relevance": "relevant"})
    assert [row["path"] for row, _ in readable(read_gold(gold))] == ["minutes.txt"]
    assert "refused folder: holds several documents" in capsys.readouterr().err


def test_rates_over_pages_count_trials_and_bound_the_value() -> None:
    score = evaluating.rate_over("order", [(2, 2), (1, 2), (0, 1)])
    assert score.n == 5
    assert score.value == pytest.approx(0.6)
    assert score.low < score.value < score.high


@pytest.mark.parametrize(("name", "reason"), [("absent.jsonl", "no such file or directory"), ("gold", "is a directory")])
def test_a_gold_file_that_is_not_there_is_told_plainly(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "gold").mkdir()
    with pytest.raises(UsageError, match=f"{name}: {reason}$"):
        read_gold(tmp_path / name)
