"""Sentences: literal slices, nothing lost, nothing cut at an abbreviation."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.sentences import MAX_LENGTH, sentence_spans


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Teams met weekly. They shared notes.", ["Teams met weekly.", "They shared notes."]),
        ("Shaw et al. (2011) say so. Dr. Bell agrees.", ["Shaw et al. (2011) say so.", "Dr. Bell agrees."]),
        ("Beds, e.g. Wards at home, grew by 4.5 per cent. Costs fell.", ["Beds, e.g. Wards at home, grew by 4.5 per cent.", "Costs fell."]),
        ("Did it work? Nobody knows!", ["Did it work?", "Nobody knows!"]),
        ("The line is\nwrapped here. Next one.", ["The line is\nwrapped here.", "Next one."]),
        ("A heading\n\nA paragraph follows.", ["A heading", "A paragraph follows."]),
        ("Aims:\n• join teams\n• pool budgets", ["Aims:", "• join teams", "• pool budgets"]),
        ("Admissions fell.[12] Costs rose.", ["Admissions fell.[12]", "Costs rose."]),
        ("1. Join the teams.\n2. Pool the money.", ["1. Join the teams.", "2. Pool the money."]),
        ("It fell (p = 0.03). It rose.", ["It fell (p = 0.03).", "It rose."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


@given(st.text(alphabet=st.sampled_from("ab Z.?!\n•1\f(“’"), max_size=300))
def test_every_word_is_in_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join(text.split()) == "".join("".join(text[start:end].split()) for start, end in spans)


def test_a_transcript_without_full_stops_is_cut_to_readable_lengths() -> None:
    spans = sentence_spans("and then we joined the teams " * 400)
    assert len(spans) > 5
    assert all(end - start <= MAX_LENGTH for start, end in spans)
