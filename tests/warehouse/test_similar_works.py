"""More like this: works that share what tells a work from the others, with and without vectors."""

from __future__ import annotations

import numpy as np
import pytest

from evidence.errors import UsageError
from tests.warehouse.factory import MadeBase, make_document, make_tagging
from warehouse.filters import Filters
from warehouse.search import Searcher
from warehouse.snapshot import Snapshot, require_snapshot

TEXTS = {
    "one": "Falls of frail people at home were prevented by a nurse with a checklist.",
    "two": "A checklist helps nurses to prevent falls; frail people gain most.",
    "money": "Councils and hospitals pooled their budgets for the winter.",
    "winter": "Hospitals in winter: budgets were pooled by councils again.",
    "alone": "Bridges want paint.",
}


def vector(texts: list[str]) -> np.ndarray:
    return np.array([[1.0, "fall" in text.casefold() or "paint" in text.casefold(), "budget" in text.casefold()] for text in texts], dtype=np.float32)


@pytest.fixture
def works(made: MadeBase) -> tuple[Snapshot, dict[str, str]]:
    documents = {name: make_document([text, f"{name}ly {name}ness"], title=text.split(".")[0], summary=text) for name, text in TEXTS.items()}
    made.run([(f"http://made.test/{name}", one) for name, one in documents.items()],
             taggings=[make_tagging(one, labels={"integration_type": ["service" if name == "two" else "financial"]})
                       for name, one in documents.items()])
    made.publish(encode=vector)
    return require_snapshot(made.base), {name: one.id for name, one in documents.items()}


def test_the_work_with_the_same_telling_words_comes_first_and_the_work_itself_never(works: tuple[Snapshot, dict[str, str]]) -> None:
    snapshot, id = works
    with Searcher(snapshot) as searcher:
        assert searcher.like(id["one"]).ids[0] == id["two"] and searcher.like(id["money"]).ids[0] == id["winter"]
        answer = searcher.like(id["one"][:10])
        assert id["one"] not in answer.ids and answer.works[0]["passages"][0]["highlights"], "the shared words are shown"
        assert "frail" in answer.parsed and answer.query == f"like {id['one']}"


def test_filters_and_limits_hold_and_a_wrong_id_is_wrong_usage(works: tuple[Snapshot, dict[str, str]]) -> None:
    snapshot, id = works
    with Searcher(snapshot) as searcher:
        assert id["two"] not in searcher.like(id["one"], Filters(type=("financial",))).ids
        assert len(searcher.like(id["one"], limit=1).works) == 1
        with pytest.raises(UsageError, match="no work has the id"):
            searcher.like("f" * 20)


def test_meaning_finds_what_shares_no_word(works: tuple[Snapshot, dict[str, str]]) -> None:
    snapshot, id = works
    with Searcher(snapshot) as words, Searcher(snapshot, vector) as both:
        assert id["one"] not in words.like(id["alone"]).ids
        assert {id["one"], id["two"]} == set(both.like(id["alone"]).ids[:2])
