"""People's decisions as labels to learn from: the last word counts, the gold file gives way aloud, nothing unjudged is taken for absent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from classify.cases import Case
from classify.decided import amended, is_whole, knows, partial, verdicts_on
from classify.observation import Observer
from classify.readings import Readings
from classify.subject import about_row
from classify.training import fit_case_relevance, fit_design
from evidence.records import Decision
from evidence.taxonomy import load_taxonomy
from tests.classify.documents import made

TAXONOMY = load_taxonomy()
START = datetime(2026, 1, 5, tzinfo=UTC)


def decided(*told: tuple[str, str, str, str | None]) -> list[Decision]:
    """(action, facet, label, new label) of one document, oldest first."""
    return [
        Decision(f"d{at}", f"r{at}", START + timedelta(hours=at), action, "doc", facet, label, new)
        for at, (action, facet, label, new) in enumerate(told)
    ]


def test_the_last_word_on_a_label_counts_and_what_it_takes_back_is_counted() -> None:
    verdicts = verdicts_on(decided(("accept", "theme", "funding", None), ("reject", "theme", "funding", None)), TAXONOMY)["doc"]
    assert verdicts.holds == {("theme", "funding"): False} and verdicts.overruled == 1


def test_of_a_facet_of_one_label_a_new_one_takes_the_place_of_the_old() -> None:
    verdicts = verdicts_on(decided(("accept", "study_design", "opinion", None), ("change", "study_design", "opinion", "case_study")), TAXONOMY)["doc"]
    assert verdicts.only("study_design") == "case_study"


GOLD: dict[str, Any] = {"relevance": "relevant", "study_design": "opinion", "theme": ["funding"], "integration_type": []}


@pytest.mark.parametrize(
    ("told", "facet", "learnt"),
    [
        (("reject", "theme", "funding", None), "theme", []), (("add", "theme", "workforce", None), "theme", ["funding", "workforce"]),
        (("change", "study_design", "opinion", "policy"), "study_design", "policy"),
        (("reject", "relevance", "relevant", None), "relevance", "off_topic"),
    ],
)
def test_a_decision_wins_over_the_gold_file_and_that_is_told(told: tuple[str, str, str, str | None], facet: str, learnt: object) -> None:
    truth, apart = amended(GOLD, verdicts_on(decided(told), TAXONOMY)["doc"])
    assert truth[facet] == learnt and len(apart) == 1 and apart[0].startswith(facet)
    assert GOLD["theme"] == ["funding"], "the file's own line was changed"


def test_a_design_turned_down_without_another_leaves_the_file_as_it_is_and_says_so() -> None:
    truth, apart = amended(GOLD, verdicts_on(decided(("reject", "study_design", "opinion", None)), TAXONOMY)["doc"])
    assert truth["study_design"] == "opinion" and "the file stands" in apart[0]


def test_a_decision_on_a_facet_of_at_most_one_label_stays_one_label() -> None:
    gold = GOLD | {"reality": "real"}
    for told, learnt in ((("reject", "reality", "real", None), None), (("accept", "reality", "real", None), "real"),
                         (("change", "reality", "real", "virtual"), "virtual")):
        assert amended(gold, verdicts_on(decided(told), TAXONOMY)["doc"])[0]["reality"] == learnt


def test_what_people_call_off_topic_teaches_no_integration_and_what_they_call_relevant_only_what_they_judged() -> None:
    gold = GOLD | {"integration_type": ["clinical"], "integration_quotes": {"clinical": "One plan."}}
    off, _ = amended(gold, verdicts_on(decided(("reject", "relevance", "relevant", None)), TAXONOMY)["doc"])
    assert (off["relevance"], off["integration_type"], off["integration_quotes"]) == ("off_topic", [], {})
    told = decided(("add", "integration_type", "clinical", None))
    joined, _ = amended(GOLD | {"relevance": "off_topic"}, verdicts_on(told, TAXONOMY)["doc"])
    assert joined["relevance"] == "relevant"
    assert not is_whole(joined)
    assert knows(joined, "integration_type", "clinical")
    assert not knows(joined, "integration_type", "service")


def test_a_decision_that_agrees_with_the_file_changes_nothing() -> None:
    truth, apart = amended(GOLD, verdicts_on(decided(("accept", "theme", "funding", None)), TAXONOMY)["doc"])
    assert apart == [] and truth["theme"] == ["funding"]


def test_of_a_document_beside_the_file_only_what_was_judged_is_known() -> None:
    told = decided(("accept", "integration_type", "clinical", None), ("reject", "theme", "funding", None))
    truth = partial(verdicts_on(told, TAXONOMY)["doc"], TAXONOMY)
    assert not is_whole(truth)
    assert knows(truth, "integration_type", "clinical") and knows(truth, "theme", "funding")
    assert not knows(truth, "integration_type", "service") and not knows(truth, "study_design")
    assert truth["relevance"] == "relevant", "a document with an integration type is relevant"


def _cases(observer: Observer, *truths: dict[str, Any]) -> list[Case]:
    texts = [
        ("Bread", "Bakers rise early in the valley, and the oven is hot by four.", "off_topic", "opinion"),
        ("Joined-up care", "The hospital and the council run one integrated team for health and social care.", "relevant", "case_study"),
    ]
    cases = []
    for number in range(24):
        title, body, relevance, design = texts[number % 2]
        document = made(f"{title} {number}", f"{body} This is paper number {number} of the year.")
        cases.append(Case(f"gold{number}", {"relevance": relevance, "study_design": design}, observer.observe(document), document))
    odd = made("The fountain", "The fountain of the market square was cleaned, and children play there again all day long.")
    return [*cases, *(Case(f"decided{at}", truth, observer.observe(odd), odd) for at, truth in enumerate(truths))]


def test_a_decision_changes_what_relevance_and_design_learn() -> None:
    observer = Observer(TAXONOMY)

    def learnt(*told: tuple[str, str, str, str | None]) -> tuple[float, float]:
        verdicts = verdicts_on(decided(*told), TAXONOMY)
        truths = [partial(verdicts["doc"], TAXONOMY)] * 6 if verdicts else []
        cases = _cases(observer, *truths)
        read = Readings(cases, observer, closely=False)
        relevance = fit_case_relevance(cases, read).short
        odd = _cases(observer, {"judged": []})[-1].observation
        design = fit_design(cases, [], observer)
        chances = design.chances(odd.designs, odd.traits, odd.design_cues)
        relevant = relevance.probability("relevant", about_row(odd, read.of(odd), short=True))
        return relevant, float(chances[observer.labels("study_design").index("record")])

    before, record_before = learnt()
    after, record_after = learnt(("accept", "relevance", "relevant", None), ("add", "study_design", "record", None))
    assert after > before + 0.02, "six documents that people called relevant left relevance as it was"
    assert record_after > record_before + 0.02, "six documents that people called records left the designs as they were"
    other, record_other = learnt(("add", "theme", "funding", None))
    assert (round(record_other, 6)) == round(record_before, 6), "a judged theme was taken for a judged design"
    assert learnt(("accept", "relevance", "relevant", None)) == learnt(("accept", "relevance", "relevant", None))
    assert other >= before
