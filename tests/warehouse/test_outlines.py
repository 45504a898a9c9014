"""What would break: a publication would plan with something else than what the base's files say now."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evidence.errors import IntegrandError
from evidence.records import Decision, Document, Link, Provenance
from evidence.segments import read_segment, segment_name, segment_paths, write_segment
from tests.warehouse.factory import FIRST_DAY, MadeBase, letters, make_document, make_tagging, prose
from warehouse import outlines
from warehouse.build import input_files
from warehouse.outlines import FOLDER, LIST, kept_outlines
from warehouse.planning import plan
from warehouse.snapshot import require_snapshot


def url(number: int) -> str:
    return f"http://a.test/{number}.pdf"


def report(number: int, **fields: object) -> Document:
    return make_document([f"Teams {number}.", prose(f"d{number}", 8)], title=f"Report {prose(str(number), 1)[:20]}", **fields)  # type: ignore[arg-type]


@pytest.fixture
def grown(made: MadeBase) -> MadeBase:
    for start in range(0, 12, 4):
        some = [report(n, authors=("Ann Example",), links=(Link("http://a.test/x", "x"),), provenance=(Provenance("title", "Other", "docinfo"),))
                for n in range(start, start + 4)]
        made.run([(url(start + n), one) for n, one in enumerate(some)], taggings=[make_tagging(one) for one in some[1:]])
    made.publish("first", letters)
    return made


def assert_planned_as_from_files(made: MadeBase) -> None:
    files = input_files(made.base, "x1", "c1")
    kept = kept_outlines(require_snapshot(made.base).path)
    assert kept
    one, other = plan(made.base, "x1", "c1", kept, files), plan(made.base, "x1", "c1")
    for name in ("works", "values", "tagged", "decisions", "standing", "taken_down", "judged"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.items.keys() == other.items.keys()
    for id, item in one.items.items():
        assert np.array_equal(item.text.minima, other.items[id].text.minima) and item.links == other.items[id].links
    for name in ("documents", "versions", "document_segments", "tagging_segments"):
        assert getattr(one.outlines, name) == getattr(other.outlines, name), name


def test_what_was_kept_plans_as_the_files_do_whatever_happens_to_them(grown: MadeBase) -> None:
    dice = random.Random(5)
    for step in range(8):
        at = dice.randrange(14)
        again = dice.choice([report(at), make_document([prose(f"s{step}", 6)], title=f"Step {step}"), make_document([], title=f"Empty {step}")])
        taggings = [make_tagging(again)] if again.passages and step % 2 else []
        grown.run([(url(at), again), (url(dice.randrange(14)), dice.choice([304, 404, 410]))], taggings=taggings)
        if step == 4:
            ids = list(grown.documents)
            grown.decide(Decision("m", "ann", FIRST_DAY, "merge", ids[1], other=ids[6]))
        assert_planned_as_from_files(grown)
        if step % 3 == 2:
            grown.publish(f"step{step}", letters)
            assert_planned_as_from_files(grown)


def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    real = outlines.read_segment_table

    def noted(path: Path, *more: object) -> object:
        names.append(f"{path.parent.parent.name}/{path.name}")
        return real(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(outlines, "read_segment_table", noted)
    return names


def test_only_new_segments_are_opened(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    new = report(50)
    run = grown.run([(url(50), new)], taggings=[make_tagging(new)])
    names = opened(monkeypatch)
    grown.publish("next", letters)
    assert names == [f"documents/{run}-0001.parquet", f"tags/{run}-0001.parquet"]


def test_a_segment_whose_bytes_are_others_is_read_again(grown: MadeBase, monkeypatch: pytest.MonkeyPatch) -> None:
    path = segment_paths(grown.base.documents("x1"))[0]
    some = list(read_segment(path, Document))
    path.unlink()
    write_segment(path, [*some[1:], report(77)], Document)
    assert_planned_as_from_files(grown)
    names = opened(monkeypatch)
    grown.publish("next", letters)
    assert names == [f"documents/{path.name}"]
    assert (some[0].id,) not in grown.rows("SELECT id FROM documents")


def rows_of(file: Path) -> pa.Table:
    return pa.ipc.open_file(pa.BufferReader(file.read_bytes())).read_all()


@pytest.mark.parametrize("damage", ["older program", "cut short", "other bytes", "other columns", "no list"])
def test_a_snapshot_that_kept_nothing_whole_costs_time_only(grown: MadeBase, monkeypatch: pytest.MonkeyPatch, damage: str) -> None:
    folder = require_snapshot(grown.base).path / FOLDER
    table = folder / "documents.arrow"
    if damage == "older program":
        (folder / LIST).unlink()
    elif damage == "cut short":
        table.write_bytes(table.read_bytes()[:-20])
    elif damage == "other bytes":
        held = bytearray(table.read_bytes())
        held[len(held) // 3] ^= 255
        table.write_bytes(held)
    elif damage == "other columns":
        fewer = rows_of(table).drop_columns(["language"])
        with pa.ipc.new_file(str(table), fewer.schema) as file:
            file.write_table(fewer)
        listed = json.loads((folder / LIST).read_text("utf-8"))
        listed["documents"]["sha256"] = hashlib.sha256(table.read_bytes()).hexdigest()
        (folder / LIST).write_text(json.dumps(listed))
    else:
        (folder / LIST).write_text("{}")
    new = report(50)
    grown.run([(url(50), new)])
    names = opened(monkeypatch)
    done = grown.publish("next", letters)
    assert len(names) == 7, "every segment"
    assert done.documents == 13
    told = [one for one in done.warnings if FOLDER in one]
    assert len(told) == (damage in ("cut short", "other bytes", "no list"))
    assert_planned_as_from_files(grown)


def test_nothing_is_kept_of_what_was_taken_down(grown: MadeBase) -> None:
    gone = next(iter(grown.documents.values()))
    grown.decide(Decision("r", "ann", FIRST_DAY, "redact", gone.id, reason="asked to"))
    grown.publish("after", letters)
    folder: Path = require_snapshot(grown.base).path / FOLDER
    kept = rows_of(folder / "documents.arrow").to_pylist()
    assert len(kept) == 8 and gone.title not in {row["title"] for row in kept}
    assert_planned_as_from_files(grown)
    grown.run([(url(50), report(50))])
    grown.publish("later", letters)
    assert (gone.id,) not in grown.rows("SELECT id FROM documents")
    assert gone.title not in rows_of(require_snapshot(grown.base).path / FOLDER / "documents.arrow").column("title").to_pylist()


def test_nothing_is_kept_of_a_payload_that_only_repeated_what_was_taken_down(grown: MadeBase) -> None:
    gone = next(iter(grown.documents.values()))
    again = report(0, authors=("Ann Example",), wrapping="another menu")
    assert again.id != gone.id and again.content_digest == gone.content_digest
    grown.run([(url(0), again)])
    # One document in two segments, as after a run that was read twice.
    write_segment(grown.base.documents("x1") / segment_name("run09", 1), [gone], Document)
    grown.publish("before", letters)
    grown.decide(Decision("r", "ann", FIRST_DAY, "redact", gone.id, reason="asked to"))
    grown.publish("after", letters)
    kept = rows_of(require_snapshot(grown.base).path / FOLDER / "documents.arrow")
    assert len(kept) == 8 and gone.title not in kept.column("title").to_pylist()
    assert_planned_as_from_files(grown)


def test_a_segment_with_letters_that_are_none_is_named_among_many(grown: MadeBase) -> None:
    path = segment_paths(grown.base.documents("x1"))[1]
    table = pq.read_table(path)
    odd = pa.Array.from_buffers(pa.string(), len(table), [None, pa.array(range(len(table) + 1), pa.int32()).buffers()[1], pa.py_buffer(b"\xff" * 9)])
    pq.write_table(table.set_column(table.schema.get_field_index("publisher"), "publisher", odd), path)
    with pytest.raises(IntegrandError, match=f"{path.name}: not a readable segment"):
        plan(grown.base, "x1", "c1")
