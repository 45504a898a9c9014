"""Places: which names of the gazetteer are places where something happens, and which are authors, addresses or wider areas."""

from __future__ import annotations

from classify.places import candidates, mentions
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
