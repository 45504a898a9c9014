"""Synonyms in search: another term for the same thing is found, ranked lower, shown, and can be left out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from tests.warehouse.factory import MadeBase, letters, make_document, prose
from warehouse.search import SearchAnswer, Searcher
from warehouse.snapshot import require_snapshot


@pytest.fixture
def wards(made: MadeBase) -> Iterator[Searcher]:
    texts = {
        "said": "Delayed transfers of care fell by half. " + prose("a", 20),
        "otherwise": "Bed blocking fell by half. " + prose("b", 20),
        "plural": "Alternate levels of care were counted. " + prose("c", 20),
        "apart": "Delayed trains, a transfer of money and care. " + prose("d", 20),
    }
    made.run([(f"http://a.test/{name}.pdf", make_document([text], title=name.title())) for name, text in texts.items()])
    made.publish()
    with Searcher(require_snapshot(made.base)) as searcher:
        yield searcher


def titles(answer: SearchAnswer) -> list[str]:
    return [work["title"] for work in answer.works]


def test_another_term_for_the_same_thing_is_found_below_the_words_themselves_and_is_shown(wards: Searcher) -> None:
    answer = wards.search("delayed transfers of care")
    assert titles(answer)[0] == "Said" and set(titles(answer)) == {"Said", "Otherwise", "Plural", "Apart"}
    (terms,) = answer.expanded.values()
    assert list(answer.expanded) == ["delayed transfers of care"] and "bed blocking" in terms
    assert answer.as_json()["expanded"] == answer.expanded and answer.parsed == "(delayed AND transfers AND of AND care)"


def test_without_expansion_only_the_words_themselves_count(wards: Searcher) -> None:
    answer = wards.search("delayed transfers of care", expand=False)
    assert set(titles(answer)) == {"Said", "Apart"} and answer.expanded == {}


def test_a_hit_by_another_term_is_quoted_with_that_term_marked(wards: Searcher) -> None:
    works = {work["title"]: work["passages"] for work in wards.search('"delayed transfers of care"').works}
    marked = {title: [passage["text"][a:b] for passage in found for a, b in passage["highlights"]] for title, found in works.items()}
    assert marked == {"Said": ["Delayed transfers of care"], "Otherwise": ["Bed blocking"], "Plural": ["Alternate levels of care"]}


@pytest.mark.parametrize("query", ['"transfers of care fell"', "transf*", "delayed AND transfers", 'author:"delayed transfers of care"'])
def test_other_phrases_truncations_and_fields_of_names_are_left_as_they_are(wards: Searcher, query: str) -> None:
    answer = wards.search(query)
    assert set(answer.expanded) <= {"transf*"} and "Otherwise" not in titles(answer)


def test_what_must_not_be_there_is_not_widened(wards: Searcher) -> None:
    assert set(titles(wards.search('fell NOT "delayed transfers of care"'))) == {"Otherwise"}


def test_an_ambiguous_short_form_is_said_to_be_one(wards: Searcher) -> None:
    answer = wards.search("ALC")
    assert answer.expanded == {} and any(note.startswith("ALC may mean delayed transfer of care") for note in answer.notes)


class Model:
    """An encoder that says which it is."""

    def __init__(self, version: str) -> None:
        self.version = version

    def encode(self, texts: list[str]) -> np.ndarray:
        return letters(texts)


def test_an_encoder_other_than_the_snapshots_is_not_used_and_the_answer_says_so(made: MadeBase) -> None:
    made.run([("http://a.test/x.pdf", make_document(["Help for the frail. " + prose("a")], title="Help for the frail"))])
    made.publish(encode=letters)  # as the encoder called "made"
    asked = "help for some others"
    with Searcher(require_snapshot(made.base), Model("made").encode) as same:
        assert same.search(asked).notes == [] and same._matrix is not None
    with Searcher(require_snapshot(made.base), Model("another").encode) as other:
        answer = other.search(asked)
    assert other._matrix is None
    assert "made by made, the encoder is another" in answer.as_json()["notes"][0]
