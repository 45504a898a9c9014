"""Findings: which sentences are candidates, what they say was changed and whether for the better, and what is recorded of a document."""

from __future__ import annotations

from pathlib import Path

import pytest

from classify.claim_lessons import claim_keys, example_lessons, own_lessons
from classify.claims import MOST_READ, ClaimReader
from classify.findings import is_own
from classify.outcomes import DIRECTIONS, TRAITS, VOTES, change_at, change_of_direction, direction_votes, outcome_rows, place_of
from classify.prose import Prose
from classify.tagging import Tagger
from evidence.errors import UsageError
from evidence.taxonomy import Taxonomy, load_taxonomy
from tests.classify.documents import HUB, made


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    return load_taxonomy()


@pytest.fixture(scope="module")
def reader(taxonomy: Taxonomy) -> ClaimReader:
    return ClaimReader(taxonomy)


def nearest(taxonomy: Taxonomy, reader: ClaimReader, outcome: str, plain: str) -> str:
    """The direction that the nearest word of change votes for."""
    start, end = place_of(outcome, plain, reader.outcomes(plain))
    votes, _ = direction_votes(taxonomy, outcome, plain, start, end, None)
    said = votes[:, VOTES.index("nearest")]
    return DIRECTIONS[int(said.argmax())] if said.any() else "none"


@pytest.mark.parametrize(
    ("outcome", "plain", "expected"),
    [
        ("emergency_admissions", "Emergency admissions fell by a tenth once the team had started.", "improved"),
        ("emergency_admissions", "Emergency admissions rose by a tenth once the team had started.", "worsened"),
        ("cost", "The joint service lowered hospital costs, while admissions rose.", "improved"),
        ("workforce_supply", "Staff turnover increased in the year of the merger.", "worsened"),
        ("workforce_supply", "Retention increased in the year of the merger.", "improved"),
        ("mortality", "There was no significant difference in mortality between the groups.", "no_change"),
        ("clinical_outcome", "The group had halved its odds of a decline in daily functioning.", "improved"),
        ("clinical_outcome", "The group had a higher risk of worsening symptoms.", "worsened"),
        ("access_waiting", "Waiting times doubled after the contract changed hands.", "worsened"),
    ],
)
def test_a_rise_is_good_or_bad_by_what_is_measured(taxonomy: Taxonomy, reader: ClaimReader, outcome: str, plain: str, expected: str) -> None:
    assert nearest(taxonomy, reader, outcome, plain) == expected


def test_two_outcomes_of_one_sentence_each_have_their_own_change(taxonomy: Taxonomy, reader: ClaimReader) -> None:
    plain = "Length of stay was shorter in the merged unit, but readmissions increased."
    assert nearest(taxonomy, reader, "length_of_stay", plain) == "improved"
    assert nearest(taxonomy, reader, "emergency_admissions", plain) == "worsened"


def test_a_word_that_names_the_outcome_is_not_its_change() -> None:
    plain = "Savings were made by sharing one office."
    assert all(change.start > 0 for change in change_at(plain, 0, len("Savings")) if change.name != "decrease") or not change_at(plain, 0, 7)
    assert change_of_direction("improved", "increase", change_at("Savings grew.", 0, 7)) == "increase"


def test_rows_and_votes_have_the_columns_that_models_are_fitted_with(taxonomy: Taxonomy, reader: ClaimReader) -> None:
    plain = "Falls among residents were halved."
    labels = taxonomy.facet("outcome_domain").label_ids
    rows = outcome_rows(labels, plain, reader.outcomes(plain), None)
    votes, traits = direction_votes(taxonomy, "safety", plain, 0, 5, None)
    assert rows.shape[0] == len(labels) and rows[labels.index("safety")][0] == 1.0
    assert votes.shape == (len(DIRECTIONS), len(VOTES)) and traits.shape == (len(TRAITS),)


def test_a_long_record_gives_no_more_candidates_than_are_read(reader: ClaimReader) -> None:
    paragraphs = [f"In month {number} the joint team reduced emergency admissions by {number} per cent." for number in range(1, MOST_READ + 30)]
    claims = reader.claims(Prose(made("Report of the joint team", *paragraphs)), {})
    assert len(claims) == MOST_READ
    assert [claim.sentence.number for claim in claims] == sorted(claim.sentence.number for claim in claims)


def test_what_has_happened_has_more_merit_than_what_is_hoped_for(reader: ClaimReader) -> None:
    document = made(
        "A joint team", "The joint team has reduced emergency admissions by 12 per cent compared with the year before.",
        "Lower emergency admissions, shorter stays and better access should be what each joint team has in mind.",
    )
    done, hoped = reader.claims(Prose(document), {})
    assert done.merit > hoped.merit


@pytest.mark.parametrize(
    "plain",
    [
        "The joint team is expected to reduce emergency admissions by 12 per cent and will save £4 million a year.",
        "Our ambition is that hospital admissions will be lower than last year.",
        "If costs are lower than the price, the five organisations share the savings.",
    ],
)
def test_an_expectation_is_no_claim(reader: ClaimReader, plain: str) -> None:
    assert not reader.claims(Prose(made("A joint team", plain)), {})


def test_what_a_study_found_is_not_a_strategy_s_own_effect(reader: ClaimReader) -> None:
    text = "A matched study of 2,410 patients in another county found that the ward reduced admissions."
    sentence = reader.claims(Prose(made("A strategy for virtual wards", text)), {})[0].sentence
    assert not is_own(sentence, "policy") and is_own(sentence, "quasi_experiment")


def test_the_hub_s_fall_in_admissions_is_recorded_as_its_own() -> None:
    found = [one for one in Tagger().tag(HUB).findings if one.outcome == "emergency_admissions"]
    assert [(one.direction, one.change, one.own) for one in found] == [("improved", "decrease", True)]
    assert "fallen by 14%" in found[0].span.quote and found[0].size == "14%"


def test_lessons_cover_every_outcome_both_ways_and_repeat_nothing(taxonomy: Taxonomy) -> None:
    lessons = own_lessons(taxonomy)
    assert {one.outcome for one in lessons if one.claims} == set(taxonomy.facet("outcome_domain").label_ids)
    assert len({one.text for one in lessons}) == len(lessons)
    assert {one.direction for one in lessons if one.claims} == set(DIRECTIONS)
    assert sum(not one.claims for one in lessons) > 50 and not {one.text for one in lessons} & {one.text for one in example_lessons(taxonomy)}
    assert len(claim_keys(taxonomy)) == 1 + len(taxonomy.facet("outcome_domain").labels) + 3


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("[claims.joy]\nimproved = ['x']\n[others]\n", "claims.joy"),
        ("[claims.cost]\nup = ['x']\n[others]\n", "claims.cost.up"),
        ("[claims.cost]\nimproved = ['x']\n", "others"),
        ("claims = [", "expected TOML"),
    ],
)
def test_a_wrong_lesson_file_is_refused_naming_the_key(taxonomy: Taxonomy, tmp_path: Path, content: str, named: str) -> None:
    path = tmp_path / "claims.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=named):
        own_lessons(taxonomy, path)
