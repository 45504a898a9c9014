"""Expressions that are not tried where their words are missing must find exactly what they would find if they were."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import classify.tagging  # noqa: F401  (makes all expressions of the package)
from classify.cue_index import CueIndex
from classify.relevance import core_terms
from classify.sectors import sectors
from classify.study_design import designations
from classify.wording import Wording, filed, meaning_of
from evidence.taxonomy import Cue, load_taxonomy

core_terms(), sectors(), designations()
WORDINGS = filed()
CUES = sorted({cue.pattern for facet in load_taxonomy().facets.values() for label in facet.labels for cue in label.cues})


def sentences(count: int) -> list[str]:
    """Examples of the taxonomy, and such with letters, signs and white space that are often mistaken."""
    every = [example.text for facet in load_taxonomy().facets.values() for label in facet.labels for example in label.examples]
    chosen = random.Random(7).sample(every, count)
    return [*chosen, *(one.upper() for one in chosen[:40]), *(one.replace(" ", "\u00a0").replace("s", "ſ").replace("i", "İ") for one in chosen[:40])]


def test_nearly_every_expression_of_the_package_is_known_by_its_words() -> None:
    assert len(WORDINGS) > 90


def test_an_expression_finds_what_it_would_find_alone() -> None:
    texts = sentences(160)
    for wording in WORDINGS:
        for text in texts:
            alone = wording.compiled.search(text)
            assert wording.found(text) is (alone is not None), (wording.pattern, text)
            found = wording.search(text)
            assert (found and found.span()) == (alone and alone.span()), (wording.pattern, text)


def test_matches_are_counted_in_a_long_text_as_if_all_of_it_were_read() -> None:
    text = " ".join(sentences(400)).replace(". ", "\n\n  ", 150)
    for wording in WORDINGS:
        assert wording.count(text) == len(wording.compiled.findall(text)), wording.pattern


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_an_expression_matches_is_never_passed_over(data: st.DataObject) -> None:
    wording = data.draw(st.sampled_from(WORDINGS))
    text = data.draw(st.from_regex(wording.compiled))
    assert wording.found(text)
    assert wording.count(text) == len(wording.compiled.findall(text))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_a_cue_matches_is_a_hit_where_it_first_stands(data: st.DataObject) -> None:
    cue = Cue(data.draw(st.sampled_from(CUES)))
    text = data.draw(st.from_regex(re.compile(cue.regex, re.IGNORECASE)))
    first = cue.compiled().search(text)
    assert first is not None
    assert [(hit.start, hit.end) for hit in CueIndex([("", cue)]).hits(text)] == [first.span()]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\b(?:cut(?:ting)? (?:by|from)|down (?:by|\d))\b", "costs went\ndown 4%"),
        (r"\w{3,}ed\b", "(Reduced)"),
        (r"(?:a b|c)+d", "a bcd"),
        (r"x(?!y)|end$", "the end"),
        (r"\d ?%", "by ٣%"),
        (r"[£€] ?\d", "cost £ 5"),
    ],
)
def test_parts_over_white_space_signs_and_digits_are_looked_for_where_they_stand(pattern: str, text: str) -> None:
    assert Wording(pattern, re.IGNORECASE).found(text)


def test_a_text_without_any_word_of_an_expression_is_not_searched() -> None:
    """Else the gate stands open and nothing is gained."""
    wording = Wording(r"\b(?:pooled budgets?|zweckverb\w+|lead commission(?:er|ing))\b", re.IGNORECASE)
    wording.compiled = re.compile("")
    assert not wording.found("Hospital and council staff share one assessment of each resident's money")
    assert wording.found("a pooled fund")


def test_an_expression_made_later_knows_sentences_read_before() -> None:
    text = "a snowdrop in the wood"
    meaning_of(text)
    assert Wording(r"\bsnowdrops?\b").found(text)
