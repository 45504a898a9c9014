"""Places: which names of the gazetteer are places where something happens, and which are authors, addresses or wider areas."""

from __future__ import annotations

import signal

import pytest

from classify.models import load_models
from classify.places import candidates, mentions, places
from classify.prose import Prose
from tests.classify.documents import made


def told(*paragraphs: str) -> dict[str, bool]:
    """By name as printed, whether anything is told of the place itself."""
    found = candidates(Prose(made("Joined-up care", *paragraphs)), {})
    return {one.name: any(mention.told for mention in one.mentions) for one in found}


def test_an_author_who_is_called_like_a_town_is_no_place() -> None:
    assert "Lancaster" not in told("Lancaster argues that a team is a habit.", "I side with Lancaster on most days, in the end.")


def test_a_town_is_a_place_though_somebody_of_its_name_said_something() -> None:
    assert told("Lancaster argues that a team is a habit.", "In Lancaster nurses and social workers share one office.")["Lancaster"]


def test_the_country_after_a_town_only_says_where_the_town_is() -> None:
    found = told("The trial took place in Ghent, Belgium, among people with frailty.")
    assert found["Ghent"] and not found["Belgium"]


def test_a_country_in_which_something_happens_is_told_of() -> None:
    assert told("Care groups were set up in Belgium and in the Netherlands.")["Belgium"]


def test_hospitals_and_pilots_of_an_area_tell_of_the_area() -> None:
    found = told("The record was shared across seven Cheshire hospitals.", "This was the aim of the Lancashire (LC) pilots from the start.")
    assert found == {"Cheshire": True, "Lancashire": True}


def test_a_publisher_s_address_is_no_place() -> None:
    assert not list(mentions(Prose(made("Report", "Published by the trust, 12 Castle Street, Norwich NR1 3AB.")).sentences[1]))


SITE = "In Leeds the memory clinic, the surgeries and the council's home care agree one plan with each person with dementia."


@pytest.mark.parametrize("line", [
    "1 School of Social Policy, University of Birmingham, Birmingham, United Kingdom", "Department of Nursing, Swansea, UK",
    "Rhian Probert, University of Birmingham, and Malik Osei, Swansea University",
    "Rhian Probert is a senior lecturer at the Universities of Birmingham and Swansea.",
    "Malik Osei works at the Centre for Care Policy in Bradford, where he teaches.",
    "Rhian Probert, York Health Economics Consortium, and Malik Osei, Bradford Teaching Hospitals NHS Foundation Trust",
    "Hull York Medical School, York, UK; Bradford Institute for Health Research, Bradford Royal Infirmary, Bradford, UK",
    "We thank Jack London, Claire Bradford, Mr Derby and J. Stirling for their help with this report.",
    "Bolton and York, who write later, answer that a team is a budget.", "According to Bolton (2014) a plan is a promise that somebody keeps.",
    "The Nottingham Health Profile was used, and the Edinburgh Postnatal Depression Scale for carers.",
    "Institute for Care, 14 Harbour Street, Bristol", "Unlike in Glasgow, nobody was asked to move.",
])
def test_affiliations_people_and_things_called_after_places_are_no_places(line: str) -> None:
    assert {name for name, holds in told(line, SITE).items() if holds} == {"Leeds"}


def test_a_person_s_name_stays_a_person_s_where_it_is_repeated_alone() -> None:
    named = told("Professor Jane Lancaster chaired the group.", "Lancaster's earlier work had asked the same question.")
    assert "Lancaster" not in named
    assert told("Professor Jane Lancaster chaired the group.", "The group met nurses who share one record in Lancaster.")["Lancaster"]


@pytest.mark.parametrize(("line", "names"), [
    ("Four neighbourhoods were chosen, one in each of Bremen, Birmingham and Uppsala.", {"Bremen", "Birmingham", "Uppsala"}),
    ("Schools in Alicante (Spain), Rome (Italy) and Cardiff (UK) took part from the first year.", {"Alicante", "Rome", "Cardiff"}),
    ("Teams were formed in two districts, Tarrow and Faisalabad, within one year.", {"Faisalabad"}),
    ("The case studies (Jakarta, Bogor and Leeds) each had one record.", {"Jakarta", "Bogor", "Leeds"}),
    ("Older people were recruited from Stirling by their surgeries.", {"Stirling"}),
    ("Nurses and carers share one plan in rural Northumberland and in eastern Norfolk.", {"Northumberland", "Norfolk"}),
    ("The Live Well Gateshead Initiative brings home care and surgeries together.", {"Gateshead"}),
])
def test_places_in_lists_in_regions_and_in_the_names_of_schemes_are_told_of(line: str, names: set[str]) -> None:
    assert {name for name, holds in told(line).items() if holds} == names


def test_an_item_of_a_list_that_opens_with_a_place_tells_of_it() -> None:
    document = made("Joined-up care", "Sites of interest are:", "Stirling - where the day unit and the surgeries have one manager (Probert, 2019).",
                    kinds={2: "list"})
    assert any(mention.told for one in candidates(Prose(document), {}) for mention in one.mentions if one.name == "Stirling")


def test_the_score_of_a_place_is_that_of_the_place_and_decides_whether_it_is_given() -> None:
    prose = Prose(made("Joined-up care in Leeds", SITE, "A visitor from Norwich came once."))
    named, model = candidates(prose, {}), load_models(closely=False).places
    (place,) = places(prose, named, model, [0.0] * 6, 0.6)
    assert (place.name, place.code, place.unsure) == ("Leeds", "GB-LDS", False)
    assert place.score == pytest.approx(max(model.probability("place", one.values, [0.0] * 6) for one in named), abs=1e-4)
    assert {one.name for one in named} == {"Leeds", "Norwich"}


def test_a_town_has_no_article() -> None:
    assert told("A named partner is there for all customers in the Enterprise edition.") == {}
    assert told("Nurses share one record in the Utrecht region and in the Bremen, Graz and Uppsala schemes.").keys() >= {"Utrecht", "Bremen"}


@pytest.mark.parametrize(("name", "code"), [("Cork", "IE-CO"), ("Utrecht", "NL-UT"), ("Hamburg", "DE-HH"), ("Graz", "AT"), ("Buenos Aires", "AR")])
def test_a_city_has_the_code_of_the_region_that_is_called_after_it(name: str, code: str) -> None:
    (one,) = candidates(Prose(made("Joined-up care", f"In {name} nurses and carers share one plan for each person.")), {})
    assert (one.entry.code, one.entry.country) == (code, code[:2])


@pytest.mark.parametrize("line", [
    f"Written by the Institute of {'PHYSIOTHERAPY' * 3} Leeds and its friends.",
    f"The nurses share one plan in{' ' * 45}; Leeds is where they meet.",
    f"The nurses share one plan in {'north ' * 8}Leeds where they meet.",
    f"The nurses share one plan in Leeds{'&' * 200} where they meet.",
    f"The nurses share one plan in Leeds{'-A' * 100} where they meet.",
    f"The nurses share one plan in Leeds{' & A-and' * 30} where they meet.",
    f"The nurses share one plan in {'Aa Bb, ' * 60}Leeds where they meet.",
], ids=["capitals", "spaces", "directions", "ampersands", "hyphens", "mixed", "list"])
def test_no_line_is_read_in_exponentially_many_ways(line: str) -> None:
    def stop(*_: object) -> None:
        raise TimeoutError(line)

    before = signal.signal(signal.SIGALRM, stop)
    # Thousands of times what a line takes; where a pattern splits words anywhere, years are not enough.
    signal.setitimer(signal.ITIMER_REAL, 3)
    try:
        assert "Leeds" in told(line)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_seat_of_an_institute_is_no_setting() -> None:
    assert told("The paper came from the Institute of Health, Ageing and Social Care in Leeds and nothing more came of it.") == {"Leeds": False}


def test_names_joined_by_and_or_a_hyphen_are_one_body() -> None:
    for name in ("Leeds Teaching Hospitals and Community & Mental Health Trust", "Leeds & Partners", "Leeds Care-Trust"):
        (one,) = candidates(Prose(made("Joined-up care", f"Care by {name} is joined up for people of all ages.")), {})
        assert all(mention.body for mention in one.mentions), name
