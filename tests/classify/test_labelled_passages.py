"""What readers said of passages: readable, found again by their words alone, and what heads and passage models learn from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classify import document_lessons
from classify.document_lessons import document_marks, passage_marks
from classify.heads import JOINING, NOT_SAID, head_keys
from classify.labelled_passages import (
    ARGUABLE,
    CLAIMS,
    FILE,
    PASSAGE_FACETS,
    LabelledPassage,
    labelled_claims,
    labelled_passages,
    passage_digest,
    unknown_labels,
)
from classify.models import load_models
from classify.observation import Observation, Observer
from classify.outcomes import DIRECTIONS
from classify.passage_training import fit_passages
from classify.short_texts import text_document
from classify.substance import PASSAGE_FEATURES, HeadLogits, PassageModels, substance
from evidence.errors import UsageError
from evidence.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
KEYS = head_keys(TAXONOMY)
SERVICE, HOUSING, WORKFORCE = ("integration_type", "service"), ("boundary", "health_housing"), ("theme", "workforce")
TEAM = (
    "The nurses of the trust and the social workers of the council sit in one office and share one list of the people whom they visit. "
    "Each morning they agree who goes to whom, and whoever goes does what is needed, whether it is a dressing, a meal or a form to be signed."
)
BREAD = (
    "The bakers of the valley rise at four and are done by nine, when the market opens and the children walk to school along the river. "
    "On Sundays the ovens are cold, and the bakers sit on the wall of the churchyard and watch the boats go down to the sea and come back."
)


def observed(*paragraphs: str) -> Observation:
    return Observer(TAXONOMY).observe(text_document("\n\n".join(("A valley", *paragraphs))))


def test_case_punctuation_and_spaces_do_not_hide_a_passage() -> None:
    assert passage_digest("One team,  for all\nof us.") == passage_digest("one TEAM for all of us")
    assert passage_digest("One team for all of us") != passage_digest("One team for none of us")


def test_every_label_of_the_file_is_one_of_the_taxonomy_and_none_of_joining_is_off_the_subject() -> None:
    passages = labelled_passages()
    assert not unknown_labels(TAXONOMY, passages)
    joined = {"integration_type", "breadth", "boundary", "level"}
    assert not [digest for digest, one in passages.items() if one.about == 0 and any(facet in joined for facet, _ in one.shown)]
    assert sum(one.about == 1 for one in passages.values()) > 500


def test_every_effect_of_the_file_is_of_a_known_outcome_and_direction() -> None:
    effects = [effect for one in labelled_claims().values() for effect in one.effects.items()]
    assert len(effects) > 300
    assert {outcome for outcome, _ in effects} <= set(TAXONOMY.facet("outcome_domain").label_ids)
    assert {direction for _, direction in effects} <= set(DIRECTIONS)


@pytest.mark.parametrize("line", ["", "abc\t1\t", "0123456789ab\t2\t", "0123456789ab\t1\tcolour/red", "0123456789ab\t1\ttheme"])
def test_a_line_that_is_not_as_expected_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "some.tsv").write_text(f"{FILE.read_text(encoding='utf-8').splitlines()[0]}\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"some\.tsv, line 2"):
        labelled_passages(tmp_path / "some.tsv")


@pytest.mark.parametrize("line", [
    "", "0123456789ab\t2\t", "0123456789ab\t0\tcost:improved", "0123456789ab\t3\tcost:improved", "0123456789ab\t2\tcost:better",
])
def test_a_claim_that_is_not_as_expected_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "some.tsv").write_text(f"{CLAIMS.read_text(encoding='utf-8').splitlines()[0]}\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"some\.tsv, line 2"):
        labelled_claims(tmp_path / "some.tsv")


def test_what_is_arguable_weighs_half_and_what_is_not_named_is_not_shown() -> None:
    truth, weights = passage_marks(KEYS, [LabelledPassage(1.0, {SERVICE: 1.0, WORKFORCE: ARGUABLE}), LabelledPassage(ARGUABLE, {})])
    at = {key: KEYS.index(key) for key in (JOINING, SERVICE, WORKFORCE, HOUSING)}
    assert truth[0, [at[JOINING], at[SERVICE], at[WORKFORCE], at[HOUSING]]].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert weights[0, [at[JOINING], at[SERVICE], at[WORKFORCE], at[HOUSING]]].tolist() == [1.0, 1.0, ARGUABLE, NOT_SAID]
    assert weights[1, at[JOINING]] == 0.0
    assert not weights[:, [at for at, (facet, _) in enumerate(KEYS) if facet == "perspective"]].any()


def test_a_judged_passage_teaches_what_was_judged_and_a_quotation_stands_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_lessons, "labelled_passages", lambda: {passage_digest(TEAM): LabelledPassage(0.0, {})})
    one = observed(TEAM, BREAD)
    assert list(one.judged) == [0]
    assert one.lesson_positions.tolist() == [0]
    column = KEYS.index(SERVICE)
    truth, weights = document_marks(KEYS, one.signs, one.lesson_positions, one.judged, {"relevance": "relevant"})
    assert (truth[0, column], weights[0, column]) == (0.0, NOT_SAID)
    truth, weights = document_marks(KEYS, one.signs, one.lesson_positions, one.judged, {"integration_quotes": {"service": TEAM}})
    assert (truth[0, column], weights[0, column], truth[0, KEYS.index(JOINING)]) == (1.0, 1.0, 1.0)


def test_an_off_topic_document_that_nobody_judged_teaches_what_it_does_not_show() -> None:
    one = observed(TEAM, BREAD)
    truth, weights = document_marks(KEYS, one.signs, np.array([0, 1]), {}, {"relevance": "off_topic"})
    assert not truth.any()
    assert weights[:, KEYS.index(SERVICE)].all()
    assert not weights[:, KEYS.index(WORKFORCE)].any()


def test_a_label_that_the_taxonomy_has_got_since_is_not_denied_by_passages() -> None:
    keys = (*KEYS, ("theme", "gardening"))
    _, weights = passage_marks(keys, [LabelledPassage(1.0, {})])
    assert (weights[0, -1], weights[0, KEYS.index(WORKFORCE)]) == (0.0, NOT_SAID)


def told(one: Observation, read: float, words: float, closely: bool) -> HeadLogits:
    count = len(one.signs.excerpts)
    spoken = np.full((1 + count, len(KEYS)), words)
    return HeadLogits(KEYS, np.full((count, len(KEYS)), read if closely else 0.0), spoken, np.zeros(len(KEYS)), np.full(count, closely))


def test_passage_models_learn_how_far_to_trust_the_heads(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {passage_digest(TEAM): LabelledPassage(1.0, {SERVICE: 1.0}), passage_digest(BREAD): LabelledPassage(0.0, {})}
    monkeypatch.setattr(document_lessons, "labelled_passages", lambda: shown)
    team, bread = observed(TEAM), observed(BREAD)
    models = fit_passages([(team, told(team, 2.0, 1.0, True)), (bread, told(bread, -1.0, 1.0, True))] * 120)
    service = models.read["integration_type"]
    assert service.features == PASSAGE_FEATURES[True]
    assert service.weights[service.features.index("read")] > 0.1
    assert "read" not in models.unread["integration_type"].features
    said = [substance(one.signs, told(one, read, 1.0, True), models).column(SERVICE)[0] for one, read in ((team, 2.0), (bread, -1.0))]
    assert said[0] > 1.0
    assert said[1] < -1.0


def test_few_passages_fit_no_model_and_logits_are_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_lessons, "labelled_passages", lambda: {passage_digest(TEAM): LabelledPassage(1.0, {SERVICE: 1.0})})
    one = observed(TEAM)
    assert fit_passages([(one, told(one, 2.0, 1.0, True))]) == PassageModels()
    assert substance(one.signs, told(one, 2.0, 1.0, True), PassageModels()).column(SERVICE).tolist() == [3.0]


def test_a_taxonomy_without_a_facet_of_the_passages_is_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {passage_digest(TEAM): LabelledPassage(1.0, {SERVICE: 1.0}), passage_digest(BREAD): LabelledPassage(0.0, {})}
    monkeypatch.setattr(document_lessons, "labelled_passages", lambda: shown)
    kept = np.array([at for at, (facet, _) in enumerate(KEYS) if facet != "level"])
    one = observed(TEAM, BREAD)
    said = told(one, 1.0, 1.0, True)
    fewer = HeadLogits(tuple(KEYS[at] for at in kept), said.read[:, kept], said.words[:, kept], said.title[kept], said.closely)
    assert set(fit_passages([(one, fewer)] * 120).read) == {"relevance", *PASSAGE_FACETS} - {"level"}


def test_a_passage_model_of_an_earlier_training_does_not_outlive_it(tmp_path: Path) -> None:
    for name in ("passage_read_level.json", "passage_unread_level.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
    replace(load_models(closely=False), passages=PassageModels()).write(tmp_path)
    assert len(list(tmp_path.glob("passage_*"))) == 2, "models for cues alone took those away that belong to the others"
    replace(load_models(), passages=PassageModels()).write(tmp_path)
    assert not list(tmp_path.glob("passage_*"))
