"""What would break: a snapshot that was made from the one before would say something else than one made from the files."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from evidence.records import Decision, Document, Tagging
from evidence.segments import read_segments, read_some, segment_name, segment_paths, write_segment
from tests.warehouse.factory import FIRST_DAY, MadeBase, letters, make_document, make_tagging, prose
from tests.warehouse.test_parts import chain
from warehouse import making
from warehouse.keys import keys
from warehouse.search import Searcher
from warehouse.snapshot import Snapshot, require_snapshot
from warehouse.text_index import indexed_works
from warehouse.vectors import load
from warehouse.verify import verify


def all_rows(snapshot: Snapshot) -> dict[str, list[tuple[object, ...]]]:
    with snapshot.connect() as connection:
        tables = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        assert set(tables) == set(keys().primary)
        return {table: sorted(connection.execute(f"FROM {table}").fetchall(), key=repr) for table in tables}


def publish(made: MadeBase, run: str, full: bool, encode: object = letters) -> Snapshot:
    made.publish(run, encode, full=full)
    return require_snapshot(made.base)


def found(snapshot: Snapshot, query: str) -> list[str]:
    with Searcher(snapshot, letters) as searcher:
        answer = searcher.search(query, limit=50)
        assert all(work["passages"] or ":" in query or query == "" for work in answer.works)
        return sorted(answer.ids)


QUERIES = ("", "integrated", '"one budget"', "place:torbay", "type:service", "balo OR coba", "publisher:late")


def assert_same(one: Snapshot, full: Snapshot) -> None:
    """The same rows, the same vectors for the same texts, the same answers."""
    first, second = all_rows(one), all_rows(full)
    for table, rows in second.items():
        assert first[table] == rows, table
    assert np.array_equal(load(one), load(full))
    for query in QUERIES:
        assert found(one, query) == found(full, query), query
    counts = [{name: snapshot.manifest["counts"][name] for name in ("works", "documents", "passages", "vectors")} for snapshot in (one, full)]
    assert counts[0] == counts[1]


def documents(count: int) -> list[Document]:
    return [
        make_document(
            [f"Integrated teams {number}.", "One budget paid in Torbay.", prose(f"d{number}", 8)],
            title=f"Report {prose(str(number), 1)[:20]}",
            published=f"{2000 + number}",
            pages=2,
        )
        for number in range(count)
    ]


def tagged(document: Document) -> object:
    return make_tagging(document, labels={"integration_type": ["service"]}, places=[("Torbay", "GB-TOB")])


def url(number: int) -> str:
    return f"http://a.test/{number}.pdf"


@pytest.fixture
def grown(made: MadeBase) -> MadeBase:
    first = documents(12)
    made.run([(url(n), one) for n, one in enumerate(first)], taggings=[tagged(one) for one in first[:10]])  # type: ignore[misc]
    publish(made, "run01", True)
    return made


def assert_incremental(made: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    """Publishes what is new twice, from the last snapshot and in full, and compares."""
    with monkeypatch.context() as patch:
        patch.setattr(making, "_from_files", lambda *_: pytest.fail("built in full"))
        one = publish(made, f"some{made.runs}", False)
    assert_same(one, publish(made, f"full{made.runs}", True))
    result = verify(made.base, extractor_version="x1", classifier_version="c1", taxonomy=made.taxonomy)
    assert result.problems == []


def test_new_changed_and_gone_documents(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    new, changed = make_document([prose("new", 5), "One budget."], title="New"), make_document(["Balo coba.", prose("c", 9)], title="Changed")
    grown.run([(url(99), new), (url(1), changed), (url(2), 410), (url(3), 304)], taggings=[tagged_plain(new)])
    assert_incremental(grown, monkeypatch)


def tagged_plain(document: Document) -> object:
    return make_tagging(document, labels={"integration_type": ["clinical"]})


def test_a_tagging_that_came_later(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    late = list(grown.documents.values())[10]
    grown.run([], taggings=[tagged(late)])  # type: ignore[list-item]
    assert_incremental(grown, monkeypatch)


def test_a_tagging_that_was_asked_about_again_takes_the_place_of_the_one_before(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    (segment,) = segment_paths(grown.base.tags("c1"))
    before = list(read_segments(segment.parent, Tagging))
    other = make_tagging(grown.documents[before[3].document], labels={"integration_type": ["clinical"]})
    again = [replace(other, version="c1-asked") if one.document == other.document else one for one in before]
    write_segment(segment.parent / segment_name("run02", 1), again, Tagging)
    segment.unlink()
    assert_incremental(grown, monkeypatch)
    with require_snapshot(grown.base).connect() as connection:
        told = connection.execute("SELECT label FROM tags WHERE document = ? AND facet = 'integration_type'", [other.document]).fetchall()
    assert told == [("clinical",)]


def test_decisions_come_change_and_go(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = list(grown.documents)
    decisions = [
        Decision("d1", "ann", FIRST_DAY, "reject", ids[0], facet="integration_type", label="service"),
        Decision("d2", "ann", FIRST_DAY + timedelta(1), "add", ids[11], facet="theme", label="workforce", quote="One budget paid in Torbay."),
        Decision("d3", "ann", FIRST_DAY + timedelta(2), "merge", ids[4], other=ids[5], reason="the same"),
        Decision("d4", "ann", FIRST_DAY + timedelta(3), "split", ids[7], other=ids[8]),
    ]
    for number in range(1, len(decisions) + 1):
        grown.decide(decisions[number - 1])
        grown.runs += 1
        assert_incremental(grown, monkeypatch)
    (grown.base.decisions / "ann.jsonl").unlink()
    grown.runs += 1
    with monkeypatch.context() as patch:
        patch.setattr(making.increment, "MOST_REPLACED", 1.0)
        assert_incremental(grown, monkeypatch)


def test_a_landing_page_that_joins_a_report(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    report = next(iter(grown.documents.values()))
    page = make_document(["A page about the report.", "Download it here."], title=report.title, html=True, publisher="Late")
    grown.run([("http://a.test/page", page)])
    grown.run([(url(0), 304)], via={url(0): ("http://a.test/page", "Download the report")})
    grown.decide(Decision("m", "ann", FIRST_DAY, "merge", page.id, other=report.id))
    assert_incremental(grown, monkeypatch)


def test_many_small_changes_one_after_another(made: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(3)
    first = documents(30)
    made.run([(url(n), one) for n, one in enumerate(first)], taggings=[tagged(one) for one in first])  # type: ignore[misc]
    publish(made, "run01", True)
    monkeypatch.setattr(making.increment, "MOST_REPLACED", 100.0)
    for step in range(6):
        at = dice.randrange(30)
        one = make_document([prose(f"s{step}", 6), "One budget paid in Torbay."], title=f"Step {step}" if step % 2 else first[at].title)
        made.run([(url(at), one), (url(dice.randrange(30)), dice.choice([304, 404, 410]))], taggings=[tagged(one)])  # type: ignore[list-item]
        with monkeypatch.context() as patch:
            patch.setattr(making, "_from_files", lambda *_: pytest.fail("built in full"))
            last = publish(made, f"step{step}", False)
    assert_same(last, publish(made, "whole", True))


def test_works_keep_their_place_in_the_index_and_equal_scores_rank_alike(grown: MadeBase) -> None:
    before = indexed_works(require_snapshot(grown.base).text)
    grown.run([(url(50 + n), make_document(["Zeppelin.", prose(f"z{n}", 3)], title=f"Zeppelin {n * 'x'}")) for n in range(2)])
    some = publish(grown, "some", False)
    assert indexed_works(some.text)[: len(before)] == before
    with Searcher(some) as one, Searcher(publish(grown, "full", True)) as other:
        assert one.search("").ids == other.search("").ids and one.search("one budget").ids == other.search("one budget").ids


@pytest.mark.parametrize("change", ["taxonomy", "too much", "damaged", "takedown"])
def test_a_snapshot_is_made_in_full_where_nothing_can_be_taken_over(grown: MadeBase, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    old = require_snapshot(grown.base)
    if change == "taxonomy":
        from tests.warehouse.factory import made_taxonomy

        grown.taxonomy = made_taxonomy("other")
    elif change == "takedown":  # deleted rows stay in the file until their place is used again
        grown.decide(Decision("d1", "ann", FIRST_DAY, "redact", next(iter(grown.documents)), reason="asked to"))
    elif change == "too much":
        grown.run([(url(100 + n), make_document([prose(f"m{n}", 4)], title=f"More {n}")) for n in range(9)])
    else:
        (old.text / "numbers.txt").unlink()
        grown.run([(url(100), make_document([prose("m", 4)], title="More"))])
    calls: list[object] = []
    real = making._from_files
    monkeypatch.setattr(making, "_from_files", lambda *given: calls.append(given) or real(*given))
    publish(grown, "next", False)
    assert len(calls) == 1 and require_snapshot(grown.base).manifest["replaced"] == 0


def test_the_snapshot_that_was_taken_over_stays_as_it_was(grown: MadeBase) -> None:
    old = require_snapshot(grown.base)
    before = all_rows(old), found(old, "one budget"), sorted(path.name for path in old.path.rglob("*") if path.suffix != ".lock")
    grown.run([(url(1), 410), (url(60), make_document([prose("m", 4)], title="More"))])
    publish(grown, "next", False)
    assert (all_rows(old), found(old, "one budget"), sorted(path.name for path in old.path.rglob("*") if path.suffix != ".lock")) == before


def test_vectors_are_made_for_new_texts_only(grown: MadeBase) -> None:
    seen: list[str] = []

    def counting(texts: list[str]) -> np.ndarray:
        seen.extend(texts)
        return letters(texts)

    grown.run([(url(70), make_document(["A text of its own.", prose("m", 4)], title="More"))])
    publish(grown, "next", False, counting)
    assert sorted(seen) == sorted(["More", "A text of its own."])


def test_a_base_without_an_encoder_grows_without_vectors(made: MadeBase, tmp_path: Path) -> None:
    for number, one in enumerate(documents(8)):
        made.run([(url(number), one)])
    publish(made, "a", True, letters)
    made.run([(url(50), make_document([prose("m", 4)], title="More"))])
    without = publish(made, "b", False, None)
    assert not without.vectors.exists() and without.manifest["counts"]["vectors"] == 0
    made.run([(url(51), make_document([prose("n", 4)], title="Even more"))])
    again = publish(made, "c", False, letters)
    assert_same(again, publish(made, "d", True, letters))


@pytest.mark.parametrize("step", ["_load_documents", "_load_what_follows", "update_index", "embed_changed", "_check_keys", "_closed"])
def test_a_publication_that_is_stopped_anywhere_leaves_the_old_snapshot_and_can_be_made_again(
    grown: MadeBase, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    old = require_snapshot(grown.base)
    before = all_rows(old), found(old, "one budget")
    grown.run([(url(1), 410), (url(60), make_document([prose("m", 4)], title="More"))])

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(making, step, stopped)
        with pytest.raises(KeyboardInterrupt):
            publish(grown, "next", False)
    assert require_snapshot(grown.base).name == old.name and (all_rows(old), found(old, "one budget")) == before
    assert [path.name for path in grown.base.warehouse.iterdir() if path.is_dir()] == [old.name]
    assert_incremental(grown, monkeypatch)


def test_a_document_is_not_read_again_for_a_decision_that_is_known(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = list(grown.documents.values())[:2]
    text = first.text[:20]
    grown.decide(Decision("k1", "ann", FIRST_DAY, "reject", first.id, facet="theme", label="workforce", quote=text))
    grown.decide(Decision("k2", "ann", FIRST_DAY, "accept", second.id, facet="relevance", label="relevant", quote="not in any text"))
    publish(grown, "p8", full=False)
    asked: list[set[str]] = []

    def noted(folder: object, record: type, key: str, wanted: object, *more: object) -> object:
        asked.append(set(wanted))  # type: ignore[call-overload]
        return read_some(folder, record, key, wanted, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "read_some", noted)
    grown.decide(Decision("k3", "ann", FIRST_DAY, "reject", second.id, facet="theme", label="workforce"))
    after = publish(grown, "p9", full=False)
    assert set().union(*asked) == {second.id}, "only the one on which something new was decided"
    assert_same(after, publish(grown, "p10", full=True))


def test_a_quote_of_another_part_is_not_found_any_more_when_the_part_is_split_off(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = chain()
    chapters = [document for _, document in pages]
    grown.run(list(pages), taggings=[make_tagging(one, labels={"theme": ["workforce"]} if one is chapters[0] else {}) for one in chapters])
    quote = chapters[3].text[-40:]
    grown.decide(Decision("q1", "ann", FIRST_DAY, "reject", chapters[0].id, facet="theme", label="workforce", quote=quote))
    publish(grown, "whole", full=True)
    told = "SELECT document, anchored FROM decisions WHERE id = 'q1'"
    assert grown.rows(told) == [(chapters[0].id, True)]
    apart = [(a, b) for at, a in enumerate(chapters) for b in chapters[at + 1 :]]
    grown.decide(*(Decision(f"s{at}", "ann", FIRST_DAY + timedelta(1), "split", a.id, other=b.id) for at, (a, b) in enumerate(apart)))
    assert_incremental(grown, monkeypatch)
    assert grown.rows(told) == [(chapters[0].id, False)]
