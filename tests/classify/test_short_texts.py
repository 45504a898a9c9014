"""Short texts of our own: read with their labels, kept apart from the trap suite, and what models learn from them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classify.finding_training import short_examples
from classify.models import load_models
from classify.observation import Observer
from classify.short_designs import ANNOUNCED, LONG_SHARE, DesignExample, WholeText, _fit_whole, embedded, fit_short_design
from classify.short_texts import TEXTS, ShortCase, short_cases, text_document
from classify.study_design import FACET
from evidence.errors import UsageError
from evidence.taxonomy import load_taxonomy
from language.encoder import QuantisedEncoder
from tests.quality.traps import load_traps

TRIAL = (
    "Shared clinics for heart failure: a randomised trial\n\nWe randomised 400 people to a clinic held jointly by the practice and the hospital or "
    "to usual care. Emergency admissions fell by 12 per cent in the joint clinic. Costs rose by 4 per cent."
)


@pytest.fixture(scope="module")
def observer() -> Observer:
    return Observer(load_taxonomy())


def written(folder: Path, *rows: dict[str, object]) -> Path:
    (folder / "some.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return folder


def test_a_text_labelled_throughout_keeps_its_labels_and_one_of_known_relevance_has_no_others(tmp_path: Path, observer: Observer) -> None:
    folder = written(
        tmp_path,
        {"text": TRIAL, "pair": "clinic", "relevant": True, "study_design": "randomised_trial", "integration_type": ["clinical"],
         "findings": [{"outcome": "cost", "direction": "worsened"}]},
        {"text": TRIAL, "relevant": False},
    )  # fmt: skip
    full, bare = short_cases(observer, folder)
    assert (full.pair, full.design, full.types, full.findings) == ("clinic", "randomised_trial", {"clinical"}, (("cost", "worsened"),))
    assert (bare.pair, bare.relevant, bare.design, bare.types, bare.findings) == ("some 2", False, None, None, None)


@pytest.mark.parametrize(
    "row", [{"text": TRIAL}, {"text": TRIAL, "relevant": True, "study_design": "trial"}, {"text": TRIAL, "relevant": True, "integration_type": ["x"]}]
)
def test_a_row_that_is_not_as_expected_is_named_by_file_and_line(tmp_path: Path, observer: Observer, row: dict[str, object]) -> None:
    folder = written(tmp_path, {"text": TRIAL, "relevant": True}, row)
    with pytest.raises(UsageError, match=r"some\.jsonl, line 2"):
        short_cases(observer, folder)


def test_no_text_of_the_trap_suite_is_a_lesson() -> None:
    lessons = " ".join(" ".join(json.loads(line)["text"].split()) for path in TEXTS.glob("*.jsonl") for line in path.read_text("utf-8").splitlines())
    sentences = {part.strip() for trap in load_traps() for part in " ".join(trap.text.split()).split(". ") if len(part) > 60}
    assert sentences
    assert lessons
    assert not {one for one in sentences if one in lessons}


def test_an_effect_is_learnt_from_the_sentence_whose_change_goes_its_way(observer: Observer) -> None:
    observed = observer.observe(text_document(TRIAL))
    case = ShortCase("clinic", True, observed, findings=(("emergency_admissions", "improved"), ("cost", "worsened")))
    learnt = {outcome: example.claim.sentence.plain for example in short_examples(observer.taxonomy, case, (), False) for outcome in example.outcomes}
    assert "fell by 12" in learnt["emergency_admissions"]
    assert "rose by 4" in learnt["cost"]


def test_an_effect_that_every_sentence_tells_the_other_way_is_no_lesson(observer: Observer) -> None:
    case = ShortCase("clinic", True, observer.observe(text_document(TRIAL)), findings=(("cost", "improved"),))
    assert short_examples(observer.taxonomy, case, (), False) == []


def test_the_softmax_regression_tells_apart_what_is_apart() -> None:
    texts = np.vstack([np.eye(4)[at % 2] for at in range(40)]) * 5
    chosen = np.array([at % 2 for at in range(40)])
    said = _fit_whole(texts, chosen, 3).says(texts)
    assert (said.argmax(axis=1) == chosen).all()
    assert said.min() >= 0


def test_no_voice_is_lower_than_silence() -> None:
    said = WholeText(np.zeros((2, 2), dtype=np.float32), np.array([0.0, -50.0], dtype=np.float32)).says(np.zeros((1, 2)))
    assert said[0, 1] == 0.0


@pytest.mark.parametrize(
    ("title", "announced"),
    [
        ("Shared clinics for heart failure: study protocol and baseline characteristics", True),
        ("Care navigation for older people: rationale and methods of a randomised controlled trial", True),
        ("Protocol for a cluster randomised trial of joint visits", True),
        ("Joint visits after discharge: a trial protocol", True),
        ("Information sharing protocol for health and social care", False),
        ("Hospital discharge and transfer of care: a joint protocol", False),
        ("Delayed discharge: policy and protocol", False),
        ("Protocol for the review of care packages", False),
        ("Protocol for a systematic review of joint visits", True),
        ("Adherence to the discharge protocol in three wards", False),
        ("Design and use of a shared record", False),
    ],
)
def test_a_title_announces_a_protocol_only_where_it_plans_a_study(title: str, announced: bool) -> None:
    assert ANNOUNCED.found(title) is announced


def test_short_designs_need_lessons(observer: Observer) -> None:
    assert fit_short_design([], observer.labels(FACET)) is None


@pytest.mark.slow
def test_a_short_text_is_judged_by_both_models_and_a_long_one_by_that_of_reports() -> None:
    close = Observer(load_taxonomy(), QuantisedEncoder(threads=1))
    models = load_models()
    brief = close.observe(text_document(TRIAL))
    long = close.observe(text_document(TRIAL + "\n\nThe service has gone on since, as it was." * 60))
    assert models.study_design.short is not None
    assert embedded(brief).shape == (3 * 384,)
    by_reports = models.study_design.long.chances(brief.designs, brief.traits, brief.design_cues)
    both = (1 - LONG_SHARE) * models.study_design.short.chances(brief) + LONG_SHARE * by_reports
    assert (models.study_design.chances(brief) == both).all()
    assert not (models.study_design.chances(long) == models.study_design.short.chances(long)).all()
    assert models.study_design.labels[int(models.study_design.chances(brief).argmax())] == "randomised_trial"
    assert models.of("integration_type", short=True) is not models.of("integration_type", short=False)
    assert models.of("theme", short=True) is models.of("theme", short=False)


@pytest.mark.slow
def test_a_model_fitted_to_few_texts_gives_chances_for_every_label() -> None:
    close = Observer(load_taxonomy(), QuantisedEncoder(threads=1))
    labels = close.labels(FACET)
    texts = (TRIAL, "Minutes of the board\n\nApologies were received. The committee noted the report and agreed the minutes of the last meeting.")
    examples = [DesignExample(f"{at}", close.observe(text_document(texts[at % 2])), ("randomised_trial", "record")[at % 2], 1.0) for at in range(6)]
    model = fit_short_design(examples, labels)
    assert model is not None
    chances = model.chances(examples[0].observation)
    assert np.isclose(chances.sum(), 1.0)
    assert labels[int(chances.argmax())] == "randomised_trial"
