"""Saved searches: numbered, made again with what is new, combined, reported."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evidence.errors import IntegrandError, UsageError
from tests.warehouse.conftest import Library, make_library
from tests.warehouse.factory import MadeBase, make_document, make_tagging, prose
from warehouse.filters import Filters
from warehouse.search import Searcher
from warehouse.searches import (
    filters_of,
    history,
    like_and_try_to_note,
    plain_filters,
    run_again,
    saved,
    search_and_note,
    search_and_try_to_note,
    search_record,
    written_out,
)
from warehouse.snapshot import require_snapshot


@pytest.fixture
def own(tmp_path: Path) -> Library:
    return make_library(MadeBase(tmp_path / "base"))


def test_a_saved_search_is_made_again_and_tells_what_is_new(own: Library) -> None:
    base = own.made.base
    with Searcher(own.snapshot) as searcher:
        first = search_and_note(base, searcher, "budget*", Filters(type=("financial",)), name="money")
        assert first.line.number == 1 and set(first.new) == set(first.answer.ids) == {own.id("budgets"), own.id("torbay")} - (
            {own.id("torbay")} - set(first.answer.ids))
        assert run_again(base, searcher, [])[0].new == ()
    new = make_document(["Another budget was pooled.", prose("n", 5)], title="New")
    own.made.run([("http://made.test/new.pdf", new)], taggings=[make_tagging(new, labels={"integration_type": ["financial"]})])
    own.made.publish("later")
    with Searcher(require_snapshot(base)) as searcher:
        (again,) = run_again(base, searcher, ["money"])
        assert again.new == (new.id,) and again.line.number == 3 and again.line.run == "later"
        with pytest.raises(UsageError, match="did you mean 'money'"):
            run_again(base, searcher, ["mony"])
    assert [line.number for line in history(base)] == [1, 2, 3] and saved(base)["money"].number == 3


def test_lines_of_the_history_are_combined_with_their_filters(own: Library) -> None:
    base = own.made.base
    with Searcher(own.snapshot) as searcher:
        search_and_note(base, searcher, "care OR budgets")
        search_and_note(base, searcher, "", Filters(type=("financial",), strength=("limited+",), labels={"population": ("older_people",)}))
        search_and_note(base, searcher, "", Filters(type=("financial", "clinical")))
        both = search_and_note(base, searcher, "#1 AND #3")
        assert set(both.answer.ids) == {own.id("budgets"), own.id("torbay"), own.id("trial")}
        assert set(search_and_note(base, searcher, "#4 NOT (#3 AND trial)").answer.ids) == {own.id("budgets"), own.id("torbay")}
        assert search_and_note(base, searcher, "#2").answer.total == searcher.search(
            "", Filters(type=("financial",), strength=("limited+",), labels={"population": ("older_people",)})).total
        search_and_note(base, searcher, "")
        search_and_note(base, searcher, "care", Filters(since="2015"))
        for query, message in (("#99", "no search #99"), ("#7 AND care", "asked for all works"), ("#8", "limited by --since")):
            with pytest.raises(UsageError, match=message):
                search_and_note(base, searcher, query)
        assert len(history(base)) == 8, "a query that cannot be asked is no line"


@pytest.mark.parametrize(("query", "place"), [
    ("#1 OR (type:clinical", "character 7: this parenthesis is never closed"),
    ("(#1 OR #2) AND type:clinicl", "character 21: "),
    ("care AND #1 NEAR/3 #2", "character 13: NEAR/3 goes between"),
    ("#1 AND", "character 7: expected a word here"),
    ('"#1" OR #2 )', "character 12: this parenthesis closes nothing")])
def test_an_error_points_at_what_was_typed_and_not_at_what_a_reference_stands_for(own: Library, query: str, place: str) -> None:
    with Searcher(own.snapshot) as searcher:
        search_and_note(own.made.base, searcher, "care OR budgets")
        search_and_note(own.made.base, searcher, '"the pooled budgets of several trusts"')
        with pytest.raises(UsageError, match=re.escape(f"query, {place}")):
            search_and_note(own.made.base, searcher, query)


def test_a_number_sign_elsewhere_is_no_reference() -> None:
    for query in ('"item #1" OR C#1 OR #x', '"see #1 there"', "#"):
        assert written_out(query, []) == query


def test_filters_come_back_as_they_were() -> None:
    filters = Filters(type=("a", "b"), strength=("limited+",), place=("GB",), since="2019-01", labels={"level": ("macro",)})
    assert filters_of(plain_filters(filters)) == filters and filters_of({}) == Filters()


def test_searches_at_once_get_numbers_of_their_own(own: Library) -> None:
    with Searcher(own.snapshot) as searcher, ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(lambda word: search_and_note(own.made.base, searcher, word).line.number, ["care"] * 12))
    assert sorted(numbers) == list(range(1, 13)) == [line.number for line in history(own.made.base)]


def test_a_torn_last_line_is_left_out_and_other_damage_named(own: Library) -> None:
    path = own.made.base.searches / "history.jsonl"
    with Searcher(own.snapshot) as searcher:
        search_and_note(own.made.base, searcher, "care")
        with open(path, "ab") as file:
            file.write(b'{"number": 2, "qu')
        assert len(history(own.made.base)) == 1
        assert search_and_note(own.made.base, searcher, "team").line.number == 2 and len(history(own.made.base)) == 2
    path.write_bytes(b"[]\n" + path.read_bytes())
    with pytest.raises(IntegrandError, match=r"history\.jsonl: line 1: not a search"):
        history(own.made.base)


def test_a_review_can_report_its_searches(own: Library) -> None:
    with Searcher(own.snapshot) as searcher:
        search_and_note(own.made.base, searcher, "joined-up AND care", Filters(place=("GB",)), name="joined")
        search_and_note(own.made.base, searcher, "care", exact=True)
    text = search_record(history(own.made.base))
    for said in ("## #1 joined", "`joined-up AND care`", "place: GB", "Publication searched: run03", "UTC", "Records found: ", "not asked for"):
        assert said in text


@pytest.mark.parametrize("name", ["", "Two words", "../x", "x" * 61])
def test_a_name_is_plain(own: Library, name: str) -> None:
    with Searcher(own.snapshot) as searcher, pytest.raises(UsageError, match="is no name for a search"):
        search_and_note(own.made.base, searcher, "care", name=name)


def test_works_like_one_are_a_numbered_search_that_a_query_cannot_repeat(own: Library) -> None:
    base = own.made.base
    with Searcher(own.snapshot) as searcher:
        answer, number = like_and_try_to_note(base, searcher, own.id("torbay"), Filters(type=("financial",)))
        assert number == 1 and answer.ids == searcher.like(own.id("torbay"), Filters(type=("financial",))).ids
        (line,) = history(base)
        assert (line.query, line.total, line.kind) == (f"like {own.id('torbay')}", len(answer.ids), "like")
        with pytest.raises(UsageError, match="works like one"):
            search_and_note(base, searcher, "#1 AND care")


def test_a_full_disk_is_told_in_one_line(own: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with Searcher(own.snapshot) as searcher:
        for write in (full, lambda *_: 3):
            monkeypatch.setattr("warehouse.searches.os.write", write)
            with pytest.raises(IntegrandError, match=r"history.jsonl: cannot be written .No space left on device"):
                search_and_note(own.made.base, searcher, "care")
            answer, number = search_and_try_to_note(own.made.base, searcher, "care")
            assert number is None and answer.total and "not noted" in answer.notes[-1]
