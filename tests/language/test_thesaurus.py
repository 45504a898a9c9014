"""The thesaurus: what stands for what, longest phrases first, nothing expanded on a guess, errors that say where."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import UsageError
from evidence.taxonomy import load_taxonomy
from language.thesaurus import THESAURUS, Expansion, Thesaurus, load_thesaurus

FEWEST_CONCEPTS = 120
SMALL = """
[spellings]
organisation = "organization"

[[concepts]]
id = "accountable_care"
preferred = "accountable care organisation"
alternates = ["shared savings program"]
ambiguous = ["ACO"]
related = ["care"]

[[concepts]]
id = "care"
preferred = "integrated care"
alternates = ["joined-up care"]
narrower = ["team"]

[[concepts]]
id = "team"
preferred = "multidisciplinary team"
abbreviations = ["MDT"]
labels = ["integration_type.service"]
"""


@pytest.fixture(scope="module")
def thesaurus() -> Thesaurus:
    return load_thesaurus()


@pytest.fixture
def small(tmp_path: Path) -> Thesaurus:
    return load_thesaurus(_file(tmp_path, SMALL))


def _file(folder: Path, text: str) -> Path:
    path = folder / "words.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _phrases(expansions: tuple[Expansion, ...]) -> list[str]:
    return [one.phrase for one in expansions]


def test_the_shipped_thesaurus_is_whole_and_its_labels_are_those_of_the_taxonomy(thesaurus: Thesaurus) -> None:
    assert len(thesaurus.concepts) >= FEWEST_CONCEPTS
    taxonomy = load_taxonomy()
    for concept in thesaurus.concepts.values():
        assert len(concept.terms) >= 2, f"{concept.id} has no other term"
        for label in concept.labels:
            facet, _, name = label.partition(".")
            taxonomy.facet(facet).label(name)


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("joined-up care", "integrated care"),
        ("joined up care", "integrated care"),
        ("Coordinated Care", "care coordination"),
        ("whole system approach", "whole systems working"),
        ("delayed transfers of care", "bed blocking"),
        ("alternate level of care", "delayed discharge"),
        ("DTOC", "delayed transfer of care"),
        ("re-ablement", "restorative care"),
        ("personal health budgets", "PHB"),
        ("shared care record", "My Health Record"),
        ("patient-centered medical home", "PCMH"),
        ("accountable care organization", "accountable care organisation"),
        ("CCGs", "clinical commissioning group"),
        ("BCF", "Better Care Fund"),
        ("MDT", "interdisciplinary team"),
        ("link worker", "community connector"),
        ("end-of-life care", "palliative care"),
        ("Alzheimer’s disease", "dementia"),
        ("behavioral health", "mental health"),
        ("Medicare Local", "primary health network"),
    ],
)
def test_what_the_field_calls_by_many_names_is_found_by_each(thesaurus: Thesaurus, phrase: str, wanted: str) -> None:
    assert wanted in thesaurus.expand(phrase)


def test_every_term_leads_to_its_concept_and_to_all_its_other_terms(thesaurus: Thesaurus) -> None:
    for concept in thesaurus.concepts.values():
        for term in concept.terms:
            found = thesaurus.find(term)
            assert found is not None and found.id == concept.id
            offered = thesaurus.expand(term)
            assert term not in offered
            assert set(concept.terms) - {term} <= set(offered)


def test_an_ambiguous_short_form_is_never_offered_nor_expanded_alone(thesaurus: Thesaurus) -> None:
    offered = {term for concept in thesaurus.concepts.values() for term in thesaurus.expand(concept.preferred)}
    for concept in thesaurus.concepts.values():
        for short in concept.ambiguous:
            assert short not in offered, short
            assert thesaurus.expand(short) == (), short
            (alone,) = thesaurus.expansions(short)
            assert alone.ambiguous and alone.terms == () and concept.id in alone.concepts


def test_an_ambiguous_short_form_is_expanded_beside_a_linked_term(small: Thesaurus) -> None:
    first, _ = small.expansions('ACO "joined up care"')
    assert first.concepts == ("accountable_care",)
    assert "accountable care organisation" in first.terms
    assert [one.ambiguous for one in small.expansions("ACO team")] == [True]


def test_a_term_is_offered_in_both_spellings(small: Thesaurus) -> None:
    assert small.expand("shared savings program") == ("accountable care organisation", "accountable care organization")


def test_the_longest_phrase_wins_and_none_lies_inside_another(thesaurus: Thesaurus) -> None:
    assert _phrases(thesaurus.expansions("social prescribing link worker for frailty")) == ["social prescribing link worker", "frailty"]
    assert _phrases(thesaurus.expansions("integrated care system")) == ["integrated care system"]


@pytest.mark.parametrize(
    ("query", "phrases"),
    [
        ("joined AND up AND care", []),
        ("integrated (care)", []),
        ('"integrated" care', []),
        ('title:"integrated care" NOT dementia', ["integrated care", "dementia"]),
        ("dementia: care", []),
        ("integrated care*", []),
        ("MDTs, PHBs; ICBs", ["MDTs", "PHBs", "ICBs"]),
        ("+reablement -falls", ["reablement", "falls"]),
        ("", []),
        ("the quick brown fox", []),
    ],
)
def test_operators_brackets_fields_and_wildcards_part_phrases(thesaurus: Thesaurus, query: str, phrases: list[str]) -> None:
    assert _phrases(thesaurus.expansions(query)) == phrases


def test_words_given_one_by_one_are_read_as_a_query(thesaurus: Thesaurus) -> None:
    assert thesaurus.expansions(["pooled", "budget"]) == thesaurus.expansions("pooled budget")


def test_exploding_adds_narrower_terms_at_any_depth(small: Thesaurus) -> None:
    assert small.expand("integrated care") == ("joined-up care",)
    assert small.expand("integrated care", explode=True) == ("joined-up care", "multidisciplinary team", "MDT")


def test_links_can_be_followed_both_ways(small: Thesaurus) -> None:
    assert small.broader("team") == ("care",)
    assert small.related("care") == ("accountable_care",)
    assert small.related("accountable_care") == ("care",)


def test_a_label_lends_its_concepts_terms(small: Thesaurus) -> None:
    assert small.label_terms("integration_type", "service") == ("multidisciplinary team", "MDT")
    assert small.label_terms("integration_type", "clinical") == ()


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("integrated care-joined up (ACO) AND \"MDT\":*’ –dementia,"), max_size=60))
def test_offsets_hold_for_any_query(query: str) -> None:
    end = 0
    for one in load_thesaurus().expansions(query):
        assert query[one.start : one.end] == one.phrase
        assert end <= one.start < one.end
        end = one.end


@settings(deadline=None)
@given(st.sampled_from([term for concept in load_thesaurus().concepts.values() for term in concept.terms]), st.booleans())
def test_case_and_hyphens_do_not_matter(term: str, upper: bool) -> None:
    thesaurus = load_thesaurus()
    found = thesaurus.find(term)
    changed = (term.upper() if upper else term.lower()).replace("-", " ")
    assert thesaurus.find(changed) == found
    assert thesaurus.find(term.replace(" ", "-")) == found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('preferred = "integrated care"', "preferred = 3", "concepts[care].preferred: expected a term, found 3"),
        ('id = "team"', 'id = "Team"', "concepts[Team].id: expected lower-case"),
        ('id = "team"', 'id = "care"', "concepts[care].id: expected each id once"),
        ('narrower = ["team"]', 'narrower = ["teams"]', "concepts[care].narrower: expected the id of a concept, found 'teams'"),
        ('narrower = ["team"]', 'narrower = ["care"]', "concepts[care].narrower: expected another concept"),
        ('abbreviations = ["MDT"]', 'narrower = ["care"]', "narrower: expected no circle"),
        ('abbreviations = ["MDT"]', 'abbreviations = "MDT"', "concepts[team].abbreviations: expected a list of texts"),
        ('abbreviations = ["MDT"]', 'alternates = ["Joined up care"]', "concepts[team]: expected a term of one concept alone"),
        ('abbreviations = ["MDT"]', 'shortforms = ["MDT"]', "concepts[team].shortforms: expected id, preferred"),
        ('abbreviations = ["MDT"]', 'alternates = ["M-D T", "m d-t"]', "concepts[team]: expected each term once"),
        ('labels = ["integration_type.service"]', 'labels = ["service"]', "concepts[team].labels: expected facet.label"),
        ('organisation = "organization"', 'organisation = "two words"', "spellings.organisation: expected one word"),
        ("[spellings]", "[colours]", "colours: expected spellings or concepts"),
        ("[spellings]", "[spellings", "expected TOML"),
    ],
)
def test_an_error_in_the_file_is_named_by_file_key_and_expectation(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in SMALL
    with pytest.raises(UsageError) as refused:
        load_thesaurus(_file(tmp_path, SMALL.replace(old, new, 1)))
    assert str(refused.value).startswith("words.toml: ")
    assert message in str(refused.value)


def test_the_same_file_gives_the_same_answers() -> None:
    load_thesaurus.cache_clear()
    first = [load_thesaurus(THESAURUS).expand(concept.preferred, explode=True) for concept in load_thesaurus().concepts.values()]
    load_thesaurus.cache_clear()
    assert first == [load_thesaurus(THESAURUS).expand(concept.preferred, explode=True) for concept in load_thesaurus().concepts.values()]
