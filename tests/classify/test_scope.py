"""Scope: what is denied, cited, expected or an address must not count."""

from __future__ import annotations

import pytest

from classify.appraisal import sample_sizes
from classify.changes import change_of
from classify.cue_index import CueIndex
from classify.effects import effect_in
from classify.label_evidence import EvidenceReader, is_denied
from classify.places import mentions
from classify.prose import Prose, is_chrome, is_reference, zone_of
from evidence.taxonomy import Cue, load_taxonomy
from tests.classify.documents import made


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("The services are not integrated care", True),
        ("Money flows without any pooled budgets", True),
        ("This is not only integrated care", False),
        ("They built integrated care", False),
    ],
)
def test_a_denied_cue_does_not_count(text: str, denied: bool) -> None:
    at = max(text.find("integrated care"), text.find("pooled budgets"))
    assert is_denied(text, at) is denied


def test_every_cue_is_found_as_its_own_expression_finds_it() -> None:
    patterns = ["integrat* care", "pool* ~3 budget*", "health and care", "co-ordinat*", "randomi?ed", "ICS"]
    index: CueIndex[str] = CueIndex((pattern, Cue(pattern)) for pattern in patterns)
    for text in (
        "Integrated care for all", "pooling of all their budgets", "health & care", "Coordinated and co-ordinated", "a randomized trial",
        "the ICS met", "physics is not it", "integrating the care",
    ):
        assert [hit.key for hit in index.hits(text)] == [pattern for pattern in patterns if Cue(pattern).compiled().search(text)]


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("Emergency admissions have fallen by 14% since the hub opened.", True),
        ("The programme will reduce emergency admissions.", False),
        ("Our aim is to improve access to care.", False),
        ("Has it reduced costs?", False),
        ("The team led to fewer readmissions.", True),
    ],
)
def test_expectations_and_questions_are_no_claims_of_effect(text: str, claim: bool) -> None:
    assert effect_in(text).is_claim is claim


@pytest.mark.parametrize(
    ("text", "outcome", "change"),
    [
        ("Admissions fell by 12 per cent, while satisfaction increased.", "Admissions", "decrease"),
        ("Admissions fell by 12 per cent, while satisfaction increased.", "satisfaction", "increase"),
        ("There was no significant difference in mortality between groups.", "mortality", "no_change"),
        ("Costs were higher in the intervention group (p = 0.34).", "Costs", "no_change"),
        ("The mean stay was 6.1 versus 8.4 days.", "stay", "decrease"),
    ],
)
def test_the_change_is_that_of_the_outcome_asked_for(text: str, outcome: str, change: str) -> None:
    assert change_of(text, outcome) == change


def places(text: str) -> list[str]:
    return [found.printed for sentence in Prose(made("A title", text)).sentences for found in mentions(sentence)]


def test_ambiguous_names_need_a_places_company() -> None:
    assert places("Reading the report took an hour, and nothing in it is new to us.") == []
    assert places("Bath chairs were provided to all of the patients on the ward.") == []
    assert places("The pilot in Reading joined two teams of nurses and therapists.") == ["Reading"]


def test_addresses_universities_and_streets_are_no_places() -> None:
    assert places("Published by the Trust, 3 Park Lane, Leeds LS11 0DL, and on the web.") == []
    assert places("The study was led by researchers of the University of Bradford this year.") == []
    assert places("The team works in Bradford and in Tower Hamlets with the council.") == ["Bradford", "Tower Hamlets"]


def test_years_are_no_samples() -> None:
    assert sorted(sample_sizes("In 2014 we interviewed 33 participants and analysed 6,807 records (n = 412).")) == [33, 412, 6807]


def test_reference_lists_and_menus_are_left_out() -> None:
    assert zone_of("References") == "skipped" and zone_of("3. Methods") == "methods" and zone_of("Leeds") is None
    assert is_reference("Smith J, Jones P. Integrated care teams. J Integr Care. 2014;12(3):34-56.")
    assert is_chrome("We use cookies to improve this site. Accept all cookies.")
    assert not is_reference("In 2014 the two trusts merged, and the council joined them a year later.")


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("The practices have not merged and have not formed a federation.", True),
        ("There is no doubt that pooled budgets have brought the two bodies together.", False),
        ("The not-for-profit federation runs the clinics.", False),
        ("None of this would have happened without the nurses who built multidisciplinary teams.", False),
    ],
)
def test_only_what_is_denied_is_kept_from_being_read(text: str, denied: bool) -> None:
    evidence = EvidenceReader(load_taxonomy(), ["integration_type"]).read(Prose(made("A report", text)))
    assert any(one.denied for one in evidence.values()) is denied
